"""A trained network described for files: what every format writes down in its own way."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from app import __version__
from engine import Trainer
from engine.activations import ACTIVATIONS, Activation
from engine.catalogue import Choice
from engine.experiment import Layer
from engine.features import FEATURES

CHECKED = 5
PLANE = ("x1", "x2")


@dataclass(frozen=True)
class Normalization:
    """Batch normalisation as it is when evaluating: y = (x - mean) / sqrt(variance + epsilon) * scale + shift."""

    after: bool
    means: np.ndarray
    variances: np.ndarray
    scales: np.ndarray
    shifts: np.ndarray
    epsilon: float


@dataclass(frozen=True)
class DescribedLayer:
    """One layer; `values` are by name what stands for a number in its activation's formula."""

    name: str
    activation: Activation
    units: int
    pieces: int
    weights: np.ndarray
    biases: np.ndarray
    values: dict[str, float]
    slopes: np.ndarray | None
    normalization: Normalization | None
    dropout: float  # of what enters it


@dataclass(frozen=True)
class Described:
    """A network from raw columns to answers in the target's unit."""

    header: list[str]
    precision: str
    columns: list[str]
    features: list[str | int]  # a formula of x_1 and x_2, or the number of a column
    offset: np.ndarray
    scale: np.ndarray
    layers: list[DescribedLayer]
    classes: list[str] | None
    target_mean: float
    target_spread: float
    points: list[list[float]]
    outputs: list[list[float]]

    @property
    def scaled(self) -> bool:
        """Whether inputs are moved and scaled."""
        return bool(self.offset.any() or (self.scale != 1).any())


def described(trainer: Trainer) -> Described:
    """A trainer's network as it is now."""
    data, experiment = trainer.data, trainer.experiment
    parts = (part.points for part in data.parts.values() if len(part))
    points = next(iter(parts))[:CHECKED].tolist()
    rates = [experiment.input.dropout, *(layer.dropout for layer in experiment.layers)]
    layers = [_layer(trainer, index, rate) for index, rate in enumerate(rates)]
    features: list[str | int] = [
        FEATURES[name].formula if data.columns == PLANE else data.columns.index(name) for name in data.features
    ]
    return Described(
        header=_header(trainer),
        precision=experiment.precision,
        columns=list(data.columns),
        features=features,
        offset=data.offset[:, 0],
        scale=data.scale[:, 0],
        layers=layers,
        classes=data.classes,
        target_mean=data.target_mean,
        target_spread=data.target_spread,
        points=points,
        outputs=trainer.predict(points)[0].astype(float).tolist(),
    )


def _header(trainer: Trainer) -> list[str]:
    """What to know about the file. Nothing in it is a user's text."""
    lines = [f"A network trained with gradlab {__version__} on {trainer.experiment.dataset.name}: {_age(trainer)}."]
    if trainer.step == 0:
        lines.append("It has not been trained: its weights are those that it begins with.")
    if trainer.diverged:
        lines.append("Training diverged: the weights are the last ones before a number stopped being finite.")
    return lines


def _age(trainer: Trainer) -> str:
    return f"{trainer.epoch:g} epochs, {trainer.step:,} updates"


def _layer(trainer: Trainer, index: int, dropout: float) -> DescribedLayer:
    layer, learnt = trainer.network.layers[index], trainer.parameters()[index]
    choice = layer.activation or ACTIVATIONS.choice("linear")
    entry = ACTIVATIONS.of(choice)
    further = learnt.further
    normalization = None
    if isinstance(layer, Layer) and layer.batch_normalization:
        normalization = Normalization(
            layer.batch_normalization.after,
            further["running_means"],
            further["running_variances"],
            further["scales"],
            further["shifts"],
            layer.batch_normalization.epsilon,
        )
    return DescribedLayer(
        name=trainer.layer_name(index),
        activation=entry,
        units=trainer.network.sizes[index + 1],
        pieces=entry.pieces(choice),
        weights=learnt.weights,
        biases=learnt.biases,
        values=_values(entry, choice),
        slopes=further.get("slopes"),
        normalization=normalization,
        dropout=dropout,
    )


def _values(entry: Activation, choice: Choice) -> dict[str, float]:
    values: dict[str, float] = {
        argument.name: float(value) for argument, value in zip(entry.arguments, entry.values(choice), strict=True)
    }
    if entry.learnt:  # they are numbers of their own
        return {}
    if entry.slope == "random":  # its mean, when evaluating
        lower, upper = entry.values(choice)
        return {"slope": (lower + upper) / 2}
    return values


def numbers(array: np.ndarray) -> str:
    """An array as Python, exact: a float32 is written as shortly as it can be told from its neighbours."""
    return f"[{', '.join(numbers(row) if row.ndim else _number(row) for row in array)}]"


def _number(value: Any) -> str:
    return repr(float(str(value)))
