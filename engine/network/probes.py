"""Statistics of a layer: a few numbers that say whether it learns."""

from itertools import pairwise
from typing import Any

import numpy as np

from engine.compute.kernel import LIVE, SATURATED, SQUARES, SUM, State
from engine.network.network import Network


def layer_statistics(
    network: Network, state: State, gradient: np.ndarray, statistics: np.ndarray, samples: int, step: int
) -> list[dict[str, Any]]:
    """One dictionary per layer, hidden then output.

    `gradient_norm`: length of the data loss's gradient, by all that the layer learns; `weight_norm`: of W;
    `update_ratio`: length of the last update of W over that of W; `saturated`: share of (unit, sample) pairs whose
    derivative is under 0.01; `dead`: share of units whose derivative is 0 for every sample; `mean` and `std` of the
    activations; `zero_weights`: how many of W are exactly 0.
    """
    # A layer's weights and the rest of what it learns follow each other in the buffers: all sums are taken at once.
    edges = [edge for part in network.parts for edge in (part["weights"][0].start, part["weights"][0].stop)]
    now = state.parameters.astype(np.float64)
    slopes = _sums(gradient.astype(np.float64), edges)
    weights = np.sqrt(_sums(now, edges)[::2]).tolist()
    updates = np.sqrt(_sums(now - state.previous, edges)[::2]).tolist()
    gradients = np.sqrt(slopes[::2] + slopes[1::2]).tolist()
    zeros = np.add.reduceat(now == 0, edges, dtype=np.int64)[::2].tolist()
    units = np.array(network.sizes[1:])
    rows = np.add.reduceat(statistics, network.rows[1:-1])  # (layers, STATISTICS); rows that are no units have zeros
    dead = np.add.reduceat(statistics[:, LIVE] == 0, network.rows[1:-1], dtype=np.int64)
    dead = (dead - [high - low for low, high in pairwise(network.rows[1:])] + units) / units
    pairs = samples * units
    mean = rows[:, SUM] / pairs
    spread = np.sqrt(np.maximum(rows[:, SQUARES] / pairs - mean * mean, 0))
    saturated = rows[:, SATURATED] / pairs
    return [
        {
            "gradient_norm": gradients[index],
            "weight_norm": weights[index],
            "update_ratio": updates[index] / weights[index] if step and weights[index] else float("nan"),
            "saturated": told[0],
            "dead": told[1],
            "mean": told[2],
            "std": told[3],
            "zero_weights": zeros[index],
        }
        for index, told in enumerate(np.column_stack([saturated, dead, mean, spread]).tolist())
    ]


def _sums(numbers: np.ndarray, edges: list[int]) -> np.ndarray:
    """The sums of the squares between the edges, and after the last one; in float64, so that nothing overflows."""
    sums: np.ndarray = np.add.reduceat(numbers * numbers, edges)
    return sums
