"""The network: layers of units, with every weight and bias in one flat buffer.

`W` of layer l is a view (fan_in, fan_out) of that buffer and `b` a view (fan_out,); where a layer is normalised its
learnt scales and shifts follow, and its learnt slopes where its activation has such. fan_out is the number of units, or
in a maxout layer as many times that as it has pieces. Gradients and the optimizer's memory are buffers of the same
length, so saving, restoring and updating are single array operations.
To the kernel the network is described by small arrays of numbers; so one compiled kernel serves every architecture.
"""

from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np

from engine import rng
from engine.activations import ACTIVATIONS
from engine.catalogue import Choice, Family
from engine.constraints import CONSTRAINTS
from engine.experiment import Experiment, Layer, Output
from engine.initializers import draw
from engine.losses import LOSSES
from engine.normalizations import AFTER, NORMALIZATIONS
from engine.regularizers import REGULARIZERS

ARGUMENTS = 4  # the most arguments that any entry of a layer may have
NONE = -1  # where a layer has no such thing


class Architecture(NamedTuple):
    """A network as the kernel sees it. L layers, hidden and output; rows of the workspace are units, input first."""

    sizes: np.ndarray  # (L + 1,) units, input first
    rows: np.ndarray  # (L + 2,) where each of these layers starts in the workspace; its units come first
    weights: np.ndarray  # (L,) where W starts in the buffer
    biases: np.ndarray  # (L,) where b starts, right after W
    scales: np.ndarray  # (L,) where the learnt scales start, the shifts right after them; NONE without normalisation
    slopes: np.ndarray  # (L,) where the learnt slopes start; NONE where the activation has none
    activation: np.ndarray  # (L,) codes
    activation_arguments: np.ndarray  # (L, ARGUMENTS)
    regularizer: np.ndarray  # (L,) codes
    regularizer_arguments: np.ndarray  # (L, ARGUMENTS)
    constraint: np.ndarray  # (L,) codes
    constraint_arguments: np.ndarray  # (L, ARGUMENTS)
    normalization: np.ndarray  # (L,) NONE, BEFORE or AFTER the activation
    normalization_arguments: np.ndarray  # (L, ARGUMENTS)
    dropout: np.ndarray  # (L,) the share of what enters the layer that is dropped in training
    input_noise: float
    clip_value: float  # 0: no limit
    clip_norm: float  # 0: no limit
    loss: int
    joined: bool  # whether loss and output activation are computed together from the logits
    mean_over_outputs: bool
    joint_output: bool  # whether the output's units depend on each other, as in softmax


BEFORE_ACTIVATION, AFTER_ACTIVATION = range(2)
Part = tuple[slice, tuple[int, ...]]  # where in the buffer, and the shape


class Network:
    """The layout of one experiment's parameters, and their starting values."""

    def __init__(self, experiment: Experiment, inputs: int, outputs: int) -> None:
        self.layers: tuple[Layer | Output, ...] = (*experiment.layers, experiment.output)
        self.dtype = np.dtype(experiment.precision)
        self.sizes = (inputs, *(layer.units for layer in experiment.layers), outputs)
        self.parts = list(_parts(self.layers, self.sizes))
        self.shapes = [part["weights"][1] for part in self.parts]
        last = self.parts[-1]
        self.parameter_count = max(part.stop for part, _ in last.values())
        self.architecture = self.describe(experiment)

    def describe(self, experiment: Experiment) -> Architecture:
        """The kernel's description of this network under an experiment that differs in live fields only."""
        layers: tuple[Layer | Output, ...] = (*experiment.layers, experiment.output)
        activation, activation_arguments = _codes(ACTIVATIONS, [layer.activation for layer in layers], self.dtype)
        regularizer, regularizer_arguments = _codes(REGULARIZERS, [layer.regularizer for layer in layers], self.dtype)
        constraint, constraint_arguments = _codes(CONSTRAINTS, [layer.constraint for layer in layers], self.dtype)
        normalization, normalization_arguments = _codes(
            NORMALIZATIONS, [*(layer.normalization for layer in experiment.layers), None], self.dtype
        )
        normalization = np.where(normalization == NONE, NONE, normalization_arguments[:, AFTER].astype(np.int64))
        loss = LOSSES.of(experiment.loss) if experiment.loss else LOSSES["mean_squared_error"]
        output = experiment.output.activation
        return Architecture(
            sizes=np.array(self.sizes, np.int64),
            rows=np.cumsum([0, self.sizes[0], *(fan_out for _, fan_out in self.shapes)]).astype(np.int64),
            weights=self._starts("weights"),
            biases=self._starts("biases"),
            scales=self._starts("scales"),
            slopes=self._starts("slopes"),
            activation=activation,
            activation_arguments=activation_arguments,
            regularizer=regularizer,
            regularizer_arguments=regularizer_arguments,
            constraint=constraint,
            constraint_arguments=constraint_arguments,
            normalization=normalization,
            normalization_arguments=normalization_arguments,
            dropout=np.array([experiment.input_dropout, *(layer.dropout for layer in experiment.layers)], self.dtype),
            input_noise=float(experiment.input_noise),
            clip_value=float(experiment.clip_value or 0),
            clip_norm=float(experiment.clip_norm or 0),
            loss=LOSSES.codes[loss.name],
            joined=output is not None and loss.joined == output.name,
            mean_over_outputs=loss.mean_over_outputs,
            joint_output=output is not None and ACTIVATIONS.of(output).joint,
        )

    def _starts(self, name: str) -> np.ndarray:
        return np.array([part[name][0].start if name in part else NONE for part in self.parts], np.int64)

    def views(self, buffer: np.ndarray) -> list[dict[str, np.ndarray]]:
        """Each layer's parameters by name, as views of a buffer: `weights` (fan_in, fan_out), `biases` (fan_out,);
        `scales` and `shifts` (fan_out,) where it is normalised, `slopes` (fan_out,) where they are learnt.
        """
        return [{name: buffer[where].reshape(shape) for name, (where, shape) in part.items()} for part in self.parts]

    def initialise(self, seed: int) -> np.ndarray:
        """A buffer of starting parameters: a function of the seed, the layer and its own choices alone."""
        buffer = np.zeros(self.parameter_count, self.dtype)
        for index, (view, layer) in enumerate(zip(self.views(buffer), self.layers, strict=True)):
            generator = rng.generator(seed, rng.WEIGHTS, index)
            view["weights"][:] = draw(layer.initializer, generator, *view["weights"].shape)
            view["biases"][:] = draw(layer.bias_initializer, generator, 1, view["biases"].size)[0]
            if "scales" in view:
                view["scales"][:] = 1
            if "slopes" in view and layer.activation:
                view["slopes"][:] = ACTIVATIONS.of(layer.activation).values(layer.activation)[0]
        return buffer


def _parts(layers: tuple[Layer | Output, ...], sizes: tuple[int, ...]) -> Iterator[dict[str, Part]]:
    """Where each parameter of each layer stands in the buffer, and its shape."""
    start = 0
    for layer, fan_in, units in zip(layers, sizes, sizes[1:], strict=False):
        choice = layer.activation
        entry = ACTIVATIONS.of(choice) if choice else None
        fan_out = units * (entry.pieces(choice) if entry and choice else 1)
        shapes: dict[str, tuple[int, ...]] = {"weights": (fan_in, fan_out), "biases": (fan_out,)}
        if isinstance(layer, Layer) and layer.normalization:
            width = units if layer.normalization.after else fan_out
            shapes |= {"scales": (width,), "shifts": (width,)}
        if entry and entry.learnt:
            shapes["slopes"] = (fan_out,)
        part = {}
        for name, shape in shapes.items():
            end = start + int(np.prod(shape))
            part[name] = slice(start, end), shape
            start = end
        yield part


def _codes(family: Family[Any], choices: list[Choice | None], dtype: np.dtype) -> tuple[np.ndarray, np.ndarray]:
    codes = np.full(len(choices), NONE, np.int64)
    arguments = np.zeros((len(choices), ARGUMENTS), dtype)
    for index, choice in enumerate(choices):
        if choice is not None:
            values = family.of(choice).values(choice)
            codes[index] = family.codes[choice.name]
            arguments[index, : len(values)] = values
    return codes, arguments
