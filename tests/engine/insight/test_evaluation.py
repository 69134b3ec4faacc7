"""Evaluation says what scikit-learn says."""

from typing import Any

import numpy as np
import pytest
from sklearn import metrics
from sklearn.calibration import calibration_curve

from app.encoding import to_json
from engine import Experiment, Layer, Trainer, resolve
from engine.data.datasets import DATASETS
from engine.insight.evaluation import CURVE_POINTS, evaluation, roc
from engine.training.metrics import labels
from tests.engine.cases import experiment, points


def trained(task: str, **choices: Any) -> Trainer:
    trainer = Trainer(resolve(experiment(task, **choices)))
    trainer.step_once("epoch", 8)
    return trainer


def scores_of(trainer: Trainer, part: str) -> tuple[np.ndarray, np.ndarray]:
    """Raw outputs (outputs, n) and targets (outputs, n)."""
    return trainer.evaluate(part)[0], trainer.data.measured[part][1]


@pytest.mark.parametrize("part", ["train", "test"])
@pytest.mark.parametrize("task", ["binary", "multiclass"])
def test_classes_as_scikit_learn_counts_them(task: str, part: str) -> None:
    trainer = trained(task)
    outputs, t = scores_of(trainer, part)
    truth, said = labels(t), labels(outputs)
    told = evaluation(trainer, part)
    names = list(range(len(trainer.data.classes or [])))
    assert told.confusion.tolist() == metrics.confusion_matrix(truth, said, labels=names).tolist()
    precision, recall, f1, support = metrics.precision_recall_fscore_support(
        truth, said, labels=names, zero_division=np.nan
    )
    for index, row in enumerate(told.classes):
        wanted = [precision[index], recall[index], f1[index], support[index]]
        assert [row.precision, row.recall, row.f1, row.support] == pytest.approx(wanted, nan_ok=True)
        score = outputs[index] if len(outputs) > 1 else outputs[0] if index else -outputs[0]
        assert row.auc == pytest.approx(metrics.roc_auc_score(truth == index, score))
    assert told.measures["accuracy"] == pytest.approx(np.trace(told.confusion) / told.samples)


def test_labels_each_by_itself() -> None:
    trainer = trained("multilabel")
    outputs, t = scores_of(trainer, "test")
    told = evaluation(trainer, "test")
    assert told.confusion is None
    for index, row in enumerate(told.classes):
        truth = t[index] > 0.5
        assert row.recall == pytest.approx(metrics.recall_score(truth, outputs[index] > 0.5))
        assert row.auc == pytest.approx(metrics.roc_auc_score(truth, outputs[index]))


def test_a_regression() -> None:
    trainer = Trainer(
        resolve(
            experiment(
                "regression",
                dataset=points(
                    *[(x, x * x) for x in range(30)],
                    targets=tuple(float(3 * x + 100) for x in range(30)),
                    test_fraction=0.4,
                ),
            )
        )
    )
    trainer.step_once("epoch", 20)
    for part in ("train", "test"):
        told = evaluation(trainer, part).regression
        found = trainer.data.parts[part]
        said = trainer.predict(found.points.tolist())[0][:, 0]
        assert told.r2 == pytest.approx(metrics.r2_score(found.targets, said))
        assert told.mean_absolute_error == pytest.approx(metrics.mean_absolute_error(found.targets, said))
        assert told.root_mean_squared_error == pytest.approx(metrics.root_mean_squared_error(found.targets, said))
        assert told.bias == pytest.approx(np.mean(said - found.targets))
        assert sum(told.residuals.counts) == len(said) == len(told.predictions)
        assert told.targets == pytest.approx(found.targets) and told.predictions == pytest.approx(said)


def test_the_curve_with_ties_is_that_of_scikit_learn() -> None:
    draw = np.random.default_rng(0)
    for levels in (2, 5, 1_000):
        truth, scores = draw.integers(0, 2, 300) > 0, draw.integers(0, levels, 300) / levels
        x, y = roc(truth, scores)
        wanted_x, wanted_y, _ = metrics.roc_curve(truth, scores, drop_intermediate=False)
        assert x == pytest.approx(wanted_x) and y == pytest.approx(wanted_y)
    for truth in (np.ones(5, bool), np.zeros(5, bool)):
        assert len(roc(truth, np.arange(5.0))[0]) == 0, "there is no curve of one kind"


def test_a_network_that_knows_how_sure_it_may_be_is_calibrated() -> None:
    # Points at one place, 80 % of them yes: the best answer is 0.8, and then certainty and truth agree.
    where, targets = [(1.0, 1.0)] * 50, (1.0,) * 40 + (0.0,) * 10
    trainer = Trainer(
        resolve(experiment("binary", units=(), dataset=points(*where, targets=targets, standardize=False)))
    )
    trainer.set_parameters([{"weights": [[0.0], [0.0]], "biases": [np.log(4)]}])
    told = evaluation(trainer, "train").calibration
    assert told.error == pytest.approx(0, abs=1e-12) and told.counts[8 - (told.counts[7] > 0)] == 50
    trainer.set_parameters([{"weights": [[0.0], [0.0]], "biases": [np.log(99)]}])
    assert evaluation(trainer, "train").calibration.error == pytest.approx(0.19)


def test_scores_that_are_no_probabilities_have_no_calibration() -> None:
    trainer = trained("binary", output="tanh", loss="mean_squared_error")
    told = evaluation(trainer, "test")
    assert told.calibration is None
    outputs, t = scores_of(trainer, "test")
    assert told.confusion.tolist() == metrics.confusion_matrix(t[0] > 0, outputs[0] > 0).tolist()


@pytest.mark.parametrize("task", ["binary", "multiclass", "multilabel", "regression"])
@pytest.mark.parametrize("number", [np.nan, np.inf, 1e300])
def test_networks_that_are_not_finite_are_told_in_strict_json(task: str, number: float) -> None:
    trainer = trained(task)
    trainer.state.parameters[:] = number
    for part in trainer.data.measured:
        assert b"NaN" not in to_json(evaluation(trainer, part))


def test_a_part_with_one_class() -> None:
    data = points((0, 0), (1, 1), targets=(0, 1), test_points=((0, 1), (1, 0)), test_targets=(1, 1))
    told = evaluation(Trainer(resolve(Experiment(task="binary", dataset=data, layers=(Layer(2),)))), "test")
    assert np.isnan(told.classes[0].recall) and np.isnan(told.classes[1].auc)
    assert told.classes[1].support == 2


def test_both_classes_of_two_have_the_same_area_however_sure_the_network_is() -> None:
    trainer = Trainer(resolve(Experiment(layers=())))  # float32, where 1 - 1e-10 is 1
    for bias in (-40.0, -20.0, 0.0):
        trainer.set_parameters([{"weights": [[3.0], [2.0]], "biases": [bias]}])
        outputs, t = scores_of(trainer, "test")
        for row in evaluation(trainer, "test").classes:
            assert row.auc == pytest.approx(metrics.roc_auc_score(t[0], outputs[0]))


@pytest.mark.parametrize("task", ["binary", "multiclass"])
def test_calibration_is_that_of_scikit_learn(task: str) -> None:
    trainer = trained(task)
    outputs, t = scores_of(trainer, "train")
    certainty = outputs.max(axis=0) if len(outputs) > 1 else np.where(outputs[0] > 0.5, outputs[0], 1 - outputs[0])
    right = labels(outputs) == labels(t)
    told = evaluation(trainer, "train").calibration
    filled = told.counts > 0
    wanted_right, wanted_certainty = calibration_curve(right, certainty, n_bins=10)
    assert told.accuracy[filled] == pytest.approx(wanted_right)
    assert told.confidence[filled] == pytest.approx(wanted_certainty)
    gaps = np.abs(wanted_right - wanted_certainty)
    assert told.error == pytest.approx(np.average(gaps, weights=told.counts[filled]))


@pytest.mark.parametrize(
    ("task", "choices"),
    [
        ("binary", {"label_smoothing": 0.5}),
        ("multiclass", {"label_smoothing": 0.5}),
        ("multilabel", {"label_smoothing": 0.4}),
        ("binary", {"output": "tanh", "loss": "hinge"}),
        ("binary", {"class_weight": "balanced"}),
        ("multiclass", {"class_weight": (5.0, 1.0, 0.0)}),
    ],
)
def test_what_is_so_is_what_the_data_say_however_it_is_trained(task: str, choices: dict[str, Any]) -> None:
    trainer = trained(task, **choices)
    targets = trainer.data.parts["test"].targets.astype(int)
    told = evaluation(trainer, "test")
    counts = targets.sum(axis=0) if task == "multilabel" else np.bincount(targets)
    assert [row.support for row in told.classes] == counts.tolist()
    if task != "multilabel":
        assert told.measures["accuracy"] == pytest.approx(np.trace(told.confusion) / len(targets))


def test_confusion_agrees_with_accuracy_where_one_output_is_no_number() -> None:
    trainer = trained("multiclass", output="linear", loss="mean_squared_error")
    trainer.network.views(trainer.state.parameters)[-1]["biases"][1] = np.nan
    told = evaluation(trainer, "test")
    assert told.confusion[:, 1].sum() == told.samples
    assert told.measures["accuracy"] == pytest.approx(np.trace(told.confusion) / told.samples)


def test_long_curves_are_thinned_from_end_to_end() -> None:
    trainer = Trainer(resolve(experiment("binary", dataset=DATASETS.choice("circle", samples=2_000))))
    for row in evaluation(trainer, "train").classes:
        for axis in vars(row.roc).values():
            assert len(axis) == CURVE_POINTS and (axis[0], axis[-1]) == (0, 1) and (np.diff(axis) >= 0).all()


def test_targets_that_are_all_the_same_have_no_r2() -> None:
    data = points((0, 0), (1, 1), targets=(2.5, 4), test_points=((0, 1), (1, 0)), test_targets=(3, 3))
    told = evaluation(Trainer(resolve(experiment("regression", dataset=data))), "test").regression
    assert np.isnan(told.r2) and told.targets == pytest.approx([3, 3])
    assert told.bias == pytest.approx(np.mean(told.predictions) - 3)
