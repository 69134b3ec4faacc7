"""Metrics and losses of a row, held to scikit-learn's on the network's own predictions."""

import numpy as np
import pytest
from sklearn import metrics as sklearn

from engine import Trainer, resolve
from engine.components.tasks import TASKS
from engine.data.datasets import DATASETS
from engine.training.metrics import METRICS, labels, metrics_of
from tests.engine.cases import experiment, samples_of, scatter


@pytest.mark.parametrize("part", ["train", "test"])
@pytest.mark.parametrize("task", ["binary", "multiclass"])
def test_classification_is_measured_as_by_scikit_learn(task: str, part: str) -> None:
    accuracies = []
    for seed in range(5):
        trainer = Trainer(resolve(experiment(task)))
        scatter(trainer, seed, spread=2)
        found = trainer.data.as_data()["parts"][part]
        answers, _ = trainer.predict(found["points"].tolist())
        chosen = answers.argmax(axis=1) if task == "multiclass" else answers[:, 0] > 0.5
        row = trainer.row()[part]
        assert row["accuracy"] == sklearn.accuracy_score(found["targets"], chosen)
        probabilities = answers if task == "multiclass" else np.column_stack([1 - answers[:, 0], answers[:, 0]])
        assert row["loss"] == pytest.approx(sklearn.log_loss(found["targets"], probabilities), rel=1e-9)
        accuracies.append(row["accuracy"])
    assert len(set(accuracies)) > 2, "cases that can tell a wrong metric from a right one"


@pytest.mark.parametrize("part", ["train", "test"])
def test_regression_is_measured_as_by_scikit_learn(part: str) -> None:
    trainer = Trainer(resolve(experiment("regression")))
    scatter(trainer)
    found = trainer.data.as_data()["parts"][part]
    answers, _ = trainer.predict(found["points"].tolist())
    row = trainer.row()[part]
    assert row["loss"] == pytest.approx(sklearn.mean_squared_error(found["targets"], answers), rel=1e-12)
    assert row["mean_absolute_error"] == pytest.approx(
        sklearn.mean_absolute_error(found["targets"], answers), rel=1e-12
    )


def test_every_task_has_a_metric_and_none_that_does_not_suit_it() -> None:
    for task in TASKS:
        assert metrics_of(task)
        assert all(entry.tasks is None or task in entry.tasks for entry in metrics_of(task))
    assert {entry.name for task in TASKS for entry in metrics_of(task)} == set(METRICS)


def test_metrics_of_labels_are_those_of_scikit_learn() -> None:
    trainer = Trainer(resolve(experiment("multilabel")))
    trainer.step_once("epoch", 20)
    found = trainer.data.as_data()["parts"]["test"]
    answers, told = trainer.predict(found["points"].tolist())
    said, row = (answers > 0.5).astype(int), trainer.row()["test"]
    assert row["exact_match"] == pytest.approx(sklearn.accuracy_score(found["targets"], said), rel=1e-12)
    assert row["binary_accuracy"] == pytest.approx(1 - sklearn.hamming_loss(found["targets"], said), rel=1e-12)
    names = DATASETS["discs"].classes or ()
    assert told == [[name for name, holds in zip(names, each, strict=True) if holds] for each in said]


def test_labels_are_over_one_half_or_the_largest() -> None:
    assert labels(np.array([[0.2, 0.5, 0.500001, 1.0]])).tolist() == [0, 0, 1, 1]
    assert labels(np.array([[0.2, 0.4], [0.5, 0.3], [0.3, 0.3]])).tolist() == [1, 0]


def test_a_metric_is_the_mean_of_its_scores_as_numpy_would_have_it() -> None:
    generator = np.random.default_rng(0)
    outputs, targets = generator.random((3, 50)), generator.integers(0, 2, (3, 50)).astype(float)
    outputs[1, ::7] = np.nan
    same = (outputs > 0.5) == (targets > 0.5)
    wanted = {
        "accuracy": np.mean(labels(outputs) == labels(targets)),
        "binary_accuracy": same.mean(),
        "exact_match": same.all(axis=0).mean(),
        "mean_absolute_error": np.abs(outputs - targets).mean(),
    }
    assert set(wanted) == set(METRICS)
    for name, value in wanted.items():
        scores = [METRICS[name].function(outputs, targets, sample, 0.5) for sample in range(50)]
        np.testing.assert_allclose(np.mean(scores), value, rtol=1e-12, err_msg=name)


def test_parts_are_measured_each_on_its_own() -> None:
    trainer = Trainer(resolve(experiment()))
    scatter(trainer)
    losses = {part: trainer.row()[part]["loss"] for part in ("train", "test")}
    for part, loss in losses.items():
        x, t = samples_of(trainer, part)
        a = trainer.predict(x.tolist())[0]
        assert loss == pytest.approx(float(np.mean(-(t * np.log(a) + (1 - t) * np.log(1 - a)))), rel=1e-12)
    assert losses["train"] != losses["test"]
