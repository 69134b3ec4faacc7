"""Data sets: points with a right answer each, made from a seed, or given in the request.

Points on a plane lie in [-6, 6] x [-6, 6] and are fed to the network as they are. Tables are standardised: each column
gets mean 0 and variance 1 over the training part, so that no column drowns the others.
`noise` moves every point by a normal draw whose standard deviation is that share of the column's own.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from engine import rng
from engine.catalogue import STRICT, Argument, Choice, Entry, Family, described
from engine.features import PLANE
from engine.settings import LIMITS
from engine.tasks import TaskName

Made = tuple[np.ndarray, np.ndarray]


@dataclass(frozen=True, kw_only=True)
class Dataset(Entry):
    """`make(rng, samples, *arguments)` gives points (samples, columns) and targets (samples,), before noise.

    `tasks` start with the usual one; `sizes` are the fewest, the usual and the most samples.
    """

    tasks: tuple[TaskName, ...]
    make: Callable[..., Made]
    columns: tuple[str, ...] = ("x1", "x2")
    classes: tuple[str, ...] | None = ("orange", "blue")
    sizes: tuple[int, int, int] = (2, 500, LIMITS.samples)
    domain: tuple[float, float, float, float] | None = PLANE
    standardize: bool = False

    def as_data(self) -> dict[str, Any]:
        """This data set for the catalogue, with a preview of real points; of a table its first two columns."""
        points, targets = self.make(
            rng.generator(0, rng.DATA), min(self.sizes[1], 160), *(item.default for item in self.arguments)
        )
        return super().as_data() | {
            "columns": list(self.columns),
            "classes": int(targets.max()) + 1 if self.classes is not None else None,
            "samples": {"minimum": self.sizes[0], "default": self.sizes[1], "maximum": self.sizes[2]},
            "preview": {"points": np.round(points[:, :2], 3).tolist(), "targets": np.round(targets, 3).tolist()},
        }


@dataclass(frozen=True)
class DatasetChoice(Choice):
    """What every data set lets you choose; `samples` and `standardize` left null are filled in by the data set."""

    __pydantic_config__ = STRICT

    samples: int | None = described(
        None,
        title="Samples",
        help="How many points there are in all, before they are split.",
        ge=2,
        le=LIMITS.samples,
        scale="log",
    )
    noise: float = described(
        0.0,
        title="Noise",
        help="How far points are moved at random, as a share of the spread of the data.",
        ge=0,
        le=5,
    )
    validation_fraction: float = described(
        0.0, title="Validation share", help="The share held back to tune choices with.", ge=0, lt=1
    )
    test_fraction: float = described(
        0.5, title="Test share", help="The share held back to judge the network on data it never saw.", ge=0, lt=1
    )
    seed: int = described(0, title="Data seed", help="The same seed gives the same points.", ge=0, le=2**32 - 1)
    standardize: bool | None = described(
        None,
        title="Standardise",
        help="Give every input mean 0 and variance 1 over the training part. Null: tables yes, points on a plane no.",
    )


Points = tuple[tuple[float, ...], ...]


@dataclass(frozen=True)
class GivenPoints(DatasetChoice):
    """Points given in the request."""

    __pydantic_config__ = STRICT

    name: str = described("points", title="Name", help="Points given in the request.", pattern="^points$")
    points: Points = described(
        (), title="Points", help="One list of coordinates for each sample.", max_length=LIMITS.samples
    )
    targets: tuple[float, ...] = described(
        (),
        title="Targets",
        help="One target for each point: 0 or 1, a class number, or a number.",
        max_length=LIMITS.samples,
    )
    test_points: Points | None = described(
        None,
        title="Test points",
        help="Points to judge with, instead of a share of the points.",
        max_length=LIMITS.samples,
    )
    test_targets: tuple[float, ...] | None = described(
        None, title="Test targets", help="One target for each test point.", max_length=LIMITS.samples
    )


def _halves(samples: int) -> tuple[int, int]:
    return samples - samples // 2, samples // 2


def _disc(rng: np.random.Generator, samples: int, inner: float, outer: float) -> np.ndarray:
    """Points between two radii, evenly spread over the radius and the angle."""
    radius, angle = rng.uniform(inner, outer, samples), rng.uniform(0, 2 * np.pi, samples)
    return np.column_stack([radius * np.sin(angle), radius * np.cos(angle)])


def circle(rng: np.random.Generator, samples: int) -> Made:
    inside, outside = _halves(samples)
    points = np.vstack([_disc(rng, inside, 0, 2.5), _disc(rng, outside, 3.5, 5)])
    return points, np.repeat([1.0, 0.0], [inside, outside])


def xor(rng: np.random.Generator, samples: int) -> Made:
    # Each quadrant in turn, so that the classes balance; a gap of 0.3 keeps the axes free.
    quadrant = np.arange(samples) % 4
    size = rng.uniform(0.3, 5.3, (samples, 2))
    signs = np.column_stack([np.where(quadrant // 2 == 0, 1, -1), np.where(quadrant % 2 == 0, 1, -1)])
    return size * signs, (signs[:, 0] == signs[:, 1]).astype(float)


def gauss(rng: np.random.Generator, samples: int) -> Made:
    upper, lower = _halves(samples)
    points = np.vstack([rng.normal(2, 0.9, (upper, 2)), rng.normal(-2, 0.9, (lower, 2))])
    return points, np.repeat([1.0, 0.0], [upper, lower])


def spiral(rng: np.random.Generator, samples: int, turns: float) -> Made:
    arms = []
    for count, offset in zip(_halves(samples), (0.0, np.pi), strict=True):
        along = np.arange(1, count + 1) / count
        angle = turns * along * 2 * np.pi + offset
        arms.append(np.column_stack([5 * along * np.sin(angle), 5 * along * np.cos(angle)]))
    return np.vstack(arms), np.repeat([1.0, 0.0], [len(arm) for arm in arms])


def blobs(rng: np.random.Generator, samples: int, classes: int, spread: float) -> Made:
    targets = np.arange(samples) % classes
    angle = 2 * np.pi * targets / classes
    centres = 3.8 * np.column_stack([np.sin(angle), np.cos(angle)])
    return centres + rng.normal(0, spread, (samples, 2)), targets.astype(float)


def regression_plane(rng: np.random.Generator, samples: int) -> Made:
    points = rng.uniform(-6, 6, (samples, 2))
    return points, points.sum(axis=1) / 10


def iris(rng: np.random.Generator, samples: int) -> Made:
    from sklearn.datasets import load_iris  # heavy: loaded when it is first chosen

    points, targets = load_iris(return_X_y=True)
    chosen = rng.permutation(len(targets))[:samples]
    return points[chosen], targets[chosen].astype(float)


DATASETS: Family[Dataset] = Family(
    "dataset",
    "What the network is to learn from.",
    (
        Dataset(
            name="circle",
            label="Circle",
            summary="A disc inside a ring.",
            when="The first experiment: no straight line separates it.",
            tasks=("binary",),
            make=circle,
            source="TensorFlow Playground, 2016",
        ),
        Dataset(
            name="xor",
            label="Exclusive or",
            summary="Opposite quadrants belong together.",
            when="To see why a hidden layer is needed.",
            tasks=("binary",),
            make=xor,
            source="Minsky and Papert, 1969",
        ),
        Dataset(
            name="gauss",
            label="Two clouds",
            summary="Two round clouds that a line separates.",
            when="The easiest: a single unit is enough.",
            tasks=("binary",),
            make=gauss,
        ),
        Dataset(
            name="spiral",
            label="Spiral",
            summary="Two arms wound around each other.",
            when="The hard one: it needs several layers, many units or clever features.",
            tasks=("binary",),
            make=spiral,
            source="Lang and Witbrock, 1988",
            arguments=(Argument("turns", 1.5, 0.25, 3, "Turns", "How often each arm goes round.", live=False),),
        ),
        Dataset(
            name="blobs",
            label="Blobs",
            summary="Round clouds, one for each class.",
            when="Several classes with softmax.",
            tasks=("multiclass",),
            make=blobs,
            classes=tuple(f"class {index}" for index in range(10)),
            arguments=(
                Argument("classes", 3, 2, 10, "Classes", "How many clouds there are.", live=False),
                Argument("spread", 0.8, 0.05, 5, "Spread", "The standard deviation of each cloud.", live=False),
            ),
        ),
        Dataset(
            name="regression_plane",
            label="Plane",
            summary="The target rises evenly from one corner to the other.",
            when="The first regression: a linear output is enough.",
            tasks=("regression",),
            make=regression_plane,
            classes=None,
            aliases=("plane", "reg_plane"),
        ),
        Dataset(
            name="iris",
            label="Iris",
            summary="150 flowers of three species by the lengths and widths of their leaves.",
            when="A first real table: four columns, three classes.",
            tasks=("multiclass",),
            make=iris,
            columns=("sepal_length", "sepal_width", "petal_length", "petal_width"),
            classes=("setosa", "versicolor", "virginica"),
            sizes=(10, 150, 150),
            domain=None,
            standardize=True,
            source="Fisher, 1936; scikit-learn's copy",
        ),
    ),
    base=DatasetChoice,
    given={"points": GivenPoints},
)
