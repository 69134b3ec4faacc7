"""The network: layers of units, with every weight and bias in one flat buffer.

`W` of layer l is a view (fan_in, fan_out) of that buffer and `b` a view (fan_out,). Gradients and the optimizer's
memory are buffers of the same length, so saving, restoring and updating are single array operations.
To the kernel the network is described by small arrays of numbers; so one compiled kernel serves every architecture.
"""

from typing import Any, NamedTuple

import numpy as np

from engine import rng
from engine.activations import ACTIVATIONS
from engine.catalogue import Choice, Family
from engine.experiment import Experiment, Layer, Output
from engine.initializers import draw
from engine.losses import LOSSES
from engine.regularizers import NO_REGULARIZER, REGULARIZERS

ARGUMENTS = 4  # the most arguments an activation or a regularizer may have


class Architecture(NamedTuple):
    """A network as the kernel sees it. L layers, hidden and output; rows of the workspace are units, input first."""

    sizes: np.ndarray  # (L + 1,) units, input first
    rows: np.ndarray  # (L + 2,) where each of these layers starts in the workspace
    weights: np.ndarray  # (L,) where W starts in the buffer
    biases: np.ndarray  # (L,) where b starts; it ends the layer's part
    activation: np.ndarray  # (L,) codes
    activation_arguments: np.ndarray  # (L, ARGUMENTS)
    regularizer: np.ndarray  # (L,) codes
    regularizer_arguments: np.ndarray  # (L, ARGUMENTS)
    loss: int
    joined: bool  # whether loss and output activation are computed together from the logits
    mean_over_outputs: bool
    joint_output: bool  # whether the output's units depend on each other, as in softmax


class Network:
    """The layout of one experiment's parameters, and their starting values."""

    def __init__(self, experiment: Experiment, inputs: int, outputs: int) -> None:
        self.layers: tuple[Layer | Output, ...] = (*experiment.layers, experiment.output)
        self.dtype = np.dtype(experiment.precision)
        self.sizes = (inputs, *(layer.units for layer in experiment.layers), outputs)
        shapes = list(zip(self.sizes, self.sizes[1:], strict=False))
        lengths = [(fan_in + 1) * fan_out for fan_in, fan_out in shapes]
        starts = np.cumsum([0, *lengths])
        self.parameter_count = int(starts[-1])
        self.slices = [
            (slice(start, start + fan_in * fan_out), slice(start + fan_in * fan_out, end))
            for start, end, (fan_in, fan_out) in zip(starts, starts[1:], shapes, strict=False)
        ]
        self.shapes = shapes
        self.architecture = self.describe(experiment)

    def describe(self, experiment: Experiment) -> Architecture:
        """The kernel's description of this network under an experiment that differs in live fields only."""
        layers: tuple[Layer | Output, ...] = (*experiment.layers, experiment.output)
        activation, activation_arguments = _codes(ACTIVATIONS, [layer.activation for layer in layers], self.dtype)
        regularizer, regularizer_arguments = _codes(REGULARIZERS, [layer.regularizer for layer in layers], self.dtype)
        loss = LOSSES.of(experiment.loss) if experiment.loss else LOSSES["mean_squared_error"]
        output = experiment.output.activation
        return Architecture(
            sizes=np.array(self.sizes, np.int64),
            rows=np.cumsum([0, *self.sizes]).astype(np.int64),
            weights=np.array([weights.start for weights, _ in self.slices], np.int64),
            biases=np.array([biases.start for _, biases in self.slices], np.int64),
            activation=activation,
            activation_arguments=activation_arguments,
            regularizer=regularizer,
            regularizer_arguments=regularizer_arguments,
            loss=LOSSES.codes[loss.name],
            joined=output is not None and loss.joined == output.name,
            mean_over_outputs=loss.mean_over_outputs,
            joint_output=output is not None and ACTIVATIONS.of(output).joint,
        )

    def views(self, buffer: np.ndarray) -> list[tuple[np.ndarray, np.ndarray]]:
        """W (fan_in, fan_out) and b (fan_out,) of each layer, as views of a buffer."""
        return [
            (buffer[weights].reshape(shape), buffer[biases])
            for (weights, biases), shape in zip(self.slices, self.shapes, strict=True)
        ]

    def initialise(self, seed: int) -> np.ndarray:
        """A buffer of starting parameters: a function of the seed, the layer and its own choices alone."""
        buffer = np.zeros(self.parameter_count, self.dtype)
        for index, ((w, b), layer) in enumerate(zip(self.views(buffer), self.layers, strict=True)):
            generator = rng.generator(seed, rng.WEIGHTS, index)
            w[:] = draw(layer.initializer, generator, *w.shape)
            b[:] = draw(layer.bias_initializer, generator, 1, b.size)[0]
        return buffer


def _codes(family: Family[Any], choices: list[Choice | None], dtype: np.dtype) -> tuple[np.ndarray, np.ndarray]:
    codes = np.full(len(choices), NO_REGULARIZER, np.int64)
    arguments = np.zeros((len(choices), ARGUMENTS), dtype)
    for index, choice in enumerate(choices):
        if choice is not None:
            values = family.of(choice).values(choice)
            codes[index] = family.codes[choice.name]
            arguments[index, : len(values)] = values
    return codes, arguments
