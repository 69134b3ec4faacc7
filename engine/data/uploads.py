"""Uploaded tables: an experiment names one by its id and does not carry it."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from types import MappingProxyType

import numpy as np

from engine.components.tasks import TaskName
from engine.data.fields import Field, Fields, numbers


@dataclass(frozen=True)
class Table:
    """Points (rows, columns) with NaN where a value is missing, and targets (rows,): class numbers, or numbers.

    `columns` are the inputs' names, and `recipe` is how the columns of the file became them; without one they are the
    same, and all are numbers.
    """

    name: str
    columns: tuple[str, ...]
    points: np.ndarray
    targets: np.ndarray
    task: TaskName
    classes: tuple[str, ...] | None
    recipe: tuple[Field, ...] = ()

    def __len__(self) -> int:
        return len(self.targets)

    @cached_property
    def fields(self) -> Fields:
        """The columns of the file that are learned from."""
        return Fields(self.recipe) if self.recipe else numbers(self.columns)


Tables = Mapping[str, Table]  # by their ids
NO_TABLES: Tables = MappingProxyType({})


def imputed(points: np.ndarray, training: np.ndarray) -> np.ndarray:
    """Points (n, columns) with each missing value replaced by its column's mean over the training points; 0 if none."""
    missing = np.isnan(points)
    if not missing.any():
        return points
    means = np.zeros(points.shape[1])
    for column in np.flatnonzero(missing.any(axis=0)):
        known = training[~np.isnan(training[:, column]), column]
        if len(known):
            means[column] = known[0] + (known - known[0]).mean()  # exact where all are alike
    return np.where(missing, means, points)
