"""What is pruned is gone, stays gone, and nothing else has changed."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from app.encoding import to_json
from engine import Experiment, InvalidInput, Layer, Trainer, Visit, resolve
from engine.components.activations import ACTIVATIONS
from engine.components.batch_norm import BatchNormalization
from engine.components.constraints import CONSTRAINTS
from engine.components.optimizers import OPTIMIZERS
from engine.components.regularizers import REGULARIZERS
from engine.experiment import Clipping
from engine.insight.distributions import along, distributions
from engine.insight.pruning.criteria import CRITERIA, likeness
from engine.insight.pruning.pruning import (
    Amount,
    Pruning,
    Stop,
    Tradeoff,
    kept_weights,
    measured,
    size,
    smaller,
    units_to_go,
    without_units,
)
from engine.training import journal
from tests.engine.cases import experiment, scatter

LAYERS: dict[str, tuple[Layer, ...]] = {
    "tanh": (Layer(8), Layer(6)),
    "relu": (Layer(8, activation=ACTIVATIONS.choice("relu")), Layer(6, dropout=0.2)),
    "parametric relu": (Layer(8, activation=ACTIVATIONS.choice("parametric_relu")), Layer(6)),
    "maxout": (Layer(6, activation=ACTIVATIONS.choice("maxout")), Layer(5)),
    "normalized before": (
        Layer(6, activation=ACTIVATIONS.choice("maxout"), batch_normalization=BatchNormalization()),
        Layer(5, batch_normalization=BatchNormalization()),
    ),
    "normalized after": (Layer(8, batch_normalization=BatchNormalization(position="after")), Layer(6)),
}
NEURONS = [name for name, entry in CRITERIA.items() if entry.what == "neurons"]


def made(name: str = "tanh", task: str = "binary", **choices: Any) -> Trainer:
    trainer = Trainer(resolve(replace(experiment(task, **choices), layers=LAYERS[name])))
    scatter(trainer)
    trainer.step_once("epoch", 3)
    return trainer


def pruned(
    run: Trainer, criterion: str, amount: Amount, steps: int = 1, tune: int = 0, stop: Stop | None = None
) -> Any:
    pruning = Pruning(run, CRITERIA[criterion], amount, steps, tune, stop)
    while not pruning.done:
        pruning.advance(5_000)
    return pruning


def zeros(trainer: Trainer) -> list[int]:
    return [int((layer.weights == 0).sum()) for layer in trainer.parameters()]


@pytest.mark.parametrize("scope", ["network", "layer"])
@pytest.mark.parametrize("fraction", [0.1, 0.5, 0.93])
def test_exactly_so_many_weights_go_the_smallest_first(scope: Any, fraction: float) -> None:
    run = made()
    masks = kept_weights(run, CRITERIA["magnitude"], Amount(fraction=fraction, scope=scope))
    weights = [layer.weights for layer in run.parameters()]
    gone = [int((mask == 0).sum()) for mask in masks]
    if scope == "layer":
        assert gone == [min(round(fraction * W.size), W.size - 1) for W in weights]
    else:
        assert sum(gone) == round(fraction * sum(W.size for W in weights))
    groups = [(masks[i].ravel(), weights[i].ravel()) for i in range(3)]
    if scope == "network":
        groups = [(np.concatenate([m for m, _ in groups]), np.concatenate([w for _, w in groups]))]
    for mask, W in groups:
        assert np.abs(W[mask == 0]).max() <= np.abs(W[mask == 1]).min()


def test_a_threshold_takes_what_is_below_it() -> None:
    run = made()
    trainer = pruned(run, "magnitude", Amount(threshold=0.3)).trainer
    for before, after in zip(run.parameters(), trainer.parameters(), strict=True):
        assert ((after.weights == 0) == (np.abs(before.weights) < 0.3)).all()
        kept = after.weights != 0
        assert (after.weights[kept] == before.weights[kept]).all() and (after.biases == before.biases).all()


@pytest.mark.parametrize("name", ["normalized before", "normalized after"])
@pytest.mark.parametrize("optimizer", OPTIMIZERS)
def test_masks_stay_through_whatever_follows(optimizer: str, name: str) -> None:
    kept_short = {"regularizer": REGULARIZERS.choice("l2"), "constraint": CONSTRAINTS.choice("max_norm")}
    layers = tuple(replace(layer, **kept_short) for layer in LAYERS[name])
    asked = experiment(optimizer=OPTIMIZERS.choice(optimizer), clipping=Clipping())
    run = Trainer(resolve(replace(asked, layers=layers)))
    scatter(run)
    run.step_once("epoch", 3)
    trainer = pruned(run, "magnitude", Amount(fraction=0.5), steps=2, tune=2).trainer
    gone = [layer.weights == 0 for layer in trainer.parameters()]
    before = [layer.weights.copy() for layer in trainer.parameters()]
    assert sum(map(np.sum, gone)) == round(0.5 * sum(mask.size for mask in gone))
    trainer.step_once("epoch", 5)
    for mask, old, layer in zip(gone, before, trainer.parameters(), strict=True):
        assert ((layer.weights == 0) == mask).all() and (layer.weights != old)[~mask].any()
        assert (layer.further["mask"] == ~mask).all()
    again = pruned(trainer, "magnitude", Amount(fraction=0.7)).trainer
    assert sum(zeros(again)) == round(0.7 * sum(mask.size for mask in gone)), "pruning goes on from there"


@pytest.mark.parametrize("task", ["binary", "multiclass", "regression"])
@pytest.mark.parametrize("name", LAYERS)
def test_a_smaller_network_says_what_the_large_one_says_without_these_units(name: str, task: str) -> None:
    run = made(name, task)
    for criterion in NEURONS:
        removal = units_to_go(run, CRITERIA[criterion], Amount(fraction=0.4))
        trainer = smaller(run, removal)
        sizes = run.network.sizes
        assert sum(trainer.network.sizes[1:-1]) == sum(sizes[1:-1]) - len(removal)
        wanted = run.altered(without_units(run, removal)).evaluate("test")[0]
        found = trainer.evaluate("test")[0]
        assert np.abs(found - wanted).max() <= 1e-12 * (1 + np.abs(wanted).max())
        trainer.step_once("epoch", 1)
        assert trainer.diverged is None


@pytest.mark.parametrize("name", ["tanh", "parametric relu", "normalized after"])
def test_a_unit_that_stands_twice_is_pruned_for_nothing(name: str) -> None:
    run = made(name)
    layers = run.as_given()
    first, second = layers[0], layers[1]
    for what, numbers in first.items():
        numbers[..., 5] = numbers[..., 2]  # unit 5 becomes unit 2
        assert what
    second["weights"][5] = 0.3 * second["weights"][2]
    run.set_parameters(layers)
    (gone,) = units_to_go(run, CRITERIA["redundancy"], Amount(fraction=1 / 14))
    assert gone[0] == 0 and {gone[1], gone[2]} == {2, 5}
    found = smaller(run, [gone]).evaluate("test")[0]
    assert found == pytest.approx(run.evaluate("test")[0], abs=1e-9)


def test_units_that_never_say_anything_go_first() -> None:
    run = made("relu")
    layers = run.as_given()
    layers[0]["weights"][:, 3], layers[0]["biases"][3] = 0, -1
    run.set_parameters(layers)
    for criterion in ("activation", "weight_norm"):
        assert units_to_go(run, CRITERIA[criterion], Amount(fraction=1 / 14)) == [(0, 3, None)]
    report = pruned(run, "activation", Amount(threshold=1e-9))
    assert report.trainer.network.sizes == (2, 7, 6, 1)
    assert measured(report.trainer)["test"] == pytest.approx(report.before.measures["test"])


@pytest.mark.parametrize("criterion", CRITERIA)
def test_to_prune_everything_is_refused(criterion: str) -> None:
    run = made()
    if criterion != "redundancy":  # where one of two always stays
        with pytest.raises(InvalidInput, match="nothing would be left"):
            pruned(run, criterion, Amount(threshold=1e9))
    if criterion in NEURONS:
        assert min(pruned(run, criterion, Amount(fraction=0.9)).trainer.network.sizes) >= 1


@pytest.mark.parametrize("criterion", CRITERIA)
def test_steps_end_where_too_much_is_lost_and_the_last_is_undone(criterion: str) -> None:
    run = made("tanh", "multiclass")
    run.step_once("epoch", 30)
    before = run.state.parameters.copy()
    stop = Stop("test_accuracy", 0.1)
    report = pruned(run, criterion, Amount(fraction=0.9), steps=6, tune=1, stop=stop)
    first = report.before.measures["test"]["accuracy"]
    assert report.stopped and report.steps[-1].undone and 1 <= len(report.steps) <= 6
    for step in report.steps[:-1]:
        assert step.measures["test"]["accuracy"] >= first - 0.1
    assert measured(report.trainer)["test"]["accuracy"] >= first - 0.1
    assert (run.state.parameters == before).all(), "the run stays as it is"


def test_a_metric_that_is_not_there() -> None:
    for metric in ("validation_accuracy", "test_r2", "x", ""):
        with pytest.raises(InvalidInput, match=r"stop\.metric|no such metric"):
            Pruning(made(), CRITERIA["magnitude"], Amount(fraction=0.5), 1, 0, Stop(metric, 0.1))


def test_how_large_a_network_is() -> None:
    run = Trainer(resolve(Experiment(layers=(Layer(3),))))  # 2 to 3 to 1, float32
    told = size(run)
    assert (told.units, told.parameters, told.bytes) == (3, 13, 52)
    assert told.flops == 2 * 9 + 4 and told.nonzero == 13 - 0
    layers = run.as_given()
    layers[0]["weights"][:, 0] = 0
    run.set_parameters(layers)
    told = size(run)
    assert told.nonzero == 11 and told.effective_flops == 2 * 7 + 4
    assert told.sparse_bytes == 7 * 8 + (4 + 2) * 4 + 4 * 4


@pytest.mark.parametrize("criterion", CRITERIA)
def test_the_trade_off_begins_with_all_there_is_and_changes_nothing(criterion: str) -> None:
    run = made("maxout")
    before = run.state.parameters.copy()
    tradeoff = Tradeoff(run, CRITERIA[criterion], "network", 5)
    while not tradeoff.done:
        tradeoff.advance(1)
        run.step_once("batch", 1)  # which does not matter to it
    assert [point.fraction for point in tradeoff.result] == pytest.approx([0, 0.2, 0.4, 0.6, 0.8])
    run.set_parameters(run.as_given())
    assert tradeoff.result[0].measures == measured(made("maxout"))
    assert not (run.state.parameters == before).all()


def test_untrained_diverged_and_flat_networks() -> None:
    untrained = Trainer(resolve(experiment()))
    assert pruned(untrained, "magnitude", Amount(fraction=0.5), tune=1).trainer.epoch == 1
    flat = Trainer(resolve(experiment(units=())))
    assert sum(zeros(pruned(flat, "magnitude", Amount(fraction=0.5)).trainer)) == 1
    for criterion in NEURONS:
        with pytest.raises(InvalidInput, match="no hidden"):
            pruned(flat, criterion, Amount(fraction=0.5))
    diverging = Trainer(resolve(experiment("regression", optimizer=OPTIMIZERS.choice("sgd", learning_rate=1e6))))
    diverging.step_once("epoch", 20)
    assert diverging.diverged
    report = pruned(diverging, "magnitude", Amount(fraction=0.5), steps=3, tune=5)
    assert report.stopped or report.trainer.diverged is None


@pytest.mark.parametrize("amount", [Amount(fraction=0.6), Amount(threshold=0.4), Amount(fraction=0.6, scope="layer")])
def test_without_training_in_between_many_steps_are_as_one(amount: Amount) -> None:
    run = made()
    once, often = (pruned(run, "magnitude", amount, steps).trainer for steps in (1, 5))
    assert (once.state.parameters == often.state.parameters).all() and (once.state.mask == often.state.mask).all()


@pytest.mark.parametrize("criterion", NEURONS)
def test_as_many_units_go_as_are_asked_for_while_each_layer_keeps_its_best(criterion: str) -> None:
    run = Trainer(resolve(experiment(units=(3, 8))))
    scatter(run)
    layers = run.as_given()
    layers[0]["weights"] *= 1e-3  # so that all of these would go first
    run.set_parameters(layers)
    for fraction in (0.2, 0.5, 0.8):
        removal = units_to_go(run, CRITERIA[criterion], Amount(fraction=fraction))
        assert len({(layer, unit) for layer, unit, _ in removal}) == len(removal) == round(fraction * 11)
        assert sum(layer == 0 for layer, _, _ in removal) <= 2
        assert min(smaller(run, removal).network.sizes) >= 1


def test_likeness_takes_apart_the_most_alike_first() -> None:
    draw = np.random.default_rng(0)
    given = draw.normal(size=(12, 50))
    given[3], given[7], given[9] = 2 * given[1] + 1, -given[4], 0.1  # 9 never changes, but for rounding
    scores, pairs = likeness(given)
    sizes = np.std(given, axis=1)
    sizes[9] = 0
    alike = np.abs(np.corrcoef(given))
    alike[9] = alike[:, 9] = 1
    left = set(range(12))
    for gone, stays in pairs:
        best = max(alike[a, b] for a in left for b in left if a != b)
        assert 1 - scores[gone] == pytest.approx(alike[gone, stays]) == pytest.approx(best)
        assert {gone, stays} <= left and sizes[gone] <= sizes[stays] * (1 + 1e-9)
        left.remove(gone)
    assert len(left) == 1 and np.isinf(scores[left.pop()])
    assert {pair[0] for pair in pairs[:3]} == {1, 9, min(4, 7)} or {4, 7} & {pair[0] for pair in pairs[:3]}


@pytest.mark.parametrize("name", ["tanh", "normalized after"])
def test_a_unit_that_never_changes_becomes_a_bias(name: str) -> None:
    run = made(name)
    layers = run.as_given()
    layers[0]["weights"][:, 4], layers[0]["biases"][4] = 0, 0.3
    run.set_parameters(layers)
    removal = units_to_go(run, CRITERIA["redundancy"], Amount(fraction=1 / 14))
    assert [(layer, unit) for layer, unit, _ in removal] == [(0, 4)]
    for part in ("train", "test"):
        assert smaller(run, removal).evaluate(part)[0] == pytest.approx(run.evaluate(part)[0], abs=1e-9)


@pytest.mark.parametrize("criterion", NEURONS)
@pytest.mark.parametrize("name", ["tanh", "maxout", "normalized before", "normalized after"])
def test_neurons_may_go_after_weights(name: str, criterion: str) -> None:
    thinned = pruned(made(name), "magnitude", Amount(fraction=0.5), tune=1).trainer
    removal = units_to_go(thinned, CRITERIA[criterion], Amount(fraction=0.3))
    trainer = smaller(thinned, [(layer, unit, None) for layer, unit, _ in removal])
    wanted = thinned.altered(without_units(thinned, [(layer, unit, None) for layer, unit, _ in removal]))
    assert trainer.evaluate("test")[0] == pytest.approx(wanted.evaluate("test")[0], abs=1e-12)
    before = zeros(trainer)
    assert sum(before) > 0
    trainer.step_once("epoch", 3)
    assert zeros(trainer) == before, "what was pruned stays away"


@pytest.mark.parametrize("criterion", CRITERIA)
@pytest.mark.parametrize("units", [(), (1,), (1, 1), (2, 3)])
def test_the_trade_off_of_a_small_network_ends_where_nothing_would_be_left(
    units: tuple[int, ...], criterion: str
) -> None:
    run = Trainer(resolve(experiment(units=units)))
    tradeoff = Tradeoff(run, CRITERIA[criterion], "network", 100)
    if not units and criterion in NEURONS:
        with pytest.raises(InvalidInput, match="no hidden units"):
            tradeoff.advance(1)
        return
    while not tradeoff.done:
        tradeoff.advance(1)
    fractions = [point.fraction for point in tradeoff.result]
    assert fractions == pytest.approx(np.arange(len(fractions)) / 100) and 0.49 <= fractions[-1] <= 0.99
    assert tradeoff.result[0].measures == measured(run)


@pytest.mark.parametrize("criterion", CRITERIA)
@pytest.mark.parametrize("name", ["tanh", "normalized before"])
def test_the_trade_off_says_what_pruning_would_leave(name: str, criterion: str) -> None:
    run = made(name, "multiclass")
    tradeoff = Tradeoff(run, CRITERIA[criterion], "network", 4)
    while not tradeoff.done:
        tradeoff.advance(1)
    for point in tradeoff.result[1:]:
        found = measured(pruned(run, criterion, Amount(fraction=point.fraction)).trainer)
        for part, measures in point.measures.items():
            assert found[part] == pytest.approx(measures, rel=1e-9)


@pytest.mark.parametrize("criterion", CRITERIA)
def test_activations_that_are_not_finite_are_no_fault(criterion: str) -> None:
    relu = ACTIVATIONS.choice("relu")
    run = Trainer(resolve(replace(experiment("regression"), layers=(Layer(4, activation=relu),) * 2)))
    run.set_parameters(
        [layer | {"weights": np.full_like(layer["weights"], 1e308)} for layer in run.as_given()],
    )
    assert run.diverged
    before = run.state.parameters.copy()
    pruning = pruned(run, criterion, Amount(fraction=0.5), steps=2, tune=1)
    assert pruning.stopped and pruning.trainer.diverged
    assert (pruning.trainer.state.parameters == before).all(), "the step was undone"
    tradeoff = Tradeoff(run, CRITERIA[criterion], "layer", 3)
    while not tradeoff.done:
        tradeoff.advance(1)
    assert b"NaN" not in to_json(tradeoff.result)


def test_the_course_of_a_smaller_network_begins_with_it() -> None:
    run = made()
    trainer = smaller(run, units_to_go(run, CRITERIA["weight_norm"], Amount(fraction=0.5)))
    wanted = repr(distributions(trainer))
    trainer.step_once("epoch", 2)
    course = along(trainer)
    while not course.done:
        course.advance(1)
    assert [moment.epoch for moment in course.result] == [0, 1, 2]
    assert repr(course.result[0].layers) == wanted
    visit = Visit(trainer, 0)
    while not visit.done:
        visit.advance(1)
    assert repr(distributions(visit.trainer)) == wanted


def test_a_fork_knows_that_the_journal_is_not_complete(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(journal, "MOST_ENTRIES", 1)
    run = made()
    assert run.fork().journal.complete
    run.set_parameters(run.as_given())
    assert not run.journal.complete and not run.fork().journal.complete


def test_it_costs_a_layer_with_everything_what_its_numbers_say() -> None:
    run = Trainer(
        resolve(replace(experiment(), layers=LAYERS["normalized before"]))
    )  # 2 to 6 to 5 to 1, two pieces each, float64
    pieces = [layer.weights.shape[1] for layer in run.parameters()]
    weights = 2 * pieces[0] + 6 * pieces[1] + 5 * 1
    others = 3 * pieces[0] + 3 * pieces[1] + 1  # biases, and gamma and beta where it is normalized
    told = size(run)
    assert told.parameters == told.nonzero == weights + others == run.parameter_count
    assert told.bytes == 8 * (weights + others) and told.units == 11
    assert told.flops == told.effective_flops == 2 * weights + sum(pieces)
