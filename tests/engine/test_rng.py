"""Random numbers: a function of seed and purpose, and a shuffle that is fair."""

import numpy as np
import pytest
from scipy.stats import chi2

from engine import rng


def permutation(n: int, seed: int, epoch: int) -> np.ndarray:
    order = np.full(n, -1)
    rng.shuffle(order, seed, epoch)
    return order


def test_generators_depend_on_seed_purpose_and_index() -> None:
    drawn = [rng.generator(*key).random() for key in ((0, 0, 0), (1, 0, 0), (0, 1, 0), (0, 0, 1))]
    assert len(set(drawn)) == 4
    assert rng.generator(0, 0, 0).random() == drawn[0]


@pytest.mark.parametrize("n", [1, 2, 3, 10, 250, 20_000])
def test_a_shuffle_is_a_permutation(n: int) -> None:
    assert sorted(permutation(n, 5, 3)) == list(range(n))


def test_a_shuffle_depends_on_seed_and_epoch_and_on_nothing_else() -> None:
    first = permutation(100, 0, 0)
    assert (first == permutation(100, 0, 0)).all()
    assert (first != permutation(100, 0, 1)).any()
    assert (first != permutation(100, 1, 0)).any()


@pytest.mark.parametrize("varied", ["seed", "epoch"])
def test_every_sample_is_as_likely_at_every_place(varied: str) -> None:
    """Chi-square over a table (sample, place): rows and columns sum to the same, so (n - 1)^2 degrees of freedom."""
    n, draws = 8, 8_000
    orders = np.stack([permutation(n, *((k, 0) if varied == "seed" else (0, k))) for k in range(draws)])
    table = np.stack([np.bincount(orders[:, place], minlength=n) for place in range(n)])
    # (n - 1) / n: the cells of a row exclude each other.
    statistic = ((table - draws / n) ** 2 / (draws / n)).sum() * (n - 1) / n
    assert chi2.ppf(0.001, (n - 1) ** 2) < statistic < chi2.ppf(0.999, (n - 1) ** 2)


def test_neighbors_are_no_more_likely_than_others() -> None:
    """In a fair shuffle of n, two given samples follow each other in 1 of n epochs, whichever they are."""
    n, draws = 6, 6_000
    follows = np.zeros((n, n))
    for epoch in range(draws):
        order = permutation(n, 0, epoch)
        follows[order[:-1], order[1:]] += 1
    pairs = follows[~np.eye(n, dtype=bool)]
    assert abs(pairs / draws - 1 / n).max() < 5 * np.sqrt(1 / n * (1 - 1 / n) / draws)
