"""The parts of a data set: made or given points, moved by noise, and shared out to train, validate and test."""

import numpy as np

from engine import rng
from engine.data.scaling import mean_and_spread
from engine.data.sources import Made
from engine.data.uploads import imputed
from engine.experiment import Resolved

PARTS = ("train", "validation", "test")


def parts_of(experiment: Resolved) -> dict[str, Made]:
    """Points and targets of each part, after noise; shuffled by the data's seed.

    What is missing in a table becomes its column's mean over the training part.
    """
    dataset, source = experiment.dataset, experiment.source
    points, targets = source.make()
    if dataset.noise and not source.rules.in_order:
        shift = rng.generator(dataset.seed, rng.NOISE).standard_normal(points.shape)
        points = points + shift * dataset.noise * mean_and_spread(imputed(points, points))[1]
    if dataset.label_noise:
        classes = max(source.outputs, 2) if source.task == "multiclass" else 2
        targets = _mislabeled(targets, source.task, classes, dataset.label_noise, dataset.seed)
    if not source.rules.in_order:
        order = rng.generator(dataset.seed, rng.SPLIT).permutation(len(targets))
        points, targets = points[order], targets[order]
    strata = np.unique(targets, axis=0, return_inverse=True)[1] if dataset.stratify else None
    chosen = _shared_out(experiment.split_sizes, strata, len(targets))
    parts = {name: (points[part], targets[part]) for name, part in zip(PARTS, chosen, strict=True)}
    if source.test:
        parts["test"] = source.test
    training = parts["train"][0]
    return {name: (imputed(points, training), targets) for name, (points, targets) in parts.items()}


def _mislabeled(targets: np.ndarray, task: str, classes: int, share: float, seed: int) -> np.ndarray:
    """Targets of which a share is wrong: exactly so many classes or labels, or all numbers a little."""
    generator = rng.generator(seed, rng.LABEL_NOISE)
    if task == "regression":
        return targets + generator.standard_normal(targets.shape) * share * targets.std()
    wrong = generator.permutation(targets.size)[: round(share * targets.size)]
    changed = targets.copy().reshape(-1)
    step = generator.integers(1, classes, len(wrong))
    changed[wrong] = (changed[wrong] + step) % classes
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
