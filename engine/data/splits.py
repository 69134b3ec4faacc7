"""The parts of a data set: made or given points, moved by noise, and shared out to train, validate and test."""

import numpy as np

from engine import rng
from engine.data.datasets import DATASETS, GivenPoints, PlaygroundData, UploadedData
from engine.data.scaling import mean_and_spread
from engine.data.tf_playground import Replay
from engine.data.uploads import imputed
from engine.experiment import Experiment
from engine.resolve import split_sizes, table_of

PARTS = ("train", "validation", "test")
Samples = tuple[np.ndarray, np.ndarray]  # points (n, columns) and targets, (n,) or (n, labels)


def replay_of(experiment: Experiment) -> Replay | None:
    """The run of TensorFlow Playground that is replayed, if any."""
    data = experiment.dataset
    return Replay(data.seed_text, data.shape, data.noise) if isinstance(data, PlaygroundData) else None


def parts_of(experiment: Experiment, classes: int, replay: Replay | None) -> dict[str, Samples]:
    """Points and targets of each part, after noise; shuffled by the data's seed.

    What is missing in a table becomes its column's mean over the training part.
    """
    dataset = experiment.dataset
    points, targets = _samples(experiment, replay)
    if dataset.noise and not replay:
        shift = rng.generator(dataset.seed, rng.NOISE).standard_normal(points.shape)
        points = points + shift * dataset.noise * mean_and_spread(imputed(points, points))[1]
    if dataset.label_noise:
        targets = _mislabeled(targets, experiment.task or "", classes, dataset.label_noise, dataset.seed)
    if not replay:
        order = rng.generator(dataset.seed, rng.SPLIT).permutation(len(targets))
        points, targets = points[order], targets[order]
    strata = np.unique(targets, axis=0, return_inverse=True)[1] if dataset.stratify else None
    chosen = _shared_out(split_sizes(dataset), strata, len(targets))
    parts = {name: (points[part], targets[part]) for name, part in zip(PARTS, chosen, strict=True)}
    if isinstance(dataset, GivenPoints) and dataset.test_points is not None:
        parts["test"] = np.array(dataset.test_points, np.float64), np.array(dataset.test_targets, np.float64)
    training = parts["train"][0]
    return {name: (imputed(points, training), targets) for name, (points, targets) in parts.items()}


def _samples(experiment: Experiment, replay: Replay | None) -> Samples:
    dataset = experiment.dataset
    if replay:
        return replay.points, replay.targets
    if isinstance(dataset, GivenPoints):
        return np.array(dataset.points, np.float64), np.array(dataset.targets, np.float64)
    draw = rng.generator(dataset.seed, rng.DATA)
    if isinstance(dataset, UploadedData):
        table = table_of(dataset)
        rows = draw.permutation(len(table))[: dataset.samples]
        return table.points[rows], table.targets[rows]
    entry = DATASETS.of(dataset)
    return entry.make(draw, dataset.samples, *entry.values(dataset))


def _mislabeled(targets: np.ndarray, task: str, classes: int, share: float, seed: int) -> np.ndarray:
    """Targets of which a share is wrong: exactly so many classes or labels, or all numbers a little."""
    generator = rng.generator(seed, rng.LABEL_NOISE)
    if task == "regression":
        return targets + generator.standard_normal(targets.shape) * share * targets.std()
    wrong = generator.permutation(targets.size)[: round(share * targets.size)]
    changed = targets.copy().reshape(-1)
    step = generator.integers(1, classes if task == "multiclass" else 2, len(wrong))
    changed[wrong] = (changed[wrong] + step) % (classes if task == "multiclass" else 2)
    return changed.reshape(targets.shape)


def _shared_out(sizes: tuple[int, int, int], strata: np.ndarray | None, samples: int) -> list[np.ndarray]:
    """Which samples belong to each part; with `strata` (n,) each has its share of each stratum."""
    if strata is None:
        return np.split(np.arange(samples), np.cumsum(sizes)[:2])
    members = [np.flatnonzero(strata == stratum) for stratum in range(strata.max() + 1)] if samples else []
    counts = allotted(sizes, [len(each) for each in members])
    ends = np.cumsum(counts, axis=1)
    cut = [np.split(each, row[:2]) for each, row in zip(members, ends, strict=True)]
    return [np.sort(np.concatenate([pieces[part] for pieces in cut])) for part in range(3)]


def allotted(sizes: tuple[int, int, int], strata: list[int]) -> np.ndarray:
    """How many samples of each stratum go to each part (strata, 3), given the sizes of both, whose sums are equal.

    Every count is its ideal rounded down, or one more: where a stratum's remaining samples go is decided by the largest
    remainders, after those strata of which two samples are left over, so that both margins come out exactly.
    """
    total = max(sum(sizes), 1)
    products = np.outer(strata, sizes)
    counts, remainders = products // total, products % total
    over = np.array(strata) - counts.sum(axis=1)  # 0, 1 or 2 of each stratum
    for part in (2, 1, 0):
        lacking = sizes[part] - int(counts[:, part].sum())
        order = np.lexsort((-np.array(strata), -remainders[:, part], -over))
        order = order[over[order] > 0][:lacking]
        counts[order, part] += 1
        over[order] -= 1
    return counts


def drawn_share(strata: np.ndarray | None, samples: int, count: int, seed: int) -> np.ndarray:
    """So many of the samples, in their order: each stratum (n,) has its share, as nearly as whole samples allow."""
    order = rng.generator(seed, rng.SPLIT).permutation(samples)
    count = min(count, samples)
    chosen = _shared_out((count, 0, samples - count), None if strata is None else strata[order], samples)[0]
    return np.sort(order[chosen])
