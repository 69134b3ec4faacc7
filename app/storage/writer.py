"""The writer: everything that is to be stored passes through here, one transaction at a time.

What arrives while one transaction is being written waits, and all of it is written in the next one: so a hundred who
wait cost little more than one. After a trouble, writing is refused at once, until a trial of the writer has succeeded.
"""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any

from sqlalchemy import delete, insert
from sqlalchemy.ext.asyncio import AsyncConnection

from app.storage.database import Database
from app.storage.deltas import Delta
from app.storage.statements import save_all
from app.storage.tables import PROBES
from app.storage.troubles import Trouble

log = logging.getLogger("gradlab")

TRIAL_PERIOD_S = 1.0
TRIAL_BYTES = 1 << 16
LOG_PERIOD_S = 10.0

Operation = Callable[[AsyncConnection], Awaitable[Any]]
Job = tuple[Delta | Operation, asyncio.Future[Any]]


async def trial(connection: AsyncConnection) -> None:
    """Writes so much that it needs room."""
    await connection.execute(insert(PROBES).values(data=bytes(TRIAL_BYTES)))
    await connection.execute(delete(PROBES))


class Writer:
    """Writes to one database, on a task of the event loop that runs from `start` to `stop`."""

    def __init__(self, database: Database) -> None:
        self.trouble: Trouble | None = None
        self._database = database
        self._waiting: list[Job] = []
        self._wake = asyncio.Event()
        self._end = asyncio.Event()
        self._logged = -LOG_PERIOD_S
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begins to write."""
        self._task = asyncio.create_task(self._run())

    async def stop(self) -> None:
        """Writes what waits, and ends."""
        self._end.set()
        self._wake.set()
        if self._task:
            await self._task

    async def write(self, what: Delta | Operation) -> Any:
        """What comes of an operation, once it is committed. Raises Trouble."""
        if self.trouble or self._end.is_set():
            raise Trouble(self.trouble.kind if self.trouble else "gone")
        future: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        self._waiting.append((what, future))
        self._wake.set()
        return await future

    async def _run(self) -> None:
        while self._waiting or not self._end.is_set():
            await self._wake.wait()
            self._wake.clear()
            jobs, self._waiting = self._waiting, []
            await self._commit(jobs)
            if self.trouble:
                await self._try_until_over()

    async def _commit(self, jobs: list[Job]) -> None:
        """Writes all of these in one transaction; if that is not possible, each in its own."""
        jobs = [job for job in jobs if not job[1].done()]
        if not jobs:
            return
        try:
            async with self._database.writing() as connection:
                results = await _carry_out(connection, [what for what, _ in jobs])
        except Trouble as trouble:
            self._tell(trouble)
            results = [Trouble(trouble.kind) for _ in jobs]
        except Exception as error:
            if len(jobs) > 1:  # one of them is wrong
                for job in jobs:
                    await self._commit([job])
                return
            results = [error]
        for (_, future), result in zip(jobs, results, strict=True):
            if not future.done():
                future.set_exception(result) if isinstance(result, Exception) else future.set_result(result)

    def _tell(self, trouble: Trouble) -> None:
        self.trouble = trouble
        if time.monotonic() - self._logged >= LOG_PERIOD_S:
            self._logged = time.monotonic()
            cause = getattr(trouble.__cause__, "orig", None) or trouble.__cause__ or "its file is not there"
            log.error("nothing can be stored: the database is %s (%s)", trouble.kind, str(cause).partition("\n")[0])

    async def _try_until_over(self) -> None:
        while self.trouble:
            waiting, self._waiting = self._waiting, []
            for _, future in waiting:
                if not future.done():
                    future.set_exception(Trouble(self.trouble.kind))
            with suppress(TimeoutError):
                await asyncio.wait_for(self._end.wait(), TRIAL_PERIOD_S)
                return
            try:
                if self.trouble.kind == "gone":
                    await self._database.reopen()
                async with self._database.writing() as connection:
                    await trial(connection)
            except Trouble as trouble:
                self._tell(trouble)
            except Exception as error:  # such as a database of a newer gradlab in the place of this one
                log.error("nothing can be stored", exc_info=error)
            else:
                self.trouble = None
                log.warning("storing works again")


async def _carry_out(connection: AsyncConnection, jobs: list[Delta | Operation]) -> list[Any]:
    """The result of each, in their order; deltas of different sessions are written together."""
    results: list[Any] = []
    wave: dict[str, Delta] = {}

    async def save_wave() -> None:
        stored = await save_all(connection, list(wave.values())) if wave else set()
        results.extend(each.after if id in stored else Trouble("forgotten") for id, each in wave.items())
        wave.clear()

    for job in jobs:
        if isinstance(job, Delta):
            if job.facts.id in wave:
                await save_wave()
            wave[job.facts.id] = job
        else:
            await save_wave()
            results.append(await job(connection))
    await save_wave()
    return results
