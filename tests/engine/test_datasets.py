"""Each data set: as many points as asked for, balanced, lawful, and a function of its seed."""

from collections.abc import Callable

import numpy as np
import pytest

from engine import Experiment, Trainer, rng
from engine.data import Data
from engine.datasets import DATASETS
from tests.engine.cases import points


def made(name: str, samples: int, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    entry = DATASETS[name]
    defaults = [argument.default for argument in entry.arguments]
    return entry.make(rng.generator(seed, rng.DATA), samples, *defaults)


def split(name: str, **choices: object) -> dict[str, tuple[np.ndarray, np.ndarray]]:
    """Points and targets of each part, as a trainer has them."""
    parts = Trainer(Experiment(dataset=DATASETS.choice(name, **choices))).data()["parts"]
    return {part: (found["points"], found["targets"]) for part, found in parts.items()}


@pytest.mark.parametrize("name", DATASETS)
def test_it_makes_as_many_points_as_asked_for_and_balances_the_classes(name: str) -> None:
    entry = DATASETS[name]
    fewest, usual, most = entry.sizes
    assert fewest <= usual <= most
    for samples in {fewest, usual, min(most, 1_001)}:
        x, targets = made(name, samples)
        assert x.shape == (samples, len(entry.columns)) and targets.shape == (samples,)
        assert np.isfinite(x).all() and np.isfinite(targets).all()
    counts = np.unique(made(name, usual)[1], return_counts=True)[1]
    if entry.classes is None:
        assert len(counts) > usual / 2, "numbers, not classes"
    else:
        assert counts.max() - counts.min() <= 1


@pytest.mark.parametrize("name", DATASETS)
def test_the_same_seed_gives_the_same_bytes_and_another_seed_other_points(name: str) -> None:
    samples = 60
    assert made(name, samples)[0].tobytes() == made(name, samples)[0].tobytes()
    parts = [split(name, samples=samples, noise=0.1, seed=seed)["train"][0] for seed in (0, 0, 1)]
    assert parts[0].tobytes() == parts[1].tobytes() != parts[2].tobytes()


@pytest.mark.parametrize("name", DATASETS)
def test_noise_moves_every_point_by_its_share_of_the_spread(name: str) -> None:
    """The same draw without and with noise differs by normal numbers of the standard deviation that was asked for."""
    samples = DATASETS[name].sizes[1]
    still, moved = (
        np.vstack([x for x, _ in split(name, samples=samples, noise=noise).values()]) for noise in (0.0, 0.3)
    )
    shift = (moved - still) / still.std(axis=0)
    assert (shift != 0).all()
    assert abs(shift.mean()) < 5 * 0.3 / np.sqrt(shift.size)
    assert abs(shift.std() - 0.3) < 5 * 0.3 / np.sqrt(2 * shift.size)


@pytest.mark.parametrize("name", DATASETS)
def test_parts_share_out_all_points_and_none_twice(name: str) -> None:
    samples = 100
    parts = split(name, samples=samples, validation_fraction=0.2, test_fraction=0.3)
    assert {part: len(x) for part, (x, _) in parts.items()} == {"train": 50, "validation": 20, "test": 30}
    # The split is a permutation: put back together, these are the points that were made, each with its target.
    together = sorted(zip(*(np.vstack([x for x, _ in parts.values()]).T.tolist()), strict=True))
    assert together == sorted(zip(*made(name, samples)[0].T.tolist(), strict=True))
    lookup = {tuple(x): t for x, t in zip(*map(np.ndarray.tolist, made(name, samples)), strict=True)}
    repeated = name == "iris"  # two of its flowers are alike to the millimetre
    assert len(lookup) == samples or repeated
    assert all(
        lookup[tuple(x)] == t for found in parts.values() for x, t in zip(*map(np.ndarray.tolist, found), strict=True)
    )


@pytest.mark.parametrize("name", [name for name, entry in DATASETS.items() if entry.domain])
def test_points_lie_in_the_stated_plane(name: str) -> None:
    low1, high1, low2, high2 = DATASETS[name].domain
    x, _ = made(name, 2_000)
    assert np.mean((x[:, 0] >= low1) & (x[:, 0] <= high1) & (x[:, 1] >= low2) & (x[:, 1] <= high2)) > 0.99


LAWS: dict[str, Callable[[np.ndarray, np.ndarray], bool]] = {
    "circle": lambda x, t: bool((((x**2).sum(axis=1) < 9) == t).all()),
    "xor": lambda x, t: bool(((x[:, 0] * x[:, 1] > 0) == t).all()),
    "gauss": lambda x, t: bool(np.mean((x.sum(axis=1) > 0) == t) > 0.99),
    "spiral": lambda x, t: bool(np.allclose(x[t == 0], -x[t == 1])),
    "regression_plane": lambda x, t: bool(np.allclose(t, x.sum(axis=1) / 10)),
}


@pytest.mark.parametrize("name", LAWS)
def test_it_is_what_its_name_says(name: str) -> None:
    assert LAWS[name](*made(name, 1_000))


@pytest.mark.parametrize("classes", [2, 3, 7, 10])
def test_blobs_are_round_clouds_one_for_each_class(classes: int) -> None:
    x, t = DATASETS["blobs"].make(rng.generator(0, rng.DATA), 400 * classes, classes, 0.8)
    assert set(t) == set(range(classes))
    for label in range(classes):
        cloud = x[t == label]
        assert np.linalg.norm(cloud.mean(axis=0)) == pytest.approx(3.8, abs=0.25)
        assert cloud.std(axis=0) == pytest.approx([0.8, 0.8], abs=0.15)


def test_iris_is_that_of_scikit_learn() -> None:
    from sklearn.datasets import load_iris

    everything = load_iris()
    x, t = made("iris", 150)
    assert sorted(map(tuple, np.column_stack([x, t]).tolist())) == sorted(
        map(tuple, np.column_stack([everything.data, everything.target]).tolist())
    )
    assert DATASETS["iris"].classes == tuple(everything.target_names)


@pytest.mark.parametrize("name", DATASETS)
def test_previews_are_real_points(name: str) -> None:
    data = DATASETS[name].as_data()
    drawn, targets = np.array(data["preview"]["points"]), np.array(data["preview"]["targets"])
    assert drawn.shape == (len(targets), 2) and 50 <= len(targets) <= 200
    x, t = made(name, len(targets))
    np.testing.assert_allclose(drawn, x[:, :2], atol=5e-4)
    np.testing.assert_allclose(targets, t, atol=5e-4)
    assert data["classes"] == (None if DATASETS[name].classes is None else len(np.unique(t)))


def test_tables_are_standardised_over_the_training_part_and_planes_are_not() -> None:
    table, plane = (Data(Trainer(Experiment(dataset=DATASETS.choice(name))).experiment) for name in ("iris", "circle"))
    train = table.parts["train"].x.astype(np.float64)
    np.testing.assert_allclose(train.mean(axis=1), 0, atol=1e-6)
    np.testing.assert_allclose(train.std(axis=1), 1, atol=1e-6)
    test = table.parts["test"]
    raw = table.parts["train"].points
    np.testing.assert_allclose(test.x.T, (test.points - raw.mean(axis=0)) / raw.std(axis=0), atol=1e-5)
    np.testing.assert_array_equal(plane.parts["train"].x.T, plane.parts["train"].points.astype(np.float32))


def test_a_constant_column_is_not_divided_by_zero() -> None:
    data = points((1.0, 7.0), (2.0, 7.0), targets=(0.0, 1.0), standardize=True)
    np.testing.assert_array_equal(Data(Trainer(Experiment(dataset=data)).experiment).parts["train"].x[1], [0, 0])


def test_given_test_points_are_kept_apart() -> None:
    data = points(
        (0.0,), (1.0,), targets=(0.0, 1.0), test_points=((5.0,), (6.0,), (7.0,)), test_targets=(1.0, 0.0, 1.0)
    )
    parts = Trainer(Experiment(dataset=data)).data()["parts"]
    assert parts["test"]["points"].tolist() == [[5], [6], [7]]
    assert parts["test"]["targets"].tolist() == [1, 0, 1]
    assert sorted(parts["train"]["points"].tolist()) == [[0], [1]]
