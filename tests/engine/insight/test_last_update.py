"""The last update: its batch is the one that the weights moved by, and the losses are those before and after it."""

from dataclasses import replace

import numpy as np
import pytest

from engine import Experiment, Trainer, resolve
from engine.components.optimizers import OPTIMIZERS
from engine.data.datasets import DATASETS, PlaygroundData
from engine.insight.last_update import last_update

PLAIN = Experiment(
    dataset=DATASETS.choice("circle", samples=60), optimizer=OPTIMIZERS.choice("sgd", learning_rate=0.1), batch_size=7
)


def moved_by(before: Trainer, samples: np.ndarray) -> np.ndarray:
    """The parameters after one step of a trainer that has only these samples, in one batch."""
    part = before._train
    some = replace(
        part, points=part.points[samples], targets=part.targets[samples], x=np.ascontiguousarray(part.x[:, samples]),
        t=np.ascontiguousarray(part.t[:, samples]), weights=part.weights[samples],
    )  # fmt: skip
    other = before.fork()
    other._train = some
    other._rows.parts = (some.x, some.t, some.weights), *other._rows.parts[1:]
    other.experiment = replace(other.experiment, batch_size=None, shuffle=False)
    other._clock[2] = 0
    other._configure()
    other._order = np.arange(len(samples))
    other.measuring = False
    other.advance(1 << 22, other.step + 1)
    return other.state.parameters


@pytest.mark.parametrize("unit", ["sample", "batch"])
@pytest.mark.parametrize("shuffle", [True, False])
def test_the_weights_moved_by_just_these_samples(unit: str, shuffle: bool) -> None:
    trainer = Trainer(resolve(replace(PLAIN, shuffle=shuffle, precision="float64")))
    assert last_update(trainer) is None, "no update yet"
    size = 1 if unit == "sample" else 7
    seen: list[int] = []
    for _ in range(12):
        before = trainer.fork()
        trainer.step_once(unit, 1)
        samples = trainer.last_batch
        assert np.allclose(trainer.state.parameters, moved_by(before, samples), rtol=0, atol=1e-12)
        seen.extend(samples.tolist())
        if trainer.epoch == int(trainer.epoch):
            assert sorted(seen) == list(range(30)), "an epoch is every training sample once"
            seen = []
        else:
            assert len(samples) == size
        told = last_update(trainer)
        part = trainer._train
        own = tuple(np.ascontiguousarray(array[..., samples]) for array in (part.x, part.t, part.weights))
        assert told is not None and told.samples.tolist() == samples.tolist()
        assert told.loss_before == pytest.approx(float(before.answer(own)[1].mean()))  # type: ignore[arg-type]
        assert told.loss == pytest.approx(float(trainer.answer(own)[1].mean()))  # type: ignore[arg-type]


def test_several_steps_at_once_tell_of_the_last_one_whatever_was_before() -> None:
    one, other = Trainer(resolve(PLAIN)), Trainer(resolve(PLAIN))
    one.step_once("sample", 3)
    one.step_once("batch", 9)
    other.step_once("sample", 3)
    for _ in range(9):
        other.step_once("batch", 1)
    assert one.last_batch.tolist() == other.last_batch.tolist()
    one.step_once("epoch", 1)
    assert 0 < len(one.last_batch) <= 7
    one.step_once("batch", 1)
    assert len(one.last_batch) == 7


def test_a_replayed_batch_has_what_was_left_over() -> None:
    trainer = Trainer(resolve(Experiment(dataset=PlaygroundData(test_fraction=0.5), batch_size=30)))
    samples = len(trainer.data.parts["train"])
    trainer.step_once("epoch", 1)
    assert len(trainer.last_batch) == 30
    trainer.step_once("batch", 1)
    assert len(trainer.last_batch) == 30 + samples % 30, "and what was left over from the epoch before"
    assert set(range(samples - samples % 30, samples)) < set(trainer.last_batch.tolist())


def test_nothing_is_told_where_no_update_led_to_the_weights() -> None:
    trainer = Trainer(resolve(PLAIN))
    trainer.step_once("batch", 3)
    trainer.set_parameters(trainer.as_given())
    assert last_update(trainer) is None
    trainer.step_once("batch", 1)
    assert last_update(trainer) is not None
    assert last_update(trainer.fork()) is None, "a fork has no update of its own yet"
    trainer.reset()
    assert last_update(trainer) is None


def test_a_very_large_batch_is_not_told_sample_by_sample() -> None:
    trainer = Trainer(resolve(Experiment(dataset=DATASETS.choice("circle", samples=4_000), batch_size=None)))
    trainer.step_once("batch", 1)
    assert len(trainer.last_batch) == 2_000 and last_update(trainer) is None


def test_telling_changes_nothing_in_the_run() -> None:
    trainer = Trainer(resolve(PLAIN))
    trainer.step_once("batch", 3)
    before = trainer.checkpoint()
    assert last_update(trainer) is not None
    after = trainer.checkpoint()
    for name in ("parameters", "slots", "running", "clock", "order"):
        assert np.array_equal(getattr(before, name), getattr(after, name)), name
