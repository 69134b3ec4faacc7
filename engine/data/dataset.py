"""The data of one experiment: made or given, moved by noise, split, turned into features, laid out for the kernel.

The kernel reads samples feature by feature: arrays are (features, n) and (outputs, n), so that the loop over samples
runs through neighboring memory.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from engine import rng
from engine.components.features import FEATURES
from engine.data.projection import Axes, Domain, Projection, along_columns, principal
from engine.data.scaling import mean_and_spread
from engine.data.splits import parts_of
from engine.data.tabular import telling
from engine.errors import FieldError, InvalidInput
from engine.experiment import Note, Resolved
from engine.limits import LIMITS

MOST_NAMED = 5  # columns in a note
Samples = tuple[np.ndarray, np.ndarray, np.ndarray]  # x (features, n), t (outputs, n) and weights (n,)


@dataclass(frozen=True)
class Part:
    """Samples of one part: raw points (n, columns), targets, inputs x (features, n), answers t (outputs, n).

    Targets are (n,), or (n, labels) where several labels may hold.
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
    """Everything an experiment says about its data, computed once."""

    def __init__(self, experiment: Resolved) -> None:
        dataset, source = experiment.dataset, experiment.source
        self.dtype = np.dtype(experiment.precision)
        self.fields = source.fields
        self.columns = source.columns
        self.outputs = source.outputs
        self.features = experiment.features
        self.task = experiment.task
        self.rules = source.rules
        self.classes = self._class_names(source.classes)
        # What an answer looks like that says no, and one that says yes.
        self.no, self.yes = (-1.0, 1.0) if experiment.signed else (0.0, 1.0)
        parts = parts_of(experiment)
        self.offset = np.zeros((len(self.features), 1))
        self.scale = np.ones((len(self.features), 1))
        if dataset.standardize:
            mean, spread = mean_and_spread(self._raw_features(parts["train"][0]).T)
            self.offset, self.scale = mean[:, None], 1 / np.where(spread > 0, spread, 1)[:, None]
        self.target_mean, self.target_spread = 0.0, 1.0
        self.unit = 1.0  # what a difference between two outputs is measured by
        if self.task == "regression":
            mean, spread = mean_and_spread(parts["train"][1][:, None])
            self.unit = float(spread[0]) or 1.0
            if dataset.standardize:
                self.target_mean, self.target_spread = float(mean[0]), self.unit
        self._smoothing = experiment.label_smoothing
        self._class_weights = _class_weights(experiment, parts["train"][1], max(self.outputs, 2))
        self.parts = {name: self._part(*arrays) for name, arrays in parts.items()}
        # What is measured of each part that has samples: all of them; and a fixed draw of very many, for where that
        # would take too long.
        self.measured = {name: (part.x, part.t, part.weights) for name, part in self.parts.items() if len(part)}
        self.drawn = {name: _drawn(self.parts[name], dataset.seed) for name in self.measured}
        self.middle = mean_and_spread(parts["train"][0])[0]
        self.typical = self.fields.typical(self.middle)
        self.notes = tuple(self._notes(experiment))
        self.axes = self._axes()
        self.domain = source.domain or self._range(along_columns(self.axes, self.middle))
        self._domains: dict[Axes | None, Domain] = {None: self.domain, self.axes: self.domain}

    def _notes(self, experiment: Resolved) -> Iterator[Note]:
        """What only the data can tell: classes and columns of which the training part shows nothing."""
        dataset, train = experiment.dataset, self.parts["train"]
        if self.classes and self.task != "multilabel":
            counts = np.bincount(train.targets.astype(int), minlength=len(self.classes))
            everywhere = sum(
                np.bincount(part.targets.astype(int), minlength=len(self.classes)) for part in self.parts.values()
            )
            for index in np.flatnonzero((counts == 0) & (everywhere > 0)):
                remedy = (
                    "Add samples of it, or make the validation and test shares smaller."
                    if dataset.stratify
                    else "Stratify the split (dataset.stratify), so that every part gets its share of each class."
                )
                says = (
                    f"No training sample belongs to the class '{self.classes[index]}': it cannot be learned. {remedy}"
                )
                yield Note("dataset.stratify", says)
        if experiment.source.own and len(train) > 1:
            constant = [name for name, x in zip(self.features, train.x, strict=True) if x.min() == x.max()]
            if constant and set(constant) != set(self.features):
                names = ", ".join(f"'{name}'" for name in constant[:MOST_NAMED])
                more = f" and {len(constant) - MOST_NAMED} more" if len(constant) > MOST_NAMED else ""
                says = f"Constant in the training data, so nothing can be learned from it: {names}{more}."
                yield Note("features", says)
        if self.task == "regression" and len(train) > 1 and np.ptp(train.t) == 0:
            yield Note("dataset", "The target is always the same in the training part: there is nothing to learn.")

    @property
    def threshold(self) -> float:
        """Between yes and no."""
        return (self.no + self.yes) / 2

    def _class_names(self, names: tuple[str, ...] | None) -> list[str] | None:
        if self.task == "regression":
            return None
        count = self.outputs if self.task == "multilabel" else max(self.outputs, 2)
        one = "label" if self.task == "multilabel" else "class"
        return list(names[:count]) if names else [f"{one} {index}" for index in range(count)]

    def _axes(self) -> tuple[int, int]:
        """The two columns drawn as a plane: of those that the network is fed with, the two that tell most."""
        train = self.parts["train"]
        told = telling(train.points, train.t.T)
        words = [len(np.unique(column)) <= 2 for column in train.points.T]

        def rank(index: int) -> tuple[bool, bool, float]:
            return self.columns[index] not in self.features, words[index], -told[index]

        first, second = sorted(sorted(range(len(self.columns)), key=rank)[:2]) if len(self.columns) > 1 else (0, 0)
        return first, second

    def _range(self, projection: Projection) -> Domain:
        """The part of a plane where the points are, with a margin."""
        drawn = np.vstack([projection.coordinates(part.points) for part in self.parts.values()])
        if len(self.columns) == 1 and self.task == "regression":  # a curve is drawn over its only column
            drawn[:, 1] = np.concatenate([part.targets for part in self.parts.values()])
        low, high = drawn.min(axis=0), drawn.max(axis=0)
        margin = np.where(high > low, (high - low) * 0.1, 1.0)
        (low1, low2), (high1, high2) = (low - margin).tolist(), (high + margin).tolist()
        return low1, high1, low2, high2

    @cached_property
    def principal(self) -> Projection:
        """The plane in which the training points differ most."""
        return principal(self.parts["train"].points)

    def projection(self, axes: Axes | None = None) -> Projection:
        """The plane along two columns, the two that tell most if none are named, or the principal one.

        Raises InvalidInput for columns that there are not.
        """
        if axes == "principal":
            return self.principal
        last = len(self.columns) - 1
        if axes and not (all(0 <= axis <= last for axis in axes) and axes[0] != axes[1]):
            expected = f"two columns, from 0 to {last}, or principal"
            raise InvalidInput(FieldError("axes", list(axes), expected, f"a picture's axes are {expected}"))
        return along_columns(axes or self.axes, self.middle)

    def domain_of(self, axes: Axes | None = None) -> Domain:
        """The part of a plane that is shown unless another is asked for."""
        known = self._domains.get(axes)
        if known is None:
            known = self._domains[axes] = self._range(self.projection(axes))
        return known

    def _raw_features(self, points: np.ndarray) -> np.ndarray:
        if self.columns == ("x1", "x2"):
            x1, x2 = points[:, 0], points[:, 1]
            return np.stack([FEATURES[name].function(x1, x2) for name in self.features])
        return np.stack([points[:, self.columns.index(name)] for name in self.features])

    def inputs(self, points: np.ndarray) -> np.ndarray:
        """What the network is fed with, (features, n), for raw points (n, columns)."""
        with np.errstate(over="ignore"):
            x = (self._raw_features(points) - self.offset) * self.scale
            return np.ascontiguousarray(x, dtype=self.dtype)

    def _part(self, points: np.ndarray, targets: np.ndarray) -> Part:
        weights = np.ones(len(targets), self.dtype)
        if self._class_weights is not None:
            weights = self._class_weights[targets.astype(int)].astype(self.dtype)
        return Part(points, targets, self.inputs(points), self._answers(targets), weights)

    def _answers(self, targets: np.ndarray) -> np.ndarray:
        """What the network should say, (outputs, n)."""
        if self.task == "multiclass":
            t = np.zeros((self.outputs, len(targets)))
            t[targets.astype(int), np.arange(len(targets))] = 1
        else:
            t = targets.T if targets.ndim > 1 else targets[None, :]
        if self.task == "regression":
            t = (t - self.target_mean) / self.target_spread
        else:
            if self._smoothing:
                classes = self.outputs if self.task == "multiclass" else 2
                t = t * (1 - self._smoothing) + self._smoothing / classes
            t = self.no + t * (self.yes - self.no)
        return np.ascontiguousarray(t, dtype=self.dtype)

    def in_units(self, outputs: np.ndarray) -> np.ndarray:
        """Outputs in the target's own unit: in float64, because a large mean would swallow a small spread."""
        if (self.target_mean, self.target_spread) == (0.0, 1.0):
            return outputs
        return outputs.astype(np.float64) * self.target_spread + self.target_mean

    def plane(self, resolution: int, axes: Axes | None = None, domain: Domain | None = None) -> np.ndarray:
        """Inputs (features, resolution^2) over a part of a plane, from its upper left corner row by row."""
        return self.inputs(self.projection(axes).plane(domain or self.domain_of(axes), resolution))

    def encode(self, rows: Sequence[Any]) -> np.ndarray:
        """Points (n, columns) of rows as the table has them; a gap gets the training part's mean, as in training.

        Raises InvalidInput where they do not fit the data.
        """
        points = self.fields.encode(rows)
        return np.where(np.isnan(points), self.middle, points)

    def _all_points(self) -> np.ndarray:
        return np.vstack([part.points for part in self.parts.values()])

    def as_data(self) -> dict[str, Any]:
        """The points to draw, how to draw them, and how rows of one's own are given."""
        return {
            "columns": list(self.columns),
            "fields": self.fields.as_data(self._all_points(), self.typical),
            "targets": {
                "kind": self.task,
                "classes": self.classes,
                "range": None if self.task == "regression" else [self.no, self.yes],
            },
            "domain": list(self.domain),
            "axes": list(self.axes),
            "principal": self.principal.as_data() if len(self.columns) > 2 else None,
            "parts": {
                name: {"points": part.points, "targets": part.targets} for name, part in self.parts.items() if len(part)
            },
        }


def _drawn(part: Part, seed: int) -> Samples:
    if len(part) <= LIMITS.drawn_samples:
        return part.x, part.t, part.weights
    chosen = rng.generator(seed, rng.EVALUATION).permutation(len(part))[: LIMITS.drawn_samples]
    return np.ascontiguousarray(part.x[:, chosen]), np.ascontiguousarray(part.t[:, chosen]), part.weights[chosen]


def _class_weights(experiment: Resolved, targets: np.ndarray, classes: int) -> np.ndarray | None:
    """How much each class counts (classes,). Balanced: so that all classes weigh the same in the training part."""
    if experiment.class_weight is None:
        return None
    if experiment.class_weight == "balanced":
        counts = np.bincount(targets.astype(int), minlength=classes)
        return len(targets) / (classes * np.maximum(counts, 1))
    return np.array(experiment.class_weight, np.float64)
