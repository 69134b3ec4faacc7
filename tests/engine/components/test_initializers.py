"""Each initializer: the mean and variance that theory gives, and draws that depend on nothing but the seed."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from engine import Experiment, Layer, Trainer, resolve, rng
from engine.components.formulas import evaluate
from engine.components.initializers import INITIALIZERS, draw
from engine.components.registry import Argument

FAN_IN, FAN_OUT = 300, 200
CONSTANTS = ("zeros", "ones", "constant")


def moved(arguments: tuple[Argument, ...]) -> dict[str, Any]:
    """Arguments other than the defaults, each of a size of its own, so that one taken for another shows."""
    other: dict[str, Any] = {}
    for index, argument in enumerate(arguments):
        if argument.kind == "option":
            other[argument.name] = argument.options[-1]
        else:
            other[argument.name] = (
                not argument.default if argument.kind == "boolean" else argument.default + 0.5 * (index + 1)
            )
    return other


CASES = [(name, {}) for name in INITIALIZERS]
CASES += [(name, moved(entry.arguments)) for name, entry in INITIALIZERS.items() if entry.arguments]


@pytest.mark.parametrize(("name", "arguments"), CASES)
def test_mean_and_variance_are_those_of_theory(name: str, arguments: dict[str, float]) -> None:
    choice = INITIALIZERS.choice(name, **arguments)
    weights = draw(choice, rng.generator(0, rng.WEIGHTS), FAN_IN, FAN_OUT)
    assert weights.shape == (FAN_IN, FAN_OUT)
    mean, variance = INITIALIZERS[name].moments(FAN_IN, FAN_OUT, *INITIALIZERS[name].values(choice))
    # Five standard errors; that of a variance is variance * sqrt(2 / n) for normal draws and less for uniform ones.
    n = weights.size
    assert abs(weights.mean() - mean) <= 5 * np.sqrt(variance / n) + 1e-12 * abs(mean)
    assert abs(weights.var() - variance) <= 5 * variance * np.sqrt(2 / n) + 1e-24 * mean**2


@pytest.mark.parametrize("name", [name for name, entry in INITIALIZERS.items() if entry.formula])
def test_the_formula_is_the_variance(name: str) -> None:
    entry = INITIALIZERS[name]
    variance = evaluate(entry.formula, {"fan_in": 7, "fan_out": 3})
    assert entry.moments(7, 3)[1] == pytest.approx(variance, rel=1e-12)


@pytest.mark.parametrize("name", [name for name in INITIALIZERS if name.endswith("uniform")])
def test_uniform_draws_fill_their_bounds_and_keep_to_them(name: str) -> None:
    entry = INITIALIZERS[name]
    choice = INITIALIZERS.choice(name)
    mean, variance = entry.moments(FAN_IN, FAN_OUT, *entry.values(choice))
    weights = draw(choice, rng.generator(0, rng.WEIGHTS), FAN_IN, FAN_OUT)
    half = np.sqrt(3 * variance)
    assert 0.999 * half < np.abs(weights - mean).max() <= half


def first_weights(name: str, seed: int, layers: int = 1) -> np.ndarray:
    layer = Layer(units=6, initializer=INITIALIZERS.choice(name))
    return Trainer(resolve(Experiment(layers=(layer,) * layers, seed=seed))).parameters()[0].weights


@pytest.mark.parametrize("name", [name for name in INITIALIZERS if name not in CONSTANTS])
def test_weights_depend_on_the_seed_and_not_on_the_layers_above(name: str) -> None:
    assert first_weights(name, 3).tobytes() == first_weights(name, 3).tobytes()
    assert first_weights(name, 3).tobytes() == first_weights(name, 3, layers=4).tobytes()
    assert (first_weights(name, 3) != first_weights(name, 4)).all()


def test_two_layers_of_one_shape_start_differently() -> None:
    layer = Layer(units=6, initializer=INITIALIZERS.choice("glorot_normal"))
    _, one, two, _ = Trainer(resolve(Experiment(layers=(layer,) * 3))).parameters()
    assert (one.weights != two.weights).all()


def test_biases_start_where_their_own_initializer_says() -> None:
    layer = Layer(units=6, bias_initializer=INITIALIZERS.choice("random_normal", mean=5.0, stddev=0.1))
    first, last = Trainer(resolve(Experiment(layers=(layer,)))).parameters()
    assert np.abs(first.biases - 5).max() < 1
    assert (last.biases == 0).all()
    redrawn = Trainer(resolve(Experiment(layers=(replace(layer, bias_initializer=INITIALIZERS.choice("zeros")),))))
    assert redrawn.parameters()[0].weights.tobytes() == first.weights.tobytes()


@pytest.mark.parametrize("shape", [(7, 3), (3, 7), (5, 5), (1, 4)])
def test_orthogonal_weights_are_at_right_angles(shape: tuple[int, int]) -> None:
    w = draw(INITIALIZERS.choice("orthogonal", gain=2.0), rng.generator(0, rng.WEIGHTS), *shape)
    small = w.T @ w if shape[0] >= shape[1] else w @ w.T
    np.testing.assert_allclose(small, 4 * np.eye(min(shape)), atol=1e-14)


@pytest.mark.parametrize("name", ["glorot_normal", "he_normal", "lecun_normal", "truncated_normal"])
def test_truncated_draws_stay_within_two_standard_deviations(name: str) -> None:
    arguments = {"stddev": 1.0} if name == "truncated_normal" else {"truncated": True}
    w = draw(INITIALIZERS.choice(name, **arguments), rng.generator(0, rng.WEIGHTS), FAN_IN, FAN_OUT)
    bound = 2.0 if name == "truncated_normal" else 2 * w.std() / 0.8796256610342398
    assert 0.99 * bound < np.abs(w).max() < 1.01 * bound


@pytest.mark.parametrize(
    ("name", "same"),
    [
        ("glorot_uniform", {"scale": 1.0, "mode": "fan_avg", "distribution": "uniform"}),
        ("he_normal", {"scale": 2.0, "mode": "fan_in", "distribution": "normal"}),
        ("lecun_normal", {"scale": 1.0, "mode": "fan_in", "distribution": "normal"}),
    ],
)
def test_variance_scaling_contains_the_others(name: str, same: dict[str, Any]) -> None:
    one, other = (
        draw(choice, rng.generator(3, rng.WEIGHTS), 6, 4)
        for choice in (INITIALIZERS.choice(name), INITIALIZERS.choice("variance_scaling", **same))
    )
    assert one.tolist() == other.tolist()


def test_xavier_in_its_first_form_is_lecuns() -> None:
    assert INITIALIZERS.resolve("xavier") == "lecun_normal"
    assert "Xavier" in INITIALIZERS["lecun_normal"].when
