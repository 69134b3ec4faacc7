"""A row of metrics as the kernel makes it: sums while samples go through the network, and what follows from them.

A row has the FIRST_COLUMNS, then the loss and the metrics of each part of the data, then the LAYER_COLUMNS of each
layer. `training.metrics_row` says which column is where.
"""

from typing import Any, NamedTuple

import numpy as np

from engine.compute.dispatch import sum_of_penalties, sum_of_scores
from engine.compute.jit import inlined, part, summing
from engine.compute.layers import code_of
from engine.compute.matmul import Array, Rows
from engine.network.network import (
    BIASES,
    NONE,
    OF_REGULARIZER,
    REGULARIZER,
    ROW,
    UNITS,
    WEIGHTS,
    Architecture,
)

# `penalty` is what the regularizers add to the loss. Of each layer, hidden ones first:
# `gradient_norm`: length of the data loss's gradient, by all that the layer learns; `weight_norm`: of W;
# `update_ratio`: length of the last update of W over that of W; `saturated`: share of (unit, sample) pairs whose
# derivative is under 0.01; `dead`: share of units whose derivative is 0 for every sample; `mean` and `std` of the
# activations; `zero_weights`: how many of W are exactly 0.
FIRST_COLUMNS = ("step", "epoch", "learning_rate", "penalty")
LAYER_COLUMNS = ("gradient_norm", "weight_norm", "update_ratio", "saturated", "dead", "mean", "std", "zero_weights")
WIDTH = len(LAYER_COLUMNS)
LEARNING_RATE, PENALTY = 2, 3

# The cursor: where the measurement stands. No row is under way when its part is PARTS.
PART, SAMPLE, DONE = range(3)
PARTS = 3


class Row(NamedTuple):
    """The row under way, and where those go that are done."""

    metrics: np.ndarray  # (M,) codes
    scales: np.ndarray  # (1 + M,) what the means of the losses and of each metric's scores are multiplied with
    threshold: float  # between yes and no
    columns: np.ndarray  # (PARTS,) where each part's loss and metrics start; NONE: it is not measured
    layers: int  # where the layers' columns start; NONE: they are not measured
    values: np.ndarray  # (columns,) of the row under way
    gradient: np.ndarray  # (P,) of the data loss, over all training samples
    statistics: np.ndarray  # (rows, STATISTICS) of the units
    table: np.ndarray  # (room, columns) the rows that are done
    cursor: np.ndarray  # (3,)


def no_row(dtype: np.dtype) -> Row:
    """For calls that measure nothing."""
    return Row(
        metrics=np.empty(0, np.int64),
        scales=np.empty(0),
        threshold=0.0,
        columns=np.full(PARTS, NONE, np.int64),
        layers=NONE,
        values=np.empty(0),
        gradient=np.empty(0, dtype),
        statistics=np.empty((0, STATISTICS)),
        table=np.empty((0, 0)),
        cursor=np.array([PARTS, 0, 0], np.int64),
    )


# Columns of the statistics that are added up for each unit.
SATURATED, LIVE, SUM, SQUARES = range(4)
STATISTICS = 4
SATURATION = 0.01


@summing
def look_at_values(a: Array, units: Rows, n: int, statistics: Array) -> None:
    """Adds up what the units gave."""
    for u in range(units[0], units[1]):
        total, squares = 0.0, 0.0
        for s in range(n):
            value = np.float64(a[u, s])
            total += value
            squares += value * value
        statistics[u, SUM] += total
        statistics[u, SQUARES] += squares


@summing
def look_at_slopes(f: Array, units: Rows, n: int, statistics: Array) -> None:
    """Counts where the units could hardly learn, and where they could at all."""
    for u in range(units[0], units[1]):
        one = f.dtype.type(1)  # counted in the precision of the numbers: as many fit into a register
        none = f.dtype.type(0)
        saturated, live = none, none
        for s in range(n):
            saturated += one if abs(f[u, s]) < f.dtype.type(SATURATION) else none
            live += one if f[u, s] != none else none
        statistics[u, SATURATED] += saturated
        statistics[u, LIVE] += live


@part
def add_measures(
    net: Architecture, metrics: Array, a: Array, t: Array, losses: Array, n: int, threshold: float, sums: Array
) -> None:
    """Adds a chunk's losses, and then its scores of each metric, to the sums."""
    sums[0] += total(losses, n)
    for index in range(metrics.size):
        sums[1 + index] += sum_of_scores(code_of(net, metrics[index]), a, t, n, threshold)


@summing
def total(numbers: Array, n: int) -> float:
    """The sum of the first n numbers."""
    total = 0.0
    for i in range(n):
        total += numbers[i]
    return total


@part
def begin_row(row: Row) -> None:
    """Forgets the row before."""
    row.cursor[PART] = 0
    skip_parts(row)
    row.values[:] = 0
    row.gradient[:] = 0
    row.statistics[:] = 0


@part
def skip_parts(row: Row) -> None:
    """Goes to the first sample of the next part that is measured."""
    while row.cursor[PART] < PARTS and row.columns[row.cursor[PART]] == NONE:
        row.cursor[PART] += 1
    row.cursor[SAMPLE] = 0


@part
def finish_part(row: Row, samples: int) -> None:
    """Makes means of a part's sums, and goes on to the next."""
    column = row.columns[row.cursor[PART]]
    for index in range(row.scales.size):
        row.values[column + index] = row.values[column + index] / samples * row.scales[index]
    row.cursor[PART] += 1
    skip_parts(row)


@inlined
def finish_row(
    net: Architecture, parameters: Array, previous: Array, row: Row, step: int, epoch: float, rate: float, samples: int
) -> None:
    """Fills in what is not measured sample by sample, and puts the row into the table."""
    values = row.values
    values[0], values[1], values[2] = step, epoch, rate
    if row.layers != NONE:
        for layer in range(1, net.layers.shape[0]):
            start, biases, end = net.layers[layer, WEIGHTS], net.layers[layer, BIASES], parameters.size
            if layer + 1 < net.layers.shape[0]:
                end = net.layers[layer + 1, WEIGHTS]
            weights, arguments = parameters[start:biases], net.arguments[OF_REGULARIZER, layer]
            values[PENALTY] += sum_of_penalties(net.layers[layer, REGULARIZER], weights, arguments)
            at = row.layers + (layer - 1) * WIDTH
            length = np.sqrt(squares(weights))
            values[at] = np.sqrt(squares(row.gradient[start:end]))
            values[at + 1] = length
            values[at + 2] = np.nan
            if step > 0 and length != 0:
                values[at + 2] = np.sqrt(squared_distance(weights, previous[start:biases])) / length
            tell_units(net.layers[layer, ROW], net.layers[layer, UNITS], samples, row.statistics, values[at + 3 :])
            values[at + 7] = zeros(weights)
    for column in range(values.size):
        row.table[row.cursor[DONE], column] = values[column]
    row.cursor[DONE] += 1


@summing
def squares(numbers: Array) -> float:
    """The sum of the squares; in float64, so that nothing overflows."""
    total = 0.0
    for i in range(numbers.size):
        total += np.float64(numbers[i]) * np.float64(numbers[i])
    return total


@summing
def squared_distance(numbers: Array, others: Array) -> float:
    """The sum of the squared differences."""
    total = 0.0
    for i in range(numbers.size):
        difference = np.float64(numbers[i]) - np.float64(others[i])
        total += difference * difference
    return total


@part
def zeros(numbers: Array) -> int:
    """How many numbers are 0."""
    count = 0
    for i in range(numbers.size):
        count += numbers[i] == 0
    return count


@part
def tell_units(first: int, units: int, samples: int, statistics: Array, told: Any) -> None:
    """Of a layer's units, over all samples: `saturated`, `dead`, `mean` and `std`."""
    saturated, dead, total, square = 0.0, 0.0, 0.0, 0.0
    for u in range(first, first + units):
        saturated += statistics[u, SATURATED]
        dead += statistics[u, LIVE] == 0
        total += statistics[u, SUM]
        square += statistics[u, SQUARES]
    pairs = units * samples
    mean = total / pairs
    variance = square / pairs - mean * mean
    told[0] = saturated / pairs
    told[1] = dead / units
    told[2] = mean
    told[3] = np.sqrt(0.0 if variance < 0 else variance)
