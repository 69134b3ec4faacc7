"""Uploaded tables, by id: an experiment names one and does not carry it. They live as long as the server does."""

from dataclasses import dataclass

import numpy as np

from engine.tasks import TaskName


@dataclass(frozen=True)
class Table:
    """Points (rows, columns) with NaN where a value is missing, and targets (rows,): class numbers, or numbers.

    `columns` are the inputs' names: a column of words has become one of 0 and 1 for each word.
    """

    name: str
    columns: tuple[str, ...]
    points: np.ndarray
    targets: np.ndarray
    task: TaskName
    classes: tuple[str, ...] | None

    def __len__(self) -> int:
        return len(self.targets)


TABLES: dict[str, Table] = {}


def imputed(points: np.ndarray, training: np.ndarray) -> np.ndarray:
    """Points (n, columns) with each missing value replaced by its column's mean over the training points; 0 if none."""
    missing = np.isnan(points)
    if not missing.any():
        return points
    known = ~np.isnan(training)
    means = np.where(known, training, 0).sum(axis=0) / np.maximum(known.sum(axis=0), 1)
    return np.where(missing, means, points)
