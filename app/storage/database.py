"""The database: SQLite in a file or in memory, or PostgreSQL, by one URL; opened, brought up to date, and asked.

SQLite keeps a log beside its file (WAL), so that reading and writing do not wait for each other, and a commit is on the
disk before it is answered.
"""

import importlib.util
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, ExceptionContext, event, inspect, text
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine
from sqlalchemy.pool import AsyncAdaptedQueuePool

from app.storage.tables import METADATA
from app.storage.troubles import Trouble, told_apart

HEAD = "0002"  # the newest of the migrations
MIGRATIONS = Path(__file__).with_name("migrations")
MEMORY = "memory"
BUSY_S = 2
PRAGMAS = {
    "busy_timeout": BUSY_S * 1_000,
    "journal_mode": "WAL",
    "synchronous": "FULL",
    "foreign_keys": "ON",
    "secure_delete": "ON",  # deleted means deleted
}
POSTGRESQL: dict[str, Any] = {
    "connect_timeout": 5,
    "tcp_user_timeout": 10_000,
    "options": f"-c lock_timeout={BUSY_S}s -c statement_timeout=30s",
}


def default_file() -> Path:
    """The file in the user's data folder."""
    return Path(os.environ.get("XDG_DATA_HOME") or Path.home() / ".local/share") / "gradlab" / "gradlab.db"


def read_url(given: str) -> URL:
    """The URL that SQLAlchemy needs. Raises ValueError if this is none that gradlab knows."""
    if given in ("", MEMORY):
        return URL.create("sqlite+aiosqlite", database=str(default_file()) if not given else None)
    try:
        url = make_url(given)
    except ArgumentError:
        raise ValueError(_expected(given)) from None
    match url.drivername.partition("+")[0]:
        case "sqlite":
            return url.set(drivername="sqlite+aiosqlite")
        case "postgresql" | "postgres":
            if importlib.util.find_spec("psycopg") is None:
                raise ValueError("PostgreSQL needs a driver: pip install 'gradlab[postgres]'.")
            return url.set(drivername="postgresql+psycopg")
    raise ValueError(_expected(url.render_as_string(hide_password=True)))


def _expected(given: str) -> str:
    return f"'{given}' is no database. Give sqlite:///FILE, postgresql://USER:PASSWORD@HOST/NAME, or {MEMORY}."


class Database:
    """Connections to one database. Raises ValueError for a URL that gradlab does not know."""

    def __init__(self, given: str) -> None:
        url = read_url(given)
        self.sqlite = url.get_backend_name() == "sqlite"
        self.file = Path(url.database) if self.sqlite and url.database not in (None, "", ":memory:") else None
        self._inode: int | None = None
        options: dict[str, Any] = {"pool_timeout": 10, "hide_parameters": True}  # a log is no place for them
        if self.sqlite and self.file is None:  # it lives as long as its connection
            options |= {"pool_size": 1, "max_overflow": 0, "poolclass": AsyncAdaptedQueuePool}
        elif not self.sqlite:
            options |= {"pool_pre_ping": True, "connect_args": POSTGRESQL}
        self.engine = create_async_engine(url, **options)
        if self.sqlite:
            event.listen(self.engine.sync_engine, "connect", _prepare)
            event.listen(self.engine.sync_engine, "begin", _begin)
            event.listen(self.engine.sync_engine, "handle_error", self._keep_connection)

    def _keep_connection(self, context: ExceptionContext) -> None:
        """In memory, whoever gives up waiting must not take the only connection along, and with it everything."""
        if self.file is None:
            context.is_disconnect = False

    async def open(self) -> None:
        """Makes what is not there yet, and brings it up to date. Raises Trouble, or ValueError for a newer database."""
        if self.file:
            with told_apart():
                self.file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
                self.file.touch(mode=0o600)
        async with self._asked(writes=True) as connection:
            await connection.run_sync(METADATA.create_all if self.sqlite and self.file is None else _upgrade)
        self._inode = self._file_number()

    async def close(self) -> None:
        """Ends all connections."""
        await self.engine.dispose()

    async def reopen(self) -> None:
        """Begins anew, if the file is no longer there, with a new one."""
        await self.close()
        await self.open()

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[AsyncConnection]:
        """A connection that sees one moment of the database. Raises Trouble."""
        async with self._asked(writes=False) as connection:
            yield connection

    @asynccontextmanager
    async def writing(self) -> AsyncIterator[AsyncConnection]:
        """A transaction, which is on the disk when it ends. Raises Trouble."""
        if self._inode != self._file_number():  # else it would write into a file without a name
            raise Trouble("gone")
        async with self._asked(writes=True) as connection:
            yield connection

    @asynccontextmanager
    async def _asked(self, writes: bool) -> AsyncIterator[AsyncConnection]:
        with told_apart():
            async with self.engine.connect() as connection:
                if self.sqlite:
                    await connection.execution_options(begin="BEGIN IMMEDIATE" if writes else "BEGIN")
                elif not writes:
                    await connection.execution_options(isolation_level="REPEATABLE READ")
                async with connection.begin():
                    yield connection

    async def forget_deleted(self) -> None:
        """Has SQLite empty its log, in which deleted rows still are. Raises Trouble."""
        if self.file:
            await self._run("PRAGMA wal_checkpoint(TRUNCATE)")

    async def backup(self, path: Path) -> None:
        """Writes a copy of this moment into a new file. Raises ValueError where that is not SQLite's to do, Trouble."""
        if not self.sqlite:
            raise ValueError("A PostgreSQL database is backed up by pg_dump.")
        if path.exists():
            raise ValueError(f"{path} is there already.")
        await self._run("VACUUM INTO :path", path=str(path))

    async def _run(self, statement: str, **values: str) -> None:
        """Runs what SQLite does outside of transactions only."""
        with told_apart():
            async with self.engine.connect() as connection:
                await connection.execute(text(statement), values)

    def _file_number(self) -> int | None:
        try:
            return self.file.stat().st_ino if self.file else None
        except OSError:
            return -1


def _prepare(connection: Any, _: Any) -> None:
    connection.isolation_level = None  # transactions begin where SQLAlchemy begins them
    cursor = connection.cursor()
    for name, value in PRAGMAS.items():
        cursor.execute(f"PRAGMA {name}={value}")
    cursor.close()


def _begin(connection: Connection) -> None:
    statement = connection.get_execution_options().get("begin")
    if statement:
        connection.exec_driver_sql(statement)


def _upgrade(connection: Connection) -> None:
    stored = None
    if inspect(connection).has_table("alembic_version"):
        stored = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
    if stored == HEAD:
        return
    from alembic import command  # takes as long to load as all else here, and is rarely needed
    from alembic.config import Config
    from alembic.util import CommandError

    config = Config(attributes={"connection": connection})
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    try:
        command.upgrade(config, "head")
    except CommandError as error:
        raise ValueError(f"This database was written by a newer gradlab (its version is {stored}).") from error
