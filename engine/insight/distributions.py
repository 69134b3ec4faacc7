"""Distributions: how the numbers of each layer are spread, now and along a run.

A layer learns well when its sums reach where its activation bends, and when neither activations on the way forward nor
errors on the way back shrink or grow from layer to layer.
"""

from typing import Any

import numpy as np

from engine.limits import LIMITS
from engine.network.model import Model, Passes
from engine.training.time_travel import Course
from engine.training.trainer import Trainer

QUANTILES = (0.0, 0.05, 0.25, 0.5, 0.75, 0.95, 1.0)


def histogram(numbers: np.ndarray, bins: int) -> dict[str, Any]:
    """How often numbers fall into `bins` of equal width from `low` to `high`; those that are not finite are counted."""
    flat = numbers.reshape(-1)
    finite = flat[np.isfinite(flat)].astype(np.float64)
    told = {"not_finite": len(flat) - len(finite)}
    if not len(finite):
        return told | {"low": None, "high": None, "counts": [], "mean": None, "std": None, "quantiles": []}
    low, high = float(finite.min()), float(finite.max())
    return told | {
        "low": low,
        "high": high,
        "counts": _counts(finite, low, high, bins),
        "mean": float(finite.mean()),
        "std": float(finite.std()),
        "quantiles": np.quantile(finite, QUANTILES),
    }


def _counts(numbers: np.ndarray, low: float, high: float, bins: int) -> np.ndarray:
    span = high / 2 - low / 2  # halved first: the span of two finite numbers can overflow
    places = ((numbers / 2 - low / 2) / span * bins).astype(int) if span > 0 else np.zeros(len(numbers), int)
    return np.bincount(np.clip(places, 0, bins - 1), minlength=bins)


def distributions(model: Model, bins: int = 40) -> list[dict[str, Any]]:
    """For each layer the histograms of its `weights`, and over the measured training samples of its `pre_activations`
    (what its activation takes in), `activations`, `gradients` (of the mean loss, by weight) and `errors` (dL/dz of
    single samples).
    """
    return _layers(model, model.passes(), bins)


def _layers(model: Model, passes: Passes, bins: int) -> list[dict[str, Any]]:
    weights, gradients = model.network.views(model.state.parameters), model.network.views(passes.gradient)
    told = []
    with np.errstate(all="ignore"):
        for index in range(len(model.network.layers)):
            sums, units = model.rows_of(index)
            layer = {
                "weights": weights[index]["weights"],
                "pre_activations": passes.z[sums],
                "activations": passes.a[units],
                "gradients": gradients[index]["weights"],
                "errors": passes.d[sums],
            }
            name = {"name": model.layer_name(index)}
            told.append(name | {what: histogram(numbers, bins) for what, numbers in layer.items()})
    return told


def unit_distributions(model: Model, layer: int, bins: int = 40) -> list[dict[str, Any]]:
    """For each unit of a layer the histogram of the sums that its activation gets, all over the same range.

    A maxout unit has one for each of its pieces.
    """
    sums, _ = model.rows_of(layer)
    z = model.passes().z[sums].astype(np.float64)
    finite = z[np.isfinite(z)]
    low, high = (float(finite.min()), float(finite.max())) if len(finite) else (0.0, 0.0)
    return [{"low": low, "high": high, "counts": _counts(row[np.isfinite(row)], low, high, bins)} for row in z]


def spread(model: Model) -> list[dict[str, Any]]:
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
                {
                    "name": model.layer_name(index),
                    "activations": float(passes.a[units].std(dtype=np.float64)),
                    "errors": float(passes.d[sums].std(dtype=np.float64)),
                    "gradient": float(np.linalg.norm(gradients[index]["weights"].astype(np.float64))),
                }
            )
    return told


def along(run: Trainer, moments: int = 20, bins: int = 40) -> Course[dict[str, Any]]:
    """The distributions at up to so many of the epochs that are kept of a run, evenly chosen."""
    return Course(
        run,
        min(moments, LIMITS.moments),
        lambda model: {"step": model.step, "epoch": model.epoch, "layers": distributions(model, bins)},
    )
