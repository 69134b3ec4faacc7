"""Class weights and label smoothing: what they do to the loss, the gradient and the answers; and what is refused."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from engine import InvalidExperiment, Trainer, resolve
from engine.reference import forward
from tests.engine.cases import experiment, layers_of, points, samples_of, scatter

LOPSIDED = points(*[(0.1 * i, 0.3 * i - 1) for i in range(10)], targets=(1.0,) * 2 + (0.0,) * 8)


def losses(trainer: Trainer) -> tuple[np.ndarray, np.ndarray]:
    """The crossentropy of each training sample, and its class."""
    x, t = samples_of(trainer)
    a = forward(trainer.experiment, layers_of(trainer), x)[-1].out
    if t.shape[1] == 1:
        return -np.log(np.where(t > 0.5, a, 1 - a))[:, 0], t[:, 0].astype(int)
    return -np.log((a * t).sum(axis=1)), t.argmax(axis=1)


@pytest.mark.parametrize("weight", [(1.0, 1.0), (1.0, 5.0), (0.5, 0.0), "balanced"])
def test_the_loss_is_that_of_pytorchs_weights(weight: Any) -> None:
    trainer = Trainer(resolve(experiment(dataset=LOPSIDED, class_weight=weight)))
    scatter(trainer)
    values, classes = losses(trainer)
    weights = np.array((10 / 16, 10 / 4) if weight == "balanced" else weight)
    assert trainer.row()["train"]["loss"] == pytest.approx(np.mean(values * weights[classes]), rel=1e-12)


def test_balanced_gives_each_class_the_same_weight_in_all() -> None:
    trainer = Trainer(resolve(experiment("multiclass", class_weight="balanced")))
    scatter(trainer)
    values, classes = losses(trainer)
    means = [values[classes == index].mean() for index in range(3)]
    assert trainer.row()["train"]["loss"] == pytest.approx(np.mean(means), rel=1e-12)


@pytest.mark.parametrize("batch", [3, 10])
def test_the_step_follows_the_weighted_loss(batch: int) -> None:
    """A class of weight 2 pulls as if each of its samples were there twice."""
    twice = points(*LOPSIDED.points, *LOPSIDED.points[:2], targets=(*LOPSIDED.targets, 1.0, 1.0), standardize=False)
    weighted = Trainer(resolve(experiment(dataset=LOPSIDED, class_weight=(1.0, 2.0), batch_size=None)))
    doubled = Trainer(resolve(experiment(dataset=twice, batch_size=None)))
    for trainer in (weighted, doubled):
        scatter(trainer)
    before = weighted.parameters()
    for trainer in (weighted, doubled):
        trainer.step_once("batch", 1)
    for start, one, other in zip(before, weighted.parameters(), doubled.parameters(), strict=True):
        assert (one.weights - start.weights) * 10 == pytest.approx((other.weights - start.weights) * 12, rel=1e-9)


@pytest.mark.parametrize("task", ["binary", "multiclass"])
def test_smoothed_targets_are_less_sure_and_still_the_same_classes(task: str) -> None:
    plain, smoothed = Trainer(resolve(experiment(task))), Trainer(resolve(experiment(task, label_smoothing=0.1)))
    _, t = samples_of(plain)
    _, soft = samples_of(smoothed)
    np.testing.assert_allclose(soft, t * 0.9 + 0.1 / max(t.shape[1], 2), rtol=1e-12)
    scatter(plain)
    scatter(smoothed)
    assert plain.row()["train"]["accuracy"] == smoothed.row()["train"]["accuracy"]
    assert plain.row()["train"]["loss"] != smoothed.row()["train"]["loss"]


@pytest.mark.torch
def test_smoothing_is_that_of_pytorch() -> None:
    torch = pytest.importorskip("torch")
    trainer = Trainer(resolve(experiment("multiclass", label_smoothing=0.2)))
    scatter(trainer)
    x, t = samples_of(trainer)
    z = forward(trainer.experiment, layers_of(trainer), x)[-1].z
    expected = torch.nn.functional.cross_entropy(torch.tensor(z), torch.tensor(t.argmax(axis=1)), label_smoothing=0.2)
    assert trainer.row()["train"]["loss"] == pytest.approx(float(expected), rel=1e-12)


def test_hinge_reads_answers_by_their_sign() -> None:
    trainer = Trainer(resolve(experiment(output="linear", loss="hinge")))
    scatter(trainer)
    x, t = samples_of(trainer)
    a = forward(trainer.experiment, layers_of(trainer), x)[-1].out
    assert trainer.row()["train"]["accuracy"] == np.mean((a > 0) == (t > 0.5))
    answers, labels = trainer.predict(x[:20].tolist())
    assert labels == [("orange", "blue")[int(answer > 0)] for answer in answers[:, 0]]


@pytest.mark.parametrize(
    ("task", "field", "value", "says"),
    [
        ("binary", "class_weight", (1.0,), "2 classes"),
        ("multiclass", "class_weight", (1.0, 2.0), "3 classes"),
        ("binary", "class_weight", (-1.0, 1.0), "from 0"),
        ("binary", "class_weight", (0.0, 0.0), "not all of them 0"),
        ("regression", "class_weight", "balanced", "no classes"),
        ("regression", "label_smoothing", 0.1, "no classes"),
    ],
)
def test_what_does_not_fit_is_refused(task: str, field: str, value: Any, says: str) -> None:
    with pytest.raises(InvalidExperiment, match=says) as refusal:
        Trainer(resolve(replace(experiment(task), **{field: value})))
    assert refusal.value.errors[0].field == field
