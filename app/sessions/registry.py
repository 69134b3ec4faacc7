"""The registry: which sessions there are, who looks at them, and when they are forgotten.

It is the web's way to the scheduler: routes and streams await here what worker threads do. Everything in it runs on the
event loop, so nothing in it computes.
"""

import asyncio
import hashlib
import math
import secrets
import time
from collections.abc import AsyncIterator, Callable
from concurrent.futures import Future
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from functools import partial
from typing import Any, TypeVar, cast

from app.problems import Problem, not_found, stopping
from app.readiness import Readiness
from app.sessions.scheduler import Closed, Scheduler
from app.sessions.session import Session
from app.settings import Settings
from engine import Resolved, Trainer
from engine.data.uploads import Table

T = TypeVar("T")


def no_session() -> Problem:
    """404, also for a session that is somebody else's."""
    return not_found("There is no session with this id on this server.")


def _hash(secret: str) -> bytes:
    return hashlib.sha256(secret.encode()).digest()


TEND_PERIOD_S = 30.0
LEAVING_POLLS, LEAVING_POLL_S = 20, 0.05  # within this time the server notices that a client has left


@dataclass(eq=False)
class Record:
    """What the registry knows of a session."""

    session: Session | None  # None while it is being made
    asked: float  # when somebody last asked for it
    owner: str
    link: bytes = b""  # the hash of the secret with which others may look at it; empty: there is none
    readers: set[str] = field(default_factory=set)  # who has used it

    @property
    def allowed(self) -> set[str]:
        """Who may look at it."""
        return {self.owner, *self.readers}


class Registry:
    """All sessions of one scheduler."""

    def __init__(
        self,
        scheduler: Scheduler[Session],
        settings: Settings,
        readiness: Readiness,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.scheduler = scheduler
        self.settings = settings
        self.readiness = readiness
        self._clock = clock
        self._records: dict[str, Record] = {}
        self.created = 0

    # Sessions

    async def create(self, experiment: Resolved, owner: str, trainer: Trainer | None = None) -> str:
        """Makes a session for somebody, of a trainer that has come some way if one is given.

        Raises Problem 429 when there are too many.
        """
        await self.readiness.compiled(experiment)
        self._make_room()
        id = secrets.token_hex(16)  # 128 random bits
        record = self._records[id] = Record(None, self._clock(), owner)
        try:
            record.session = await self._await(
                self.scheduler.open(id, lambda: Session(id, trainer or Trainer(experiment), self.readiness.check))
            )
        except BaseException:
            self._forget(id)
            raise
        self.created += 1
        return id

    def record(self, id: str) -> Record:
        """What is known of a session. Raises Problem 404."""
        record = self._records.get(id)
        if record is None or record.session is None:
            raise no_session()
        return record

    def session(self, id: str) -> Session:
        """The session, which is marked as asked for. Raises Problem 404."""
        record = self.record(id)
        record.asked = self._clock()
        return cast(Session, record.session)

    def has(self, id: str) -> bool:
        """Whether there is such a session."""
        return id in self._records

    async def delete(self, id: str, unless_watched: bool = False) -> None:
        """Ends a session; if `unless_watched`, only once no client listens to it. Raises Problem 404."""
        session = self.session(id)
        for _ in range(LEAVING_POLLS if unless_watched else 0):
            if session.watchers:
                await asyncio.sleep(LEAVING_POLL_S)
        if not (unless_watched and session.watchers):
            self._forget(id)

    def list(self, owner: str | None = None) -> list[dict[str, Any]]:
        """A line for each session, oldest first: of one owner, or of all."""
        records = [record for record in self._records.values() if owner in (None, record.owner)]
        return [record.session.summary() for record in records if record.session is not None]

    def share(self, id: str) -> str:
        """The secret of a link with which others can look at a session; one made before is no longer good."""
        secret = secrets.token_urlsafe(24)
        record = self.record(id)
        record.link, record.readers = _hash(secret), set()
        return secret

    def unshare(self, id: str) -> None:
        """Lets nobody but its owner look at a session."""
        record = self.record(id)
        record.link, record.readers = b"", set()

    def join(self, secret: str, owner: str) -> str:
        """The id of the session of a link, which that owner may look at from now on. Raises Problem 404."""
        given = _hash(secret)
        for id, record in self._records.items():
            if record.link and secrets.compare_digest(record.link, given):
                if owner != record.owner:
                    record.readers.add(owner)
                return id
        raise not_found("This link is not good: it was taken back, or the session has ended.")

    def learning_from(self, table: Table) -> int:
        """How many sessions learn from an uploaded table."""
        sessions = [record.session for record in self._records.values() if record.session]
        return sum(session.trainer.experiment.source.table is table for session in sessions)

    def __len__(self) -> int:
        return len(self._records)

    # What worker threads do. A job that takes a while gives a future, which is awaited too.

    async def look(self, id: str, job: Callable[[Session], Any]) -> Any:
        """What a job finds that changes nothing in the run."""
        return await self._do(self.scheduler.snapshot, id, job)

    async def change(self, id: str, job: Callable[[Session], Any]) -> Any:
        """What comes of a job that changes something; whoever watches is told."""
        return await self._do(self.scheduler.command, id, job)

    async def _do(self, put: Callable[..., Future[Any]], id: str, job: Callable[[Session], Any]) -> Any:
        self.session(id)
        return await self.readiness.when_compiled(lambda: self._result(put(id, job)))

    async def _result(self, future: Future[Any]) -> Any:
        result = await self._await(future)
        return await self._await(result) if isinstance(result, Future) else result

    async def _await(self, future: Future[T]) -> T:
        try:
            return await asyncio.wrap_future(future)
        except Closed:
            if self.scheduler.stopping:
                raise stopping() from None
            raise not_found("The session has ended.") from None

    # Watching and forgetting

    @asynccontextmanager
    async def watch(self, id: str, listener: Callable[[], None]) -> AsyncIterator[None]:
        """Counts as a watcher and hears of changes, on worker threads. Raises Problem 404."""
        session, record = self.session(id), self._records[id]
        unsubscribe = self.scheduler.subscribe(id, listener)
        session.watchers += 1
        try:
            yield
        finally:
            unsubscribe()
            session.watchers -= 1
            record.asked = self._clock()

    async def tend(self) -> None:
        """Stops and forgets unused sessions, forever."""
        while True:
            await asyncio.sleep(TEND_PERIOD_S)
            await self.tidy()

    async def tidy(self) -> None:
        """Stops unwatched training; forgets sessions that nobody has asked for in a long time; frees memory."""
        stop_s = self.settings.idle_stop_s
        reason = f"Nobody has watched or asked for {stop_s / 60:g} minutes."
        for id, record in list(self._records.items()):
            idle_s = self._idle_s(record)
            if idle_s >= self.settings.forget_s:
                self._forget(id)
            elif idle_s >= stop_s and record.session is not None and record.session.state == "running":
                with suppress(Problem):
                    await self._await(self.scheduler.command(id, lambda session: session.pause(reason)))
        await self._thin_checkpoints()

    async def _thin_checkpoints(self) -> None:
        """Keeps the checkpoints of all sessions within their budget; the longest idle session gives first."""
        held = {id: record.session.trainer.timeline.bytes for id, record in self._records.items() if record.session}
        excess = sum(held.values()) - self.settings.checkpoint_limit_bytes
        longest_idle = sorted(held, key=lambda id: self._idle_s(self._records[id]), reverse=True)
        for id in longest_idle:
            if excess <= 0:
                break
            job = partial(Session.thin_checkpoints, limit=max(0, held[id] - excess))
            with suppress(Problem):
                excess -= await self._await(self.scheduler.command(id, job))

    def _idle_s(self, record: Record) -> float:
        """How long it has been unused, in seconds; minus infinity while it is made, is watched, or has a client that
        waits for what it does: training, background work or a change.
        """
        if record.session is None or record.session.watchers or record.session.awaited:
            return -math.inf
        return self._clock() - record.asked

    def _make_room(self) -> None:
        """Forgets the session that has been idle longest, if need be and if it has been idle for long."""
        if len(self._records) < self.settings.max_sessions:
            return
        id, record = max(self._records.items(), key=lambda item: self._idle_s(item[1]))
        if self._idle_s(record) < self.settings.idle_stop_s:
            raise Problem(
                429,
                f"There are {len(self._records)} sessions, the most this server holds. End one, or wait until an idle "
                "one is forgotten.",
                headers={"Retry-After": "60"},
            )
        self._forget(id)

    def _forget(self, id: str) -> None:
        self._records.pop(id, None)
        self.scheduler.close(id)
