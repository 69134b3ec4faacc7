"""Distributions: how the numbers of each layer are spread, now and along a run.

A layer learns well when its sums reach where its activation bends, and when neither activations on the way forward nor
errors on the way back shrink or grow from layer to layer.
"""

from dataclasses import dataclass

import numpy as np

from engine.insight.results import Counts, Number, Numbers
from engine.limits import LIMITS
from engine.network.model import Model
from engine.training.time_travel import Course
from engine.training.trainer import Trainer

QUANTILES = np.array([0.0, 0.05, 0.25, 0.5, 0.75, 0.95, 1.0])


@dataclass(frozen=True)
class Histogram:
    """How often numbers fall into equal bins from low to high; quantiles are 0, 5, 25, 50, 75, 95 and 100 %.

    Without finite numbers the ends are NaN and the lists empty.
    """

    low: Number
    high: Number
    counts: Counts
    mean: Number
    std: Number
    quantiles: Numbers
    not_finite: int


@dataclass(frozen=True)
class LayerDistributions:
    """The histograms of one layer's weights and, over the measured training samples, of its `pre_activations` (what its
    activation takes in), `activations`, `gradients` (of the mean loss, by weight) and `errors` (dL/dz of one sample).
    """

    name: str
    weights: Histogram
    pre_activations: Histogram
    activations: Histogram
    gradients: Histogram
    errors: Histogram


@dataclass(frozen=True)
class MomentDistributions:
    """The distributions at one epoch."""

    step: int
    epoch: float
    layers: list[LayerDistributions]


@dataclass(frozen=True)
class UnitHistogram:
    """How often a unit's activation gets sums in equal bins from low to high."""

    low: float
    high: float
    counts: Counts


@dataclass(frozen=True)
class LayerSpread:
    """Standard deviations over the training samples, and the length of the gradient."""

    name: str
    activations: Number
    errors: Number
    gradient: Number


def histogram(numbers: np.ndarray, bins: int) -> Histogram:
    """How often numbers fall into `bins` of equal width from `low` to `high`; those that are not finite are counted."""
    flat = numbers.reshape(-1)
    finite = flat[np.isfinite(flat)].astype(np.float64)
    if not len(finite):
        return Histogram(np.nan, np.nan, np.empty(0, int), np.nan, np.nan, np.empty(0), not_finite=len(flat))
    finite.sort()
    low, high = float(finite[0]), float(finite[-1])
    return Histogram(
        low,
        high,
        _counts(finite, low, high, bins),
        mean=float(finite.mean()),
        std=float(finite.std()),
        quantiles=_quantiles(finite),
        not_finite=len(flat) - len(finite),
    )


def _quantiles(sorted_numbers: np.ndarray) -> np.ndarray:
    """As `np.quantile` has them, in a tenth of its time."""
    places = QUANTILES * (len(sorted_numbers) - 1)
    below = places.astype(int)
    low, high, share = sorted_numbers[below], sorted_numbers[np.ceil(places).astype(int)], places - below
    return np.clip(low * (1 - share) + high * share, low, high)  # the difference of two finite numbers can overflow


def _counts(numbers: np.ndarray, low: float, high: float, bins: int) -> np.ndarray:
    span = high / 2 - low / 2  # halved first: the span of two finite numbers can overflow
    places = ((numbers / 2 - low / 2) / span * bins).astype(int) if span > 0 else np.zeros(len(numbers), int)
    return np.bincount(np.clip(places, 0, bins - 1), minlength=bins)


def distributions(model: Model, bins: int = 40) -> list[LayerDistributions]:
    """The distributions of each layer."""
    passes = model.passes()
    weights, gradients = model.network.views(model.state.parameters), model.network.views(passes.gradient)
    told = []
    with np.errstate(all="ignore"):
        for index in range(len(model.network.layers)):
            sums, units = model.rows_of(index)
            layer = LayerDistributions(
                model.layer_name(index),
                weights=histogram(weights[index]["weights"], bins),
                pre_activations=histogram(passes.z[sums], bins),
                activations=histogram(passes.a[units], bins),
                gradients=histogram(gradients[index]["weights"], bins),
                errors=histogram(passes.d[sums], bins),
            )
            told.append(layer)
    return told


def unit_distributions(model: Model, layer: int, bins: int = 40) -> list[UnitHistogram]:
    """For each unit of a layer the histogram of the sums that its activation gets, all over the same range.

    A maxout unit has one for each of its pieces.
    """
    sums, _ = model.rows_of(layer)
    z = model.passes().z[sums].astype(np.float64)
    finite = z[np.isfinite(z)]
    low, high = (float(finite.min()), float(finite.max())) if len(finite) else (0.0, 0.0)
    return [UnitHistogram(low, high, _counts(row[np.isfinite(row)], low, high, bins)) for row in z]


def spread(model: Model) -> list[LayerSpread]:
    """For each layer the standard deviation of its activations on the way forward, of its errors on the way back, and
    the length of its gradient.
    """
    passes = model.passes()
    gradients = model.network.views(passes.gradient)
    told = []
    with np.errstate(all="ignore"):
        for index in range(len(model.network.layers)):
            sums, units = model.rows_of(index)
            told.append(
                LayerSpread(
                    model.layer_name(index),
                    activations=float(passes.a[units].std(dtype=np.float64)),
                    errors=float(passes.d[sums].std(dtype=np.float64)),
                    gradient=float(np.linalg.norm(gradients[index]["weights"].astype(np.float64))),
                )
            )
    return told


def along(run: Trainer, moments: int = 20, bins: int = 40) -> Course[MomentDistributions]:
    """The distributions at so many epochs of a run at most, evenly chosen; of a long run, among its checkpoints."""
    return Course(
        run,
        min(moments, LIMITS.moments),
        lambda model: MomentDistributions(model.step, model.epoch, distributions(model, bins)),
    )
