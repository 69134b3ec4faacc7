"""Distributions are those of the reference's numbers."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from app.encoding import to_json
from engine import LIMITS, Experiment, Layer, Trainer, Visit, reference, resolve
from engine.components.activations import ACTIVATIONS
from engine.components.batch_norm import BatchNormalization
from engine.components.initializers import INITIALIZERS
from engine.data.datasets import DATASETS
from engine.insight.distributions import along, distributions, histogram, spread, unit_distributions
from engine.training import checkpoints
from tests.engine.cases import experiment, layers_of, running_of, samples_of, scatter

WHAT = ("weights", "pre_activations", "activations", "gradients", "errors")
LAYERS: dict[str, tuple[Layer, ...]] = {
    "tanh": (Layer(4), Layer(3)),
    "relu": (Layer(4, activation=ACTIVATIONS.choice("relu")),),
    "maxout": (Layer(3, activation=ACTIVATIONS.choice("maxout")), Layer(2)),
    "normalized before": (Layer(4, batch_normalization=BatchNormalization(position="before")), Layer(3)),
    "normalized after": (Layer(4, batch_normalization=BatchNormalization(position="after")), Layer(3)),
    "dropout": (Layer(4, dropout=0.5), Layer(3)),
    "parametric relu": (Layer(3, activation=ACTIVATIONS.choice("parametric_relu")), Layer(2)),
    "one unit": (Layer(1), Layer(1)),
    "none": (),
}


def test_a_histogram_counts_every_number_once() -> None:
    numbers = np.random.default_rng(0).normal(size=(30, 40))
    told = histogram(numbers, 17)
    wanted, edges = np.histogram(numbers, 17)
    assert told.counts.tolist() == wanted.tolist()
    assert (told.low, told.high) == (edges[0], edges[-1])
    assert told.mean == pytest.approx(numbers.mean()) and told.std == pytest.approx(numbers.std())
    assert told.quantiles[3] == pytest.approx(np.median(numbers))


@pytest.mark.parametrize(
    ("numbers", "counted", "not_finite"),
    [([2.0, 2.0], 2, 0), ([np.nan, 1.0, np.inf], 1, 2), ([np.nan], 0, 1), ([], 0, 0), ([-1e308, 1e308], 2, 0)],
)
def test_histograms_of_anything(numbers: list[float], counted: int, not_finite: int) -> None:
    with np.errstate(all="ignore"):
        told = histogram(np.array(numbers), 5)
    assert sum(told.counts) == counted and told.not_finite == not_finite


def test_numbers_that_are_nearly_equal_are_told_apart() -> None:
    step = 2.0**-52
    assert histogram(1 + np.arange(17) * step, 17).counts.tolist() == [1] * 17
    with np.errstate(over="ignore"):  # of their mean and spread; the span is less
        assert histogram(1e308 * (1 + np.arange(4) * step), 2).counts.tolist() == [2, 2]


@pytest.mark.parametrize("task", ["binary", "multiclass", "multilabel", "regression"])
@pytest.mark.parametrize("name", LAYERS)
def test_the_numbers_are_those_of_the_reference(name: str, task: str) -> None:
    trainer = Trainer(resolve(replace(experiment(task), layers=LAYERS[name])))
    scatter(trainer)
    trainer.step_once("epoch", 2)
    complete, layers, running = trainer.experiment, layers_of(trainer), running_of(trainer)
    x, t = samples_of(trainer)
    seen = reference.forward(complete, layers, x, running)
    passed = reference.walk_back(complete, layers, seen, t)
    gradients = reference.gradients_of(seen, passed)
    for index, layer in enumerate(distributions(trainer)):
        wanted: dict[str, Any] = {
            "weights": layers[index][0],
            "pre_activations": seen[index].z,
            "activations": seen[index].a,
            "gradients": gradients[index][0],
            "errors": passed[index].delta * len(x),
        }
        for what in WHAT:
            told, numbers = getattr(layer, what), wanted[what]
            assert sum(told.counts) == numbers.size, what
            found = [told.low, told.high, told.mean, told.std]
            ends = [numbers.min(), numbers.max(), numbers.mean(), numbers.std()]
            assert found == pytest.approx(ends, rel=1e-9, abs=1e-12), what


def test_units_share_a_range() -> None:
    trainer = Trainer(resolve(experiment()))
    units = unit_distributions(trainer, 0, bins=10)
    layer = distributions(trainer, bins=10)[0].pre_activations
    assert {(unit.low, unit.high) for unit in units} == {(layer.low, layer.high)}
    assert np.sum([unit.counts for unit in units], axis=0).tolist() == layer.counts.tolist()


@pytest.mark.parametrize(
    ("initializer", "arguments", "forward"),
    [("lecun_normal", {}, (0.5, 1.5)), ("random_normal", {"stddev": 0.01}, (0, 0.01)), ("zeros", {}, (0, 0))],
)
def test_a_stack_keeps_its_spread_or_loses_it(
    initializer: str, arguments: dict[str, float], forward: tuple[float, float]
) -> None:
    choice = INITIALIZERS.choice(initializer, **arguments)
    layer = Layer(100, activation=ACTIVATIONS.choice("selu"), initializer=choice)
    told = spread(Trainer(resolve(Experiment(layers=(layer,) * 6))))
    assert len(told) == 7
    ratio = told[5].activations / told[0].activations if told[0].activations else 0.0
    assert forward[0] <= ratio <= forward[1]
    errors = told[0].errors / told[4].errors if told[4].errors else 0.0
    assert errors <= 3 and (errors >= 0.2) == (initializer == "lecun_normal")


def test_along_a_run_are_the_distributions_of_then() -> None:
    run = Trainer(resolve(Experiment(dataset=DATASETS.choice("xor", samples=60), layers=(Layer(3),))))
    run.step_once("epoch", 40)
    before = run.state.parameters.copy()
    course = along(run, moments=5)
    while not course.done:
        course.advance(1)
    assert [moment.epoch for moment in course.result] == [0, 10, 20, 30, 40]
    assert (run.state.parameters == before).all()
    visit = Visit(run, 20)
    while not visit.done:
        visit.advance(10_000)
    assert repr(course.result[2].layers) == repr(distributions(visit.trainer))


@pytest.mark.parametrize(
    ("activation", "initializer", "arguments", "growth"),
    [
        ("tanh", "glorot_uniform", {}, (0.5, 1.2)),  # saturation takes a little away
        ("relu", "he_normal", {}, (0.5, 2)),
        ("tanh", "random_normal", {"stddev": 0.05}, (0, 0.6)),
        ("relu", "random_normal", {"stddev": 0.3}, (1.6, 3)),
    ],
)
def test_each_layer_changes_the_spread_by_as_much_as_theory_says(
    activation: str, initializer: str, arguments: dict[str, float], growth: tuple[float, float]
) -> None:
    """With relu a layer multiplies by stddev * sqrt(units / 2), a tanh that is hardly bent by stddev * sqrt(units)."""
    layer = Layer(
        100, activation=ACTIVATIONS.choice(activation), initializer=INITIALIZERS.choice(initializer, **arguments)
    )
    told = spread(Trainer(resolve(Experiment(layers=(layer,) * 8))))
    for what, (first, last) in {"activations": (1, 7), "errors": (6, 0)}.items():
        per_layer = (getattr(told[last], what) / getattr(told[first], what)) ** (1 / 6)
        assert growth[0] <= per_layer <= growth[1], what


def test_a_course_goes_from_the_first_epoch_to_the_last(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checkpoints, "LIMITS", replace(LIMITS, timeline_bytes=30_000))
    monkeypatch.setattr(checkpoints, "FIRST_WORK", 0)
    run = Trainer(resolve(Experiment(dataset=DATASETS.choice("xor", samples=20), layers=(Layer(2),))))
    run.step_once("epoch", 70)
    kept = [mark.epoch for mark in run.timeline.marks]
    assert run.timeline.stride > 1 and kept[0] == 0
    for moments in (2, 7, 50):
        course = along(run, moments)
        while not course.done:
            course.advance(1)
        epochs = [moment.epoch for moment in course.result]
        gone_to = kept if len(kept) >= moments else list(range(71))
        assert set(epochs) <= set(gone_to) and (epochs[0], epochs[-1]) == (0, gone_to[-1])
        assert epochs == sorted(epochs) and len(epochs) == moments


def test_a_course_of_a_large_network_trains_nothing_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checkpoints, "LIMITS", replace(LIMITS, timeline_bytes=30_000))
    monkeypatch.setattr(checkpoints, "FIRST_WORK", 0)
    run = Trainer(resolve(Experiment(dataset=DATASETS.choice("xor", samples=20), layers=(Layer(2),))))
    run.step_once("epoch", 70)
    monkeypatch.setattr(checkpoints, "REPLAY_WORK", 0)
    kept = [mark.epoch for mark in run.timeline.marks]
    course = along(run, 50)
    while not course.done:
        course.advance(1)
    assert len(kept) < 50 and [moment.epoch for moment in course.result] == kept


def test_networks_that_are_not_finite_have_distributions() -> None:
    run = Trainer(resolve(replace(experiment("regression"), layers=LAYERS["normalized after"])))
    for number in (np.nan, np.inf, 1e300):
        run.state.parameters[:] = number
        for layer in distributions(run):
            for what in WHAT:
                told = getattr(layer, what)
                finite = sum(told.counts)
                assert finite + told.not_finite > 0 and (finite > 0) == np.isfinite(told.low)
        assert b"NaN" not in to_json([distributions(run), unit_distributions(run, 0), spread(run)])
