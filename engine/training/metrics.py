"""Metrics: how good the predictions are, in terms people use. They are reported, never trained on."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from engine.components.registry import Entry, Family


@dataclass(frozen=True, kw_only=True)
class Metric(Entry):
    """`function(outputs, targets, threshold)` of arrays (outputs, n); targets are 0/1 or -1/1, one-hot or numbers.

    `in_units` says that the value is in the target's unit, `share` that it is a share of what is right.
    """

    function: Callable[[np.ndarray, np.ndarray, float], float]
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


METRICS: Family[Metric] = Family(
    "metric",
    "How good the predictions are.",
    (
        Metric(
            name="accuracy",
            label="Accuracy",
            summary="The share of samples whose class is predicted correctly.",
            hazard="If one class is rare, always predicting the other scores well.",
            tasks=("binary", "multiclass"),
            share=True,
            function=lambda outputs, targets, threshold: float(
                np.mean(labels(outputs, threshold) == labels(targets, threshold))
            ),
        ),
        Metric(
            name="binary_accuracy",
            label="Accuracy of labels",
            summary="The share of labels that are predicted correctly, over all samples and labels.",
            hazard="If most labels are absent, always predicting no scores well.",
            tasks=("multilabel",),
            share=True,
            function=lambda outputs, targets, threshold: float(np.mean((outputs > threshold) == (targets > threshold))),
        ),
        Metric(
            name="exact_match",
            label="Exact match",
            summary="The share of samples with every label predicted correctly.",
            tasks=("multilabel",),
            share=True,
            function=lambda outputs, targets, threshold: float(
                np.mean(((outputs > threshold) == (targets > threshold)).all(axis=0))
            ),
        ),
        Metric(
            name="mean_absolute_error",
            label="Mean absolute error",
            summary="The average distance between prediction and target, in the target's own unit.",
            tasks=("regression",),
            in_units=True,
            function=lambda outputs, targets, threshold: float(np.mean(np.abs(outputs - targets))),
        ),
    ),
)


def higher_is_better(measure: str) -> bool:
    """Whether a higher value is better; false for losses and errors."""
    return measure in METRICS and METRICS[measure].share


def metrics_of(task: str) -> tuple[Metric, ...]:
    """The metrics that make sense for a task."""
    return tuple(entry for entry in METRICS.values() if entry.tasks is None or task in entry.tasks)
