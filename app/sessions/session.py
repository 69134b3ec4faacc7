"""A session: one experiment being trained, and where it stands.

    ready -> running -> paused | finished | diverged | failed        and back to ready by a reset

Everything here runs on the scheduler's worker threads, one call at a time. The scheduler calls `due`, `run`, `fail` and
`close`; the rest are jobs that clients send.
"""

import math
import secrets
import time
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import replace
from typing import Any, TypeVar

import numpy as np

from app.experiments import patched
from app.limits import too_many
from app.problems import Problem, invalid, needs_reset
from app.schemas.requests import Command, Pause, Play, Reset, Step, Train, TrainEpochs, WeightChange
from app.sessions.jobs import (
    BackgroundJob,
    BackgroundWork,
    Change,
    TrainingJob,
    fulfill,
    more_epochs,
    more_steps,
    reject,
    reject_like,
)
from app.sessions.pacing import Pace, Speedometer
from app.sessions.scheduler import Closed
from app.sessions.stop_condition import StopCondition
from app.storage import Facts, Recovery
from engine import FieldError, Model, Resolved, Trainer, Visit, fixed_differences, resolve, to_data
from engine.insight.last_update import last_update
from engine.insight.pruning.pruning import Pruning

T = TypeVar("T")
U = TypeVar("U", bound=BackgroundWork)

FIRST_GUESS_NS = 5.0  # per unit of the engine's work, before it was measured
LEAST_WORK = 1_000
VISITED = 3  # earlier epochs that are cached
MOST_WAITING = 16  # pieces of background work
UNDONE = 5  # prunings that can be undone


class Session:
    """Trains one experiment, from the start or from wherever its trainer has come."""

    def __init__(self, id: str, trainer: Trainer, check: Callable[[Resolved], Resolved] = lambda it: it) -> None:
        """`check` raises an error for an experiment that cannot be trained yet."""
        self.id = id
        self._check = check
        self._ns_per_unit = FIRST_GUESS_NS
        self.revision = 0  # grows whenever something that can be drawn has changed
        self.facts = 0  # grows with every new run or changed experiment
        self.stage = 0  # grows with every change of state
        self.watchers = 0
        self.frames: dict[Any, str | bytes] = {}  # encoded pictures of `frames_revision`
        self.frames_revision = 0
        self._unpruned: list[Trainer] = []  # as they were before each pruning
        self._begin(trainer)

    def _begin(self, trainer: Trainer) -> None:
        """A new run."""
        self.trainer = trainer
        shapes = [layer.weights.shape for layer in self.trainer.parameters()]
        self.units: int = sum(fan_out for _, fan_out in shapes)
        self.parameter_count: int = sum((fan_in + 1) * fan_out for fan_in, fan_out in shapes)
        self.run_id = secrets.token_hex(8)
        self._rest = "diverged" if self.trainer.diverged else "paused" if self.trainer.step else "ready"
        self.reason: str | None = self._told(self.trainer.diverged) if self.trainer.diverged else None
        self._background_jobs: deque[BackgroundJob[Any, Any]] = deque()
        self._visited: dict[tuple[int, int], Trainer] = {}
        self._stop_playing()
        self._training_jobs: deque[TrainingJob] = deque()
        self._changes: deque[Change] = deque()
        self._speed = Speedometer()
        self._facts_changed()

    def _facts_changed(self) -> None:
        self.experiment_data = to_data(self.trainer.experiment)
        self.facts += 1
        self.stage += 1
        self.revision += 1

    # What the scheduler calls

    def due(self) -> float:
        """When it wants a slice."""
        now = time.monotonic()
        if self._changes or self._training_jobs or self._background_jobs:
            return now
        return self._pace.due(now, self.trainer.step) if self._playing else math.inf

    def run(self, seconds: float) -> None:
        """Trains for about so long, and does what falls due on the way."""
        end = time.monotonic() + seconds
        did_background_work = False
        while (left := end - time.monotonic()) > 0:
            if self._changes:
                worked = self._apply_changes(left)
            elif self._background_jobs and not did_background_work:
                did_background_work = self._playing or bool(
                    self._training_jobs
                )  # which get the other half of the slice
                worked = self._run_background_job(left / 2 if did_background_work else left)
            elif self._training_jobs:
                worked = self._run_training_job(left)
            elif self._playing:
                worked = self._continue_playing(left)
            else:
                worked = False
            if not worked:
                break
        self._speed.mark(time.monotonic(), self.trainer.step)

    def fail(self, error: Exception) -> None:
        """An internal error: this session stops, the others continue."""
        self._end("failed", "A server error stopped this session; the others continue. Reset it to start over.")
        self._reject_waiting(Problem(409, "The session failed before this change could be made."))

    def close(self) -> None:
        """It will not run again; everything that waits for it is notified."""
        for job in self._training_jobs:
            reject(job.future, Closed())
        self._reject_waiting(Closed())

    def _reject_waiting(self, error: Exception) -> None:
        background, self._background_jobs = self._background_jobs, deque()
        for job in background:
            reject(job.future, error)
        changes, self._changes = self._changes, deque()
        for change in changes:
            reject(change.future, error)

    def _advance(self, seconds: float, until_step: int | None, batch_size: int | None = None) -> bool:
        """Trains for about so long; returns whether to continue in this slice."""
        trainer = self.trainer
        before, step = time.monotonic(), trainer.step
        spent = trainer.advance(max(LEAST_WORK, int(seconds * 1e9 / self._ns_per_unit)), until_step, batch_size)
        if spent >= LEAST_WORK:
            measured = (time.monotonic() - before) * 1e9 / spent
            self._ns_per_unit += (max(measured, 1e-3) - self._ns_per_unit) * 0.2
        if trainer.step != step:
            self.revision += 1
        if trainer.diverged:
            self._end("diverged", trainer.diverged)
        elif trainer.stopped and trainer.settled:
            self._end("finished", trainer.stopped)
            return False
        return True

    def _apply_changes(self, seconds: float) -> bool:
        """Finishes the step under way, then makes the changes that waited for it."""
        if not self.trainer.settled and not self._advance(seconds, self.trainer.step):
            return False
        while self._changes and self.trainer.settled:
            self._make(self._changes.popleft())
        return True

    def _make(self, change: Change) -> None:
        self.note_samples()
        fulfill(change.future, change.run)

    def note_samples(self) -> None:
        """Puts the single samples made so far into the journal: before a change, and when no more are made."""
        job = self._training_jobs[0] if self._training_jobs else None
        if job and job.single_samples and job.first_step >= 0:  # not what the experiment says: so it is a change
            self.trainer.note_samples(job.first_step)
            job.first_step = self.trainer.step

    def _run_training_job(self, seconds: float) -> bool:
        job, trainer, now = self._training_jobs[0], self.trainer, time.monotonic()
        if job.future.cancelled():  # the client has left
            self._finish_job(job)
            return True
        if job.first_step < 0:
            job.begin(trainer, now)
        batch_size = 1 if job.single_samples else None
        left_s = min(seconds, max(job.deadline - now, 1e-4))
        if not self._advance(left_s, job.last_step, batch_size):
            return False
        if job.is_done(trainer, time.monotonic()):
            self._finish_job(job)
        return True

    def _run_background_job(self, seconds: float) -> bool:
        """Advances the first background job."""
        job = self._background_jobs[0]
        if job.future.cancelled():  # the client has left
            self._background_jobs.popleft()
            return True
        try:
            if job.work is None:
                job.work = job.begin()
            if not job.work.done:
                job.work.advance(max(LEAST_WORK, int(seconds * 1e9 / self._ns_per_unit)))
        except Exception as error:
            self._background_jobs.popleft()
            reject(job.future, error)
        else:
            if job.work.done:
                self._background_jobs.popleft()  # before it is finished: that may begin a new run
                fulfill(job.future, lambda: job.finish(job.work))
        return True

    def _finish_job(self, job: TrainingJob) -> None:
        """Ends a training job, finished or not."""
        self.note_samples()
        self._training_jobs.remove(job)
        rests = not self._training_jobs and not self._playing and not self.trainer.stopped
        if rests and self._rest in {"ready", "paused", "finished"}:
            self._rest, self.reason = "paused", self.reason or self._told(None)
        self.stage += 1
        fulfill(job.future, self.describe)

    def _continue_playing(self, seconds: float) -> bool:
        trainer, now = self.trainer, time.monotonic()
        self._pace.drop_backlog(now, trainer.step)
        stops = [self._pace.target(now), self._stop_condition.next_stop() if self._stop_condition else None]
        if not self._advance(seconds, min((step for step in stops if step is not None), default=None)):
            return False
        if self._finish_if_reached():
            return False
        target = self._pace.target(time.monotonic())
        return target is None or trainer.step < target

    def _finish_if_reached(self) -> bool:
        reached = self._stop_condition.reached() if self._stop_condition else None
        if reached:
            self._end("finished", reached)
        return reached is not None

    def _end(self, state: str, reason: str | None = None) -> None:
        """Training ends; everything that waits for it is notified."""
        self._stop_playing()
        self._rest, self.reason = state, self._told(reason)
        self.stage += 1
        self.revision += 1
        for job in list(self._training_jobs):
            self._finish_job(job)

    def _told(self, reason: str | None) -> str | None:
        """The reason why training ends, and where the best weights are if they are not these."""
        return " ".join(text for text in (reason, self.trainer.unrestored) if text) or None

    def _stop_playing(self) -> None:
        self.trainer.stop_watching()
        self._playing = False
        self.rate: float | None = None
        self._stop_condition: StopCondition | None = None

    # Where it stands. These may be read from any thread.

    @property
    def state(self) -> str:
        """One of: ready, running, paused, finished, diverged, failed."""
        return "running" if self._playing or self._training_jobs else self._rest

    @property
    def awaited(self) -> bool:
        """Whether a client waits for what it does: training, background work or a change."""
        return bool(self._training_jobs or self._background_jobs or self._changes)

    @property
    def steps_per_second(self) -> float:
        """Updates per second over about the last second; 0 when it rests."""
        return self._speed.steps_per_second if self.state == "running" else 0.0

    def summary(self) -> dict[str, Any]:
        """A line in the list of sessions."""
        return {
            "id": self.id,
            "run": self.run_id,
            "state": self.state,
            "stage": self.stage,
            "reason": self.reason,
            "step": self.trainer.step,
            "epoch": self.trainer.epoch,
            "steps_per_second": self.steps_per_second,
            "watchers": self.watchers,
        }

    # Jobs that only look

    def describe(self, access: str = "own") -> dict[str, Any]:
        """The session as REST answers it, with the metrics of this step."""
        row = self.trainer.row()
        return self.summary() | {
            "access": access,
            "warning": self.trainer.warning,
            "rate": self.rate,
            "until": self._stop_condition.until.model_dump() if self._stop_condition else None,
            "experiment": self.experiment_data,
            "parameter_count": self.trainer.parameter_count,
            "notes": [vars(note) for note in self.trainer.notes],
            "metrics": {name: row[name] for name in ("train", "validation", "test", "penalty")}
            | {"samples": self.trainer.row_samples()},
            "last_update": None if self.state == "running" else last_update(self.trainer),
        }

    def run_in_background(self, begin: Callable[[], U], finish: Callable[[U], T]) -> Future[T]:
        """Runs work that takes a while beside training. Raises Problem 429 if much is waiting already."""
        if len(self._background_jobs) >= MOST_WAITING:
            raise too_many(f"{MOST_WAITING} questions to this session are still being answered. Wait for one.", 2)
        job = BackgroundJob(begin, finish)
        self._background_jobs.append(job)
        return job.future

    def at(self, epoch: int | None, job: Callable[[Trainer], T]) -> T | Future[T]:
        """What `job` finds now, or at an earlier epoch of this run. Raises InvalidInput for one beyond it."""
        if epoch is None:
            return job(self.trainer)
        place = epoch, self.trainer.journal.made

        def arrive(visit: Visit) -> T:
            self._visited[place] = visit.trainer
            if len(self._visited) > VISITED:
                self._visited.pop(next(iter(self._visited)))
            return job(visit.trainer)

        if place in self._visited:
            return job(self._visited[place])
        return self.run_in_background(lambda: Visit(self.trainer, epoch), arrive)

    # What is stored of it

    def stored_facts(self, created: float, owner: str) -> Facts:
        """What it is, and what it was told last."""
        play = self._play()
        return Facts(
            id=self.id,
            run=self.run_id,
            created=created,
            touched=time.time(),
            owner=owner,
            playing=play is not None,
            rate=play.rate if play else None,
            until=play.until.model_dump() if play and play.until else None,
            rest=self._rest,
            reason=self.reason,
        )

    def recover(self, recovery: Recovery, facts: Facts) -> Future[None]:
        """Becomes what it was when it was stored last; it is made with the recovery's trainer."""

        def arrived(recovery: Recovery) -> None:
            self.run_id, self._rest, self.reason = facts.run, facts.rest, facts.reason
            self.stage = int(time.time() * 1000)  # higher than all before
            self._facts_changed()
            if facts.playing:
                with suppress(Problem):
                    self.play(Play.model_validate({"command": "play", "rate": facts.rate, "until": facts.until}))

        return self.run_in_background(lambda: recovery, arrived)

    # Jobs that change something

    def execute(self, command: Command) -> dict[str, Any] | Future[dict[str, Any]]:
        """Carries out a command."""
        match command:
            case Play():
                return self.play(command)
            case Pause():
                return self.pause()
            case Reset():
                return self.reset(command)
            case Step():
                return self.step(command)

    def play(self, command: Play) -> dict[str, Any]:
        """Trains on at a rate, to an end if one is given."""
        self._check_trainable()
        self.trainer.go_on()
        self._stop_condition = StopCondition(command.until, self.trainer) if command.until else None
        self.rate, self._playing, self.reason = command.rate, True, None
        self._set_pace()
        self._speed = Speedometer()
        self.stage += 1
        self._finish_if_reached()
        return self.describe()

    def _play(self) -> Play | None:
        """The command by which it plays."""
        until = self._stop_condition.until if self._stop_condition else None
        return Play(command="play", rate=self.rate, until=until) if self._playing else None

    def _set_pace(self) -> None:
        per_epoch = self.trainer.steps_per_epoch
        rate = math.inf if self.rate is None else self.rate * per_epoch
        self._pace = Pace(rate, time.monotonic(), self.trainer.step)

    def pause(self, reason: str | None = None) -> dict[str, Any]:
        """Stops training after the slice under way; also what scripts wait for."""
        if self.state == "running":
            self._end("paused", reason)
        return self.describe()

    def thin_checkpoints(self, limit: int) -> int:
        """Frees memory until the checkpoints take no more than `limit` bytes; how many were freed."""
        timeline = self.trainer.timeline
        before = timeline.bytes
        timeline.thin_out_to(limit)
        return before - timeline.bytes

    def reset(self, command: Reset) -> dict[str, Any]:
        """A new run of the same experiment, from step 0."""
        experiment = self.trainer.asked
        if command.seed == "new":
            experiment = replace(experiment, seed=secrets.randbelow(2**32))
        return self._restart(resolve(experiment, self.trainer.experiment.tables))

    def _restart(self, experiment: Resolved) -> dict[str, Any]:
        """Ends this run and begins another."""
        self._end("paused")
        self._reject_waiting(Problem(409, "The session was reset before this change could be made."))
        self._unpruned.clear()
        self._begin(Trainer(experiment))
        return self.describe()

    def step(self, command: Step) -> Future[dict[str, Any]]:
        """Makes single steps; playing stops for them."""
        self._check_trainable()
        self._stop_playing()
        count = command.count
        if command.unit == "epoch":
            return self._order(TrainingJob(more_epochs(count)))
        return self._order(TrainingJob(more_steps(count), single_samples=command.unit == "sample"))

    def train(self, order: Train) -> Future[dict[str, Any]]:
        """Trains at full speed; if it plays, it plays on afterwards."""
        self._check_trainable()
        if isinstance(order, TrainEpochs):
            return self._order(TrainingJob(more_epochs(order.epochs)))
        return self._order(TrainingJob(seconds=order.seconds))

    def _order(self, job: TrainingJob) -> Future[dict[str, Any]]:
        # After the step under way, because a step of one sample cannot begin inside a batch.
        self.trainer.go_on()
        beginning = self.at_step_boundary(lambda: self._training_jobs.append(job))
        beginning.add_done_callback(lambda done: reject_like(job.future, done))
        self._speed = Speedometer()
        self.reason = None
        self.stage += 1
        return job.future

    def patch(self, body: bytes, reset: bool, keep: bool = False, play: bool = False) -> Future[dict[str, Any]]:
        """Changes the experiment: at the next step boundary, or with a new run if `reset`.

        With `keep` that begins with what this one has learned, where the network stays as it is; with `play` it plays
        on if this one plays.
        """
        if not reset:
            return self.at_step_boundary(lambda: self._update(self._patched(self.trainer, body)))

        def restart() -> dict[str, Any]:
            before, playing = self.trainer, self._play() if play else None
            self._restart(self._patched(self.trainer, body))
            if keep and not before.diverged and alike(before, self.trainer):
                self.trainer.set_parameters(before.as_given())
                self.trainer.history.forget()  # of the random weights that it never had
            with suppress(Problem):  # where it was to play until a metric that the new run does not have
                return self.play(playing) if playing else self.describe()
            return self.describe()

        future: Future[dict[str, Any]] = Future()
        fulfill(future, restart)
        return future

    def fork(self, epoch: int, patch: bytes | None) -> Future[Trainer]:
        """A separate trainer at an earlier epoch, changed by a merge patch, with the history of this run."""

        def change(visit: Visit) -> Trainer:
            if patch is not None:
                _update(visit.trainer, self._patched(visit.trainer, patch))
            return visit.trainer

        return self.run_in_background(lambda: Visit(self.trainer, epoch), change)

    def take_up(self, trainer: Trainer) -> dict[str, Any]:
        """Continues with another trainer, as a new run."""
        self._end("paused")
        self._reject_waiting(Problem(409, "The session switched to another run before this change could be made."))
        self._begin(trainer)
        return self.describe()

    def prune(self, begin: Callable[[Trainer], Pruning], report: Callable[[Pruning], T]) -> Future[T]:
        """Prunes; training stops for it, and the pruned network is a new run."""

        def start() -> Pruning:
            pruning = begin(self.trainer)
            if self.state == "running":
                self._end("paused")
            return pruning

        def finish(pruning: Pruning) -> T:
            before = self.trainer
            self.take_up(pruning.trainer)
            self._unpruned = [*self._unpruned, before][-UNDONE:]
            return report(pruning)

        return self.run_in_background(start, finish)

    def undo_prune(self) -> dict[str, Any]:
        """Goes back to the network as it was before it was pruned last."""
        if not self._unpruned:
            raise Problem(409, "There is nothing to undo: this session's network was not pruned.")
        return self.take_up(self._unpruned.pop())

    def _update(self, experiment: Resolved) -> dict[str, Any]:
        if _update(self.trainer, experiment):
            if self._playing:
                self._set_pace()
            self._facts_changed()
        return self.describe()

    def _patched(self, trainer: Trainer, patch: bytes) -> Resolved:
        """What a trainer's experiment becomes with a merge patch. Raises Problem, or InvalidExperiment."""
        return self._check(resolve(patched(trainer.asked, patch), trainer.experiment.tables))

    def set_parameters(self, layers: list[dict[str, Any]]) -> Future[dict[str, Any]]:
        """Puts in other weights and biases, and answers with them."""

        def change() -> dict[str, Any]:
            self.trainer.set_parameters(layers)
            self.revision += 1
            return self.parameters(self.trainer)

        return self.at_step_boundary(change)

    def change_parameters(self, changes: list[WeightChange]) -> Future[dict[str, Any]]:
        """Puts in other values for single weights and biases, and answers with those that they had."""

        def change() -> dict[str, Any]:
            # Without masks: a pruned weight that gets a value is there again.
            layers = [{name: layer[name] for name in layer if name != "mask"} for layer in self.trainer.as_given()]
            places = [place_of(layers, index, wish) for index, wish in enumerate(changes)]
            before = [
                wish.model_dump() | {"value": float(numbers[at])}
                for wish, (numbers, at) in zip(changes, places, strict=True)
            ]
            for wish, (numbers, at) in zip(changes, places, strict=True):
                with np.errstate(over="ignore"):  # what is too large is refused below
                    numbers[at] = wish.value
            self.trainer.set_parameters(layers)
            self.revision += 1
            return {"run": self.run_id, "step": self.trainer.step, "epoch": self.trainer.epoch, "before": before}

        return self.at_step_boundary(change)

    def parameters(self, model: Model) -> dict[str, Any]:
        """All weights and biases, exact: every float32 is a float64."""
        layers = [
            {
                name: numbers.astype(np.float64)
                for name, numbers in {"weights": layer.weights, "biases": layer.biases, **layer.further}.items()
            }
            for layer in model.parameters()
        ]
        return {"run": self.run_id, "step": model.step, "epoch": model.epoch, "layers": layers}

    def at_step_boundary(self, run: Callable[[], T]) -> Future[T]:
        """Runs `run` now if no step is half done, else when it is done."""
        change = Change(run)
        if self.trainer.settled and not self._changes:
            self._make(change)
        else:
            self._changes.append(change)
        return change.future

    def _check_trainable(self) -> None:
        if self._rest in {"diverged", "failed"} and self.state != "running":
            raise Problem(
                409,
                f"{self.reason} It cannot continue: reset it first.",
                type=f"urn:gradlab:{self._rest}",
                title=f"This session has {self._rest}",
            )


def _update(trainer: Trainer, experiment: Resolved) -> list[str]:
    """Takes up a changed experiment, and names the fields that changed. Raises Problem if it needs a reset."""
    fixed = fixed_differences(trainer.experiment, experiment)
    if fixed:
        raise needs_reset(fixed)
    return trainer.update(experiment)


def alike(one: Model, other: Model) -> bool:
    """Whether the one's parameters fit the other."""
    given = [[{name: numbers.shape for name, numbers in layer.items()} for layer in m.as_given()] for m in (one, other)]
    for layer in (*given[0], *given[1]):
        layer.pop("mask", None)
    return given[0] == given[1]


def place_of(layers: list[dict[str, np.ndarray]], index: int, wish: WeightChange) -> tuple[np.ndarray, tuple[int, ...]]:
    """The array and the place in it that a change is meant for. Raises Problem where there is none."""
    bounds = {"layer": len(layers)}
    if 0 <= wish.layer < len(layers):
        fan_in, fan_out = layers[wish.layer]["weights"].shape
        bounds |= {"unit": fan_out} | ({"input": fan_in} if wish.input is not None else {})
    for name, count in bounds.items():
        given = getattr(wish, name)
        if not 0 <= given < count:
            field, expected = f"changes.{index}.{name}", f"0 to {count - 1}"
            raise invalid([FieldError(field, given, expected, f"there is no {name} {given} here, only {expected}")])
    layer = layers[wish.layer]
    if wish.input is None:
        return layer["biases"], (wish.unit,)
    return layer["weights"], (wish.input, wish.unit)
