"""Training for so long: what is left of it after an interruption, and how far it has come."""

import asyncio
import time
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing, asynccontextmanager, suppress
from functools import partial

from gradlab_client.answers import SessionAnswer
from gradlab_client.errors import GradlabError
from gradlab_client.loop import on_callers_thread
from gradlab_client.messages import Message
from gradlab_client.metrics import Metrics
from gradlab_client.progress import Bar, Progress, Report

OVER = {"finished", "diverged", "failed"}
LEAST_S = 1e-3  # of training that can be ordered


class Goal:
    """So many epochs more, or so many seconds, from where a session stands."""

    def __init__(self, start: SessionAnswer, epochs: int | None, seconds: float | None) -> None:
        if (epochs is None) == (seconds is None):
            raise ValueError("Say for how many epochs to train, or for how many seconds: train(epochs=100).")
        self._run = start["run"]
        self._first = start["epoch"]
        self._epochs = epochs
        self._seconds = seconds
        self._began = time.monotonic()

    def order(self, now: SessionAnswer) -> dict[str, float]:
        """What to ask of the server for what is left; it counts from the beginning of the present epoch."""
        if self._epochs is not None:
            return {"epochs": int(self._first) + self._epochs - int(now["epoch"])}
        return {"seconds": max((self._seconds or 0) - (time.monotonic() - self._began), LEAST_S)}

    def is_over(self, now: SessionAnswer) -> bool:
        """Whether there is nothing left to train: it is reached, or the run has ended or was replaced."""
        return self.share(now["epoch"]) >= 1 or now["run"] != self._run or now["state"] in OVER

    def share(self, epoch: float) -> float:
        """How much of it is done at an epoch of the run, from 0 to 1."""
        if self._epochs is not None:
            goal = int(self._first) + self._epochs
            return min(max((epoch - self._first) / (goal - self._first), 0.0), 1.0) if goal > self._first else 1.0
        return min((time.monotonic() - self._began) / (self._seconds or 1), 1.0)


Done = Callable[[SessionAnswer], None]


@asynccontextmanager
async def reporting(progress: bool | Report, goal: Goal, live: AsyncGenerator[Message]) -> AsyncGenerator[Done]:
    """Reports on the rows that come in live while the body trains; at its end call what it gives."""
    if not progress:
        await live.aclose()
        yield lambda now: None
        return
    bar = Bar()
    report = progress if callable(progress) else bar
    show = on_callers_thread.get()

    async def follow() -> None:
        with suppress(GradlabError):  # training goes on without a bar
            async with aclosing(live):
                async for message in live:
                    if isinstance(message, Metrics):
                        epoch = message.last["epoch"]
                        show(partial(report, Progress(goal.share(epoch), epoch, message.last)))

    def done(now: SessionAnswer) -> None:
        show(partial(report, Progress(1.0, now["epoch"], row_of(now))))

    following = asyncio.create_task(follow())
    try:
        yield done
    finally:
        following.cancel()
        with suppress(asyncio.CancelledError):
            await following
        if report is bar:
            show(bar.close)


def row_of(now: SessionAnswer) -> dict[str, float]:
    """The metrics of a session as a row of its history names them."""
    parts = {
        "train": now["metrics"]["train"],
        "validation": now["metrics"]["validation"],
        "test": now["metrics"]["test"],
    }
    return {
        f"{part}_{name}": value
        for part, measures in parts.items()
        for name, value in (measures or {}).items()
        if value is not None
    }
