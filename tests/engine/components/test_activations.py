"""Each activation: its derivative, its formulas, its range, its tails, and the compiled twin that float32 runs on."""

from collections.abc import Iterator
from itertools import pairwise

import numpy as np
import pytest

from engine import Layer, Trainer, resolve
from engine.components.activations import ACTIVATIONS, Activation
from engine.components.formulas import evaluate
from engine.components.optimizers import OPTIMIZERS
from engine.components.registry import Argument
from tests.engine.cases import HIDDEN, SCALAR, experiment, points, put

# On both sides of zero and never closer to it than 0.01: the kink of the piecewise ones is at zero.
Z = np.concatenate([np.linspace(-8, -0.01, 60), np.linspace(0.01, 8, 60)])


def _within(argument: Argument) -> float:
    """A value other than the default, inside the bounds."""
    return float(np.clip(argument.default * 0.5 + 0.2, argument.minimum, argument.maximum))


def settings(entry: Activation) -> Iterator[dict[str, float]]:
    """The entry's arguments: as they are by default, and moved."""
    yield {argument.name: argument.default for argument in entry.arguments}
    if entry.arguments:
        yield {argument.name: _within(argument) for argument in entry.arguments}


@pytest.mark.parametrize("name", SCALAR)
def test_derivative_is_that_of_the_function(name: str) -> None:
    entry = ACTIVATIONS[name]
    h = 1e-3
    for arguments in map(dict.values, settings(entry)):

        def f(z: float, arguments: tuple[float, ...] = tuple(arguments)) -> float:
            return entry.function(z, *arguments)

        for z in map(float, Z):
            central = (8 * (f(z + h) - f(z - h)) - (f(z + 2 * h) - f(z - 2 * h))) / (12 * h)
            assert entry.derivative(z, f(z), *arguments) == pytest.approx(central, rel=1e-7, abs=1e-9), f"z = {z}"


@pytest.mark.parametrize("name", SCALAR)
def test_formulas_say_what_is_computed(name: str) -> None:
    entry = ACTIVATIONS[name]
    for arguments in settings(entry):
        for z in map(float, Z):
            a = entry.function(z, *arguments.values())
            slope = entry.derivative(z, a, *arguments.values())
            assert a == pytest.approx(evaluate(entry.formula, {"z": z, **arguments}), rel=1e-12, abs=1e-15)
            printed = evaluate(entry.derivative_formula, {"z": z, **arguments})
            assert slope == pytest.approx(printed, rel=1e-12, abs=1e-13), f"z = {z}"


@pytest.mark.parametrize("name", SCALAR)
def test_output_keeps_to_the_stated_range_and_comes_near_its_ends(name: str) -> None:
    entry = ACTIVATIONS[name]
    defaults = [argument.default for argument in entry.arguments]
    values = [entry.function(float(z), *defaults) for z in [-1e6, *np.linspace(-60, 60, 12_001), 1e6]]
    low, high = entry.range
    assert low is None or (min(values) >= low and min(values) == pytest.approx(low, abs=1e-4))
    assert high is None or (max(values) <= high and max(values) == pytest.approx(high, abs=1e-4))
    assert low is not None or min(values) < -0.5, "the range should name a lower bound"
    assert high is not None or max(values) > 50, "the range should name an upper bound"


@pytest.mark.parametrize("name", SCALAR)
def test_no_monotonic_activation_claims_otherwise(name: str) -> None:
    entry = ACTIVATIONS[name]
    defaults = [argument.default for argument in entry.arguments]
    values = [entry.function(float(z), *defaults) for z in np.linspace(-8, 8, 1_001)]
    rises = all(before <= after for before, after in pairwise(values))
    assert rises != ("not monotonic" in entry.hazard)
    assert rises == entry.as_data()["monotonic"]


def test_facts_are_those_of_the_textbooks() -> None:
    told = {name: ACTIVATIONS[name].as_data() for name in SCALAR}
    centered = {name for name in SCALAR if told[name]["zero_centered"]}
    assert centered == {"linear", "tanh", "softsign", "sine", "selu"}
    sides = {name: tuple(side is not None for side in told[name]["saturates"].values()) for name in SCALAR}
    both = {name for name in SCALAR if sides[name] == (True, True)}
    assert both == {"binary_step", "sigmoid", "tanh", "hard_sigmoid", "softsign", "gaussian"}
    assert {name for name in SCALAR if sides[name] == (False, False)} == {"linear", "leaky_relu", "sine"}


def test_facts_are_exact_where_the_mathematics_is() -> None:
    told = {name: ACTIVATIONS[name].as_data()["saturates"] for name in SCALAR}
    logit = np.log((1 + np.sqrt(0.96)) / (1 - np.sqrt(0.96)))  # where a (1 - a) is 0.01
    exact = {
        "relu": (0, None),
        "hard_sigmoid": (-3, 3),
        "binary_step": (0, 0),
        "tanh": (-np.arctanh(np.sqrt(0.99)), np.arctanh(np.sqrt(0.99))),
        "sigmoid": (-logit, logit),
        "softsign": (-9, 9),
        "softplus": (np.log(0.01 / 0.99), None),
        "elu": (np.log(0.01), None),
        "selu": (np.log(0.01 / 1.7580993408473766), None),
        "linear": (None, None),
    }
    for name, (below, above) in exact.items():
        assert told[name]["below"] == (None if below is None else pytest.approx(below, abs=1e-11)), name
        assert told[name]["above"] == (None if above is None else pytest.approx(above, abs=1e-11)), name
    assert told["relu"]["below"] == 0 and told["hard_sigmoid"] == {"below": -3, "above": 3}, "to the bit"


NEAR_ZERO = -np.logspace(-12, 0.5, 60)


@pytest.mark.parametrize("precision", ["float32", "float64"])
@pytest.mark.parametrize("name", ["elu", "selu"])
def test_exponential_minus_one_does_not_cancel(name: str, precision: str) -> None:
    """At -1e-6 the float32 formula with exp(z) - 1 was 1.3 % off; now every digit that the precision has is right."""
    z = NEAR_ZERO.astype(precision)
    scale = {"elu": 1.0, "selu": 1.7580993408473766}[name]
    answers = compiled(name, precision).predict(z[:, None].tolist())[0][:, 0]
    tolerance = {"float32": 3e-7, "float64": 1e-15}[precision]
    np.testing.assert_allclose(answers, scale * np.expm1(z.astype(np.float64)), rtol=tolerance)


@pytest.mark.parametrize("name", ["elu", "selu"])
def test_their_derivative_keeps_its_digits_far_below_zero(name: str) -> None:
    """One step of SGD on one sample moves the weight into the unit by its derivative, here about exp(-20)."""
    scale = {"elu": 1.0, "selu": 1.7580993408473766}[name]
    data = points((1.0,), (1.0,), targets=(1e6, 1e6), standardize=False)
    sgd = OPTIMIZERS.choice("sgd", learning_rate=1.0)
    for z in (-20.0, -12.0, -5.0, -1e-3):
        trainer = Trainer(
            resolve(
                experiment(
                    "regression",
                    hidden=name,
                    units=(1,),
                    dataset=data,
                    precision="float32",
                    optimizer=sgd,
                    batch_size=None,
                )
            )
        )
        put(trainer, [(np.zeros((1, 1)), np.array([z])), (np.ones((1, 1)), np.zeros(1))])
        error = 2 * (trainer.predict([[1.0]])[0][0, 0] - 1e6)
        trainer.step_once("batch", 1)
        moved = -float(trainer.parameters()[0].weights[0, 0])
        assert moved == pytest.approx(error * scale * np.exp(z), rel=1e-6), z


@pytest.mark.parametrize("name", ["softplus", "swish", "gelu", "gelu_tanh", "mish", "sigmoid", "tanh", "softsign"])
def test_tails_and_the_neighborhood_of_zero_keep_their_relative_accuracy(name: str) -> None:
    """Against float64's library functions, on a scale of what the function gives there."""
    z = np.concatenate([-np.logspace(-6, 1, 400), np.logspace(-6, 1, 400)]).astype(np.float32)
    entry = ACTIVATIONS[name]
    answers = compiled(name, "float32").predict(z[:, None].tolist())[0][:, 0]
    expected = np.array([entry.function(float(x)) for x in z])
    np.testing.assert_allclose(answers, expected, rtol=5e-6)


@pytest.mark.parametrize("name", SCALAR)
@pytest.mark.parametrize("z", [-1000.0, 1000.0, float("nan")])
def test_far_out_nothing_overflows_and_nan_stays_nan(name: str, z: float) -> None:
    entry = ACTIVATIONS[name]
    defaults = [argument.default for argument in entry.arguments]
    a = entry.function(z, *defaults)
    slope = entry.derivative(z, a, *defaults)
    assert np.isnan(a) if np.isnan(z) else np.isfinite(a)
    assert np.isnan(z) or np.isfinite(slope)


def compiled(name: str, precision: str) -> Trainer:
    """A network that answers f(x): one unit of this activation between a weight of 1 and a linear output of 1."""
    data = points((-1.0,), (1.0,), targets=(0.0, 1.0))
    trainer = Trainer(resolve(experiment("regression", hidden=name, units=(1,), dataset=data, precision=precision)))
    put(trainer, [(np.ones((1, 1)), np.zeros(1)), (np.ones((1, 1)), np.zeros(1))])
    return trainer


@pytest.mark.parametrize("name", HIDDEN)
def test_compiled_in_float64_it_is_the_same_function(name: str) -> None:
    z = np.concatenate([np.linspace(-40, 40, 4_001), [-1000, 1000]])
    entry = ACTIVATIONS[name]
    defaults = [argument.default for argument in entry.arguments]
    answers = compiled(name, "float64").predict(z[:, None].tolist())[0][:, 0]
    np.testing.assert_allclose(answers, [entry.function(float(x), *defaults) for x in z], rtol=1e-12, atol=1e-300)


@pytest.mark.parametrize("name", HIDDEN)
def test_compiled_in_float32_it_is_close_and_keeps_to_its_range(name: str) -> None:
    z = np.concatenate([np.linspace(-20, 20, 40_001), [-1000, 1000]]).astype(np.float32)
    entry = ACTIVATIONS[name]
    defaults = [argument.default for argument in entry.arguments]
    answers = compiled(name, "float32").predict(z[:, None].tolist())[0][:, 0]
    expected = np.array([entry.function(float(x), *defaults) for x in z])
    np.testing.assert_allclose(answers, expected, rtol=1e-6, atol=1e-6)
    low, high = entry.range
    assert low is None or answers.min() >= np.float32(low)
    assert high is None or answers.max() <= np.float32(high), "one rounding above its bound"


def test_sigmoid_keeps_its_relative_accuracy_in_the_tails_of_float32() -> None:
    z = np.linspace(-80, 10, 9_001).astype(np.float32)
    answers = compiled("sigmoid", "float32").predict(z[:, None].tolist())[0][:, 0]
    np.testing.assert_allclose(answers, 1 / (1 + np.exp(-z.astype(np.float64))), rtol=1e-6)


@pytest.mark.parametrize("precision", ["float32", "float64"])
@pytest.mark.parametrize("name", HIDDEN)
def test_compiled_it_passes_nan_on(name: str, precision: str) -> None:
    linear = Layer(units=2, activation=ACTIVATIONS.choice("linear"))
    tested = Layer(units=1, activation=ACTIVATIONS.choice(name))
    data = points((-1.0,), (1.0,), targets=(0.0, 1.0))
    trainer = Trainer(resolve(experiment("regression", layers=(linear, tested), dataset=data, precision=precision)))
    weights = [np.full((1, 2), 1e38), np.array([[1.0], [-1.0]]), np.ones((1, 1))]
    put(trainer, [(w, np.zeros(w.shape[1])) for w in weights])
    assert np.isnan(trainer.predict([[1e300]])[0]).all(), "inf - inf should show in the answer"


@pytest.mark.parametrize("precision", ["float32", "float64"])
def test_softmax_sums_to_one_and_does_not_overflow(precision: str) -> None:
    trainer = Trainer(resolve(experiment("multiclass", units=(), precision=precision)))
    scale = np.array([[1.0, -1.0, 0.5], [0.0, 2.0, -2.0], [1.0, 1.0, 1.0], [-3.0, 0.0, 3.0]])
    for size in (1e-3, 1.0, 1e3, 1e6):
        put(trainer, [(scale * size, np.array([-size, 0.0, size]))])
        answers = trainer.predict([[5.1, 3.5, 1.4, 0.2], [6.7, 3.0, 5.2, 2.3], [0.0, 0.0, 0.0, 0.0]])[0]
        np.testing.assert_allclose(answers.sum(axis=1), 1, rtol=0, atol=2e-7)
        assert (answers >= 0).all()
