"""Evaluation: how good the answers are, beyond one number.

For classes: which are confused; of the samples predicted as a class, the share that belong to it (precision); of the
samples that belong to it, the share that were predicted as it (recall); and how hits and false alarms trade off as the
threshold moves (ROC). A network is calibrated if 80 % of its predictions with 80 % confidence are correct. For numbers:
how far off the predictions are, and in which direction.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np

from engine.insight.distributions import Histogram, histogram
from engine.insight.results import CountRows, Counts, Covered, FiniteNumbers, Measures, Number, Numbers, explained
from engine.network.model import Model
from engine.training.metrics import labels
from engine.training.metrics_row import answers

CURVE_POINTS = 200
CALIBRATION_BINS = 10
SHOWN = 500  # pairs of target and answer


@dataclass(frozen=True)
class Roc:
    """The ROC curve: both rates as the threshold falls; empty where there is none."""

    false_positive_rate: FiniteNumbers
    true_positive_rate: FiniteNumbers


@dataclass(frozen=True, kw_only=True)
class ClassEvaluation:
    """One class, or label, against the rest."""

    name: str
    support: int = explained("How many samples belong to the class.")
    predicted: int = explained("How many samples were predicted as this class.")
    true_positives: int
    precision: Number
    recall: Number
    f1: Number
    roc: Roc
    auc: Number


@dataclass(frozen=True)
class Calibration:
    """In ten bins of confidence: the mean confidence, and the share of predictions that are correct."""

    counts: Counts
    confidence: Numbers
    accuracy: Numbers
    error: Number


@dataclass(frozen=True)
class Regression:
    """How far predictions are from targets, in the target's unit; residuals are prediction minus target."""

    mean_absolute_error: Number
    root_mean_squared_error: Number
    r2: Number
    bias: Number
    residuals: Histogram
    targets: Numbers
    predictions: Numbers


@dataclass(frozen=True, kw_only=True)
class PartEvaluation(Covered):
    """One part of the data. What does not go with the task is None."""

    measures: Measures
    confusion: CountRows | None = explained("Row: true class; column: predicted class.", None)
    classes: list[ClassEvaluation] | None = None
    calibration: Calibration | None = None
    regression: Regression | None = None


def evaluation(model: Model, part: str) -> PartEvaluation:
    """What can be said of the samples of one part, by the task; see `Model.at_once`. What does not exist is NaN."""
    samples = model.at_once(part)
    outputs, measured = answers(model, samples)
    with np.errstate(all="ignore"):
        told: dict[str, Any] = {**model.coverage(part), "measures": measured}
        if model.data.classes is None:
            return PartEvaluation(**told, regression=regression(model, part, outputs))
        if model.task == "multilabel":
            truth, said = samples[1] > model.data.threshold, outputs > model.data.threshold
            rows = zip(model.data.classes, truth, said, outputs, strict=True)
            return PartEvaluation(**told, classes=[_against_the_rest(*row) for row in rows])
        return PartEvaluation(**told, **_classification(model, part, outputs))


def _classification(model: Model, part: str, outputs: np.ndarray) -> dict[str, Any]:
    """The confusion matrix (row: true class, column: predicted class), and each class against the rest."""
    data, names = model.data, model.data.classes or []
    truth = labels(model.at_once(part)[1], data.threshold)
    said = labels(outputs, data.threshold)
    confusion = np.bincount(truth * len(names) + said, minlength=len(names) ** 2).reshape(len(names), -1)
    # Not 1 - p: that would make equal what is all but sure.
    scores = outputs if len(outputs) > 1 else np.stack([-outputs[0], outputs[0]])
    rows = [_against_the_rest(name, truth == index, said == index, scores[index]) for index, name in enumerate(names)]
    return {"confusion": confusion, "classes": rows, "calibration": _calibration(model, truth == said, outputs)}


def _against_the_rest(name: str, truth: np.ndarray, said: np.ndarray, scores: np.ndarray) -> ClassEvaluation:
    """One class or label against the rest: truth and said are booleans (n,), scores grow with the confidence in yes."""
    true_positives = int(np.sum(truth & said))
    predicted, support = int(said.sum()), int(truth.sum())
    x, y = roc(truth, scores)
    return ClassEvaluation(
        name=name,
        support=support,
        predicted=predicted,
        true_positives=true_positives,
        precision=_share(true_positives, predicted),
        recall=_share(true_positives, support),
        f1=_share(2 * true_positives, predicted + support),
        roc=Roc(_thinned(x), _thinned(y)),
        auc=float(np.trapezoid(y, x)) if len(x) else float("nan"),
    )


def roc(truth: np.ndarray, scores: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The shares of false and of true positives as the threshold falls from above all scores; empty without both kinds.

    Equal scores make one step, so that the area counts them half. Source: Fawcett, 2006.
    """
    if truth.all() or not truth.any() or not np.isfinite(scores).all():
        return np.empty(0), np.empty(0)
    order = np.argsort(-scores, kind="stable")
    sorted_scores, hits = scores[order], truth[order]
    ends = np.append(np.flatnonzero(np.diff(sorted_scores)), len(hits) - 1)
    true, false = np.cumsum(hits)[ends], np.cumsum(~hits)[ends]
    return np.concatenate([[0.0], false / false[-1]]), np.concatenate([[0.0], true / true[-1]])


def _calibration(model: Model, right: np.ndarray, outputs: np.ndarray) -> Calibration | None:
    """How often predictions of each confidence are correct; None where outputs are not probabilities.

    `error` is the expected calibration error (Naeini, Cooper and Hauskrecht, 2015).
    """
    output = model.experiment.output.activation
    if output.name not in {"sigmoid", "softmax"} or not np.isfinite(outputs).all():
        return None
    confidence = outputs.max(axis=0) if len(outputs) > 1 else np.maximum(outputs[0], 1 - outputs[0])
    places = np.minimum((confidence * CALIBRATION_BINS).astype(int), CALIBRATION_BINS - 1)
    counts = np.bincount(places, minlength=CALIBRATION_BINS)
    sure = np.bincount(places, confidence, CALIBRATION_BINS) / counts
    correct = np.bincount(places, right, CALIBRATION_BINS) / counts
    error = float(np.nansum(np.abs(sure - correct) * counts) / len(right))
    return Calibration(counts, confidence=sure, accuracy=correct, error=error)


def regression(model: Model, part: str, outputs: np.ndarray) -> Regression:
    """How far the answers are from the targets, in the target's own unit; residuals are answer minus target."""
    data = model.data
    wanted, given = model.at_once(part)[1][0].astype(np.float64), outputs[0].astype(np.float64)
    truth, said = data.in_units(wanted), data.in_units(given)
    residuals = (given - wanted) * data.target_spread  # not said - truth: a large mean would round both
    squares, variance = np.mean(residuals**2), np.var(wanted) * data.target_spread**2
    shown = np.unique(np.linspace(0, len(truth) - 1, min(SHOWN, len(truth))).astype(int))
    return Regression(
        mean_absolute_error=float(np.mean(np.abs(residuals))),
        root_mean_squared_error=float(np.sqrt(squares)),
        r2=float(1 - squares / variance) if variance > 0 else float("nan"),
        bias=float(np.mean(residuals)),
        residuals=histogram(residuals, 30),
        targets=truth[shown],
        predictions=said[shown],
    )


def _share(part: int, whole: int) -> float:
    return part / whole if whole else float("nan")


def _thinned(values: np.ndarray) -> np.ndarray:
    """At most so many of the values, first and last among them."""
    return values[np.unique(np.linspace(0, len(values) - 1, min(CURVE_POINTS, len(values))).astype(int))]
