"""Input features: what the first layer is fed with, computed from a point's raw coordinates x1 and x2.

A network with a clever feature needs fewer units: x1 times x2 alone solves xor. Tables have their columns as features.
"""

import base64
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from engine.components.registry import Entry, Family

PLANE = (-6.0, 6.0, -6.0, 6.0)


@dataclass(frozen=True, kw_only=True)
class Feature(Entry):
    """`function(x1, x2)` of arrays."""

    function: Callable[[np.ndarray, np.ndarray], np.ndarray]

    def as_data(self) -> dict[str, Any]:
        """This feature for the catalogue, drawn over the plane (row 0 at the top)."""
        axis = np.linspace(-6, 6, 20)
        x1, x2 = np.meshgrid(axis, axis[::-1])
        values = self.function(x1, x2)
        low, high = float(values.min()), float(values.max())
        grid = np.round((values - low) / (high - low) * 255).astype(np.uint8)
        drawn = {"width": 20, "height": 20, "low": low, "high": high, "data": base64.b64encode(grid.tobytes()).decode()}
        return super().as_data() | {"map": drawn}


FEATURES: Family[Feature] = Family(
    "feature",
    "The inputs of the network, computed from each point.",
    (
        Feature(name="x1", label="x₁", summary="The first coordinate.", formula="x_1", function=lambda x1, x2: x1),
        Feature(name="x2", label="x₂", summary="The second coordinate.", formula="x_2", function=lambda x1, x2: x2),
        Feature(
            name="x1_squared",
            label="x₁²",
            summary="The first coordinate squared.",
            formula="x_1 ** 2",
            function=lambda x1, x2: x1 * x1,
        ),
        Feature(
            name="x2_squared",
            label="x₂²",
            summary="The second coordinate squared.",
            formula="x_2 ** 2",
            function=lambda x1, x2: x2 * x2,
        ),
        Feature(
            name="x1_x2",
            label="x₁x₂",
            summary="The product: positive where the signs agree.",
            formula="x_1 * x_2",
            function=lambda x1, x2: x1 * x2,
        ),
        Feature(
            name="sin_x1",
            label="sin x₁",
            summary="A wave along the first coordinate.",
            formula="sin(x_1)",
            function=lambda x1, x2: np.sin(x1),
        ),
        Feature(
            name="sin_x2",
            label="sin x₂",
            summary="A wave along the second coordinate.",
            formula="sin(x_2)",
            function=lambda x1, x2: np.sin(x2),
        ),
    ),
)
