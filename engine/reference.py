"""One training step, as you would write it by hand. Read this page first; the tests hold the fast kernel to it.

A sample is a row of X (n, d). Each layer computes z = a W + b and a = f(z); the last a is the answer. The loss L says
how wrong the answers are on average. Walking back from the loss, `delta` is dL/dz of each layer: it gives that layer's
gradients, and passed through W it gives the layer before.
"""

import numpy as np

from engine.activations import ACTIVATIONS
from engine.catalogue import Choice
from engine.experiment import Experiment
from engine.losses import LOSSES
from engine.optimizers import OPTIMIZERS
from engine.regularizers import REGULARIZERS

Layers = list[tuple[np.ndarray, np.ndarray]]


def forward(experiment: Experiment, layers: Layers, X: np.ndarray) -> tuple[list[np.ndarray], list[np.ndarray]]:
    """The sums z and the activations a of every layer; the first a is the input itself."""
    zs, activations = [], [X]
    for (W, b), choice in zip(layers, _activations(experiment), strict=True):
        zs.append(activations[-1] @ W + b)  # (n, fan_out)
        activations.append(_apply(choice, zs[-1]))
    return zs, activations


def loss(experiment: Experiment, z: np.ndarray, a: np.ndarray, targets: np.ndarray) -> float:
    """The mean loss of the answers a (n, outputs), from the logits z where loss and output are joined."""
    entry = LOSSES.of(_loss(experiment))
    if entry.joined == _activations(experiment)[-1].name and entry.name == "binary_crossentropy":
        return float(np.mean(np.logaddexp(0, z) - z * targets))
    if entry.joined == _activations(experiment)[-1].name:
        return float(np.mean(np.logaddexp.reduce(z, axis=1) - np.sum(z * targets, axis=1)))
    return float(np.mean(entry.function(a, targets)))


def backward(experiment: Experiment, layers: Layers, X: np.ndarray, targets: np.ndarray) -> Layers:
    """The gradients dL/dW and dL/db of every layer, without penalties."""
    zs, activations = forward(experiment, layers, X)
    choices = _activations(experiment)
    delta = _output_delta(experiment, zs[-1], activations[-1], targets)
    gradients: Layers = []
    for index in range(len(layers) - 1, -1, -1):
        W, _ = layers[index]
        gradients.insert(0, (activations[index].T @ delta, delta.sum(axis=0)))
        if index:
            delta = (delta @ W.T) * _slope(
                choices[index - 1], zs[index - 1], activations[index]
            )  # dL/dz one layer down
    return gradients


def step(
    experiment: Experiment, layers: Layers, memory: list[Layers], X: np.ndarray, targets: np.ndarray, count: int
) -> tuple[Layers, list[Layers]]:
    """One update on one batch: the new parameters and the new memory; `count` is this step's number from 1."""
    entry = OPTIMIZERS.of(experiment.optimizer)
    arguments = entry.values(experiment.optimizer)
    corrections = entry.corrections(count, *arguments) if entry.corrections else ()
    gradients = backward(experiment, layers, X, targets)
    choices = [*(layer.regularizer for layer in experiment.layers), experiment.output.regularizer]
    updated: Layers = []
    slots: list[Layers] = [[] for _ in range(entry.slots)]
    for index, (parameters, gradient) in enumerate(zip(layers, gradients, strict=True)):
        dW, db = gradient
        dW = dW + _penalty_slope(choices[index], parameters[0])  # biases are not penalised
        new = []
        for which, (p, g) in enumerate(zip(parameters, (dW, db), strict=True)):
            kept = [slot[index][which] for slot in memory]
            result = entry.update(p, g, *kept, *corrections, *arguments)
            new.append(result if entry.slots else (result,))
        updated.append((new[0][0], new[1][0]))
        for slot in range(entry.slots):
            slots[slot].append((new[0][1 + slot], new[1][1 + slot]))
    return updated, slots


def empty_memory(experiment: Experiment, layers: Layers) -> list[Layers]:
    """The optimizer's memory before the first step: zeros."""
    slots = OPTIMIZERS.of(experiment.optimizer).slots
    return [[(np.zeros_like(W), np.zeros_like(b)) for W, b in layers] for _ in range(slots)]


def _activations(experiment: Experiment) -> list[Choice]:
    output = experiment.output.activation
    if output is None:
        raise ValueError("complete the experiment first")
    return [*(layer.activation for layer in experiment.layers), output]


def _loss(experiment: Experiment) -> Choice:
    if experiment.loss is None:
        raise ValueError("complete the experiment first")
    return experiment.loss


def _apply(choice: Choice, z: np.ndarray) -> np.ndarray:
    entry = ACTIVATIONS.of(choice)
    if entry.joint:
        powers = np.exp(z - z.max(axis=1, keepdims=True))
        return powers / powers.sum(axis=1, keepdims=True)
    return np.vectorize(entry.function, otypes=[float])(z, *entry.values(choice))


def _slope(choice: Choice, z: np.ndarray, a: np.ndarray) -> np.ndarray:
    entry = ACTIVATIONS.of(choice)
    return np.vectorize(entry.derivative, otypes=[float])(z, a, *entry.values(choice))


def _output_delta(experiment: Experiment, z: np.ndarray, a: np.ndarray, targets: np.ndarray) -> np.ndarray:
    """dL/dz of the output: (a - t) / n where loss and activation are joined, else by the chain rule."""
    choice, entry = _activations(experiment)[-1], LOSSES.of(_loss(experiment))
    share = targets.size if entry.mean_over_outputs else len(targets)
    if entry.joined == choice.name:
        return (a - targets) / share
    delta = entry.derivative(a, targets) / share
    if ACTIVATIONS.of(choice).joint:
        return a * (delta - np.sum(a * delta, axis=1, keepdims=True))
    return delta * _slope(choice, z, a)


def _penalty_slope(choice: Choice | None, W: np.ndarray) -> np.ndarray:
    if choice is None:
        return np.zeros_like(W)
    entry = REGULARIZERS.of(choice)
    return np.vectorize(entry.derivative, otypes=[float])(W, *entry.values(choice))
