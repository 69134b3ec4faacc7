"""What can be seen of a network: its output over the plane, its weights, its predictions; all as NumPy arrays."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gradlab_client import pictures
from gradlab_client.answers import MoveAnswer

Array = NDArray[np.float64]
SHOWN_CLASSES = 2  # with more, a picture shows the likeliest one


@dataclass(frozen=True, eq=False)
class Boundary:
    """The network's output over the plane.

    Shapes: `values` and `confidence` (height, width), row 0 at the top; `outputs` (outputs, height, width).

    `values` is the output, or with several classes the number of the likeliest one, whose probability is `confidence`.
    `outputs` has them all, except in the stream, which sends a picture. `domain` is (left, right, bottom, top) in the
    units of the data: what matplotlib calls `extent`.
    """

    step: int
    epoch: float
    domain: tuple[float, float, float, float]
    values: Array
    confidence: Array | None = None
    outputs: Array | None = None

    def _repr_png_(self) -> bytes:
        return pictures.png(self.values, self.confidence)


def boundary_of(answer: Mapping[str, Any]) -> Boundary:
    """A boundary as REST answers it."""
    outputs = np.array(answer["values"], dtype=np.float64)
    outputs = outputs.reshape(-1, *outputs.shape[-2:])
    left, right, bottom, top = answer["domain"]
    values, confidence = outputs[-1], None
    if len(outputs) > SHOWN_CLASSES:
        values, confidence = outputs.argmax(axis=0).astype(np.float64), outputs.max(axis=0)
    return Boundary(answer["step"], answer["epoch"], (left, right, bottom, top), values, confidence, outputs)


@dataclass(frozen=True, eq=False)
class Neurons:
    """What each unit gives over the plane. Shapes: of each layer (units, height, width), row 0 at the top."""

    step: int
    epoch: float
    layers: list[Array]


def neurons_of(answer: Mapping[str, Any]) -> Neurons:
    """Neurons as REST answers them."""
    layers = [np.array(layer["units"], dtype=np.float64) for layer in answer["layers"]]
    return Neurons(answer["step"], answer["epoch"], layers)


@dataclass(frozen=True, eq=False)
class Layer:
    """What one layer has learned.

    Shapes: `weights` (inputs, units), `biases` (units,), as in Keras. `further` has what else it learns, such as the
    `gamma` and `beta` of batch normalization, and the `mask` of pruned weights.
    """

    weights: Array
    biases: Array
    further: dict[str, Array]

    def as_data(self) -> dict[str, Array]:
        """The layer as the server takes it."""
        return {"weights": self.weights, "biases": self.biases, **self.further}


@dataclass(frozen=True, eq=False)
class Parameters:
    """Weights and biases: hidden layers in order, the output layer last."""

    step: int
    epoch: float
    layers: list[Layer]


def parameters_of(answer: Mapping[str, Any]) -> Parameters:
    """Parameters as REST answers them."""
    layers = []
    for given in answer["layers"]:
        arrays = {name: np.array(numbers, dtype=np.float64) for name, numbers in given.items() if numbers is not None}
        layers.append(Layer(arrays.pop("weights"), arrays.pop("biases"), arrays))
    return Parameters(answer["step"], answer["epoch"], layers)


@dataclass(frozen=True, eq=False)
class Prediction:
    """What the network says of some rows.

    Shapes: `outputs` (rows, outputs): probabilities, or numbers in the target's unit. `labels` has for each row the
    class, the classes that apply, or the number. `moved` says for each row which fields moved the answer most, where
    `explain` was asked for.
    """

    outputs: Array
    labels: list[str | float | list[str] | None]
    moved: list[list[MoveAnswer]] | None = None


def prediction_of(answer: Mapping[str, Any]) -> Prediction:
    """A prediction as REST answers it."""
    return Prediction(np.array(answer["outputs"], dtype=np.float64), answer["labels"], answer.get("moved"))


def rows_of(x: Any) -> Sequence[Any]:
    """Rows of a table: of an array or lists as they are, of a frame of pandas or polars by the names of its columns."""
    if hasattr(x, "to_dicts"):  # polars
        return list(x.to_dicts())
    if hasattr(x, "to_dict"):  # pandas
        return list(x.to_dict(orient="records"))
    return list(x)
