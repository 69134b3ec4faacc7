"""Dispatch: how a kernel chooses one of a family by its number. All source text that is generated is made here.

The entries of a family are plain functions in the family's file. Here they become one function for kernels, `if code ==
0: ... elif code == 1: ...`, which compiles to straight loops over the chosen one. In what follows `p` is an entry's
arguments, as an array.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

import numpy as np

from engine.components.activations import ACTIVATIONS, Activation
from engine.components.constraints import CONSTRAINTS, Constraint
from engine.components.losses import LOSSES, Loss
from engine.components.optimizers import OPTIMIZERS, Optimizer
from engine.components.registry import E, Entry, Family
from engine.components.regularizers import REGULARIZERS, Regularizer, soft_threshold
from engine.components.schedules import SCHEDULES, Schedule
from engine.compute.jit import inlined
from engine.training.metrics import METRICS

Branch = tuple[str, Mapping[str, Any]]


def _dispatched(
    signature: str,
    family: Family[E],
    branch: Callable[[E], Branch | None],
    before: str = "",
    otherwise: str = "pass",
    after: str = "",
) -> Callable[..., Any]:
    """A function for kernels that chooses among a family's entries by `code`, in the common kernel among few of them.

    An entry's branch is the text of its body and the functions which that text names. What they share is done `before`
    or `after`: the less there is in each branch, the sooner it is compiled. Codes without a branch do `otherwise`.
    """
    branches = {entry.name: made for entry in family.values() if (made := branch(entry))}

    def chooser(names: Iterable[str]) -> Callable[..., Any]:
        chosen = {family.codes[name]: branches[name] for name in names}
        return _chooser(signature, chosen, before, otherwise, after)

    return inlined(chooser(branches), common=chooser(name for name in branches if family[name].common))


def _chooser(
    signature: str, branches: Mapping[int, Branch], before: str, otherwise: str, after: str
) -> Callable[..., Any]:
    scope: dict[str, Any] = {"np": np}
    lines = [f"def dispatch({signature}):", *_indented(before, 1)]
    for index, (code, (body, functions)) in enumerate(branches.items()):
        lines.append(f"    {'elif' if index else 'if'} code == {code}:")
        for name, function in functions.items():
            scope[f"{name}_{code}"] = function
            body = body.replace(f"{name}(", f"{name}_{code}(")
        lines += _indented(body, 2)
    lines += ["    else:", *_indented(otherwise, 2)] if branches else _indented(otherwise, 1)
    lines += _indented(after, 1)
    exec("\n".join(lines), scope)  # noqa: S102 - made from our own catalogue, never from input
    dispatch: Callable[..., Any] = scope["dispatch"]
    return dispatch


def _indented(text: str, levels: int) -> list[str]:
    return ["    " * levels + line for line in text.strip().splitlines()]


def _arguments(entry: Entry, count: int | None = None, each: str = "p[{}]") -> str:
    """The first `count` of an entry's arguments, or all, to be added to those of a call; each written so."""
    return "".join(f", {each.format(index)}" for index in range(len(entry.arguments) if count is None else count))


def _precise_arguments(entry: Entry) -> str:
    """All of them, for a call that computes in float64."""
    return _arguments(entry, each="np.float64(p[{}])")


# Activations. `work` is the workspace, `rows` the first row of a layer and the one after its last, `p[layer]` its
# activation's arguments.

_LAYER = """
z, a, d, f, m, width = work.flat_z, work.flat_a, work.flat_d, work.flat_f, work.flat_m, work.a.shape[1]
first, last = np.uint64(rows[0] * width), np.uint64(rows[1] * width)
"""
_LOOP = """
{loads}
for i in range(first, last):
    {body}
"""
_LEARN = """
for u in range(np.uint64(rows[1] - rows[0])):
    total = a.dtype.type(0)
    for i in range(first + u * np.uint64(width), first + (u + np.uint64(1)) * np.uint64(width)):
        {body}
        total += d[i] * steepness(z[i], a[i], m[i])
    gradient[np.uint64(slopes) + u] += total
"""


def _loop(entry: Activation, body: str) -> Branch:
    """A loop over the numbers of a layer; what is given to a function is its arguments, or the slope at that place."""
    functions = {"function": entry.function, "derivative": entry.derivative}
    if entry.slope_derivative and "derivative" in body:
        learn = _LEARN.replace("{body}", body.replace("{p}", ", m[i]"))
        return learn, functions | {"steepness": entry.slope_derivative}
    names = [] if entry.slope or entry.grouped else [f"p{index}" for index in range(len(entry.arguments))]
    loads = "".join(f"{name} = p[layer, {index}]\n" for index, name in enumerate(names))
    given = ", m[i]" if entry.slope else "".join(f", {name}" for name in names)
    return _LOOP.replace("{loads}\n", loads).replace("{body}", body.replace("{p}", given)), functions


def _whole(entry: Activation, call: str) -> Branch:
    """A call that is given the layer as arrays (units, n), or of all sums."""
    arrays = {name: f"work.{name}[rows[0] : rows[1]]" for name in "zad"}
    pieces = ", int(p[layer, 0])" if entry.grouped else ""
    return call.format(**arrays, p=pieces), {"function": entry.function, "backward": entry.backward}


activate = _dispatched(  # a = f(z)
    "code, work, rows, p, layer",
    ACTIVATIONS,
    lambda it: _whole(it, "function({z}, {a}{p})") if it.backward else _loop(it, "a[i] = function(z[i]{p})"),
    _LAYER,
)
derive = _dispatched(  # f'(z) in f; the gradient of learned slopes, which start at `slopes`, is added up
    "code, work, rows, p, layer, slopes, gradient",
    ACTIVATIONS,
    lambda it: _loop(it, "f[i] = derivative(z[i], a[i]{p})"),
    _LAYER,
)
pass_back = _dispatched(  # dL/da in d becomes dL/dz
    "code, work, rows, p, layer",
    ACTIVATIONS,
    lambda it: _whole(it, "backward({d}, {z}, {a}{p})") if it.backward else None,
    _LAYER,
    "for i in range(first, last):\n    d[i] *= f[i]",
)

# Losses. `loss_values` takes the output's own rows (outputs, n) and fills `out` (n,), in float64, so that no square
# overflows; logits are never squared, and stay in their precision. `loss_gradient` takes whole arrays and the output's
# `rows`, and fills d with scale * dL/da, or dL/dz where loss and activation are joined.

_VALUE = """
for s in range(np.uint64(n)):
    out[s] = 0
for u in range(np.uint64(a.shape[0])):
    for s in range(np.uint64(n)):
        out[s] += function({values}{p})
"""
_VALUE_ACROSS = """
for s in range(n):
    out[s] = function(z, t, s)
"""
_GRADIENT = """
first = np.uint64(rows[0])
for k in range(np.uint64(t.shape[0])):
    for s in range(np.uint64(a.shape[1])):
        d[first + k, s] = {error} * scale
"""


def _value(entry: Loss) -> Branch:
    if entry.from_logits is None:
        values, given = "np.float64(a[u, s]), np.float64(t[u, s])", _precise_arguments(entry)
        return _VALUE.replace("{values}", values).replace("{p}", given), {"function": entry.function}
    if entry.across_units:
        return _VALUE_ACROSS, {"function": entry.from_logits}
    return _VALUE.replace("{values}{p}", "z[u, s], t[u, s]"), {"function": entry.from_logits}


def _gradient(entry: Loss) -> Branch:
    derivative = f"derivative(a[first + k, s], t[k, s]{_arguments(entry)})"
    error = "(a[first + k, s] - t[k, s])" if entry.joined else derivative
    return _GRADIENT.replace("{error}", error), {"derivative": entry.derivative}


loss_values = _dispatched("code, z, a, t, n, out, p", LOSSES, _value)
loss_gradient = _dispatched("code, a, t, d, rows, scale, p", LOSSES, _gradient)

# Regularizers. `w` and `g` are a layer's weights and their gradients, flat; `rate` is the learning rate.

_ADD = """
for i in range(w.size):
    g[i] += derivative(w[i]{p})
"""
_SHRINK = """
threshold = w.dtype.type(rate) * l1_rate({p})
for i in range(w.size):
    w[i] = shrunk(w[i], threshold)
"""
_SUM = """
for i in range(w.size):
    total += function(np.float64(w[i]){p})
"""


def _add(entry: Regularizer, derivative: Callable[..., Any] | None) -> Branch | None:
    return (_ADD.replace("{p}", _arguments(entry)), {"derivative": derivative}) if derivative else None


def _shrink(entry: Regularizer) -> Branch | None:
    if entry.l1_rate is None:
        return None
    arguments = _arguments(entry).removeprefix(", ")
    return _SHRINK.replace("{p}", arguments), {"l1_rate": entry.l1_rate, "shrunk": soft_threshold}


def _sum(entry: Regularizer) -> Branch:
    return _SUM.replace("{p}", _precise_arguments(entry)), {"function": entry.function}


add_whole = _dispatched("code, w, g, p", REGULARIZERS, lambda it: _add(it, it.derivative))
add_smooth = _dispatched("code, w, g, p", REGULARIZERS, lambda it: _add(it, it.smooth))
shrink = _dispatched("code, w, rate, p", REGULARIZERS, _shrink)
sum_of_penalties = _dispatched("code, w, p", REGULARIZERS, _sum, before="total = 0.0", after="return total")

# Optimizers. `w`, `g` (parameters,), `slots` (SLOTS, parameters); `step` is this update's number, from 1.


def _update(entry: Optimizer) -> Branch:
    arguments = _arguments(entry, len(entry.arguments) - entry.decays)
    slots = [f"slots[{index}, i]" for index in range(entry.slots)]
    corrections = [f"c_{index}" for index in range(entry.correction_count)]
    results = ", ".join(["w[i]", *slots])
    given = ", ".join(["w[i]", "g[i]", *slots, *corrections])
    lines = [f"{', '.join(corrections)}, = corrections(step{arguments})"] if corrections else []
    lines += [f"{name} = w.dtype.type({name})" for name in corrections]  # computed in float64: 1 - beta^t cancels
    lines += ["for i in range(w.size):", f"    {results} = update({given}{arguments})"]
    functions = {"update": entry.update}
    if entry.corrections:
        functions["corrections"] = entry.corrections
    return "\n".join(lines), functions


update = _dispatched("code, w, g, slots, step, p", OPTIMIZERS, _update)

# Schedules. `epoch` and the arguments are float64.


def _factor(entry: Schedule) -> Branch:
    return f"return factor(epoch{_arguments(entry)})", {"factor": entry.factor}


factor = _dispatched("code, epoch, p", SCHEDULES, _factor, otherwise="return 1.0")

# Constraints. `w` is a layer's weights (fan_in, fan_out).


def _constrain(entry: Constraint) -> Branch:
    return f"for u in range(w.shape[1]):\n    function(w[:, u]{_arguments(entry)})", {"function": entry.function}


constrain = _dispatched("code, w, p", CONSTRAINTS, _constrain)

# Metrics. The sum of the scores of the first n samples.

_SCORES = """
for s in range(n):
    total += function(outputs, targets, s, threshold)
"""

sum_of_scores = _dispatched(
    "code, outputs, targets, n, threshold",
    METRICS,
    lambda it: (_SCORES, {"function": it.function}),
    before="total = 0.0",
    after="return total",
)
