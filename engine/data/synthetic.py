"""Made data sets: points on a plane, and curves over a line.

Each maker takes a generator, the number of samples and the data set's arguments, and gives points (samples, columns)
and targets. Classes are given in turn, so that they balance.
"""

from collections.abc import Callable

import numpy as np

Made = tuple[np.ndarray, np.ndarray]


def _halves(samples: int) -> tuple[int, int]:
    return samples - samples // 2, samples // 2


def _turned(angle: np.ndarray, radius: np.ndarray | float) -> np.ndarray:
    return np.column_stack([radius * np.sin(angle), radius * np.cos(angle)])


def _disc(rng: np.random.Generator, samples: int, inner: float, outer: float) -> np.ndarray:
    """Points between two radii, evenly spread over the radius and the angle."""
    radius, angle = rng.uniform(inner, outer, samples), rng.uniform(0, 2 * np.pi, samples)
    return _turned(angle, radius)


def circle(rng: np.random.Generator, samples: int) -> Made:
    inside, outside = _halves(samples)
    points = np.vstack([_disc(rng, inside, 0, 2.5), _disc(rng, outside, 3.5, 5)])
    return points, np.repeat([1.0, 0.0], [inside, outside])


def xor(rng: np.random.Generator, samples: int) -> Made:
    # Each quadrant in turn, so that the classes balance; a gap of 0.3 keeps the axes free.
    quadrant = np.arange(samples) % 4
    size = rng.uniform(0.3, 5.3, (samples, 2))
    signs = np.column_stack([np.where(quadrant // 2 == 0, 1, -1), np.where(quadrant % 2 == 0, 1, -1)])
    return size * signs, (signs[:, 0] == signs[:, 1]).astype(float)


def gauss(rng: np.random.Generator, samples: int) -> Made:
    upper, lower = _halves(samples)
    points = np.vstack([rng.normal(2, 0.9, (upper, 2)), rng.normal(-2, 0.9, (lower, 2))])
    return points, np.repeat([1.0, 0.0], [upper, lower])


def spiral(rng: np.random.Generator, samples: int, turns: float) -> Made:
    arms = []
    for count, offset in zip(_halves(samples), (0.0, np.pi), strict=True):
        along = np.arange(1, count + 1) / count
        arms.append(_turned(turns * along * 2 * np.pi + offset, 5 * along))
    return np.vstack(arms), np.repeat([1.0, 0.0], [len(arm) for arm in arms])


def moons(rng: np.random.Generator, samples: int, spread: float) -> Made:
    upper, lower = _halves(samples)
    angle = np.pi * rng.random(samples)
    points = 3.2 * np.column_stack([np.cos(angle), np.sin(angle)])
    points[upper:] *= -1
    points += np.repeat([[-1.6, -0.8], [1.6, 0.8]], [upper, lower], axis=0)
    return points + rng.normal(0, spread, points.shape), np.repeat([1.0, 0.0], [upper, lower])


def blobs(rng: np.random.Generator, samples: int, classes: int, spread: float) -> Made:
    targets = np.arange(samples) % classes
    centers = _turned(2 * np.pi * targets / classes, 3.8)
    return centers + rng.normal(0, spread, (samples, 2)), targets.astype(float)


def rings(rng: np.random.Generator, samples: int, classes: int) -> Made:
    targets = np.arange(samples) % classes
    width = 5.5 / classes
    radius = (targets + rng.uniform(0.1, 0.9, samples)) * width
    return _turned(rng.uniform(0, 2 * np.pi, samples), radius), targets.astype(float)


def checkerboard(rng: np.random.Generator, samples: int, squares: int) -> Made:
    targets = np.arange(samples) % 2
    row = rng.integers(0, squares, samples)
    # Of the squares in its row, one of the right color: the first, third, ... or the second, fourth, ...
    first = (row + 1 - targets) % 2
    column = first + 2 * rng.integers(0, (squares - first + 1) // 2)
    size = 12 / squares
    return (np.column_stack([column, row]) + rng.random((samples, 2))) * size - 6, targets.astype(float)


def stripes(rng: np.random.Generator, samples: int, count: int, classes: int) -> Made:
    targets = np.arange(samples) % classes
    stripe = targets + classes * rng.integers(0, (count - targets - 1) // classes + 1)
    across = (stripe + rng.random(samples)) * (12 / count) - 6
    along = rng.uniform(-6, 6, samples)
    # Diagonal, so that neither coordinate alone tells: a shear keeps the plane filled.
    return np.column_stack([(across + along + 6) % 12 - 6, along]), targets.astype(float)


def sine(rng: np.random.Generator, samples: int) -> Made:
    targets = np.arange(samples) % 2
    x1 = rng.uniform(-6, 6, samples)
    wave = 2 * np.sin(x1)
    gap = 0.2
    above = rng.uniform(wave + gap, 5.8)
    below = rng.uniform(-5.8, wave - gap)
    return np.column_stack([x1, np.where(targets == 1, above, below)]), targets.astype(float)


DISCS = 2.6 * np.array([[0.0, 0.75], [-0.75, -0.5], [0.75, -0.5]])
DISC_RADIUS = 3.0


def discs(rng: np.random.Generator, samples: int) -> Made:
    points = rng.uniform(-6, 6, (samples, 2))
    distance = np.linalg.norm(points[:, None, :] - DISCS, axis=2)
    return points, (distance < DISC_RADIUS).astype(float)


def regression_plane(rng: np.random.Generator, samples: int) -> Made:
    points = rng.uniform(-6, 6, (samples, 2))
    return points, points.sum(axis=1) / 10


BUMPS = ((-4, 2.5, 1), (0, 2.5, -1), (4, 2.5, 1), (-4, -2.5, -1), (0, -2.5, 1), (4, -2.5, -1))


def regression_bumps(rng: np.random.Generator, samples: int) -> Made:
    points = rng.uniform(-6, 6, (samples, 2))
    squares = [(points[:, 0] - x1) ** 2 + (points[:, 1] - x2) ** 2 for x1, x2, _ in BUMPS]
    heights = [sign * np.exp(-square / 2) for square, (_, _, sign) in zip(squares, BUMPS, strict=True)]
    return points, np.sum(heights, axis=0)


CURVES: dict[str, Callable[[np.ndarray], np.ndarray]] = {
    "sine": np.sin,
    "step": np.sign,
    "triangle": lambda x: 1 - np.abs(x) / 3,
    "parabola": lambda x: x**2 / 18 - 1,
    "cubic": lambda x: (x / 6) * ((x / 3) ** 2 - 3),
    "bump": lambda x: np.exp(-(x**2)),
    "ripple": lambda x: np.sin(x * np.abs(x) / 3),
}


def curve(rng: np.random.Generator, samples: int, shape: str) -> Made:
    x = rng.uniform(-6, 6, (samples, 1))
    return x, np.asarray(CURVES[shape](x[:, 0]), np.float64)
