"""Resolving an experiment: what is filled in, what is clamped with a note, and what is refused by name."""

from dataclasses import replace
from typing import Any

import pytest

from engine import LIMITS, Experiment, InvalidExperiment, Layer, Output, Trainer, resolve
from engine.components.activations import ACTIVATIONS
from engine.components.losses import LOSSES
from engine.components.tasks import TASKS
from engine.data.datasets import DATASETS, PlaygroundData, UploadedData
from engine.data.given_points import GivenPoints, Targets
from tests.engine.cases import PAIRS, experiment, points


@pytest.mark.parametrize("name", DATASETS)
def test_every_data_set_alone_is_enough(name: str) -> None:
    found, entry = resolve(Experiment(dataset=DATASETS.choice(name))), DATASETS[name]
    task = TASKS[entry.tasks[0]]
    assert (found.task, found.output.activation.name, found.loss.name) == (task.name, task.output, task.loss)
    assert found.features == entry.columns
    assert (found.dataset.samples, found.dataset.standardize) == (entry.sizes[1], entry.standardize)
    assert found.notes == ()


@pytest.mark.parametrize(
    ("targets", "task"),
    [
        ((0.0, 1.0, 1.0), "binary"),
        ((0.0, 1.0, 2.0), "multiclass"),
        ((0.0, 0.5, 1.0), "regression"),
        ((-1.0, 0.0, 1.0), "regression"),
        ((0.0, 1.0, 20.0), "regression"),
        (((0.0, 1.0), (1.0, 1.0), (0.0, 0.0)), "multilabel"),
        (((0.0,), (1.0,), (0.0,)), "multilabel"),
    ],
)
def test_the_task_is_read_off_given_targets(targets: Targets, task: str) -> None:
    data = points((1.0, 2.0), (3.0, 4.0), (5.0, 6.0), targets=targets)
    assert resolve(Experiment(dataset=data)).task == task


def test_classes_that_only_the_test_points_have_get_an_output_too() -> None:
    data = points((1.0,), (2.0,), targets=(0.0, 1.0), test_points=((3.0,),), test_targets=(3.0,))
    assert Trainer(resolve(Experiment(dataset=data))).parameters()[-1].biases.shape == (4,)


def test_an_unusual_output_brings_the_loss_that_it_suits() -> None:
    found = resolve(Experiment(output=Output(activation=ACTIVATIONS.choice("tanh"))))
    assert found.loss.name == "mean_squared_error"
    assert [note.field for note in found.notes] == ["output.activation"]


@pytest.mark.parametrize("pair", PAIRS, ids="-".join)
def test_every_pair_that_fits_is_accepted(pair: tuple[str, str, str]) -> None:
    task, output, loss = pair
    resolve(experiment(task, output=output, loss=loss))


MISFITS = [
    (task, output, loss)
    for task in TASKS
    for output in ACTIVATIONS
    for loss in LOSSES
    if (task, output, loss) not in PAIRS
]


@pytest.mark.parametrize("misfit", MISFITS, ids="-".join)
def test_every_other_pair_is_refused_with_what_would_fit(misfit: tuple[str, str, str]) -> None:
    task, output, loss = misfit
    with pytest.raises(InvalidExperiment) as caught:
        resolve(experiment(task, output=output, loss=loss))
    (error,) = caught.value.errors
    assert error.field in ("output.activation", "loss")
    assert error.given in (output, loss)
    assert f"'{output}'" in error.message or f"'{loss}'" in error.message
    assert any(name in error.expected for name in (*ACTIVATIONS, *LOSSES))


def test_a_batch_larger_than_the_training_set_is_clamped_and_said() -> None:
    found = resolve(Experiment(batch_size=5_000))
    assert found.batch_size == found.split_sizes[0] == 250
    (note,) = found.notes
    assert note.field == "batch_size" and "5000" in note.message and "250" in note.message
    assert resolve(Experiment(batch_size=250)).notes == ()


def _wide(count: int) -> tuple[Layer, ...]:
    return (Layer(units=LIMITS.units),) * count


REFUSED: dict[str, tuple[dict[str, Any], str, Any, str]] = {
    "unknown feature": ({"features": ("x1", "x1_sqared")}, "features.1", "x1_sqared", "Did you mean 'x1_squared'"),
    "another table's column": (
        {"dataset": DATASETS.choice("iris"), "features": ("x1",)},
        "features.0",
        "x1",
        "Choose one of: sepal_length",
    ),
    "feature named twice": ({"features": ("x1", "x2", "x1")}, "features", ["x1", "x2", "x1"], "twice"),
    "points of unequal length": (
        {"dataset": points((1.0, 2.0), (3.0,), targets=(0.0, 1.0))},
        "dataset.points.1",
        [3.0],
        "this point has 1 coordinates, the first has 2",
    ),
    "test points of another length": (
        {"dataset": points((1.0,), (2.0,), targets=(0.0, 1.0), test_points=((1.0, 2.0),), test_targets=(1.0,))},
        "dataset.test_points.0",
        [1.0, 2.0],
        "has 2 coordinates",
    ),
    "no points": ({"dataset": GivenPoints()}, "dataset.points", [], "no points"),
    "no coordinates": ({"dataset": points((), (), targets=(0.0, 1.0))}, "dataset.points.0", 0, "coordinates"),
    "a single point": ({"dataset": points((1.0,), targets=(1.0,))}, "dataset.points", 1, "too few"),
    "too few targets": (
        {"dataset": points((1.0,), (2.0,), targets=(0.0,))},
        "dataset.targets",
        1,
        "2 points but 1 targets",
    ),
    "test points without targets": (
        {"dataset": points((1.0,), (2.0,), targets=(0.0, 1.0), test_points=((1.0,),))},
        "dataset.test_targets",
        None,
        "go together",
    ),
    "one class only": (
        {"dataset": points((1.0,), (2.0,), targets=(1.0, 1.0))},
        "dataset.targets",
        [1.0],
        "one class",
    ),
    "binary targets other than 0 and 1": (
        {"task": "binary", "dataset": points((1.0,), (2.0,), targets=(-1.0, 1.0))},
        "dataset.targets",
        1.0,
        "0 and 1",
    ),
    "class numbers that are not whole": (
        {"task": "multiclass", "dataset": points((1.0,), (2.0,), targets=(0.5, 1.0))},
        "dataset.targets",
        1.0,
        "count from 0",
    ),
    "labels other than 0 and 1": (
        {"dataset": points((1.0,), (2.0,), targets=((0.0, 2.0), (1.0, 0.0)))},
        "dataset.targets",
        None,
        "0 or 1",
    ),
    "lists of labels of unequal length": (
        {"dataset": points((1.0,), (2.0,), targets=((0.0, 1.0), (1.0,)))},
        "dataset.targets.1",
        (1.0,),
        "differs in form from the first",
    ),
    "a number among lists of labels": (
        {"dataset": points((1.0,), (2.0,), targets=((0.0, 1.0), 1.0))},
        "dataset.targets.1",
        1.0,
        "differs in form from the first",
    ),
    "no labels": ({"dataset": points((1.0,), (2.0,), targets=((), ()))}, "dataset.targets.0", 0, "0 labels"),
    "labels where classes are asked for": (
        {"task": "multiclass", "dataset": points((1.0,), (2.0,), targets=((0.0, 1.0), (1.0, 0.0)))},
        "task",
        "multiclass",
        "lists of labels",
    ),
    "class numbers where labels are asked for": (
        {"task": "multilabel", "dataset": points((1.0,), (2.0,), targets=(0.0, 1.0))},
        "dataset.targets",
        0.0,
        "list of 0 and 1",
    ),
    "an upload that is not there": (
        {"dataset": UploadedData(upload="0123")},
        "dataset.upload",
        "0123",
        "no such table",
    ),
    "a replay of another task": (
        {"task": "regression", "dataset": PlaygroundData()},
        "task",
        "regression",
        "for binary",
    ),
    "a replay with fewer samples": (
        {"dataset": PlaygroundData(samples=100)},
        "dataset.samples",
        100,
        "always has 500",
    ),
    "too many classes": (
        {"task": "multiclass", "dataset": points((1.0,), (2.0,), targets=(0.0, 20.0))},
        "dataset.targets",
        20.0,
        "count from 0",
    ),
    "a task the data is not made for": ({"task": "regression"}, "task", "regression", "'circle' is made for binary"),
    "more samples than a table has": (
        {"dataset": DATASETS.choice("iris", samples=151)},
        "dataset.samples",
        151,
        "between 10 and 150",
    ),
    "no sample left to train on": (
        {"dataset": DATASETS.choice("circle", validation_fraction=0.6, test_fraction=0.6)},
        "dataset.test_fraction",
        0.6,
        "no sample to train on",
    ),
    "softmax in a hidden layer": (
        {"layers": (Layer(), Layer(activation=ACTIVATIONS.choice("softmax")))},
        "layers.1.activation",
        "softmax",
        "output layer only",
    ),
    "too many parameters": ({"layers": _wide(3)}, "layers", 2 * 512 + 512 + 2 * (512 * 512 + 512) + 513, "at most"),
}


@pytest.mark.parametrize(("choices", "field", "given", "says"), REFUSED.values(), ids=REFUSED)
def test_what_does_not_fit_is_refused_by_its_name(choices: dict[str, Any], field: str, given: Any, says: str) -> None:
    with pytest.raises(InvalidExperiment) as caught:
        resolve(Experiment(**choices))
    error = caught.value.errors[0]
    assert (error.field, error.given) == (field, given)
    assert says in f"{error.message} {error.expected}"
    assert f"{field}: {error.message}" in str(caught.value)


def test_all_unknown_features_are_named_at_once() -> None:
    with pytest.raises(InvalidExperiment) as caught:
        resolve(Experiment(features=("a", "x1", "b")))
    assert [error.field for error in caught.value.errors] == ["features.0", "features.2"]


def test_the_largest_network_is_accepted() -> None:
    assert Trainer(resolve(Experiment(layers=_wide(2)))).parameters()[1].weights.shape == (512, 512)


def test_shares_are_of_all_samples_and_given_test_points_need_none() -> None:
    data = replace(DATASETS.choice("circle"), samples=101, validation_fraction=0.25, test_fraction=0.5)
    assert resolve(Experiment(dataset=data)).split_sizes == (26, 25, 50)
    given = points((1.0,), (2.0,), targets=(0.0, 1.0), test_fraction=0.5, test_points=((1.0,),), test_targets=(1.0,))
    assert resolve(Experiment(dataset=given)).split_sizes == (2, 0, 0)
