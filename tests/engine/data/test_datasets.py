"""Each data set: as many points as asked for, balanced, lawful, and a function of its seed."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from engine import Experiment, InvalidExperiment, Trainer, resolve, rng
from engine.data.dataset import Data
from engine.data.datasets import DATASETS
from engine.data.scaling import mean_and_spread
from engine.data.splits import allotted
from tests.engine.cases import points


def made(name: str, samples: int, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    entry = DATASETS[name]
    defaults = [argument.default for argument in entry.arguments]
    return entry.make(rng.generator(seed, rng.DATA), samples, *defaults)


def split(name: str, **choices: object) -> dict[str, tuple[np.ndarray, np.ndarray]]:
    """Points and targets of each part, as a trainer has them."""
    parts = Trainer(resolve(Experiment(dataset=DATASETS.choice(name, **choices)))).data.as_data()["parts"]
    return {part: (found["points"], found["targets"]) for part, found in parts.items()}


@pytest.mark.parametrize("name", DATASETS)
def test_it_makes_as_many_points_as_asked_for_and_balances_the_classes(name: str) -> None:
    entry = DATASETS[name]
    fewest, usual, most = entry.sizes
    assert fewest <= usual <= most
    for samples in {fewest, usual, min(most, 1_001)}:
        x, targets = made(name, samples)
        labels = (len(entry.classes or ()),) if entry.tasks == ("multilabel",) else ()
        assert x.shape == (samples, len(entry.columns)) and targets.shape == (samples, *labels)
        assert np.isfinite(x).all() and np.isfinite(targets).all()
    counts = np.unique(made(name, usual)[1], axis=0, return_counts=True)[1]
    if entry.classes is None:
        assert len(counts) > usual / 3, "numbers, not classes"
    elif entry.tasks == ("multilabel",):
        assert len(counts) == 2 ** len(entry.classes), "every combination occurs"
    elif entry.domain:
        assert counts.max() - counts.min() <= 1
    else:
        assert counts.max() < 4 * counts.min(), "measured: no class is rare"


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
    with np.errstate(invalid="ignore"):
        shift = (moved - still) / still.std(axis=0)
    varied = still.std(axis=0) > 0  # some corners of the digits are always empty
    assert (shift[:, varied] != 0).all()
    shift = shift[:, varied]
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
    assert len(lookup) == samples or name == "iris", "two of its flowers are alike to the millimetre"
    assert all(
        lookup[tuple(x)] == t for found in parts.values() for x, t in zip(*map(np.ndarray.tolist, found), strict=True)
    )


@pytest.mark.parametrize("name", [name for name, entry in DATASETS.items() if entry.domain])
def test_points_lie_in_the_stated_plane(name: str) -> None:
    low1, high1, low2, high2 = DATASETS[name].domain
    x, targets = made(name, 2_000)
    if x.shape[1] == 1:
        x = np.column_stack([x, targets])
    assert np.mean((x[:, 0] >= low1) & (x[:, 0] <= high1) & (x[:, 1] >= low2) & (x[:, 1] <= high2)) > 0.99


LAWS: dict[str, Callable[[np.ndarray, np.ndarray], bool]] = {
    "circle": lambda x, t: bool((((x**2).sum(axis=1) < 9) == t).all()),
    "xor": lambda x, t: bool(((x[:, 0] * x[:, 1] > 0) == t).all()),
    "gauss": lambda x, t: bool(np.mean((x.sum(axis=1) > 0) == t) > 0.99),
    "spiral": lambda x, t: bool(np.allclose(x[t == 0], -x[t == 1])),
    "moons": lambda x, t: bool((((x[:, 1] + 0.8 * np.where(t == 1, 1, -1)) * np.where(t == 1, 1, -1)) > -1.5).all()),
    "rings": lambda x, t: bool((np.floor(np.linalg.norm(x, axis=1) / (5.5 / 3)) == t).all()),
    "checkerboard": lambda x, t: bool((np.floor(x / 3).sum(axis=1) % 2 == 1 - t).all()),
    "stripes": lambda x, t: bool((np.floor((x[:, 0] - x[:, 1]) % 12 / 2) % 3 == t).all()),
    "sine": lambda x, t: bool(((x[:, 1] > 2 * np.sin(x[:, 0])) == t).all()),
    "discs": lambda x, t: bool(
        ((np.linalg.norm(x[:, None] - 2.6 * np.array([[0, 0.75], [-0.75, -0.5], [0.75, -0.5]]), axis=2) < 3) == t).all()
    ),
    "regression_plane": lambda x, t: bool(np.allclose(t, x.sum(axis=1) / 10)),
    "regression_bumps": lambda x, t: bool(
        np.allclose(t[np.linalg.norm(x - [4, 2.5], axis=1) < 0.1], 1, atol=0.06) and np.abs(t).max() < 1.01
    ),
    "curve": lambda x, t: bool(np.allclose(t, np.sin(x[:, 0]))),
    "houses": lambda x, t: bool(np.corrcoef(x[:, 0], t)[0, 1] > 0.9 and (x >= 0).all() and 50 < np.median(t) < 500),
}


def test_every_made_set_has_a_law() -> None:
    loaded = {name for name, entry in DATASETS.items() if "scikit-learn's copy" in entry.source}
    assert set(LAWS) | loaded | {"blobs"} == set(DATASETS)


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


@pytest.mark.parametrize("name", ["iris", "wine", "breast_cancer", "diabetes", "digits"])
def test_real_tables_are_those_of_scikit_learn(name: str) -> None:
    from sklearn import datasets

    everything = getattr(datasets, f"load_{name}")(**({"scaled": False} if name == "diabetes" else {}))
    x, t = made(name, DATASETS[name].sizes[2])
    assert sorted(map(tuple, np.column_stack([x, t]).tolist())) == sorted(
        map(tuple, np.column_stack([everything.data, everything.target]).tolist())
    )
    if name in ("iris", "breast_cancer"):
        assert DATASETS[name].classes == tuple(everything.target_names)


@pytest.mark.parametrize("shape", DATASETS["curve"].arguments[0].options)
def test_curves_stay_within_their_picture(shape: str) -> None:
    x, t = DATASETS["curve"].make(rng.generator(0, rng.DATA), 2_000, shape)
    assert x.shape == (2_000, 1) and np.abs(t).max() <= 1 and t.std() > 0.1


@pytest.mark.parametrize(("name", "classes"), [("rings", 8), ("stripes", 6)])
def test_more_classes_stay_balanced(name: str, classes: int) -> None:
    entry = DATASETS[name]
    choice = DATASETS.choice(name, classes=classes)
    counts = np.bincount(entry.make(rng.generator(0, rng.DATA), 600, *entry.values(choice))[1].astype(int))
    assert counts.tolist() == [600 // classes] * classes


@pytest.mark.parametrize("squares", [2, 3, 8])
def test_every_square_of_a_checkerboard_is_used(squares: int) -> None:
    x, t = DATASETS["checkerboard"].make(rng.generator(0, rng.DATA), 4_000, squares)
    cells = np.floor((x + 6) / (12 / squares)).astype(int)
    assert len(np.unique(cells, axis=0)) == squares**2
    assert (cells.sum(axis=1) % 2 == t).all() or (cells.sum(axis=1) % 2 != t).all()


def test_stripes_fewer_than_classes_are_refused() -> None:
    with pytest.raises(ValueError, match="2 stripes cannot show 3 classes"):
        DATASETS.choice("stripes", count=2, classes=3)


@pytest.mark.parametrize("name", ["circle", "blobs", "discs"])
def test_label_noise_makes_exactly_so_many_labels_wrong(name: str) -> None:
    clean, noisy = (split(name, samples=200, label_noise=noise, test_fraction=0.0)["train"] for noise in (0.0, 0.15))
    np.testing.assert_array_equal(clean[0], noisy[0])
    assert (clean[1] != noisy[1]).sum() == round(0.15 * clean[1].size)
    assert set(np.unique(noisy[1])) == set(np.unique(clean[1]))


def test_label_noise_moves_the_targets_of_a_regression() -> None:
    clean, noisy = (split("houses", samples=2_000, label_noise=noise, test_fraction=0.0) for noise in (0.0, 0.2))
    shift = (noisy["train"][1] - clean["train"][1]) / clean["train"][1].std()
    assert abs(shift.mean()) < 5 * 0.2 / np.sqrt(2_000) and shift.std() == pytest.approx(0.2, rel=0.1)


@pytest.mark.parametrize("name", ["wine", "breast_cancer", "blobs", "discs"])
def test_stratified_parts_share_out_every_class_evenly(name: str) -> None:
    choices = {"samples": 170, "validation_fraction": 0.2, "test_fraction": 0.3}
    parts, plain = (split(name, **choices, stratify=stratify) for stratify in (True, False))
    assert {part: len(x) for part, (x, _) in parts.items()} == {part: len(x) for part, (x, _) in plain.items()}
    everything = np.concatenate([t for _, t in parts.values()])
    assert sorted(everything.tolist()) == sorted(np.concatenate([t for _, t in plain.values()]).tolist())
    for _, t in parts.values():
        for stratum in np.unique(everything, axis=0):

            def count(of: np.ndarray, stratum: np.ndarray = stratum) -> int:
                return int((of == stratum).reshape(len(of), -1).all(axis=1).sum())

            assert abs(count(t) - count(everything) * len(t) / len(everything)) <= 2


def test_stratifying_keeps_the_order_random() -> None:
    targets = split("blobs", samples=300, stratify=True)["train"][1]
    assert np.abs(np.corrcoef(np.arange(len(targets)), targets)[0, 1]) < 0.3


def test_the_columns_that_tell_most_are_drawn() -> None:
    """scikit-learn's F statistics grow with the share of variance that goes with the target."""
    from sklearn.feature_selection import f_classif, f_regression

    for name, statistic in (("wine", f_classif), ("diabetes", f_regression)):
        data = Data(Trainer(resolve(Experiment(dataset=DATASETS.choice(name)))).experiment)
        part = data.parts["train"]
        strongest = np.argsort(-statistic(part.points, part.targets)[0])
        assert data.axes == tuple(sorted(strongest[:2]))
        features = tuple(data.columns[index] for index in strongest[3:5])
        narrowed = Data(Trainer(resolve(Experiment(dataset=DATASETS.choice(name), features=features))).experiment)
        assert narrowed.axes == tuple(sorted(strongest[3:5]))


def test_a_regression_is_split_at_random_and_says_so() -> None:
    trainer = Trainer(resolve(Experiment(dataset=DATASETS.choice("regression_plane", stratify=True))))
    assert trainer.experiment.dataset.stratify is False
    assert [note.field for note in trainer.notes] == ["dataset.stratify"]


def test_the_target_of_a_table_is_standardized_and_answers_are_told_in_its_unit() -> None:
    trainer = Trainer(resolve(Experiment(dataset=DATASETS.choice("houses"), precision="float64")))
    part = Data(trainer.experiment).parts["train"]
    assert part.t.mean() == pytest.approx(0, abs=1e-12) and part.t.std() == pytest.approx(1)
    trainer.step_once("epoch", 100)
    outputs, told = trainer.predict(part.points.tolist())
    assert told == outputs[:, 0].tolist()
    row = trainer.row()["train"]
    assert row["mean_absolute_error"] == pytest.approx(np.abs(outputs[:, 0] - part.targets).mean())
    assert row["loss"] == pytest.approx((((outputs[:, 0] - part.targets) / part.targets.std()) ** 2).mean())
    values = trainer.boundary(5).values
    assert 0.5 * part.targets.min() < values.mean() < 2 * part.targets.max()


@pytest.mark.parametrize("name", DATASETS)
def test_previews_are_real_points(name: str) -> None:
    data = DATASETS[name].as_data()
    drawn, targets = np.array(data["preview"]["points"]), np.array(data["preview"]["targets"])
    assert drawn.shape == (len(targets), 2) and 50 <= len(targets) <= 200
    x, t = made(name, len(targets))
    known = [*x.T, t] if x.shape[1] == 1 else x.T
    for column in drawn.T:
        assert any(np.allclose(column, other, atol=5e-4) for other in known)
    np.testing.assert_allclose(targets, t, atol=5e-4)
    if DATASETS[name].classes is None:
        assert data["classes"] is None
    else:
        assert data["classes"] == (t.shape[1] if t.ndim > 1 else len(np.unique(t)))


def test_tables_are_standardized_over_the_training_part_and_planes_are_not() -> None:
    table, plane = (
        Data(Trainer(resolve(Experiment(dataset=DATASETS.choice(name)))).experiment) for name in ("iris", "circle")
    )
    train = table.parts["train"].x.astype(np.float64)
    np.testing.assert_allclose(train.mean(axis=1), 0, atol=1e-6)
    np.testing.assert_allclose(train.std(axis=1), 1, atol=1e-6)
    test = table.parts["test"]
    raw = table.parts["train"].points
    np.testing.assert_allclose(test.x.T, (test.points - raw.mean(axis=0)) / raw.std(axis=0), atol=1e-5)
    np.testing.assert_array_equal(plane.parts["train"].x.T, plane.parts["train"].points.astype(np.float32))


def test_a_constant_column_is_not_divided_by_zero() -> None:
    data = points((1.0, 7.0), (2.0, 7.0), targets=(0.0, 1.0), standardize=True)
    np.testing.assert_array_equal(
        Data(Trainer(resolve(Experiment(dataset=data))).experiment).parts["train"].x[1], [0, 0]
    )


def test_given_test_points_are_kept_apart() -> None:
    data = points(
        (0.0,), (1.0,), targets=(0.0, 1.0), test_points=((5.0,), (6.0,), (7.0,)), test_targets=(1.0, 0.0, 1.0)
    )
    parts = Trainer(resolve(Experiment(dataset=data))).data.as_data()["parts"]
    assert parts["test"]["points"].tolist() == [[5], [6], [7]]
    assert parts["test"]["targets"].tolist() == [1, 0, 1]
    assert sorted(parts["train"]["points"].tolist()) == [[0], [1]]


@pytest.mark.parametrize(
    ("targets", "names"),
    [((0, 1), ("no", "yes")), ((0, 1, 2), ("a", "b", "c", "d")), (((0, 1), (1, 1)), ("cat", "dog"))],
)
def test_given_points_may_name_their_classes(targets: Any, names: tuple[str, ...]) -> None:
    rows = tuple((float(index), 0.0) for index in range(len(targets)))
    data = Data(resolve(Experiment(dataset=points(*rows, targets=targets, class_names=names))))
    assert data.classes == list(names[: max(data.outputs, 2)])
    for wrong in (names[:1], ("", *names[1:]), ("x" * 61, *names[1:])):
        with pytest.raises(InvalidExperiment) as refusal:
            resolve(Experiment(dataset=points(*rows, targets=targets, class_names=wrong)))
        assert refusal.value.errors[0].field.startswith("dataset.class_names")


def test_stratified_parts_are_as_even_as_whole_samples_allow() -> None:
    draw = np.random.default_rng(0)
    for _ in range(2_000):
        strata = draw.integers(0, 12, draw.integers(1, 8)).tolist()
        total = sum(strata)
        test = int(draw.integers(0, total + 1))
        validation = int(draw.integers(0, total - test + 1))
        sizes = (total - test - validation, validation, test)
        counts = allotted(sizes, strata)
        assert counts.sum(axis=0).tolist() == list(sizes) and counts.sum(axis=1).tolist() == strata
        assert (np.abs(counts - np.outer(strata, sizes) / max(total, 1)) < 1 + 1e-9).all() and (counts >= 0).all()
    parts = split("iris", validation_fraction=0.25, test_fraction=0.25, stratify=True)
    assert sorted(np.bincount(parts["train"][1].astype(int)).tolist()) == [24, 25, 25]


def test_tables_with_classes_are_stratified_unless_told_otherwise() -> None:
    for name, expected in (("iris", True), ("circle", False), ("houses", False)):
        trainer = Trainer(resolve(Experiment(dataset=DATASETS.choice(name))))
        assert trainer.experiment.dataset.stratify is expected and not trainer.notes
    assert (
        Trainer(resolve(Experiment(dataset=DATASETS.choice("iris", stratify=False)))).experiment.dataset.stratify
        is False
    )


@pytest.mark.parametrize("value", [3.7, -1e-9, 1e8 + 0.1, 1 / 3, 123456.789])
def test_a_spread_within_rounding_is_none_whatever_the_magnitude(value: float) -> None:
    near = np.nextafter(value, np.inf)  # as when it was computed in two ways
    rows = tuple((float(index), near if index % 2 else value) for index in range(500))
    data = points(*rows, targets=(value,) * 499 + (near,), standardize=True)
    found = Data(Trainer(resolve(Experiment(task="regression", dataset=data))).experiment)
    train = found.parts["train"]
    assert found.scale[1, 0] == 1 and np.abs(train.x[1]).max() < 1e-6
    assert found.target_spread == 1 and np.abs(train.t).max() < 1e-6


def test_a_small_spread_on_a_large_offset_is_kept() -> None:
    values = 1e15 + np.arange(200) % 2
    mean, spread = mean_and_spread(np.stack([values, np.arange(200) * 1e-3 + 1.7e9], axis=1))
    assert mean[0] - 1e15 == 0.5 and spread == pytest.approx([0.5, np.std(np.arange(200) * 1e-3)], rel=1e-6)
