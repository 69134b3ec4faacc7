"""Uploads: the tables that were sent, kept in memory until they are deleted or the server stops."""

import secrets
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from app.csv_table import Options, described, read_table
from app.problems import Problem
from engine.uploads import TABLES, Table


class Uploads:
    """The uploaded tables of one server; `uses` says how many sessions learn from one."""

    def __init__(self, most: int, uses: Callable[[str], int]) -> None:
        self._most = most
        self._uses = uses
        self._found: dict[str, dict[str, Any]] = {}

    def add(self, body: bytes, options: Options) -> dict[str, Any]:
        """Reads a file and keeps its table. Raises Problem 422 if it cannot be read, 429 if there are too many."""
        if len(self._found) >= self._most:
            raise Problem(429, f"There are already {self._most} uploaded tables; delete one that is not needed.")
        reading = read_table(body, options)
        id = secrets.token_hex(16)
        TABLES[id] = reading.table
        self._found[id] = {
            "id": id,
            "created": datetime.now(UTC).isoformat(timespec="seconds"),
            "dataset": {"upload": id},
            **reading.found,
        }
        return self._found[id]

    def adopt(self, table: Table) -> str:
        """Keeps a table that came with a session file, and says by which id. Raises Problem 429."""
        if len(self._found) >= self._most:
            raise Problem(429, f"There are already {self._most} uploaded tables; delete one that is not needed.")
        id = secrets.token_hex(16)
        TABLES[id] = table
        self._found[id] = {
            "id": id,
            "created": datetime.now(UTC).isoformat(timespec="seconds"),
            "dataset": {"upload": id},
            **described(table),
        }
        return id

    def get(self, id: str) -> dict[str, Any]:
        """What was found in a file. Raises Problem 404."""
        if id not in self._found:
            raise Problem(404, "There is no such uploaded table.")
        return self._found[id]

    def list(self) -> list[dict[str, Any]]:
        """All of them, the newest first, without their columns and rows."""
        heads = ("id", "created", "dataset", "name", "rows", "inputs", "task", "target", "classes")
        return [{key: found[key] for key in heads} for found in reversed(self._found.values())]

    def delete(self, id: str) -> None:
        """Forgets one. Raises Problem 404, or 409 while a session learns from it."""
        self.get(id)
        uses = self._uses(id)
        if uses:
            raise Problem(409, f"{uses} session{'s learn' if uses > 1 else ' learns'} from this table; end it first.")
        del self._found[id], TABLES[id]

    def close(self) -> None:
        """Forgets all of them."""
        for id in self._found:
            TABLES.pop(id, None)
        self._found.clear()
