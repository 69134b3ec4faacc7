"""Fixes: changes to an experiment that help against what a diagnosis finds.

Each function proposes a changed experiment. A proposal becomes a fix, a JSON merge patch (RFC 7396), only if the
changed experiment can be trained.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import Any

from engine.components.activations import ACTIVATIONS
from engine.components.batch_norm import BatchNormalization
from engine.components.initializers import INITIALIZERS
from engine.components.losses import LOSSES
from engine.components.optimizers import OPTIMIZERS
from engine.components.registry import Choice
from engine.components.regularizers import REGULARIZERS
from engine.components.schedules import SCHEDULES
from engine.components.tasks import TASKS
from engine.errors import InvalidExperiment
from engine.experiment import Clipping, Experiment, Layer, Output, Resolved, fixed_differences, to_data
from engine.insight.results import explained
from engine.resolve import resolve
from engine.training.early_stopping import EarlyStopping


@dataclass(frozen=True)
class ProposedFix:
    """What to do, in words, and the experiment after it; `anew` if it helps a new run only."""

    label: str
    experiment: Experiment
    anew: bool = False


@dataclass(frozen=True)
class Fix:
    """A change that helps, as a merge patch of the present experiment."""

    label: str
    patch: dict[str, Any] = explained("To send with PATCH as it is.")
    needs_reset: bool = explained("Whether it helps only a new run: send it with `reset=true`.")


def fixes_of(present: Resolved, proposals: Iterable[ProposedFix]) -> tuple[Fix, ...]:
    """The proposals that change something and can be trained, without repetition."""
    found: list[Fix] = []
    for proposal in proposals:
        patch = merge_patch(to_data(present), to_data(proposal.experiment))
        try:
            resolved = resolve(proposal.experiment, present.tables)
        except InvalidExperiment:
            continue
        if patch and all(patch != fix.patch for fix in found):
            needs_reset = proposal.anew or bool(fixed_differences(present, resolved))
            found.append(Fix(proposal.label, patch, needs_reset))
    return tuple(found)


def merge_patch(old: dict[str, Any], new: dict[str, Any]) -> dict[str, Any]:
    """What turns one JSON object into another (RFC 7396): lists whole, and null for what is gone."""
    patch: dict[str, Any] = {name: None for name in old if name not in new}
    for name, value in new.items():
        before = old.get(name)
        if isinstance(value, dict) and isinstance(before, dict):
            if inner := merge_patch(before, value):
                patch[name] = inner
        elif name not in old or value != before:
            patch[name] = value
    return patch


def fitting_initializer(activation: Choice | None) -> Choice:
    """The initializer that keeps variance level: He's for what is unbounded above, Glorot's else."""
    if activation is None or activation.name == "linear":
        return INITIALIZERS.choice("glorot_uniform")
    if activation.name == "selu":
        return INITIALIZERS.choice("lecun_normal")
    unbounded = ACTIVATIONS.of(activation).range[1] is None
    return INITIALIZERS.choice("he_normal" if unbounded else "glorot_uniform")


def _each(experiment: Experiment, change: Callable[[Layer], Layer]) -> Experiment:
    return replace(experiment, layers=tuple(change(layer) for layer in experiment.layers))


def rounded(value: float) -> float:
    """A number with one digit, as one would set it by hand."""
    return float(f"{value:.0e}")


def with_rate(experiment: Experiment, rate: float, anew: bool = False) -> ProposedFix:
    """Another learning rate."""
    old = experiment.optimizer.learning_rate
    rate = min(rounded(rate), 1e9)
    verb = "Lower" if rate < old else "Raise"
    label = f"{verb} the learning rate from {old:g} to {rate:g}"
    changes: dict[str, Any] = {"learning_rate": rate}
    return ProposedFix(label, replace(experiment, optimizer=replace(experiment.optimizer, **changes)), anew)


def adaptive(experiment: Experiment) -> ProposedFix:
    """An optimizer that gives each weight a step of its own."""
    changed = replace(experiment, optimizer=OPTIMIZERS.choice("adam"), schedule=SCHEDULES.choice("constant"))
    return ProposedFix("Use Adam, which adapts the step size of each weight", changed)


def constant_rate(experiment: Experiment) -> ProposedFix:
    """A learning rate that does not fall."""
    return ProposedFix(
        "Keep the learning rate constant", replace(experiment, schedule=SCHEDULES.choice("constant")), True
    )


def reinitialized(experiment: Experiment, layers: Iterable[int]) -> ProposedFix:
    """Starting weights that fit the activations, in some layers; biases that start at 0."""
    chosen = set(layers)
    zeros = INITIALIZERS.choice("zeros")

    def begin(index: int, layer: Any) -> Any:
        if index not in chosen:
            return layer
        return replace(layer, initializer=fitting_initializer(layer.activation), bias_initializer=zeros)

    changed = replace(
        experiment,
        layers=tuple(begin(index, layer) for index, layer in enumerate(experiment.layers)),
        output=begin(len(experiment.layers), experiment.output),
    )
    named: list[Layer | Output] = [*changed.layers, changed.output]
    names = dict.fromkeys(INITIALIZERS.of(named[index].initializer).label for index in sorted(chosen))
    return ProposedFix(f"Use {' and '.join(names)} initialization", changed, True)


def activated(experiment: Experiment, name: str) -> ProposedFix:
    """Another activation in all hidden layers, with the starting weights that fit it and biases that start at 0."""
    choice = ACTIVATIONS.choice(name)
    initializer, zeros = fitting_initializer(choice), INITIALIZERS.choice("zeros")
    changed = _each(
        experiment,
        lambda layer: replace(layer, activation=choice, initializer=initializer, bias_initializer=zeros),
    )
    starts = INITIALIZERS.of(initializer).label
    return ProposedFix(f"Use {ACTIVATIONS.of(choice).label} in the hidden layers, with {starts} weights", changed, True)


def normalized(experiment: Resolved) -> ProposedFix:
    """Batch normalization in all hidden layers."""
    changed = _each(
        experiment, lambda layer: replace(layer, batch_normalization=layer.batch_normalization or BatchNormalization())
    )
    if experiment.batch_size is not None and experiment.batch_size < 8:
        changed = replace(changed, batch_size=_larger_batch(experiment))
    return ProposedFix("Add batch normalization", changed)


def unnormalized(experiment: Experiment) -> ProposedFix:
    """No batch normalization."""
    return ProposedFix(
        "Remove batch normalization", _each(experiment, lambda layer: replace(layer, batch_normalization=None))
    )


def _larger_batch(experiment: Resolved) -> int:
    return int(min(32, max(experiment.split_sizes[0], 1)))


def in_larger_batches(experiment: Resolved, anew: bool = False) -> ProposedFix:
    """Batches that have something to normalize over."""
    size = _larger_batch(experiment)
    return ProposedFix(f"Use batches of {size}", replace(experiment, batch_size=size), anew)


def in_smaller_batches(experiment: Resolved) -> ProposedFix:
    """More updates in each epoch."""
    size = int(min(experiment.batch_size or experiment.split_sizes[0], 32))
    return ProposedFix(f"Use batches of {size}", replace(experiment, batch_size=size))


def forgetful(experiment: Experiment) -> ProposedFix:
    """Moving statistics that follow the batches faster; at once where the batch is all there is."""
    momentum = 0.0 if experiment.batch_size is None else 0.9
    changed = _each(
        experiment,
        lambda layer: replace(
            layer,
            batch_normalization=layer.batch_normalization
            and replace(layer.batch_normalization, momentum=min(momentum, layer.batch_normalization.momentum)),
        ),
    )
    least = min(norm.momentum for layer in changed.layers if (norm := layer.batch_normalization))
    return ProposedFix(f"Lower the momentum of batch normalization to {least:g}", changed)


def split_differently(experiment: Experiment) -> Iterable[ProposedFix]:
    """Another draw of which samples are trained on, where it is left to chance."""
    if getattr(experiment.dataset, "test_points", None):
        return
    dataset = replace(experiment.dataset, seed=(experiment.dataset.seed + 1) % 2**32)
    yield ProposedFix("Split the data differently", replace(experiment, dataset=dataset), True)


def standardized(experiment: Experiment) -> ProposedFix:
    """Inputs, and targets of a regression, with mean 0 and variance 1."""
    what = "every input and the target" if experiment.task == "regression" else "every input"
    dataset = replace(experiment.dataset, standardize=True)
    return ProposedFix(f"Standardize {what} to mean 0 and variance 1", replace(experiment, dataset=dataset), True)


def clipped(experiment: Experiment) -> ProposedFix:
    """A limit to the gradient."""
    return ProposedFix("Clip the gradient norm to 1", replace(experiment, clipping=Clipping()), True)


def both(one: ProposedFix, clipping: ProposedFix) -> ProposedFix:
    """A proposal together with a limit to the gradient."""
    changed = replace(one.experiment, clipping=clipping.experiment.clipping)
    return ProposedFix(f"{one.label}, and {clipping.label[0].lower()}{clipping.label[1:]}", changed, True)


def of_the_task(experiment: Resolved) -> ProposedFix:
    """The output and the loss that are usual for the task."""
    task = TASKS[experiment.task]
    output = replace(experiment.output, activation=ACTIVATIONS.choice(task.output))
    label = (
        f"Use {ACTIVATIONS[task.output].label} output with {LOSSES[task.loss].label}, the usual choice for this task"
    )
    return ProposedFix(label, replace(experiment, output=output, loss=LOSSES.choice(task.loss)))


def balanced(experiment: Experiment) -> ProposedFix:
    """Classes that weigh the same."""
    return ProposedFix(
        "Balance the class weights, so that rare classes count more", replace(experiment, class_weight="balanced")
    )


def with_more_data(experiment: Resolved, times: int) -> Iterable[ProposedFix]:
    """More samples, where the data set can make them."""
    now, most = experiment.source.samples, experiment.source.most
    if now < most:
        samples = min(now * times, most)
        yield ProposedFix(
            f"Use {samples:,} samples instead of {now:,}",
            replace(experiment, dataset=replace(experiment.dataset, samples=samples)),
        )


def penalized(experiment: Experiment, rate: float) -> ProposedFix:
    """Weights that cost something."""
    choice = REGULARIZERS.choice("l2", rate=rate)
    changed = _each(experiment, lambda layer: replace(layer, regularizer=choice))
    return ProposedFix(
        f"Add L2 regularization (rate {rate:g})",
        replace(changed, output=replace(changed.output, regularizer=choice)),
        True,
    )


def dropped_out(experiment: Experiment, share: float) -> ProposedFix:
    """Units that are silent at random."""
    return ProposedFix(
        f"Add dropout ({share:.0%})",
        _each(experiment, lambda layer: replace(layer, dropout=max(layer.dropout, share))),
        True,
    )


def stopped_early(experiment: Experiment, patience: int) -> ProposedFix:
    """Training that ends when the validation loss turns."""
    dataset = experiment.dataset
    if not dataset.validation_fraction:
        share = min(0.2, (1 - dataset.test_fraction) / 2)
        dataset = replace(dataset, validation_fraction=rounded(share))
    rule = EarlyStopping(monitor="validation_loss", patience=patience)
    return ProposedFix(
        f"Stop early: end when the validation loss has not improved for {patience} epochs, and keep the best weights",
        replace(experiment, dataset=dataset, early_stopping=rule),
        True,
    )


def unrestrained(experiment: Experiment) -> ProposedFix:
    """Neither penalties nor dropout nor noise."""
    changed = _each(experiment, lambda layer: replace(layer, regularizer=None, dropout=0.0, constraint=None))
    changed = replace(
        changed,
        output=replace(changed.output, regularizer=None, constraint=None),
        input=replace(changed.input, dropout=0.0, noise=0.0),
    )
    return ProposedFix("Remove penalties, constraints, dropout and noise", changed, True)


def bent(experiment: Experiment, units: int) -> ProposedFix:
    """Hidden layers that are not linear."""
    layers = experiment.layers or (Layer(), Layer())
    changed = activated(widened(replace(experiment, layers=layers), units).experiment, "relu").experiment
    wide = "x".join(str(layer.units) for layer in changed.layers)
    return ProposedFix(f"Use nonlinear hidden layers: {wide} units with ReLU", changed, True)


def widened(experiment: Experiment, units: int) -> ProposedFix:
    """Hidden layers of at least so many units."""
    layers = tuple(replace(layer, units=max(layer.units, units)) for layer in experiment.layers)
    wide = "x".join(str(layer.units) for layer in layers)
    return ProposedFix(f"Use wider hidden layers: {wide}", replace(experiment, layers=layers))


def reseeded(experiment: Experiment) -> ProposedFix:
    """Other starting weights."""
    return ProposedFix("Start from different weights", replace(experiment, seed=(experiment.seed + 1) % 2**32))
