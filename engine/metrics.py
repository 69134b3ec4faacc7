"""Metrics: how good the answers are, in words people use. They are watched, never trained on."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from engine.catalogue import Entry, Family


@dataclass(frozen=True, kw_only=True)
class Metric(Entry):
    """`function(outputs, targets, threshold)` of arrays (outputs, n); targets are 0/1, one-hot or numbers."""

    function: Callable[[np.ndarray, np.ndarray, float], float]


def labels(outputs: np.ndarray, threshold: float = 0.5) -> np.ndarray:
    """The class of each column of outputs (outputs, n): whether it is over the threshold, or the largest."""
    if outputs.shape[0] == 1:
        return (outputs[0] > threshold).astype(np.int64)
    return outputs.argmax(axis=0)


METRICS: Family[Metric] = Family(
    "metric",
    "How good the answers are.",
    (
        Metric(
            name="accuracy",
            label="Accuracy",
            summary="The share of samples whose class is right.",
            hazard="With one rare class, always saying the other scores well.",
            tasks=("binary", "multiclass"),
            function=lambda outputs, targets, threshold: float(np.mean(labels(outputs, threshold) == labels(targets))),
        ),
        Metric(
            name="mean_absolute_error",
            label="Mean absolute error",
            summary="How far off the answers are on average, in the target's own unit.",
            tasks=("regression",),
            function=lambda outputs, targets, threshold: float(np.mean(np.abs(outputs - targets))),
        ),
    ),
)


def metrics_of(task: str) -> tuple[Metric, ...]:
    """The metrics that make sense for a task."""
    return tuple(entry for entry in METRICS.values() if entry.tasks is None or task in entry.tasks)
