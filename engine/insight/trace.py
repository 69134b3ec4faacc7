"""A trace: one sample goes forward, its error comes back, the weights move, and the sample goes forward again.

Every number on the way is told, with the formula that it came from. They are those of `reference.py`, the training step
as you would write it by hand, in double precision.
"""

from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np

from engine import reference
from engine.components.activations import ACTIVATIONS
from engine.components.optimizers import OPTIMIZERS
from engine.components.registry import Choice
from engine.errors import FieldError, InvalidInput
from engine.experiment import Layer, Resolved
from engine.insight.results import Number, Numbers, NumbersOrRows, PartName, explained
from engine.insight.trace_formulas import EVALUATION, TRAINING, Mode, arguments, arguments_of_layer, printed, written
from engine.reference import Layers, Passed, Running, Seen
from engine.training.trainer import Trainer

NORMALIZED = ("gamma", "beta")
ByParameter = dict[str, NumbersOrRows]  # `weights`, `biases` and whatever else a layer learns


@dataclass(frozen=True, kw_only=True)
class Normalization:
    """How batch normalization moved a layer's numbers."""

    position: Literal["before", "after"]
    means: Numbers
    deviations: Numbers = explained("The square root of variance + epsilon.")
    normalized: Numbers
    scaled: Numbers


@dataclass(frozen=True, kw_only=True)
class TracedLayer:
    """One layer on the way forward and back; parameters, gradients and what becomes of them are by name."""

    name: str
    activation: str
    inputs: Numbers = explained("What enters, after dropout.")
    kept: Numbers | None = explained("What dropout multiplied each input with.")
    parameters: ByParameter
    arguments: dict[str, dict[str, Number]] = explained("The other numbers in this layer's formulas.")
    mask: ByParameter | None = explained("0 for parameters that stay 0 for good.")
    pre_activations: Numbers
    normalization: Normalization | None
    slopes: Numbers | None = explained("Of an activation whose slope differs from unit to unit.")
    activations: Numbers
    outputs: Numbers
    derivatives: Numbers | None
    errors: Numbers | None = explained("dL/da; null where loss and activation are taken together.")
    deltas: Numbers = explained("dL/dz.")
    gradients: ByParameter = explained("Of the data loss.")
    total_gradients: ByParameter = explained(
        "With the smooth part of the penalty, and clipped: what the optimizer gets."
    )
    shrinkage: Number = explained("How far an L1 penalty moves each weight toward 0 after the update.")
    memory: dict[str, ByParameter] = explained(
        "What the optimizer remembers before the update, by the names in its formula."
    )
    memory_after: dict[str, ByParameter]
    updated: ByParameter
    again: Numbers = explained("The outputs after the update.")


@dataclass(frozen=True, kw_only=True)
class Trace:
    """One sample forward, its error back, the update, and the sample once more."""

    part: PartName
    sample: int
    mode: Mode
    point: Numbers
    columns: list[str]
    features: list[str]
    inputs: Numbers
    noise: Numbers | None = explained("What is added to the inputs.")
    target: Number | Numbers
    wanted: Numbers = explained("What the outputs should be.")
    weight: Number
    layers: list[TracedLayer]
    loss: Number
    loss_again: Number
    penalty: Number
    learning_rate: Number
    arguments: dict[str, dict[str, Number]] = explained(
        "Other numbers in the formulas of the targets, the loss, the schedule, clipping and the update: in the "
        "schedule's formula t is the time in epochs, in the update's it is `step`, the number of this update."
    )
    formulas: dict[str, Any] = explained(
        "KaTeX of every kind of number; null where nothing is computed. i counts what enters a layer, j its units, k "
        "the outputs or the sums of a maxout unit. e is an error, the delta of z is dL/dz, h what is normalized, r 1 "
        "for what dropout keeps and 0 for the rest. A hidden unit's error comes from the layer above."
    )


@np.errstate(all="ignore")  # what is not finite is told, not warned of
def trace(model: Trainer, sample: int, part: str = "train", mode: Mode | None = None) -> Trace:
    """What one sample of a part does, alone, in the next training step.

    In `training` it meets noise and dropout, and batch normalization looks at this sample alone; in `evaluation` there
    is neither noise nor dropout, and running means stand in for the batch. Left open, it is training unless a layer is
    normalized: the only sample of a batch has no spread. Raises InvalidInput for a sample that does not exist.
    """
    experiment = model.experiment
    normalized = any(layer.batch_normalization for layer in experiment.layers)
    mode = mode or (EVALUATION if normalized else TRAINING)
    samples = _samples(model, part, sample)
    X, targets = samples.x[:, sample][None].astype(float), samples.t[:, sample][None].astype(float)
    weight = float(samples.weights[sample])
    alone = samples.x[:, [sample]], samples.t[:, [sample]], samples.weights[[sample]]
    layers, running = _parameters(model)
    step = model.step if mode == TRAINING else None
    noise = reference.noise(experiment, X, step)
    seen = reference.forward(experiment, layers, X, running, step)
    passed = reference.walk_back(experiment, layers, seen, targets, step)
    gradients = [tuple(weight * part for part in layer) for layer in reference.gradients_of(seen, passed)]
    memory, masks = _memory(model), _masks(model)
    total, updated, kept = _update(model, layers, memory, gradients, masks)
    again = reference.forward(experiment, updated, X, running, step)
    units = experiment.all_layers
    told = [
        TracedLayer(
            **_both_ways(model, index, layers[index], seen[index], passed[index], weight),
            arguments=arguments_of_layer(experiment, index, mode),
            mask=None if masks is None else _named(model, index, masks[index]),
            gradients=_named(model, index, gradients[index]),
            total_gradients=_named(model, index, total[index]),
            shrinkage=0.0
            if model.data.rules.penalties_last
            else model.learning_rate * reference.l1_rate(units[index].regularizer),
            memory=_remembered(model, index, memory),
            memory_after=_remembered(model, index, kept),
            updated=_named(model, index, updated[index]),
            again=again[index].out[0],
        )
        for index in range(len(units))
    ]
    return Trace(
        part=part,
        sample=sample,
        mode=mode,
        point=samples.points[sample],
        columns=list(model.data.columns),
        features=list(model.data.features),
        inputs=X[0],
        noise=noise[0] if noise.any() else None,
        target=samples.targets[sample],
        wanted=targets[0],
        weight=weight,
        layers=told,
        loss=_loss(experiment, seen[-1], targets, weight),
        loss_again=_loss(experiment, again[-1], targets, weight),
        penalty=model.measured({"train": alone})["penalty"],
        learning_rate=model.learning_rate,
        arguments=arguments(model, _length(model, layers, gradients, masks)),
        formulas=printed(written(model, mode)),
    )


def _samples(model: Trainer, part: str, sample: int) -> Any:
    parts = {name: samples for name, samples in model.data.parts.items() if len(samples)}
    if part not in parts:
        message = f"the data has no {part} part; it has {', '.join(parts)}"
        raise InvalidInput(FieldError("part", part, ", ".join(parts), message))
    last = len(parts[part]) - 1
    if not 0 <= sample <= last:
        raise InvalidInput(FieldError("sample", sample, f"0 to {last}", f"the {part} part has samples 0 to {last}"))
    return parts[part]


def _parameters(model: Trainer) -> tuple[Layers, Running]:
    layers, running = [], []
    for layer in model.parameters():
        further = layer.further
        parts = (layer.weights, layer.biases, *(further[name] for name in (*NORMALIZED, "slopes") if name in further))
        layers.append(tuple(part.astype(float) for part in parts))
        if "moving_mean" in further:
            running.append((further["moving_mean"].astype(float), further["moving_variance"].astype(float)))
    return layers, running


def _named(model: Trainer, index: int, parts: tuple[np.ndarray, ...]) -> dict[str, np.ndarray]:
    """What belongs to each of a layer's parameters, by their names."""
    return dict(zip(model.network.parts[index], parts, strict=True))


def _memory(model: Trainer) -> list[Layers]:
    """What the optimizer remembers: of each slot the layers' numbers."""
    views = model.network.views
    return [
        [tuple(part.astype(float) for part in layer.values()) for layer in views(slot)] for slot in model.state.slots
    ]


def _remembered(model: Trainer, index: int, memory: list[Layers]) -> dict[str, dict[str, np.ndarray]]:
    """A layer's share of the optimizer's memory, by the names that the formula of the update has for it."""
    names = OPTIMIZERS.of(model.experiment.optimizer).memory
    return {name: _named(model, index, slot[index]) for name, slot in zip(names, memory, strict=True)}


def _masks(model: Trainer) -> Layers | None:
    """What holds parameters at 0 forever, if anything does."""
    if not model.state.mask.size:
        return None
    return [tuple(part.astype(float) for part in layer.values()) for layer in model.network.views(model.state.mask)]


def _length(model: Trainer, layers: Layers, gradients: Layers, masks: Layers | None) -> float:
    """How long the whole gradient is before it is clipped."""
    free = replace(model.experiment, clipping=None)
    total = reference.total_gradients(free, layers, gradients, not model.data.rules.penalties_last, masks)
    return float(np.sqrt(sum(float(np.sum(part**2)) for layer in total for part in layer)))


def _update(
    model: Trainer, layers: Layers, memory: list[Layers], gradients: Layers, masks: Layers | None
) -> tuple[Layers, Layers, list[Layers]]:
    """The gradients that the optimizer gets, what becomes of the parameters, and the optimizer's new memory."""
    experiment, rate, last = model.experiment, model.learning_rate, model.data.rules.penalties_last
    penalized = reference.total_gradients(experiment, layers, gradients, not last, masks)
    updated, kept = reference.update(experiment, layers, memory, penalized, model.step + 1, rate, not last)
    if last:
        updated = reference.replay_penalties(experiment, layers, updated, rate)
    if masks is not None:
        updated = [tuple(p * m for p, m in zip(*pair, strict=True)) for pair in zip(updated, masks, strict=True)]
    return penalized, updated, kept


def _both_ways(
    model: Trainer, index: int, own: tuple[np.ndarray, ...], seen: Seen, passed: Passed, weight: float
) -> dict[str, Any]:
    """The numbers of one layer, on the way forward and back."""
    layer = model.experiment.all_layers[index]
    choice = layer.activation
    normalization = layer.batch_normalization if isinstance(layer, Layer) else None
    sums = seen.x @ own[0] + own[1]
    normal = None
    if normalization and seen.h is not None and seen.spread is not None:
        what = seen.a if normalization.after else sums
        normal = Normalization(
            position=normalization.position,
            means=what[0] - seen.h[0] * seen.spread,
            deviations=np.broadcast_to(seen.spread, seen.h[0].shape),
            normalized=seen.h[0],
            scaled=seen.out[0] if normalization.after else seen.z[0],
        )
    return {
        "name": model.layer_name(index),
        "activation": choice.name,
        "inputs": seen.x[0],
        "kept": seen.kept[0] if isinstance(seen.kept, np.ndarray) else None,
        "parameters": _named(model, index, own),
        "pre_activations": sums[0],
        "normalization": normal,
        "slopes": None if seen.slope is None else seen.slope[0],
        "activations": seen.a[0],
        "outputs": seen.out[0],
        "derivatives": _derivatives(choice, seen),
        "errors": None if passed.error is None else weight * passed.error[0],
        "deltas": weight * passed.delta[0],
    }


def _derivatives(choice: Choice | None, seen: Seen) -> np.ndarray | None:
    """f'(z) of each unit; None where units depend on each other, as in softmax, or have several sums, as in maxout."""
    if choice is None or ACTIVATIONS.of(choice).joint or ACTIVATIONS.of(choice).grouped:
        return None
    entry = ACTIVATIONS.of(choice)
    values = entry.values(choice) if seen.slope is None else (seen.slope[0],)
    slopes: np.ndarray = np.vectorize(entry.derivative, otypes=[float])(seen.z[0], seen.a[0], *values)
    return slopes


def _loss(experiment: Resolved, seen: Seen, targets: np.ndarray, weight: float) -> float:
    return weight * reference.loss(experiment, seen.z, seen.out, targets)
