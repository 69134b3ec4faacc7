"""Which checkpoints of a run are kept: few where the way between them is quick, never more than memory allows."""

import pytest

from engine import Experiment, Layer, Trainer, resolve
from engine.limits import LIMITS
from engine.training.checkpoints import ENOUGH, FEWEST, REPLAY_WORK


@pytest.mark.parametrize("units", [2, 64])
def test_checkpoints_are_few_and_near_each_other(units: int) -> None:
    trainer = Trainer(resolve(Experiment(layers=(Layer(units=units), Layer(units=units)))))
    trainer.step_once("epoch", 500)
    timeline = trainer.timeline
    epochs = [mark.epoch for mark in timeline.marks]
    assert epochs == list(range(0, epochs[-1] + 1, timeline.stride)) and 500 - epochs[-1] < timeline.stride
    assert timeline.stride == 1 or timeline.stride * timeline._work <= REPLAY_WORK
    assert len(epochs) <= ENOUGH or 2 * timeline.stride * timeline._work > REPLAY_WORK
    assert timeline.bytes <= LIMITS.timeline_bytes or len(epochs) <= FEWEST


def test_thinning_out_keeps_the_first_and_a_way_to_every_epoch(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("engine.training.checkpoints.FIRST_WORK", 0)
    trainer = Trainer(resolve(Experiment(layers=(Layer(units=64), Layer(units=64)))))
    trainer.step_once("epoch", 20)
    assert len(trainer.timeline.marks) == 21
    before = trainer.timeline.bytes
    trainer.timeline.thin_out_to(before // 3)
    assert trainer.timeline.bytes <= before // 3 and trainer.timeline.marks[0].epoch == 0
    trainer.timeline.thin_out_to(0)
    assert 0 < len(trainer.timeline.marks) <= FEWEST


def test_a_checkpoint_can_be_kept_between() -> None:
    """As of a run that is taken up from a file, whose way there is not to be made again."""
    trainer = Trainer(resolve(Experiment()))
    trainer.step_once("epoch", 3)
    trainer.pass_by()
    assert [mark.epoch for mark in trainer.timeline.marks] == [0] and trainer.timeline.stride > 3
    trainer.pass_by(between=True)
    assert [mark.epoch for mark in trainer.timeline.marks] == [0, 3]
