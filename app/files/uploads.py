"""Uploads: tables that users have sent, kept in memory and in storage until they are deleted.

Each belongs to whoever sent it, and to all others it is not there; but copies of a session that learns from it go on.
A deleted table can be restored for ten minutes.
"""

import logging
import secrets
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from app.files.csv_import import Options, described, read_table
from app.files.table_file import parse_table, write_table
from app.offload import offload
from app.problems import Problem
from app.storage import Trouble
from app.storage.store import Shelf
from engine.data.uploads import Table, Tables

log = logging.getLogger("gradlab")

RESTORABLE_S = 600.0


@dataclass(frozen=True)
class Deleted:
    """A table that can still be restored, and when it was deleted."""

    table: Table
    found: dict[str, Any]
    owner: str
    since: float


class OwnTables(Mapping[str, Table]):
    """The tables that one owner's session may learn from, always as they are now: the owner's, and `shared`, from which
    a session has learned that this one is a copy of."""

    def __init__(self, uploads: "Uploads", owner: str, shared: str | None = None) -> None:
        self._uploads = uploads
        self._owner = owner
        self._shared = shared

    def __getitem__(self, id: str) -> Table:
        if id != self._shared and self._uploads.owner_of(id) != self._owner:
            raise KeyError(id)
        return self._uploads.tables[id]

    def __iter__(self) -> Iterator[str]:
        return (
            id for id in list(self._uploads.tables) if id == self._shared or self._owner == self._uploads.owner_of(id)
        )

    def __len__(self) -> int:
        return sum(1 for _ in self)


class Uploads:
    """The uploaded tables of one server; `uses` says how many sessions learn from one."""

    def __init__(
        self, most: int, uses: Callable[[str], int], shelf: Shelf, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._most = most
        self._uses = uses
        self._shelf = shelf
        self._stored: set[str] = set()
        self._clock = clock
        self._lock = threading.Lock()  # files are read on several threads
        self.tables: dict[str, Table] = {}  # by id
        self._found: dict[str, dict[str, Any]] = {}
        self._owners: dict[str, str] = {}
        self._deleted: dict[str, Deleted] = {}

    def owner_of(self, id: str) -> str | None:
        """Whose a table is; None if there is none."""
        return self._owners.get(id)

    def tables_of(self, owner: str, shared: str | None = None) -> Tables:
        """See `OwnTables`."""
        return OwnTables(self, owner, shared)

    def add(self, owner: str, body: bytes, options: Options) -> dict[str, Any]:
        """Reads a file and keeps its table. Raises Problem 422 if it cannot be read, 429 if there are too many."""
        self._check_room()
        reading = read_table(body, options)
        return self._keep(owner, reading.table, reading.found)

    def adopt(self, owner: str, table: Table) -> str:
        """Keeps a table that came with a session file, and returns its id. Raises Problem 429."""
        id: str = self._keep(owner, table, described(table))["id"]
        return id

    def _keep(self, owner: str, table: Table, found: dict[str, Any]) -> dict[str, Any]:
        id = secrets.token_hex(16)
        created = datetime.now(UTC).isoformat(timespec="seconds")
        answer = {"id": id, "created": created, "dataset": {"upload": id}, **found}
        self._put(id, owner, table, answer)
        return answer

    def _put(self, id: str, owner: str, table: Table, found: dict[str, Any]) -> None:
        with self._lock:
            self._check_room()
            self.tables[id], self._found[id], self._owners[id] = table, found, owner

    def _check_room(self) -> None:
        if len(self._found) >= self._most:
            raise Problem(429, f"There are already {self._most} uploaded tables. Delete one first.")

    def get(self, owner: str, id: str) -> dict[str, Any]:
        """What was found in a file. Raises Problem 404, also if it is somebody else's."""
        if self.owner_of(id) != owner:
            raise Problem(404, "There is no uploaded table with this id.")
        return self._found[id]

    def list(self, owner: str) -> list[dict[str, Any]]:
        """An owner's, the newest first, without their columns and rows, and how many sessions learn from each."""
        heads = ("id", "created", "dataset", "name", "rows", "inputs", "task", "target", "classes")
        with self._lock:
            return [
                {key: found[key] for key in heads} | {"uses": self._uses(id)}
                for id, found in reversed(self._found.items())
                if self._owners[id] == owner
            ]

    def delete(self, owner: str, id: str) -> None:
        """Deletes one. Raises Problem 404, or 409 while a session learns from it."""
        self.get(owner, id)
        uses = self._uses(id)
        if uses:
            sessions, them = ("1 session uses", "it") if uses == 1 else (f"{uses} sessions use", "them")
            raise Problem(409, f"{sessions} this table. Delete {them} first.")
        with self._lock:
            self._forget_old()
            self._deleted[id] = Deleted(*self._pop(id), self._clock())
            while len(self._deleted) > self._most:
                del self._deleted[next(iter(self._deleted))]

    def _pop(self, id: str) -> tuple[Table, dict[str, Any], str]:
        return self.tables.pop(id), self._found.pop(id), self._owners.pop(id)

    def restore(self, owner: str, id: str) -> dict[str, Any]:
        """Restores one that was deleted less than ten minutes ago. Raises Problem 404, or 429 if there are too many."""
        with self._lock:
            self._forget_old()
            deleted = self._deleted.get(id)
        if deleted is None or deleted.owner != owner:
            raise Problem(404, "There is no such deleted table: it can be restored for 10 minutes. Upload it again.")
        self._put(id, owner, deleted.table, deleted.found)
        with self._lock:
            self._deleted.pop(id, None)
        return deleted.found

    def _forget_old(self) -> None:
        now = self._clock()
        self._deleted = {id: each for id, each in self._deleted.items() if now - each.since < RESTORABLE_S}

    # In storage

    async def load(self) -> None:
        """Reads those that are in storage. Raises Trouble; one that is damaged is left out."""
        for item in await self._shelf.list():
            try:
                table = await offload(parse_table, await self._shelf.body(item.id))
            except Problem as problem:
                log.error("an uploaded table cannot be read: %s", problem.detail)
            else:
                self.tables[item.id], self._found[item.id] = table, item.head
                self._owners[item.id] = item.owner or ""
                self._stored.add(item.id)

    async def save(self) -> None:
        """Has storage hold what is here. Raises Trouble; tables that cannot be stored are not kept."""
        for id in self._stored - self._found.keys():
            await self._shelf.delete(id)
            self._stored.discard(id)
        for id in self._found.keys() - self._stored:
            try:
                body = await offload(write_table, self.tables[id])
                await self._shelf.put(id, self._found[id], body, self._owners[id])
            except Trouble:
                with self._lock:
                    self._pop(id)
                raise
            self._stored.add(id)

    def close(self) -> None:
        """Forgets all of them."""
        self.tables.clear()
        self._found.clear()
        self._owners.clear()
        self._deleted.clear()
