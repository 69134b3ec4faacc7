"""The store keeps sessions, uploaded tables and saved runs, and gives them back."""

import asyncio
import sqlite3
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from app.experiments import EXPERIMENT
from app.files.csv_import import Options, read_table
from app.files.table_file import parse_table, write_table
from app.storage import Delta, Saved, Store, Trouble, delta
from engine import Trainer, resolve
from tests.app.storage.conftest import comparable, facts_of, recovered, state_of, trainer_of

pytestmark = pytest.mark.anyio

NICKNAME = "a name that must not stay anywhere on the disk"


async def test_facts_come_back_as_they_were(store: Store) -> None:
    given = [
        facts_of("b", owner="someone", playing=True, rate=None, until={"metric": "test_loss", "target": 0.125}),
        facts_of("a", rest="finished", reason="Epoch 3 is reached.", rate=0.1, until={"epochs": 3}),
    ]
    for facts in given:
        await store.save(delta(trainer_of(), facts, Saved()))
    assert await store.list() == sorted(given, key=lambda facts: facts.id)
    assert (await store.load("b")).facts == given[0]


async def test_what_was_told_last_counts(store: Store) -> None:
    trainer = trainer_of()
    saved = await store.save(delta(trainer, facts_of(playing=True, rate=2.0), Saved()))
    trainer.step_once("batch", 7)
    await store.save(delta(trainer, facts_of(rest="paused", touched=9.0), saved))
    assert await store.list() == [facts_of(rest="paused", touched=9.0, step=7, epoch=trainer.epoch)]


async def test_a_deleted_session_is_gone_and_does_not_come_back(store: Store) -> None:
    trainer = trainer_of()
    saved = await store.save(delta(trainer, facts_of(), Saved()))
    trainer.step_once("epoch", 3)
    late = delta(trainer, facts_of(), saved, checkpoint=True)
    await store.delete("a")
    for act in (store.load("a"), store.save(late)):
        with pytest.raises(Trouble) as caught:
            await act
        assert (caught.value.kind, caught.value.status) == ("forgotten", 404)
    assert await store.list() == [] and store.trouble is None
    await store.delete("a")


async def test_shelves_keep_tables_and_saved_runs(store: Store) -> None:
    reading = read_table(b"size,color,price\n1,red,3\n2,blue,4\n,red,5\n4,red,6\n5,blue,9\n", Options(name="Häuser"))
    await store.uploads.put("t", reading.found, write_table(reading.table), owner="someone")
    await store.saved_runs.put("r", {"name": "Best"}, b'{"format": "gradlab session"}')
    (item,) = await store.uploads.list()
    assert (item.id, item.owner, item.head["name"]) == ("t", "someone", "Häuser")
    assert abs(item.created - time.time()) < 60
    table = parse_table(await store.uploads.body("t"))
    assert comparable([table.points, table.targets]) == comparable([reading.table.points, reading.table.targets])
    assert (table.recipe, table.classes, table.columns) == (
        reading.table.recipe,
        reading.table.classes,
        reading.table.columns,
    )
    assert await store.saved_runs.body("r") == b'{"format": "gradlab session"}'
    await store.saved_runs.put("r", {"name": "Better"}, b"{}")
    assert [item.head for item in await store.saved_runs.list()] == [{"name": "Better"}]
    await store.saved_runs.delete("r")
    assert not await store.saved_runs.list() and len(await store.uploads.list()) == 1
    with pytest.raises(Trouble, match="not in"):
        await store.saved_runs.body("r")


async def test_a_run_of_a_table_finds_it_again(store: Store) -> None:
    table = read_table(b"a,b,c\n" + b"".join(b"%d,%d,%d\n" % (i, i * i % 7, i % 3) for i in range(30)), Options()).table
    await store.uploads.put("t", {}, write_table(table))
    trainer = Trainer(resolve(EXPERIMENT.check({"dataset": {"upload": "t"}}), {"t": table}))
    saved = await store.save(delta(trainer, facts_of(), Saved()))
    trainer.step_once("batch", 20)
    await store.save(delta(trainer, facts_of(), saved))
    assert (await store.list())[0].upload == "t"
    again = await recovered(store, tables={"t": parse_table(await store.uploads.body("t"))})
    assert comparable(state_of(again.trainer)) == comparable(state_of(trainer))


async def test_what_is_in_a_file_is_there_after_a_restart(file: Path, file_store: Store) -> None:
    trainer = trainer_of()
    saved = await file_store.save(delta(trainer, facts_of(), Saved()))
    trainer.step_once("epoch", 4)
    await file_store.save(delta(trainer, facts_of(), saved))
    other = Store(f"sqlite:///{file}")  # as after kill -9: the first was not closed
    await other.open()
    assert comparable(state_of((await recovered(other)).trainer)) == comparable(state_of(trainer))
    await other.close()


TRAINING = """
import asyncio, sys
from app.storage import Facts, Saved, Store, delta
from engine import Experiment, Trainer, resolve

async def main():
    store = Store(sys.argv[1])
    await store.open()
    trainer, saved, facts = Trainer(resolve(Experiment())), Saved(), Facts(id="a", run="1", created=1.5, touched=2.5)
    for turn in range(1_000_000):
        saved = await store.save(delta(trainer, facts, saved, checkpoint=turn % 5 == 0))
        print(trainer.step, flush=True)
        trainer.step_once("batch", 7)

asyncio.run(main())
"""


@pytest.mark.parametrize("url", ["file", "postgresql"], indirect=True)
async def test_a_killed_process_loses_nothing_that_it_has_acknowledged(url: str, anyio_backend: str) -> None:
    with subprocess.Popen([sys.executable, "-c", TRAINING, url], stdout=subprocess.PIPE) as process:
        assert process.stdout
        told = [int(process.stdout.readline()) for _ in range(200)]
        process.kill()
        told += [int(line) for line in process.stdout.read().splitlines()]
    store = Store(url)
    await store.open()
    again = (await recovered(store)).trainer
    assert again.step in (told[-1], told[-1] + 7), "the last one may have been committed and not told"
    whole = trainer_of()
    whole.step_once("batch", again.step)
    assert comparable(state_of(again)) == comparable(state_of(whole))
    await store.close()


async def test_what_is_deleted_is_not_on_the_disk(file: Path, file_store: Store) -> None:
    await file_store.save(delta(trainer_of(), facts_of(owner=NICKNAME[:20], reason=NICKNAME), Saved()))
    await file_store.saved_runs.put("r", {"name": NICKNAME}, NICKNAME.encode())

    def found() -> bool:
        return any(NICKNAME[:20].encode() in part.read_bytes() for part in file.parent.glob(file.name + "*"))

    assert found()
    await file_store.delete("a")
    await file_store.saved_runs.delete("r")
    assert not found()


async def test_a_backup_has_the_same_content(file: Path, file_store: Store, tmp_path: Path) -> None:
    trainer = trainer_of()
    saved = await file_store.save(delta(trainer, facts_of(), Saved()))
    trainer.step_once("epoch", 30)
    await file_store.save(delta(trainer, facts_of(), saved, checkpoint=True))
    copy = tmp_path / "copy.db"
    await file_store.backup(copy)
    contents = []
    for each in (file, copy):
        with sqlite3.connect(each) as connection:
            names = [name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
            contents.append({name: connection.execute(f"SELECT * FROM {name}").fetchall() for name in sorted(names)})
            assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        connection.close()
    assert contents[0] == contents[1] and contents[0]["history"]
    restored = Store(f"sqlite:///{copy}")
    await restored.open()
    assert comparable(state_of((await recovered(restored)).trainer)) == comparable(state_of(trainer))
    await restored.close()
    with pytest.raises(ValueError, match="is there already"):
        await file_store.backup(copy)


async def test_postgresql_has_its_own_backup(postgresql: object, anyio_backend: str) -> None:
    store = Store(postgresql.database())  # type: ignore[attr-defined]
    with pytest.raises(ValueError, match="pg_dump"):
        await store.backup(Path("copy"))


async def test_ten_thousand_sessions_are_listed_without_their_contents(file_store: Store) -> None:
    trainer = trainer_of()
    one = delta(trainer, facts_of(), Saved())

    def renamed(id: str) -> Delta:
        rows = {name: tuple(row | {"session": id} for row in getattr(one, name)) for name in ("history", "checkpoints")}
        return replace(one, facts=replace(one.facts, id=id), **rows)

    for first in range(0, 10_000, 1_000):
        await asyncio.gather(*(file_store.save(renamed(f"{first + index}")) for index in range(1_000)))
    assert len(await file_store.list()) == 10_000
    assert np.isclose((await file_store.load("9999")).facts.created, 1.5)
