"""The compiled training step: forward, loss, backward, update, many times per call and without the GIL.

One kernel trains every architecture: it is told the network by numbers (`network.Architecture`). Arrays are laid out
unit by unit, (units, n): the loop over samples is the innermost, runs through neighbouring memory and becomes vector
instructions. `reference.py` is the same step as a learner would write it, and the tests hold the two together.
"""

from typing import NamedTuple

import numpy as np

from engine import rng
from engine.activations import activate, backpropagate
from engine.compiled import kernel, part, pasted
from engine.constraints import constrain
from engine.losses import loss_gradient, loss_values
from engine.network import (
    ACTIVATION,
    AFTER_ACTIVATION,
    BEFORE_ACTIVATION,
    BIASES,
    CONSTRAINT,
    DROPOUT,
    NONE,
    NORMALIZATION,
    OF_ACTIVATION,
    OF_CONSTRAINT,
    OF_NORMALIZATION,
    OF_REGULARIZER,
    REGULARIZER,
    ROW,
    SCALES,
    SLOPES,
    SUMS,
    UNITS,
    WEIGHTS,
    Architecture,
)
from engine.normalizations import denormalise, normalise, put_back, put_forth
from engine.optimizers import update
from engine.perturbations import disturb, drop, undrop
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
    kept: np.ndarray  # (rows, width) what dropout multiplied each activation with
    h: np.ndarray  # (rows, width) what is normalised, before scale and shift
    means: np.ndarray  # (rows,) of the batch, or the running ones
    inverses: np.ndarray  # (rows,) one over the standard deviations


class Moment(NamedTuple):
    """Whether a pass belongs to training, and to which step; what is random or follows the batch depends on it."""

    training: bool
    seed: int
    step: int
    first: int  # the place in the batch of the chunk's first sample
    n: int  # samples in the chunk; columns beyond them are padding


class State(NamedTuple):
    """What training changes, beside the clock: all of the same length, one number per parameter."""

    parameters: np.ndarray  # (P,)
    gradient: np.ndarray  # (P,) of the batch under way
    slots: np.ndarray  # (SLOTS, P) the optimizer's memory
    running: np.ndarray  # (2, rows) running means and variances of what is normalised
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


class Results(NamedTuple):
    """What the kernel is to fill; empty arrays for what is not wanted."""

    outputs: np.ndarray
    losses: np.ndarray
    gradient: np.ndarray
    statistics: np.ndarray


def results(
    outputs: np.ndarray,
    losses: np.ndarray | None = None,
    gradient: np.ndarray | None = None,
    statistics: np.ndarray | None = None,
) -> Results:
    """Results with empty arrays in place of what is not given."""
    return Results(
        outputs,
        np.empty(0) if losses is None else losses,
        np.empty(0, outputs.dtype) if gradient is None else gradient,
        np.empty((0, STATISTICS)) if statistics is None else statistics,
    )


def workspace(rows: int, outputs: int, width: int, dtype: np.dtype) -> Workspace:
    """Room for `width` samples at a time, zeroed so that unused columns are harmless."""
    z, a, d = (np.zeros((rows, width), dtype) for _ in range(3))
    targets = np.zeros((outputs, width), dtype)
    flat = z.reshape(-1), a.reshape(-1), d.reshape(-1)
    kept, h = (np.zeros((rows, width), dtype) for _ in range(2))
    return Workspace(z, a, d, targets, np.zeros(width), *flat, kept, h, np.zeros(rows, dtype), np.zeros(rows, dtype))


@part
def rows_of(net: Architecture, layer: int) -> Rows:
    """The rows of a layer's sums; layer 0 is the input."""
    return net.layers[layer, ROW], net.layers[layer, ROW] + net.layers[layer, SUMS]


@part
def units_of(net: Architecture, layer: int) -> Rows:
    """The rows of a layer's units: the sums' own, or in a maxout layer the first of them."""
    return net.layers[layer, ROW], net.layers[layer, ROW] + net.layers[layer, UNITS]


@part
def forward(net: Architecture, parameters: Array, running: Array, work: Workspace, moment: Moment) -> None:
    """From the input rows of `work.a` to all z and a: z = W'x + b, a = f(z), layer by layer."""
    z, a = work.z, work.a
    for layer in range(1, net.layers.shape[0]):
        below, rows = units_of(net, layer - 1), rows_of(net, layer)
        if moment.training and net.arguments[DROPOUT, layer, 0] > 0:
            key = rng.layer_key(moment.seed, rng.DROPOUT, moment.step, layer)
            drop(work, below, net.arguments[DROPOUT, layer, 0], key, moment.first)
        fan_in, fan_out = below[1] - below[0], rows[1] - rows[0]
        start, biases = net.layers[layer, WEIGHTS], net.layers[layer, BIASES]
        if fan_in * fan_out >= BLAS_WEIGHTS:
            w = parameters[start:biases].reshape(fan_in, fan_out)
            np.dot(w.T, a[below[0] : below[1]], z[rows[0] : rows[1]])
            for u in range(fan_out):
                for s in range(z.shape[1]):
                    z[rows[0] + u, s] += parameters[biases + u]
        else:
            fill(z, rows, parameters, biases)
            weigh(parameters, start, fan_out, ONE, a, below, z, rows)
        if net.layers[layer, NORMALIZATION] == BEFORE_ACTIVATION:
            p = net.arguments[OF_NORMALIZATION, layer]
            normalise(z, work, rows, moment.n, parameters, net.layers[layer, SCALES], running, p, moment.training)
        activate(net.layers[layer, ACTIVATION], work, rows, net.arguments[OF_ACTIVATION], layer, net.layers[layer, SLOPES], parameters, moment)
        if net.layers[layer, NORMALIZATION] == AFTER_ACTIVATION:
            p, units = net.arguments[OF_NORMALIZATION, layer], units_of(net, layer)
            normalise(a, work, units, moment.n, parameters, net.layers[layer, SCALES], running, p, moment.training)


@part
def output_error(
    net: Architecture, parameters: Array, gradient: Array, work: Workspace, moment: Moment, count: int
) -> None:
    """d = dL/dz of the output for the samples of the chunk, where L is the mean over `count` samples."""
    last = net.layers.shape[0] - 1
    rows = rows_of(net, last)
    share = count * net.layers[last, UNITS] if net.mean_over_outputs else count
    loss_gradient(net.loss, work.a, work.t, work.d, rows, work.a.dtype.type(1 / share))
    if not net.joined:
        code = net.layers[last, ACTIVATION]
        backpropagate(code, work, rows, net.arguments[OF_ACTIVATION], last, net.layers[last, SLOPES], parameters, moment, gradient)
    for u in range(U(rows[0]), U(rows[1])):
        for s in range(U(moment.n), U(work.d.shape[1])):
            work.d[u, s] = 0


@part
def backward(net: Architecture, parameters: Array, gradient: Array, work: Workspace, moment: Moment) -> None:
    """Adds dL/dW = x d' and dL/db = sum of d to the gradient, and passes the error down: d = W d * f'(z)."""
    a, d = work.a, work.d
    for layer in range(net.layers.shape[0] - 1, 0, -1):
        below, rows = units_of(net, layer - 1), rows_of(net, layer)
        fan_in, fan_out = below[1] - below[0], rows[1] - rows[0]
        start, biases = net.layers[layer, WEIGHTS], net.layers[layer, BIASES]
        sum_rows(d, rows, gradient, biases)
        big = fan_in * fan_out >= BLAS_WEIGHTS
        if big:
            dw = gradient[start:biases].reshape(fan_in, fan_out)
            dw += np.dot(a[below[0] : below[1]], d[rows[0] : rows[1]].T)
        else:
            correlate(a, below, d, rows, gradient, start)
        if layer == 1:
            continue
        if big:
            w = parameters[start:biases].reshape(fan_in, fan_out)
            np.dot(w, d[rows[0] : rows[1]], d[below[0] : below[1]])
        else:
            clear(d, below)
            weigh(parameters, start, ONE, fan_out, d, rows, d, below)
        if moment.training and net.arguments[DROPOUT, layer, 0] > 0:
            undrop(work, below, net.arguments[DROPOUT, layer, 0])
        through_units(net, parameters, gradient, work, moment, layer - 1)


@part
def through_units(
    net: Architecture, parameters: Array, gradient: Array, work: Workspace, moment: Moment, layer: int
) -> None:
    """Takes the error of a layer from what its units gave to the sums that they got."""
    rows, start, n = rows_of(net, layer), net.layers[layer, SCALES], moment.n
    if net.layers[layer, NORMALIZATION] == AFTER_ACTIVATION:
        units = units_of(net, layer)
        denormalise(work, units, n, parameters, gradient, start, moment.training)
        put_back(work, units)
    code = net.layers[layer, ACTIVATION]
    backpropagate(code, work, rows, net.arguments[OF_ACTIVATION], layer, net.layers[layer, SLOPES], parameters, moment, gradient)
    if net.layers[layer, NORMALIZATION] == BEFORE_ACTIVATION:
        denormalise(work, rows, n, parameters, gradient, start, moment.training)


@part
def clip(gradient: Array, value: float, norm: float) -> None:
    """Keeps each number of the gradient within `value`, then its length within `norm`; 0 is no limit."""
    real = gradient.dtype.type
    if value > 0:
        for i in range(gradient.size):
            gradient[i] = min(max(gradient[i], real(-value)), real(value))
    if norm > 0:
        length = np.sqrt(sum_of_squares(gradient))
        if length > norm:
            for i in range(gradient.size):
                gradient[i] *= real(norm / length)


@pasted
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
        moment = Moment(True, plan.seed, clock[STEP], clock[IN_BATCH], n)
        if net.input_noise > 0:
            key = rng.key(plan.seed, rng.INPUT_NOISE, clock[STEP])
            disturb(work.a, x.shape[0], n, net.input_noise, key, moment.first)
        forward(net, parameters, state.running, work, moment)
        output_error(net, parameters, gradient, work, moment, batch)
        backward(net, parameters, gradient, work, moment)
        chunks += 1
        clock[IN_BATCH] += n
        if clock[IN_BATCH] < batch:
            continue
        for layer in range(1, net.layers.shape[0]):
            if net.layers[layer, REGULARIZER] != NONE:
                weights = parameters[net.layers[layer, WEIGHTS] : net.layers[layer, BIASES]]
                errors = gradient[net.layers[layer, WEIGHTS] : net.layers[layer, BIASES]]
                penalise(net.layers[layer, REGULARIZER], weights, errors, net.arguments[OF_REGULARIZER, layer])
        clock[IN_BATCH] = 0
        if not np.isfinite(sum_of_squares(gradient)):
            clock[DIVERGED] = 1  # before the update: the parameters stay at the last finite state
            break
        clip(gradient, net.clip_value, net.clip_norm)
        pieces = -(-min(plan.batch_size, samples) // width)
        if clock[STEP] + 1 == plan.last_step or chunks + pieces > plan.chunks:  # perhaps the last update of this call
            for i in range(parameters.size):
                state.previous[i] = parameters[i]
        clock[STEP] += 1
        clock[IN_EPOCH] += batch
        update(plan.optimizer, parameters, gradient, state.slots, np.float64(clock[STEP]), optimizer_arguments)
        for layer in range(1, net.layers.shape[0]):
            if net.layers[layer, CONSTRAINT] != NONE:
                w = parameters[net.layers[layer, WEIGHTS] : net.layers[layer, BIASES]].reshape(net.layers[layer - 1, UNITS], -1)
                constrain(net.layers[layer, CONSTRAINT], w, net.arguments[OF_CONSTRAINT, layer])
        if clock[IN_EPOCH] >= samples:
            clock[IN_EPOCH] = 0
            clock[EPOCH] += 1
    clock[CHUNKS] = chunks


@pasted
def predict(
    net: Architecture, parameters: Array, running: Array, work: Workspace, x: Array, first_row: int, outputs: Array
) -> None:
    """Fills outputs (units, n) with the activations of the rows from `first_row` on, for inputs x (features, n)."""
    width = work.a.shape[1]
    for first in range(0, x.shape[1], width):
        n = min(width, x.shape[1] - first)
        for f in range(x.shape[0]):
            for s in range(n):
                work.a[f, s] = x[f, first + s]
        forward(net, parameters, running, work, Moment(False, 0, 0, 0, n))
        for row in range(outputs.shape[0]):
            for s in range(n):
                outputs[row, first + s] = work.a[first_row + row, s]


@part
def fill_slopes(
    net: Architecture, parameters: Array, nowhere: Array, work: Workspace, moment: Moment, layer: int, rows: Rows
) -> None:
    """d = f'(z) for the units of a layer; where they depend on each other (softmax), each on its own: a (1 - a).

    A unit that takes the largest of several sums passes its error on whole: 1.
    """
    a, d = work.a, work.d
    joint = net.joint_output and layer == net.layers.shape[0] - 1
    for u in range(U(rows[0]), U(rows[1])):
        for s in range(U(d.shape[1])):
            d[u, s] = a[u, s] * (1 - a[u, s]) if joint else 1
    if not joint and rows == rows_of(net, layer):
        after = net.layers[layer, NORMALIZATION] == AFTER_ACTIVATION
        if after:
            put_back(work, rows)
        code = net.layers[layer, ACTIVATION]
        backpropagate(code, work, rows, net.arguments[OF_ACTIVATION], layer, net.layers[layer, SLOPES], parameters, moment, nowhere)
        if after:
            put_forth(work, rows, parameters, net.layers[layer, SCALES])


# Columns of the statistics that `evaluate` adds up for each unit.
SATURATED, LIVE, SUM, SQUARES = range(4)
STATISTICS = 4
SATURATION = 0.01


@pasted
def evaluate(
    net: Architecture,
    parameters: Array,
    running: Array,
    work: Workspace,
    x: Array,
    targets: Array,
    first: int,
    results: Results,
) -> None:
    """Measures one chunk: samples `first` to `first + n` of x (features, count), n as many as fit.

    Fills the outputs (outputs, count) and losses (count,). If the gradient (P,) is not empty, adds to it the data loss's
    gradient over all `count` samples, and to the statistics (rows, STATISTICS) what each unit did.
    """
    count, outputs, gradient, statistics = x.shape[1], results.outputs, results.gradient, results.statistics
    n = min(work.a.shape[1], count - first)
    last = net.layers.shape[0] - 1
    for f in range(x.shape[0]):
        for s in range(n):
            work.a[f, s] = x[f, first + s]
    for k in range(targets.shape[0]):
        for s in range(n):
            work.t[k, s] = targets[k, first + s]
    moment = Moment(False, 0, 0, 0, n)
    forward(net, parameters, running, work, moment)
    rows = rows_of(net, last)
    loss_values(net.loss, work.z[rows[0] : rows[1]], work.a[rows[0] : rows[1]], work.t, n, work.loss)
    share = targets.shape[0] if net.mean_over_outputs else 1
    for s in range(n):
        results.losses[first + s] = work.loss[s] / share
    for k in range(targets.shape[0]):
        for s in range(n):
            outputs[k, first + s] = work.a[rows[0] + k, s]
    if gradient.size > 0:
        look_at_units(net, parameters, gradient, work, moment, statistics)
        output_error(net, parameters, gradient, work, moment, count)
        backward(net, parameters, gradient, work, moment)


@part
def look_at_units(
    net: Architecture, parameters: Array, gradient: Array, work: Workspace, moment: Moment, statistics: Array
) -> None:
    """Adds to the statistics (rows, STATISTICS) what each unit did with the chunk's samples."""
    for layer in range(1, net.layers.shape[0]):
        rows = units_of(net, layer)
        fill_slopes(net, parameters, gradient[:0], work, moment, layer, rows)
        for u in range(rows[0], rows[1]):
            for s in range(moment.n):
                slope, value = np.float64(work.d[u, s]), np.float64(work.a[u, s])
                statistics[u, SATURATED] += abs(slope) < SATURATION
                statistics[u, LIVE] += slope != 0
                statistics[u, SUM] += value
                statistics[u, SQUARES] += value * value


TRAIN, EVALUATE, PREDICT = range(3)


@kernel
def run(
    task: int,
    net: Architecture,
    state: State,
    work: Workspace,
    x: Array,
    targets: Array,
    order: Array,
    plan: Plan,
    optimizer_arguments: Array,
    clock: Array,
    first: int,
    results: Results,
) -> None:
    """The one entry point: see `train`, `evaluate` (from sample `first` on) and `predict` (from row `first` on).

    Together in one, so that what they share is compiled once.
    """
    if task == TRAIN:
        train(net, state, work, x, targets, order, plan, optimizer_arguments, clock)
    elif task == EVALUATE:
        evaluate(net, state.parameters, state.running, work, x, targets, first, results)
    else:
        predict(net, state.parameters, state.running, work, x, first, results.outputs)

