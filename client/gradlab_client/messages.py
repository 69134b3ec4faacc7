"""What a live stream brings, as NumPy arrays, and the cursor that keeps it without a hole or a duplicate."""

import base64
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gradlab_client.answers import Experiment
from gradlab_client.errors import problem_of
from gradlab_client.metrics import Metrics
from gradlab_client.views import Boundary, Layer, Neurons, Parameters

Array = NDArray[np.float64]


@dataclass(frozen=True)
class State:
    """Where the session stands; `epoch` in epochs, `step` in updates, `rate` in epochs per second (None: flat out)."""

    state: str
    reason: str | None
    warning: str | None
    step: int
    epoch: float
    steps_per_second: float
    rate: float | None


@dataclass(frozen=True)
class Hello(State):
    """What the session is: at first, when its experiment or its run has changed, and after a cut.

    Unless `recovered`, the rows that follow begin at row 0, and replace what came before.
    """

    run: str
    recovered: bool
    experiment: Experiment


Message = Hello | State | Metrics | Boundary | Neurons | Parameters


class Hole(Exception):
    """Rows are missing before these: the connection is to be made anew."""


@dataclass
class Cursor:
    """Up to which row of which run a client has come."""

    run: str | None = None
    seq: int = -1

    def claim(self) -> dict[str, Any]:
        """What a subscription says to get the rows that are missing."""
        return {} if self.run is None else {"run": self.run, "since": self.seq}

    def greeted(self, message: Mapping[str, Any]) -> bool:
        """Takes a hello; returns whether what follows continues what came before."""
        recovered = bool(message["recovered"]) and message["run"] == self.run
        if not recovered:
            self.run, self.seq = message["run"], -1
        return recovered

    def new_rows(self, message: Mapping[str, Any]) -> dict[str, list[Any]]:
        """The rows of a message that have not come before, by column. Raises Hole."""
        first, count = message["seq"], message["count"]
        if message["run"] != self.run or first > self.seq + 1:
            raise Hole
        known = self.seq + 1 - first
        self.seq = max(self.seq, first + count - 1)
        columns = {"seq": list(range(first, first + count)), **message["columns"]}
        return {name: values[known:] for name, values in columns.items()}


def read(message: Mapping[str, Any], cursor: Cursor) -> Message | None:
    """A message as it is given on; None for rows that were there. Raises Problem for a refusal, Hole for a gap."""
    match message["type"]:
        case "hello":
            recovered = cursor.greeted(message)
            return Hello(
                **_standing(message), run=message["run"], recovered=recovered, experiment=message["experiment"]
            )
        case "state":
            return State(**_standing(message))
        case "metrics":
            columns = cursor.new_rows(message)
            return Metrics(message["run"], columns) if columns["seq"] else None
        case "boundary":
            return _boundary(message)
        case "neurons":
            shape = -1, message["height"], message["width"]
            layers = [_grid(layer).reshape(shape) for layer in message["layers"]]
            return Neurons(message["step"], message["epoch"], layers)
        case "parameters":
            return Parameters(message["step"], message["epoch"], [_layer(layer) for layer in message["layers"]])
        case "error":
            raise problem_of(message["status"], {**message, "type": message["problem"]})
    return None  # of a newer server: not for this client


def _standing(message: Mapping[str, Any]) -> dict[str, Any]:
    return {name: message[name] for name in State.__dataclass_fields__}


def _boundary(message: Mapping[str, Any]) -> Boundary:
    shape = message["height"], message["width"]
    left, right, bottom, top = message["domain"]
    confidence = None
    if message.get("confidence"):
        confidence = _bytes(message["confidence"]).reshape(shape) / 255
    values = _grid(message).reshape(shape)
    return Boundary(message["step"], message["epoch"], (left, right, bottom, top), values, confidence)


def _grid(message: Mapping[str, Any]) -> Array:
    low, high = message["low"], message["high"]
    values: Array = low + _bytes(message["data"]) / 255.0 * (high - low)
    return values


def _layer(message: Mapping[str, Any]) -> Layer:
    shape = message["fan_in"], message["fan_out"]
    weights, biases = (np.frombuffer(base64.b64decode(message[name]), "<f4") for name in ("weights", "biases"))
    return Layer(weights.astype(float).reshape(shape), biases.astype(float), {})


def _bytes(text: str) -> NDArray[np.uint8]:
    return np.frombuffer(base64.b64decode(text), np.uint8)
