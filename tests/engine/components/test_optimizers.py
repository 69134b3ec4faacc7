"""Each optimizer: a trace computed by hand, PyTorch's own, and that it finds the bottom of a bowl."""

from fractions import Fraction
from itertools import accumulate
from math import sqrt
from typing import Any

import pytest

from engine.components.formulas import follow
from engine.components.optimizers import OPTIMIZERS

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
    # v = 1, 3/2, -5/4; steps 1 + 1/2, 1 + 3/4, -2 - 5/8
    "nesterov": ({"learning_rate": 0.1, "momentum": 0.5}, [0.85, 0.675, 0.9375]),
    # s = 1, 2, 6
    "adagrad": (
        {"learning_rate": 0.1, "epsilon": 1e-12},
        [0.9, 0.9 - 0.1 / sqrt(2), 0.9 - 0.1 / sqrt(2) + 0.2 / sqrt(6)],
    ),
    # s = 1/2, 3/4, 19/8
    "rmsprop": (
        {"learning_rate": 0.1, "rho": 0.5, "epsilon": 1e-12},
        list(accumulate([1.0, -0.1 / sqrt(1 / 2), -0.1 / sqrt(3 / 4), 0.2 / sqrt(19 / 8)]))[1:],
    ),
    # as Adam; weights decay by a tenth of the rate before each step
    "adamw": (
        {"learning_rate": 0.1, "beta_1": 0.5, "beta_2": 0.5, "epsilon": 1e-12, "weight_decay": 0.0},
        [0.9, 0.8, 0.8 + 0.1 * float(Fraction(5, 7)) / sqrt(Fraction(19, 7))],
    ),
    # m = 1/2, 3/4, -5/8, divided by 1/2, 3/4, 7/8; u = 1, 1, 2
    "adamax": (
        {"learning_rate": 0.1, "beta_1": 0.5, "beta_2": 0.5, "epsilon": 1e-12},
        [0.9, 0.8, 0.8 + 0.1 * float(Fraction(5, 7)) / 2],
    ),
}
# Worked out by PyTorch alone, below: by hand they would be a program of their own.
ONLY_PYTORCH = {"adadelta", "nadam"}


def run(name: str, gradients: Any, start: float = 1.0, **arguments: float) -> list[float]:
    """The weight after each step; `gradients` are numbers, or a function of the weight."""
    entry = OPTIMIZERS[name]
    values = entry.given(OPTIMIZERS.choice(name, **arguments))
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
    assert set(TRACES) | ONLY_PYTORCH == set(OPTIMIZERS), "work out three steps on paper and add them to TRACES"


@pytest.mark.parametrize("name", TRACES)
def test_three_steps_are_as_computed_by_hand(name: str) -> None:
    arguments, expected = TRACES[name]
    assert run(name, GRADIENTS, **arguments) == pytest.approx(expected, rel=1e-10)


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_it_finds_the_bottom_of_a_bowl(name: str) -> None:
    assert (
        abs(run(name, [lambda w: w] * 3_000, learning_rate={"adadelta": 2.0, "rmsprop": 0.005}.get(name, 0.05))[-1])
        < 1e-2
    )


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_learning_rate_comes_first_and_zero_keeps_the_weight(name: str) -> None:
    assert OPTIMIZERS[name].arguments[0].name == "learning_rate"
    assert run(name, GRADIENTS, learning_rate=0.0) == [1.0, 1.0, 1.0]


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_the_formula_is_what_it_computes(name: str) -> None:
    entry, w = OPTIMIZERS[name], 1.5
    arguments = {each.name: each.default for each in entry.arguments} | {"weight_decay": 0.0}
    values = {"w": w, **dict.fromkeys(entry.memory, 0.0), **arguments}
    for step, (g, moved) in enumerate(zip(GRADIENTS, run(name, GRADIENTS, w), strict=True), 1):
        values |= follow(entry.formula, {**values, "g": g, "step": step})
        assert values["w"] == pytest.approx(moved, rel=1e-14)


@pytest.mark.torch
@pytest.mark.parametrize("name", OPTIMIZERS)
def test_five_steps_equal_those_of_pytorch(name: str) -> None:
    torch = pytest.importorskip("torch")
    choice = OPTIMIZERS.choice(name)
    w = torch.tensor([1.0], dtype=torch.float64, requires_grad=True)
    lr = choice.learning_rate
    betas = {"betas": (choice.beta_1, choice.beta_2), "eps": choice.epsilon} if "beta_1" in vars(choice) else {}
    peer = {
        "sgd": lambda: torch.optim.SGD([w], lr),
        "momentum": lambda: torch.optim.SGD([w], lr, momentum=choice.momentum),
        "nesterov": lambda: torch.optim.SGD([w], lr, momentum=choice.momentum, nesterov=True),
        "adagrad": lambda: torch.optim.Adagrad([w], lr, eps=choice.epsilon),
        "adadelta": lambda: torch.optim.Adadelta([w], lr, rho=choice.rho, eps=choice.epsilon),
        "rmsprop": lambda: torch.optim.RMSprop([w], lr, alpha=choice.rho, eps=choice.epsilon),
        "adam": lambda: torch.optim.Adam([w], lr, **betas),
        "adamw": lambda: torch.optim.AdamW([w], lr, weight_decay=0.0, **betas),
        "adamax": lambda: torch.optim.Adamax([w], lr, **betas),
        "nadam": lambda: torch.optim.NAdam([w], lr, **betas),
    }[name]()
    gradients, expected = [0.7, -0.2, 1.3, 0.05, -3.0], []
    for gradient in gradients:
        w.grad = torch.tensor([gradient], dtype=torch.float64)
        peer.step()
        expected.append(float(w.detach()[0]))
    # PyTorch keeps one of Nadam's numbers, the product of all shares, in float32.
    moved = {"weight_decay": 0.0} if OPTIMIZERS[name].decays else {}
    assert run(name, gradients, **moved) == pytest.approx(expected, rel=1e-8 if name == "nadam" else 1e-12)
