"""Early stopping: it ends at the right epoch, gives back the best weights, and lets training go on if asked to."""

from dataclasses import replace

import numpy as np
import pytest

from engine import Experiment, InvalidExperiment, Trainer
from engine.optimizers import OPTIMIZERS
from engine.stopping import EarlyStopping
from tests.engine.cases import DATA, experiment


def overfitting(**rule: object) -> Experiment:
    """A network that learns 20 noisy points by heart while 20 others tell."""
    data = replace(DATA["binary"], samples=60, noise=1.0, validation_fraction=1 / 3, test_fraction=1 / 3)
    stopping = EarlyStopping(**rule)  # type: ignore[arg-type]
    adam = OPTIMIZERS.choice("adam", learning_rate=0.05)
    return experiment(dataset=data, units=(8, 8), optimizer=adam, early_stopping=stopping)


def history(trainer: Trainer) -> list[dict]:
    return [trainer.history.row(seq) for seq in range(len(trainer.history))]


@pytest.mark.parametrize("patience", [0, 1, 5])
@pytest.mark.parametrize(("monitor", "sign"), [("validation_loss", 1), ("validation_accuracy", -1)])
def test_it_stops_where_the_curve_says(patience: int, monitor: str, sign: int) -> None:
    trainer = Trainer(overfitting(monitor=monitor, patience=patience, min_delta=0.001))
    trainer.step_once("epoch", 400)
    assert trainer.stopped, "within 400 epochs it must have learnt by heart"
    measure = monitor.removeprefix("validation_")
    values = [sign * row["validation"][measure] for row in history(trainer)[1:]]
    best, best_epoch = np.inf, 0
    for epoch, value in enumerate(values, 1):
        if value < best - 0.001:
            best, best_epoch = value, epoch
        elif epoch - best_epoch >= patience:
            break
    assert trainer.epoch == epoch
    assert f"epoch {epoch}" in trainer.stopped and f"epoch {best_epoch}" in trainer.stopped
    # The last row is that of the restored weights.
    assert history(trainer)[-1]["validation"] == history(trainer)[best_epoch]["validation"]
    assert trainer.row()["validation"] == history(trainer)[best_epoch]["validation"]


def test_without_restoring_the_last_weights_stay() -> None:
    trainer = Trainer(overfitting(restore_best=False))
    trainer.step_once("epoch", 400)
    assert trainer.stopped and "weights" not in trainer.stopped
    plain = Trainer(replace(trainer.experiment, early_stopping=None))
    plain.step_once("epoch", int(trainer.epoch))
    assert all((a.weights == b.weights).all() for a, b in zip(trainer.parameters(), plain.parameters(), strict=True))


def test_it_is_the_same_however_it_is_sliced() -> None:
    whole, sliced = Trainer(overfitting()), Trainer(overfitting())
    whole.step_once("epoch", 400)
    for _ in range(1_000_000):
        if sliced.stopped and sliced.settled:
            break
        sliced.advance(1)
    assert sliced.step == whole.step
    assert repr(history(sliced)) == repr(history(whole)), "as text, in which NaN equals NaN"


def test_stopped_it_stays_until_it_is_told_to_go_on() -> None:
    trainer = Trainer(overfitting(patience=3))
    trainer.step_once("epoch", 400)
    step = trainer.step
    assert trainer.advance(1 << 20) == 0 and trainer.step == step
    trainer.go_on()
    trainer.step_once("epoch", 2)
    assert trainer.step > step and trainer.stopped is None, "it waits anew"
    trainer.step_once("epoch", 400)
    assert trainer.stopped
    trainer.reset()
    assert trainer.stopped is None


@pytest.mark.parametrize(
    ("monitor", "data", "says"),
    [
        ("validation_loss", {"validation_fraction": 0.0}, "validation_fraction"),
        ("test_loss", {"test_fraction": 0.0, "validation_fraction": 0.2}, "no test loss"),
        ("validation_mean_absolute_error", {}, "no validation mean absolute error"),
    ],
)
def test_what_cannot_be_watched_is_refused(monitor: str, data: dict, says: str) -> None:
    chosen = overfitting(monitor=monitor)
    with pytest.raises(InvalidExperiment, match=says) as refusal:
        Trainer(replace(chosen, dataset=replace(chosen.dataset, **data)))
    assert refusal.value.errors[0].field == "early_stopping.monitor"
