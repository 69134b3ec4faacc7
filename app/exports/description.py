"""A trained network described for files: what every format writes down in its own way."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from app import __version__
from engine import Data, Trainer
from engine.components.activations import ACTIVATIONS, Activation
from engine.components.features import FEATURES
from engine.components.registry import Choice
from engine.data.cells import written
from engine.data.fields import Field
from engine.experiment import Layer

CHECKED = 5
EXACT = 1e-5  # of the targets' spread
PLANE = ("x1", "x2")


@dataclass(frozen=True)
class Normalization:
    """Batch normalization as it is when evaluating: y = (x - mean) / sqrt(variance + epsilon) * scale + shift."""

    after: bool
    means: np.ndarray
    variances: np.ndarray
    gamma: np.ndarray
    beta: np.ndarray
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
    unit: float  # what a difference between outputs is measured by: 1, or the spread of the targets
    fields: list[dict[str, Any]] | None  # how rows of a table become raw columns; None for points
    gaps: list[float]  # what a missing number becomes
    rows: list[list[Any]]  # a few to check with, as the table had them,
    points: list[list[float]]  # in raw columns,
    outputs: list[list[float]]  # and what the network says of them

    @property
    def unscaled(self) -> bool:
        """Whether outputs are in the target's unit as they are."""
        return (self.target_mean, self.target_spread) == (0.0, 1.0)

    @property
    def scaled(self) -> bool:
        """Whether inputs are moved and scaled."""
        return bool(self.offset.any() or (self.scale != 1).any())


def described(trainer: Trainer) -> Described:
    """A trainer's network as it is now."""
    data, experiment = trainer.data, trainer.experiment
    parts = (part.points for part in data.parts.values() if len(part))
    rows = data.fields.decode(next(iter(parts))[:CHECKED])
    points = data.encode(rows)
    outputs = trainer.predict_points(points)[0].astype(float)
    header = _header(trainer)
    if np.finfo(experiment.precision).eps * np.abs(outputs).max(initial=0) > EXACT * data.unit and not _is_scaled(data):
        header.append(
            f"Its outputs are large numbers in {experiment.precision}: they are not exact to {EXACT:g} of the targets' "
            "spread. Standardize the data to be more exact."
        )
    rates = [experiment.input.dropout, *(layer.dropout for layer in experiment.layers)]
    layers = [_layer(trainer, index, rate) for index, rate in enumerate(rates)]
    features: list[str | int] = [
        FEATURES[name].formula if data.columns == PLANE else data.columns.index(name) for name in data.features
    ]
    return Described(
        header=header,
        precision=experiment.precision,
        columns=list(data.columns),
        features=features,
        offset=data.offset[:, 0],
        scale=data.scale[:, 0],
        layers=layers,
        classes=data.classes,
        target_mean=data.target_mean,
        target_spread=data.target_spread,
        unit=data.unit,
        fields=_fields(data),
        gaps=data.middle.tolist(),
        rows=rows,
        points=points.tolist(),
        outputs=outputs.tolist(),
    )


def _is_scaled(data: Data) -> bool:
    return data.task != "regression" or (data.target_mean, data.target_spread) != (0.0, 1.0)


def _fields(data: Data) -> list[dict[str, Any]] | None:
    """Each column of a table: its name, and its words, or the moment since which its dates count days."""
    if list(data.columns) == [f"x{index}" for index in range(1, len(data.columns) + 1)]:
        return None
    further: dict[str, Callable[[Field], dict[str, Any]]] = {
        "number": lambda field: {},
        "text": lambda field: {"words": list(field.words)},
        "date": lambda field: {"since": field.start},
    }
    return [{"name": field.name} | further[field.type](field) for field in data.fields.fields]


def _header(trainer: Trainer) -> list[str]:
    """What to know about the file. Nothing in it is a user's text."""
    lines = [f"A network trained with gradlab {__version__} on {trainer.experiment.dataset.name}: {_age(trainer)}."]
    if trainer.step == 0:
        lines.append("It has not been trained: its weights are those that it begins with.")
    if trainer.diverged:
        lines.append("Training diverged: the weights are the last ones before a number stopped being finite.")
    return lines


def _age(trainer: Trainer) -> str:
    return f"{written(trainer.epoch)} epochs, {trainer.step:,} updates"


def _layer(trainer: Trainer, index: int, dropout: float) -> DescribedLayer:
    layer, learned = trainer.network.layers[index], trainer.parameters()[index]
    choice = layer.activation
    entry = ACTIVATIONS.of(choice)
    further = learned.further
    normalization = None
    if isinstance(layer, Layer) and layer.batch_normalization:
        normalization = Normalization(
            layer.batch_normalization.after,
            further["moving_mean"],
            further["moving_variance"],
            further["gamma"],
            further["beta"],
            layer.batch_normalization.epsilon,
        )
    return DescribedLayer(
        name=trainer.layer_name(index),
        activation=entry,
        units=trainer.network.sizes[index + 1],
        pieces=entry.pieces(choice),
        weights=learned.weights,
        biases=learned.biases,
        values=_values(entry, choice),
        slopes=further.get("slopes"),
        normalization=normalization,
        dropout=dropout,
    )


def _values(entry: Activation, choice: Choice) -> dict[str, float]:
    values: dict[str, float] = {
        argument.name: float(value) for argument, value in zip(entry.arguments, entry.values(choice), strict=True)
    }
    if entry.learned:  # they are numbers of their own
        return {}
    if entry.slope == "random":  # its mean, when evaluating
        lower, upper = entry.values(choice)
        return {"slope": (lower + upper) / 2}
    return values


def numbers(array: np.ndarray) -> str:
    """An array as Python, exact: a float32 is written as shortly as it can be told from its neighbors."""
    return f"[{', '.join(numbers(row) if row.ndim else _number(row) for row in array)}]"


def _number(value: Any) -> str:
    return repr(float(str(value)))
