"""Who is looked at stays; what nobody wants stops, and is forgotten later. With a clock of our own."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import numpy as np
import pytest

from app.problems import Problem
from app.readiness import Readiness
from app.schemas.requests import Play, TrainEpochs
from app.sessions.record import Record
from app.sessions.registry import Registry
from app.sessions.scheduler import Scheduler
from app.sessions.session import Session
from app.settings import Settings
from app.storage import Store
from engine import Experiment, InvalidExperiment, resolve
from engine.compute import kernel
from tests.app.conftest import eventually

pytestmark = pytest.mark.anyio
PLAY = Play(command="play", rate=1.0)


class Clock:
    now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def registry(clock: Clock, anyio_backend: str) -> AsyncIterator[Registry]:
    async with started(Settings(max_sessions=3, rest_s=600, idle_stop_s=1800, forget_s=86_400), clock) as registry:
        yield registry


@asynccontextmanager
async def started(settings: Settings, clock: Clock) -> AsyncIterator[Registry]:
    readiness, store = Readiness(), Store(settings.database_url)
    await store.open()
    registry = Registry(Scheduler(2, readiness.prepare), settings, readiness, store, clock=clock)
    await registry.start()
    yield registry
    await registry.stop()
    await store.close()


async def is_running(registry: Registry) -> bool:
    return bool(registry.list()[0]["state"] == "running")


async def test_a_look_changes_nothing_at_whatever_epoch(registry: Registry, monkeypatch: pytest.MonkeyPatch) -> None:
    id = await registry.create(resolve(Experiment()), "me")
    await registry.change(id, lambda session: session.train(TrainEpochs(epochs=3)))
    monkeypatch.delattr(Scheduler, "command")  # by which all changes go
    session = await registry.session(id)
    before = session.stage, session.revision, session.facts, session.trainer.journal.entries
    for epoch in (1, 1, None):
        found = await registry.look(id, lambda session: session.at(epoch, lambda trainer: trainer.epoch))  # noqa: B023
        assert found == (epoch or 3)
    assert (session.stage, session.revision, session.facts, session.trainer.journal.entries) == before


async def test_unwatched_training_pauses_after_half_an_hour(registry: Registry, clock: Clock) -> None:
    idle, asked = await registry.create(resolve(Experiment()), "me"), await registry.create(resolve(Experiment()), "me")
    for id in (idle, asked):
        await registry.change(id, lambda session: session.play(PLAY))
    clock.now += 1799
    await registry.tidy()
    assert [line["state"] for line in registry.list()] == ["running", "running"]
    await registry.session(asked)
    clock.now += 1
    await registry.tidy()
    assert [line["state"] for line in registry.list()] == ["paused", "running"]
    assert "30 minutes" in registry.list()[0]["reason"]


async def test_watched_training_goes_on(registry: Registry, clock: Clock) -> None:
    id = await registry.create(resolve(Experiment()), "me")
    await registry.change(id, lambda session: session.play(PLAY))
    async with registry.watch(id, lambda _: lambda: None):
        clock.now += 100_000
        await registry.tidy()
        assert registry.list()[0]["state"] == "running" and registry.list()[0]["watchers"] == 1
    clock.now += 1799
    await registry.tidy()
    assert registry.list()[0]["state"] == "running", "the half hour begins when the last one leaves"
    clock.now += 1
    await registry.tidy()
    assert registry.list()[0]["state"] == "paused"


async def test_training_that_a_client_waits_for_goes_on(registry: Registry, clock: Clock) -> None:
    id = await registry.create(resolve(Experiment()), "me")
    waiting = asyncio.ensure_future(registry.change(id, lambda session: session.train(TrainEpochs(epochs=1_000_000))))
    await eventually(lambda: is_running(registry))
    clock.now += 100_000
    await registry.tidy()
    assert await is_running(registry) and not waiting.done()
    waiting.cancel()


async def test_sessions_are_forgotten_in_the_end(registry: Registry, clock: Clock) -> None:
    id = await registry.create(resolve(Experiment()), "me")
    clock.now += 86_399
    await registry.tidy()
    assert len(registry) == 1
    clock.now += 1
    await registry.tidy()
    assert len(registry) == 0
    with pytest.raises(Problem) as raised:
        await registry.session(id)
    assert raised.value.status == 404


async def test_the_longest_idle_session_gives_its_checkpoints_first(
    clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("engine.training.checkpoints.FIRST_WORK", 0)  # a checkpoint at every epoch
    async with started(Settings(checkpoint_limit_bytes=80_000), clock) as registry:
        ids = [await registry.create(resolve(Experiment()), "me") for _ in range(2)]
        for id in ids:
            clock.now += 1
            await registry.change(id, lambda session: session.train(TrainEpochs(epochs=70)))
        sizes = [(await registry.session(id)).trainer.timeline.bytes for id in ids]
        assert sum(sizes) > 80_000
        clock.now += 1
        await registry.session(ids[1])
        await registry.tidy()
        first, second = [(await registry.session(id)).trainer.timeline for id in ids]
        assert first.bytes + second.bytes <= 80_000 and second.bytes == sizes[1]
        assert first.marks[0].epoch == 0, "every epoch can still be reached"


async def test_where_memory_is_full_what_was_unused_longest_rests_unless_all_are_in_use(
    registry: Registry, clock: Clock
) -> None:
    first, second, third = [await registry.create(resolve(Experiment()), "me") for _ in range(3)]
    clock.now += 1
    for id in (first, third):
        await registry.change(id, lambda session: session.play(PLAY))
    fourth = await registry.create(resolve(Experiment()), "me")
    assert [record.rests for record in map(registry.record, (first, second, third, fourth))] == [
        False,
        True,
        *[False] * 2,
    ]
    assert len(registry.list()) == 4 and len(registry.scheduler._slots) == 3
    await registry.change(fourth, lambda session: session.play(PLAY))
    for asked in (registry.create(resolve(Experiment()), "me"), registry.session(second)):
        with pytest.raises(Problem) as raised:
            await asked
        assert raised.value.status == 429 and raised.value.headers
    await registry.change(first, lambda session: session.pause())
    await registry.look(second, lambda session: session.describe())
    assert registry.record(first).rests and not registry.record(second).rests


async def test_what_nobody_uses_rests_and_comes_back_as_it_was(registry: Registry, clock: Clock) -> None:
    id = await registry.create(resolve(Experiment()), "me")
    await registry.change(id, lambda session: session.train(TrainEpochs(epochs=20)))
    await registry.change(id, lambda session: session.patch(b'{"batch_size": 5}', reset=False))
    session = await registry.session(id)
    before, line, parameters = session.describe(), registry.list(), session.trainer.state.parameters.copy()
    clock.now += 600
    await registry.tidy()
    assert registry.record(id).rests and registry.list() == line and not registry.scheduler._slots
    woken = await asyncio.gather(*(registry.session(id) for _ in range(3)))
    assert woken[0] is woken[1] is woken[2] is not session
    after = woken[0].describe()
    assert after.pop("stage") > before.pop("stage")
    assert after.pop("last_update") is None and before.pop("last_update"), "which is not stored"
    assert after == before
    assert np.array_equal(woken[0].trainer.state.parameters, parameters)
    assert np.array_equal(woken[0].trainer.history.table, session.trainer.history.table, equal_nan=True)
    assert woken[0].trainer.journal.as_data() == session.trainer.journal.as_data()


async def test_an_experiment_that_is_refused_takes_no_place(registry: Registry) -> None:
    with pytest.raises(InvalidExperiment):
        await registry.create(resolve(Experiment(task="regression")), "me")
    assert len(registry) == 0 and registry.created == 0


async def test_what_was_deleted_is_let_go(registry: Registry) -> None:
    import gc
    import weakref

    id = await registry.create(resolve(Experiment()), "me")
    session = weakref.ref(await registry.session(id))
    await registry.delete(id)

    async def gone() -> bool:
        gc.collect()
        return session() is None

    await eventually(gone)
    assert not registry.scheduler._slots and not registry.scheduler._active


async def test_a_session_that_is_watched_is_not_deleted_unless_it_must_be(registry: Registry) -> None:
    id = await registry.create(resolve(Experiment()), "me")
    async with registry.watch(id, lambda _: lambda: None):
        await registry.delete(id, unless_watched=True)
        assert registry.has(id)
    await registry.delete(id, unless_watched=True)
    assert not registry.has(id)

    other = await registry.create(resolve(Experiment()), "me")
    async with registry.watch(other, lambda _: lambda: None):
        await registry.delete(other)
        assert not registry.has(other)


async def test_a_client_that_is_leaving_does_not_keep_its_session(registry: Registry) -> None:
    id = await registry.create(resolve(Experiment()), "me")
    leaving = asyncio.Event()

    async def watch() -> None:
        async with registry.watch(id, lambda _: lambda: None):
            leaving.set()
            await asyncio.sleep(0.1)

    watching = asyncio.create_task(watch())
    await leaving.wait()
    await registry.delete(id, unless_watched=True)
    await watching
    assert not registry.has(id)


async def test_what_is_answered_while_a_session_is_laid_to_rest_is_not_lost(registry: Registry, clock: Clock) -> None:
    id = await registry.create(resolve(Experiment()), "me")
    for attempt in range(40):
        clock.now += 700
        patch = b'{"optimizer": {"learning_rate": %.4f}}' % (0.001 + attempt / 10_000)

        async def change(delay_s: float = attempt % 20 / 5_000, patch: bytes = patch) -> None:
            await asyncio.sleep(delay_s)
            await registry.change(id, lambda session: session.patch(patch, reset=False))

        await asyncio.gather(registry.tidy(), change())
        found = await registry.look(id, lambda session: session.trainer.experiment.optimizer.learning_rate)
        assert found == pytest.approx(0.001 + attempt / 10_000)


async def test_a_deleted_session_does_not_come_back_in_storage(registry: Registry) -> None:
    for attempt in range(30):
        id = await registry.create(resolve(Experiment()), "me")
        await registry.change(id, lambda session: session.play(PLAY))
        record = registry.record(id)

        async def save(delay_s: float = attempt % 15 / 3_000, record: Record = record) -> None:
            await asyncio.sleep(delay_s)
            await registry._keeper.save(record, checkpoint=True)

        await asyncio.gather(registry.delete(id), save())
    assert await registry._store.list() == []


@pytest.mark.parametrize("fault", ["checkpoint", "advance"])
async def test_a_session_that_fails_keeps_no_other_from_being_stored(
    registry: Registry, monkeypatch: pytest.MonkeyPatch, fault: str
) -> None:
    monkeypatch.setattr("app.sessions.keeper.CHECKPOINT_S", 0.05)
    monkeypatch.setattr("app.sessions.keeper.TICK_S", 0.01)
    good, bad = [await registry.create(resolve(Experiment()), "me") for _ in range(2)]

    def spoil(session: Session) -> None:
        def fail(*_: object, **__: object) -> None:
            raise MemoryError("spoiled by the test")

        monkeypatch.setattr(session.trainer, fault, fail)
        session.trainer._clock[kernel.IN_BATCH] = fault == "advance"  # in the middle of a step

    await registry.look(bad, spoil)
    for id in (good, bad):
        await registry.look(id, lambda session: session.play(PLAY))
    seen = registry.record(good).saved_at
    for _ in range(3):

        async def stored_again(seen: float = seen) -> bool:
            return registry.record(good).saved_at > seen

        await eventually(stored_again)
        seen = registry.record(good).saved_at
