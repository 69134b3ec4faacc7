"""Whatever is chosen, the engine answers: it trains and stays finite, or refuses with a reason."""

import json
from dataclasses import fields, replace
from typing import Any

import numpy as np
from hypothesis import HealthCheck, Phase, assume, given, settings
from hypothesis import strategies as st
from pydantic import TypeAdapter

from engine import Choice, Experiment, Family, InvalidExperiment, Layer, Output, Trainer, resolve, to_data
from engine.components.activations import ACTIVATIONS
from engine.components.batch_norm import BatchNormalization
from engine.components.constraints import CONSTRAINTS
from engine.components.features import FEATURES
from engine.components.initializers import INITIALIZERS
from engine.components.losses import LOSSES
from engine.components.optimizers import OPTIMIZERS
from engine.components.regularizers import REGULARIZERS
from engine.components.schedules import SCHEDULES
from engine.components.tasks import TASKS
from engine.data.datasets import DATASETS, PlaygroundData
from engine.data.given_points import GivenPoints
from engine.data.splits import PARTS
from engine.data.tf_playground import SHAPES
from engine.experiment import Clipping, Input
from engine.training.early_stopping import EarlyStopping
from engine.training.metrics import METRICS

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
    listed = st.lists(st.integers(0, 1).map(float), min_size=2, max_size=2).map(tuple)
    targets = st.one_of([listed] if draw(st.integers(0, 3)) == 0 else [st.integers(0, 3).map(float), number])
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
    if draw(st.integers(0, 9)) == 0:
        shape = draw(st.sampled_from(SHAPES))
        return PlaygroundData(shape=shape, seed_text=draw(st.text(max_size=9)), noise=draw(st.floats(0, 0.8)), **shares)
    return replace(
        draw(choices(DATASETS)),
        samples=draw(st.integers(2, 80)),
        noise=draw(st.floats(0, 5)),
        label_noise=draw(st.sampled_from([0.0, 0.3, 1.0])),
        stratify=draw(st.booleans()),
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
        constraint=st.none() | choices(CONSTRAINTS),
    )
    stopping = st.builds(
        EarlyStopping,
        monitor=st.sampled_from([f"{part}_{measure}" for part in PARTS for measure in ("loss", *METRICS)]),
        patience=st.integers(0, 3),
        min_delta=st.sampled_from([0.0, 0.1, 1e9]),
        restore_best=st.booleans(),
    )
    weights = st.lists(st.floats(0, 2e6), max_size=4).map(tuple)
    return Experiment(
        task=draw(st.none() | st.sampled_from(list(TASKS))),
        dataset=draw(made_data() | given_points()),
        features=draw(st.none() | st.lists(st.sampled_from(list(FEATURES)), min_size=1, max_size=4).map(tuple)),
        layers=tuple(draw(st.lists(layer, max_size=3))),
        output=draw(output),
        loss=draw(st.none() | choices(LOSSES)),
        optimizer=draw(choices(OPTIMIZERS)),
        schedule=draw(choices(SCHEDULES)),
        early_stopping=draw(st.none() | stopping),
        class_weight=draw(st.none() | st.just("balanced") | weights) if draw(st.booleans()) else None,
        label_smoothing=draw(st.sampled_from([0.0, 0.0, 0.2])),
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
        trainer = Trainer(resolve(chosen))
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
    columns = len(trainer.data.as_data()["columns"])
    answers, labels = trainer.predict([[0.5] * columns, [-2.0] * columns])
    assert len(answers) == len(labels) == 2
    assert trainer.boundary(3).values.shape[1:] == (3, 3)
    units = [layer.units for layer in trainer.experiment.layers]
    assert [len(found) for found in trainer.neurons(2)] == [*units, answers.shape[1]]
    trainer.reset()
    assert trainer.step == 0


def bytes_of(trainer: Trainer) -> list[bytes]:
    return [
        array.tobytes()
        for layer in trainer.parameters()
        for array in (layer.weights, layer.biases, *layer.further.values())
    ]


@QUICK
@given(chosen=experiments(), slices=st.lists(st.integers(1, 5_000), min_size=1, max_size=5))
def test_slices_change_no_byte_and_a_checkpoint_keeps_the_future(chosen: Experiment, slices: list[int]) -> None:
    try:
        whole, sliced, later = Trainer(resolve(chosen)), Trainer(resolve(chosen)), Trainer(resolve(chosen))
    except InvalidExperiment:
        return
    half, end = 3, 11
    whole.advance(10**9, until_step=end)
    whole.settle()
    for turn in range(10_000):
        if (sliced.step >= end and sliced.settled) or sliced.diverged or sliced.stopped:
            break
        sliced.advance(slices[turn % len(slices)], until_step=half if sliced.step < half else end)
        if sliced.step >= half and later.step == 0 and not sliced.diverged and not sliced.stopped:
            later.restore(sliced.checkpoint())
    sliced.settle()
    later.advance(10**9, until_step=whole.step)
    later.settle()
    assert bytes_of(whole) == bytes_of(sliced) and whole.step == sliced.step and whole.stopped == sliced.stopped
    assert bytes_of(whole) == bytes_of(later) or later.step == 0


@QUICK
@given(chosen=experiments())
def test_any_experiment_survives_json(chosen: Experiment) -> None:
    assert ADAPTER.validate_json(json.dumps(to_data(chosen))) == chosen
    try:
        completed = resolve(chosen)
    except InvalidExperiment:
        return
    left_open = {field.name for field in fields(completed) if getattr(completed, field.name) is None}
    assert left_open <= {"batch_size", "clipping", "early_stopping", "class_weight"}
    assert resolve(completed) == completed
