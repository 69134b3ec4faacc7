"""Activations: what a unit does with the weighted sum `z` of its inputs to give its output `a = f(z)`.

Without them a stack of layers would be one linear map. Backpropagation multiplies by the derivative f'(z) in every
layer, so where f' is small the layers below learn slowly, and where it is large their gradients grow.
Each activation is one value: add an entry to ACTIVATIONS and it is in the kernel, the menus, the docs and the tests.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from engine import numerics, rng
from engine.catalogue import Argument, Choice, Entry, Family
from engine.compiled import dispatched, part, scalar
from engine.formulas import katex
from engine.numerics import erfc, exp, log1p

HIDDEN = ("hidden",)
EVERYWHERE = ("hidden", "output")


@dataclass(frozen=True, kw_only=True)
class Activation(Entry):
    """`function(z, *arguments)` is a; `derivative(z, a, *arguments)` is da/dz.

    `joint` marks a function of all units of a layer at once, given as an array (units, n).
    `slope` says where a last argument comes from that differs from unit to unit: "learnt", one parameter for each unit,
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
    slope: Literal["learnt", "random"] | None = None
    slope_derivative: Callable[..., Any] | None = None

    @property
    def learnt(self) -> bool:
        """Whether it has parameters of its own."""
        return self.slope == "learnt"

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
            defaults = [argument.default for argument in self.arguments]
            if self.slope:
                defaults = [sum(defaults) / len(defaults)]
            x = np.linspace(-6, 6, 97)
            value = [self.function(float(z), *defaults) for z in x]
            slope = [self.derivative(float(z), a, *defaults) for z, a in zip(x, value, strict=True)]
            data["curve"] = {"x": x.tolist(), "value": value, "derivative": slope}
        return data


@scalar
def linear(z: float) -> float:
    return z


@scalar
def linear_derivative(z: float, a: float) -> float:
    return 1.0


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
    return alpha * (exp(z) - 1.0) if z < 0.0 else z


@scalar
def elu_derivative(z: float, a: float, alpha: float) -> float:
    return 1.0 if z > 0.0 else a + alpha


@scalar
def sigmoid(z: float) -> float:
    e = exp(-abs(z))  # never overflows
    return (1.0 if z >= 0.0 else e) / (1.0 + e)


@scalar
def sigmoid_derivative(z: float, a: float) -> float:
    return a * (1.0 - a)


@scalar
def tanh(z: float) -> float:
    return numerics.tanh(z)


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
    return 0.5 * erfc(-0.7071067811865476 * z) + 0.3989422804014327 * z * exp(-0.5 * z * z)


@scalar
def slope_of_leaky_relu(z: float, a: float, negative_slope: float) -> float:
    return z if z < 0.0 else 0.0


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


@part
def softmax_backward(d: Any, a: Any) -> None:
    """Turns dL/da in `d` into dL/dz: a * (dL/da - sum of a * dL/da)."""
    for s in range(a.shape[1]):
        inner = a[0, s] * d[0, s]
        for u in range(1, a.shape[0]):
            inner += a[u, s] * d[u, s]
        for u in range(a.shape[0]):
            d[u, s] = a[u, s] * (d[u, s] - inner)


ACTIVATIONS: Family[Activation] = Family(
    "activation",
    "What each unit does with the weighted sum of its inputs. It is what lets a network bend its answer.",
    (
        Activation(
            name="linear",
            label="Linear",
            summary="Passes the sum on unchanged.",
            when="The output of a regression. In hidden layers only to see that a stack of them is one linear map.",
            hazard="Adds nothing to what the network can express, however many layers it has.",
            function=linear,
            derivative=linear_derivative,
            formula="z",
            derivative_formula="1",
            range=(None, None),
            places=EVERYWHERE,
            aliases=("identity",),
        ),
        Activation(
            name="relu",
            label="ReLU",
            summary="Cuts everything below zero.",
            when="The usual first choice for hidden layers: cheap, and positive sums pass their gradient on whole.",
            hazard="A unit whose sum is negative for every sample has gradient 0 and never learns again: it is dead.",
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
            summary="Lets a little of the negative side through.",
            when="Instead of ReLU when units die.",
            hazard="The slope is one more number to choose; results differ little for small slopes.",
            source="Maas, Hannun and Ng, 2013",
            function=leaky_relu,
            derivative=leaky_relu_derivative,
            formula="z if z > 0 else negative_slope * z",
            derivative_formula="1 if z > 0 else negative_slope",
            range=(None, None),
            arguments=(Argument("negative_slope", 0.01, 0, 1, "Negative slope", "The slope for sums below zero."),),
        ),
        Activation(
            name="parametric_relu",
            label="Parametric ReLU",
            summary="A leaky ReLU whose slope below zero is learnt, one for each unit.",
            when="When the right leak is not known and there are data enough to learn it.",
            hazard="One more parameter for each unit; on small data sets it may learn by heart.",
            source="He, Zhang, Ren and Sun, 2015",
            function=leaky_relu,
            derivative=leaky_relu_derivative,
            formula="z if z > 0 else slope * z",
            derivative_formula="1 if z > 0 else slope",
            range=(None, None),
            slope="learnt",
            slope_derivative=slope_of_leaky_relu,
            structural=True,
            arguments=(Argument("initial_slope", 0.25, -1, 1, "First slope", "Where the slopes start.", live=False),),
            aliases=("prelu",),
        ),
        Activation(
            name="randomized_leaky_relu",
            label="Randomized leaky ReLU",
            summary="A leaky ReLU whose slope below zero is drawn for each unit and sample; evaluating takes the mean.",
            when="Instead of leaky ReLU when a network learns its training data by heart.",
            hazard="Training is noisy, and the training loss is not the one that is minimised.",
            source="Xu, Wang, Chen and Li, 2015",
            function=leaky_relu,
            derivative=leaky_relu_derivative,
            formula="z if z > 0 else slope * z",
            derivative_formula="1 if z > 0 else slope",
            range=(None, None),
            slope="random",
            objection=lambda lower, upper: f"{lower:g} is above {upper:g}: swap them" if lower > upper else None,
            arguments=(
                Argument("lower", 0.125, 0, 1, "Lowest slope", "Slopes are drawn evenly from here on up."),
                Argument("upper", 0.3333333333333333, 0, 1, "Highest slope", "Slopes are drawn evenly up to here."),
            ),
            aliases=("rrelu",),
        ),
        Activation(
            name="maxout",
            label="Maxout",
            summary="Each unit has several weighted sums and gives the largest: it learns its own activation.",
            when="With dropout, where the best activation is not known.",
            hazard="As many times the weights as there are pieces.",
            source="Goodfellow et al., 2013",
            function=maxout,
            derivative=maxout_backward,
            formula="max(z_1, z_k)",
            derivative_formula="1",
            range=(None, None),
            grouped=True,
            structural=True,
            arguments=(
                Argument("pieces", 2, 2, 8, "Pieces", "How many sums each unit takes the largest of.", live=False),
            ),
        ),
        Activation(
            name="elu",
            label="ELU",
            summary="Like ReLU, but bends smoothly down to a negative floor.",
            when="When outputs should be centred around zero and units must not die.",
            hazard="Far below zero its derivative vanishes; the exponential costs time.",
            source="Clevert, Unterthiner and Hochreiter, 2015",
            function=elu,
            derivative=elu_derivative,
            formula="z if z > 0 else alpha * (exp(z) - 1)",
            derivative_formula="1 if z > 0 else alpha * exp(z)",
            range=(-1, None),
            arguments=(Argument("alpha", 1.0, 0, 10, "Alpha", "How far below zero the floor lies."),),
        ),
        Activation(
            name="sigmoid",
            label="Sigmoid",
            summary="Squeezes any number between 0 and 1.",
            when="The output of a yes-or-no question: read it as a probability.",
            hazard="Its derivative is at most 0.25, so gradients vanish in a deep stack; its outputs are not centred.",
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
            label="Tanh",
            summary="Squeezes any number between -1 and 1, centred on zero.",
            when="Small networks with a few hidden layers.",
            hazard="Saturates: for sums beyond about 3 its derivative is nearly 0 and learning stalls.",
            source="LeCun, Bottou, Orr and Mueller, 1998",
            function=tanh,
            derivative=tanh_derivative,
            formula="tanh(z)",
            derivative_formula="1 - tanh(z) ** 2",
            range=(-1, 1),
            places=EVERYWHERE,
        ),
        Activation(
            name="softplus",
            label="Softplus",
            summary="A smooth ReLU.",
            when="When a smooth, always positive output is needed.",
            hazard="Never zero and not centred; slower than ReLU without learning better.",
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
            summary="The sum times its own sigmoid: smooth, with a small dip below zero.",
            when="Deep networks; also known as SiLU.",
            hazard="Costs an exponential per unit; not monotonic.",
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
            summary="The sum times the chance that a normal draw lies below it.",
            when="Transformers; elsewhere much like swish.",
            hazard="Costs an error function per unit; not monotonic.",
            source="Hendrycks and Gimpel, 2016",
            function=gelu,
            derivative=gelu_derivative,
            formula="z * Phi(z)",
            derivative_formula="Phi(z) + z * exp(-z ** 2 / 2) / sqrt(2 * pi)",
            range=(-0.16997120747990369, None),
        ),
        Activation(
            name="softmax",
            label="Softmax",
            summary="Turns the outputs into probabilities that sum to 1.",
            when="The output when exactly one of several classes is right.",
            hazard="The probabilities are often too sure of themselves: they are not calibrated.",
            source="Bridle, 1990",
            function=softmax,
            derivative=softmax_backward,
            formula="exp(z_u) / sum(exp(z_k))",
            derivative_formula="a_u * (1 - a_u)",
            range=(0, 1),
            places=("output",),
            tasks=("multiclass",),
            joint=True,
        ),
    ),
)


_BEFORE = """
z, a, d, width = work.flat_z, work.flat_a, work.flat_d, work.a.shape[1]
first, last = np.uint64(rows[0] * width), np.uint64(rows[1] * width)
"""
_LOOP = """
{arguments}
for i in range(first, last):
    {body}
"""
_LEARNT = """
for u in range(np.uint64(rows[1] - rows[0])):
    slope = parameters[np.uint64(slopes) + u]
    start = first + u * np.uint64(width)
    {before}
    for i in range(start, start + np.uint64(width)):
        {body}
    {after}
"""
_RANDOM = """
lower, upper = p[layer, 0], p[layer, 1]
key = layer_key(moment.seed, {purpose}, moment.step, layer)
for u in range(np.uint64(rows[1] - rows[0])):
    unit = mix(key ^ u)
    start = first + u * np.uint64(width)
    for i in range(start, start + np.uint64(width)):
        slope = (lower + upper) / a.dtype.type(2)
        if moment.training:
            slope = lower + (upper - lower) * uniform(unit, np.uint64(moment.first) + i - start, a)
        {body}
"""


DRAWS = {"layer_key": rng.layer_key, "mix": rng.mix, "uniform": rng.uniform}


def _branch(entry: Activation, body: str, joint: str, slope: tuple[str, str]) -> tuple[str, dict[str, Any]]:
    functions = {"function": entry.function, "derivative": entry.derivative}
    if entry.joint or entry.grouped:
        given = ", int(p[layer, 0])" if entry.grouped else ""
        sums = ", work.z[rows[0] : rows[1]]" if entry.grouped else ""
        return joint.replace("{given}", given).replace("{sums}", sums), functions
    if entry.slope:
        body = body.replace("{p}", ", slope")
        if entry.slope == "random":
            return _RANDOM.replace("{purpose}", str(rng.SLOPE)).replace("{body}", body), functions | DRAWS
        before, each = slope
        text = _LEARNT.replace("{before}", before or "pass").replace(
            "{after}", "if gradient.size:\n        gradient[np.uint64(slopes) + u] += total" if before else "pass"
        )
        inner = f"{each}\n        {body}" if each else body
        return text.replace("{body}", inner), functions | {"steepness": entry.slope_derivative}
    names = [f"p{index}" for index in range(len(entry.arguments))]
    loads = "".join(f"{name} = p[layer, {index}]\n" for index, name in enumerate(names))
    body = body.replace("{p}", "".join(f", {name}" for name in names))
    return _LOOP.replace("{arguments}\n", loads).replace("{body}", body), functions


def _dispatch(signature: str, body: str, joint: str, slope: tuple[str, str]) -> Callable[..., Any]:
    branches = [_branch(entry, body, joint, slope) for entry in ACTIVATIONS.values()]
    return dispatched(signature, branches, _BEFORE)


# For kernels: `work` is the workspace, `rows` the first row of a layer and the one after its last, `p[layer]` its
# activation's arguments, `slopes` where its learnt slopes start in the parameters,
# `moment` says whether and where in training it is.
activate = _dispatch(  # a = f(z)
    "code, work, rows, p, layer, slopes, parameters, moment",
    "a[i] = function(z[i]{p})",
    "function(work.z[rows[0] : rows[1]], work.a[rows[0] : rows[1]]{given})",
    ("", ""),
)
backpropagate = _dispatch(  # dL/da in d becomes dL/dz; the gradient of learnt slopes is added up
    "code, work, rows, p, layer, slopes, parameters, moment, gradient",
    "d[i] *= derivative(z[i], a[i]{p})",
    "derivative(work.d[rows[0] : rows[1]]{sums}, work.a[rows[0] : rows[1]]{given})",
    ("total = a.dtype.type(0)", "total += d[i] * steepness(z[i], a[i], slope)"),
)
