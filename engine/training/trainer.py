"""The trainer: one experiment on its way, advanced a slice of work at a time.

It owns the parameters, the clock, the history and the journal. How long a slice takes is for the caller to measure:
the engine has no clock. The same experiment gives the same bytes however it is sliced. Divergence is a result: the
trainer stops before the update that would have broken a number, keeps the last finite parameters and says which layer
went first.
"""

from collections.abc import Callable, Mapping
from copy import copy
from dataclasses import replace
from math import isfinite
from typing import Any

import numpy as np

from engine.components.optimizers import OPTIMIZERS
from engine.components.schedules import ARGUMENTS, SCHEDULES, Plateau
from engine.compute import kernel
from engine.compute.rows import LAYER_COLUMNS, LEARNING_RATE, Row
from engine.data.dataset import Data, Samples
from engine.errors import FieldError, InvalidExperiment, InvalidInput
from engine.experiment import Experiment, Note, Resolved, differences, fixed_differences, to_data
from engine.limits import chunk_samples
from engine.network.model import Model, starting_state
from engine.network.network import Network
from engine.training.checkpoints import Checkpoint, Timeline
from engine.training.early_stopping import Watch
from engine.training.history import EVERY_EPOCH_UNTIL, MANY_STEPS, History, epochs_between_rows, next_epoch_due
from engine.training.journal import Entry, Journal
from engine.training.metrics import higher_is_better
from engine.training.metrics_row import ROOM, MetricsRow

EXPLODED_WEIGHT = 100.0


class Trainer(Model):
    """Trains one experiment."""

    def __init__(self, experiment: Resolved, data: Data | None = None) -> None:
        """`data` saves making them anew, if they are known to be those of this experiment."""
        data = data or Data(experiment)
        network = Network(experiment, len(data.features), data.outputs)
        state = starting_state(experiment, data, network)
        super().__init__(experiment, data, network, state, np.zeros(kernel.CLOCK, np.int64))
        self._train = data.parts["train"]
        self._big = any(fan_in * fan_out >= kernel.BLAS_WEIGHTS for fan_in, fan_out in network.shapes)
        self._normalized = any(layer.batch_normalization for layer in experiment.layers)
        self._work = self._room(8)
        self._rows = MetricsRow(self)
        # Where a row has the lengths of the layers' weights, and their lengths if each were 1.
        layout = self._rows.layout
        self._norms = slice(layout.first_layer + LAYER_COLUMNS.index("weight_norm"), None, len(LAYER_COLUMNS))
        self._lengths = np.sqrt([fan_in * fan_out for fan_in, fan_out in network.shapes])
        self._loss_column = layout.column("train")
        self._listener: tuple[str, Callable[[dict[str, Any]], None]] | None = None
        self._start()

    def _start(self) -> None:
        self._order, self._carried = np.arange(len(self._train)), 0
        self._began: tuple[int, int, int] | None = None  # where the steps made last began, and their batch size
        self.diverged: str | None = None
        self.stopped: str | None = None
        self._plateau, self._watch = Plateau(), Watch()
        self._best: tuple[np.ndarray, np.ndarray] | None = None
        self.warning: str | None = None
        self.history = History(self.task, list(self.data.measured), len(self.network.layers))
        self.journal = Journal(self.experiment)
        self.measuring = True
        self._configure()
        work = kernel.work_of(self.steps_per_epoch, len(self._train), self.network.parameter_count, True)
        self.timeline = Timeline(work)
        self._rows.begin()
        self.settle()

    def _configure(self) -> None:
        """Reads from the experiment what may change while it runs."""
        experiment, samples = self.experiment, len(self._train)
        self._net = self.network.describe(experiment)
        self._batch_size = min(experiment.batch_size or samples, samples)
        carried = self._left_over(experiment)
        self._epoch_samples = samples - carried
        if carried != self._carried:
            self._carried = carried
            self._order = np.concatenate([np.arange(samples - carried, samples), np.arange(samples)])
        entry = OPTIMIZERS.of(experiment.optimizer)
        watches = SCHEDULES.of(experiment.schedule).watches
        course = [float(value) for value in SCHEDULES.of(experiment.schedule).values(experiment.schedule)]
        penalties = {layer.regularizer.name for layer in experiment.all_layers if layer.regularizer}
        self._plan = kernel.Plan(
            optimizer=OPTIMIZERS.codes[entry.name],
            learning_rate=float(entry.values(experiment.optimizer)[0]) * (self._plateau.factor if watches else 1),
            weight_decay=float(entry.weight_decay(experiment.optimizer)),
            schedule=SCHEDULES.codes[experiment.schedule.name],
            schedule_arguments=np.array(course + [0.0] * (ARGUMENTS - len(course))),
            batch_size=1,
            carried=self._carried,
            penalty=self._effect_of(penalties),
            sever=self.data.rules.severs and "l1" in penalties,
            shuffle=experiment.shuffle,
            seed=experiment.seed,
            last_step=0,
            work=0,
            row_step=kernel.NEVER,
            row_stride=1,
            chunks=0,
        )
        self._optimizer_arguments = np.array(entry.given(experiment.optimizer), self.network.dtype)
        self._watched = self._what_is_watched()
        self._fit_workspace()

    def _left_over(self, experiment: Resolved) -> int:
        """How many samples wait for the next epoch: they stand once more before the first."""
        samples = len(self._train)
        return self.data.rules.left_over(samples, min(experiment.batch_size or samples, samples))

    def _effect_of(self, penalties: set[str]) -> int:
        """How penalties have their effect."""
        if not penalties:
            return kernel.NO_PENALTY
        return kernel.REPLAYED if self.data.rules.penalties_last else kernel.PROXIMAL

    def _fit_workspace(self, batch_size: int | None = None) -> None:
        """Makes room for one chunk: a batch, or an even share of one too large.

        A multiple of 8 samples, or 1: vector loops need whole registers. The matrix library is faster without padding.
        """
        batch = batch_size or self._batch_size
        # What is normalized over the batch needs it whole.
        if self._normalized:
            batch += self._carried
        pieces = 1 if self._normalized else -(-batch // chunk_samples(self.network.parameter_count))
        share = -(-batch // pieces)
        width = share if share == 1 or self._big else -(-share // 8) * 8
        if self._work.width != width:
            self._work = self._room(width)

    # Where training stands

    @property
    def asked(self) -> Experiment:
        """The experiment as it was asked for, which leaves open what may follow from the rest."""
        return self.experiment.asked

    @property
    def notes(self) -> tuple[Note, ...]:
        """What there is to say about the experiment and its data."""
        return self.experiment.notes + self.data.notes

    @property
    def learning_rate(self) -> float:
        """The learning rate of the next update, as the schedule has it."""
        schedule = self.experiment.schedule
        entry = SCHEDULES.of(schedule)
        return self.base_rate * float(entry.factor(self.epoch, *entry.values(schedule)))

    @property
    def base_rate(self) -> float:
        """The learning rate that the schedule multiplies: lowered each time training has stood still."""
        return float(self._plan.learning_rate)

    @property
    def steps_per_epoch(self) -> int:
        """Updates in a whole epoch."""
        return -(-self._epoch_samples // self._batch_size)

    @property
    def settled(self) -> bool:
        """Whether no step and no measurement is half done."""
        return not self._rows.under_way and self._clock[kernel.IN_BATCH] == 0

    def steps_to_epoch(self, epoch: int, batch_size: int | None = None) -> int:
        """The step at which `epoch` whole epochs will be done, at the present batch size; this step if they are."""
        batch = batch_size or self._batch_size
        missing = epoch - int(self._clock[kernel.EPOCH])
        if missing <= 0:
            return self.step
        left = max(-(-(self._epoch_samples - int(self._clock[kernel.IN_EPOCH])) // batch), 1)
        return self.step + left + (missing - 1) * -(-self._epoch_samples // batch)

    @property
    def last_batch(self) -> np.ndarray:
        """Indices of the training samples that the last update learned from; none if no update led to the weights."""
        if self._began is None or not self.settled or self.diverged is not None:
            return np.arange(0)
        (began_in, first, size), end = self._began, int(self._clock[kernel.IN_EPOCH])
        epoch = int(self._clock[kernel.EPOCH])
        if end == 0:  # the update ended an epoch
            epoch, end = epoch - 1, self._epoch_samples
        if epoch > began_in:
            first = 0
        start = end - 1 - (end - 1 - first) % size
        left_over = self._carried if start == 0 and epoch > 0 and size > 1 else 0
        return self._order[self._carried + start - left_over : self._carried + end].copy()

    def _rows_due(self, batch: int) -> tuple[int, int, int]:
        """The step at which the next row is recorded, with batches of this size from now on; the steps from one row to
        the next; and the step of the last row that may be recorded before there is something to do.
        """
        if not self.measuring:
            return kernel.NEVER, 1, kernel.NEVER
        epoch, position = int(self._clock[kernel.EPOCH]), int(self._clock[kernel.IN_EPOCH])
        if self.steps_per_epoch > MANY_STEPS and epoch < MANY_STEPS:
            tenth = position * 10 // self._epoch_samples + 1
            target = -(-tenth * self._epoch_samples // 10)
            due = self.step + -(-(target - position) // batch)
            return due, 1, due
        stride, first = epochs_between_rows(epoch), next_epoch_due(epoch)
        checkpoint = max(stride, self.timeline.stride)
        last = min((epoch // checkpoint + 1) * checkpoint, EVERY_EPOCH_UNTIL * stride, first + (ROOM - 1) * stride)
        steps = stride * -(-self._epoch_samples // batch)
        due = self.steps_to_epoch(first, batch)
        return due, steps, due + (last - first) // stride * steps

    # Training

    def advance(self, work: int, until_step: int | None = None, batch_size: int | None = None) -> int:
        """Trains and measures for about `work` multiply-adds, and says how many it did.

        Stops early at `until_step` or when a number is no longer finite. May stop in the middle of a step or of a
        measurement: see `settle`. `batch_size` replaces the experiment's for this call.
        """
        spent = 0
        last = kernel.NEVER if until_step is None else until_step
        while spent < work and self.diverged is None:
            if self._rows.under_way:
                plan = self._plan._replace(work=work - spent, last_step=self.step)
            elif self.stopped or (self.step >= last and self._clock[kernel.IN_BATCH] == 0):
                break
            else:
                plan = self._plan_steps(work - spent, last, batch_size or self._batch_size)
            spent += self.run(kernel.TRAIN, self._work, self._rows.parts, plan, self._rows.row, 0, self._no_results)
            self._take_note(self._rows.take())
            if self._clock[kernel.DIVERGED] and self.diverged is None:
                self._diverge(self._first_broken_in_step())
        return spent

    def _plan_steps(self, work: int, last: int, batch: int) -> kernel.Plan:
        if self._clock[kernel.IN_BATCH] == 0:
            self._fit_workspace(batch)
            self._began = int(self._clock[kernel.EPOCH]), int(self._clock[kernel.IN_EPOCH]), batch
        due, stride, last_due = self._rows_due(batch)
        self._rows.row = self._rows.whole
        if self._watched:  # after each epoch, also where no row is recorded
            last_due = min(due, self.steps_to_epoch(int(self._clock[kernel.EPOCH]) + 1, batch))
            if last_due < due:
                due, self._rows.row = last_due, self._watched
        return self._plan._replace(
            batch_size=batch,
            work=work,
            last_step=max(min(last, last_due), self.step + 1),
            row_step=due,
            row_stride=stride,
        )

    def settle(self) -> None:
        """Finishes a step or a measurement that is half done."""
        while not self.settled and self.diverged is None:
            self.advance(1, until_step=self.step)

    def step_once(self, unit: str, count: int) -> None:
        """Makes `count` steps of one `sample`, one `batch` or one `epoch` each."""
        self.settle()
        epoch = int(self._clock[kernel.EPOCH])
        target = self.steps_to_epoch(epoch + count) if unit == "epoch" else self.step + count
        batch_size = 1 if unit == "sample" else None
        while (self.step < target or not self.settled) and self.diverged is None:
            if self.stopped and self.settled:
                break
            self.advance(1 << 22, target, batch_size)

    # What is measured. Rows are recorded on the history's schedule; what is watched is watched after each epoch.

    def watch(self, part: str, listener: Callable[[dict[str, Any]], None]) -> None:
        """From now on has `listener` told the measures of this part after each epoch, `{"epoch": ..., part: {...}}`."""
        self._listener = part, listener
        self._watched = self._what_is_watched()

    def stop_watching(self) -> None:
        """The opposite of `watch`."""
        self._listener = None
        self._watched = self._what_is_watched()

    def _what_is_watched(self) -> Row | None:
        """A row of the parts that the schedule, early stopping or somebody outside watches, if there are any."""
        rule, listener = self.experiment.early_stopping, self._listener
        parts = {rule.part} if rule else set()
        if SCHEDULES.of(self.experiment.schedule).watches:
            parts.add("validation" if "validation" in self.data.measured else "train")
        if listener:
            parts.add(listener[0])
        watched = parts & self.data.measured.keys()
        return self._rows.only(watched) if watched else None

    def _take_note(self, rows: np.ndarray) -> None:
        """Records the rows that the kernel has finished, and checks those that are watched."""
        if not len(rows):
            return
        whole = self._rows.row is self._rows.whole
        broken = whole and not isfinite(rows[-1, self._loss_column])
        if self._watched:
            self._look_back(rows[-1], whole, broken)
        if not whole:
            return
        self.history.extend(rows)
        self._warn(rows[-1])
        if broken:
            self._diverge(self._first_broken_in_row())
        single = self._began is not None and self._began[-1] != self._batch_size  # samples, which are noted later
        if self._clock[kernel.IN_EPOCH] == 0 and self.settled and self.diverged is None and not single:
            self.pass_by()

    def _look_back(self, values: np.ndarray, whole: bool, broken: bool) -> None:
        """After an epoch: whether the learning rate is to fall, and whether to stop, which is recorded."""
        told = self.history.layout.measured(values, self._rows.row.columns)
        if not broken and told["epoch"] >= 1 and self._clock[kernel.IN_EPOCH] == 0 and self.stopped is None:
            self._follow_rules(told, whole)
            values[LEARNING_RATE] = self.learning_rate
        if self._listener and told[self._listener[0]]:
            self._listener[1](told)

    def _follow_rules(self, told: dict[str, Any], recorded: bool) -> None:
        schedule, rule, epoch = self.experiment.schedule, self.experiment.early_stopping, told["epoch"]
        self._plateau, self._watch = copy(self._plateau), copy(self._watch)  # checkpoints have them as they were
        if SCHEDULES.of(schedule).watches:
            lowered = self._plateau.look(schedule, epoch, (told["validation"] or told["train"])["loss"])
            if lowered:
                self._configure()
        if rule is None:
            return
        if self._watch.look(rule, epoch, told[rule.part][rule.measure]):
            self._best = self.state.parameters.copy(), self.state.running.copy()
        elif self._watch.over(rule, epoch):
            best = f"{rule.monitor.replace('_', ' ')} was best at epoch {self._watch.best_epoch:g}"
            self.stopped = f"Early stopping at epoch {epoch:g}: the {best}."
            if rule.restore_best and self._best is not None:
                self.state.parameters[:], self.state.running[:] = self._best
                self.state.previous[:] = self.state.parameters  # to go back is no update
                self._began = None
                self.stopped += " The weights are those of that epoch."
                recorded = False
            if not recorded:
                self._rows.begin()

    @property
    def unrestored(self) -> str | None:
        """Where the best weights are, in words, if early stopping would have restored them but did not end the run."""
        rule, best, epoch = self.experiment.early_stopping, self._watch.best, self._watch.best_epoch
        if rule is None or not rule.restore_best or best is None or self.stopped or epoch >= self.epoch:
            return None
        monitor, value = rule.monitor.replace("_", " "), -best if higher_is_better(rule.measure) else best
        return (
            f"The {monitor} was best at epoch {epoch:g} ({value:.4g}). Early stopping did not end this run, so the "
            f"weights are not those of that epoch: go back to epoch {epoch:g} to get them."
        )

    def go_on(self) -> None:
        """Lets training go on that early stopping has ended, and wait anew."""
        if self.stopped:
            self.stopped = None
            self._watch = copy(self._watch)
            self._watch.bear(self.epoch)
            self._note("resume", {})

    def _warn(self, values: np.ndarray) -> None:
        """Says so when the weights have exploded and yet every number is finite."""
        self.warning = None
        exploded = values[self._norms] > self._lengths * EXPLODED_WEIGHT
        if exploded.any():
            index = int(exploded.argmax())
            typical = values[self._norms][index] / self._lengths[index]
            self.warning = (
                f"The weights of {self.layer_name(index)} have exploded (about {typical:.3g} each) but stay "
                "finite: its units are saturated and hardly learn. Reset with a smaller learning rate."
            )

    def _diverge(self, layer: int) -> None:
        self._rows.drop()
        self._clock[kernel.IN_BATCH] = 0
        self.diverged = (
            f"Training diverged at step {self.step + 1} (epoch {self.epoch:.4g}): numbers in "
            f"{self.layer_name(layer)} grew too large. The last finite weights are kept. "
            "Start again with a smaller learning rate or smaller starting weights."
        )

    def _first_broken_in_step(self) -> int:
        """The layer in which a number first stopped being finite, on the way forward or else on the way back."""
        with np.errstate(all="ignore"):
            for index, rows in enumerate(self._layer_rows()):
                if not np.isfinite(self._work.blocks[1, rows]).all():
                    return index
            norms = [
                sum(float(np.sum(gradient.astype(np.float64) ** 2)) for gradient in layer.values())
                for layer in self.network.views(self.state.gradient)
            ]
        broken = [index for index, norm in enumerate(norms) if not np.isfinite(norm)]
        return broken[-1] if broken else int(np.argmax(norms))

    def _first_broken_in_row(self) -> int:
        """The same when the measured loss is not finite: on the way forward, or else in the loss itself."""
        x = self.data.measured["train"][0]
        for first in range(0, x.shape[1], 100):
            a = self.outputs_of(np.ascontiguousarray(x[:, first : first + 100]), first_row=0)
            broken = [index for index, rows in enumerate(self._layer_rows()) if not np.isfinite(a[rows]).all()]
            if broken:
                return broken[0]
        return len(self.network.layers) - 1

    # Changes

    def update(self, experiment: Resolved) -> list[str]:
        """Takes up a changed experiment without a reset, and names the fields that changed.

        Raises: InvalidExperiment for fields that cannot change while a run goes on.
        """
        fixed = fixed_differences(self.experiment, experiment)
        if fixed:
            message = "cannot change during a run; reset to change it"
            raise InvalidExperiment(*(FieldError(field, None, "a reset", message) for field in fixed))
        changed = differences(self.experiment, experiment)
        if changed:
            self.settle()
            self._forget(self.experiment, experiment)
            self.experiment = experiment
            self._configure()
            data = to_data(self.experiment)
            sections = {path.split(".")[0] for path in changed}
            self._note("patch", {name: value for name, value in data.items() if name in sections})
        return changed

    def _forget(self, before: Resolved, after: Resolved) -> None:
        """Discards what plateaus and early stopping remember of a quantity that they no longer watch."""
        if before.schedule.name != after.schedule.name:
            self._plateau = Plateau()
        old, new = before.early_stopping, after.early_stopping
        if new and (old is None or old.monitor != new.monitor):
            self._watch_anew()

    def _watch_anew(self) -> None:
        self._watch, self._best = Watch(), None
        self._watch.bear(self.epoch)

    def note_samples(self, first_step: int) -> None:
        """Puts into the journal that the steps since `first_step` were of one sample each."""
        if self.step > first_step:
            self._note("step", {"unit": "sample", "count": self.step - first_step}, first_step)

    def _note(self, kind: str, what: Any, step: int | None = None) -> None:
        at = self.step if step is None else step
        self.journal.add(Entry(len(self.journal.entries), at, self.epoch, kind, what, self.experiment))

    def pass_by(self, between: bool = False) -> None:
        """Offers the timeline a checkpoint, at rest after a whole epoch; see `Timeline.pass_by`."""
        self.timeline.pass_by(int(self.epoch), self.journal.made, self.checkpoint, between)

    def reset(self, seed: int | None = None) -> None:
        """Back to step 0 with an empty history; with other starting weights if `seed` is given."""
        if seed is not None:
            self.experiment = replace(self.experiment, seed=seed, asked=replace(self.asked, seed=seed))
        self.state = starting_state(self.experiment, self.data, self.network)
        self._clock[:] = 0
        self._start()

    def set_parameters(self, layers: list[dict[str, Any]]) -> None:
        """Puts in other weights and biases, `[{"weights": (fan_in, fan_out), "biases": (fan_out,)}, ...]`.

        What else a layer has (see LayerParameters) may be given too; what is not given stays.

        Raises: InvalidInput where a shape differs or a number is not finite.
        """
        self.settle()
        if len(layers) != len(self.network.layers):
            raise InvalidInput(
                FieldError(
                    "layers", len(layers), str(len(self.network.layers)), "there must be one entry for each layer"
                )
            )
        state = self.state
        buffer, running = state.parameters.copy(), state.running.copy()
        mask = np.ones_like(buffer) if any("mask" in given for given in layers) else state.mask.copy()
        if state.mask.size:
            mask[:] = state.mask
        masks = self.network.views(mask) if mask.size else [{}] * len(layers)
        views = zip(self.network.views(buffer), self._running(running), masks, layers, strict=True)
        for index, (learned, seen, kept, given) in enumerate(views):
            own = learned | seen | ({"mask": kept["weights"]} if kept else {})
            surplus = [name for name in given if name not in own]
            if surplus:
                message = f"this layer has no {surplus[0]}"
                raise InvalidInput(FieldError(f"layers.{index}.{surplus[0]}", None, ", ".join(own), message))
            for name, target in own.items():
                if name in given or name in ("weights", "biases"):
                    field = f"layers.{index}.{name}"
                    target[:] = _array(field, given.get(name), target.shape, self.network.dtype)
                    _check_range(field, name, target)
            if kept and "mask" in given:
                learned["weights"][kept["weights"] == 0] = 0
            elif kept:
                kept["weights"][learned["weights"] != 0] = 1
        self.state = state._replace(mask=mask)
        state.parameters[:], state.previous[:], state.running[:] = buffer, buffer, running
        self._began = None
        self._clock[kernel.DIVERGED] = 0
        self.diverged = None
        self._watch_anew()
        self._note("parameters", {"layers": self.as_given()})
        self._rows.begin()
        self.settle()

    def fork(self) -> "Trainer":
        """A trainer with the same past and present, which goes its own way from here. Finishes what is half done."""
        other = Trainer(self.experiment, self.data)
        other.restore(self.checkpoint())
        other.state.previous[:] = self.state.previous
        other.history = self.history.until(self.step)
        other.journal = self.journal.until(self.journal.made)
        other.timeline = self.timeline.until(int(self.epoch))
        return other

    def checkpoint(self) -> Checkpoint:
        """Where the run stands. Finishes what is half done first."""
        self.settle()
        state = self.state
        return Checkpoint(
            self.experiment,
            state.parameters.copy(),
            state.slots.copy(),
            state.running.copy(),
            state.mask.copy(),
            self._clock.copy(),
            self._order.astype(np.min_scalar_type(len(self._order))),
            (self._plateau, self._watch, self._best, self.stopped, self.diverged),
        )

    def restore(self, checkpoint: Checkpoint) -> None:
        """Goes on from a checkpoint of a run of this experiment, which gives the same bytes as that run would have.

        The history stays as it is. Raises InvalidInput for a checkpoint of a network of another shape.
        """
        own, experiment = self.state, checkpoint.experiment
        order = len(self._train) + self._left_over(experiment)
        shapes = [
            (given.shape, array.shape)
            for given, array in (
                (checkpoint.parameters, own.parameters),
                (checkpoint.slots, own.slots),
                (checkpoint.running, own.running),
            )
        ]
        if any(given != array for given, array in shapes) or checkpoint.order.shape != (order,):
            expected = "a checkpoint of this experiment"
            raise InvalidInput(
                FieldError("checkpoint", None, expected, "it belongs to a network or data of another shape")
            )
        self.experiment = experiment
        self.state = kernel.State(
            parameters=checkpoint.parameters.copy(),
            gradient=np.zeros_like(own.gradient),
            slots=checkpoint.slots.copy(),
            running=checkpoint.running.copy(),
            previous=checkpoint.parameters.copy(),
            mask=checkpoint.mask.copy(),
        )
        self._plateau, self._watch, self._best, self.stopped, self.diverged = checkpoint.memory
        self._rows.drop()
        self._began = None
        self._configure()
        self._clock[:], self._order = checkpoint.clock, checkpoint.order.astype(np.int64)

    # Looking

    def row(self) -> dict[str, Any]:
        """The metrics of the current step: the recorded row if there is one, else computed for this answer (see
        `Model.at_once`).
        """
        recorded = self._recorded()
        if recorded:
            return recorded
        return self.measured({part: self.at_once(part) for part in self.data.measured})

    def measured(self, samples: Mapping[str, Samples] | None = None) -> dict[str, Any]:
        """The metrics of the current step, over these samples of each part or over all."""
        rows = MetricsRow(self, samples)
        rows.begin()
        plan = self._plan._replace(work=kernel.NEVER, last_step=self.step)
        while rows.under_way:
            self.run(kernel.TRAIN, self._work, rows.parts, plan, rows.row, 0, self._no_results)
        return self.history.layout.as_data(len(self.history), rows.take()[0])

    def row_samples(self) -> dict[str, int]:
        """How many samples of each part `row` speaks of: all, unless it is computed in one go and there are many."""
        recorded = self._recorded() is not None
        return {part: self.coverage(part)["all" if recorded else "samples"] for part in self.data.measured}

    def _recorded(self) -> dict[str, Any] | None:
        newest = self.history.row(self.history.last_seq) if len(self.history) else None
        return newest if newest and newest["step"] == self.step else None


def _array(field: str, given: Any, shape: tuple[int, ...], dtype: np.dtype) -> np.ndarray:
    expected = " x ".join(str(length) for length in shape) + " finite numbers"
    try:
        array = np.asarray(given, dtype=np.float64)
    except (TypeError, ValueError):
        raise InvalidInput(FieldError(field, None, expected, "the numbers do not form a rectangle")) from None
    if array.shape != shape:
        message = f"this is {' x '.join(str(length) for length in array.shape) or 'not an array'}"
        raise InvalidInput(FieldError(field, list(array.shape), expected, message))
    with np.errstate(over="ignore"):
        array = array.astype(dtype)
    if not np.isfinite(array).all():
        raise InvalidInput(FieldError(field, None, expected, "a number is not finite at this precision"))
    return array


def _check_range(field: str, name: str, array: np.ndarray) -> None:
    """Raises InvalidInput for numbers that this thing cannot be."""
    if name == "moving_variance" and (array < 0).any():
        raise InvalidInput(FieldError(field, None, "numbers of 0 or more", "a variance is negative"))
    if name == "mask" and not np.isin(array, (0, 1)).all():
        raise InvalidInput(
            FieldError(field, None, "numbers 0 and 1", "a mask is 1 for weights that are kept and 0 for pruned ones")
        )
