"""What is switched off gives nothing, and costs what the reference says."""

from dataclasses import replace

import numpy as np
import pytest

from engine import InvalidInput, Layer, Trainer, reference, resolve
from engine.components.activations import ACTIVATIONS
from engine.components.batch_norm import BatchNormalization
from engine.insight.ablation import Part, Ranking, cost, switched_off
from tests.engine.cases import experiment, layers_of, running_of, samples_of, scatter

LAYERS: dict[str, tuple[Layer, ...]] = {
    "tanh": (Layer(4), Layer(3)),
    "relu": (Layer(4, activation=ACTIVATIONS.choice("relu"), dropout=0.3), Layer(3, dropout=0.3)),
    "maxout": (Layer(3, activation=ACTIVATIONS.choice("maxout")), Layer(2)),
    "normalized": (
        Layer(4, batch_normalization=BatchNormalization(position="after")),
        Layer(3, batch_normalization=BatchNormalization(position="before")),
    ),
}


def made(name: str = "tanh", task: str = "binary") -> Trainer:
    trainer = Trainer(resolve(replace(experiment(task), layers=LAYERS[name])))
    scatter(trainer)
    trainer.step_once("epoch", 2)
    return trainer


def loss_without(trainer: Trainer, part: Part) -> float:
    """The reference's loss when what comes after the part gets nothing from it."""
    layers = [tuple(array.copy() for array in layer) for layer in layers_of(trainer)]
    x, t = samples_of(trainer, "test")
    if part.layer is None:
        x[:, part.input] = 0
    elif part.input is not None:
        units = trainer.network.sizes[part.layer + 1]
        layers[part.layer][0][part.input, part.unit :: units] = 0
    else:
        following = layers[part.layer + 1][0]
        following[part.unit if part.unit is not None else slice(None)] = 0
    seen = reference.forward(trainer.experiment, layers, x, running_of(trainer))
    return reference.loss(trainer.experiment, seen[-1].z, seen[-1].out, t)


@pytest.mark.parametrize("task", ["binary", "multiclass", "multilabel", "regression"])
@pytest.mark.parametrize("name", LAYERS)
def test_it_costs_what_the_reference_says(name: str, task: str) -> None:
    trainer = made(name, task)
    before = trainer.state.parameters.copy()
    parts = [Part(input=1), Part(layer=0), Part(layer=1, unit=1), Part(layer=0, unit=2, input=0), Part(2, 0, 1)]
    for part in parts:
        told = cost(trainer, [part], "test")
        assert told.after["loss"] == pytest.approx(loss_without(trainer, part), rel=1e-9), part
        assert told.before["loss"] == pytest.approx(trainer.row()["test"]["loss"], rel=1e-12)
    assert (trainer.state.parameters == before).all()


def test_several_at_once() -> None:
    trainer = made()
    off = switched_off(trainer, [Part(layer=0, unit=unit) for unit in range(4)])
    assert off.evaluate("test")[0] == pytest.approx(switched_off(trainer, [Part(layer=0)]).evaluate("test")[0])


@pytest.mark.parametrize("connections", [False, True])
def test_the_ranking_has_every_part_the_most_costly_first(connections: bool) -> None:
    trainer = made()
    ranking = Ranking(trainer, "test", connections)
    looked = 0
    while not ranking.done:
        ranking.advance(1)
        looked += 1
        trainer.step_once("batch", 1)  # which does not matter to it
    told = ranking.result
    kinds = [row.kind for row in told.parts]
    assert len(kinds) == looked == 2 + 2 + 7 + (2 * 4 + 4 * 3 + 3 if connections else 0)
    costs = [row.cost for row in told.parts]
    assert costs == sorted(costs, reverse=True) and len({row.name for row in told.parts}) == looked
    fresh = made()
    for row in told.parts:
        part = Part(row.layer, row.unit, row.input)
        assert row.after == cost(fresh, [part], "test").after


def test_networks_that_are_not_finite_can_be_ranked() -> None:
    trainer = made()
    trainer.state.parameters[:3] = np.nan
    ranking = Ranking(trainer, "test")
    while not ranking.done:
        ranking.advance(10**9)
    assert len(ranking.result.parts) == 11


@pytest.mark.parametrize(
    ("part", "field"),
    [
        (Part(), ""),
        (Part(input=2), ".input"),
        (Part(input=-1), ".input"),
        (Part(layer=-1), ".layer"),
        (Part(layer=2), ".layer"),
        (Part(layer=2, unit=0), ".layer"),
        (Part(layer=9, unit=0, input=0), ".layer"),
        (Part(layer=0, unit=4), ".unit"),
        (Part(layer=0, unit=-1), ".unit"),
        (Part(layer=0, input=0), ".unit"),
        (Part(layer=1, unit=0, input=4), ".input"),
        (Part(unit=1, input=0), ".layer"),
    ],
)
def test_what_it_does_not_have_is_refused(part: Part, field: str) -> None:
    with pytest.raises(InvalidInput) as refusal:
        switched_off(made(), [Part(input=0), part])
    assert refusal.value.errors[0].field == f"off.1{field}"


@pytest.mark.parametrize("task", ["binary", "regression"])
def test_without_a_feature_it_is_the_network_that_never_had_it(task: str) -> None:
    with_both = made("normalized", task)
    narrow = Trainer(resolve(replace(with_both.asked, features=("x2",))))
    first, *others = with_both.as_given()
    narrow.set_parameters([first | {"weights": first["weights"][1:]}, *others])
    found = switched_off(with_both, [Part(input=0)]).evaluate("test")[0]
    assert found == pytest.approx(narrow.evaluate("test")[0], rel=1e-12)


def test_a_ranking_goes_on_by_as_much_as_it_may() -> None:
    trainer = made()
    one = len(trainer.data.parts["test"]) * trainer.parameter_count
    ranking = Ranking(trainer, "test", connections=True)
    for work, done in ((1, 1), (one, 2), (3 * one + 1, 5), (10**9, 34)):
        ranking.advance(work)
        assert len(ranking.result.parts) == done
    assert ranking.done


def test_too_many_connections_are_left_out() -> None:
    wide = Ranking(Trainer(resolve(experiment(units=(40, 50)))), "test", connections=True)
    while not wide.done:
        wide.advance(10**9)
    assert {row.kind for row in wide.result.parts} == {"feature", "layer", "unit"}
