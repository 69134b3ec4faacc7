"""`gradlab train`: one experiment trained in this process, without a server, and its result shown and written."""

import math
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Event

import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from app.cli import results
from app.cli.files import read_trainer, told
from app.problems import Problem
from app.schemas.requests import UntilMetric
from app.sessions.stop_condition import StopCondition
from engine import Trainer

USUAL_EPOCHS = 100
SLICE_S = 0.05  # between two looks at the clock and at Ctrl+C
LEAST_WORK = 1_000
TRAINED, DIVERGED, NOT_REACHED, INTERRUPTED = 0, 1, 3, 130  # exit codes; what is wrong with the command has 2


@dataclass(frozen=True)
class Ending:
    """Why training ended, in words and as an exit code."""

    code: int
    reason: str


def run(
    file: str, epochs: int | None, seconds: float | None, until: str | None, outputs: list[Path], quiet: bool
) -> int:
    """Trains, shows and writes; gives the exit code."""
    for output in outputs:
        with told(str(output)):
            results.check(output)
    trainer = read_trainer(file)
    with told("--until"):
        condition = StopCondition(_target(until), trainer) if until else None
    if epochs is None and seconds is None and condition is None:
        epochs = USUAL_EPOCHS
    begun = time.monotonic()
    with _stopping() as stop, _progress(trainer, epochs, quiet) as show:
        if not quiet:
            typer.echo("Training. Ctrl+C ends it with what there is.", err=True)
        ending = _train(trainer, epochs, seconds, condition, stop, show)
    result = results.Result(trainer, ending.reason, time.monotonic() - begun)
    if not quiet:
        results.show(result)
    for output in outputs:
        with told(str(output)):
            results.write(result, output, quiet)
    return ending.code


def _target(text: str) -> UntilMetric:
    """A metric and its target. Raises Problem."""
    metric, _, number = text.partition("=")
    try:
        target = float(number)
    except ValueError:
        target = math.nan
    if not math.isfinite(target):
        raise Problem(422, f"'{text}' is not of the form METRIC=TARGET, such as test_accuracy=0.95.")
    return UntilMetric(metric=metric.strip(), target=target)


def _train(
    trainer: Trainer,
    epochs: int | None,
    seconds: float | None,
    condition: StopCondition | None,
    stop: Event,
    show: Callable[[], None],
) -> Ending:
    """Trains to the first end that comes."""
    otherwise = NOT_REACHED if condition else TRAINED
    last_epoch = None if epochs is None else int(trainer.epoch) + epochs
    deadline = math.inf if seconds is None else time.monotonic() + seconds
    trainer.go_on()
    work = LEAST_WORK
    while trainer.diverged is None:
        if condition and (reason := condition.reached()):
            return Ending(TRAINED, reason)
        if trainer.stopped and trainer.settled:
            return Ending(otherwise, trainer.stopped)
        last = None if last_epoch is None else trainer.steps_to_epoch(last_epoch)
        if last == trainer.step and trainer.settled:
            return Ending(otherwise, f"Epoch {last_epoch} is reached.")
        now = time.monotonic()
        if stop.is_set() or now >= deadline:
            trainer.settle()
            return Ending(INTERRUPTED, "Ended by Ctrl+C.") if stop.is_set() else Ending(otherwise, "The time is over.")
        stops = [step for step in (last, condition.next_stop() if condition else None) if step is not None]
        spent = trainer.advance(work, min(stops, default=None))
        work = max(LEAST_WORK, int(spent * SLICE_S / max(time.monotonic() - now, 1e-6)))
        show()
    return Ending(DIVERGED, trainer.diverged)


@contextmanager
def _stopping() -> Iterator[Event]:
    """An event that Ctrl+C sets: training ends at the next step, instead of nowhere."""
    stop = Event()
    before = signal.signal(signal.SIGINT, lambda *_: stop.set())
    try:
        yield stop
    finally:
        signal.signal(signal.SIGINT, before)


@contextmanager
def _progress(trainer: Trainer, epochs: int | None, quiet: bool) -> Iterator[Callable[[], None]]:
    """A bar on the terminal, and what draws it anew."""
    console = Console(stderr=True)
    columns = (BarColumn(), TextColumn("epoch {task.fields[epoch]}  {task.fields[figures]}"), TimeElapsedColumn())
    with Progress(*columns, console=console, transient=True, disable=quiet or not console.is_terminal) as progress:
        first = trainer.epoch
        task = progress.add_task("", total=epochs, epoch=int(first), figures="")

        def show() -> None:
            newest = trainer.history.row(trainer.history.last_seq)
            figures = "  ".join(f"{part} loss {newest[part]['loss']:.4f}" for part in trainer.history.parts)
            progress.update(task, completed=trainer.epoch - first, epoch=int(trainer.epoch), figures=figures)

        yield show
