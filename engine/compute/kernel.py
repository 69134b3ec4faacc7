"""The compiled training step: forward, loss, backward, update, many times per call and without the GIL.

One kernel trains every architecture: it is told the network by numbers (`network.Architecture`). Arrays are laid out
unit by unit, (units, n): the loop over samples is the innermost, runs through neighboring memory and becomes vector
instructions. `reference.py` is the same step as a learner would write it, and the tests hold the two together.
"""

from typing import NamedTuple

import numpy as np

from engine import rng
from engine.components.schedules import ARGUMENTS
from engine.compute.dispatch import activate, derive, factor, loss_gradient, loss_values, pass_back, update
from engine.compute.jit import inlined, kernel, part
from engine.compute.layers import code_of, rows_of, units_of
from engine.compute.matmul import (
    LANES,
    Array,
    U,
    clear,
    correlate,
    correlate_by_library,
    fill,
    pass_down_by_library,
    sum_of_squares,
    sum_rows,
    weigh,
    weigh_by_library,
    weigh_one,
)
from engine.compute.options import (
    add_noise,
    add_penalties,
    clip,
    constrain_weights,
    denormalize_layer,
    drop_inputs,
    normalize_layer,
    set_slopes,
    shrink_weights,
    take_off,
    undrop_inputs,
)
from engine.compute.rows import (
    DONE,
    PART,
    PARTS,
    SAMPLE,
    STATISTICS,
    Row,
    add_measures,
    begin_row,
    finish_part,
    finish_row,
    look_at_slopes,
    look_at_values,
)
from engine.network.network import (
    ACTIVATION,
    AFTER_ACTIVATION,
    BEFORE_ACTIVATION,
    BIASES,
    NONE,
    OF_ACTIVATION,
    OF_LOSS,
    SLOPES,
    UNITS,
    WEIGHTS,
    Architecture,
)

ONE = np.int64(1)  # a literal 1 would be a type of its own, and compile `weigh` twice

OVERHEAD = 500  # work units that any chunk costs beside its multiplications

# Below this many weights plain loops beat the call of a matrix library, where they can use whole registers.
BLAS_WEIGHTS = 1024


class Room(NamedTuple):
    """Memory for a workspace, in few arrays: each that is handed over makes every call longer."""

    blocks: np.ndarray  # (7, rows, width)
    flat: np.ndarray  # (7, rows * width) the same memory
    t: np.ndarray
    w: np.ndarray
    loss: np.ndarray
    moments: np.ndarray  # (2, rows)
    one: np.ndarray

    @property
    def width(self) -> int:
        """How many samples go through at a time."""
        return self.blocks.shape[2]


class Workspace(NamedTuple):
    """Room for one chunk of samples: sums z, activations a and errors d = dL/dz of all units, input rows first."""

    z: np.ndarray  # (rows, width)
    a: np.ndarray  # (rows, width)
    d: np.ndarray  # (rows, width)
    t: np.ndarray  # (outputs, width) targets
    w: np.ndarray  # (width,) how much each sample counts
    loss: np.ndarray  # (width,) float64
    flat_z: np.ndarray  # z, a and d once more, as (rows * width,)
    flat_a: np.ndarray
    flat_d: np.ndarray
    f: np.ndarray  # (rows, width) the activations' derivatives
    m: np.ndarray  # (rows, width) slopes of activations that differ from unit to unit
    flat_f: np.ndarray
    flat_m: np.ndarray
    kept: np.ndarray  # (rows, width) what dropout multiplied each activation with
    h: np.ndarray  # (rows, width) what is normalized, before scale and shift
    means: np.ndarray  # (rows,) of the batch, or the running ones
    inverses: np.ndarray  # (rows,) one over the standard deviations
    one: np.ndarray  # (1,) a 1, where the matrix library wants the address of one


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
    running: np.ndarray  # (2, rows) running means and variances of what is normalized
    previous: np.ndarray  # (P,) the parameters before the last update of a call, to measure how much it changed them
    mask: np.ndarray  # (P,) 1, or 0 for parameters that stay 0 forever; (0,) if there are none such


NEVER = 2**62  # as a number of steps or chunks

# The clock: where training stands. An integer array, so that a run can be stopped anywhere and taken up again.
STEP, EPOCH, IN_EPOCH, IN_BATCH, DIVERGED, CHUNKS = range(6)
CLOCK = 6


# Only an update longer than this, or weight decay that turns weights round, can make finite parameters infinite.
RISKY = 1e25

# How the weights' penalties have their effect: their smooth part in the gradient and their l1 part as a soft threshold
# after the update; or, in a replay, wholly after the update.
NO_PENALTY, PROXIMAL, REPLAYED = range(3)


class Plan(NamedTuple):
    """What the next call is to do."""

    optimizer: int
    learning_rate: float
    weight_decay: float
    schedule: int
    schedule_arguments: np.ndarray  # (schedules.ARGUMENTS,) float64
    batch_size: int
    carried: int  # samples left over at an epoch's end, for the next one's first batch; they begin the order too
    penalty: int  # NO_PENALTY, PROXIMAL or REPLAYED
    sever: bool  # a weight that its penalty pushes through 0 is 0 forever
    shuffle: bool
    seed: int
    last_step: int  # stop before the step after this one
    work: int  # in training: about so many multiply-adds
    row_step: int  # the step after which the next row is measured
    row_stride: int  # steps from one row to the next
    chunks: int  # when looking: at most so many chunks


# The plan of a call that only looks.
LOOK = Plan(0, 0.0, 0.0, 0, np.zeros(ARGUMENTS), 1, 0, NO_PENALTY, False, False, 0, 0, 0, NEVER, 1, NEVER)


class Results(NamedTuple):
    """What the kernel is to fill; empty arrays for what is not wanted."""

    outputs: np.ndarray
    losses: np.ndarray
    gradient: np.ndarray
    statistics: np.ndarray


def results(outputs: np.ndarray, losses: np.ndarray | None = None, gradient: np.ndarray | None = None) -> Results:
    """Results with empty arrays in place of what is not given."""
    return Results(
        outputs,
        np.empty(0) if losses is None else losses,
        np.empty(0, outputs.dtype) if gradient is None else gradient,
        np.empty((0, STATISTICS)),
    )


def room(rows: int, outputs: int, width: int, dtype: np.dtype) -> Room:
    """Room for `width` samples at a time, zeroed so that unused columns are harmless."""
    blocks = np.zeros((7, rows, width), dtype)
    return Room(
        blocks=blocks,
        flat=blocks.reshape(7, -1),
        t=np.zeros((outputs, width), dtype),
        w=np.ones(width, dtype),
        loss=np.zeros(width),
        moments=np.zeros((2, rows), dtype),
        one=np.ones(1, dtype),
    )


@inlined
def workspace(room: Room) -> Workspace:
    """The workspace in a room."""
    return Workspace(
        z=room.blocks[0],
        a=room.blocks[1],
        d=room.blocks[2],
        t=room.t,
        w=room.w,
        loss=room.loss,
        flat_z=room.flat[0],
        flat_a=room.flat[1],
        flat_d=room.flat[2],
        f=room.blocks[3],
        m=room.blocks[4],
        flat_f=room.flat[3],
        flat_m=room.flat[4],
        kept=room.blocks[5],
        h=room.blocks[6],
        means=room.moments[0],
        inverses=room.moments[1],
        one=room.one,
    )


@inlined
def forward(net: Architecture, parameters: Array, running: Array, work: Workspace, moment: Moment) -> None:
    """From the input rows of `work.a` to all z and a: z = W'x + b, a = f(z), layer by layer."""
    z, a = work.z, work.a
    for layer in range(1, net.layers.shape[0]):
        below, rows = units_of(net, layer - 1), rows_of(net, layer)
        drop_inputs(net, work, moment, below, layer)
        fan_in, fan_out = below[1] - below[0], rows[1] - rows[0]
        start, biases = net.layers[layer, WEIGHTS], net.layers[layer, BIASES]
        fill(z, rows, parameters, biases)
        if z.shape[1] == 1:
            weigh_one(parameters, start, fan_out, ONE, a, below, z, rows)
        elif fan_in * fan_out >= BLAS_WEIGHTS or z.shape[1] % LANES != 0:
            weigh_by_library(parameters[start:], work.one, a[below[0] : below[1]], z[rows[0] : rows[1]])
        else:
            weigh(parameters, start, fan_out, ONE, a, below, z, rows)
        normalize_layer(net, BEFORE_ACTIVATION, parameters, running, work, moment, layer)
        set_slopes(net, parameters, work, moment, layer)
        activate(net.layers[layer, ACTIVATION], work, rows, net.arguments[OF_ACTIVATION], layer)
        normalize_layer(net, AFTER_ACTIVATION, parameters, running, work, moment, layer)


@inlined
def output_error(net: Architecture, work: Workspace, moment: Moment, count: int) -> None:
    """d = dL/da of the output for the samples of the chunk, or dL/dz where both are computed together.

    L is the mean over `count` samples. Columns beyond the chunk's samples get 0 and so change nothing.
    """
    last = net.layers.shape[0] - 1
    rows = rows_of(net, last)
    share = count * net.layers[last, UNITS] if net.mean_over_outputs else count
    scale = work.a.dtype.type(1 / share)
    loss_gradient(code_of(net, net.loss), work.a, work.t, work.d, rows, scale, net.arguments[OF_LOSS, 0])
    for u in range(U(rows[0]), U(rows[1])):
        for s in range(U(work.d.shape[1])):
            work.d[u, s] *= work.w[s]
        for s in range(U(moment.n), U(work.d.shape[1])):
            work.d[u, s] = 0


@inlined
def backward(
    net: Architecture, parameters: Array, gradient: Array, work: Workspace, moment: Moment, statistics: Array
) -> None:
    """Adds dL/dW = x d' and dL/db = sum of d to the gradient, and passes the error down: W d, times f'(z).

    Adds to the statistics (rows, STATISTICS), if there are any, what each unit did with the chunk's samples.
    """
    a, d = work.a, work.d
    for layer in range(net.layers.shape[0] - 1, 0, -1):
        through_units(net, parameters, gradient, work, moment, layer, statistics)
        below, rows = units_of(net, layer - 1), rows_of(net, layer)
        fan_in, fan_out = below[1] - below[0], rows[1] - rows[0]
        start, biases = net.layers[layer, WEIGHTS], net.layers[layer, BIASES]
        sum_rows(d, rows, gradient, biases)
        single = a.shape[1] == 1
        big = fan_in * fan_out >= BLAS_WEIGHTS and not single
        if big:
            correlate_by_library(work.one, a[below[0] : below[1]], d[rows[0] : rows[1]], gradient[start:])
        else:
            correlate(a, below, d, rows, gradient, start)
        if layer == 1:
            break
        clear(d, below)
        if big or (a.shape[1] % LANES != 0 and not single):
            pass_down_by_library(parameters[start:], work.one, d[rows[0] : rows[1]], d[below[0] : below[1]])
        elif single:
            weigh_one(parameters, start, ONE, fan_out, d, rows, d, below)
        else:
            weigh(parameters, start, ONE, fan_out, d, rows, d, below)
        undrop_inputs(net, work, moment, below, layer)


@inlined
def through_units(
    net: Architecture,
    parameters: Array,
    gradient: Array,
    work: Workspace,
    moment: Moment,
    layer: int,
    statistics: Array,
) -> None:
    """Takes the error of a layer from what its units gave to the sums that they got."""
    rows, units = rows_of(net, layer), units_of(net, layer)
    looking, joined = statistics.size > 0, net.joined and layer == net.layers.shape[0] - 1
    if looking:
        look_at_values(work.a, units, moment.n, statistics)
    denormalize_layer(net, AFTER_ACTIVATION, parameters, gradient, work, moment, layer)
    if looking or not joined:
        code, arguments = net.layers[layer, ACTIVATION], net.arguments[OF_ACTIVATION]
        derive(code, work, rows, arguments, layer, net.layers[layer, SLOPES], gradient)
        if looking:
            look_at_slopes(work.f, units, moment.n, statistics)
        if not joined:
            pass_back(code, work, rows, arguments, layer)
    denormalize_layer(net, BEFORE_ACTIVATION, parameters, gradient, work, moment, layer)


@inlined
def take_batch(
    net: Architecture, work: Workspace, x: Array, targets: Array, weights: Array, order: Array, plan: Plan, clock: Array
) -> int:
    """Puts the next samples of the batch under way into the workspace, and says how many."""
    if plan.shuffle and clock[IN_EPOCH] == 0 and clock[IN_BATCH] == 0:
        rng.shuffle(order, plan.seed, clock[EPOCH])
    first = clock[IN_EPOCH] + clock[IN_BATCH]
    if plan.carried > 0:
        first += plan.carried - left_over(plan.batch_size, plan.carried, clock)
    n = min(work.a.shape[1], batch_of(plan.batch_size, plan.carried, x.shape[1], clock) - clock[IN_BATCH])
    for s in range(U(n)):
        sample = U(order[U(first) + s])
        for f in range(U(x.shape[0])):
            work.a[f, s] = x[f, sample]
        for k in range(U(targets.shape[0])):
            work.t[k, s] = targets[k, sample]
        work.w[s] = weights[sample]
    add_noise(net, work, x.shape[0], n, plan.seed, clock[STEP], clock[IN_BATCH])
    return n


@part
def left_over(batch_size: int, carried: int, clock: Array) -> int:
    """How many samples of the epoch before belong to the batch under way; none to a single sample."""
    return carried if batch_size > 1 and clock[EPOCH] > 0 and clock[IN_EPOCH] == 0 else 0


@part
def batch_of(batch_size: int, carried: int, samples: int, clock: Array) -> int:
    """How many samples the batch under way has: the last one of an epoch may be smaller."""
    left = samples - clock[IN_EPOCH]
    if carried == 0:
        return min(batch_size, left)
    if left > carried:  # unless batches were smaller when this epoch began
        left -= carried
    return min(batch_size, left) + left_over(batch_size, carried, clock)


@part
def apply_mask(numbers: Array, mask: Array) -> None:
    """Makes 0 what is to stay 0."""
    for i in range(numbers.size):
        numbers[i] *= mask[i]


@inlined
def finish_step(
    net: Architecture, state: State, plan: Plan, batch: int, samples: int, keep: bool, arguments: Array, clock: Array
) -> None:
    """From the gradient of a whole batch to new parameters, unless a number in it is not finite."""
    parameters, gradient = state.parameters, state.gradient
    if plan.carried > 0:
        batch -= left_over(plan.batch_size, plan.carried, clock)
    if plan.penalty == PROXIMAL:
        add_penalties(net, parameters, gradient, False)
    clock[IN_BATCH] = 0
    if state.mask.size > 0:
        apply_mask(gradient, state.mask)
    length = np.sqrt(np.float64(sum_of_squares(gradient)))
    if not np.isfinite(length):
        clock[DIVERGED] = 1  # before the update: the parameters stay at the last finite state
        return
    clip(net, gradient)
    epoch = np.float64(clock[EPOCH]) + np.float64(clock[IN_EPOCH]) / np.float64(samples)
    rate = plan.learning_rate * factor(code_of(net, plan.schedule), epoch, plan.schedule_arguments)
    arguments[0] = rate
    risky = not rate * length < RISKY or rate * plan.weight_decay > 2
    if keep or risky or plan.penalty == REPLAYED:
        for i in range(parameters.size):
            state.previous[i] = parameters[i]
    if plan.weight_decay > 0:
        left = parameters.dtype.type(1 - rate * plan.weight_decay)
        for layer in range(1, net.layers.shape[0]):
            for i in range(net.layers[layer, WEIGHTS], net.layers[layer, BIASES]):
                parameters[i] *= left
    clock[STEP] += 1
    clock[IN_EPOCH] += batch
    update(code_of(net, plan.optimizer), parameters, gradient, state.slots, np.float64(clock[STEP]), arguments)
    if plan.penalty == PROXIMAL:
        shrink_weights(net, parameters, rate)
    if plan.penalty == REPLAYED:
        take_off(net, state, rate, plan.sever)
    if state.mask.size > 0:
        apply_mask(parameters, state.mask)
    constrain_weights(net, parameters)
    if risky and not np.isfinite(sum_of_squares(parameters)):
        for i in range(parameters.size):
            parameters[i] = state.previous[i]
        clock[STEP] -= 1
        clock[IN_EPOCH] -= batch
        clock[DIVERGED] = 1
        return
    if clock[IN_EPOCH] >= samples - plan.carried:
        clock[IN_EPOCH] = 0
        clock[EPOCH] += 1


@part
def copy_rows(a: Array, first: int, n: int, outputs: Array, at: int) -> None:
    """The first n columns of the rows of `a` from `first` on, into the columns of `outputs` from `at` on."""
    for row in range(outputs.shape[0]):
        for s in range(n):
            outputs[row, at + s] = a[first + row, s]


@part
def copy_columns(x: Array, at: int, n: int, into: Array) -> None:
    """The n columns of x from `at` on, into the first columns."""
    for row in range(U(x.shape[0])):
        for s in range(U(n)):
            into[row, s] = x[row, U(at) + s]


@part
def measure(
    net: Architecture, work: Workspace, moment: Moment, at: int, results: Results, row: Row, sums: Array
) -> None:
    """Fills the outputs and the losses of a chunk, or adds its measures to the sums."""
    last = net.layers.shape[0] - 1
    rows = rows_of(net, last)
    z, a, arguments = work.z[rows[0] : rows[1]], work.a[rows[0] : rows[1]], net.arguments[OF_LOSS, 0]
    loss_values(code_of(net, net.loss), z, a, work.t, moment.n, work.loss, arguments)
    share = np.float64(net.layers[last, UNITS] if net.mean_over_outputs else 1)
    for s in range(U(moment.n)):
        work.loss[s] = work.loss[s] * np.float64(work.w[s]) / share
    if sums.size > 0:
        add_measures(net, row.metrics, a, work.t, work.loss, moment.n, row.threshold, sums)
    if results.losses.size > 0:
        for s in range(moment.n):
            results.losses[at + s] = work.loss[s]
        copy_rows(work.a, rows[0], moment.n, results.outputs, at)


TRAIN, EVALUATE, PREDICT = range(3)


@part
def go_through(
    task: np.int64,
    net: Architecture,
    state: State,
    room: Room,
    x: Array,
    targets: Array,
    weights: Array,
    order: Array,
    plan: Plan,
    arguments: Array,
    clock: Array,
    first: int,
    last_step: int,
    most: int,
    results: Results,
    row: Row,
    sums: Array,
) -> None:
    """The one loop: chunk after chunk of samples goes forward, is looked at, and goes back.

    TRAIN makes steps on x (features, n), targets (outputs, n) and weights (n,) in this epoch's `order` (n,), for at
    most `most` chunks, or up to `last_step`, or until a number is no longer finite; `arguments` are the optimizer's.
    EVALUATE measures as many chunks, the samples from `first` on: it fills the outputs and losses, or adds to the sums,
    and if there is a gradient (P,) adds to it the data loss's over all samples, and to the statistics. PREDICT fills
    the outputs (units, n) with the activations of the rows from `first` on.
    """
    work = workspace(room)
    parameters, samples, width = state.parameters, x.shape[1], work.a.shape[1]
    training, gradient = task == TRAIN, results.gradient
    if training:
        gradient = state.gradient
    at = first if task == EVALUATE else 0
    chunks = 0
    while True:
        if training:
            if chunks == most or clock[STEP] >= last_step or clock[DIVERGED]:
                break
            if clock[IN_BATCH] == 0:
                gradient[:] = 0
            count = batch_of(plan.batch_size, plan.carried, samples, clock)
            n = take_batch(net, work, x, targets, weights, order, plan, clock)
        else:
            if at >= samples or (task == EVALUATE and chunks == most):
                break
            count, n = samples, min(width, samples - at)
            copy_columns(x, at, n, work.a)
            copy_columns(targets, at, n, work.t)
            for s in range(min(n, weights.size)):
                work.w[s] = weights[at + s]
        moment = Moment(training, plan.seed, clock[STEP], clock[IN_BATCH], n)
        forward(net, parameters, state.running, work, moment)
        chunks += 1
        if task == PREDICT:
            copy_rows(work.a, first, n, results.outputs, at)
            at += n
            continue
        if task == EVALUATE:
            measure(net, work, moment, at, results, row, sums)
            at += n
            if gradient.size == 0:
                continue
        output_error(net, work, moment, count)
        backward(net, parameters, gradient, work, moment, results.statistics)
        if training:
            clock[IN_BATCH] += n
            if clock[IN_BATCH] == count:
                pieces = -(-min(plan.batch_size, samples) // width)
                last = clock[STEP] + 1 == last_step or chunks + pieces > most  # perhaps
                finish_step(net, state, plan, count, samples, last, arguments, clock)
    clock[CHUNKS] = chunks


@part
def work_of(chunks: int, samples: int, parameters: int, back: bool) -> int:
    """About how many multiply-adds it is to send so many chunks of so many samples forward, and back."""
    return chunks * OVERHEAD + (3 if back else 1) * samples * parameters


@kernel
def run(
    task: int,
    net: Architecture,
    state: State,
    room: Room,
    probe: Room,
    parts: tuple[tuple[Array, Array, Array], ...],
    order: Array,
    plan: Plan,
    arguments: Array,
    clock: Array,
    first: int,
    results: Results,
    row: Row,
) -> int:
    """Evaluates the first part, or trains on it and measures rows of all parts. Returns the work done.

    Training goes on for about `plan.work` multiply-adds, or up to `plan.last_step` and through the row that is due
    there, or until a number is no longer finite, be it in a step or in a row. A row under way is measured before any
    step, so that the last call may have ended anywhere.
    """
    cursor, samples, left, due = row.cursor, parts[0][0].shape[1], plan.work, plan.row_step
    while task != TRAIN or left > 0:
        # What to do next: all of a call that only looks, some of a row's part, or steps up to the next row.
        doing, within, part, at, told = np.int64(task), probe, np.int64(0), first, results
        sums, last_step, most, cost = row.values[:0], plan.last_step, plan.chunks, 0
        if task == EVALUATE:
            sums = row.values
        measuring = task == TRAIN and cursor[PART] < PARTS
        if measuring:
            doing, part, at = np.int64(EVALUATE), cursor[PART], cursor[SAMPLE]
            sums = row.values[row.columns[part] : row.columns[part] + row.scales.size]
            back = part == 0 and row.layers != NONE
            if back:
                told = Results(results.outputs, results.losses, row.gradient, row.statistics)
            cost = work_of(1, probe.w.size, state.parameters.size, back)
        elif task == TRAIN:
            if clock[DIVERGED] or (clock[STEP] >= plan.last_step and clock[IN_BATCH] == 0):
                break
            within, last_step = room, min(plan.last_step, due)
            cost = work_of(1, room.w.size, state.parameters.size, True)
        if cost > 0:
            most = max(1, left // cost)
        x, targets, weights = parts[part]
        go_through(
            doing,
            net,
            state,
            within,
            x,
            targets,
            weights,
            order,
            plan,
            arguments,
            clock,
            at,
            last_step,
            most,
            told,
            row,
            sums,
        )
        if task != TRAIN:
            return 0
        left -= clock[CHUNKS] * cost
        if measuring:
            cursor[SAMPLE] += clock[CHUNKS] * probe.w.size
            if cursor[SAMPLE] >= x.shape[1]:
                finish_part(row, x.shape[1])
            if cursor[PART] == PARTS:
                epoch = np.float64(clock[EPOCH]) + np.float64(clock[IN_EPOCH]) / np.float64(samples)
                rate = plan.learning_rate * factor(code_of(net, plan.schedule), epoch, plan.schedule_arguments)
                finish_row(net, state.parameters, state.previous, row, clock[STEP], epoch, rate, samples)
                broken = row.layers != NONE and not np.isfinite(row.values[row.columns[0]])
                if broken or cursor[DONE] == row.table.shape[0] or clock[STEP] >= plan.last_step:
                    break
        elif clock[STEP] == due and clock[IN_BATCH] == 0:
            due += plan.row_stride
            begin_row(row)
    return plan.work - left
