"""The history of a run: one row of numbers for each moment that was recorded, numbered without a gap.

When a row is due depends on the epoch alone: every epoch up to 1,000, every 2nd up to 2,000, every 4th up to 4,000 and
so on; and every tenth of an epoch where an epoch has over 1,000 steps. So a history is bounded and reproducible.
"""

from copy import copy
from typing import Any

import numpy as np

from engine.compute.rows import FIRST_COLUMNS, LAYER_COLUMNS
from engine.errors import FieldError, InvalidInput
from engine.training.metrics_row import Layout

EVERY_EPOCH_UNTIL = 1_000
MANY_STEPS = 1_000


def epochs_between_rows(epoch: int) -> int:
    """How many epochs lie between two rows, from `epoch` on: a power of two."""
    stride = 1
    while epoch >= EVERY_EPOCH_UNTIL * stride:
        stride *= 2
    return stride


def next_epoch_due(epoch: int) -> int:
    """The first epoch after `epoch` at whose end a row is recorded."""
    stride = epochs_between_rows(epoch)
    return (epoch // stride + 1) * stride


class History:
    """Rows of a run; `seq` counts them from 0."""

    def __init__(self, task: str, parts: list[str], layers: int) -> None:
        self.layout = Layout(task, parts, layers)
        self.parts = self.layout.parts
        self.layers = layers
        self.measures = self.layout.measures
        self._table = np.empty((16, self.layout.width))
        self._count = 0

    def __len__(self) -> int:
        return self._count

    @property
    def last_seq(self) -> int:
        """The number of the newest row; -1 when there is none."""
        return self._count - 1

    def extend(self, rows: np.ndarray) -> None:
        """Records rows (n, columns)."""
        count = self._count + len(rows)
        if count > len(self._table):
            room = np.empty((max(16, count - len(self._table), count // 4), self._table.shape[1]))
            self._table = np.concatenate([self._table, room])
        self._table[self._count : count] = rows
        self._count = count

    def row(self, seq: int) -> dict[str, Any]:
        """One row, as it travels: parts that have no samples are None."""
        return self.layout.as_data(seq, self._table[seq])

    def rows(self, since: int = -1) -> list[dict[str, Any]]:
        """The rows numbered above `since`."""
        return [self.row(seq) for seq in range(max(since + 1, 0), self._count)]

    @property
    def table(self) -> np.ndarray:
        """All its numbers (rows, columns), as `take` takes them."""
        return self._table[: self._count]

    def take(self, table: np.ndarray) -> None:
        """Puts rows in the place of all there are. Raises InvalidInput if they are not of this run.

        Rows from before `zero_weights` were counted, the last of a layer's columns, get NaN there.
        """
        width = self._table.shape[1]
        if table.ndim == 2 and table.shape[1] == width - self.layers:
            size = len(LAYER_COLUMNS) - 1
            first = table.shape[1] - self.layers * size
            table = np.insert(table, range(first + size, table.shape[1] + 1, size), np.nan, axis=1)
        if table.ndim != 2 or table.shape[1] != width or not len(table) or np.any(np.diff(table[:, 0]) < 0):
            expected = f"rows of {width} numbers, in the order of their steps"
            raise InvalidInput(
                FieldError("history", list(table.shape), expected, "this history does not belong to this run")
            )
        self._table, self._count = np.array(table, np.float64), len(table)

    def until(self, step: int) -> "History":
        """A copy of the rows up to a step."""
        earlier = copy(self)
        earlier._count = int(np.searchsorted(self._table[: self._count, 0], step, side="right"))
        earlier._table = self._table[: max(earlier._count, 1)].copy()
        return earlier

    def forget(self) -> None:
        """Leaves nothing but the newest row, as the first one."""
        self._table = self._table[max(self._count - 1, 0) : self._count].copy()
        self._count = len(self._table)

    def arrays(self, since: int = -1, most: int | None = None) -> dict[str, np.ndarray]:
        """The rows numbered above `since`, or the first of them, by column as views: (rows,), or (rows, layers) of a
        layer's quantity.
        """
        table = self._table[max(since + 1, 0) : self._count][:most]
        names = [*FIRST_COLUMNS, *self.layout.part_columns]
        layers = table[:, len(names) :].reshape(len(table), self.layers, len(LAYER_COLUMNS))
        arrays = {name: table[:, index] for index, name in enumerate(names)}
        return arrays | {name: layers[:, :, index] for index, name in enumerate(LAYER_COLUMNS)}

    def columns(self, since: int = -1) -> dict[str, list[Any]]:
        """The same rows by column; a layer's quantity is a list with one number per layer."""
        columns: dict[str, list[Any]] = {"seq": list(range(max(since + 1, 0), self._count))}
        columns |= {name: array.tolist() for name, array in self.arrays(since).items()}
        columns["step"] = [int(step) for step in columns["step"]]
        return columns
