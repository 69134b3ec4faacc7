"""Scaling: the mean and the spread of columns. Standardizing takes off the one and divides by the other.

A column that always holds 3.7 has a computed standard deviation of 4e-16: divided by it, 3.71 would become 2e13.
"""

import numpy as np

ROUNDING = 2 * np.finfo(np.float64).eps  # of the largest value: a smaller spread is none


def mean_and_spread(values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Mean and standard deviation of each column of values (n, columns); the spread is 0 where it is mere rounding.

    The first row is taken off before: what is left is exact where a large offset (a time in seconds) would round.
    """
    first = values[0]
    with np.errstate(over="ignore", invalid="ignore"):
        moved = values - first
        mean, spread = moved.mean(axis=0), moved.std(axis=0)
        constant = spread <= ROUNDING * np.abs(values).max(axis=0)
        return first + mean, np.where(constant, 0.0, spread)
