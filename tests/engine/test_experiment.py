"""Experiments: to JSON and back without loss, strict about what they take, precise about what changed."""

import json
from dataclasses import replace
from typing import Any

import pytest
from pydantic import TypeAdapter, ValidationError

from engine import FAMILIES, Experiment, Layer, Output, differences, fixed_differences, resolve, to_data
from engine.components.activations import ACTIVATIONS
from engine.components.initializers import INITIALIZERS
from engine.components.losses import LOSSES
from engine.components.optimizers import OPTIMIZERS
from engine.components.regularizers import REGULARIZERS
from engine.data.datasets import DATASETS
from tests.engine.cases import PAIRS, experiment, points

ADAPTER = TypeAdapter(Experiment)


def read(data: Any) -> Experiment:
    return ADAPTER.validate_json(json.dumps(data))


CHOICES = [
    *(Experiment(layers=(Layer(activation=ACTIVATIONS.choice(name)),)) for name in ACTIVATIONS),
    *(Experiment(layers=(Layer(initializer=INITIALIZERS.choice(name)),)) for name in INITIALIZERS),
    *(Experiment(output=Output(regularizer=REGULARIZERS.choice(name))) for name in REGULARIZERS),
    *(Experiment(optimizer=OPTIMIZERS.choice(name)) for name in OPTIMIZERS),
    *(Experiment(dataset=DATASETS.choice(name, samples=100, noise=0.5)) for name in DATASETS),
    *(experiment(task, output=output, loss=loss) for task, output, loss in PAIRS),
    Experiment(dataset=points((1.0, 2.0), (3.0, 4.5), targets=(0.0, 1.0)), batch_size=None, seed=2**32 - 1),
    Experiment(features=("x1", "sin_x2"), shuffle=False, layers=()),
]


@pytest.mark.parametrize("chosen", CHOICES, ids=range(len(CHOICES)))
def test_json_and_back_is_the_same_experiment(chosen: Experiment) -> None:
    assert read(to_data(chosen)) == chosen


@pytest.mark.parametrize("chosen", [experiment(*pair[:1], output=pair[1], loss=pair[2]) for pair in PAIRS])
def test_a_resolved_experiment_stays_as_it_is(chosen: Experiment) -> None:
    resolved = resolve(chosen)
    assert resolve(resolved) == resolved
    assert resolve(read(to_data(resolved))) == resolved


def test_nothing_at_all_is_the_default() -> None:
    assert read({}) == Experiment()


def test_an_entry_is_written_as_its_name_or_with_its_arguments() -> None:
    layers = (Layer(activation=ACTIVATIONS.choice("leaky_relu", negative_slope=0.2)), Layer())
    activations = [layer["activation"] for layer in to_data(Experiment(layers=layers))["layers"]]
    assert activations == [{"name": "leaky_relu", "negative_slope": 0.2}, "tanh"]


@pytest.mark.parametrize(
    ("family", "alias", "name"),
    [(family.name, alias, entry.name) for family in FAMILIES for entry in family.values() for alias in entry.aliases],
)
def test_aliases_mean_the_entry(family: str, alias: str, name: str) -> None:
    found = next(one for one in FAMILIES if one.name == family)
    assert found.resolve(alias) == found.resolve(alias.replace("_", "-")) == name
    assert found.choice(alias) == found.choice(name)


@pytest.mark.parametrize(
    ("data", "says"),
    [
        ({"layers": [{"activation": "rleu"}]}, "Did you mean 'relu'"),
        ({"optimizer": {"name": "momentun"}}, "Did you mean 'momentum'"),
        ({"loss": "mean_square_error"}, "Did you mean 'mean_squared_error'"),
        ({"dataset": {"name": "spirals"}}, "Did you mean 'spiral'"),
        ({"optimizer": {"learning_rate": 1}}, "the name is missing"),
        ({"layers": [{"units": "4"}]}, "valid integer"),
        ({"layers": [{"units": True}]}, "valid integer"),
        ({"layers": [{"units": 0}]}, "greater than or equal to 1"),
        ({"layers": [{"units": 513}]}, "less than or equal to 512"),
        ({"layers": [{}] * 11}, "at most 10"),
        ({"unit": 3}, "Unexpected keyword argument"),
        ({"optimizer": {"name": "sgd", "momentum": 0.9}}, "Unexpected keyword argument"),
        ({"optimizer": {"name": "sgd", "learning_rate": -1}}, "greater than or equal to 0"),
        ({"batch_size": 0}, "greater than or equal to 1"),
        ({"seed": -1}, "greater than or equal to 0"),
        ({"features": []}, "at least 1"),
        ({"dataset": {"name": "circle", "samples": 20_001}}, "less than or equal to 20000"),
        ({"dataset": {"name": "circle", "test_fraction": 1}}, "less than 1"),
        ({"precision": "float16"}, "'float32' or 'float64'"),
    ],
    ids=lambda value: json.dumps(value)[:60] if isinstance(value, dict) else "",
)
def test_bad_json_is_refused_with_a_reason(data: Any, says: str) -> None:
    with pytest.raises(ValidationError, match=says):
        read(data)


@pytest.mark.parametrize("number", ["NaN", "Infinity", "-Infinity", "1e999"])
@pytest.mark.parametrize(
    "text",
    [
        '{"optimizer": {"name": "sgd", "learning_rate": NUMBER}}',
        '{"dataset": {"name": "circle", "noise": NUMBER}}',
        '{"dataset": {"points": [[1, NUMBER], [2, 3]], "targets": [0, 1]}}',
        '{"dataset": {"points": [[1, 2], [2, 3]], "targets": [0, NUMBER]}}',
        '{"layers": [{"activation": {"name": "elu", "alpha": NUMBER}}]}',
    ],
)
def test_numbers_that_are_not_finite_are_refused(text: str, number: str) -> None:
    with pytest.raises(ValidationError):
        ADAPTER.validate_json(text.replace("NUMBER", number))


def test_the_schema_carries_titles_bounds_and_scales() -> None:
    schema = ADAPTER.json_schema()
    batch = schema["properties"]["batch_size"]
    assert batch["title"] == "Batch size" and batch["x-scale"] == "log" and batch["x-live"] is True
    assert {"minimum": 1, "maximum": 20_000, "type": "integer"} in batch["anyOf"]
    rate = schema["$defs"]["Sgd"]["properties"]["learning_rate"]
    assert (rate["minimum"], rate["maximum"], rate["default"]) == (0, 1e9, 0.03)


BASE = resolve(Experiment(layers=(Layer(activation=ACTIVATIONS.choice("leaky_relu")), Layer())))


def changed(**choices: Any) -> Experiment:
    return replace(BASE, **choices)


def layer(index: int, **choices: Any) -> Experiment:
    layers = list(BASE.layers)
    layers[index] = replace(layers[index], **choices)
    return changed(layers=tuple(layers))


@pytest.mark.parametrize(
    ("other", "expected", "fixed"),
    [
        (BASE, [], []),
        (changed(seed=1), ["seed"], ["seed"]),
        (changed(batch_size=7), ["batch_size"], []),
        (changed(shuffle=False), ["shuffle"], []),
        (changed(optimizer=OPTIMIZERS.choice("sgd", learning_rate=1.0)), ["optimizer.learning_rate"], []),
        (changed(optimizer=OPTIMIZERS.choice("adam")), ["optimizer"], ["optimizer"]),
        (changed(loss=LOSSES.choice("mean_squared_error")), ["loss"], ["loss"]),
        (changed(features=("x1",)), ["features"], ["features"]),
        (changed(layers=BASE.layers[:1]), ["layers"], ["layers"]),
        (layer(1, units=3), ["layers.1.units"], ["layers.1.units"]),
        (layer(1, activation=ACTIVATIONS.choice("relu")), ["layers.1.activation"], []),
        (layer(0, activation=ACTIVATIONS.choice("leaky_relu", negative_slope=0.5)), ["layers.0.activation"], []),
        (layer(0, regularizer=REGULARIZERS.choice("l2")), ["layers.0.regularizer"], []),
        (layer(0, initializer=INITIALIZERS.choice("zeros")), ["layers.0.initializer"], ["layers.0.initializer"]),
        (changed(dataset=replace(BASE.dataset, noise=0.5)), ["dataset.noise"], ["dataset.noise"]),
        (changed(seed=1, batch_size=7), ["batch_size", "seed"], ["seed"]),
    ],
    ids=lambda value: "" if isinstance(value, Experiment) else ",".join(value) or "none",
)
def test_differences_are_named_and_the_fixed_ones_told_apart(
    other: Experiment, expected: list[str], fixed: list[str]
) -> None:
    assert differences(BASE, other) == differences(other, BASE) == expected
    assert fixed_differences(BASE, other) == fixed
