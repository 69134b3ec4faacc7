"""What the tests of the engine are run over: the pairs of output and loss that exist, small experiments of each task.

Everything is derived from the catalogue, so that a new entry is tested without a new test.
"""

from collections.abc import Sequence
from dataclasses import replace
from itertools import combinations, product
from typing import Any

import numpy as np
import pytest

from engine import Choice, Experiment, Layer, Output, Trainer, rng
from engine.components.activations import ACTIVATIONS
from engine.components.losses import LOSSES
from engine.components.tasks import TASKS
from engine.data.dataset import Data
from engine.data.datasets import DATASETS
from engine.data.given_points import GivenPoints, Targets
from engine.data.sources import DatasetChoice
from engine.reference import Layers, Running, empty_memory
from engine.reference import step as reference_step

# Functions of z and fixed arguments alone; those with slopes or sums of their own are in test_remedies.
SCALAR = [name for name, entry in ACTIVATIONS.items() if not (entry.joint or entry.grouped or entry.slope)]
HIDDEN = [name for name in SCALAR if "hidden" in ACTIVATIONS[name].places]

LEARNED = ("gamma", "beta", "slopes")

# One data set for each task.
DATA = {
    "binary": DATASETS.choice("circle", samples=60),
    "multiclass": DATASETS.choice("iris", samples=60),
    "multilabel": DATASETS.choice("discs", samples=60),
    "regression": DATASETS.choice("regression_plane", samples=60),
}


def _suits(entry: Any, task: str) -> bool:
    return entry.tasks is None or task in entry.tasks


# Every (task, output activation, loss) that the catalogue allows.
PAIRS = [
    (task, output, loss)
    for task in TASKS
    for output, activation in ACTIVATIONS.items()
    if "output" in activation.places and _suits(activation, task)
    for loss, entry in LOSSES.items()
    if _suits(entry, task) and output in entry.outputs
]


def pairwise(*columns: Sequence[Any]) -> list[tuple[Any, ...]]:
    """Rows of one value of each column, in which every two values of two columns meet: a covering array, greedily.

    A value that is a tuple holds what only goes together so, as a task, an output and a loss do. Then each of its parts
    meets all that is in the other columns, and each tuple is in a row.
    """

    def meetings(row: dict[int, Any]) -> list[Any]:
        whole = [(column, row[column]) for column in sorted(row)]
        parts = [
            (column, place, part)
            for column, value in whole
            for place, part in enumerate(value if isinstance(value, tuple) else (value,))
        ]
        return [*whole, *combinations(parts, 2)]

    missing: dict[Any, dict[int, Any]] = {}  # each with a row, begun, in which it is
    for one, other in combinations(range(len(columns)), 2):
        for values in product(columns[one], columns[other]):
            begun = dict(zip((one, other), values, strict=True))
            missing |= dict.fromkeys(meetings(begun), begun)
    rows = []
    while missing:
        row = dict(next(iter(missing.values())))
        for column, values in enumerate(columns):
            if column not in row:
                gains = [len(missing.keys() & meetings({**row, column: value})) for value in values]
                row[column] = values[gains.index(max(gains))]
        for met in meetings(row):
            missing.pop(met, None)
        rows.append(tuple(row[column] for column in range(len(columns))))
    return rows


# Hidden activations with tasks, outputs and losses: every two of these that can stand in one network.
NETWORKS = pairwise(HIDDEN, PAIRS)
EACH_NETWORK = pytest.mark.parametrize(
    ("hidden", "pair"), NETWORKS, ids=["-".join((hidden, *pair)) for hidden, pair in NETWORKS]
)


def experiment(
    task: str = "binary",
    *,
    output: str | None = None,
    loss: str | None = None,
    hidden: str = "tanh",
    units: tuple[int, ...] = (5, 3),
    regularizer: Choice | None = None,
    **choices: Any,
) -> Experiment:
    """A small experiment in float64, with everything else as it is by default."""
    layer = Layer(activation=ACTIVATIONS.choice(hidden), regularizer=regularizer)
    small = Experiment(
        task=task,
        dataset=DATA[task],
        layers=tuple(replace(layer, units=count) for count in units),
        output=Output(activation=ACTIVATIONS.choice(output) if output else None, regularizer=regularizer),
        loss=LOSSES.choice(loss) if loss else None,
        precision="float64",
    )
    return replace(small, **choices)


def points(*rows: tuple[float, ...], targets: Targets, **choices: Any) -> DatasetChoice:
    """Points given by hand, all of them for training."""
    return GivenPoints(points=rows, targets=targets, **{"test_fraction": 0.0, **choices})


def layers_of(trainer: Trainer) -> Layers:
    """The parameters as the reference takes them: (W, b, and what else is learned) of each layer."""
    return [
        (layer.weights, layer.biases, *(layer.further[name] for name in LEARNED if name in layer.further))
        for layer in trainer.parameters()
    ]


def running_of(trainer: Trainer) -> Running:
    """The running means and variances of the layers that have such."""
    found = [layer.further for layer in trainer.parameters() if "moving_mean" in layer.further]
    return [(further["moving_mean"], further["moving_variance"]) for further in found]


def put(trainer: Trainer, layers: Layers) -> None:
    """The opposite of `layers_of`."""
    names = [
        [*("weights", "biases"), *(name for name in LEARNED if name in layer.further)] for layer in trainer.parameters()
    ]
    trainer.set_parameters([dict(zip(own, layer, strict=True)) for own, layer in zip(names, layers, strict=True)])


def scatter(trainer: Trainer, seed: int = 1, spread: float = 0.5) -> None:
    """Gives every weight and bias a normal draw, so that none is zero and none is special."""
    draw = np.random.default_rng(seed)
    put(trainer, [tuple(draw.normal(0, spread, part.shape) for part in layer) for layer in layers_of(trainer)])


def samples_of(trainer: Trainer, part: str = "train") -> tuple[np.ndarray, np.ndarray]:
    """Inputs X (n, features) and answers T (n, outputs) of a part, in float64."""
    found = Data(trainer.experiment).parts[part]
    return found.x.T.astype(np.float64), found.t.T.astype(np.float64)


def train_by_hand(trainer: Trainer, steps: int) -> Layers:
    """What the reference makes of a trainer's experiment and parameters in so many steps, from step 0."""
    complete = trainer.experiment
    x, t = samples_of(trainer)
    layers = [tuple(part.astype(np.float64) for part in layer) for layer in layers_of(trainer)]
    memory = empty_memory(complete, layers)
    order, position, epoch = np.arange(len(x)), 0, 0
    for count in range(1, steps + 1):
        if complete.shuffle and position == 0:
            rng.shuffle(order, complete.seed, epoch)
        batch = order[position : position + (complete.batch_size or len(x))]
        layers, memory = reference_step(complete, layers, memory, x[batch], t[batch], count)
        position += len(batch)
        if position == len(x):
            position, epoch = 0, epoch + 1
    return layers


def distance(one: Layers, other: Layers) -> float:
    """The largest difference of any layer's parameters, as a share of that layer's length (or of 1 if it is short)."""
    flat = [
        [np.concatenate([part.ravel() for part in layer]).astype(np.float64) for layer in layers]
        for layers in (one, other)
    ]
    return max(float(np.linalg.norm(a - b) / max(1.0, float(np.linalg.norm(b)))) for a, b in zip(*flat, strict=True))
