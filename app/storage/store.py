"""The store: sessions, uploaded tables and saved runs, kept and found again.

Whatever is awaited here is committed when it returns.
"""

import time
from collections.abc import Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from sqlalchemy import Table, delete, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from app.offload import offload
from app.storage.database import Database
from app.storage.deltas import Delta, Facts, Saved
from app.storage.recovery import Stored
from app.storage.rights import Rights
from app.storage.sealed import seal, unseal
from app.storage.statements import upsert
from app.storage.tables import CHECKPOINTS, HISTORY, JOURNAL, SAVED_RUNS, SESSIONS, UPLOADS
from app.storage.troubles import Trouble
from app.storage.writer import Writer, trial

FACTS = [SESSIONS.c[item.name] for item in fields(Facts)]


class Store:
    """What one database holds. Raises ValueError for a URL that gradlab does not know."""

    def __init__(self, url: str) -> None:
        self._database = Database(url)
        self._writer = Writer(self._database)
        self.uploads = Shelf(UPLOADS, self._database, self._writer)
        self.saved_runs = Shelf(SAVED_RUNS, self._database, self._writer)
        self.rights = Rights(self._database, self._writer)

    async def open(self) -> None:
        """Brings the database up to date. Raises Trouble, or ValueError if a newer gradlab wrote it."""
        await self._database.open()
        self._writer.start()

    async def close(self) -> None:
        """Writes what waits, and ends."""
        await self._writer.stop()
        await self._database.close()

    @property
    def trouble(self) -> Trouble | None:
        """Why nothing can be stored just now, if that is so."""
        return self._writer.trouble

    async def check(self) -> None:
        """Writes something, to see whether it can. Raises Trouble."""
        await self._writer.write(trial)

    async def backup(self, path: Path) -> None:
        """Writes a copy of this moment into a new file. Raises ValueError for PostgreSQL, which has its own way."""
        await self._database.backup(path)

    async def save(self, delta: Delta) -> Saved:
        """Stores what is new in a session, and gives how far it is saved. Raises Trouble, also for one deleted."""
        saved: Saved = await self._writer.write(delta)
        return saved

    async def list(self) -> list[Facts]:
        """All sessions, oldest first."""
        async with self._database.reading() as connection:
            rows = await connection.execute(select(*FACTS).order_by(SESSIONS.c.created, SESSIONS.c.id))
            return [_facts(row) for row in rows]

    async def load(self, id: str) -> Stored:
        """A session, for a Recovery. Raises Trouble."""
        async with self._database.reading() as connection:
            whole = select(*FACTS, SESSIONS.c.began, SESSIONS.c.stride, SESSIONS.c.changes)
            row = (await connection.execute(whole.where(SESSIONS.c.id == id))).one_or_none()
            if row is None:
                raise Trouble("forgotten")
            checkpoints = select(*CHECKPOINTS.c["id", "kind", "epoch", "data"]).order_by(CHECKPOINTS.c.id)
            sound = CHECKPOINTS.c.session == id, CHECKPOINTS.c.kind != "damaged"
            return Stored(
                facts=_facts(row),
                began=row.began,
                stride=row.stride,
                changes=row.changes,
                entries=await _documents(connection, JOURNAL, id, "seq"),
                history=await _documents(connection, HISTORY, id, "first_seq"),
                checkpoints=[(*found,) for found in await connection.execute(checkpoints.where(*sound))],
            )

    async def delete(self, id: str) -> None:
        """Deletes a session, for good."""
        await self._writer.write(lambda connection: connection.execute(delete(SESSIONS).where(SESSIONS.c.id == id)))
        await self._database.forget_deleted()

    async def quarantine(self, checkpoints: Sequence[int]) -> None:
        """Puts damaged checkpoints aside: they are kept, and not read again."""
        aside = update(CHECKPOINTS).where(CHECKPOINTS.c.id.in_(checkpoints)).values(kind="damaged")
        await self._writer.write(lambda connection: connection.execute(aside))


@dataclass(frozen=True)
class Item:
    """Something on a shelf; `head` is what lists show of it."""

    id: str
    owner: str | None
    created: float
    head: dict[str, Any]


class Shelf:
    """Things that do not change: a head, which lists show, and a body of bytes."""

    def __init__(self, table: Table, database: Database, writer: Writer) -> None:
        self._table = table
        self._database = database
        self._writer = writer

    async def put(self, id: str, head: dict[str, Any], body: bytes, owner: str | None = None) -> None:
        """Keeps something. Raises Trouble."""
        sealed = await offload(seal, body)
        row = {"id": id, "owner": owner, "created": time.time(), "head": seal(head), "body": sealed}
        await self._writer.write(lambda connection: connection.execute(upsert(connection, self._table), row))

    async def list(self) -> list[Item]:
        """All things, oldest first, without their bodies."""
        columns = self._table.c["id", "owner", "created", "head"]
        async with self._database.reading() as connection:
            rows = await connection.execute(select(*columns).order_by(self._table.c.created, self._table.c.id))
            return [Item(row.id, row.owner, row.created, unseal(row.head)) for row in rows]

    async def body(self, id: str) -> bytes:
        """The body of one thing. Raises Trouble."""
        async with self._database.reading() as connection:
            found = await connection.scalar(select(self._table.c.body).where(self._table.c.id == id))
        if found is None:
            raise Trouble("forgotten")
        body: bytes = await offload(unseal, found)
        return body

    async def delete(self, id: str) -> None:
        """Deletes one thing, for good."""
        gone = delete(self._table).where(self._table.c.id == id)
        await self._writer.write(lambda connection: connection.execute(gone))
        await self._database.forget_deleted()


def _facts(row: Any) -> Facts:
    known = {column.name: getattr(row, column.name) for column in FACTS}
    return Facts(**known | {"until": unseal(row.until) if row.until else None})


async def _documents(connection: AsyncConnection, table: Table, id: str, order: str) -> list[bytes]:
    found = select(table.c.data).where(table.c.session == id).order_by(table.c[order])
    return list(await connection.scalars(found))
