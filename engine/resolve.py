"""Resolving an experiment: what was left open is filled in, what contradicts itself is refused.

The bounds of single numbers are checked where JSON is read; here is what only the whole can tell.
"""

from collections.abc import Iterator
from dataclasses import replace

from engine.components.activations import ACTIVATIONS
from engine.components.features import FEATURES
from engine.components.losses import LOSSES
from engine.components.registry import Choice
from engine.components.tasks import TASKS
from engine.data.sources import Source
from engine.data.uploads import NO_TABLES, Tables
from engine.errors import FieldError, InvalidExperiment, refusal, unknown
from engine.experiment import Experiment, Note, Resolved, ResolvedOutput
from engine.limits import LIMITS, whole_batch
from engine.training.metrics import measures_of

MOST_WEIGHT = 1e6


def resolve(experiment: Experiment, tables: Tables = NO_TABLES) -> Resolved:
    """Fills in every field left null, clamps what is harmless, and checks that the parts fit each other.

    `tables` are the uploaded ones, of which the experiment may name one.

    Raises: InvalidExperiment naming each field that does not fit.
    """
    notes: list[Note] = []
    source = experiment.dataset.source(experiment.task, tables)
    task, dataset = source.task, experiment.dataset
    features = _features(experiment, source)
    training = source.split_sizes(dataset)[0]
    if training < 1:
        raise refusal(
            "dataset.test_fraction",
            dataset.test_fraction,
            "shares that leave at least one sample for training",
            "validation and test shares leave no sample to train on",
        )
    batch_size = experiment.batch_size
    if batch_size is not None and batch_size > training:
        notes.append(Note("batch_size", f"{batch_size} is more than the {training} training samples: all are used."))
        batch_size = training
    if dataset.stratify and task == "regression":
        notes.append(
            Note("dataset.stratify", "A regression has no classes to share out evenly: it is split at random.")
        )
    shuffle = experiment.shuffle
    if shuffle and source.rules.in_order:
        notes.append(Note("shuffle", "TensorFlow Playground visits its samples in the same order in every epoch."))
        shuffle = False
    activation = experiment.output.activation or ACTIVATIONS.choice(TASKS[task].output)
    dataset = replace(
        dataset,
        samples=source.samples,
        standardize=source.tabular if dataset.standardize is None else dataset.standardize,
        stratify=task != "regression" and (source.tabular if dataset.stratify is None else dataset.stratify),
    )
    clamped = replace(experiment, dataset=dataset, batch_size=batch_size, shuffle=shuffle)
    resolved = Resolved(
        **{name: value for name, value in vars(clamped).items() if name not in Resolved.__annotations__},
        task=task,
        features=features,
        output=ResolvedOutput(**vars(experiment.output) | {"activation": activation}),
        loss=experiment.loss or _default_loss(task, activation.name),
        asked=experiment,
        source=source,
        tables=tables,
        notes=(),
    )
    notes += _check_output(resolved)
    _check_classes(resolved)
    _check_stopping(resolved)
    _check_hidden(resolved)
    _check_size(resolved)
    notes += _hints(resolved, training)
    return replace(resolved, notes=tuple(notes))


def _default_loss(task: str, activation: str) -> Choice:
    """The task's own loss, or squared error if the output activation does not suit it."""
    usual = TASKS[task].loss
    return LOSSES.choice(usual if activation in LOSSES[usual].outputs else "mean_squared_error")


def _features(experiment: Experiment, source: Source) -> tuple[str, ...]:
    plane = source.columns == ("x1", "x2")
    allowed = tuple(FEATURES) if plane else source.columns
    features = experiment.features or source.columns
    errors = [
        FieldError(f"features.{index}", name, ", ".join(allowed), unknown("feature", name, allowed))
        for index, name in enumerate(features)
        if name not in allowed
    ]
    if len(set(features)) < len(features):
        errors.append(FieldError("features", list(features), "each at most once", "a feature is named twice"))
    if errors:
        raise InvalidExperiment(*errors)
    return features


def _check_hidden(experiment: Resolved) -> None:
    errors = [
        FieldError(
            f"layers.{index}.activation",
            layer.activation.name,
            ", ".join(name for name, entry in ACTIVATIONS.items() if "hidden" in entry.places),
            f"'{layer.activation.name}' is for the output layer only",
        )
        for index, layer in enumerate(experiment.layers)
        if "hidden" not in ACTIVATIONS.of(layer.activation).places
    ]
    if errors:
        raise InvalidExperiment(*errors)


def _check_output(experiment: Resolved) -> Iterator[Note]:
    task = experiment.task
    entry, measure = ACTIVATIONS.of(experiment.output.activation), LOSSES.of(experiment.loss)
    if "output" not in entry.places:
        allowed = ", ".join(name for name, other in ACTIVATIONS.items() if "output" in other.places)
        raise refusal("output.activation", entry.name, allowed, f"'{entry.name}' is for hidden layers only")
    if entry.tasks is not None and task not in entry.tasks:
        raise refusal(
            "output.activation",
            entry.name,
            TASKS[task].output,
            f"'{entry.name}' is for {' or '.join(entry.tasks)}, this task is {task}",
        )
    if measure.tasks is not None and task not in measure.tasks:
        raise refusal(
            "loss",
            measure.name,
            TASKS[task].loss,
            f"'{measure.name}' is for {' or '.join(measure.tasks)}, not for {task}",
        )
    if entry.name not in measure.outputs:
        raise refusal(
            "output.activation",
            entry.name,
            " or ".join(measure.outputs),
            f"the loss '{measure.name}' needs an output of {' or '.join(measure.outputs)}",
        )
    if entry.name != TASKS[task].output:
        usual = TASKS[task].output
        low, high = entry.range
        if task == "regression" and (low is not None or high is not None):
            reach = " to ".join("any number" if end is None else f"{end:g}" for end in (low, high))
            says = f"{entry.name} can only output {reach}, so it cannot reach targets beyond; {usual} reaches all."
        else:
            says = f"The usual output for {task} is {usual}; {entry.name} also works."
        yield Note("output.activation", says)


def _hints(experiment: Resolved, training: int) -> Iterator[Note]:
    """What can be trained, but will disappoint."""
    for index, layer in enumerate(experiment.layers):
        if layer.activation.name == "binary_step":
            yield Note(f"layers.{index}.activation", "The gradient of a step is 0: nothing below it can learn.")
        if layer.initializer.name in {"zeros", "ones", "constant"} and layer.units > 1:
            says = "All units start identical and stay identical, so the layer can do no more than a single unit."
            yield Note(f"layers.{index}.initializer", says)
        if layer.batch_normalization and min(experiment.batch_size or training, training) == 1:
            says = "With batches of 1, a normalized layer gives the same output for every sample. Use larger batches."
            yield Note("batch_size", says)
            break


def _check_classes(experiment: Resolved) -> None:
    weights, classes = experiment.class_weight, max(experiment.source.outputs, 2)
    for field in ("class_weight", "label_smoothing"):
        if experiment.task == "regression" and getattr(experiment, field):
            raise refusal(field, getattr(experiment, field), "nothing", "a regression has no classes")
    if weights is not None and experiment.task == "multilabel":
        message = "class weights need exactly one class for each sample; here several labels may hold"
        raise refusal("class_weight", weights, "nothing", message)
    if weights is None or weights == "balanced":
        return
    if len(weights) != classes:
        raise refusal("class_weight", list(weights), f"{classes} numbers", f"there are {classes} classes")
    if not all(0 <= weight <= MOST_WEIGHT for weight in weights) or not any(weights):
        expected = f"numbers from 0 to {MOST_WEIGHT:g}, not all of them 0"
        raise refusal("class_weight", list(weights), expected, f"the weights of classes are {expected}")


def _check_stopping(experiment: Resolved) -> None:
    rule = experiment.early_stopping
    if rule is None:
        return
    sizes = dict(zip(("train", "validation", "test"), experiment.split_sizes, strict=True))
    if experiment.source.test:
        sizes["test"] = len(experiment.source.test[1])
    measures = measures_of(experiment.task)
    allowed = [f"{part}_{measure}" for part, size in sizes.items() if size for measure in measures]
    if rule.monitor not in allowed:
        hint = "set dataset.validation_fraction to have a validation part" if rule.part == "validation" else ""
        message = f"this experiment has no {rule.monitor.replace('_', ' ')}" + (f"; {hint}" if hint else "")
        raise refusal("early_stopping.monitor", rule.monitor, ", ".join(allowed), message)


def count_parameters(experiment: Resolved) -> int:
    """All weights and biases, learned gamma, beta and slopes."""
    sizes = [len(experiment.features), *(layer.units for layer in experiment.layers), experiment.source.outputs]
    count = (sizes[-2] + 1) * sizes[-1]
    for layer, fan_in in zip(experiment.layers, sizes, strict=False):
        entry = ACTIVATIONS.of(layer.activation)
        sums = layer.units * entry.pieces(layer.activation)
        count += (fan_in + 1) * sums
        if entry.learned:
            count += layer.units
        if layer.batch_normalization:
            count += 2 * (layer.units if layer.batch_normalization.after else sums)
    return count


def _check_size(experiment: Resolved) -> None:
    parameters = count_parameters(experiment)
    if parameters > LIMITS.parameters:
        raise refusal(
            "layers",
            parameters,
            f"at most {LIMITS.parameters} parameters",
            f"this network has {parameters} weights and biases; make its layers narrower or fewer",
        )
    training = experiment.split_sizes[0]
    batch, most = experiment.batch_size or training, whole_batch(parameters)
    if any(layer.batch_normalization for layer in experiment.layers) and batch > most:
        raise refusal(
            "batch_size",
            experiment.batch_size,
            f"at most {most}",
            f"with batch normalization, batches of this network may have at most {most} samples",
        )
