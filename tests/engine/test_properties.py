"""Whatever is chosen, the engine answers: it trains and stays finite, or refuses with a reason."""

import json
from dataclasses import fields, replace
from typing import Any

import numpy as np
from hypothesis import HealthCheck, Phase, assume, given, settings
from hypothesis import strategies as st
from pydantic import TypeAdapter

from engine import Choice, Experiment, Family, InvalidExperiment, Layer, Output, Trainer, complete, to_data
from engine.activations import ACTIVATIONS
from engine.constraints import CONSTRAINTS
from engine.datasets import DATASETS, GivenPoints
from engine.experiment import Clipping, Input
from engine.features import FEATURES
from engine.initializers import INITIALIZERS
from engine.losses import LOSSES
from engine.normalizations import BatchNormalization
from engine.optimizers import OPTIMIZERS
from engine.regularizers import REGULARIZERS

ADAPTER = TypeAdapter(Experiment)


@st.composite
def choices(draw: st.DrawFn, family: Family[Any]) -> Choice:
    """Any entry with any arguments inside their bounds."""
    entry = draw(st.sampled_from(list(family.values())))
    arguments = {}
    for argument in entry.arguments:
        if argument.kind == "option":
            arguments[argument.name] = draw(st.sampled_from(argument.options))
            continue
        if argument.kind == "boolean":
            arguments[argument.name] = draw(st.booleans())
            continue
        number = st.integers if argument.kind == "integer" else st.floats
        arguments[argument.name] = draw(number(argument.minimum, argument.maximum))
    assume(entry.objection is None or entry.objection(*arguments.values()) is None)
    return family.choice(entry.name, **arguments)


@st.composite
def given_points(draw: st.DrawFn) -> GivenPoints:
    """Points with coordinates and targets of any size that JSON can carry."""
    columns, count = draw(st.integers(1, 3)), draw(st.integers(1, 8))
    number = st.floats(allow_nan=False, allow_infinity=False) | st.floats(-3, 3)
    point = st.tuples(*[number] * columns)
    targets = st.integers(0, 3).map(float) | number
    return GivenPoints(
        points=tuple(draw(st.lists(point, min_size=count, max_size=count))),
        targets=tuple(draw(st.lists(targets, min_size=count, max_size=count))),
        noise=draw(st.sampled_from([0.0, 0.5])),
        standardize=draw(st.booleans()),
        test_fraction=draw(st.floats(0, 0.9)),
    )


@st.composite
def made_data(draw: st.DrawFn) -> Any:
    shares = {"validation_fraction": draw(st.floats(0, 0.5)), "test_fraction": draw(st.floats(0, 0.7))}
    return replace(
        draw(choices(DATASETS)),
        samples=draw(st.integers(2, 80)),
        noise=draw(st.floats(0, 5)),
        seed=draw(st.integers(0, 2**32 - 1)),
        standardize=draw(st.none() | st.booleans()),
        **shares,
    )


@st.composite
def experiments(draw: st.DrawFn) -> Experiment:
    """Experiments whose single numbers are in bounds, and whose parts often do not fit each other."""
    layer = st.builds(
        Layer,
        units=st.integers(1, 6),
        activation=choices(ACTIVATIONS),
        initializer=choices(INITIALIZERS),
        bias_initializer=choices(INITIALIZERS),
        regularizer=st.none() | choices(REGULARIZERS),
        constraint=st.none() | choices(CONSTRAINTS),
        batch_normalization=st.none() | st.builds(BatchNormalization, position=st.sampled_from(["before", "after"])),
        dropout=st.sampled_from([0.0, 0.5, 0.95]),
    )
    output = st.builds(
        Output,
        activation=st.none() | choices(ACTIVATIONS),
        initializer=choices(INITIALIZERS),
        regularizer=st.none() | choices(REGULARIZERS),
    )
    return Experiment(
        task=draw(st.none() | st.sampled_from(["binary", "multiclass", "regression"])),
        dataset=draw(made_data() | given_points()),
        features=draw(st.none() | st.lists(st.sampled_from(list(FEATURES)), min_size=1, max_size=4).map(tuple)),
        layers=tuple(draw(st.lists(layer, max_size=3))),
        output=draw(output),
        loss=draw(st.none() | choices(LOSSES)),
        optimizer=draw(choices(OPTIMIZERS)),
        batch_size=draw(st.none() | st.integers(1, 100)),
        shuffle=draw(st.booleans()),
        input=Input(draw(st.sampled_from([0.0, 0.5])), draw(st.sampled_from([0.0, 1.0]))),
        clipping=draw(st.none() | st.builds(Clipping, st.sampled_from(["norm", "value"]), st.floats(1e-6, 1e6))),
        precision=draw(st.sampled_from(["float32", "float64"])),
        seed=draw(st.integers(0, 2**32 - 1)),
    )


QUICK = settings(
    max_examples=150,
    deadline=None,
    derandomize=True,
    phases=[Phase.explicit, Phase.generate],  # to shrink a failure may take many minutes
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.data_too_large],
)


@QUICK
@given(chosen=experiments())
def test_any_experiment_trains_and_stays_finite_or_is_refused_with_a_reason(chosen: Experiment) -> None:
    try:
        trainer = Trainer(chosen)
    except InvalidExperiment as refusal:
        assert all(error.field and error.message and error.expected for error in refusal.errors)
        return
    for work in (1, 3_000, 200_000):
        trainer.advance(work)
        for layer in trainer.parameters():
            assert np.isfinite(layer.weights).all() and np.isfinite(layer.biases).all()
    trainer.settle()
    row = trainer.row()
    assert trainer.diverged or np.isfinite(row["train"]["loss"])
    assert len(row["layers"]) == len(trainer.experiment.layers) + 1
    columns = len(trainer.data()["columns"])
    answers, labels = trainer.predict([[0.5] * columns, [-2.0] * columns])
    assert len(answers) == len(labels) == 2
    assert trainer.boundary(3).values.shape[1:] == (3, 3)
    units = [layer.units for layer in trainer.experiment.layers]
    assert [len(found) for found in trainer.neurons(2)] == [*units, answers.shape[1]]
    trainer.reset()
    assert trainer.step == 0


@QUICK
@given(chosen=experiments())
def test_any_experiment_survives_json(chosen: Experiment) -> None:
    assert ADAPTER.validate_json(json.dumps(to_data(chosen))) == chosen
    try:
        completed = complete(chosen).experiment
    except InvalidExperiment:
        return
    left_open = {field.name for field in fields(completed) if getattr(completed, field.name) is None}
    assert left_open <= {"batch_size", "clipping", "early_stopping", "class_weight"}
    assert complete(completed).experiment == completed
