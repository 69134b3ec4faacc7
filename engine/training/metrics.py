"""Metrics: how good the predictions are, in terms people use. They are reported, never trained on.

A metric is the mean of a score that each sample gets, so it is computed chunk by chunk, inside the kernel.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from engine.components.registry import Entry, Family
from engine.compute.jit import inlined


@dataclass(frozen=True, kw_only=True)
class Metric(Entry):
    """`function(outputs, targets, sample, threshold)` is the score of one sample, a column of arrays (outputs, n).

    Targets are 0/1 or -1/1, one-hot or numbers. The metric is the mean of the scores.
    `in_units` says that the value is in the target's unit, `share` that it is a share of what is right.
    """

    function: Callable[[np.ndarray, np.ndarray, int, float], float]
    in_units: bool = False
    share: bool = False

    def as_data(self) -> dict[str, Any]:
        """This metric for the catalogue."""
        return super().as_data() | {"share": self.share}


def labels(outputs: np.ndarray, threshold: float = 0.5) -> np.ndarray:
    """The class of each column of outputs (outputs, n): whether it is over the threshold, or the largest."""
    if outputs.shape[0] == 1:
        return (outputs[0] > threshold).astype(np.int64)
    return outputs.argmax(axis=0)


@inlined
def label(values: np.ndarray, sample: int, threshold: float) -> int:
    """The class of one column; as in NumPy, what is not a number is the largest."""
    if values.shape[0] == 1:
        return 1 if values[0, sample] > threshold else 0
    largest = 0
    for k in range(1, values.shape[0]):
        top = values[largest, sample]
        if not values[k, sample] <= top and top == top:
            largest = k
    return largest


@inlined
def matching_labels(outputs: np.ndarray, targets: np.ndarray, sample: int, threshold: float) -> int:
    """How many outputs are on the same side of the threshold as their targets."""
    count = 0
    for k in range(outputs.shape[0]):
        count += (outputs[k, sample] > threshold) == (targets[k, sample] > threshold)
    return count


@inlined
def accuracy(outputs: np.ndarray, targets: np.ndarray, sample: int, threshold: float) -> float:
    return 1.0 if label(outputs, sample, threshold) == label(targets, sample, threshold) else 0.0


@inlined
def binary_accuracy(outputs: np.ndarray, targets: np.ndarray, sample: int, threshold: float) -> float:
    return matching_labels(outputs, targets, sample, threshold) / outputs.shape[0]


@inlined
def exact_match(outputs: np.ndarray, targets: np.ndarray, sample: int, threshold: float) -> float:
    return 1.0 if matching_labels(outputs, targets, sample, threshold) == outputs.shape[0] else 0.0


@inlined
def mean_absolute_error(outputs: np.ndarray, targets: np.ndarray, sample: int, threshold: float) -> float:
    total = 0.0
    for k in range(outputs.shape[0]):
        total += abs(np.float64(outputs[k, sample]) - np.float64(targets[k, sample]))
    return total / outputs.shape[0]


METRICS: Family[Metric] = Family(
    "metric",
    "How good the predictions are.",
    (
        Metric(
            name="accuracy",
            common=True,
            label="Accuracy",
            summary="The share of samples whose class is predicted correctly.",
            hazard="If one class is rare, always predicting the other scores well.",
            tasks=("binary", "multiclass"),
            share=True,
            function=accuracy,
        ),
        Metric(
            name="binary_accuracy",
            label="Accuracy of labels",
            summary="The share of labels that are predicted correctly, over all samples and labels.",
            hazard="If most labels are absent, always predicting no scores well.",
            tasks=("multilabel",),
            share=True,
            function=binary_accuracy,
        ),
        Metric(
            name="exact_match",
            label="Exact match",
            summary="The share of samples with every label predicted correctly.",
            tasks=("multilabel",),
            share=True,
            function=exact_match,
        ),
        Metric(
            name="mean_absolute_error",
            label="Mean absolute error",
            summary="The average distance between prediction and target, in the target's own unit.",
            tasks=("regression",),
            in_units=True,
            function=mean_absolute_error,
        ),
    ),
)


def higher_is_better(measure: str) -> bool:
    """Whether a higher value is better; false for losses and errors."""
    return measure in METRICS and METRICS[measure].share


def metrics_of(task: str) -> tuple[Metric, ...]:
    """The metrics that make sense for a task."""
    return tuple(entry for entry in METRICS.values() if entry.tasks is None or task in entry.tasks)


def measures_of(task: str) -> tuple[str, ...]:
    """The names of what a row says of each part of the data: the loss and the task's metrics."""
    return ("loss", *(metric.name for metric in metrics_of(task)))
