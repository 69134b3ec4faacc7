"""Constraints: what a layer's weights must be like after every update. Biases are left alone.

The weights into one unit are a vector `w`, a column of W (fan_in, fan_out).
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from engine.components.registry import Argument, Entry, Family
from engine.compute.jit import part


@dataclass(frozen=True, kw_only=True)
class Constraint(Entry):
    """`function(w, *arguments)` changes one unit's incoming weights (fan_in,) in place."""

    function: Callable[..., None]


@part
def max_norm(w: Any, limit: float) -> None:
    total = 0.0
    for i in range(w.size):
        total += np.float64(w[i]) * np.float64(w[i])
    length = np.sqrt(total)
    if length > limit:
        scale = w.dtype.type(limit / length)
        for i in range(w.size):
            w[i] *= scale


@part
def non_negative(w: Any) -> None:
    for i in range(w.size):
        w[i] = max(w[i], w.dtype.type(0))


CONSTRAINTS: Family[Constraint] = Family(
    "constraint",
    "A condition that the weights into each unit meet after every update.",
    (
        Constraint(
            name="max_norm",
            label="Max norm",
            summary="Limits the norm of each unit's incoming weights.",
            when="Together with dropout and a high learning rate; bounds of 3 to 4 are usual.",
            hazard="If the limit is too small, units cannot respond strongly enough.",
            source="Srebro, Rennie and Jaakkola, 2004; Srivastava et al., 2014",
            formula="w * min(1, limit / norm(w))",
            function=max_norm,
            arguments=(Argument("limit", 3.0, 0.01, 1000, "Limit", "The greatest length allowed.", scale="log"),),
        ),
        Constraint(
            name="non_negative",
            label="Non-negative",
            summary="Sets every negative weight to zero.",
            when="To see what a network can learn when inputs can only add to its output.",
            hazard="Most functions need weights of both signs.",
            source="Lee and Seung, 1999",
            formula="max(0, w)",
            function=non_negative,
        ),
    ),
)
