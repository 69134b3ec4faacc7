"""The data of one experiment: made or given, moved by noise, split, turned into features, laid out for the kernel.

The kernel reads samples feature by feature: arrays are (features, n) and (outputs, n), so that the loop over samples
runs through neighbouring memory.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np

from engine import rng
from engine.completion import shape_of, split_sizes
from engine.datasets import DATASETS, GivenPoints
from engine.errors import FieldError, InvalidInput
from engine.experiment import Experiment
from engine.features import FEATURES

PARTS = ("train", "validation", "test")


@dataclass(frozen=True)
class Part:
    """Samples of one part: raw points (n, columns), targets (n,), inputs x (features, n), answers t (outputs, n).

    `weights` (n,) say how much each sample counts in the loss.
    """

    points: np.ndarray
    targets: np.ndarray
    x: np.ndarray
    t: np.ndarray
    weights: np.ndarray

    def __len__(self) -> int:
        return len(self.targets)


class Data:
    """Everything a complete experiment says about its data, computed once."""

    def __init__(self, experiment: Experiment) -> None:
        shape = shape_of(experiment)
        self.dtype = np.dtype(experiment.precision)
        self.columns = shape.columns
        self.outputs = shape.outputs
        self.features = experiment.features or ()
        self.task = experiment.task
        dataset = experiment.dataset
        entry = None if isinstance(dataset, GivenPoints) else DATASETS.of(dataset)
        self.classes = self._class_names(entry.classes if entry else None)
        parts = _split(experiment)
        self._offset = np.zeros((len(self.features), 1))
        self._scale = np.ones((len(self.features), 1))
        if dataset.standardize:
            x = self._raw_features(parts["train"][0])
            self._offset = x.mean(axis=1, keepdims=True)
            spread = x.std(axis=1, keepdims=True)
            self._scale = 1 / np.where(spread > 0, spread, 1)
        self._smoothing = experiment.label_smoothing
        self._class_weights = _class_weights(experiment, parts["train"][1], max(self.outputs, 2))
        self.parts = {name: self._part(*arrays) for name, arrays in parts.items()}
        self.middle = parts["train"][0].mean(axis=0)
        self.axes = self._axes()
        self.domain = entry.domain if entry and entry.domain else self._range(parts)

    def _class_names(self, names: tuple[str, ...] | None) -> list[str] | None:
        if self.task == "regression":
            return None
        count = max(self.outputs, 2)
        return list(names[:count]) if names else [f"class {index}" for index in range(count)]

    def _axes(self) -> tuple[int, int]:
        """The two columns drawn as a plane: the first two that the network is fed with."""
        used = [index for index, name in enumerate(self.columns) if name in self.features]
        chosen = [*used, *(index for index in range(len(self.columns)) if index not in used)]
        return (chosen[0], chosen[1]) if len(chosen) > 1 else (0, 0)

    def _range(self, parts: dict[str, tuple[np.ndarray, np.ndarray]]) -> tuple[float, float, float, float]:
        points = np.vstack([points for points, _ in parts.values()])[:, self.axes]
        low, high = points.min(axis=0), points.max(axis=0)
        margin = np.where(high > low, (high - low) * 0.1, 1.0)
        (x1_low, x2_low), (x1_high, x2_high) = (low - margin).tolist(), (high + margin).tolist()
        return x1_low, x1_high, x2_low, x2_high

    def _raw_features(self, points: np.ndarray) -> np.ndarray:
        if self.columns == ("x1", "x2"):
            x1, x2 = points[:, 0], points[:, 1]
            return np.stack([FEATURES[name].function(x1, x2) for name in self.features])
        return np.stack([points[:, self.columns.index(name)] for name in self.features])

    def inputs(self, points: np.ndarray) -> np.ndarray:
        """What the network is fed with, (features, n), for raw points (n, columns)."""
        with np.errstate(over="ignore"):
            x = (self._raw_features(points) - self._offset) * self._scale
            return np.ascontiguousarray(x, dtype=self.dtype)

    def _part(self, points: np.ndarray, targets: np.ndarray) -> Part:
        if self.outputs > 1:
            t = np.zeros((self.outputs, len(targets)), self.dtype)
            t[targets.astype(int), np.arange(len(targets))] = 1
        else:
            t = targets[None, :].astype(self.dtype)
        if self._smoothing:
            t = t * t.dtype.type(1 - self._smoothing) + t.dtype.type(self._smoothing / max(self.outputs, 2))
        weights = np.ones(len(targets), self.dtype)
        if self._class_weights is not None:
            weights = self._class_weights[targets.astype(int)].astype(self.dtype)
        return Part(points, targets, self.inputs(points), t, weights)

    def plane(self, resolution: int) -> np.ndarray:
        """Inputs (features, resolution^2) over the plane, from the highest x2 down; other columns at their mean."""
        x1_low, x1_high, x2_low, x2_high = self.domain
        first, second = self.axes
        points = np.tile(self.middle, (resolution * resolution, 1))
        points[:, second] = np.repeat(np.linspace(x2_high, x2_low, resolution), resolution)
        points[:, first] = np.tile(np.linspace(x1_low, x1_high, resolution), resolution)
        return self.inputs(points)

    def check_points(self, x: Any) -> np.ndarray:
        """Points (n, columns) from nested lists. Raises InvalidInput where they do not fit the data."""
        for index, point in enumerate(x):
            if len(point) != len(self.columns):
                expected = f"{len(self.columns)} numbers: {', '.join(self.columns)}"
                message = f"this sample has {len(point)} numbers, the data has {len(self.columns)} columns"
                raise InvalidInput(FieldError(f"x.{index}", list(point), expected, message))
        points = np.asarray(x, dtype=np.float64).reshape(-1, len(self.columns))
        if not np.isfinite(points).all():
            raise InvalidInput(FieldError("x", None, "finite numbers", "a coordinate is not a finite number"))
        return points

    def as_data(self) -> dict[str, Any]:
        """The points to draw, and how to draw them."""
        return {
            "columns": list(self.columns),
            "targets": {"kind": self.task, "classes": self.classes},
            "domain": list(self.domain),
            "axes": list(self.axes),
            "parts": {
                name: {"points": part.points, "targets": part.targets} for name, part in self.parts.items() if len(part)
            },
        }


def _class_weights(experiment: Experiment, targets: np.ndarray, classes: int) -> np.ndarray | None:
    """How much each class counts (classes,). Balanced: so that all classes weigh the same in the training part."""
    if experiment.class_weight is None:
        return None
    if experiment.class_weight == "balanced":
        counts = np.bincount(targets.astype(int), minlength=classes)
        return len(targets) / (classes * np.maximum(counts, 1))
    return np.array(experiment.class_weight, np.float64)


def _split(experiment: Experiment) -> dict[str, tuple[np.ndarray, np.ndarray]]:
    """Points and targets of each part, after noise; shuffled by the data's seed."""
    dataset = experiment.dataset
    seed = dataset.seed
    given: tuple[np.ndarray, np.ndarray] | None = None
    if isinstance(dataset, GivenPoints):
        points, targets = np.array(dataset.points, np.float64), np.array(dataset.targets, np.float64)
        if dataset.test_points is not None:
            given = np.array(dataset.test_points, np.float64), np.array(dataset.test_targets, np.float64)
    else:
        entry = DATASETS.of(dataset)
        points, targets = entry.make(rng.generator(seed, rng.DATA), dataset.samples, *entry.values(dataset))
    if dataset.noise:
        shift = rng.generator(seed, rng.NOISE).standard_normal(points.shape)
        points = points + shift * dataset.noise * points.std(axis=0)
    order = rng.generator(seed, rng.SPLIT).permutation(len(targets))
    points, targets = points[order], targets[order]
    training, validation, _ = split_sizes(dataset)
    cuts = {
        "train": slice(0, training),
        "validation": slice(training, training + validation),
        "test": slice(training + validation, None),
    }
    parts = {name: (points[cut], targets[cut]) for name, cut in cuts.items()}
    if given is not None:
        parts["test"] = given
    return parts
