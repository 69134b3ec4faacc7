"""Each optimizer: a trace computed by hand, PyTorch's own, and that it finds the bottom of a bowl."""

from fractions import Fraction
from math import sqrt
from typing import Any

import pytest

from engine.formulas import evaluate
from engine.optimizers import OPTIMIZERS

# By hand: from w = 1 with the gradients 1, 1, -2, in fractions so that no rounding hides a mistake.
GRADIENTS = (1.0, 1.0, -2.0)
TRACES: dict[str, tuple[dict[str, float], list[float]]] = {
    "sgd": ({"learning_rate": 0.1}, [0.9, 0.8, 1.0]),
    # v = 1, 3/2, -5/4
    "momentum": ({"learning_rate": 0.1, "momentum": 0.5}, [0.9, 0.75, 0.875]),
    # m = 1/2, 3/4, -5/8 and v = 1/2, 3/4, 19/8; both divided by 1/2, 3/4, 7/8: m = 1, 1, -5/7 and v = 1, 1, 19/7
    "adam": (
        {"learning_rate": 0.1, "beta_1": 0.5, "beta_2": 0.5, "epsilon": 1e-12},
        [0.9, 0.8, 0.8 + 0.1 * float(Fraction(5, 7)) / sqrt(Fraction(19, 7))],
    ),
}


def run(name: str, gradients: Any, start: float = 1.0, **arguments: float) -> list[float]:
    """The weight after each step; `gradients` are numbers, or a function of the weight."""
    entry = OPTIMIZERS[name]
    values = entry.values(OPTIMIZERS.choice(name, **arguments))
    w, slots, trace = start, [0.0] * entry.slots, []
    for step, gradient in enumerate(gradients, 1):
        g = gradient(w) if callable(gradient) else gradient
        corrections = entry.corrections(step, *values) if entry.corrections else ()
        assert len(corrections) == entry.correction_count
        result = entry.update(w, g, *slots, *corrections, *values)
        w, *slots = result if entry.slots else (result,)
        trace.append(float(w))
    return trace


def test_every_optimizer_has_a_trace_computed_by_hand() -> None:
    assert set(TRACES) == set(OPTIMIZERS), "work out three steps on paper and add them to TRACES"


@pytest.mark.parametrize("name", TRACES)
def test_three_steps_are_as_computed_by_hand(name: str) -> None:
    arguments, expected = TRACES[name]
    assert run(name, GRADIENTS, **arguments) == pytest.approx(expected, rel=1e-10)


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_it_finds_the_bottom_of_a_bowl(name: str) -> None:
    assert abs(run(name, [lambda w: w] * 2_000, learning_rate=0.05)[-1]) < 1e-2


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_learning_rate_comes_first_and_zero_keeps_the_weight(name: str) -> None:
    assert OPTIMIZERS[name].arguments[0].name == "learning_rate"
    assert run(name, GRADIENTS, learning_rate=0.0) == [1.0, 1.0, 1.0]


def test_the_formula_of_sgd_is_what_it_computes() -> None:
    values = {"w": 1.5, "g": -0.3, "learning_rate": 0.2}
    assert run("sgd", [values["g"]], values["w"], learning_rate=0.2) == [evaluate(OPTIMIZERS["sgd"].formula, values)]


@pytest.mark.torch
@pytest.mark.parametrize("name", OPTIMIZERS)
def test_five_steps_equal_those_of_pytorch(name: str) -> None:
    torch = pytest.importorskip("torch")
    choice = OPTIMIZERS.choice(name)
    w = torch.tensor([1.0], dtype=torch.float64, requires_grad=True)
    makers = {
        "sgd": lambda: torch.optim.SGD([w], lr=choice.learning_rate),
        "momentum": lambda: torch.optim.SGD([w], lr=choice.learning_rate, momentum=choice.momentum),
        "adam": lambda: torch.optim.Adam(
            [w], lr=choice.learning_rate, betas=(choice.beta_1, choice.beta_2), eps=choice.epsilon
        ),
    }
    if name not in makers:
        pytest.skip(f"PyTorch has no {name}")
    peer = makers[name]()
    gradients, expected = [0.7, -0.2, 1.3, 0.05, -3.0], []
    for gradient in gradients:
        w.grad = torch.tensor([gradient], dtype=torch.float64)
        peer.step()
        expected.append(float(w.detach()[0]))
    assert run(name, gradients) == pytest.approx(expected, rel=1e-12)
