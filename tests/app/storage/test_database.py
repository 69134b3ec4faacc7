"""The database is made and brought up to date when it is opened; one from a newer gradlab is left alone."""

import asyncio
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import func, select, text

from app.storage import Store, Trouble
from app.storage.database import HEAD, MEMORY, MIGRATIONS, PRAGMAS, Database, default_file, read_url
from app.storage.tables import METADATA, SESSIONS

pytestmark = pytest.mark.anyio

# Everything that is stored: nothing of a person. `owner` is a random identity, and documents are what gradlab makes.
COLUMNS = {
    "sessions": "id run created touched owner playing rate until rest reason step epoch upload began stride changes",
    "journal": "session seq data",
    "history": "session first_seq count data",
    "checkpoints": "id session kind epoch data",
    "uploads": "id owner created head body",
    "saved_runs": "id owner created head body",
    "probes": "id data",
    "shares": "session hash",
    "readers": "session reader",
    "tokens": "id owner created hash",
    "keys": "name data",
}


def test_the_columns_are_those_that_may_be_stored() -> None:
    assert {table.name: " ".join(table.c.keys()) for table in METADATA.sorted_tables} == COLUMNS


async def test_the_migrations_make_the_tables(store: Store) -> None:
    async with store._database.reading() as connection:
        differences = await connection.run_sync(lambda c: compare_metadata(MigrationContext.configure(c), METADATA))
    assert differences == []


def test_head_is_the_newest_migration() -> None:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    assert ScriptDirectory.from_config(config).get_heads() == [HEAD]


async def test_what_is_up_to_date_is_opened_again(url: str, anyio_backend: str) -> None:
    for _ in range(2):
        store = Store(url)
        await store.open()
        await store.check()
        await store.close()


@pytest.mark.parametrize("url", ["file", "postgresql"], indirect=True)
async def test_a_newer_database_is_refused_and_not_touched(url: str, anyio_backend: str) -> None:
    database = Database(url)
    await database.open()
    async with database.writing() as connection:
        await connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(ValueError, match=r"newer gradlab .*9999"):
        await database.open()
    async with database.reading() as connection:
        assert (await connection.execute(text("SELECT version_num FROM alembic_version"))).scalar() == "9999"
    await database.close()


async def test_a_file_that_is_no_database_is_refused(file: Path, anyio_backend: str) -> None:
    file.write_bytes(b"This is a letter, and long enough not to be taken for an empty file.\n" * 20)
    store = Store(f"sqlite:///{file}")
    with pytest.raises(Trouble) as caught:
        await store.open()
    assert caught.value.kind == "damaged"
    await store.close()


async def test_a_folder_that_cannot_be_made_is_a_trouble(tmp_path: Path, anyio_backend: str) -> None:
    (tmp_path / "taken").touch()
    store = Store(f"sqlite:///{tmp_path / 'taken' / 'gradlab.db'}")
    with pytest.raises(Trouble) as caught:
        await store.open()
    assert caught.value.kind == "gone"
    await store.close()


async def test_folder_and_file_are_nobody_elses(tmp_path: Path, anyio_backend: str) -> None:
    store = Store(f"sqlite:///{tmp_path / 'own' / 'gradlab.db'}")
    await store.open()
    await store.close()
    assert (tmp_path / "own").stat().st_mode & 0o777 == 0o700
    assert (tmp_path / "own" / "gradlab.db").stat().st_mode & 0o777 == 0o600


async def test_sqlite_is_set_to_be_safe(file_store: Store) -> None:
    found = {}
    async with file_store._database.reading() as connection:
        for name in PRAGMAS:
            found[name] = (await connection.execute(text(f"PRAGMA {name}"))).scalar()
    assert found == {
        "busy_timeout": 2000,
        "journal_mode": "wal",
        "synchronous": 2,  # FULL
        "foreign_keys": 1,
        "secure_delete": 1,
    }


@pytest.mark.parametrize("url", ["file", "postgresql"], indirect=True)
async def test_what_fails_leaves_nothing_half_done(store: Store) -> None:
    with pytest.raises(ZeroDivisionError):
        async with store._database.writing() as connection:
            await connection.execute(text("DELETE FROM alembic_version"))
            _ = 1 / 0
    async with store._database.reading() as connection:
        assert (await connection.execute(text("SELECT version_num FROM alembic_version"))).scalar() == HEAD


@pytest.mark.parametrize(
    ("given", "found"),
    [
        ("memory", "sqlite+aiosqlite://"),
        ("sqlite:///a/b.db", "sqlite+aiosqlite:///a/b.db"),
        ("postgresql://u:p@h/n", "postgresql+psycopg://u:p@h/n"),
        ("postgres://h/n?host=/tmp", "postgresql+psycopg://h/n?host=%2Ftmp"),
    ],
)
def test_urls_are_read(given: str, found: str) -> None:
    assert read_url(given).render_as_string(hide_password=False) == found


def test_the_default_is_a_file_in_the_users_data_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    assert default_file() == tmp_path / "gradlab" / "gradlab.db"
    assert read_url("").database == str(default_file())


@pytest.mark.parametrize("given", ["nonsense", "mysql://u:secret@h/n", "://"])
def test_other_urls_are_refused_and_passwords_not_shown(given: str) -> None:
    with pytest.raises(ValueError, match="is no database") as caught:
        Store(given)
    assert "secret" not in str(caught.value)


def test_postgresql_without_its_driver_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(name: str) -> Any:
        return None

    monkeypatch.setattr("importlib.util.find_spec", missing)
    with pytest.raises(ValueError, match=r"gradlab\[postgres\]"):
        Store("postgresql://h/n")


async def test_what_is_in_memory_outlives_whoever_gives_up_waiting(anyio_backend: str) -> None:
    database = Database(MEMORY)
    await database.open()
    try:
        for delay_s in np.linspace(0, 0.002, 40):
            asking = asyncio.create_task(_ask(database))
            await asyncio.sleep(delay_s)
            asking.cancel()
            await asyncio.gather(asking, return_exceptions=True)
        assert await _ask(database) == 0
    finally:
        await database.close()


async def _ask(database: Database) -> int:
    async with database.reading() as connection:
        for _ in range(10):
            count = await connection.scalar(select(func.count()).select_from(SESSIONS))
        return int(count or 0)
