"""Sources: where samples come from, before they are moved by noise, split and fed to a network.

Data are made from a seed, uploaded, given in the request or replayed. Each kind is a choice that answers for itself
with a `Source`, so that nobody needs to ask which kind it is.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from engine.components.registry import STRICT, Choice, described
from engine.components.tasks import TaskName
from engine.data.fields import Fields
from engine.data.projection import Domain
from engine.data.rules import USUAL, Rules
from engine.data.uploads import Table, Tables
from engine.limits import LIMITS

Made = tuple[np.ndarray, np.ndarray]  # points (n, columns), and targets (n,) or (n, labels)


@dataclass(frozen=True, kw_only=True)
class Source:
    """What is known of samples before they are made; `make` makes them, and NaN is a value that is missing.

    `fields` are how people give a row, `columns` what it becomes. `count` is how many classes or labels there are, 0 if
    targets are numbers; `classes` are their names, or more names than that. `domain` is the part of the plane to show.
    """

    task: TaskName
    samples: int
    most: int  # samples that it could have
    make: Callable[[], Made]
    fields: Fields
    columns: tuple[str, ...]
    count: int
    classes: tuple[str, ...] | None = None
    domain: Domain | None = None
    tabular: bool = False  # whether it is standardized and stratified unless told otherwise
    own: bool = False  # whether the user brought it
    test: Made | None = None  # samples to judge with, instead of a share of the others
    table: Table | None = None  # that was uploaded
    rules: Rules = USUAL

    @property
    def outputs(self) -> int:
        """How many outputs the network has."""
        return self.count if self.task in ("multiclass", "multilabel") else 1

    def split_sizes(self, dataset: "DatasetChoice") -> tuple[int, int, int]:
        """How many of the samples train, validate and test."""
        test = 0 if self.test else round(self.samples * dataset.test_fraction)
        validation = round(self.samples * dataset.validation_fraction)
        return self.samples - validation - test, validation, test


@dataclass(frozen=True)
class DatasetChoice(Choice, ABC):
    """What every data set lets you choose; `samples` and `standardize` left null are filled in by the data set."""

    __pydantic_config__ = STRICT

    samples: int | None = described(
        None,
        title="Samples",
        help="The total number of points, before they are split.",
        ge=2,
        le=LIMITS.samples,
        scale="log",
    )
    noise: float = described(
        0.0,
        title="Noise",
        help="How far points are moved at random, as a share of the standard deviation of the data.",
        ge=0,
        le=5,
    )
    label_noise: float = described(
        0.0,
        title="Label noise",
        help="The share of samples with a wrong class; in a regression, how far targets are moved, as a share of "
        "their standard deviation.",
        ge=0,
        le=1,
    )
    validation_fraction: float = described(
        0.0, title="Validation share", help="The share held back for tuning.", ge=0, lt=1
    )
    test_fraction: float = described(
        0.5,
        title="Test share",
        help="The share held back to evaluate the network on data it has never seen.",
        ge=0,
        lt=1,
    )
    stratify: bool | None = described(
        None,
        title="Stratify",
        help="Split so that every part has the same share of each class, as nearly as whole samples allow. "
        "Default: on for tables with classes, off for points on a plane.",
    )
    seed: int = described(0, title="Data seed", help="The same seed gives the same points.", ge=0, le=2**32 - 1)
    standardize: bool | None = described(
        None,
        title="Standardize",
        help="Give every input, and in a regression the target, mean 0 and variance 1 over the training part. "
        "Null: tables yes, points on a plane no.",
    )

    @abstractmethod
    def source(self, task: TaskName | None, tables: Tables) -> Source:
        """Where its samples come from. Raises InvalidExperiment if it cannot be, or not for this task."""
