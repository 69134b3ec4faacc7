"""Regularizers: a penalty on the weights, added to the loss, that keeps a network from being needlessly wild.

Penalties apply to weights, never to biases. As in Keras, `l2` adds rate * sum of w^2 and `l1` adds rate * sum of |w|.

The smooth part of a penalty adds its derivative to the gradient. The derivative of |w| jumps at 0, so a gradient step
would carry small weights to and fro across it. The l1 part is therefore a proximal step, made after the update: it
moves every weight by learning_rate * rate toward 0 and stops there (soft threshold), and useless weights are exactly
0. The learning rate is the schedule's; momentum and adaptive scaling do not apply, as they do not to AdamW's decay.
Source: Daubechies, Defrise and De Mol, 2004.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from engine.components.formulas import katex
from engine.components.registry import Argument, Entry, Family
from engine.compute.jit import scalar


@dataclass(frozen=True, kw_only=True)
class Regularizer(Entry):
    """`function(w, *arguments)` is one weight's penalty, `derivative(w, *arguments)` its derivative.

    `smooth(w, *arguments)` is the part of the derivative that is added to the gradient, `l1_rate(*arguments)` times the
    learning rate how far each weight moves toward 0 after the update, as `shrinkage_formula` prints it. Either may be
    missing.
    """

    function: Callable[..., Any]
    derivative: Callable[..., Any]
    derivative_formula: str
    smooth: Callable[..., Any] | None = None
    smooth_formula: str = ""
    l1_rate: Callable[..., Any] | None = None
    shrinkage_formula: str = ""

    def as_data(self) -> dict[str, Any]:
        """This regularizer for the catalogue, with its curve over one weight."""
        defaults = [argument.default for argument in self.arguments]
        x = np.linspace(-2, 2, 81)
        return super().as_data() | {
            "derivative_formula": katex(self.derivative_formula),
            "shrinkage_formula": katex(self.shrinkage_formula) if self.shrinkage_formula else "",
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
def l1_rate_of_l1(rate: float) -> float:
    return rate


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


@scalar
def l1_l2_smooth(w: float, l1: float, l2: float) -> float:
    return 2.0 * l2 * w


@scalar
def l1_rate_of_l1_l2(l1: float, l2: float) -> float:
    return l1


@scalar
def soft_threshold(w: float, threshold: float) -> float:
    """w moved toward 0 by the threshold; exactly 0 if it is no further away than that. NaN stays."""
    cut = w if w < threshold else threshold
    return w - (cut if cut > -threshold else -threshold)


def _rate(name: str, label: str) -> Argument:
    return Argument(name, 0.001, 0, 10, label, "How much the penalty weighs against the loss.", scale="log")


REGULARIZERS: Family[Regularizer] = Family(
    "regularizer",
    "A penalty on large weights, added to the loss. It helps against overfitting.",
    (
        Regularizer(
            name="l1",
            label="L1",
            summary="Adds the size of every weight. After each update, every weight moves toward zero by the "
            "learning rate times this rate, and stops at zero.",
            when="When few inputs matter: it sets useless weights to exactly zero, which selects features.",
            hazard="If the rate is too high, all weights become zero. Momentum and adaptive optimizers do not scale "
            "this step, so "
            "the same rate weighs differently with each optimizer: least with momentum, most with AdaDelta.",
            source="Tibshirani, 1996 (lasso); Daubechies, Defrise and De Mol, 2004 (the proximal step)",
            function=l1,
            derivative=l1_derivative,
            l1_rate=l1_rate_of_l1,
            shrinkage_formula="sign(w) * max(0, abs(w) - learning_rate * rate)",
            formula="rate * abs(w)",
            derivative_formula="rate * sign(w)",
            arguments=(_rate("rate", "Rate"),),
        ),
        Regularizer(
            name="l2",
            label="L2",
            summary="Adds the square of every weight: large weights shrink the most.",
            when="The usual first step against overfitting (ridge regression, weight decay).",
            hazard="If the rate is too high, the output becomes too flat. Weights get small but never exactly zero.",
            source="Hoerl and Kennard, 1970 (ridge)",
            function=l2,
            derivative=l2_derivative,
            smooth=l2_derivative,
            smooth_formula="2 * rate * w",
            formula="rate * w ** 2",
            derivative_formula="2 * rate * w",
            arguments=(_rate("rate", "Rate"),),
        ),
        Regularizer(
            name="l1_l2",
            label="L1 + L2",
            summary="Adds both penalties, each with a rate of its own. The L2 part is in the gradient; the L1 part "
            "moves every weight toward zero after each update, and stops at zero.",
            when="When both few and small weights are wanted.",
            hazard="Two rates to choose instead of one.",
            source="Zou and Hastie, 2005 (elastic net)",
            function=l1_l2,
            derivative=l1_l2_derivative,
            smooth=l1_l2_smooth,
            smooth_formula="2 * l2 * w",
            l1_rate=l1_rate_of_l1_l2,
            shrinkage_formula="sign(w) * max(0, abs(w) - learning_rate * l1)",
            formula="l1 * abs(w) + l2 * w ** 2",
            derivative_formula="l1 * sign(w) + 2 * l2 * w",
            arguments=(_rate("l1", "L1 rate"), _rate("l2", "L2 rate")),
        ),
    ),
)
