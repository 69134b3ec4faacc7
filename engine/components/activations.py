"""Activations: what a unit does with the weighted sum `z` of its inputs to give its output `a = f(z)`.

Without them a stack of layers would be one linear map. Backpropagation multiplies by the derivative f'(z) in every
layer, so where f' is small the layers below learn slowly, and where it is large their gradients grow.
Each activation is one value: add an entry to ACTIVATIONS and it is in the kernel, the menus, the docs and the tests.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from engine import rng
from engine.components.formulas import katex
from engine.components.registry import Argument, Choice, Entry, Family
from engine.compute import fast_math
from engine.compute.fast_math import cos, erfc, exp, expm1, log1p, sin
from engine.compute.jit import part, scalar
from engine.data.cells import written

HIDDEN = ("hidden",)
EVERYWHERE = ("hidden", "output")


@dataclass(frozen=True, kw_only=True)
class Activation(Entry):
    """`function(z, *arguments)` is a; `derivative(z, a, *arguments)` is da/dz.

    `backward` says how errors pass where that is no multiplication with the derivative: in a `joint` function, which
    is one of all units of a layer at once, given as an array (units, n), and in a `grouped` one.
    `slope` says where a last argument comes from that differs from unit to unit: "learned", a parameter for each unit,
    whose own derivative is `slope_derivative(z, a, slope)`; or "random", drawn in training for each unit and sample
    evenly between the first two arguments, and their mean when evaluating.
    `grouped` marks a function that takes the largest of several sums; the first argument says of how many.
    """

    function: Callable[..., Any]
    derivative: Callable[..., Any]
    derivative_formula: str
    range: tuple[float | None, float | None]
    places: tuple[str, ...] = HIDDEN
    joint: bool = False
    grouped: bool = False
    slope: Literal["learned", "random"] | None = None
    slope_derivative: Callable[..., Any] | None = None
    slope_derivative_formula: str = ""
    backward: Callable[..., Any] | None = None

    @property
    def learned(self) -> bool:
        """Whether it has parameters of its own."""
        return self.slope == "learned"

    def pieces(self, choice: Choice) -> int:
        """How many sums each unit has."""
        return int(self.values(choice)[0]) if self.grouped else 1

    def as_data(self) -> dict[str, Any]:
        """This activation for the catalogue, with its curve sampled."""
        data = super().as_data() | {
            "derivative_formula": katex(self.derivative_formula),
            "range": list(self.range),
            "places": list(self.places),
        }
        if not (self.joint or self.grouped):
            defaults = [float(argument.default) for argument in self.arguments]
            if self.slope:
                defaults = [sum(defaults) / len(defaults)]

            def function(z: float) -> float:
                return float(self.function(z, *defaults))

            def derivative(z: float, a: float) -> float:
                return float(self.derivative(z, a, *defaults))

            x = np.linspace(-6, 6, 97).tolist()
            value = [function(z) for z in x]
            slope = [derivative(z, a) for z, a in zip(x, value, strict=True)]
            data["curve"] = {"x": x, "value": value, "derivative": slope}
            data |= facts(function, derivative)
        return data


FLAT = 0.01  # a unit whose derivative is smaller than this has saturated


def facts(function: Callable[[float], float], derivative: Callable[[float, float], float]) -> dict[str, Any]:
    """What can be read off an activation: whether it never falls, whether its outputs have mean 0 for sums that are
    normally distributed about 0, and below and above which sums its derivative is nearly 0 for good.

    A grid finds between which sums it turns flat, halving where exactly.
    """

    def learns_at(z: float) -> bool:
        return abs(derivative(z, function(z))) >= FLAT

    z = np.linspace(-20, 20, 4001)
    a = np.array([function(float(each)) for each in z])
    steep = np.array([learns_at(float(each)) for each in z])
    weights = np.exp(-(z**2) / 2)
    mean = float(np.sum(a * weights) / np.sum(weights))
    learns = np.flatnonzero(steep)
    first, last = (int(learns[0]), int(learns[-1])) if learns.size else (0, len(z) - 1)
    below = None if steep[0] else _edge(learns_at, float(z[first]), float(z[first - 1])) if learns.size else 0.0
    above = None if steep[-1] else _edge(learns_at, float(z[last]), float(z[last + 1])) if learns.size else 0.0
    return {
        "monotonic": bool(np.all(np.diff(a) >= 0)),
        "zero_centered": abs(mean) < FLAT,
        "saturates": {"below": below, "above": above},
    }


def _edge(holds: Callable[[float], bool], inside: float, outside: float) -> float:
    """Where between two numbers, at the first of which something holds and at the second not, it ceases to hold."""
    while abs(inside - outside) > 1e-13:
        middle = (inside + outside) / 2
        inside, outside = (middle, outside) if holds(middle) else (inside, middle)
    return round(outside, 12) + 0.0  # never -0


@scalar
def linear(z: float, slope: float) -> float:
    return slope * z


@scalar
def linear_derivative(z: float, a: float, slope: float) -> float:
    return slope


@scalar
def binary_step(z: float, threshold: float) -> float:
    return 1.0 if z >= threshold else (0.0 if z < threshold else z)  # NaN stays


@scalar
def binary_step_derivative(z: float, a: float, threshold: float) -> float:
    return 0.0


@scalar
def relu(z: float) -> float:
    return 0.0 if z < 0.0 else z


@scalar
def relu_derivative(z: float, a: float) -> float:
    return 1.0 if z > 0.0 else 0.0


@scalar
def leaky_relu(z: float, negative_slope: float) -> float:
    return negative_slope * z if z < 0.0 else z


@scalar
def leaky_relu_derivative(z: float, a: float, negative_slope: float) -> float:
    return 1.0 if z > 0.0 else negative_slope


@scalar
def elu(z: float, alpha: float) -> float:
    return alpha * expm1(z) if z < 0.0 else z


@scalar
def elu_derivative(z: float, a: float, alpha: float) -> float:
    return 1.0 if z > 0.0 else alpha * exp(z)


@scalar
def sigmoid(z: float) -> float:
    e = exp(-abs(z))  # never overflows
    return (1.0 if z >= 0.0 else e) / (1.0 + e)


@scalar
def sigmoid_derivative(z: float, a: float) -> float:
    return a * (1.0 - a)


@scalar
def tanh(z: float) -> float:
    return fast_math.tanh(z)


@scalar
def tanh_derivative(z: float, a: float) -> float:
    return 1.0 - a * a


@scalar
def softplus(z: float) -> float:
    return (0.0 if z < 0.0 else z) + log1p(exp(-abs(z)))


@scalar
def softplus_derivative(z: float, a: float) -> float:
    return sigmoid(z)


@scalar
def swish(z: float) -> float:
    return z * sigmoid(z)


@scalar
def swish_derivative(z: float, a: float) -> float:
    s = sigmoid(z)
    return s + a * (1.0 - s)


@scalar
def gelu(z: float) -> float:
    return 0.5 * z * erfc(-0.7071067811865476 * z)


@scalar
def gelu_derivative(z: float, a: float) -> float:
    # a = z P(z), so P need not be computed once more; near 0, where a / z says little, it is a short series.
    p = a / z if abs(z) > 0.001 else 0.5 + 0.3989422804014327 * z * (1.0 - z * z / 6.0)
    return p + 0.3989422804014327 * z * exp(-0.5 * z * z)


@scalar
def slope_of_leaky_relu(z: float, a: float, negative_slope: float) -> float:
    return z if z < 0.0 else 0.0


@scalar
def gelu_tanh(z: float) -> float:
    return z * sigmoid(1.5957691216057308 * (z + 0.044715 * z * z * z))


@scalar
def gelu_tanh_derivative(z: float, a: float) -> float:
    s = sigmoid(1.5957691216057308 * (z + 0.044715 * z * z * z))
    return s + a * (1.0 - s) * 1.5957691216057308 * (1.0 + 0.134145 * z * z)


@scalar
def selu(z: float) -> float:
    return 1.7580993408473766 * expm1(z) if z < 0.0 else 1.0507009873554805 * z


@scalar
def selu_derivative(z: float, a: float) -> float:
    return 1.0507009873554805 if z > 0.0 else 1.7580993408473766 * exp(z)


@scalar
def softsign(z: float) -> float:
    return z / (1.0 + abs(z))


@scalar
def softsign_derivative(z: float, a: float) -> float:
    return 1.0 / ((1.0 + abs(z)) * (1.0 + abs(z)))


@scalar
def tanh_of_softplus(z: float) -> float:
    e = exp(-abs(z))  # never overflows
    high, low = 1.0 + 2.0 * e, e * e + 2.0 * e
    return high / (high + 2.0 * e * e) if z >= 0.0 else low / (low + 2.0)


@scalar
def mish(z: float) -> float:
    return z * tanh_of_softplus(z)


@scalar
def mish_derivative(z: float, a: float) -> float:
    t = tanh_of_softplus(z)
    return t + z * sigmoid(z) * (1.0 - t * t)


@scalar
def hard_sigmoid(z: float) -> float:
    a = z / 6.0 + 0.5
    a = 0.0 if a < 0.0 else a
    return 1.0 if a > 1.0 else a


@scalar
def hard_sigmoid_derivative(z: float, a: float) -> float:
    return 1.0 / 6.0 if abs(z) < 3.0 else 0.0


@scalar
def sine(z: float) -> float:
    return sin(z)


@scalar
def sine_derivative(z: float, a: float) -> float:
    return cos(z)


@scalar
def gaussian(z: float) -> float:
    return exp(-z * z)


@scalar
def gaussian_derivative(z: float, a: float) -> float:
    return -2.0 * z * a


@part
def maxout(z: Any, a: Any, pieces: int) -> None:
    """Fills the first units of `a` with the largest of their `pieces` sums, which stand `units` rows apart."""
    units = z.shape[0] // pieces
    for u in range(units):
        for s in range(z.shape[1]):
            top = z[u, s]
            for piece in range(1, pieces):
                top = max(top, z[u + piece * units, s])
            a[u, s] = top


@scalar
def maxout_derivative(z: float, a: float) -> float:
    return 1.0


@part
def maxout_backward(d: Any, z: Any, a: Any, pieces: int) -> None:
    """Hands dL/da of each unit to the sum that was the largest, the first of equals; the others get 0."""
    units = z.shape[0] // pieces
    for u in range(units):
        for s in range(z.shape[1]):
            best, error = u, d[u, s]
            for piece in range(1, pieces):
                if z[u + piece * units, s] > z[best, s]:
                    best = u + piece * units
            for piece in range(pieces):
                d[u + piece * units, s] = 0
            d[best, s] = error


@part
def softmax(z: Any, a: Any) -> None:
    """Fills `a` with e^z over its sum across the units; the largest z is taken off first so that nothing overflows."""
    for s in range(z.shape[1]):
        top = z[0, s]
        for u in range(1, z.shape[0]):
            top = max(top, z[u, s])
        total = exp(z[0, s] - top)
        a[0, s] = total
        for u in range(1, z.shape[0]):
            a[u, s] = exp(z[u, s] - top)
            total += a[u, s]
        for u in range(z.shape[0]):
            a[u, s] /= total


@scalar
def softmax_derivative(z: float, a: float) -> float:
    return a * (1.0 - a)  # of each unit by its own sum alone


@part
def softmax_backward(d: Any, z: Any, a: Any) -> None:
    """Turns dL/da in `d` into dL/dz: a * (dL/da - sum of a * dL/da)."""
    for s in range(a.shape[1]):
        inner = a[0, s] * d[0, s]
        for u in range(1, a.shape[0]):
            inner += a[u, s] * d[u, s]
        for u in range(a.shape[0]):
            d[u, s] = a[u, s] * (d[u, s] - inner)


ACTIVATIONS: Family[Activation] = Family(
    "activation",
    "The function a unit applies to the weighted sum of its inputs. It lets a network learn nonlinear functions.",
    (
        Activation(
            name="linear",
            common=True,
            label="Linear",
            summary="The weighted sum itself, times a slope.",
            when="The output of a regression. In hidden layers, only to see that a stack of linear layers is still "
            "linear.",
            hazard="Its gradient never vanishes, but a network of linear layers is linear, however deep it is.",
            function=linear,
            derivative=linear_derivative,
            formula="slope * z",
            derivative_formula="slope",
            range=(None, None),
            places=EVERYWHERE,
            arguments=(Argument("slope", 1.0, -10, 10, "Slope", "What the sum is multiplied with."),),
            aliases=("identity",),
        ),
        Activation(
            name="binary_step",
            label="Binary step",
            summary="0 below a threshold and 1 above it: the first model of a neuron.",
            when="To see why a gradient is needed.",
            hazard="Its derivative is 0 everywhere, so the layers before it get no gradient and cannot learn.",
            source="McCulloch and Pitts, 1943; Rosenblatt, 1958",
            function=binary_step,
            derivative=binary_step_derivative,
            formula="1 if z >= threshold else 0",
            derivative_formula="0",
            range=(0, 1),
            arguments=(Argument("threshold", 0.0, -10, 10, "Threshold", "From which sum on the unit fires."),),
            aliases=("heaviside", "step"),
        ),
        Activation(
            name="relu",
            common=True,
            label="ReLU",
            summary="Zero for negative inputs, and the input itself otherwise.",
            when="The usual first choice for hidden layers: cheap, and the gradient passes unchanged where the "
            "input is positive.",
            hazard="A unit whose input is negative for every sample is dead: its gradient is 0, so it never learns "
            "again.",
            source="Nair and Hinton, 2010",
            function=relu,
            derivative=relu_derivative,
            formula="max(0, z)",
            derivative_formula="1 if z > 0 else 0",
            range=(0, None),
        ),
        Activation(
            name="leaky_relu",
            label="Leaky ReLU",
            summary="Like ReLU, with a small slope for negative inputs.",
            when="Instead of ReLU when units die.",
            hazard="One more number to choose, though small slopes make little difference.",
            source="Maas, Hannun and Ng, 2013",
            function=leaky_relu,
            derivative=leaky_relu_derivative,
            formula="z if z > 0 else negative_slope * z",
            derivative_formula="1 if z > 0 else negative_slope",
            range=(None, None),
            arguments=(Argument("negative_slope", 0.01, 0, 1, "Negative slope", "The slope for negative inputs."),),
        ),
        Activation(
            name="parametric_relu",
            label="Parametric ReLU",
            summary="A leaky ReLU in which each unit learns its own slope for negative inputs.",
            when="When the best slope is not known and there is enough data to learn it.",
            hazard="One more parameter per unit; on small data sets it may overfit.",
            source="He, Zhang, Ren and Sun, 2015",
            function=leaky_relu,
            derivative=leaky_relu_derivative,
            formula="z if z > 0 else slope * z",
            derivative_formula="1 if z > 0 else slope",
            range=(None, None),
            slope="learned",
            slope_derivative=slope_of_leaky_relu,
            slope_derivative_formula="min(0, z)",
            structural=True,
            arguments=(Argument("initial_slope", 0.25, -1, 1, "First slope", "Where the slopes start.", live=False),),
            aliases=("prelu",),
        ),
        Activation(
            name="randomized_leaky_relu",
            label="Randomized leaky ReLU",
            summary="A leaky ReLU whose negative slope is random for each unit and sample in training, and its mean "
            "in evaluation.",
            when="Instead of leaky ReLU, when the network overfits.",
            hazard="Training is noisy, and the training loss is not the one that is minimized.",
            source="Xu, Wang, Chen and Li, 2015",
            function=leaky_relu,
            derivative=leaky_relu_derivative,
            formula="z if z > 0 else slope * z",
            derivative_formula="1 if z > 0 else slope",
            range=(None, None),
            slope="random",
            objection=lambda lower, upper: (
                f"{written(lower)} is above {written(upper)}: swap them" if lower > upper else None
            ),
            arguments=(
                Argument("lower", 0.125, 0, 1, "Lowest slope", "Slopes are drawn evenly from here on up."),
                Argument("upper", 0.3333333333333333, 0, 1, "Highest slope", "Slopes are drawn evenly up to here."),
            ),
            aliases=("rrelu",),
        ),
        Activation(
            name="maxout",
            label="Maxout",
            summary="Each unit computes several weighted sums and outputs the largest, so it learns its own "
            "activation.",
            when="With dropout, where the best activation is not known.",
            hazard="Multiplies the number of weights by the number of pieces; initializers count every piece in "
            "fan_out.",
            source="Goodfellow et al., 2013",
            function=maxout,
            derivative=maxout_derivative,
            backward=maxout_backward,
            formula="max_k(z_k)",
            derivative_formula="1",
            range=(None, None),
            grouped=True,
            structural=True,
            arguments=(
                Argument("pieces", 2, 2, 8, "Pieces", "How many weighted sums each unit chooses from.", live=False),
            ),
        ),
        Activation(
            name="elu",
            label="ELU",
            summary="Like ReLU, but levels off smoothly at a negative value.",
            when="When outputs should be centered on zero and units must not die.",
            hazard="Its derivative vanishes for very negative inputs; the exponential is slower to compute.",
            source="Clevert, Unterthiner and Hochreiter, 2015",
            function=elu,
            derivative=elu_derivative,
            formula="z if z > 0 else alpha * (exp(z) - 1)",
            derivative_formula="1 if z > 0 else alpha * exp(z)",
            range=(-1, None),
            arguments=(Argument("alpha", 1.0, 0, 10, "Alpha", "How far below zero the floor lies."),),
        ),
        Activation(
            name="selu",
            label="SELU",
            summary="An ELU scaled so that outputs move toward mean 0 and variance 1 from layer to layer.",
            when="Deep stacks of dense layers without batch normalization, with lecun_normal weights.",
            hazard="Works as intended only with lecun_normal weights, standardized inputs and no ordinary dropout.",
            source="Klambauer, Unterthiner, Mayr and Hochreiter, 2017",
            function=selu,
            derivative=selu_derivative,
            formula="1.0507009873554805 * z if z > 0 else 1.7580993408473766 * (exp(z) - 1)",
            derivative_formula="1.0507009873554805 if z > 0 else 1.7580993408473766 * exp(z)",
            range=(-1.7580993408473766, None),
        ),
        Activation(
            name="sigmoid",
            common=True,
            label="Sigmoid",
            summary="Maps any number to between 0 and 1.",
            when="The output of a binary classifier: it can be read as a probability.",
            hazard="Its derivative is at most 0.25, so gradients vanish in a deep stack; its outputs are not centered.",
            source="Verhulst, 1845",
            function=sigmoid,
            derivative=sigmoid_derivative,
            formula="1 / (1 + exp(-z))",
            derivative_formula="sigmoid(z) * (1 - sigmoid(z))",
            range=(0, 1),
            places=EVERYWHERE,
            aliases=("logistic",),
        ),
        Activation(
            name="tanh",
            common=True,
            label="Tanh",
            summary="Maps any number to between -1 and 1, centered on zero.",
            when="Small networks with a few hidden layers.",
            hazard="Saturates: beyond about -3 and 3 its derivative is almost 0, and learning stalls.",
            source="LeCun, Bottou, Orr and Mueller, 1998",
            function=tanh,
            derivative=tanh_derivative,
            formula="tanh(z)",
            derivative_formula="1 - tanh(z) ** 2",
            range=(-1, 1),
            places=EVERYWHERE,
        ),
        Activation(
            name="hard_sigmoid",
            label="Hard sigmoid",
            summary="A sigmoid made of three straight lines.",
            when="Where an exponential is too slow.",
            hazard="Beyond -3 and 3 its derivative is exactly 0, and a unit there stops learning.",
            source="Courbariaux, Bengio and David, 2015",
            function=hard_sigmoid,
            derivative=hard_sigmoid_derivative,
            formula="max(0, min(1, z / 6 + 1 / 2))",
            derivative_formula="1 / 6 if abs(z) < 3 else 0",
            range=(0, 1),
        ),
        Activation(
            name="softsign",
            label="Softsign",
            summary="Like tanh, but approaches -1 and 1 far more slowly.",
            when="Instead of tanh where units saturate too early.",
            hazard="It still saturates, only later, and is flatter than tanh around zero.",
            source="Turian, Bergstra and Bengio, 2009",
            function=softsign,
            derivative=softsign_derivative,
            formula="z / (1 + abs(z))",
            derivative_formula="1 / (1 + abs(z)) ** 2",
            range=(-1, 1),
        ),
        Activation(
            name="softplus",
            label="Softplus",
            summary="A smooth ReLU.",
            when="When a smooth, always positive output is needed.",
            hazard="Its outputs are never zero and not centered; it is slower than ReLU and rarely learns better.",
            source="Dugas et al., 2001",
            function=softplus,
            derivative=softplus_derivative,
            formula="log(1 + exp(z))",
            derivative_formula="sigmoid(z)",
            range=(0, None),
        ),
        Activation(
            name="swish",
            label="Swish",
            summary="The input times its own sigmoid: smooth, with a small dip below zero.",
            when="Deep networks; also known as SiLU.",
            hazard="Computes an exponential for each unit; not monotonic.",
            source="Ramachandran, Zoph and Le, 2017",
            function=swish,
            derivative=swish_derivative,
            formula="z * sigmoid(z)",
            derivative_formula="sigmoid(z) + z * sigmoid(z) * (1 - sigmoid(z))",
            range=(-0.2784645427610738, None),
            aliases=("silu",),
        ),
        Activation(
            name="gelu",
            label="GELU",
            summary="The input times the probability that a standard normal variable is less than it.",
            when="Transformers; elsewhere it behaves much like swish.",
            hazard="Computes an error function for each unit; not monotonic.",
            source="Hendrycks and Gimpel, 2016",
            function=gelu,
            derivative=gelu_derivative,
            formula="z * Phi(z)",
            derivative_formula="Phi(z) + z * exp(-z ** 2 / 2) / sqrt(2 * pi)",
            range=(-0.16997120747990369, None),
        ),
        Activation(
            name="gelu_tanh",
            label="GELU (tanh form)",
            summary="GELU approximated with tanh, as the first transformers computed it.",
            when="To compare with models trained with it; it differs from GELU by less than 0.001.",
            hazard="An approximation; not monotonic.",
            source="Hendrycks and Gimpel, 2016",
            function=gelu_tanh,
            derivative=gelu_tanh_derivative,
            formula="z / 2 * (1 + tanh(sqrt(2 / pi) * (z + 0.044715 * z ** 3)))",
            derivative_formula="(1 + tanh(sqrt(2 / pi) * (z + 0.044715 * z ** 3))) / 2 + z / 2 * (1 - tanh("
            "sqrt(2 / pi) * (z + 0.044715 * z ** 3)) ** 2) * sqrt(2 / pi) * (1 + 0.134145 * z ** 2)",
            range=(-0.17004075057125406, None),
        ),
        Activation(
            name="mish",
            label="Mish",
            summary="The input times the tanh of its softplus: much like swish, but a little steeper.",
            when="Deep networks, instead of swish.",
            hazard="The slowest to compute; not monotonic.",
            source="Misra, 2019",
            function=mish,
            derivative=mish_derivative,
            formula="z * tanh(log(1 + exp(z)))",
            derivative_formula="tanh(log(1 + exp(z))) + z * sigmoid(z) * (1 - tanh(log(1 + exp(z))) ** 2)",
            range=(-0.3088434130172503, None),
        ),
        Activation(
            name="sine",
            label="Sine",
            summary="A sine wave: the output repeats as the input grows.",
            when="Periodic data, or fine detail from few units.",
            hazard="Many inputs give the same output, so training finds many poor solutions; not monotonic.",
            source="Sitzmann et al., 2020",
            function=sine,
            derivative=sine_derivative,
            formula="sin(z)",
            derivative_formula="cos(z)",
            range=(-1, 1),
        ),
        Activation(
            name="gaussian",
            label="Gaussian",
            summary="A bump: the unit is active where its input is near zero.",
            when="Units that should respond to one region only, as in radial basis networks.",
            hazard="Away from the bump, the output and the gradient are almost 0; not monotonic.",
            source="Broomhead and Lowe, 1988",
            function=gaussian,
            derivative=gaussian_derivative,
            formula="exp(-z ** 2)",
            derivative_formula="-2 * z * exp(-z ** 2)",
            range=(0, 1),
        ),
        Activation(
            name="softmax",
            label="Softmax",
            summary="Turns the outputs into probabilities that sum to 1; the prediction is the most probable class.",
            when="The output of a classifier with several classes, of which exactly one is correct.",
            hazard="The probabilities are often overconfident: they are not calibrated.",
            source="Bridle, 1990",
            function=softmax,
            derivative=softmax_derivative,
            backward=softmax_backward,
            formula="exp(z_j) / sum_k(exp(z_k))",
            derivative_formula="a_j * (1 - a_j)",
            range=(0, 1),
            places=("output",),
            tasks=("multiclass",),
            joint=True,
        ),
    ),
)


@part
def fill_slopes(
    m: Any, rows: Any, drawn: bool, parameters: Any, slopes: int, p: Any, key: Any, first: int, training: bool
) -> None:
    """Each unit's slope in the rows of m (rows, n): a parameter, from `slopes` on; or drawn between p[0] and p[1].

    `first` is the place in the batch of the first column; when evaluating, what would be drawn is the mean.
    """
    for u in range(np.uint64(rows[0]), np.uint64(rows[1])):
        unit = u - np.uint64(rows[0])
        row = rng.mix(key ^ unit)
        fixed = (p[0] + p[1]) / m.dtype.type(2) if drawn else parameters[np.uint64(slopes) + unit]
        for s in range(np.uint64(m.shape[1])):
            m[u, s] = fixed
            if drawn and training:
                m[u, s] = p[0] + (p[1] - p[0]) * rng.uniform(row, np.uint64(first) + s, m)
