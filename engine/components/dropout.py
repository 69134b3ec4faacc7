"""What is random in a training step, beside the order of the samples: dropout, and noise on the inputs.

Both are off when evaluating. Every draw is a function of the seed, the step, the layer, the unit and the place in the
batch, so a run is the same however it is sliced.
"""

from typing import Any

import numpy as np

from engine import rng
from engine.compute.jit import part
from engine.compute.matmul import Array, Rows, U


@part
def drop(work: Any, rows: Rows, rate: float, key: Any, first: int) -> None:
    """Inverted dropout: sets a share `rate` of the activations to 0 and divides the others by 1 - rate.

    `first` is the place in the batch of the first column. What each was multiplied with stays in work.kept.
    """
    threshold, scale = np.uint64(rate * 4294967296.0), work.a.dtype.type(1 / (1 - np.float64(rate)))
    for u in range(U(rows[0]), U(rows[1])):
        unit = rng.mix(key ^ (u - U(rows[0])))
        for s in range(U(work.a.shape[1])):
            stays = (rng.mix(unit ^ (U(first) + s)) >> np.uint64(32)) >= threshold
            factor = scale if stays else work.a.dtype.type(0)
            work.kept[u, s] = factor
            work.a[u, s] *= factor


@part
def undrop(work: Any, rows: Rows, rate: float) -> None:
    """The way back: masks the errors as the activations were, and undoes the scaling of those that were kept."""
    before = work.a.dtype.type(1 - np.float64(rate))
    for u in range(U(rows[0]), U(rows[1])):
        for s in range(U(work.a.shape[1])):
            work.d[u, s] *= work.kept[u, s]
            work.a[u, s] *= before


@part
def disturb(a: Array, features: int, n: int, stddev: float, key: Any, first: int) -> None:
    """Adds a normal draw to the first `features` rows (Box and Muller, 1958)."""
    for f in range(U(features)):
        row = rng.mix(key ^ f)
        for s in range(U(n)):
            place = np.uint64(2) * (U(first) + s)
            radius = np.sqrt(-2.0 * np.log(np.float64(rng.uniform(row, place, a))))
            angle = 6.283185307179586 * np.float64(rng.uniform(row, place + np.uint64(1), a))
            a[f, s] += a.dtype.type(stddev * radius * np.cos(angle))
