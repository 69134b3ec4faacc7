"""The writer commits together what waits together, and gets over every trouble by itself."""

import asyncio
import logging
import sqlite3
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event, text

from app.storage import Saved, Store, Trouble, delta
from app.storage.troubles import trouble_of
from tests.app.conftest import eventually
from tests.app.storage.conftest import comparable, facts_of, recovered, state_of, trainer_of

pytestmark = pytest.mark.anyio

GATE_S = 10.0  # within which storing works again
EXCLUSIVE = """
import sqlite3, sys
connection = sqlite3.connect(sys.argv[1], isolation_level=None)
connection.execute("BEGIN EXCLUSIVE")
print("locked", flush=True)
sys.stdin.read()
"""


def commits_of(store: Store) -> list[None]:
    commits: list[None] = []
    event.listen(store._database.engine.sync_engine, "commit", lambda _: commits.append(None))
    return commits


async def test_what_waits_together_is_committed_together(store: Store) -> None:
    new = [delta(trainer_of(), facts_of(f"{index}"), Saved()) for index in range(60)]
    commits = commits_of(store)
    assert await asyncio.gather(*map(store.save, new)) == [each.after for each in new]
    assert len(commits) <= 2
    assert len(await store.list()) == 60


async def test_the_order_of_one_sessions_deltas_is_kept(store: Store) -> None:
    trainer = trainer_of()
    first = delta(trainer, facts_of(rest="ready"), Saved())
    trainer.step_once("epoch", 2)
    second = delta(trainer, facts_of(rest="paused"), first.after, checkpoint=True)
    third = delta(trainer_of(seed=3), facts_of(run="2", rest="ready"), second.after)
    commits = commits_of(store)
    await asyncio.gather(*map(store.save, (first, second, third)))
    assert len(commits) <= 2
    stored = await store.load("a")
    assert (stored.facts.run, stored.facts.rest, len(stored.history)) == ("2", "ready", 1)


async def test_one_mistake_does_not_hurt_the_others(store: Store) -> None:
    new = [delta(trainer_of(), facts_of(f"{index}"), Saved()) for index in range(5)]
    new[2] = replace(new[2], facts=replace(new[2].facts, rest=None))  # type: ignore[arg-type]
    results = await asyncio.gather(*map(store.save, new), return_exceptions=True)
    assert [isinstance(result, Saved) for result in results] == [True, True, False, True, True]
    assert not isinstance(results[2], Trouble) and store.trouble is None
    assert len(await store.list()) == 4


async def test_who_stops_waiting_harms_nobody(store: Store) -> None:
    tasks = [asyncio.create_task(store.save(delta(trainer_of(), facts_of(f"{i}"), Saved()))) for i in range(3)]
    await asyncio.sleep(0)
    tasks[1].cancel()
    assert [type(result) for result in await asyncio.gather(*tasks, return_exceptions=True)] == [
        Saved,
        asyncio.CancelledError,
        Saved,
    ]
    await store.check()


async def test_the_end_waits_for_what_is_being_written(store: Store) -> None:
    saving = asyncio.create_task(store.save(delta(trainer_of(), facts_of(), Saved())))
    await asyncio.sleep(0)
    await store.close()
    assert isinstance(await saving, Saved)
    with pytest.raises(Trouble):
        await store.check()


# Troubles. Each is a context in which nothing can be written, and the kind of trouble that it is.


@asynccontextmanager
async def full(store: Store, file: Path) -> AsyncIterator[None]:
    async def most_pages(count: int) -> None:
        async with store._database.engine.connect() as connection:
            await connection.execute(text(f"PRAGMA max_page_count={count}"))

    await most_pages(1)  # no more than there are
    yield
    await most_pages(1 << 30)


@asynccontextmanager
async def locked(store: Store, file: Path) -> AsyncIterator[None]:
    program = [sys.executable, "-c", EXCLUSIVE, str(file)]
    with subprocess.Popen(program, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as other:
        assert other.stdout and other.stdin and other.stdout.readline() == b"locked\n"
        yield
        other.stdin.close()


@asynccontextmanager
async def moved_away(store: Store, file: Path) -> AsyncIterator[None]:
    await store._database.engine.dispose()
    hidden = file.with_name("hidden")
    file.rename(hidden)
    file.mkdir()  # nothing can be made in its place
    yield
    file.rmdir()
    hidden.rename(file)


TROUBLES: dict[str, Callable[[Store, Path], Any]] = {"full": full, "locked": locked, "gone": moved_away}


@pytest.mark.parametrize("kind", TROUBLES)
async def test_training_goes_on_and_storing_too_once_the_trouble_is_over(
    kind: str, file: Path, file_store: Store, caplog: pytest.LogCaptureFixture
) -> None:
    store, trainer = file_store, trainer_of(batch_size=2)
    saved = await store.save(delta(trainer, facts_of(), Saved()))
    trainer.step_once("epoch", 300)  # which needs room
    refused, since = 0, time.monotonic()
    with caplog.at_level(logging.WARNING, "gradlab"):
        async with TROUBLES[kind](store, file):
            while refused < 30 or time.monotonic() - since < 2.5:
                trainer.step_once("epoch", 4)
                with pytest.raises(Trouble) as caught:
                    await store.save(delta(trainer, facts_of(), saved, checkpoint=True))
                problem = caught.value
                assert problem.kind == kind and problem.status == (507 if kind == "full" else 503)
                assert problem.headers and int(problem.headers["Retry-After"]) >= 1
                refused += 1
                await asyncio.sleep(0.02)
            assert store.trouble and store.trouble.kind == kind
        over = time.monotonic()
        await eventually(lambda: asyncio.sleep(0, result=store.trouble is None))
    took = time.monotonic() - since
    assert time.monotonic() - over < GATE_S
    assert 2 <= len(caplog.records) <= took + 2, "one line a second at most"
    saved = await store.save(delta(trainer, facts_of(), saved, checkpoint=True))
    assert comparable(state_of((await recovered(store)).trainer)) == comparable(state_of(trainer))
    with sqlite3.connect(file) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    connection.close()


async def test_reading_goes_on_while_another_process_locks_the_file(file: Path, file_store: Store) -> None:
    await file_store.save(delta(trainer_of(), facts_of(), Saved()))
    async with locked(file_store, file):
        with pytest.raises(Trouble):
            await file_store.check()
        assert len(await file_store.list()) == 1 and (await recovered(file_store)).done


async def test_a_deleted_file_is_noticed_and_everything_is_saved_anew(file: Path, file_store: Store) -> None:
    store, trainer = file_store, trainer_of()
    saved = await store.save(delta(trainer, facts_of(), Saved()))
    for part in file.parent.glob(file.name + "*"):
        part.unlink()
    trainer.step_once("epoch", 5)
    with pytest.raises(Trouble) as caught:
        await store.save(delta(trainer, facts_of(), saved))
    assert caught.value.kind == "gone"
    await eventually(lambda: asyncio.sleep(0, result=store.trouble is None))
    with pytest.raises(Trouble) as caught:
        await store.save(delta(trainer, facts_of(), saved))
    assert caught.value.kind == "forgotten"
    await store.save(delta(trainer, facts_of(), Saved()))
    assert comparable(state_of((await recovered(store)).trainer)) == comparable(state_of(trainer))


async def test_postgresql_may_stop_and_start_again(postgresql: Any, anyio_backend: str) -> None:
    store, trainer = Store(postgresql.database()), trainer_of()
    await store.open()
    saved = await store.save(delta(trainer, facts_of(), Saved()))
    postgresql.stop()
    try:
        for act in (store.save(delta(trainer, facts_of(), saved)), store.list()):
            with pytest.raises(Trouble) as caught:
                await act
            assert caught.value.kind == "gone"
    finally:
        postgresql.start()
    await eventually(lambda: asyncio.sleep(0, result=postgresql.answers()))
    over = time.monotonic()
    await eventually(lambda: asyncio.sleep(0, result=store.trouble is None))
    assert time.monotonic() - over < GATE_S
    await store.save(delta(trainer, facts_of(), saved))
    await store.close()


async def test_postgresql_does_not_wait_for_ever_for_a_lock(postgresql: Any, anyio_backend: str) -> None:
    url = postgresql.database()
    store, other = Store(url), Store(url)
    await store.open()
    new = delta(trainer_of(), facts_of(), Saved())
    async with other._database.writing() as connection:
        await connection.execute(text("LOCK TABLE sessions IN EXCLUSIVE MODE"))
        with pytest.raises(Trouble) as caught:
            await store.save(new)
        assert caught.value.kind == "locked"

    async def saved() -> bool:
        try:
            return bool(await store.save(new))
        except Trouble:
            return False

    await eventually(saved)
    await store.close()
    await other.close()


class Failure(Exception):
    def __init__(self, **codes: Any) -> None:
        vars(self).update(codes)


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (Failure(sqlite_errorcode=13), "full"),
        (Failure(sqlite_errorcode=5 | 2 << 8), "locked"),
        (Failure(sqlite_errorcode=10 | 4 << 8), "gone"),
        (Failure(sqlite_errorcode=11), "damaged"),
        (Failure(sqlite_errorcode=19), None),  # a constraint
        (Failure(sqlstate="53100"), "full"),
        (Failure(sqlstate="53300"), "locked"),
        (Failure(sqlstate="40P01"), "locked"),
        (Failure(sqlstate="57P01"), "gone"),
        (Failure(sqlstate="08006"), "gone"),
        (Failure(sqlstate="XX001"), "damaged"),
        (Failure(sqlstate="23505"), None),
        (ConnectionRefusedError(), "gone"),
        (ValueError(), None),
    ],
)
def test_errors_are_told_apart(error: Exception, kind: str | None) -> None:
    trouble = trouble_of(error)
    assert (trouble and trouble.kind) == kind
