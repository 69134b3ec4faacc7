"""What a run may do beside the plain step: dropout, normalization, learned slopes, noise, clipping, penalties, limits.

All of these are `extra`: the common kernel, which is compiled first, leaves them out.
"""

from typing import Any

import numpy as np

from engine import rng
from engine.components.activations import fill_slopes
from engine.components.batch_norm import denormalize, normalize, put_back
from engine.components.dropout import disturb, drop, undrop
from engine.compute.dispatch import add_smooth, add_whole, constrain, shrink
from engine.compute.jit import extra
from engine.compute.layers import rows_of, units_of
from engine.compute.matmul import Array, Rows, sum_of_squares
from engine.network.network import (
    AFTER_ACTIVATION,
    BIASES,
    CONSTRAINT,
    DRAWN,
    DROPOUT,
    GAMMA,
    NONE,
    NORMALIZATION,
    OF_ACTIVATION,
    OF_CONSTRAINT,
    OF_NORMALIZATION,
    OF_REGULARIZER,
    REGULARIZER,
    SLOPES,
    UNITS,
    WEIGHTS,
    Architecture,
)

# On the way forward. `work` is the workspace and `moment` the moment of the pass: see `kernel`.


@extra
def add_noise(net: Architecture, work: Any, features: int, n: int, seed: int, step: int, first: int) -> None:
    """Adds noise to the inputs of n samples; `first` is the place in the batch of the first."""
    if net.input_noise > 0:
        disturb(work.a, features, n, net.input_noise, rng.key(seed, rng.INPUT_NOISE, step), first)


@extra
def drop_inputs(net: Architecture, work: Any, moment: Any, below: Rows, layer: int) -> None:
    """Drops some of what enters a layer, from the rows below."""
    if moment.training and net.arguments[DROPOUT, layer, 0] > 0:
        key = rng.layer_key(moment.seed, rng.DROPOUT, moment.step, layer)
        drop(work, below, net.arguments[DROPOUT, layer, 0], key, moment.first)


@extra
def normalize_layer(
    net: Architecture, position: int, parameters: Array, running: Array, work: Any, moment: Any, layer: int
) -> None:
    """Normalizes the sums of a layer or what its units gave, if it is normalized at this position."""
    if net.layers[layer, NORMALIZATION] == position:
        rows = units_of(net, layer) if position == AFTER_ACTIVATION else rows_of(net, layer)
        x = work.a if position == AFTER_ACTIVATION else work.z
        p, gamma = net.arguments[OF_NORMALIZATION, layer], net.layers[layer, GAMMA]
        normalize(x, work, rows, moment.n, parameters, gamma, running, p, moment.training)


@extra
def set_slopes(net: Architecture, parameters: Array, work: Any, moment: Any, layer: int) -> None:
    """Gives each unit of a layer its slope, where the activation has one."""
    slopes, p = net.layers[layer, SLOPES], net.arguments[OF_ACTIVATION, layer]
    if slopes != NONE:
        rows, key = rows_of(net, layer), rng.layer_key(moment.seed, rng.SLOPE, moment.step, layer)
        fill_slopes(work.m, rows, slopes == DRAWN, parameters, slopes, p, key, moment.first, moment.training)


# On the way back


@extra
def denormalize_layer(
    net: Architecture, position: int, parameters: Array, gradient: Array, work: Any, moment: Any, layer: int
) -> None:
    """Takes the error of a layer back through its normalization, if it is normalized at this position."""
    if net.layers[layer, NORMALIZATION] == position:
        rows = units_of(net, layer) if position == AFTER_ACTIVATION else rows_of(net, layer)
        denormalize(work, rows, moment.n, parameters, gradient, net.layers[layer, GAMMA], moment.training)
        if position == AFTER_ACTIVATION:
            put_back(work, rows)


@extra
def undrop_inputs(net: Architecture, work: Any, moment: Any, below: Rows, layer: int) -> None:
    """Drops the errors of what was dropped."""
    if moment.training and net.arguments[DROPOUT, layer, 0] > 0:
        undrop(work, below, net.arguments[DROPOUT, layer, 0])


# With the update


@extra
def clip(net: Architecture, gradient: Array) -> None:
    """Keeps each number of the gradient within a value, then its length within a norm; 0 is no limit."""
    real, value, norm = gradient.dtype.type, net.clip_value, net.clip_norm
    if value > 0:
        for i in range(gradient.size):
            gradient[i] = min(max(gradient[i], real(-value)), real(value))
    if norm > 0:
        length = np.sqrt(sum_of_squares(gradient))
        if length > norm:
            for i in range(gradient.size):
                gradient[i] *= real(norm / length)


@extra
def add_penalties(net: Architecture, parameters: Array, gradient: Array, whole: bool) -> None:
    """Adds the penalties' derivatives to the gradient: whole, or their smooth part."""
    for layer in range(1, net.layers.shape[0]):
        code, p = net.layers[layer, REGULARIZER], net.arguments[OF_REGULARIZER, layer]
        weights = parameters[net.layers[layer, WEIGHTS] : net.layers[layer, BIASES]]
        errors = gradient[net.layers[layer, WEIGHTS] : net.layers[layer, BIASES]]
        if whole:
            add_whole(code, weights, errors, p)
        else:
            add_smooth(code, weights, errors, p)


@extra
def shrink_weights(net: Architecture, parameters: Array, rate: float) -> None:
    """Moves weights with an l1 penalty toward 0, where they stop."""
    for layer in range(1, net.layers.shape[0]):
        weights = parameters[net.layers[layer, WEIGHTS] : net.layers[layer, BIASES]]
        shrink(net.layers[layer, REGULARIZER], weights, rate, net.arguments[OF_REGULARIZER, layer])


@extra
def take_off(net: Architecture, state: Any, rate: float, sever: bool) -> None:
    """Moves the parameters against the penalties on those before; what would go through 0 stays there, if `sever`."""
    parameters, penalties, mask = state.parameters, state.gradient, state.mask
    penalties[:] = 0
    add_penalties(net, state.previous, penalties, True)
    for i in range(parameters.size):
        there = parameters[i] - parameters.dtype.type(rate) * penalties[i]
        if sever and penalties[i] != 0 and parameters[i] * there < 0:
            mask[i] = 0
        parameters[i] = there


@extra
def constrain_weights(net: Architecture, parameters: Array) -> None:
    """Holds each unit's weights to the constraint of its layer."""
    for layer in range(1, net.layers.shape[0]):
        if net.layers[layer, CONSTRAINT] != NONE:
            weights = parameters[net.layers[layer, WEIGHTS] : net.layers[layer, BIASES]]
            w = weights.reshape(net.layers[layer - 1, UNITS], -1)
            constrain(net.layers[layer, CONSTRAINT], w, net.arguments[OF_CONSTRAINT, layer])
