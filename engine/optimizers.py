"""Optimizers: how a gradient `g` becomes a step of a weight `w`.

Each keeps up to two numbers of memory per weight (its *slots*: a velocity, a running mean of squares), all zero at the
start. `corrections` are numbers that depend on the count of steps alone and are computed once per step.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from engine.catalogue import Argument, Entry, Family
from engine.compiled import dispatched, scalar


@dataclass(frozen=True, kw_only=True)
class Optimizer(Entry):
    """`update(w, g, *slots, *corrections, *arguments)` is the new w, followed by the new slots.

    `corrections(step, *arguments)` gives a tuple of `correction_count` numbers for the step being made, counted from 1.
    """

    update: Callable[..., Any]
    slots: int = 0
    corrections: Callable[..., Any] | None = None
    correction_count: int = 0


@scalar
def sgd(w: float, g: float, learning_rate: float) -> float:
    return w - learning_rate * g


@scalar
def momentum(w: float, g: float, v: float, learning_rate: float, momentum: float) -> tuple[float, float]:
    v = momentum * v + g
    return w - learning_rate * v, v


@scalar
def adam(
    w: float,
    g: float,
    m: float,
    v: float,
    correction_1: float,
    correction_2: float,
    learning_rate: float,
    beta_1: float,
    beta_2: float,
    epsilon: float,
) -> tuple[float, float, float]:
    m = beta_1 * m + (1.0 - beta_1) * g
    v = beta_2 * v + (1.0 - beta_2) * g * g
    return w - learning_rate * (m / correction_1) / (np.sqrt(v / correction_2) + epsilon), m, v


@scalar
def adam_corrections(
    step: float, learning_rate: float, beta_1: float, beta_2: float, epsilon: float
) -> tuple[float, float]:
    return 1.0 - beta_1**step, 1.0 - beta_2**step


def _learning_rate(default: float) -> Argument:
    return Argument(
        "learning_rate",
        default,
        0,
        1e9,
        "Learning rate",
        "How big a step each update takes. Too small and learning crawls, too large and the loss jumps or explodes.",
        scale="log",
    )


OPTIMIZERS: Family[Optimizer] = Family(
    "optimizer",
    "How a gradient becomes a change of the weights.",
    (
        Optimizer(
            name="sgd",
            label="SGD",
            summary="Takes a step straight down the gradient.",
            when="To see plainly what a learning rate does.",
            hazard="Crawls along flat valleys and zigzags across narrow ones.",
            source="Robbins and Monro, 1951",
            formula="w - learning_rate * g",
            update=sgd,
            arguments=(_learning_rate(0.03),),
        ),
        Optimizer(
            name="momentum",
            label="Momentum",
            summary="Keeps a velocity: steps in the same direction add up, zigzags cancel.",
            when="Almost always faster than plain SGD.",
            hazard="Overshoots when learning rate and momentum are both high.",
            source="Polyak, 1964",
            formula="w - learning_rate * (beta * v + g)",
            update=momentum,
            slots=1,
            arguments=(
                _learning_rate(0.01),
                Argument("momentum", 0.9, 0, 0.999, "Momentum", "How much of the last velocity is kept."),
            ),
        ),
        Optimizer(
            name="adam",
            label="Adam",
            summary="Momentum, with each weight's step scaled by the size of its recent gradients.",
            when="A good first choice: works over a wide range of learning rates.",
            hazard="Keeps jumping around a minimum; sometimes generalises less well than SGD with momentum.",
            source="Kingma and Ba, 2014",
            formula="w - learning_rate * m / (sqrt(v) + epsilon)",
            update=adam,
            slots=2,
            corrections=adam_corrections,
            correction_count=2,
            arguments=(
                _learning_rate(0.01),
                Argument("beta_1", 0.9, 0, 0.9999, "Beta 1", "How much of the running mean of gradients is kept."),
                Argument("beta_2", 0.999, 0, 0.99999, "Beta 2", "How much of the running mean of squares is kept."),
                Argument("epsilon", 1e-8, 1e-12, 1, "Epsilon", "Keeps the division away from zero.", scale="log"),
            ),
        ),
    ),
)

SLOTS = max(entry.slots for entry in OPTIMIZERS.values())


def _update(entry: Optimizer) -> tuple[str, dict[str, Any]]:
    arguments = "".join(f", p[{index}]" for index in range(len(entry.arguments)))
    slots = [f"slots[{index}, i]" for index in range(entry.slots)]
    corrections = [f"c_{index}" for index in range(entry.correction_count)]
    results = ", ".join(["w[i]", *slots])
    given = ", ".join(["w[i]", "g[i]", *slots, *corrections])
    lines = [f"{', '.join(corrections)} = corrections(step{arguments})"] if corrections else []
    lines += [f"{name} = w.dtype.type({name})" for name in corrections]  # computed in float64: 1 - beta^t cancels
    lines += ["for i in range(w.size):", f"    {results} = update({given}{arguments})"]
    functions = {"update": entry.update}
    if entry.corrections:
        functions["corrections"] = entry.corrections
    return "\n".join(lines), functions


# For kernels; `w`, `g` (parameters,), `slots` (SLOTS, parameters), `step` this update's number from 1.
update = dispatched("code, w, g, slots, step, p", [_update(entry) for entry in OPTIMIZERS.values()])
