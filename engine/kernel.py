"""The compiled training step: forward, loss, backward, update, many times per call and without the GIL.

One kernel trains every architecture: it is told the network by numbers (`network.Architecture`). Arrays are laid out
unit by unit, (units, n): the loop over samples is the innermost, runs through neighbouring memory and becomes vector
instructions. `reference.py` is the same step as a learner would write it, and the tests hold the two together.
"""

from typing import NamedTuple

import numpy as np

from engine import rng
from engine.activations import activate, backpropagate
from engine.compiled import inlined, kernel, part
from engine.losses import loss_gradient, loss_values
from engine.network import Architecture
from engine.optimizers import update
from engine.products import Array, Rows, U, clear, correlate, fill, sum_of_squares, sum_rows, weigh
from engine.regularizers import penalise

ONE = np.int64(1)  # a literal 1 would be a type of its own, and compile `weigh` twice

# Below this many weights plain loops beat the call of a matrix library.
BLAS_WEIGHTS = 1024


class Workspace(NamedTuple):
    """Room for one chunk of samples: sums z, activations a and errors d = dL/dz of all units, input rows first."""

    z: np.ndarray  # (rows, width)
    a: np.ndarray  # (rows, width)
    d: np.ndarray  # (rows, width)
    t: np.ndarray  # (outputs, width) targets
    loss: np.ndarray  # (width,) float64
    flat_z: np.ndarray  # z, a and d once more, as (rows * width,)
    flat_a: np.ndarray
    flat_d: np.ndarray


class State(NamedTuple):
    """What training changes, beside the clock: all of the same length, one number per parameter."""

    parameters: np.ndarray  # (P,)
    gradient: np.ndarray  # (P,) of the batch under way
    slots: np.ndarray  # (SLOTS, P) the optimizer's memory
    previous: np.ndarray  # (P,) the parameters before the last update of a call, to measure how much it changed them


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
    chunks: int  # at most so many chunks


def workspace(rows: int, outputs: int, width: int, dtype: np.dtype) -> Workspace:
    """Room for `width` samples at a time, zeroed so that unused columns are harmless."""
    z, a, d = (np.zeros((rows, width), dtype) for _ in range(3))
    targets = np.zeros((outputs, width), dtype)
    return Workspace(z, a, d, targets, np.zeros(width), z.reshape(-1), a.reshape(-1), d.reshape(-1))


@inlined
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
            fill(z, rows, parameters, biases)
            weigh(parameters, start, fan_out, ONE, a, below, z, rows)
        activate(net.activation[layer], work, rows, net.activation_arguments, layer)


@inlined
def output_error(net: Architecture, work: Workspace, n: int, count: int) -> None:
    """d = dL/dz of the output for the first n samples of the chunk, where L is the mean over `count` samples."""
    last = net.activation.size - 1
    rows = net.rows[last + 1], net.rows[last + 2]
    share = count * net.sizes[last + 1] if net.mean_over_outputs else count
    loss_gradient(net.loss, work.a, work.t, work.d, rows, work.a.dtype.type(1 / share))
    if not net.joined:
        backpropagate(net.activation[last], work, rows, net.activation_arguments, last)
    for u in range(U(rows[0]), U(rows[1])):
        for s in range(U(n), U(work.d.shape[1])):
            work.d[u, s] = 0


@inlined
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
            clear(d, below)
            weigh(parameters, start, ONE, fan_out, d, rows, d, below)
        backpropagate(net.activation[layer - 1], work, below, net.activation_arguments, layer - 1)


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
        for s in range(U(n)):
            sample = U(order[U(first) + s])
            for f in range(U(x.shape[0])):
                work.a[f, s] = x[f, sample]
            for k in range(U(targets.shape[0])):
                work.t[k, s] = targets[k, sample]
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
        pieces = -(-min(plan.batch_size, samples) // width)
        if clock[STEP] + 1 == plan.last_step or chunks + pieces > plan.chunks:  # perhaps the last update of this call
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


@part
def fill_slopes(net: Architecture, work: Workspace, layer: int, rows: Rows) -> None:
    """d = f'(z) for the rows of a layer; where the units depend on each other (softmax), each on its own: a (1 - a)."""
    a, d = work.a, work.d
    joint = net.joint_output and layer == net.activation.size - 1
    for u in range(U(rows[0]), U(rows[1])):
        for s in range(U(d.shape[1])):
            d[u, s] = a[u, s] * (1 - a[u, s]) if joint else 1
    if not joint:
        backpropagate(net.activation[layer], work, rows, net.activation_arguments, layer)


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
        fill_slopes(net, work, layer, rows)
        for u in range(rows[0], rows[1]):
            for s in range(n):
                slope, value = np.float64(work.d[u, s]), np.float64(work.a[u, s])
                statistics[u, SATURATED] += abs(slope) < SATURATION
                statistics[u, LIVE] += slope != 0
                statistics[u, SUM] += value
                statistics[u, SQUARES] += value * value
    output_error(net, work, n, count)
    backward(net, parameters, gradient, work)
