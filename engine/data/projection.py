"""Projections: which plane through the space of the data is drawn, and which part of it.

Points have as many coordinates as the data has columns; a picture has two. The plane lies along two columns, with the
others at their mean, or along the two directions in which the points spread most (Pearson, 1901; Hotelling, 1933).
"""

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np

from engine.data.scaling import mean_and_spread
from engine.errors import FieldError, InvalidInput
from engine.limits import LIMITS

Axes = tuple[int, int] | Literal["principal"]
Domain = tuple[float, float, float, float]  # from and to across, from and to upwards


@dataclass(frozen=True, eq=False)
class Projection:
    """A raw point x (columns,) is drawn at `rows @ x - shift`; (u, v) of the plane is `base + u, v @ directions`."""

    axes: Axes
    rows: np.ndarray  # (2, columns)
    shift: np.ndarray  # (2,)
    base: np.ndarray  # (columns,)
    directions: np.ndarray  # (2, columns)

    def coordinates(self, points: np.ndarray) -> np.ndarray:
        """Where raw points (n, columns) are drawn, (n, 2)."""
        return points @ self.rows.T - self.shift

    def plane(self, domain: Domain, resolution: int) -> np.ndarray:
        """Raw points (resolution^2, columns) over a part of the plane, from its upper left corner row by row."""
        across = np.tile(np.linspace(domain[0], domain[1], resolution), resolution)
        upwards = np.repeat(np.linspace(domain[3], domain[2], resolution), resolution)
        return self.base + across[:, None] * self.directions[0] + upwards[:, None] * self.directions[1]

    def as_data(self) -> dict[str, Any]:
        """What is needed to draw points."""
        return {"rows": self.rows, "shift": self.shift}


def along_columns(axes: tuple[int, int], middle: np.ndarray) -> Projection:
    """The plane along two columns; along a single one, if they are the same, whatever is upwards."""
    rows = np.eye(len(middle))[list(axes)]
    base, directions = middle.copy(), rows.copy()
    base[list(axes)] = 0
    if axes[0] == axes[1]:
        directions[1] = 0
    return Projection(axes, rows, np.zeros(2), base, directions)


def principal(points: np.ndarray) -> Projection:
    """The plane in which points (n, columns), each column measured by its spread, differ most."""
    mean, spread = mean_and_spread(points)
    spread = np.where(spread > 0, spread, 1)
    _, _, components = np.linalg.svd((points - mean) / spread, full_matrices=False)
    first = np.zeros((2, points.shape[1]))
    first[: len(components[:2])] = components[:2]
    largest = np.abs(first).argmax(axis=1)
    first *= np.where(first[[0, 1], largest] < 0, -1, 1)[:, None]  # which way a direction points is arbitrary
    rows = first / spread
    return Projection("principal", rows, rows @ mean, mean, first * spread)


def check_domain(domain: Domain) -> Domain:
    """The part of a plane that is to be shown. Raises InvalidInput where there is nothing to see."""
    low1, high1, low2, high2 = domain
    finite = all(np.isfinite(domain)) and max(map(abs, domain)) <= LIMITS.magnitude
    if not (finite and low1 < high1 and low2 < high2):
        expected = f"low1 < high1, low2 < high2, of at most {LIMITS.magnitude:g}"
        raise InvalidInput(FieldError("domain", list(domain), expected, f"the part of the plane must have {expected}"))
    return domain
