"""Jobs: training and background work that a client waits for, and changes that wait for the end of a step."""

import math
from collections.abc import Callable
from concurrent.futures import Future, InvalidStateError
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, Generic, Protocol, TypeVar

from engine import Trainer

T = TypeVar("T")
R = TypeVar("R")


@dataclass(eq=False)
class TrainingJob:
    """Trains at full speed, to a step or for a time; then the future gets the session."""

    end: Callable[[Trainer], int] | None = None  # called when the job starts; returns the last step
    seconds: float = math.inf
    single_samples: bool = False
    future: Future[dict[str, Any]] = field(default_factory=Future)
    first_step: int = -1  # until it has started
    last_step: int | None = None
    deadline: float = math.inf

    def begin(self, trainer: Trainer, now: float) -> None:
        """Starts the job."""
        self.first_step = trainer.step
        self.last_step = self.end(trainer) if self.end else None
        self.deadline = now + self.seconds

    def is_done(self, trainer: Trainer, now: float) -> bool:
        """Whether it is finished."""
        arrived = self.last_step is not None and trainer.step >= self.last_step and trainer.settled
        return arrived or now >= self.deadline


class BackgroundWork(Protocol):
    """Work of the engine that runs beside training, a little at a time."""

    @property
    def done(self) -> bool:
        """Whether it is finished."""

    def advance(self, work: int) -> None:
        """Continues for about `work` multiply-adds."""


U = TypeVar("U", bound=BackgroundWork)


@dataclass(eq=False)
class BackgroundJob(Generic[U, T]):
    """Background work that a client waits for: when it is done, the future gets the result of `finish`."""

    begin: Callable[[], U]  # called when the job starts
    finish: Callable[[U], T]
    work: U | None = None
    future: Future[T] = field(default_factory=Future)


@dataclass(eq=False)
class Change:
    """Something to do between two steps."""

    run: Callable[[], Any]
    future: Future[Any] = field(default_factory=Future)


def more_epochs(epochs: int) -> Callable[[Trainer], int]:
    """Ends after this many more epochs."""
    return lambda trainer: trainer.steps_to_epoch(int(trainer.epoch) + epochs)


def more_steps(steps: int) -> Callable[[Trainer], int]:
    """Ends after this many more steps."""
    return lambda trainer: trainer.step + steps


def fulfill(future: Future[T], run: Callable[[], T]) -> None:
    """Gives the future the result of `run`, or its error, unless the future was cancelled."""
    if future.cancelled():
        return
    try:
        result = run()
    except Exception as error:
        reject(future, error)
    else:
        with suppress(InvalidStateError):  # cancelled just now
            future.set_result(result)


def then(future: Future[T], make: Callable[[T], R]) -> Future[R]:
    """A future of `make(result)`, computed on the thread that sets the result. Cancelling one cancels the other."""
    made: Future[R] = Future()

    def take(done: Future[T]) -> None:
        if not done.cancelled():
            fulfill(made, lambda: make(done.result()))

    future.add_done_callback(take)
    made.add_done_callback(lambda done: done.cancelled() and future.cancel())
    return made


def reject_like(future: Future[Any], other: Future[Any]) -> None:
    """Passes on the error of a future that is done, if it has one."""
    error = other.exception()
    if isinstance(error, Exception):
        reject(future, error)


def reject(future: Future[Any], error: Exception) -> None:
    """Gives the future an error, unless it was cancelled."""
    with suppress(InvalidStateError):
        future.set_exception(error)
