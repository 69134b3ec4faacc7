"""One training step, as you would write it by hand. Read this page first; the tests hold the fast kernel to it.

A sample is a row of X (n, d). Each layer computes z = x W + b and a = f(z); the last a is the answer. The loss L says
how wrong the answers are on average. Walking back from the loss, `delta` is dL/dz of each layer: it gives that layer's
gradients, and passed through W it gives the layer before.

What else may stand in a layer is done by the functions at the end: dropout and noise, batch normalization, maxout and
slopes that differ from unit to unit. A plain layer passes them by.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np

from engine import rng
from engine.components.activations import ACTIVATIONS
from engine.components.constraints import CONSTRAINTS
from engine.components.losses import LOSSES
from engine.components.optimizers import OPTIMIZERS
from engine.components.registry import Choice
from engine.components.regularizers import REGULARIZERS, soft_threshold
from engine.components.schedules import SCHEDULES
from engine.experiment import Layer, Resolved

# Of each layer W (fan_in, fan_out) and b (fan_out,); then, where there are such, gamma, beta and slopes.
Layers = list[tuple[np.ndarray, ...]]
Running = list[tuple[np.ndarray, np.ndarray]]  # of each normalized layer, in order, the running means and variances


@dataclass
class Seen:
    """What a layer saw on the way forward, for the way back. All arrays have a row for each sample."""

    x: np.ndarray  # what entered
    kept: np.ndarray | float  # what dropout multiplied it with
    z: np.ndarray  # the sums; after normalization, where that comes first
    slope: np.ndarray | None  # of an activation whose slope differs from unit to unit
    a: np.ndarray  # what the activation gave
    h: np.ndarray | None  # what was normalized, before scale and shift
    spread: np.ndarray | None  # sqrt(variance + epsilon) of each unit
    out: np.ndarray  # what the layer gives


@dataclass
class Passed:
    """What came by a layer on the way back. Arrays have a row for each sample."""

    error: np.ndarray | None  # dL/d(out); None at the output where loss and activation are taken together
    delta: np.ndarray  # dL/dz of the sums
    further: tuple[np.ndarray, ...]  # the gradients of gamma, beta and slopes


def forward(
    experiment: Resolved, layers: Layers, X: np.ndarray, running: Running | None = None, step: int | None = None
) -> list[Seen]:
    """The way from the inputs to the answers, `out` of the last layer.

    `step` counts from 0 in training; None is evaluation: no dropout, no noise, and running means for the batch's own.
    """
    seen = []
    averages = iter(running or [])
    out = X + noise(experiment, X, step)
    for index, (part, layer) in enumerate(zip(layers, experiment.all_layers, strict=True)):
        kept = _kept(experiment, index, out, step)
        x = out * kept
        z = x @ part[0] + part[1]  # (n, fan_out)
        normalization = layer.batch_normalization if isinstance(layer, Layer) else None
        h, spread, slope = None, None, _slope_of_units(experiment, index, part, z, step)
        if normalization and not normalization.after:
            z, h, spread = _normalize(z, normalization, part, next(averages, None), step)
        a = out = _apply(layer.activation, z, slope)
        if normalization and normalization.after:
            out, h, spread = _normalize(a, normalization, part, next(averages, None), step)
        seen.append(Seen(x, kept, z, slope, a, h, spread, out))
    return seen


def loss(experiment: Resolved, z: np.ndarray, a: np.ndarray, targets: np.ndarray) -> float:
    """The mean loss of the answers a (n, outputs), from the logits z where loss and output are joined."""
    entry = LOSSES.of(experiment.loss)
    joined = entry.joined == experiment.output.activation.name
    if joined and entry.name == "binary_crossentropy":
        return float(np.mean(np.logaddexp(0, z) - z * targets))
    if joined:
        return float(np.mean(np.logaddexp.reduce(z, axis=1) - np.sum(z * targets, axis=1)))
    return float(np.mean(_each(entry.function, a, targets, *entry.values(experiment.loss))))


def backward(
    experiment: Resolved,
    layers: Layers,
    X: np.ndarray,
    targets: np.ndarray,
    running: Running | None = None,
    step: int | None = None,
) -> Layers:
    """The loss's gradient with respect to every parameter, without penalties."""
    seen = forward(experiment, layers, X, running, step)
    return gradients_of(seen, walk_back(experiment, layers, seen, targets, step))


def walk_back(
    experiment: Resolved, layers: Layers, seen: list[Seen], targets: np.ndarray, step: int | None = None
) -> list[Passed]:
    """The way from the loss back to the first layer."""
    passed = [Passed(*_output_delta(experiment, seen[-1], targets), ())]
    for index in range(len(layers) - 1, 0, -1):
        error = (passed[0].delta @ layers[index][0].T) * seen[index].kept  # dL/d(out) of the layer below
        below = _through_units(experiment, index - 1, layers[index - 1], seen[index - 1], error, step)
        passed.insert(0, Passed(error, *below))
    return passed


def gradients_of(seen: list[Seen], passed: list[Passed]) -> Layers:
    """From what entered each layer and what came back to it: dL/dW = x' delta, dL/db = the sum of delta."""
    return [
        (there.x.T @ back.delta, back.delta.sum(axis=0), *back.further)
        for there, back in zip(seen, passed, strict=True)
    ]


def step(
    experiment: Resolved,
    layers: Layers,
    memory: list[Layers],
    X: np.ndarray,
    targets: np.ndarray,
    count: int,
    epoch: float = 0.0,
) -> tuple[Layers, list[Layers]]:
    """One update on one batch: the new parameters and the new memory.

    `count` is this step's number from 1, `epoch` the time in epochs at its beginning.
    """
    schedule = SCHEDULES.of(experiment.schedule)
    base = OPTIMIZERS.of(experiment.optimizer).given(experiment.optimizer)[0]
    learning_rate = base * schedule.factor(epoch, *schedule.values(experiment.schedule))
    gradients = backward(experiment, layers, X, targets, step=count - 1)
    gradients = total_gradients(experiment, layers, gradients)
    return update(experiment, layers, memory, gradients, count, learning_rate)


def total_gradients(
    experiment: Resolved, layers: Layers, gradients: Layers, penalties: bool = True, masks: Layers | None = None
) -> Layers:
    """With the penalties' smooth parts, unless they come later; without those of weights that a mask holds at 0; and
    clipped.
    """
    total = [
        (dW + _smooth_slope(layer.regularizer, own[0]) * penalties, *others)  # only weights are penalized
        for own, layer, (dW, *others) in zip(layers, experiment.all_layers, gradients, strict=True)
    ]
    if masks is not None:
        total = [tuple(g * m for g, m in zip(*pair, strict=True)) for pair in zip(total, masks, strict=True)]
    return _clip(experiment, total)


def replay_penalties(experiment: Resolved, before: Layers, after: Layers, learning_rate: float) -> Layers:
    """TensorFlow Playground takes penalties off after the update; a weight that l1 pushes through 0 stays there."""
    replayed = []
    for layer, (W, *_), (moved, *others) in zip(experiment.all_layers, before, after, strict=True):
        pull = _penalty_slope(layer.regularizer, W)
        there = moved - learning_rate * pull
        severed = layer.regularizer is not None and layer.regularizer.name == "l1"
        replayed.append((np.where(severed & (pull != 0) & (moved * there < 0), 0.0, there), *others))
    return replayed


def update(
    experiment: Resolved,
    layers: Layers,
    memory: list[Layers],
    gradients: Layers,
    count: int,
    learning_rate: float,
    penalties: bool = True,
) -> tuple[Layers, list[Layers]]:
    """The optimizer's step, and the soft threshold of l1 penalties unless penalties come later: the new parameters,
    which meet the constraints, and the new memory.
    """
    entry = OPTIMIZERS.of(experiment.optimizer)
    _, *further = entry.given(experiment.optimizer)
    arguments = (learning_rate, *further)
    left = 1 - learning_rate * entry.weight_decay(experiment.optimizer)
    corrections = entry.corrections(count, *arguments) if entry.corrections else ()
    updated: Layers = []
    slots: list[Layers] = [[] for _ in range(entry.slots)]
    for index, layer in enumerate(experiment.all_layers):
        new = []
        for which, (p, g) in enumerate(zip(layers[index], gradients[index], strict=True)):
            kept = [slot[index][which] for slot in memory]
            p = p * left if which == 0 else p  # only weights decay
            result = entry.update(p, g, *kept, *corrections, *arguments)
            new.append(result if entry.slots else (result,))
        W, *others = (each[0] for each in new)
        if penalties:
            W = _each(soft_threshold, W, learning_rate * l1_rate(layer.regularizer))
        updated.append((_constrain(layer.constraint, W), *others))
        for slot in range(entry.slots):
            slots[slot].append(tuple(each[1 + slot] for each in new))
    return updated, slots


def l1_rate(choice: Choice | None) -> float:
    """The rate of the l1 part of a penalty; 0 without one."""
    entry = REGULARIZERS.of(choice) if choice else None
    return float(entry.l1_rate(*entry.values(choice))) if entry and entry.l1_rate and choice else 0.0


def empty_memory(experiment: Resolved, layers: Layers) -> list[Layers]:
    """The optimizer's memory before the first step: zeros."""
    slots = OPTIMIZERS.of(experiment.optimizer).slots
    return [[tuple(np.zeros_like(part) for part in layer) for layer in layers] for _ in range(slots)]


# The pieces


def _each(function: Any, *arrays: Any) -> np.ndarray:
    """A function of numbers, of every number of these arrays."""
    return np.asarray(np.vectorize(function, otypes=[float])(*arrays))


def _apply(choice: Choice, z: np.ndarray, slope: np.ndarray | None) -> np.ndarray:
    entry = ACTIVATIONS.of(choice)
    if entry.joint:
        powers = np.exp(z - z.max(axis=1, keepdims=True))
        return powers / powers.sum(axis=1, keepdims=True)
    if entry.grouped:
        return _pieces(entry.pieces(choice), z).max(axis=1)
    if slope is not None:
        return np.vectorize(entry.function, otypes=[float])(z, slope)
    return np.vectorize(entry.function, otypes=[float])(z, *entry.values(choice))


def _slope(choice: Choice, z: np.ndarray, a: np.ndarray) -> np.ndarray:
    entry = ACTIVATIONS.of(choice)
    return np.vectorize(entry.derivative, otypes=[float])(z, a, *entry.values(choice))


def _output_delta(experiment: Resolved, seen: Seen, targets: np.ndarray) -> tuple[np.ndarray | None, np.ndarray]:
    """dL/da and dL/dz of the output: (a - t) / n where loss and activation are joined, else by the chain rule."""
    z, a = seen.z, seen.a
    choice, entry = experiment.output.activation, LOSSES.of(experiment.loss)
    share = targets.size if entry.mean_over_outputs else len(targets)
    if entry.joined == choice.name:
        return None, (a - targets) / share
    error = _each(entry.derivative, a, targets, *entry.values(experiment.loss)) / share
    if ACTIVATIONS.of(choice).joint:
        return error, a * (error - np.sum(a * error, axis=1, keepdims=True))
    return error, error * _slope(choice, z, a)


def _through_units(
    experiment: Resolved, index: int, part: tuple[np.ndarray, ...], seen: Seen, error: np.ndarray, step: int | None
) -> tuple[np.ndarray, tuple[np.ndarray, ...]]:
    """From dL/d(out) of a hidden layer to its delta; and the gradients of its gamma, beta and slopes."""
    layer = experiment.layers[index]
    entry = ACTIVATIONS.of(layer.activation)
    further: list[np.ndarray] = []
    normalization = layer.batch_normalization
    if normalization and normalization.after:
        error, further = _denormalize(error, part, seen, step)
    if entry.grouped:
        sums = _pieces(entry.pieces(layer.activation), seen.z)
        chosen = np.arange(sums.shape[1])[None, :, None] == sums.argmax(axis=1)[:, None, :]
        delta = (chosen * error[:, None, :]).reshape(seen.z.shape)
    elif seen.slope is not None:
        delta = error * np.vectorize(entry.derivative, otypes=[float])(seen.z, seen.a, seen.slope)
    else:
        delta = error * _slope(layer.activation, seen.z, seen.a)
    steepness = []
    if entry.slope_derivative:
        along = np.vectorize(entry.slope_derivative, otypes=[float])(seen.z, seen.a, seen.slope)
        steepness = [(error * along).sum(axis=0)]
    if normalization and not normalization.after:
        delta, further = _denormalize(delta, part, seen, step)
    return delta, (*further, *steepness)


def _penalty_slope(choice: Choice | None, W: np.ndarray) -> np.ndarray:
    if choice is None:
        return np.zeros_like(W)
    entry = REGULARIZERS.of(choice)
    return _each(entry.derivative, W, *entry.values(choice))


def _smooth_slope(choice: Choice | None, W: np.ndarray) -> np.ndarray:
    entry = REGULARIZERS.of(choice) if choice else None
    if choice is None or entry is None or entry.smooth is None:
        return np.zeros_like(W)
    return _each(entry.smooth, W, *entry.values(choice))


def _clip(experiment: Resolved, gradients: Layers) -> Layers:
    """No number larger than the threshold, or the gradient as one vector no longer."""
    clipping = experiment.clipping
    if clipping is None:
        return gradients
    limit = clipping.threshold
    if clipping.by == "value":
        return [tuple(np.clip(part, -limit, limit) for part in layer) for layer in gradients]
    length = np.sqrt(sum(float(np.sum(part**2)) for layer in gradients for part in layer))
    scale = min(1.0, limit / length) if length else 1.0
    return [tuple(part * scale for part in layer) for layer in gradients]


def _constrain(choice: Choice | None, W: np.ndarray) -> np.ndarray:
    constrained = W.copy()
    if choice is not None:
        entry = CONSTRAINTS.of(choice)
        for unit in range(W.shape[1]):
            entry.function(constrained[:, unit], *entry.values(choice))
    return constrained


# Chance: a number for every layer (they count from 1), unit and place in the batch


def _keys(key: Any, units: int) -> list[Any]:
    return [np.uint64(rng.mix(np.uint64(key) ^ np.uint64(unit))) for unit in range(units)]


def noise(experiment: Resolved, X: np.ndarray, step: int | None) -> np.ndarray:
    """What is added to the inputs in this step of training."""
    draws = np.zeros_like(X)
    if step is not None and experiment.input.noise:
        for f, key in enumerate(_keys(rng.key(experiment.seed, rng.INPUT_NOISE, step), X.shape[1])):
            for s in range(len(X)):
                one, other = (rng.uniform(key, np.uint64(2 * s + which), X) for which in (0, 1))
                draws[s, f] = experiment.input.noise * np.sqrt(-2 * np.log(one)) * np.cos(2 * np.pi * other)
    return draws


def _kept(experiment: Resolved, index: int, x: np.ndarray, step: int | None) -> np.ndarray | float:
    """0 for what is dropped on the way into a layer, and for the rest what makes up for it."""
    rate = experiment.layers[index - 1].dropout if index else experiment.input.dropout
    if step is None or not rate:
        return 1.0
    keys = _keys(rng.layer_key(experiment.seed, rng.DROPOUT, step, index + 1), x.shape[1])
    draws = [[int(rng.mix(key ^ np.uint64(s))) >> 32 for key in keys] for s in range(len(x))]
    return np.where(np.array(draws) >= int(rate * 2**32), 1 / (1 - rate), 0.0)


def _slope_of_units(
    experiment: Resolved, index: int, part: tuple[np.ndarray, ...], z: np.ndarray, step: int | None
) -> np.ndarray | None:
    choice = experiment.all_layers[index].activation
    entry = ACTIVATIONS.of(choice)
    if entry.slope is None:
        return None
    if entry.slope == "learned":
        return np.broadcast_to(part[-1], z.shape)
    lower, upper = entry.values(choice)
    if step is None:
        return np.full_like(z, (lower + upper) / 2)
    keys = _keys(rng.layer_key(experiment.seed, rng.SLOPE, step, index + 1), z.shape[1])
    draws = [[rng.uniform(key, np.uint64(s), z) for key in keys] for s in range(len(z))]
    return lower + (upper - lower) * np.array(draws)


# Maxout and batch normalization


def _pieces(count: int, z: np.ndarray) -> np.ndarray:
    """The sums as (n, pieces, units)."""
    return z.reshape(len(z), count, -1)


def _normalize(
    x: np.ndarray,
    choice: Any,
    part: tuple[np.ndarray, ...],
    running: tuple[np.ndarray, np.ndarray] | None,
    step: int | None,
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    gamma, beta = part[2:4]
    mean, variance = (x.mean(axis=0), x.var(axis=0)) if step is not None or running is None else running
    spread = np.sqrt(variance + choice.epsilon)
    h = (x - mean) / spread
    return gamma * h + beta, h, spread


def _denormalize(
    error: np.ndarray, part: tuple[np.ndarray, ...], seen: Seen, step: int | None
) -> tuple[np.ndarray, list[np.ndarray]]:
    """dL/dx from dL/dy, and the gradients of gamma and beta."""
    h, spread, gamma = seen.h, seen.spread, part[2]
    along, total = (error * h).sum(axis=0), error.sum(axis=0)
    if step is None:
        return error * gamma / spread, [along, total]
    return gamma / spread * (error - (total + h * along) / len(error)), [along, total]
