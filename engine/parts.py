"""The parts of a data set: made or given points, moved by noise, and shared out to train, validate and test."""

import numpy as np

from engine import rng
from engine.completion import split_sizes, table_of
from engine.datasets import DATASETS, GivenPoints, PlaygroundData, UploadedData
from engine.experiment import Experiment
from engine.playground import Replay
from engine.uploads import imputed

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
        points = points + shift * dataset.noise * imputed(points, points).std(axis=0)
    if dataset.label_noise:
        targets = _mislabelled(targets, experiment.task or "", classes, dataset.label_noise, dataset.seed)
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


def _mislabelled(targets: np.ndarray, task: str, classes: int, share: float, seed: int) -> np.ndarray:
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
    training, validation, test = sizes
    if strata is None:
        return np.split(np.arange(samples), [training, training + validation])
    left = np.argsort(strata, kind="stable")
    chosen = []
    for count in (test, validation):
        # Every so-many-th sample in the order of the strata: exactly `count`, and of each stratum its share.
        marks = np.arange(len(left) + 1) * count // max(len(left), 1)
        taken = marks[1:] > marks[:-1]
        chosen.append(np.sort(left[taken]))
        left = left[~taken]
    return [np.sort(left), chosen[1], chosen[0]]
