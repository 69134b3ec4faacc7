"""Batch normalization: each unit's numbers are shifted and scaled to mean 0 and variance 1 over the batch.

A learned scale (gamma) and shift (beta) follow, so that nothing is lost. Over a batch x_1 ... x_n of one unit,

    h = (x - mean) / sqrt(variance + epsilon),    y = gamma * h + beta,    variance = mean of (x - mean)^2.

In training the batch's own mean and variance are used, and moving averages of both are kept (as in Keras: momentum is
the share that stays, the variance is that of the batch); when evaluating, these moving averages are used instead.
Deep networks and high learning rates profit most; with small batches the means are noise, and in a batch of 1 a unit
gives the same output for every sample. Source: Ioffe and Szegedy, 2015.
"""

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from engine.components.registry import STRICT, described
from engine.compute.jit import part
from engine.compute.matmul import Array, Rows, U

MOMENTUM, EPSILON = range(2)  # where the kernel finds these arguments


@dataclass(frozen=True)
class BatchNormalization:
    """Keeps the numbers inside the network in a range where it learns well, whatever the layers below do."""

    __pydantic_config__ = STRICT

    position: Literal["before", "after"] = described(
        "before",
        title="Position",
        help="Before the activation, on the pre-activations, as first published; or after it, on its outputs.",
    )
    momentum: float = described(
        0.99,
        title="Momentum",
        help="The share of the moving averages that is kept at each update, as in Keras (PyTorch's is 1 minus this). "
        "Smaller follows the batches faster.",
        ge=0,
        le=0.9999,
        live=True,
    )
    epsilon: float = described(
        1e-3,
        title="Epsilon",
        help="Added to the variance to avoid division by zero. The batch's variance is divided by n.",
        ge=1e-8,
        le=1,
        scale="log",
        live=True,
    )

    @property
    def after(self) -> bool:
        """Whether it follows the activation."""
        return self.position == "after"


@part
def normalize(
    x: Array, work: Any, rows: Rows, n: int, parameters: Array, start: int, running: Array, p: Array, training: bool
) -> None:
    """x (its rows, first n columns) becomes y; h, the mean and 1 / sqrt(variance + epsilon) are kept in `work`.

    Parameters from `start` on are gamma, then beta. `running` (2, rows) holds the moving means and variances.
    """
    h, real = work.h, x.dtype.type
    for u in range(U(rows[0]), U(rows[1])):
        if training:
            mean, variance = real(0), real(0)
            for s in range(U(n)):
                mean += x[u, s]
            mean /= real(n)
            for s in range(U(n)):
                variance += (x[u, s] - mean) * (x[u, s] - mean)
            variance /= real(n)
            if n > 1 and np.isfinite(variance):  # one sample has no spread to learn of
                running[0, u] = p[MOMENTUM] * running[0, u] + (real(1) - p[MOMENTUM]) * mean
                running[1, u] = p[MOMENTUM] * running[1, u] + (real(1) - p[MOMENTUM]) * variance
        else:
            mean, variance = running[0, u], running[1, u]
        inverse = real(1) / np.sqrt(variance + p[EPSILON])
        work.means[u], work.inverses[u] = mean, inverse
        at = U(start) + u - U(rows[0])
        scale, shift = parameters[at], parameters[at + U(rows[1] - rows[0])]
        for s in range(U(x.shape[1])):
            h[u, s] = (x[u, s] - mean) * inverse
            x[u, s] = scale * h[u, s] + shift


@part
def denormalize(work: Any, rows: Rows, n: int, parameters: Array, gradient: Array, start: int, training: bool) -> None:
    """Turns dL/dy in d into dL/dx, and adds to the gradients of gamma and beta."""
    d, h, real = work.d, work.h, work.d.dtype.type
    for u in range(U(rows[0]), U(rows[1])):
        along, total = real(0), real(0)
        for s in range(U(n)):
            along += d[u, s] * h[u, s]
            total += d[u, s]
        at = U(start) + u - U(rows[0])
        gradient[at] += along
        gradient[at + U(rows[1] - rows[0])] += total
        factor = parameters[at] * work.inverses[u]
        if training:  # the batch's mean and variance depend on x too
            for s in range(U(n)):
                d[u, s] = factor * (d[u, s] - (total + h[u, s] * along) / real(n))
        else:
            for s in range(U(n)):
                d[u, s] *= factor


@part
def put_back(work: Any, rows: Rows) -> None:
    """a as the activation gave it, from h; its derivative is asked for at that."""
    for u in range(U(rows[0]), U(rows[1])):
        for s in range(U(work.a.shape[1])):
            work.a[u, s] = work.h[u, s] / work.inverses[u] + work.means[u]
