"""A recovered run is the same run: killed at any moment, it has the same past and future as one never interrupted."""

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from app.experiments import EXPERIMENT, patched
from app.storage import Recovery, Saved, Store, Trouble, delta
from engine import Trainer, Visit, resolve
from engine.data.uploads import Table
from tests.app.storage.conftest import comparable, facts_of, recovered, state_of, trainer_of

pytestmark = pytest.mark.anyio

Step = tuple[str, Any]

TABLES = {
    "t": Table("t", ("a", "b"), np.random.default_rng(1).normal(size=(40, 2)), np.arange(40.0), "regression", None)
}
NORMALIZED = [
    {"units": 5, "batch_normalization": {}, "dropout": 0.2},
    {"units": 3, "activation": "parametric_relu"},
]
KINDS: dict[str, tuple[dict[str, Any], list[Step]]] = {
    "default": ({}, [("train", 130), ("train", 1), ("train", 300)]),
    "everything": (
        {
            "dataset": {"name": "circle", "samples": 200, "validation_fraction": 0.2},
            "layers": NORMALIZED,
            "optimizer": "adam",
            "schedule": "reduce_on_plateau",
            "early_stopping": {"monitor": "validation_loss", "patience": 2},
        },
        [("train", 400), ("resume", None), ("singles", 7), ("train", 200), ("resume", None), ("train", 90)],
    ),
    "patches": (
        {"optimizer": {"name": "momentum"}, "layers": [{"units": 4}]},
        [
            ("train", 33),
            ("patch", {"batch_size": 7}),
            (
                "patch",
                {"optimizer": {"name": "momentum", "learning_rate": 0.3}, "layers": [{"units": 4, "dropout": 0.3}]},
            ),
            ("singles", 12),
            ("train", 111),
            ("patch", {"batch_size": None, "schedule": "cosine"}),
            ("train", 60),
            ("patch", {"early_stopping": {"patience": 1, "monitor": "train_loss"}, "clipping": {}}),
            ("train", 80),
        ],
    ),
    "put in": (
        {"optimizer": "rmsprop", "precision": "float64", "batch_size": 30},
        [("train", 9), ("put", 0.25), ("put", -1.5), ("train", 44), ("mask", None), ("train", 60), ("singles", 3)],
    ),
    "long": ({"layers": [], "batch_size": None, "shuffle": False}, [("train", 1500), ("train", 4000)]),
    "many steps in an epoch": (
        {"dataset": {"name": "spiral", "samples": 2000}, "batch_size": 1},
        [("train", 700), ("patch", {"optimizer": {"learning_rate": 0.001}}), ("train", 2500)],
    ),
    "a replay": (
        {"dataset": {"name": "tensorflow_playground", "shape": "xor", "seed_text": "a"}, "batch_size": 30},
        [("train", 55), ("patch", {"batch_size": 20}), ("train", 50), ("singles", 4), ("train", 10)],
    ),
    "a table": ({"dataset": {"upload": "t"}}, [("train", 20), ("singles", 2), ("train", 30)]),
    "own points": (
        {
            "dataset": {"points": [[0, 0], [0, 1e-9], [1, 0.1], [1, 1]], "targets": [0, 1, 1, 0], "test_fraction": 0},
            "optimizer": "nadam",
        },
        [("train", 20), ("patch", {"batch_size": 3}), ("train", 30), ("put", 1 / 3), ("train", 5)],
    ),
    "divergence": (
        {
            "optimizer": {"name": "sgd", "learning_rate": 10},
            "layers": [{"units": 4, "activation": "relu"}],
            "dataset": "plane",
        },
        [("train", 300)],
    ),
}


def start(experiment: dict[str, Any]) -> Trainer:
    return Trainer(resolve(EXPERIMENT.check(experiment), TABLES))


def change(trainer: Trainer, kind: str, what: Any) -> None:
    if kind == "resume":
        trainer.go_on()
    elif kind == "patch":
        trainer.update(resolve(patched(trainer.asked, json.dumps(what).encode()), TABLES))
    elif kind == "mask":
        layers = trainer.as_given()
        trainer.set_parameters([layer | {"mask": (np.abs(layer["weights"]) > 0.3) * 1.0} for layer in layers])
    else:
        layers = trainer.as_given()
        layers[0]["weights"][0, 0] = what
        trainer.set_parameters(layers)


def train_to(trainer: Trainer, step: int, work: Callable[[], int], batch: int | None = None) -> None:
    """Trains to a step, or until the run is over, in slices; stops in the middle where `work` gives 0."""
    while (trainer.step < step or not trainer.settled) and not trainer.diverged:
        if trainer.stopped and trainer.settled:
            break
        slice_work = work()
        if not slice_work:
            return
        trainer.advance(slice_work, step, batch)


def live(experiment: dict[str, Any], script: list[Step]) -> tuple[Trainer, list[int]]:
    """The run that nothing interrupts, and the step to which each part of the script trains it."""
    trainer, steps = start(experiment), []
    for kind, what in script:
        single = kind == "singles"
        first = trainer.step
        steps.append(first + what if kind in {"train", "singles"} else first)
        if kind in {"train", "singles"}:
            train_to(trainer, steps[-1], lambda: 1 << 20, 1 if single else None)
            if single:
                trainer.note_samples(first)
        else:
            change(trainer, kind, what)
    return trainer, steps


class Life:
    """A run that is stored and killed, again and again."""

    def __init__(self, store: Store, trainer: Trainer, seed: int) -> None:
        self.store, self.trainer, self.rng = store, trainer, np.random.default_rng(seed)
        self.saved, self.acknowledged, self.kills = Saved(), 0, 0

    async def save(self, checkpoint: bool) -> None:
        new = delta(self.trainer, facts_of(), self.saved, checkpoint)
        if self.saved.run and self.rng.random() < 0.2:  # it could not be written: the next one has it again
            new = delta(self.trainer, facts_of(), self.saved, checkpoint)
        self.saved = await self.store.save(new)
        self.acknowledged = self.trainer.step

    async def kill(self) -> None:
        recovery = await recovered(self.store, tables=TABLES)
        assert recovery.trainer.step == self.acknowledged, "nothing that was acknowledged is lost"
        self.trainer, self.saved = recovery.trainer, recovery.saved
        self.kills += 1

    async def moment(self) -> None:
        """Something may happen at any moment."""
        chance = self.rng.random()
        if chance < 0.15:
            await self.save(checkpoint=bool(self.rng.random() < 0.7))
        elif chance < 0.3:
            await self.kill()

    async def run(self, script: list[Step], steps: list[int]) -> None:
        await self.save(checkpoint=False)
        for (kind, what), end in zip(script, steps, strict=True):
            if kind == "train":
                while (self.trainer.step < end or not self.trainer.settled) and not self.trainer.diverged:
                    if self.trainer.stopped and self.trainer.settled:
                        break
                    self.trainer.advance(int(10 ** self.rng.uniform(2, 6)), end)
                    await self.moment()
                while self.rng.random() < 0.5:
                    await self.moment()
                train_to(self.trainer, end, lambda: 1 << 20)  # what the last of them may have lost
            else:
                before = len(self.trainer.journal.entries)
                first = self.trainer.step
                await self.save(checkpoint=bool(self.rng.random() < 0.3))
                while True:
                    if kind == "singles":
                        train_to(self.trainer, first + what, lambda: 5_000, 1)
                        self.trainer.note_samples(first)
                    else:
                        change(self.trainer, kind, what)
                    if self.rng.random() < 0.7:
                        break
                    await self.kill()  # before it was acknowledged: the client asks again
                    assert len(self.trainer.journal.entries) == before
                await self.save(checkpoint=bool(self.rng.random() < 0.3))
            if self.rng.random() < 0.5:
                await self.save(checkpoint=False)
                await self.kill()


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("kind", KINDS)
async def test_a_run_killed_at_any_moment_is_the_run_that_nothing_interrupted(
    kind: str, seed: int, tmp_path: Any, anyio_backend: str
) -> None:
    experiment, script = KINDS[kind]
    whole, steps = live(experiment, script)
    store = Store("memory")
    await store.open()
    life = Life(store, start(experiment), seed)
    await life.run(script, steps)
    await life.save(checkpoint=bool(seed % 2))
    await life.kill()
    await store.close()
    assert comparable(state_of(life.trainer)) == comparable(state_of(whole))
    for trainer in (life.trainer, whole):
        trainer.go_on()
        trainer.advance(3_000_000)
        trainer.settle()
    assert comparable(state_of(life.trainer)) == comparable(state_of(whole)), "the future is the same"


@pytest.mark.parametrize("kind", ["everything", "put in"])
async def test_every_database_gives_back_the_same_bytes(store: Store, kind: str) -> None:
    experiment, script = KINDS[kind]
    whole, steps = live(experiment, script)
    life = Life(store, start(experiment), 5)
    await life.run(script, steps)
    await life.save(checkpoint=False)
    await life.kill()
    assert life.kills > 1 and comparable(state_of(life.trainer)) == comparable(state_of(whole))


async def test_divergence_is_recovered_as_it_was(store: Store) -> None:
    trainer = start(KINDS["divergence"][0])
    saved = await store.save(delta(trainer, facts_of(), Saved()))
    trainer.advance(1 << 30)
    assert trainer.diverged
    await store.save(delta(trainer, facts_of(rest="diverged"), saved))
    again = (await recovered(store)).trainer
    assert again.diverged == trainer.diverged and comparable(state_of(again)) == comparable(state_of(trainer))


async def test_time_travel_finds_its_checkpoints_again(store: Store) -> None:
    trainer, saved = trainer_of(), Saved()
    for _ in range(12):
        trainer.step_once("epoch", 700)
        saved = await store.save(delta(trainer, facts_of(), saved, checkpoint=True))
    for _ in range(8):  # a young run has more than one delta holds
        saved = await store.save(delta(trainer, facts_of(), saved, checkpoint=True))
    marks = {(mark.epoch, mark.changes) for mark in trainer.timeline.marks}
    assert saved.marks == marks and len(marks) > 20
    stored = await store.load("a")
    assert len(stored.checkpoints) == len(marks) + 1, "marks that were thinned out are not kept"
    again = (await recovered(store)).trainer
    assert {(mark.epoch, mark.changes) for mark in again.timeline.marks} == marks
    assert again.timeline.as_data() == trainer.timeline.as_data()
    for epoch in (0, 1, 777, 5000):
        visits = [Visit(run, epoch) for run in (trainer, again)]
        for visit in visits:
            while not visit.done:
                visit.advance(1 << 20)
        assert comparable(state_of(visits[0].trainer)) == comparable(state_of(visits[1].trainer))


async def test_a_delta_is_small_and_holds_only_what_is_new(store: Store) -> None:
    trainer = trainer_of()
    saved = await store.save(delta(trainer, facts_of(), Saved()))
    trainer.step_once("epoch", 500)
    command = delta(trainer, facts_of(), saved)
    assert not command.history and not command.checkpoints and not command.entries and command.began is None
    saved = await store.save(delta(trainer, facts_of(), saved, checkpoint=True))
    assert saved.covers(trainer, "1")
    trainer.step_once("epoch", 2)
    assert not saved.covers(trainer, "1")
    batch = delta(trainer, facts_of(), saved, checkpoint=True)
    assert [row["count"] for row in batch.history] == [2]


async def test_what_could_not_be_written_is_in_the_next_delta(store: Store) -> None:
    trainer = trainer_of()
    saved = await store.save(delta(trainer, facts_of(), Saved()))
    for _ in range(4):  # deltas that were lost, or that are under way
        trainer.step_once("epoch", 9)
        change(trainer, "put", 0.5)
        lost = delta(trainer, facts_of(), saved, checkpoint=True)
    late = await store.save(lost)
    assert await store.save(lost) == late, "and it does no harm to write one twice"
    assert comparable(state_of((await recovered(store)).trainer)) == comparable(state_of(trainer))


async def test_a_new_run_takes_the_place_of_the_old_one(store: Store) -> None:
    trainer, saved = trainer_of(), Saved()
    for run in ("1", "2"):
        trainer.step_once("epoch", 40)
        change(trainer, "put", 0.5)
        saved = await store.save(delta(trainer, facts_of(run=run), saved, checkpoint=True))
        trainer = trainer_of(seed=9)
    saved = await store.save(delta(trainer, facts_of(run="3"), saved))
    stored = await store.load("a")
    assert (len(stored.entries), len(stored.history), len(stored.checkpoints)) == (0, 1, 2)
    assert comparable(state_of((await recovered(store)).trainer)) == comparable(state_of(trainer))


async def test_after_too_many_changes_for_the_journal_each_delta_has_a_checkpoint(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("engine.training.journal.MOST_ENTRIES", 3)
    trainer, saved = trainer_of(), Saved()
    for index in range(6):
        trainer.step_once("epoch", 3)
        change(trainer, "patch", {"batch_size": index + 5})
        saved = await store.save(delta(trainer, facts_of(), saved))
    stored = await store.load("a")
    marks = [found for found in stored.checkpoints if found[1] == "mark"]
    with pytest.raises(Trouble):  # from these the journal does not lead to where the run stood
        Recovery(replace(stored, checkpoints=marks))
    again = (await recovered(store)).trainer
    assert not again.journal.complete and comparable(state_of(again)) == comparable(state_of(trainer))


# Damage


async def stored_run(store: Store) -> Trainer:
    """A run of three checkpoints and marks, saved last without one."""
    trainer, saved = start(KINDS["everything"][0] | {"early_stopping": None}), Saved()
    for _ in range(3):
        trainer.step_once("epoch", 70)
        saved = await store.save(delta(trainer, facts_of(), saved, checkpoint=True))
    trainer.step_once("batch", 3)
    await store.save(delta(trainer, facts_of(), saved))
    return trainer


def flipped(document: bytes, place: int, bit: int) -> bytes:
    return document[:place] + bytes([document[place] ^ 1 << bit]) + document[place + 1 :]


async def test_a_damaged_checkpoint_is_put_aside_and_an_older_one_used(store: Store) -> None:
    trainer = await stored_run(store)
    stored = await store.load("a")
    rng = np.random.default_rng(0)
    number, kind, epoch, document = (
        stored.checkpoints[-1]
        if stored.checkpoints[-1][1] == "newest"
        else next(found for found in stored.checkpoints if found[1] == "newest")
    )
    others = [found for found in stored.checkpoints if found[0] != number]
    for _ in range(40):
        harmed = flipped(document, int(rng.integers(len(document))), int(rng.integers(8)))
        recovery = Recovery(replace(stored, checkpoints=[*others, (number, kind, epoch, harmed)]))
        assert recovery.damaged == [number]
    while not recovery.done:
        recovery.advance(1 << 20)
    assert comparable(state_of(recovery.trainer)) == comparable(state_of(trainer))
    await store.quarantine(recovery.damaged)
    assert number not in {found[0] for found in (await store.load("a")).checkpoints}
    await store.save(delta(recovery.trainer, facts_of(), recovery.saved, checkpoint=True))
    assert comparable(state_of((await recovered(store)).trainer)) == comparable(state_of(trainer))


async def test_a_damaged_part_of_the_history_is_made_again(store: Store) -> None:
    trainer = await stored_run(store)
    stored = await store.load("a")
    for index, document in enumerate(stored.history[1:], 1):
        harmed = [*stored.history[:index], flipped(document, 40, 3), *stored.history[index + 1 :]]
        recovery = Recovery(replace(stored, history=harmed))
        while not recovery.done:
            recovery.advance(1 << 20)
        assert comparable(state_of(recovery.trainer)) == comparable(state_of(trainer))


async def test_what_cannot_be_recovered_says_so(store: Store) -> None:
    await stored_run(store)
    stored = await store.load("a")
    none = [(number, kind, epoch, data[:-9]) for number, kind, epoch, data in stored.checkpoints]
    for damage in ({"began": flipped(stored.began, 20, 1)}, {"checkpoints": none, "changes": stored.changes + 1}):
        with pytest.raises(Trouble) as caught:
            Recovery(replace(stored, **damage))
        assert caught.value.kind == "damaged"


async def test_without_a_checkpoint_or_the_history_the_run_is_trained_again_from_its_beginning(store: Store) -> None:
    await stored_run(store)
    stored = await store.load("a")
    whole = Recovery(stored)
    none = [(number, kind, epoch, data[:-9]) for number, kind, epoch, data in stored.checkpoints]
    for damage in ({"checkpoints": none}, {"history": []}):
        again = Recovery(replace(stored, **damage))
        for recovery in (whole, again):
            while not recovery.done:
                recovery.advance(1 << 24)
        assert np.array_equal(again.trainer.state.parameters, whole.trainer.state.parameters)
        assert np.array_equal(again.trainer.history.table, whole.trainer.history.table, equal_nan=True)
