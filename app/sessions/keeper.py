"""The keeper: stores what becomes of sessions, and brings stored ones back.

A change is stored before it is answered. What training does meanwhile is stored every few seconds; what a crash takes
of it is trained again, to the same bytes.
"""

import asyncio
import logging
import time
from collections.abc import Callable, Iterable
from concurrent.futures import Future
from contextlib import suppress
from typing import Any

from app.problems import Problem
from app.sessions.record import Record
from app.sessions.scheduler import Closed, Scheduler
from app.sessions.session import Session
from app.storage import Delta, Recovery, Saved, Store, Trouble, delta
from engine import Resolved
from engine.data.uploads import Tables

log = logging.getLogger("gradlab")

CHECKPOINT_S = 3.0
TICK_S = 0.25  # checkpoints are spread over time: all at once would hold up whoever trains


class Keeper:
    """Stores the sessions of one scheduler."""

    def __init__(self, store: Store, scheduler: Scheduler[Session]) -> None:
        self._store = store
        self._scheduler = scheduler

    def check(self) -> None:
        """Raises Trouble while nothing can be stored: then nothing is changed either."""
        trouble = self._store.trouble
        if trouble:
            raise Trouble(trouble.kind)

    async def keep_up(self, records: Callable[[], Iterable[Record]]) -> None:
        """Stores what training does, forever."""
        while True:
            await asyncio.sleep(TICK_S)
            if self._store.trouble is None:
                now = time.monotonic()
                due = [record for record in records() if now - record.saved_at >= CHECKPOINT_S and _advanced(record)]
                await asyncio.gather(*(self._save_quietly(record) for record in due))

    async def _save_quietly(self, record: Record) -> None:
        try:
            await self.save(record, checkpoint=True)
        except Trouble:
            pass  # of which the writer has told; the next time there is more to store
        except Exception:  # it must not keep the others from being stored
            record.saved_at = time.monotonic()
            log.exception("a session could not be stored")

    async def save(self, record: Record, checkpoint: bool = False) -> None:
        """Stores what is new in a session that is in memory. Raises Trouble."""
        async with record.saving:
            while record.session is not None and not record.deleted:
                try:
                    new = await self._new_in(record, record.session, checkpoint)
                    if new is None or record.deleted:
                        return
                    record.saved = await self._store.save(new)
                except Closed:
                    return  # it has ended
                except Trouble as trouble:
                    if trouble.kind != "forgotten":
                        raise
                    record.saved = Saved()  # somebody has emptied the database
                else:
                    if new.checkpoints:
                        record.saved_at = time.monotonic()
                    return

    async def _new_in(self, record: Record, session: Session, checkpoint: bool) -> Delta | None:
        """What is new in a session; None if it has failed, in the middle of a step."""

        def take(session: Session) -> Future[Delta]:
            return session.at_step_boundary(lambda: _taken(record, session, checkpoint))

        while True:
            run = session.run_id
            taking = await asyncio.wrap_future(self._scheduler.snapshot(record.id, take))
            try:
                return await asyncio.wrap_future(taking)
            except Problem:
                if session.run_id == run:  # else a reset came before it
                    return None

    async def save_last(self, records: Iterable[Record]) -> None:
        """Stores all sessions, once their scheduler has ended."""

        def take(record: Record, session: Session) -> Delta:
            session.note_samples()
            return _taken(record, session, checkpoint=True)

        async def save(record: Record) -> None:
            if record.session is not None and not record.deleted and record.session.state != "failed":
                try:
                    await self._store.save(await asyncio.to_thread(take, record, record.session))
                except Trouble as trouble:
                    log.error("a session could not be stored at the end: %s", trouble.kind)
                except Exception:
                    log.exception("a session could not be stored at the end")

        await asyncio.gather(*map(save, records))

    async def wake(self, record: Record, tables: Tables, check: Callable[[Resolved], Resolved]) -> None:
        """Brings a session back from storage, as it was. Raises Trouble, and Problem if its table is gone."""
        stored = await self._store.load(record.id)
        made: list[Recovery] = []

        def make() -> Session:
            made.append(Recovery(stored, tables, check))
            return Session(record.id, made[-1].trainer, check)

        try:
            if record.deleted:
                raise Closed
            session = await asyncio.wrap_future(self._scheduler.open(record.id, make))
            recovery = made[-1]
            going: Future[Future[None]] = self._scheduler.command(
                record.id, lambda session: session.recover(recovery, stored.facts)
            )
            arrival = await asyncio.wrap_future(going)
            await asyncio.wrap_future(arrival)
            if record.deleted:
                raise Closed
        except BaseException:
            self._scheduler.close(record.id)
            raise
        record.saved, record.session = recovery.saved, session
        if recovery.damaged:
            log.error("%d damaged checkpoints were put aside", len(recovery.damaged))
            with suppress(Trouble):
                await self._store.quarantine(recovery.damaged)


def _taken(record: Record, session: Session, checkpoint: bool) -> Delta:
    return delta(session.trainer, session.stored_facts(record.created, record.owner), record.saved, checkpoint)


def _advanced(record: Record) -> bool:
    session: Any = record.session
    return session is not None and not record.saved.covers(session.trainer, session.run_id)
