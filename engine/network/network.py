"""The network: layers of units, with every weight and bias in one flat buffer.

`W` of layer l is a view (fan_in, fan_out) of that buffer and `b` a view (fan_out,); where a layer is normalized its
learned gamma and beta follow, and its learned slopes where its activation has them. fan_out is the number of units,
or in a maxout layer as many times that as it has pieces. Gradients and the optimizer's memory are buffers of the same
length, so saving, restoring and updating are single array operations.
To the kernel the network is described by small arrays of numbers; so one compiled kernel serves every architecture.
"""

from collections.abc import Iterator
from itertools import accumulate
from typing import Any, NamedTuple

import numpy as np

from engine import rng
from engine.components.activations import ACTIVATIONS
from engine.components.constraints import CONSTRAINTS
from engine.components.initializers import draw
from engine.components.losses import LOSSES
from engine.components.optimizers import OPTIMIZERS
from engine.components.registry import Choice, Family
from engine.components.regularizers import REGULARIZERS
from engine.components.schedules import SCHEDULES
from engine.compute.jit import COMMON, FULL
from engine.data.rules import Rules
from engine.experiment import Layer, Resolved, ResolvedOutput
from engine.training.metrics import metrics_of

ARGUMENTS = 4  # the most arguments that any entry of a layer may have
NONE = -1  # where a layer has no such thing
DRAWN = -2  # where slopes start that are no parameters, but drawn

# What the kernel is told of a layer in whole numbers; layer 0 is the input, of which only the first three count.
# UNITS: how many. ROW: the first of its rows in the workspace. SUMS: how many rows, more than units in maxout.
# WEIGHTS, BIASES, GAMMA (beta follows), SLOPES: where they start in the buffer. The rest are entries' codes;
# NORMALIZATION is BEFORE_ACTIVATION or AFTER_ACTIVATION.
UNITS, ROW, SUMS, WEIGHTS, BIASES, GAMMA, SLOPES, ACTIVATION, REGULARIZER, CONSTRAINT, NORMALIZATION = range(11)
COLUMNS = 11
BEFORE_ACTIVATION, AFTER_ACTIVATION = range(2)

# And in real numbers: the arguments of its entries, and the share of what enters it that is dropped in training.
OF_ACTIVATION, OF_REGULARIZER, OF_CONSTRAINT, OF_NORMALIZATION, DROPOUT, OF_LOSS = range(6)
TABLES = 6

Part = tuple[slice, tuple[int, ...]]  # where in the buffer, and the shape


class Architecture(NamedTuple):
    """A network as the kernel sees it: few arrays, because each makes every compiled call longer."""

    layers: np.ndarray  # (L + 1, COLUMNS) whole numbers, whose type says which kernel is meant: COMMON or FULL
    arguments: np.ndarray  # (TABLES, L + 1, ARGUMENTS) in the network's precision
    input_noise: float
    clip_value: float  # 0: no limit
    clip_norm: float  # 0: no limit
    loss: int
    joined: bool  # whether loss and output activation are computed together from the logits
    mean_over_outputs: bool
    joint_output: bool  # whether the output's units depend on each other, as in softmax


def is_common(experiment: Resolved) -> bool:
    """Whether the common kernel, which is compiled first, can train it."""
    families: list[tuple[Family[Any], Choice]] = [
        *((ACTIVATIONS, layer.activation) for layer in experiment.all_layers),
        (LOSSES, experiment.loss),
        (OPTIMIZERS, experiment.optimizer),
        (SCHEDULES, experiment.schedule),
    ]
    chosen = [*(family.of(choice) for family, choice in families), *metrics_of(experiment.task)]
    options: list[Any] = [experiment.input.dropout, experiment.input.noise, experiment.clipping]
    options += [layer.regularizer or layer.constraint for layer in experiment.all_layers]
    options += [layer.dropout or layer.batch_normalization for layer in experiment.layers]
    return experiment.precision == "float32" and all(entry.common for entry in chosen) and not any(options)


class Network:
    """The layout of one experiment's parameters, and their starting values."""

    def __init__(self, experiment: Resolved, inputs: int, outputs: int) -> None:
        self.layers = experiment.all_layers
        self.dtype = np.dtype(experiment.precision)
        self.sizes = (inputs, *(layer.units for layer in experiment.layers), outputs)
        self.parts = list(_parts(self.layers, self.sizes))
        self.shapes = [part["weights"][1] for part in self.parts]
        self.parameter_count = max(where.stop for where, _ in self.parts[-1].values())
        # Where each layer starts in the workspace, the input first; and where the last one ends.
        self.rows = [0, *accumulate((inputs, *(fan_out for _, fan_out in self.shapes)))]

    def describe(self, experiment: Resolved) -> Architecture:
        """The kernel's description of this network under an experiment that differs in live fields only."""
        layers = np.full((len(self.sizes), COLUMNS), NONE, COMMON if is_common(experiment) else FULL)
        arguments = np.zeros((TABLES, len(self.sizes), ARGUMENTS), self.dtype)
        layers[:, UNITS] = self.sizes
        layers[:, SUMS] = self.sizes[0], *(fan_out for _, fan_out in self.shapes)
        layers[:, ROW] = self.rows[:-1]
        for index, (layer, part) in enumerate(zip(experiment.all_layers, self.parts, strict=True), 1):
            for column, name in ((WEIGHTS, "weights"), (BIASES, "biases"), (GAMMA, "gamma"), (SLOPES, "slopes")):
                if name in part:
                    layers[index, column] = part[name][0].start
            if ACTIVATIONS.of(layer.activation).slope == "random":
                layers[index, SLOPES] = DRAWN
            normalization = layer.batch_normalization if isinstance(layer, Layer) else None
            chosen: list[tuple[int, int, Family[Any], Choice | None]] = [
                (ACTIVATION, OF_ACTIVATION, ACTIVATIONS, layer.activation),
                (REGULARIZER, OF_REGULARIZER, REGULARIZERS, layer.regularizer),
                (CONSTRAINT, OF_CONSTRAINT, CONSTRAINTS, layer.constraint),
            ]
            for column, table, family, choice in chosen:
                if choice is not None:
                    values = family.of(choice).values(choice)
                    layers[index, column] = family.codes[choice.name]
                    arguments[table, index, : len(values)] = values
            if normalization is not None:
                layers[index, NORMALIZATION] = AFTER_ACTIVATION if normalization.after else BEFORE_ACTIVATION
                arguments[OF_NORMALIZATION, index, :2] = normalization.momentum, normalization.epsilon
        # A layer's own dropout acts on what enters the next one.
        arguments[DROPOUT, 1:, 0] = experiment.input.dropout, *(layer.dropout for layer in experiment.layers)
        loss, values = LOSSES.of(experiment.loss), LOSSES.of(experiment.loss).values(experiment.loss)
        arguments[OF_LOSS, 0, : len(values)] = values
        output, clipping = experiment.output.activation, experiment.clipping
        return Architecture(
            layers=layers,
            arguments=arguments,
            input_noise=float(experiment.input.noise),
            clip_value=clipping.threshold if clipping and clipping.by == "value" else 0.0,
            clip_norm=clipping.threshold if clipping and clipping.by == "norm" else 0.0,
            loss=LOSSES.codes[loss.name],
            joined=loss.joined == output.name,
            mean_over_outputs=loss.mean_over_outputs,
            joint_output=ACTIVATIONS.of(output).joint,
        )

    def views(self, buffer: np.ndarray) -> list[dict[str, np.ndarray]]:
        """Each layer's parameters by name, as views of a buffer: `weights` (fan_in, fan_out), `biases` (fan_out,);
        `gamma` and `beta` (fan_out,) where it is normalized, `slopes` (fan_out,) where they are learned.
        """
        return [{name: buffer[where].reshape(shape) for name, (where, shape) in part.items()} for part in self.parts]

    def initialize(self, seed: int, rules: Rules) -> np.ndarray:
        """A buffer of starting parameters: a function of the seed, the layer and its own choices alone.

        Uniform weights come from the draws of the rules, if these have any, as long as the seed is 0.
        """
        buffer = np.zeros(self.parameter_count, self.dtype)
        draws = rules.starting_weights(self.shapes) if seed == 0 else None
        for index, (view, layer) in enumerate(zip(self.views(buffer), self.layers, strict=True)):
            generator = rng.generator(seed, rng.WEIGHTS, index)
            if draws and layer.initializer.name == "random_uniform":
                low, high = layer.initializer.minval, layer.initializer.maxval
                view["weights"][:] = draws[index] * (high - low) + low
            else:
                view["weights"][:] = draw(layer.initializer, generator, *view["weights"].shape)
            view["biases"][:] = draw(layer.bias_initializer, generator, 1, view["biases"].size)[0]
            if "gamma" in view:
                view["gamma"][:] = 1
            if "slopes" in view:
                view["slopes"][:] = ACTIVATIONS.of(layer.activation).values(layer.activation)[0]
        return buffer


def _parts(layers: tuple[Layer | ResolvedOutput, ...], sizes: tuple[int, ...]) -> Iterator[dict[str, Part]]:
    """Where each parameter of each layer stands in the buffer, and its shape."""
    start = 0
    for layer, fan_in, units in zip(layers, sizes, sizes[1:], strict=False):
        entry = ACTIVATIONS.of(layer.activation)
        fan_out = units * entry.pieces(layer.activation)
        shapes: dict[str, tuple[int, ...]] = {"weights": (fan_in, fan_out), "biases": (fan_out,)}
        if isinstance(layer, Layer) and layer.batch_normalization:
            width = units if layer.batch_normalization.after else fan_out
            shapes |= {"gamma": (width,), "beta": (width,)}
        if entry.learned:
            shapes["slopes"] = (fan_out,)
        part = {}
        for name, shape in shapes.items():
            end = start + int(np.prod(shape))
            part[name] = slice(start, end), shape
            start = end
        yield part
