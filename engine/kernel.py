"""The compiled training step: forward, loss, backward, update, many times per call and without the GIL.

One kernel trains every architecture: it is told the network by numbers (`network.Architecture`). Arrays are laid out
unit by unit, (units, n): the loop over samples is the innermost, runs through neighbouring memory and becomes vector
instructions. `reference.py` is the same step as a learner would write it, and the tests hold the two together.
"""

from typing import NamedTuple

import numpy as np

from engine import rng
from engine.activations import activate, backpropagate, slopes
from engine.compiled import kernel, part, summing
from engine.losses import loss_gradient, loss_values
from engine.optimizers import update
from engine.regularizers import penalise

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


@part
def add_products(w, x, z):  # type: ignore[no-untyped-def]
    """z (m, n) += w (k, m) transposed times x (k, n); four rows of x at a time, so that z is touched less often."""
    k, m = w.shape
    n = x.shape[1]
    for u in range(m):
        row = z[u]
        i = 0
        while i + 4 <= k:
            w0, w1, w2, w3 = w[i, u], w[i + 1, u], w[i + 2, u], w[i + 3, u]
            x0, x1, x2, x3 = x[i], x[i + 1], x[i + 2], x[i + 3]
            for s in range(n):
                row[s] += w0 * x0[s] + w1 * x1[s] + w2 * x2[s] + w3 * x3[s]
            i += 4
        while i < k:
            w0 = w[i, u]
            x0 = x[i]
            for s in range(n):
                row[s] += w0 * x0[s]
            i += 1


@summing
def add_outer(x, d, dw):  # type: ignore[no-untyped-def]
    """dw (k, m) += x (k, n) times d (m, n) transposed."""
    for i in range(x.shape[0]):
        one = x[i]
        for u in range(d.shape[0]):
            other = d[u]
            total = one[0] * other[0]
            for s in range(1, one.size):
                total += one[s] * other[s]
            dw[i, u] += total


@summing
def add_sums(d, db):  # type: ignore[no-untyped-def]
    """db (m,) += the sum of each row of d (m, n)."""
    for u in range(d.shape[0]):
        row = d[u]
        total = row[0]
        for s in range(1, row.size):
            total += row[s]
        db[u] += total


@summing
def sum_of_squares(g):  # type: ignore[no-untyped-def]
    """The squared length of a vector; not finite if any part of it is not, or if it is too long to be trusted."""
    total = g[0] * g[0]
    for i in range(1, g.size):
        total += g[i] * g[i]
    return total


@part
def forward(net, parameters, work):  # type: ignore[no-untyped-def]
    """From the input rows of `work.a` to all z and a: z = W'x + b, a = f(z), layer by layer."""
    for layer in range(net.activation.size):
        fan_in, fan_out = net.sizes[layer], net.sizes[layer + 1]
        x = work.a[net.rows[layer] : net.rows[layer + 1]]
        z = work.z[net.rows[layer + 1] : net.rows[layer + 2]]
        w = parameters[net.weights[layer] : net.biases[layer]].reshape(fan_in, fan_out)
        b = parameters[net.biases[layer] : net.biases[layer] + fan_out]
        if fan_in * fan_out >= BLAS_WEIGHTS:
            np.dot(w.T, x, z)
            for u in range(fan_out):
                z[u] += b[u]
        else:
            for u in range(fan_out):
                z[u, :] = b[u]
            add_products(w, x, z)
        a = work.a[net.rows[layer + 1] : net.rows[layer + 2]]
        activate(net.activation[layer], z, a, net.activation_arguments[layer])


@part
def output_error(net, work, n, count):  # type: ignore[no-untyped-def]
    """d = dL/dz of the output for the first n samples of the chunk, where L is the mean over `count` samples."""
    last = net.activation.size
    z = work.z[net.rows[last] : net.rows[last + 1]]
    a = work.a[net.rows[last] : net.rows[last + 1]]
    d = work.d[net.rows[last] : net.rows[last + 1]]
    share = count * a.shape[0] if net.mean_over_outputs else count
    loss_gradient(net.loss, a, work.t, d, a.dtype.type(1 / share))
    if not net.joined:
        backpropagate(net.activation[last - 1], d, z, a, net.activation_arguments[last - 1])
    d[:, n:] = 0


@part
def backward(net, parameters, gradient, work):  # type: ignore[no-untyped-def]
    """Adds dL/dW = x d' and dL/db = sum of d to the gradient, and passes the error down: d = W d * f'(z)."""
    for layer in range(net.activation.size - 1, -1, -1):
        fan_in, fan_out = net.sizes[layer], net.sizes[layer + 1]
        x = work.a[net.rows[layer] : net.rows[layer + 1]]
        d = work.d[net.rows[layer + 1] : net.rows[layer + 2]]
        w = parameters[net.weights[layer] : net.biases[layer]].reshape(fan_in, fan_out)
        dw = gradient[net.weights[layer] : net.biases[layer]].reshape(fan_in, fan_out)
        add_sums(d, gradient[net.biases[layer] : net.biases[layer] + fan_out])
        big = fan_in * fan_out >= BLAS_WEIGHTS
        if big:
            dw += np.dot(x, d.T)
        else:
            add_outer(x, d, dw)
        if layer > 0:
            below = work.d[net.rows[layer] : net.rows[layer + 1]]
            if big:
                np.dot(w, d, below)
            else:
                below[:] = 0
                add_products(w.T, d, below)
            z = work.z[net.rows[layer] : net.rows[layer + 1]]
            backpropagate(net.activation[layer - 1], below, z, x, net.activation_arguments[layer - 1])


@kernel
def train(net, state, work, x, targets, order, plan, optimizer_arguments, clock):  # type: ignore[no-untyped-def]
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
            state.previous[:] = parameters
        clock[STEP] += 1
        clock[IN_EPOCH] += batch
        update(plan.optimizer, parameters, gradient, state.slots, np.float64(clock[STEP]), optimizer_arguments)
        if clock[IN_EPOCH] >= samples:
            clock[IN_EPOCH] = 0
            clock[EPOCH] += 1
    clock[CHUNKS] = chunks


@kernel
def predict(net, parameters, work, x, first_row, outputs):  # type: ignore[no-untyped-def]
    """Fills outputs (units, n) with the activations of the last rows, from `first_row` on, for inputs x (features, n)."""
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
def evaluate(net, parameters, work, x, targets, first, count, outputs, losses, gradient, statistics):  # type: ignore[no-untyped-def]
    """Measures one chunk: samples `first` to `first + n` of x (features, count), n as many as fit.

    Fills outputs (outputs, count) and losses (count,). If gradient (P,) is not empty, adds the data loss's gradient over
    all `count` samples to it, and to statistics (rows, STATISTICS) what each unit did.
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
    z = work.z[net.rows[last] : net.rows[last + 1]]
    a = work.a[net.rows[last] : net.rows[last + 1]]
    loss_values(net.loss, z, a, work.t, n, work.loss)
    share = a.shape[0] if net.mean_over_outputs else 1
    losses[first : first + n] = work.loss[:n] / share
    for k in range(a.shape[0]):
        for s in range(n):
            outputs[k, first + s] = a[k, s]
    if gradient.size == 0:
        return
    for layer in range(last):
        rows = slice(net.rows[layer + 1], net.rows[layer + 2])
        slopes(net.activation[layer], work.d[rows], work.z[rows], work.a[rows], net.activation_arguments[layer])
        for u in range(net.rows[layer + 1], net.rows[layer + 2]):
            for s in range(n):
                slope, value = np.float64(work.d[u, s]), np.float64(work.a[u, s])
                statistics[u, SATURATED] += abs(slope) < SATURATION
                statistics[u, LIVE] += slope != 0
                statistics[u, SUM] += value
                statistics[u, SQUARES] += value * value
    output_error(net, work, n, count)
    backward(net, parameters, gradient, work)
