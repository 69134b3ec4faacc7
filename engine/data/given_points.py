"""Points given in the request: each with its target, and, if wanted, points of their own to judge with."""

from dataclasses import dataclass

import numpy as np

from engine.components.registry import STRICT, described
from engine.components.tasks import TaskName
from engine.data.cells import written
from engine.data.fields import numbers
from engine.data.sources import DatasetChoice, Made, Source
from engine.data.uploads import Tables
from engine.errors import refusal
from engine.limits import LIMITS

LONGEST_NAME = 60  # characters
Points = tuple[tuple[float, ...], ...]
Targets = tuple[float | tuple[float, ...], ...]  # a number, or a list of labels for each sample


@dataclass(frozen=True)
class GivenPoints(DatasetChoice):
    """Points given in the request."""

    __pydantic_config__ = STRICT

    name: str = described("points", title="Name", help="Points given in the request.", pattern="^points$")
    points: Points = described(
        (), title="Points", help="One list of coordinates for each sample.", max_length=LIMITS.samples
    )
    targets: Targets = described(
        (),
        title="Targets",
        help="One target for each point: 0 or 1, a class number, or a number; or a list of labels, each 0 or 1.",
        max_length=LIMITS.samples,
    )
    test_points: Points | None = described(
        None,
        title="Test points",
        help="Points to judge with, instead of a share of the points.",
        max_length=LIMITS.samples,
    )
    test_targets: Targets | None = described(
        None, title="Test targets", help="One target for each test point.", max_length=LIMITS.samples
    )
    class_names: tuple[str, ...] | None = described(
        None,
        title="Class names",
        help="What the classes or labels are called, from class 0 on.",
        max_length=LIMITS.classes,
    )

    def source(self, task: TaskName | None, tables: Tables) -> Source:
        """As the points show: the task too, if none is named."""
        self._check_form()
        targets = np.asarray(self.targets + (self.test_targets or ()))
        task = _task_of_labels(task, targets) if targets.ndim > 1 else self._task_of_numbers(task, targets)
        if task == "multilabel":
            count = targets.shape[1]
            _check_names(self.class_names, count)
        else:
            count = 0 if task == "regression" else int(targets.max()) + 1
            _check_names(self.class_names, max(count, 2) if count else 0)
        columns = tuple(f"x{index + 1}" for index in range(len(self.points[0])))
        return Source(
            task=task,
            samples=len(self.points),
            most=len(self.points),
            make=lambda: _arrays(self.points, self.targets),
            fields=numbers(columns),
            columns=columns,
            count=count,
            classes=self.class_names,
            own=True,
            test=_arrays(self.test_points, self.test_targets) if self.test_points and self.test_targets else None,
        )

    def _check_form(self) -> None:
        columns = len(self.points[0]) if self.points else 0
        _check_points("dataset.points", self.points, columns)
        if len(self.points) < 2:
            raise refusal(
                "dataset.points", len(self.points), "two points or more", "there are too few points to learn from"
            )
        labels = len(self.targets[0]) if self.targets and isinstance(self.targets[0], tuple) else None
        _check_targets("dataset.targets", self.targets, len(self.points), labels)
        if (self.test_points is None) != (self.test_targets is None):
            missing = "test_points" if self.test_points is None else "test_targets"
            raise refusal(f"dataset.{missing}", None, "both or neither", "test points and test targets go together")
        if self.test_points is not None and self.test_targets is not None:
            _check_points("dataset.test_points", self.test_points, columns)
            _check_targets("dataset.test_targets", self.test_targets, len(self.test_points), labels)

    def _task_of_numbers(self, task: TaskName | None, targets: np.ndarray) -> TaskName:
        """The task of targets (n,), if it suits them."""
        if task == "multilabel":
            message = "several labels need a list of 0 and 1 for each point"
            raise refusal("dataset.targets", self.targets[0], "lists of 0 and 1", message)
        whole = bool(np.all((targets == np.round(targets)) & (targets >= 0)))
        if task is None:
            classes = targets.max() + 1 if whole else np.inf
            task = "binary" if classes <= 2 else "multiclass" if classes <= LIMITS.classes else "regression"
        if task == "binary" and not (whole and targets.max() <= 1):
            raise refusal("dataset.targets", float(targets.max()), "0 or 1", "binary targets are 0 and 1")
        if task == "multiclass" and not (whole and targets.max() < LIMITS.classes):
            raise refusal(
                "dataset.targets",
                float(targets.max()),
                f"whole numbers from 0 to {LIMITS.classes - 1}",
                "class numbers count from 0",
            )
        if task != "regression" and len(set(self.targets)) < 2:
            raise refusal(
                "dataset.targets",
                sorted(set(self.targets)),
                "two classes or more",
                "all targets are of one class: there is nothing to tell apart. Add points of another class",
            )
        return task


def _arrays(points: Points, targets: Targets) -> Made:
    return np.array(points, np.float64), np.array(targets, np.float64)


def _task_of_labels(task: TaskName | None, targets: np.ndarray) -> TaskName:
    """The task of targets (n, labels), if it suits them."""
    if task not in (None, "multilabel"):
        raise refusal("task", task, "multilabel", "targets that are lists of labels are for the task multilabel")
    if not np.isin(targets, (0, 1)).all():
        raise refusal("dataset.targets", None, "lists of 0 and 1", "each label is 0 or 1")
    return "multilabel"


def _check_names(names: tuple[str, ...] | None, classes: int) -> None:
    if names is not None and len(names) < classes:
        message = f"there are {classes} classes and only {len(names)} names"
        raise refusal("dataset.class_names", list(names), f"{classes} names", message)
    for index, name in enumerate(names or ()):
        if not 1 <= len(name) <= LONGEST_NAME:
            expected = f"1 to {LONGEST_NAME} characters"
            raise refusal(
                f"dataset.class_names.{index}", name[:LONGEST_NAME], expected, f"a class's name has {expected}"
            )


def _check_points(field: str, points: tuple[tuple[float, ...], ...], columns: int) -> None:
    if not points:
        raise refusal(field, [], "at least one point", "there are no points")
    if not 1 <= columns <= LIMITS.inputs:
        raise refusal(f"{field}.0", columns, f"1 to {LIMITS.inputs} coordinates", "a point needs coordinates")
    for index, point in enumerate(points):
        if len(point) != columns:
            raise refusal(
                f"{field}.{index}",
                list(point),
                f"{columns} coordinates",
                f"this point has {len(point)} coordinates, the first has {columns}",
            )
        _check_magnitude(f"{field}.{index}", point)


def _check_magnitude(field: str, numbers: tuple[float, ...]) -> None:
    """Refuses numbers so large that their squares would overflow in float32."""
    largest = max(numbers, key=abs)
    if abs(largest) > LIMITS.magnitude:
        expected = f"{written(-LIMITS.magnitude)} to {written(LIMITS.magnitude)}"
        message = f"{written(largest)} is too large to compute with; scale the data down"
        raise refusal(field, largest, expected, message)


def _check_targets(field: str, targets: Targets, count: int, labels: int | None) -> None:
    """`labels` is the number of labels that each target lists, or None if targets are numbers."""
    if len(targets) != count:
        raise refusal(field, len(targets), str(count), f"there are {count} points but {len(targets)} targets")
    if labels is not None and not 1 <= labels <= LIMITS.classes:
        raise refusal(f"{field}.0", labels, f"1 to {LIMITS.classes} labels", f"there are {labels} labels")
    for index, target in enumerate(targets):
        listed = len(target) if isinstance(target, tuple) else None
        if listed != labels:
            expected = "a number" if labels is None else f"a list of {labels} labels"
            message = f"this target differs in form from the first, which is {expected}"
            raise refusal(f"{field}.{index}", target, expected, message)
        _check_magnitude(f"{field}.{index}", target if isinstance(target, tuple) else (target,))
