"""What you would use instead of gradlab: each file trains the same network in the way its users would write it.

Every engine gets the same starting weights and the same batches in the same order, in float32, and does the same:
tanh in the hidden layers, a linear output, mean squared error, plain SGD. In `train` none computes the loss as a number
except where its library always does (PyTorch, scikit-learn); all compute its gradient. In `train_measured` all do.
"""

from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Protocol

import numpy as np

Layers = list[tuple[np.ndarray, np.ndarray]]


@dataclass(frozen=True)
class Task:
    """What is to be trained: `layers` are the starting W (fan_in, fan_out) and b (fan_out,), `batch` divides n."""

    layers: Layers
    x: np.ndarray  # (n, features)
    t: np.ndarray  # (n, outputs)
    x_test: np.ndarray
    t_test: np.ndarray
    threshold: float  # between the two classes
    batch: int
    learning_rate: float

    @property
    def weights(self) -> int:
        """How many weights and biases there are."""
        return sum(W.size + b.size for W, b in self.layers)

    @property
    def units(self) -> tuple[int, ...]:
        """The widths of the hidden layers."""
        return tuple(len(b) for _, b in self.layers[:-1])


class Engine(Protocol):
    """A network in training."""

    def train(self, epochs: int) -> None:
        """Goes through all batches so many times."""

    def train_measured(self, epochs: int) -> list[float]:
        """The same, and after each epoch the loss and the accuracy over all training and all test samples; the last."""

    def layers(self) -> Layers:
        """Copies of the weights and biases now."""


PEERS = {
    "NumPy": "benchmarks.peers.textbook",
    "PyTorch": "benchmarks.peers.pytorch",
    "scikit-learn": "benchmarks.peers.scikit_learn",
    "JAX": "benchmarks.peers.jax_scan",
}


Maker = Callable[[Task], Engine | None]  # None for a network that is too large for it


def installed(playground: Path | None) -> dict[str, Maker]:
    """The peers that are there; the others are named and left out. `playground` is a checkout of its repository."""
    found: dict[str, Maker] = {}
    for name, module in PEERS.items():
        try:
            found[name] = import_module(module).Peer
        except ModuleNotFoundError as error:
            print(f"{name} is left out: {error.name} is not installed.")
    if playground is None:
        print("TensorFlow Playground is left out: give the folder of a checkout with --playground.")
    else:
        from benchmarks.peers import tensorflow_playground as peer

        found["TF Playground"] = lambda task: peer.Peer(task, playground) if task.weights <= peer.MOST_WEIGHTS else None
    return found
