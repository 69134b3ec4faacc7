"""Regularizers: a penalty on the weights, added to the loss, that keeps a network from being needlessly wild.

Penalties apply to weights, never to biases. As in Keras, `l2` adds rate * sum of w^2 and `l1` adds rate * sum of |w|.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from engine.catalogue import Argument, Entry, Family
from engine.compiled import dispatched, scalar
from engine.formulas import katex


@dataclass(frozen=True, kw_only=True)
class Regularizer(Entry):
    """`function(w, *arguments)` is one weight's penalty, `derivative(w, *arguments)` what it adds to the gradient."""

    function: Callable[..., Any]
    derivative: Callable[..., Any]
    derivative_formula: str

    def as_data(self) -> dict[str, Any]:
        """This regularizer for the catalogue, with its curve over one weight."""
        defaults = [argument.default for argument in self.arguments]
        x = np.linspace(-2, 2, 81)
        return super().as_data() | {
            "derivative_formula": katex(self.derivative_formula),
            "curve": {
                "x": x.tolist(),
                "value": [self.function(float(w), *defaults) for w in x],
                "derivative": [self.derivative(float(w), *defaults) for w in x],
            },
        }


@scalar
def l1(w: float, rate: float) -> float:
    return rate * abs(w)


@scalar
def l1_derivative(w: float, rate: float) -> float:
    return rate if w > 0.0 else (-rate if w < 0.0 else 0.0 * w)


@scalar
def l2(w: float, rate: float) -> float:
    return rate * w * w


@scalar
def l2_derivative(w: float, rate: float) -> float:
    return 2.0 * rate * w


@scalar
def l1_l2(w: float, l1: float, l2: float) -> float:
    return l1 * abs(w) + l2 * w * w


@scalar
def l1_l2_derivative(w: float, l1: float, l2: float) -> float:
    return (l1 if w > 0.0 else (-l1 if w < 0.0 else 0.0 * w)) + 2.0 * l2 * w


def _rate(name: str, label: str) -> Argument:
    return Argument(name, 0.001, 0, 10, label, "How much the penalty weighs against the loss.", scale="log")


REGULARIZERS: Family[Regularizer] = Family(
    "regularizer",
    "A penalty on large weights, added to the loss. It holds back networks that learn the training data by heart.",
    (
        Regularizer(
            name="l1",
            label="L1",
            summary="Adds the size of every weight: pulls all weights towards zero with the same force.",
            when="When few inputs matter: it drives useless weights to zero and so selects features.",
            hazard="Too high a rate empties the network.",
            source="Tibshirani, 1996 (lasso)",
            function=l1,
            derivative=l1_derivative,
            formula="rate * abs(w)",
            derivative_formula="rate * sign(w)",
            arguments=(_rate("rate", "Rate"),),
        ),
        Regularizer(
            name="l2",
            label="L2",
            summary="Adds the square of every weight: large weights are pulled back hardest.",
            when="The usual first remedy against overfitting (ridge, weight decay).",
            hazard="Too high a rate flattens the answer; weights get small but never exactly zero.",
            source="Hoerl and Kennard, 1970 (ridge)",
            function=l2,
            derivative=l2_derivative,
            formula="rate * w ** 2",
            derivative_formula="2 * rate * w",
            arguments=(_rate("rate", "Rate"),),
        ),
        Regularizer(
            name="l1_l2",
            label="L1 + L2",
            summary="Adds both penalties, each with a rate of its own.",
            when="When weights should be few and small.",
            hazard="Two rates to choose instead of one.",
            source="Zou and Hastie, 2005 (elastic net)",
            function=l1_l2,
            derivative=l1_l2_derivative,
            formula="l1 * abs(w) + l2 * w ** 2",
            derivative_formula="l1 * sign(w) + 2 * l2 * w",
            arguments=(_rate("l1", "L1 rate"), _rate("l2", "L2 rate")),
        ),
    ),
)

_PENALISE = """
for i in range(w.size):
    g[i] += derivative(w[i]{p})
"""


def _branch(entry: Regularizer, text: str) -> tuple[str, dict[str, Any]]:
    arguments = "".join(f", p[{index}]" for index in range(len(entry.arguments)))
    return text.replace("{p}", arguments), {"function": entry.function, "derivative": entry.derivative}


# For kernels; `w` and `g` are a layer's weights and their gradients, flat.
penalise = dispatched("code, w, g, p", [_branch(entry, _PENALISE) for entry in REGULARIZERS.values()])


def penalty(choice: Any, weights: np.ndarray) -> float:
    """The penalty of one layer's weights, in float64; 0 without a regularizer."""
    if choice is None:
        return 0.0
    entry = REGULARIZERS.of(choice)
    w = weights.astype(np.float64)
    return float(np.sum(entry.function(w, *entry.values(choice))))
