"""Probes: what a layer is doing, in a few numbers that say whether it learns."""

from typing import Any

import numpy as np

from engine.kernel import LIVE, SATURATED, SQUARES, SUM, State
from engine.network import Network


def layer_statistics(
    network: Network, state: State, gradient: np.ndarray, statistics: np.ndarray, samples: int, step: int
) -> list[dict[str, Any]]:
    """One dictionary per layer, hidden then output.

    `gradient_norm`: length of the data loss's gradient, weights and biases; `weight_norm`: of W; `update_ratio`: length
    of the last update of W over that of W; `saturated`: share of (unit, sample) pairs whose derivative is under 0.01;
    `dead`: share of units whose derivative is 0 for every sample; `mean` and `std` of the activations.
    """
    layers = []
    now, before, slope = network.views(state.parameters), network.views(state.previous), network.views(gradient)
    first = network.sizes[0]
    for index, (layer, layer_before, layer_slope) in enumerate(zip(now, before, slope, strict=True)):
        w, w_before = layer["weights"], layer_before["weights"]
        rows = statistics[first : first + network.sizes[index + 1]]
        first += w.shape[1]
        pairs = samples * len(rows)
        mean = rows[:, SUM].sum() / pairs
        weight_norm = _length(w)
        layers.append(
            {
                "gradient_norm": float(np.hypot(_length(layer_slope["weights"]), _length(layer_slope["biases"]))),
                "weight_norm": weight_norm,
                "update_ratio": _length(w - w_before) / weight_norm if step and weight_norm else float("nan"),
                "saturated": float(rows[:, SATURATED].sum() / pairs),
                "dead": float(np.mean(rows[:, LIVE] == 0)),
                "mean": float(mean),
                "std": float(np.sqrt(max(rows[:, SQUARES].sum() / pairs - mean * mean, 0.0))),
            }
        )
    return layers


def _length(array: np.ndarray) -> float:
    """The L2 norm, summed in float64 so that large float32 numbers do not overflow."""
    return float(np.linalg.norm(array.astype(np.float64)))
