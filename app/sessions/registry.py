"""The registry: which sessions there are, who looks at them, and when they rest or are forgotten.

It is the web's way to the scheduler: routes and streams await here what worker threads do. Everything in it runs on the
event loop, so nothing in it computes.
"""

import asyncio
import logging
import math
import secrets
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator
from concurrent.futures import Future
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import replace
from functools import partial
from typing import Any, TypeVar, cast

from app.limits import check_size, too_many
from app.problems import Problem, not_found, stopping
from app.readiness import Readiness
from app.sessions.keeper import Keeper
from app.sessions.record import Record, stored_record
from app.sessions.scheduler import Closed, Scheduler
from app.sessions.session import Session
from app.settings import Settings
from app.storage import Store, Trouble
from app.storage.deltas import upload_of
from app.tokens import hashed
from engine import Resolved, Trainer
from engine.data.uploads import NO_TABLES, Tables

log = logging.getLogger("gradlab")

T = TypeVar("T")

TEND_PERIOD_S = 30.0
LEAVING_POLLS, LEAVING_POLL_S = 20, 0.05  # within this time the server notices that a client has left


class Registry:
    """All sessions of one scheduler; `tables` are the uploaded ones that one of an owner's, which learns from one of
    them, may choose from."""

    def __init__(
        self,
        scheduler: Scheduler[Session],
        settings: Settings,
        readiness: Readiness,
        store: Store,
        tables: Callable[[str, str | None], Tables] = lambda owner, upload: NO_TABLES,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.scheduler = scheduler
        self.settings = settings
        self.readiness = readiness
        self._store = store
        self._keeper = Keeper(store, scheduler)
        self.audience = Audience()
        self._tables = tables
        self._clock = clock
        self._records: dict[str, Record] = {}
        self._tasks: list[asyncio.Task[None]] = []
        self._streams: Counter[str] = Counter()
        self.created = 0

    # From the server's start to its end

    async def start(self) -> None:
        """Finds what is in storage; what was training trains on. Raises Trouble."""
        shares = await self._store.rights.shares()
        for facts in await self._store.list():
            asleep_s = max(0.0, time.time() - facts.touched)
            record = self._records[facts.id] = stored_record(facts, self._clock() - asleep_s, shares.get(facts.id))
            if facts.playing:
                self._wake(record)
        self._tasks = [
            asyncio.create_task(task) for task in (self.tend(), self._keeper.keep_up(lambda: self._records.values()))
        ]

    async def stop(self) -> None:
        """Ends the scheduler, then stores everything."""
        waking = [record.waking for record in self._records.values() if record.waking]
        for task in [*self._tasks, *waking]:
            task.cancel()
        await asyncio.gather(*self._tasks, *waking, return_exceptions=True)
        await asyncio.to_thread(self.scheduler.shutdown)
        await self._keeper.save_last(self._records.values())

    # Sessions

    async def create(self, experiment: Resolved, owner: str, trainer: Trainer | None = None) -> str:
        """Makes a session for somebody, of a trainer that has come some way if one is given.

        Raises Problem 429 when there are too many.
        """
        check_size(experiment, self.settings.caps)
        await self.readiness.compiled(experiment)
        self._keeper.check()
        self._check_count(owner)
        id = secrets.token_hex(16)  # 128 random bits
        record = self._records[id] = Record(id, owner, self._clock())
        if trainer:
            trainer.experiment = replace(experiment, tables=self._tables(owner, upload_of(experiment)))
        try:
            await self._make_room(record)
            record.session = await self._await(
                self.scheduler.open(id, lambda: Session(id, trainer or Trainer(experiment), self.check))
            )
            await self._keeper.save(record, checkpoint=True)
        except BaseException:
            self._forget(id)
            raise
        finally:
            record.placed = False
        self.created += 1
        return id

    def check(self, experiment: Resolved) -> Resolved:
        """The same experiment. Raises Problem 422 if it is too large here, NotCompiled if it must wait."""
        return self.readiness.check(check_size(experiment, self.settings.caps))

    def _check_count(self, owner: str) -> None:
        most = self.settings.caps.sessions_each
        if sum(record.owner == owner for record in self._records.values()) >= most:
            raise too_many(f"You have {most} sessions, the most that one person may have here. Delete one.", 60)

    def record(self, id: str) -> Record:
        """What is known of a session. Raises Problem 404."""
        record = self._records.get(id)
        if record is None or record.summary() is None:
            raise no_session()
        return record

    async def session(self, id: str) -> Session:
        """The session, which is marked as asked for, and brought back if it rests. Raises Problem 404."""
        record = self.record(id)
        record.asked = self._clock()
        while record.session is None:
            await asyncio.shield(record.waking or self._wake(record))
        return record.session

    def has(self, id: str) -> bool:
        """Whether there is such a session."""
        return id in self._records

    async def delete(self, id: str, unless_watched: bool = False) -> None:
        """Ends a session; if `unless_watched`, only once no client listens to it. Raises Problem 404."""
        record = self.record(id)
        for _ in range(LEAVING_POLLS if unless_watched else 0):
            if record.session and record.session.watchers:
                await asyncio.sleep(LEAVING_POLL_S)
        if not (unless_watched and record.session and record.session.watchers):
            await self._delete(record)

    async def _delete(self, record: Record) -> None:
        record.deleted = True  # so that nothing of it is stored any more
        try:
            await self._store.delete(record.id)
        except BaseException:
            record.deleted = False
            raise
        self._forget(record.id)

    def list(self, owner: str | None = None) -> list[dict[str, Any]]:
        """A line for each session, oldest first: of one owner, or of all."""
        records = [record for record in self._records.values() if owner in (None, record.owner)]
        return [line for record in records if (line := record.summary())]

    async def share(self, id: str) -> str:
        """The secret of a link with which others can look at a session; one made before is no longer good.

        Raises Trouble.
        """
        secret = secrets.token_urlsafe(24)
        await self._let_look(id, hashed(secret))
        return secret

    async def unshare(self, id: str) -> None:
        """Lets nobody but its owner look at a session. Raises Trouble."""
        await self._let_look(id, None)

    async def _let_look(self, id: str, link: bytes | None) -> None:
        await self._store.rights.share(id, link)
        record = self.record(id)
        record.link, record.readers = link, set()
        self.audience.wake()

    async def join(self, secret: str, owner: str) -> str:
        """The id of the session of a link, which that owner may look at from now on. Raises Problem 404, Trouble."""
        given = hashed(secret)
        for id, record in self._records.items():
            if record.link and secrets.compare_digest(record.link, given):
                if not record.may_be_seen_by(owner):
                    await self._store.rights.join(id, owner)
                    if record.link is None or not secrets.compare_digest(record.link, given):
                        break  # it was taken back meanwhile
                    record.readers.add(owner)
                return id
        raise not_found("This link is not good: it was taken back, or the session has ended.")

    def learning_from(self, upload: str) -> int:
        """How many sessions learn from an uploaded table."""
        return sum(record.learns_from() == upload for record in self._records.values())

    def __len__(self) -> int:
        return len(self._records)

    # What worker threads do. A job that takes a while gives a future, which is awaited too.

    async def look(self, id: str, job: Callable[[Session], Any]) -> Any:
        """What a job finds that changes nothing in the run."""
        return await self._do(self.scheduler.snapshot, id, job)

    async def change(self, id: str, job: Callable[[Session], Any]) -> Any:
        """What comes of a job that changes something, once that is stored; whoever watches is told.

        Raises Trouble where it cannot be stored.
        """
        self._keeper.check()
        with self._using(id) as record:
            result = await self._do(self.scheduler.command, id, job)
            await self._keeper.save(record)
        return result

    async def _do(self, put: Callable[..., Future[Any]], id: str, job: Callable[[Session], Any]) -> Any:
        with self._using(id):
            await self.session(id)
            return await self.readiness.when_compiled(lambda: self._result(put(id, job)))

    @contextmanager
    def _using(self, id: str) -> Iterator[Record]:
        """Meanwhile a session does not rest. Raises Problem 404."""
        record = self.record(id)
        record.uses += 1
        try:
            yield record
        finally:
            record.uses -= 1

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

    # Watching, resting and forgetting

    @contextmanager
    def streaming(self, owner: str) -> Iterator[None]:
        """Counts as one of the streams of somebody. Raises Problem 429."""
        most = self.settings.caps.streams_each
        if self._streams[owner] >= most:
            raise too_many(f"You watch {most} sessions, the most that one person may at the same time. Close one.", 5)
        self._streams[owner] += 1
        try:
            yield
        finally:
            self._streams[owner] -= 1
            self._streams += Counter()  # which leaves out those who have none

    @asynccontextmanager
    async def watch(self, id: str, listen: Callable[[Session], Callable[[], None]]) -> AsyncIterator[None]:
        """Counts as a watcher; what `listen` gives for the session hears of changes, on worker threads.

        Raises Problem 404.
        """
        session, record = await self.session(id), self.record(id)
        unsubscribe = self.scheduler.subscribe(id, listen(session))
        session.watchers += 1
        try:
            yield
        finally:
            unsubscribe()
            session.watchers -= 1
            record.asked = self._clock()

    def _wake(self, record: Record) -> "asyncio.Task[None]":
        """Begins to bring a session back from storage."""

        async def wake() -> None:
            try:
                await self._make_room(record)
                check = self.readiness.check
                tables = self._tables(record.owner, record.upload)
                await self.readiness.when_compiled(lambda: self._keeper.wake(record, tables, check))
            except Closed:
                raise (stopping() if self.scheduler.stopping else no_session()) from None
            except Trouble as trouble:
                if trouble.kind == "forgotten":  # somebody has emptied the database
                    self._forget(record.id)
                raise
            finally:
                record.waking, record.placed = None, False
                if record.session is None and record.head and record.head["state"] == "running":  # which it is not
                    record.head["state"] = "paused"

        task = record.waking = asyncio.create_task(wake())
        task.add_done_callback(_note_failure)
        return task

    async def tend(self) -> None:
        """Stops, lays to rest and forgets unused sessions, forever."""
        while True:
            await asyncio.sleep(TEND_PERIOD_S)
            try:
                await self.tidy()
            except Trouble:
                pass  # of which the writer has told
            except Exception:
                log.exception("unused sessions could not be looked after")

    async def tidy(self) -> None:
        """Stops unwatched training; leaves to storage what nobody uses, and forgets it in the end; frees memory."""
        stop_s = self.settings.idle_stop_s
        reason = f"Nobody has watched or asked for {stop_s / 60:g} minutes."
        for id, record in list(self._records.items()):
            idle_s = self._idle_s(record)
            if idle_s >= self.settings.forget_s:
                await self._delete(record)
            elif idle_s >= stop_s and record.session is not None and record.session.state == "running":
                with suppress(Problem):
                    await self._await(self.scheduler.command(id, lambda session: session.pause(reason)))
                    await self._keeper.save(record)
            elif idle_s >= self.settings.rest_s and not record.in_use:
                await self._rest(record)
        await self._thin_checkpoints()

    async def _rest(self, record: Record) -> None:
        """Leaves a session to storage, unless somebody has just come to use it."""
        await self._keeper.save(record, checkpoint=True)
        if record.session is not None and not record.in_use:
            record.rest()
            self.scheduler.close(record.id)

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
        """How long it has been unused: nobody watches it, and no client waits for what it does."""
        session = record.session
        busy = record.uses or (session and (session.watchers or session.awaited))
        if busy or (session is None and not record.rests):
            return -math.inf
        return self._clock() - record.asked

    async def _make_room(self, newcomer: Record) -> None:
        """Lays to rest whatever has been unused longest, where memory is full. Raises Problem 429."""
        records = self._records.values()
        while sum(record.session is not None or record.placed for record in records) >= self.settings.max_sessions:
            unused = [record for record in records if record.session and not record.in_use]
            if not unused:
                raise too_many(
                    f"{self.settings.max_sessions} sessions are in use, the most this server trains at the same time. "
                    "End one, or wait until one rests.",
                    60,
                )
            await self._rest(max(unused, key=self._idle_s))
        newcomer.placed = True

    def _forget(self, id: str) -> None:
        record = self._records.pop(id, None)
        if record:
            record.deleted = True
        self.scheduler.close(id)


class Audience:
    """Everybody who watches something. They are woken when somebody may no longer do so, to see whether it is they."""

    def __init__(self) -> None:
        self._wake: set[Callable[[], None]] = set()

    @contextmanager
    def joined(self, wake: Callable[[], None]) -> Iterator[None]:
        """While it lasts, `wake` is called."""
        self._wake.add(wake)
        try:
            yield
        finally:
            self._wake.discard(wake)

    def wake(self) -> None:
        """Wakes all."""
        for wake in list(self._wake):
            wake()


def no_session() -> Problem:
    """404, also for a session that is somebody else's."""
    return not_found("There is no session with this id on this server.")


def _note_failure(task: "asyncio.Task[None]") -> None:
    if not task.cancelled() and (error := task.exception()) and not isinstance(error, Problem):
        log.error("a session could not be brought back", exc_info=cast(Exception, error))
