"""Losses: one number for how wrong the outputs are; training minimizes its mean over the samples.

Backpropagation starts from the loss's derivative with respect to the outputs `a`, given the targets `t`.
Sigmoid with binary, and softmax with categorical crossentropy are computed together from the logits z: the derivative
is then a - t, and a confident wrong answer neither overflows nor rounds to zero.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from engine.components.formulas import katex, renamed
from engine.components.registry import Argument, Entry, Family
from engine.compute.fast_math import log1p_exp
from engine.compute.jit import part, scalar


@dataclass(frozen=True, kw_only=True)
class Loss(Entry):
    """`function(a, t, *arguments)` for one output and `derivative(a, t, *arguments)`, its dL/da.

    `joined` names the output activation with which the loss is taken from the logits: `from_logits(z, t)` for one
    output, or, where `across_units`, `from_logits(z, t, s)` for the column s of the arrays (outputs, n).
    `outputs` are the output activations that the loss accepts, `mean_over_outputs` whether it is their mean or sum.
    `signed` says that its targets are -1 and 1, and not 0 and 1.
    """

    function: Callable[..., Any]
    derivative: Callable[..., Any]
    derivative_formula: str
    outputs: tuple[str, ...]
    mean_over_outputs: bool
    joined: str | None = None
    from_logits: Callable[..., Any] | None = None
    across_units: bool = False
    signed: bool = False

    def over(self, outputs: int) -> str:
        """The formula of a sample's loss: of a network's only output, or over its outputs k."""
        if self.mean_over_outputs and outputs == 1:
            return self.formula
        total = f"sum_k({renamed(self.formula, {'a': 'a_k', 't': 't_k'})})"
        return f"{total} / {outputs}" if self.mean_over_outputs else total

    def as_data(self) -> dict[str, Any]:
        """This loss for the catalogue, with its curve over the prediction for target 1."""
        inside = self.joined is not None
        x = np.linspace(0.01, 0.99, 99) if inside else np.linspace(-1, 3, 81)
        defaults = [argument.default for argument in self.arguments]
        return super().as_data() | {
            "formula": katex(self.over(1)),
            "derivative_formula": katex(self.derivative_formula),
            "outputs": list(self.outputs),
            "curve": {
                "x": x.tolist(),
                "value": [float(self.function(float(a), 1.0, *defaults)) for a in x],
                "derivative": [float(self.derivative(float(a), 1.0, *defaults)) for a in x],
            },
        }


@scalar
def half_squared_error(a: float, t: float) -> float:
    return 0.5 * (a - t) * (a - t)


@scalar
def half_squared_error_derivative(a: float, t: float) -> float:
    return a - t


@scalar
def absolute_error(a: float, t: float) -> float:
    return abs(a - t)


@scalar
def absolute_error_derivative(a: float, t: float) -> float:
    return 1.0 if a > t else (-1.0 if a < t else a - t)  # 0, or NaN


@scalar
def huber(a: float, t: float, delta: float) -> float:
    e = abs(a - t)
    return 0.5 * e * e if e <= delta else delta * (e - 0.5 * delta)


@scalar
def huber_derivative(a: float, t: float, delta: float) -> float:
    e = a - t
    return delta if e > delta else (-delta if e < -delta else e)


@scalar
def hinge(a: float, t: float) -> float:
    short = 1.0 - t * a
    return 0.0 if short < 0.0 else short


@scalar
def hinge_derivative(a: float, t: float) -> float:
    return 0.0 if t * a > 1.0 else -t


@scalar
def squared_error(a: float, t: float) -> float:
    return (a - t) * (a - t)


@scalar
def squared_error_derivative(a: float, t: float) -> float:
    return 2.0 * (a - t)


def binary_crossentropy(a: float, t: float) -> float:
    return float(-(t * np.log(a) + (1 - t) * np.log1p(-a)))


def binary_crossentropy_derivative(a: float, t: float) -> float:
    return (a - t) / (a * (1 - a))


@scalar
def binary_crossentropy_from_logits(z: float, t: float) -> float:
    return (z if z > 0.0 else 0.0) - z * t + log1p_exp(-abs(z))


def categorical_crossentropy(a: float, t: float) -> float:
    return float(-t * np.log(a))


def categorical_crossentropy_derivative(a: float, t: float) -> float:
    return -t / a


@part
def categorical_crossentropy_from_logits(z: Any, t: Any, s: int) -> float:
    """ln(sum of e^z) - z of the right class; the largest z is taken off first so that nothing overflows."""
    first = 0
    for u in range(1, z.shape[0]):
        if z[u, s] > z[first, s]:
            first = u
    top = np.float64(z[first, s])
    others, right = 0.0, 0.0
    for u in range(z.shape[0]):
        below = np.float64(z[u, s]) - top
        if u != first:
            others += np.exp(below)
        right += np.float64(t[u, s]) * below
    loss: float = np.log1p(others) - right  # the largest itself is the 1
    return loss


LOSSES: Family[Loss] = Family(
    "loss",
    "How wrong a prediction is, as one number. Training minimizes its mean over the training samples.",
    (
        Loss(
            name="mean_squared_error",
            label="Mean squared error",
            summary="The mean of the squared differences between output and target.",
            when="Regression. In classification only to see how slowly it learns from confident mistakes.",
            hazard="A few outliers dominate it; with a sigmoid its gradient vanishes on confident mistakes.",
            source="Legendre, 1805; Gauss, 1809",
            function=squared_error,
            derivative=squared_error_derivative,
            formula="(a - t) ** 2",
            derivative_formula="2 * (a - t)",
            outputs=("linear", "sigmoid", "tanh", "softmax"),
            mean_over_outputs=True,
            aliases=("mse",),
        ),
        Loss(
            name="half_mean_squared_error",
            label="Half mean squared error",
            summary="Half the squared differences, so that the derivative is simply output minus target.",
            when="To follow a textbook that uses it: the same as squared error at half the learning rate.",
            hazard="Like squared error, it is dominated by a few outliers.",
            source="TensorFlow Playground, 2016, shows it",
            function=half_squared_error,
            derivative=half_squared_error_derivative,
            formula="(a - t) ** 2 / 2",
            derivative_formula="a - t",
            outputs=("linear", "sigmoid", "tanh", "softmax"),
            mean_over_outputs=True,
        ),
        Loss(
            name="mean_absolute_error",
            label="Mean absolute error",
            summary="The mean distance between output and target.",
            when="Regression with outliers: every sample has the same influence, however large its error.",
            hazard="Its gradient is as large near the target as far away, so training never quite settles.",
            source="Boscovich, 1757; Laplace",
            function=absolute_error,
            derivative=absolute_error_derivative,
            formula="abs(a - t)",
            derivative_formula="sign(a - t)",
            outputs=("linear", "sigmoid", "tanh", "softmax"),
            mean_over_outputs=True,
            aliases=("mae",),
        ),
        Loss(
            name="huber",
            label="Huber",
            summary="Squared error for small errors, absolute error for large ones.",
            when="Regression with outliers, where training should still settle.",
            hazard="One more number to choose: which errors count as large.",
            source="Huber, 1964",
            function=huber,
            derivative=huber_derivative,
            formula="(a - t) ** 2 / 2 if abs(a - t) <= delta else delta * (abs(a - t) - delta / 2)",
            derivative_formula="a - t if abs(a - t) <= delta else delta * sign(a - t)",
            outputs=("linear", "sigmoid", "tanh", "softmax"),
            mean_over_outputs=True,
            arguments=(Argument("delta", 1.0, 1e-3, 1e3, "Delta", "Where it turns linear.", "log", False),),
        ),
        Loss(
            name="hinge",
            label="Hinge",
            summary="Zero for an output clearly on the right side of zero; otherwise how far it falls short of 1.",
            when="Two classes with a margin, as in support vector machines; the output is not a probability.",
            hazard="Only the sign of the output counts for the prediction; tanh can hardly reach the margin.",
            source="Cortes and Vapnik, 1995",
            function=hinge,
            derivative=hinge_derivative,
            formula="max(0, 1 - t * a)",
            derivative_formula="0 if t * a > 1 else -t",
            tasks=("binary", "multilabel"),
            outputs=("linear", "tanh"),
            mean_over_outputs=True,
            signed=True,
        ),
        Loss(
            name="binary_crossentropy",
            common=True,
            label="Binary crossentropy",
            summary="The negative logarithm of the probability given to the correct answer.",
            when="Two classes, or several labels, with a sigmoid for each.",
            hazard="A single wrong label can make the loss arbitrarily large.",
            source="Cox, 1958",
            function=binary_crossentropy,
            derivative=binary_crossentropy_derivative,
            formula="-(t * log(a) + (1 - t) * log(1 - a))",
            derivative_formula="(a - t) / (a * (1 - a))",
            tasks=("binary", "multilabel"),
            outputs=("sigmoid",),
            mean_over_outputs=True,
            joined="sigmoid",
            from_logits=binary_crossentropy_from_logits,
        ),
        Loss(
            name="categorical_crossentropy",
            label="Categorical crossentropy",
            summary="The negative logarithm of the probability given to the correct class.",
            when="Several classes with a softmax output.",
            hazard="A single wrong label can make the loss arbitrarily large.",
            source="Bridle, 1990",
            function=categorical_crossentropy,
            derivative=categorical_crossentropy_derivative,
            formula="-(t * log(a))",
            derivative_formula="-t / a",
            tasks=("multiclass",),
            outputs=("softmax",),
            mean_over_outputs=False,
            joined="softmax",
            from_logits=categorical_crossentropy_from_logits,
            across_units=True,
        ),
    ),
)
