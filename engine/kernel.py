"""The compiled training step: forward, loss, backward, update, many times per call and without the GIL.

One kernel trains every architecture: it is told the network by numbers (`network.Architecture`). Arrays are laid out
unit by unit, (units, n): the loop over samples is the innermost, runs through neighbouring memory and becomes vector
instructions. `reference.py` is the same step as a learner would write it, and the tests hold the two together.
"""

from typing import Any, NamedTuple, TypeAlias

import numpy as np

from engine import rng
from engine.activations import activate, backpropagate, slopes
from engine.compiled import kernel, part, summing
from engine.losses import loss_gradient, loss_values
from engine.network import Architecture
from engine.optimizers import update
from engine.regularizers import penalise

Array: TypeAlias = np.ndarray[Any, Any]
Rows: TypeAlias = tuple[int, int]  # the first row and the one after the last

# Below this many weights plain loops beat the call of a matrix library.
BLAS_WEIGHTS = 1024


class Workspace(NamedTuple):
    """Room for one chunk of samples: sums z, activations a and errors d = dL/dz of all units, input rows first."""

    z: np.ndarray  # (rows, width)
    a: np.ndarray  # (rows, width)
    d: np.ndarray  # (rows, width)
    t: np.ndarray  # (outputs, width) targets
    loss: np.ndarray  # (width,) float64


class State(NamedTuple):
    """What training changes, beside the clock: all of the same length, one number per parameter."""

    parameters: np.ndarray  # (P,)
    gradient: np.ndarray  # (P,) of the batch under way
    slots: np.ndarray  # (SLOTS, P) the optimizer's memory
    previous: np.ndarray  # (P,) the parameters before the last watched update


# The clock: where training stands. An integer array, so that a run can be stopped anywhere and taken up again.
STEP, EPOCH, IN_EPOCH, IN_BATCH, DIVERGED, CHUNKS = range(6)
CLOCK = 6


class Plan(NamedTuple):
    """What the next call is to do."""

    optimizer: int
    batch_size: int
    shuffle: bool
    seed: int
    last_step: int  # stop before the step after this one
    watched_step: int  # remember the parameters before this step, to measure how much it changed them
    chunks: int  # at most so many chunks


def workspace(rows: int, outputs: int, width: int, dtype: np.dtype) -> Workspace:
    """Room for `width` samples at a time, zeroed so that unused columns are harmless."""
    return Workspace(
        np.zeros((rows, width), dtype),
        np.zeros((rows, width), dtype),
        np.zeros((rows, width), dtype),
        np.zeros((outputs, width), dtype),
        np.zeros(width),
    )


# The loops below name rows of whole arrays instead of cutting arrays into views: on small networks the bookkeeping of
# views would cost more than the arithmetic.


@part
def weigh(parameters: Array, start: int, down: int, across: int, x: Array, k: Rows, z: Array, m: Rows) -> None:
    """z (m rows) += w' x, with w[i, u] at parameters[start + i * down + u * across].

    `x`, `k` are an array and the range of its rows, `z`, `m` likewise. Four rows of x are taken at a time, so that z is
    read and written less often.
    """
    width = x.shape[1]
    x_first, x_last = k
    z_first, z_last = m
    for row in range(z_first, z_last):
        w = start + (row - z_first) * across
        i = x_first
        while i + 4 <= x_last:
            w0, w1 = parameters[w], parameters[w + down]
            w2, w3 = parameters[w + 2 * down], parameters[w + 3 * down]
            for s in range(width):
                z[row, s] += w0 * x[i, s] + w1 * x[i + 1, s] + w2 * x[i + 2, s] + w3 * x[i + 3, s]
            w += 4 * down
            i += 4
        while i < x_last:
            w0 = parameters[w]
            for s in range(width):
                z[row, s] += w0 * x[i, s]
            w += down
            i += 1


@summing
def correlate(x: Array, k: Rows, d: Array, m: Rows, gradient: Array, start: int) -> None:
    """gradient[start:] as (k rows, m rows) += x d': for each pair of rows the sum of their products."""
    width = x.shape[1]
    at = start
    for i in range(k[0], k[1]):
        for u in range(m[0], m[1]):
            total = x[i, 0] * d[u, 0]
            for s in range(1, width):
                total += x[i, s] * d[u, s]
            gradient[at] += total
            at += 1


@summing
def sum_rows(d: Array, m: Rows, gradient: Array, start: int) -> None:
    """gradient[start:] (m rows) += the sum of each row of d."""
    for u in range(m[0], m[1]):
        total = d[u, 0]
        for s in range(1, d.shape[1]):
            total += d[u, s]
        gradient[start + u - m[0]] += total


@summing
def sum_of_squares(g: Array) -> Any:
    """The squared length of a vector; not finite if any part of it is not, or if it is too long to be trusted."""
    total = g[0] * g[0]
    for i in range(1, g.size):
        total += g[i] * g[i]
    return total


@part
def forward(net: Architecture, parameters: Array, work: Workspace) -> None:
    """From the input rows of `work.a` to all z and a: z = W'x + b, a = f(z), layer by layer."""
    z, a = work.z, work.a
    for layer in range(net.activation.size):
        below = net.rows[layer], net.rows[layer + 1]
        rows = net.rows[layer + 1], net.rows[layer + 2]
        fan_in, fan_out = net.sizes[layer], net.sizes[layer + 1]
        start, biases = net.weights[layer], net.biases[layer]
        if fan_in * fan_out >= BLAS_WEIGHTS:
            w = parameters[start:biases].reshape(fan_in, fan_out)
            np.dot(w.T, a[below[0] : below[1]], z[rows[0] : rows[1]])
            for u in range(fan_out):
                for s in range(z.shape[1]):
                    z[rows[0] + u, s] += parameters[biases + u]
        else:
            for u in range(fan_out):
                for s in range(z.shape[1]):
                    z[rows[0] + u, s] = parameters[biases + u]
            weigh(parameters, start, fan_out, 1, a, below, z, rows)
        activate(net.activation[layer], z, a, rows, net.activation_arguments, layer)


@part
def output_error(net: Architecture, work: Workspace, n: int, count: int) -> None:
    """d = dL/dz of the output for the first n samples of the chunk, where L is the mean over `count` samples."""
    last = net.activation.size - 1
    rows = net.rows[last + 1], net.rows[last + 2]
    share = count * net.sizes[last + 1] if net.mean_over_outputs else count
    loss_gradient(net.loss, work.a, work.t, work.d, rows, work.a.dtype.type(1 / share))
    if not net.joined:
        backpropagate(net.activation[last], work.d, work.z, work.a, rows, net.activation_arguments, last)
    for u in range(rows[0], rows[1]):
        for s in range(n, work.d.shape[1]):
            work.d[u, s] = 0


@part
def backward(net: Architecture, parameters: Array, gradient: Array, work: Workspace) -> None:
    """Adds dL/dW = x d' and dL/db = sum of d to the gradient, and passes the error down: d = W d * f'(z)."""
    a, d = work.a, work.d
    for layer in range(net.activation.size - 1, -1, -1):
        below = net.rows[layer], net.rows[layer + 1]
        rows = net.rows[layer + 1], net.rows[layer + 2]
        fan_in, fan_out = net.sizes[layer], net.sizes[layer + 1]
        start, biases = net.weights[layer], net.biases[layer]
        sum_rows(d, rows, gradient, biases)
        big = fan_in * fan_out >= BLAS_WEIGHTS
        if big:
            dw = gradient[start:biases].reshape(fan_in, fan_out)
            dw += np.dot(a[below[0] : below[1]], d[rows[0] : rows[1]].T)
        else:
            correlate(a, below, d, rows, gradient, start)
        if layer == 0:
            continue
        if big:
            w = parameters[start:biases].reshape(fan_in, fan_out)
            np.dot(w, d[rows[0] : rows[1]], d[below[0] : below[1]])
        else:
            for i in range(below[0], below[1]):
                for s in range(d.shape[1]):
                    d[i, s] = 0
            weigh(parameters, start, 1, fan_out, d, rows, d, below)
        backpropagate(net.activation[layer - 1], d, work.z, a, below, net.activation_arguments, layer - 1)


@kernel
def train(
    net: Architecture,
    state: State,
    work: Workspace,
    x: Array,
    targets: Array,
    order: Array,
    plan: Plan,
    optimizer_arguments: Array,
    clock: Array,
) -> None:
    """Trains for at most `plan.chunks` chunks, or up to `plan.last_step`, or until a number is no longer finite.

    x (features, n) and targets (outputs, n) are the training samples, `order` (n,) this epoch's permutation.
    """
    samples, width = x.shape[1], work.a.shape[1]
    parameters, gradient = state.parameters, state.gradient
    chunks = 0
    while chunks < plan.chunks and clock[STEP] < plan.last_step:
        if plan.shuffle and clock[IN_EPOCH] == 0 and clock[IN_BATCH] == 0:
            rng.shuffle(order, plan.seed, clock[EPOCH])
        batch = min(plan.batch_size, samples - clock[IN_EPOCH])
        first = clock[IN_EPOCH] + clock[IN_BATCH]
        n = min(width, batch - clock[IN_BATCH])
        if clock[IN_BATCH] == 0:
            gradient[:] = 0
        for f in range(x.shape[0]):
            for s in range(n):
                work.a[f, s] = x[f, order[first + s]]
        for k in range(targets.shape[0]):
            for s in range(n):
                work.t[k, s] = targets[k, order[first + s]]
        forward(net, parameters, work)
        output_error(net, work, n, batch)
        backward(net, parameters, gradient, work)
        chunks += 1
        clock[IN_BATCH] += n
        if clock[IN_BATCH] < batch:
            continue
        for layer in range(net.activation.size):
            if net.regularizer[layer] >= 0:
                weights = parameters[net.weights[layer] : net.biases[layer]]
                errors = gradient[net.weights[layer] : net.biases[layer]]
                penalise(net.regularizer[layer], weights, errors, net.regularizer_arguments[layer])
        clock[IN_BATCH] = 0
        if not np.isfinite(sum_of_squares(gradient)):
            clock[DIVERGED] = 1  # before the update: the parameters stay at the last finite state
            break
        if clock[STEP] + 1 == plan.watched_step:
            for i in range(parameters.size):
                state.previous[i] = parameters[i]
        clock[STEP] += 1
        clock[IN_EPOCH] += batch
        update(plan.optimizer, parameters, gradient, state.slots, np.float64(clock[STEP]), optimizer_arguments)
        if clock[IN_EPOCH] >= samples:
            clock[IN_EPOCH] = 0
            clock[EPOCH] += 1
    clock[CHUNKS] = chunks


@kernel
def predict(net: Architecture, parameters: Array, work: Workspace, x: Array, first_row: int, outputs: Array) -> None:
    """Fills outputs (units, n) with the activations of the rows from `first_row` on, for inputs x (features, n)."""
    width = work.a.shape[1]
    for first in range(0, x.shape[1], width):
        n = min(width, x.shape[1] - first)
        for f in range(x.shape[0]):
            for s in range(n):
                work.a[f, s] = x[f, first + s]
        forward(net, parameters, work)
        for row in range(outputs.shape[0]):
            for s in range(n):
                outputs[row, first + s] = work.a[first_row + row, s]


# Columns of the statistics that `evaluate` adds up for each unit.
SATURATED, LIVE, SUM, SQUARES = range(4)
STATISTICS = 4
SATURATION = 0.01


@kernel
def evaluate(
    net: Architecture,
    parameters: Array,
    work: Workspace,
    x: Array,
    targets: Array,
    first: int,
    count: int,
    outputs: Array,
    losses: Array,
    gradient: Array,
    statistics: Array,
) -> None:
    """Measures one chunk: samples `first` to `first + n` of x (features, count), n as many as fit.

    Fills outputs (outputs, count) and losses (count,). If gradient (P,) is not empty, adds to it the data loss's
    gradient over all `count` samples, and to statistics (rows, STATISTICS) what each unit did.
    """
    n = min(work.a.shape[1], count - first)
    last = net.activation.size
    for f in range(x.shape[0]):
        for s in range(n):
            work.a[f, s] = x[f, first + s]
    for k in range(targets.shape[0]):
        for s in range(n):
            work.t[k, s] = targets[k, first + s]
    forward(net, parameters, work)
    rows = net.rows[last], net.rows[last + 1]
    loss_values(net.loss, work.z[rows[0] : rows[1]], work.a[rows[0] : rows[1]], work.t, n, work.loss)
    share = targets.shape[0] if net.mean_over_outputs else 1
    for s in range(n):
        losses[first + s] = work.loss[s] / share
    for k in range(targets.shape[0]):
        for s in range(n):
            outputs[k, first + s] = work.a[rows[0] + k, s]
    if gradient.size == 0:
        return
    for layer in range(last):
        rows = net.rows[layer + 1], net.rows[layer + 2]
        slopes(net.activation[layer], work.d, work.z, work.a, rows, net.activation_arguments, layer)
        for u in range(rows[0], rows[1]):
            for s in range(n):
                slope, value = np.float64(work.d[u, s]), np.float64(work.a[u, s])
                statistics[u, SATURATED] += abs(slope) < SATURATION
                statistics[u, LIVE] += slope != 0
                statistics[u, SUM] += value
                statistics[u, SQUARES] += value * value
    output_error(net, work, n, count)
    backward(net, parameters, gradient, work)
