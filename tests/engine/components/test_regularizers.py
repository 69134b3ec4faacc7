"""Each regularizer: its derivative, its formulas, and that biases pay nothing."""

import numpy as np
import pytest

from engine import Trainer, resolve
from engine.components.formulas import evaluate
from engine.components.regularizers import REGULARIZERS
from tests.engine.cases import experiment, layers_of, put, scatter

W = np.concatenate([np.linspace(-3, -0.01, 30), np.linspace(0.01, 3, 30)])


def rates(name: str) -> dict[str, float]:
    """A different rate for each argument, so that none can stand in for another."""
    return {argument.name: 0.3 + 0.4 * index for index, argument in enumerate(REGULARIZERS[name].arguments)}


@pytest.mark.parametrize("name", REGULARIZERS)
def test_derivative_is_that_of_the_function_and_formulas_say_the_same(name: str) -> None:
    entry, named = REGULARIZERS[name], rates(name)
    h = 1e-4
    for w in map(float, W):
        central = (entry.function(w + h, *named.values()) - entry.function(w - h, *named.values())) / (2 * h)
        slope = entry.derivative(w, *named.values())
        assert slope == pytest.approx(central, rel=1e-7)
        assert slope == pytest.approx(evaluate(entry.derivative_formula, {"w": w, **named}), rel=1e-12)
        value = entry.function(w, *named.values())
        assert value == pytest.approx(evaluate(entry.formula, {"w": w, **named}), rel=1e-12)


@pytest.mark.parametrize("name", REGULARIZERS)
def test_a_weight_of_zero_pays_nothing_and_is_left_in_peace(name: str) -> None:
    entry, named = REGULARIZERS[name], rates(name)
    assert entry.function(0.0, *named.values()) == 0
    assert entry.derivative(0.0, *named.values()) == 0


@pytest.mark.parametrize("name", REGULARIZERS)
def test_the_row_tells_the_penalty_of_weights_apart_from_the_loss(name: str) -> None:
    plain = Trainer(resolve(experiment()))
    priced = Trainer(resolve(experiment(regularizer=REGULARIZERS.choice(name, **rates(name)))))
    scatter(plain)
    put(priced, layers_of(plain))
    expected = sum(REGULARIZERS[name].function(w, *rates(name).values()).sum() for w, _ in layers_of(priced))
    assert priced.row()["penalty"] == pytest.approx(expected, rel=1e-12)
    assert priced.row()["train"] == plain.row()["train"]
    assert [layer["gradient_norm"] for layer in priced.row()["layers"]] == [
        layer["gradient_norm"] for layer in plain.row()["layers"]
    ]
    assert plain.row()["penalty"] == 0
