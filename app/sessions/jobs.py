"""Errands: training that somebody waits for, and changes that wait for the end of a step."""

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
class Errand:
    """Training at full speed, to a step or for a time; then the future gets the session."""

    goal: Callable[[Trainer], int] | None = None  # called when its turn comes; a step
    seconds: float = math.inf
    single_samples: bool = False
    future: Future[dict[str, Any]] = field(default_factory=Future)
    first_step: int = -1  # until it has begun
    last_step: int | None = None
    deadline: float = math.inf

    def begin(self, trainer: Trainer, now: float) -> None:
        """Its turn has come."""
        self.first_step = trainer.step
        self.last_step = self.goal(trainer) if self.goal else None
        self.deadline = now + self.seconds

    def is_done(self, trainer: Trainer, now: float) -> bool:
        """Whether it has come to its end."""
        arrived = self.last_step is not None and trainer.step >= self.last_step and trainer.settled
        return arrived or now >= self.deadline


class Undertaking(Protocol):
    """Work of the engine's that goes on beside training, a little at a time."""

    @property
    def done(self) -> bool:
        """Whether it has come to its end."""

    def advance(self, work: int) -> None:
        """Goes on for about `work` multiply-adds."""


U = TypeVar("U", bound=Undertaking)


@dataclass(eq=False)
class Tour(Generic[U, T]):
    """An undertaking that somebody waits for: the future gets what `finish` makes of it when it is done."""

    begin: Callable[[], U]  # called when its turn comes
    finish: Callable[[U], T]
    under_way: U | None = None
    future: Future[T] = field(default_factory=Future)


@dataclass(eq=False)
class Change:
    """Something to do between two steps."""

    run: Callable[[], Any]
    future: Future[Any] = field(default_factory=Future)


def epochs_further(epochs: int) -> Callable[[Trainer], int]:
    """The goal of so many more epochs."""
    return lambda trainer: trainer.steps_to_epoch(int(trainer.epoch) + epochs)


def steps_further(steps: int) -> Callable[[Trainer], int]:
    """The goal of so many more steps."""
    return lambda trainer: trainer.step + steps


def fulfil(future: Future[T], run: Callable[[], T]) -> None:
    """Gives the future what `run` gives or raises, unless nobody waits for it any more."""
    if future.cancelled():
        return
    try:
        result = run()
    except Exception as error:
        refuse(future, error)
    else:
        with suppress(InvalidStateError):  # cancelled just now
            future.set_result(result)


def then(future: Future[T], make: Callable[[T], R]) -> Future[R]:
    """What `make` makes of a future's result, on the thread that gives it. Who gives up the one gives up the other."""
    made: Future[R] = Future()

    def take(done: Future[T]) -> None:
        if not done.cancelled():
            fulfil(made, lambda: make(done.result()))

    future.add_done_callback(take)
    made.add_done_callback(lambda done: done.cancelled() and future.cancel())
    return made


def refuse_like(future: Future[Any], other: Future[Any]) -> None:
    """Gives the future the error of another one that is done, if it has one."""
    error = other.exception()
    if isinstance(error, Exception):
        refuse(future, error)


def refuse(future: Future[Any], error: Exception) -> None:
    """Gives the future an error, unless nobody waits for it any more."""
    with suppress(InvalidStateError):
        future.set_exception(error)
