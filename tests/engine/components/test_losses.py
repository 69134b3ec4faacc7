"""Each loss: its derivative, its formulas, and the form taken from the logits that survives confident mistakes."""

import numpy as np
import pytest

from engine import Trainer, resolve
from engine.components.formulas import evaluate
from engine.components.losses import LOSSES, Loss
from tests.engine.cases import PAIRS, experiment, points, put, samples_of, scatter

A = np.linspace(0.02, 0.98, 49)
JOINED = [pair for pair in PAIRS if LOSSES[pair[2]].joined == pair[1]]


@pytest.mark.parametrize("name", LOSSES)
@pytest.mark.parametrize("t", [0.0, 1.0])
def test_derivative_is_that_of_the_function_and_formulas_say_the_same(name: str, t: float) -> None:
    entry = LOSSES[name]
    h = 1e-4
    for a in map(float, A):
        defaults = {argument.name: argument.default for argument in entry.arguments}

        def f(a: float, t: float, entry: Loss = entry, defaults: dict[str, float] = defaults) -> float:
            return float(entry.function(a, t, **defaults))

        central = (8 * (f(a + h, t) - f(a - h, t)) - (f(a + 2 * h, t) - f(a - 2 * h, t))) / (12 * h)
        assert entry.derivative(a, t, **defaults) == pytest.approx(central, rel=1e-7, abs=1e-9)
        assert f(a, t) == pytest.approx(evaluate(entry.formula, {"a": a, "t": t, **defaults}), rel=1e-12)
        assert entry.derivative(a, t, **defaults) == pytest.approx(
            evaluate(entry.derivative_formula, {"a": a, "t": t, **defaults}), rel=1e-12
        )


@pytest.mark.parametrize("name", LOSSES)
def test_a_right_answer_costs_least(name: str) -> None:
    values = [LOSSES[name].function(float(a), 1.0, *LOSSES[name].values(LOSSES.choice(name))) for a in A]
    assert values == sorted(values, reverse=True)
    assert min(values) >= 0


@pytest.mark.parametrize(
    ("output", "loss", "said"),
    [("sigmoid", "mean_squared_error", {0, 1}), ("tanh", "mean_squared_error", {-1, 1}), ("linear", "hinge", {-1, 1})],
)
@pytest.mark.parametrize("task", ["binary", "multilabel"])
def test_yes_and_no_are_what_the_output_can_say(task: str, output: str, loss: str, said: set[int]) -> None:
    trainer = Trainer(resolve(experiment(task, output=output, loss=loss)))
    assert set(np.unique(samples_of(trainer)[1])) == said
    assert trainer.data.as_data()["targets"]["range"] == [min(said), 1]
    assert set(np.unique(trainer.data.as_data()["parts"]["train"]["targets"])) == {0, 1}


def logits_of(trainer: Trainer, x: np.ndarray, w: np.ndarray, b: np.ndarray) -> np.ndarray:
    """Puts the weights in and gives the logits z (n, outputs) of a network without hidden layers."""
    put(trainer, [(w, b)])
    return x @ w + b


@pytest.mark.parametrize(("task", "output", "name"), JOINED)
@pytest.mark.parametrize("precision", ["float32", "float64"])
def test_from_logits_equals_the_plain_form_where_that_is_finite(
    task: str, output: str, name: str, precision: str
) -> None:
    trainer = Trainer(resolve(experiment(task, output=output, loss=name, units=(), precision=precision)))
    x, t = samples_of(trainer)
    draw = np.random.default_rng(0)
    z = logits_of(trainer, x, draw.normal(0, 0.5, (x.shape[1], t.shape[1])), draw.normal(0, 1, t.shape[1]))
    a = np.exp(z) / np.exp(z).sum(axis=1, keepdims=True) if output == "softmax" else 1 / (1 + np.exp(-z))
    plain = LOSSES[name].function
    values = [[plain(*pair) for pair in zip(*row, strict=True)] for row in zip(a, t, strict=True)]
    expected = np.mean(values) if LOSSES[name].mean_over_outputs else np.mean(np.sum(values, axis=1))
    assert trainer.row()["train"]["loss"] == pytest.approx(expected, rel=1e-12 if precision == "float64" else 1e-5)


@pytest.mark.parametrize(("task", "output", "name"), JOINED)
@pytest.mark.parametrize("precision", ["float32", "float64"])
def test_a_confident_mistake_costs_its_logit_and_still_teaches(
    task: str, output: str, name: str, precision: str
) -> None:
    """The wrong class has a logit 1000 above the right one: the loss is 1000, and the gradient is not zero."""
    targets = ((0.0,), (1.0,)) if task == "multilabel" else (0.0, 1.0)
    data = points((1.0,), (-1.0,), targets=targets)
    trainer = Trainer(resolve(experiment(task, output=output, loss=name, units=(), dataset=data, precision=precision)))
    _, t = samples_of(trainer)
    w = np.array([[1000.0]]) if t.shape[1] == 1 else np.array([[0.0, 1000.0]])
    put(trainer, [(w, np.zeros(t.shape[1]))])
    row = trainer.row()
    assert row["train"]["loss"] == pytest.approx(1000)
    assert row["layers"][0]["gradient_norm"] >= 1
    assert trainer.diverged is None


@pytest.mark.parametrize(("task", "output", "name"), JOINED)
def test_gradient_of_joined_pairs_equals_central_differences(task: str, output: str, name: str) -> None:
    trainer = Trainer(resolve(experiment(task, output=output, loss=name, units=())))
    scatter(trainer)
    (start,) = trainer.parameters()
    h = 1e-3

    def loss(w: np.ndarray, b: np.ndarray) -> float:
        put(trainer, [(w, b)])
        return float(trainer.row()["train"]["loss"])

    slopes = []
    for shape, at in ((start.weights.shape, 0), (start.biases.shape, 1)):
        for index in np.ndindex(shape):
            values = []
            for shift in (h, -h, 2 * h, -2 * h):
                moved = [start.weights.copy(), start.biases.copy()]
                moved[at][index] += shift
                values.append(loss(*moved))
            slopes.append((8 * (values[0] - values[1]) - (values[2] - values[3])) / (12 * h))
    put(trainer, [(start.weights, start.biases)])
    assert trainer.row()["layers"][0]["gradient_norm"] == pytest.approx(np.linalg.norm(slopes), rel=1e-7)


@pytest.mark.parametrize(("task", "output", "name"), JOINED)
def test_losses_of_sure_and_right_answers_keep_their_digits(task: str, output: str, name: str) -> None:
    """log(1 + x) of a tiny x: at a margin of 40 the loss is exp(-40), not 0."""
    targets = (1.0, 0.0) if task != "multilabel" else ((1.0,), (0.0,))
    data = points((1.0,), (-1.0,), targets=targets, standardize=False)
    trainer = Trainer(resolve(experiment(task, output=output, loss=name, units=(), dataset=data)))
    _, t = samples_of(trainer)
    w = np.array([[40.0]]) if t.shape[1] == 1 else np.array([[0.0, 40.0]])
    put(trainer, [(w, np.zeros(t.shape[1]))])
    assert trainer.row()["train"]["loss"] == pytest.approx(np.exp(-40), rel=1e-12)
