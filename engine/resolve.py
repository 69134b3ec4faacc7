"""Completing an experiment: what was left open is filled in, what contradicts itself is refused.

The bounds of single numbers are checked where JSON is read; here is what only the whole can tell.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from engine.components.activations import ACTIVATIONS
from engine.components.features import FEATURES
from engine.components.losses import LOSSES
from engine.components.tasks import TASKS, TaskName
from engine.data.cells import written
from engine.data.datasets import DATASETS, DatasetChoice, GivenPoints, PlaygroundData, Targets, UploadedData
from engine.data.tf_playground import CLASSIFICATION, SAMPLES
from engine.data.uploads import TABLES, Table
from engine.errors import FieldError, InvalidExperiment, unknown
from engine.experiment import Experiment
from engine.limits import LIMITS, whole_batch
from engine.training.metrics import measures_of

LONGEST_NAME = 60  # characters
MOST_WEIGHT = 1e6


@dataclass(frozen=True)
class Note:
    """Something the user should know about a field, that is not an error."""

    field: str
    message: str


@dataclass(frozen=True)
class Completion:
    """The complete experiment and what there is to say about it."""

    experiment: Experiment
    notes: tuple[Note, ...]


@dataclass(frozen=True)
class Shape:
    """What the network's ends look like: names of the columns, and how many outputs."""

    columns: tuple[str, ...]
    outputs: int


def _refuse(field: str, given: Any, expected: str, message: str) -> InvalidExperiment:
    return InvalidExperiment(FieldError(field, given, expected, message))


def complete(experiment: Experiment) -> Completion:
    """Fills in every field left null, clamps what is harmless, and checks that the parts fit each other.

    Raises: InvalidExperiment naming each field that does not fit.
    """
    notes: list[Note] = []
    task, dataset = _task_and_data(experiment)
    if dataset.stratify is None:
        dataset = replace(dataset, stratify=task != "regression" and _is_table(dataset))
    shape = shape_of(replace(experiment, task=task, dataset=dataset))
    features = _features(experiment, shape)
    training = split_sizes(dataset)[0]
    if training < 1:
        raise _refuse(
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
        dataset = replace(dataset, stratify=False)
    shuffle = experiment.shuffle
    if shuffle and isinstance(dataset, PlaygroundData):
        notes.append(Note("shuffle", "TensorFlow Playground visits its samples in the same order in every epoch."))
        shuffle = False
    output = experiment.output
    if output.activation is None:
        output = replace(output, activation=ACTIVATIONS.choice(TASKS[task].output))
    loss = experiment.loss or _default_loss(task, output.activation.name if output.activation else "")
    completed = replace(
        experiment,
        task=task,
        dataset=dataset,
        features=features,
        output=output,
        loss=loss,
        batch_size=batch_size,
        shuffle=shuffle,
    )
    _check_output(completed, shape, notes)
    _check_classes(completed, shape)
    _check_stopping(completed)
    _check_hidden(completed)
    _check_size(completed, shape)
    notes += _hints(completed, training)
    return Completion(completed, tuple(notes))


def _default_loss(task: str, activation: str) -> Any:
    """The task's own loss, or squared error if the output activation does not suit it."""
    usual = TASKS[task].loss
    return LOSSES.choice(usual if activation in LOSSES[usual].outputs else "mean_squared_error")


def _task_and_data(experiment: Experiment) -> tuple[TaskName, DatasetChoice]:
    dataset = experiment.dataset
    if isinstance(dataset, GivenPoints):
        return _given_points(experiment.task, dataset)
    if isinstance(dataset, PlaygroundData):
        return _replayed(experiment.task, dataset)
    if isinstance(dataset, UploadedData):
        return _uploaded(experiment.task, dataset)
    entry = DATASETS.of(dataset)
    tasks = entry.tasks
    task = experiment.task or tasks[0]
    if task not in tasks:
        raise _refuse("task", task, " or ".join(tasks), f"the data set '{entry.name}' is made for {' or '.join(tasks)}")
    fewest, usual, most = entry.sizes
    samples = dataset.samples or usual
    if not fewest <= samples <= most:
        raise _refuse(
            "dataset.samples", samples, f"{fewest} to {most}", f"'{entry.name}' has between {fewest} and {most} samples"
        )
    standardize = entry.standardize if dataset.standardize is None else dataset.standardize
    return task, replace(dataset, samples=samples, standardize=standardize)


def _is_table(dataset: DatasetChoice) -> bool:
    return isinstance(dataset, UploadedData) or (dataset.name in DATASETS and DATASETS.of(dataset).standardize)


def table_of(data: UploadedData) -> Table:
    """The table that was uploaded. Raises InvalidExperiment if there is none of that id."""
    table = TABLES.get(data.upload)
    if table is None:
        raise _refuse(
            "dataset.upload",
            data.upload,
            "the id of a table that was uploaded",
            "there is no such table: uploads last as long as the server runs. Upload the file again",
        )
    return table


def _uploaded(task: TaskName | None, data: UploadedData) -> tuple[TaskName, DatasetChoice]:
    table = table_of(data)
    if task not in (None, table.task):
        raise _refuse("task", task, table.task, f"the table '{table.name}' was read for {table.task}")
    samples = data.samples or len(table)
    if samples > len(table):
        raise _refuse("dataset.samples", samples, f"2 to {len(table)}", f"the table has {len(table)} rows")
    standardize = True if data.standardize is None else data.standardize
    return table.task, replace(data, samples=samples, standardize=standardize)


def _replayed(task: TaskName | None, data: PlaygroundData) -> tuple[TaskName, DatasetChoice]:
    made: TaskName = "binary" if data.shape in CLASSIFICATION else "regression"
    if task not in (None, made):
        raise _refuse("task", task, made, f"the shape '{data.shape}' is for {made}")
    samples = SAMPLES[data.shape]
    if data.samples not in (None, samples):
        raise _refuse("dataset.samples", data.samples, str(samples), f"'{data.shape}' always has {samples} samples")
    return made, replace(data, samples=samples, standardize=bool(data.standardize))


def _given_points(task: TaskName | None, data: GivenPoints) -> tuple[TaskName, DatasetChoice]:
    columns = len(data.points[0]) if data.points else 0
    _check_points("dataset.points", data.points, columns)
    if len(data.points) < 2:
        raise _refuse(
            "dataset.points", len(data.points), "two points or more", "there are too few points to learn from"
        )
    labels = len(data.targets[0]) if data.targets and isinstance(data.targets[0], tuple) else None
    _check_targets("dataset.targets", data.targets, len(data.points), labels)
    if (data.test_points is None) != (data.test_targets is None):
        missing = "test_points" if data.test_points is None else "test_targets"
        raise _refuse(f"dataset.{missing}", None, "both or neither", "test points and test targets go together")
    if data.test_points is not None and data.test_targets is not None:
        _check_points("dataset.test_points", data.test_points, columns)
        _check_targets("dataset.test_targets", data.test_targets, len(data.test_points), labels)
    targets = np.asarray(data.targets + (data.test_targets or ()))
    if targets.ndim > 1:
        return _given_labels(task, data, targets)
    if task == "multilabel":
        message = "several labels need a list of 0 and 1 for each point"
        raise _refuse("dataset.targets", data.targets[0], "lists of 0 and 1", message)
    whole = bool(np.all((targets == np.round(targets)) & (targets >= 0)))
    if task is None:
        classes = targets.max() + 1 if whole else np.inf
        task = "binary" if classes <= 2 else "multiclass" if classes <= LIMITS.classes else "regression"
    if task == "binary" and not (whole and targets.max() <= 1):
        raise _refuse("dataset.targets", float(targets.max()), "0 or 1", "binary targets are 0 and 1")
    if task == "multiclass" and not (whole and targets.max() < LIMITS.classes):
        raise _refuse(
            "dataset.targets",
            float(targets.max()),
            f"whole numbers from 0 to {LIMITS.classes - 1}",
            "class numbers count from 0",
        )
    if task != "regression" and len(set(data.targets)) < 2:
        raise _refuse(
            "dataset.targets",
            sorted(set(data.targets)),
            "two classes or more",
            "all targets are of one class: there is nothing to tell apart. Add points of another class",
        )
    _check_names(data.class_names, 0 if task == "regression" else max(int(targets.max()) + 1, 2))
    return task, replace(data, samples=len(data.points), standardize=bool(data.standardize))


def _given_labels(task: TaskName | None, data: GivenPoints, targets: np.ndarray) -> tuple[TaskName, DatasetChoice]:
    if task not in (None, "multilabel"):
        raise _refuse("task", task, "multilabel", "targets that are lists of labels are for the task multilabel")
    if not np.isin(targets, (0, 1)).all():
        raise _refuse("dataset.targets", None, "lists of 0 and 1", "each label is 0 or 1")
    _check_names(data.class_names, targets.shape[1])
    return "multilabel", replace(data, samples=len(data.points), standardize=bool(data.standardize))


def _check_names(names: tuple[str, ...] | None, classes: int) -> None:
    if names is not None and len(names) < classes:
        message = f"there are {classes} classes and only {len(names)} names"
        raise _refuse("dataset.class_names", list(names), f"{classes} names", message)
    for index, name in enumerate(names or ()):
        if not 1 <= len(name) <= LONGEST_NAME:
            expected = f"1 to {LONGEST_NAME} characters"
            raise _refuse(
                f"dataset.class_names.{index}", name[:LONGEST_NAME], expected, f"a class's name has {expected}"
            )


def _check_points(field: str, points: tuple[tuple[float, ...], ...], columns: int) -> None:
    if not points:
        raise _refuse(field, [], "at least one point", "there are no points")
    if not 1 <= columns <= LIMITS.inputs:
        raise _refuse(f"{field}.0", columns, f"1 to {LIMITS.inputs} coordinates", "a point needs coordinates")
    for index, point in enumerate(points):
        if len(point) != columns:
            raise _refuse(
                f"{field}.{index}",
                list(point),
                f"{columns} coordinates",
                f"this point has {len(point)} coordinates, the first has {columns}",
            )
        _check_magnitude(f"{field}.{index}", point)


def _check_magnitude(field: str, numbers: tuple[float, ...]) -> None:
    """Refuses numbers so large that their squares would overflow in float32."""
    largest = max(numbers, key=abs)
    if abs(largest) > LIMITS.magnitude:
        expected = f"{written(-LIMITS.magnitude)} to {written(LIMITS.magnitude)}"
        message = f"{written(largest)} is too large to compute with; scale the data down"
        raise _refuse(field, largest, expected, message)


def _check_targets(field: str, targets: Targets, count: int, labels: int | None) -> None:
    """`labels` is the number of labels that each target lists, or None if targets are numbers."""
    if len(targets) != count:
        raise _refuse(field, len(targets), str(count), f"there are {count} points but {len(targets)} targets")
    if labels is not None and not 1 <= labels <= LIMITS.classes:
        raise _refuse(f"{field}.0", labels, f"1 to {LIMITS.classes} labels", f"there are {labels} labels")
    for index, target in enumerate(targets):
        listed = len(target) if isinstance(target, tuple) else None
        if listed != labels:
            expected = "a number" if labels is None else f"a list of {labels} labels"
            message = f"this target differs in form from the first, which is {expected}"
            raise _refuse(f"{field}.{index}", target, expected, message)
        _check_magnitude(f"{field}.{index}", target if isinstance(target, tuple) else (target,))


def shape_of(experiment: Experiment) -> Shape:
    """The columns of the data and the number of outputs. `task` must be filled in."""
    dataset = experiment.dataset
    if isinstance(dataset, GivenPoints):
        columns = tuple(f"x{index + 1}" for index in range(len(dataset.points[0])))
        first = dataset.targets[0]
        together = dataset.targets + (dataset.test_targets or ())
        classes = len(first) if isinstance(first, tuple) else int(np.max(together)) + 1
    elif isinstance(dataset, PlaygroundData):
        columns, classes = ("x1", "x2"), 2
    elif isinstance(dataset, UploadedData):
        table = table_of(dataset)
        columns, classes = table.columns, len(table.classes or ())
    else:
        entry = DATASETS.of(dataset)
        columns = entry.columns
        classes = entry.count(dataset)
    return Shape(columns, classes if experiment.task in ("multiclass", "multilabel") else 1)


def split_sizes(dataset: DatasetChoice) -> tuple[int, int, int]:
    """How many samples train, validate and test. `samples` must be filled in."""
    samples = dataset.samples or 0
    held_out = isinstance(dataset, GivenPoints) and dataset.test_points is not None
    test = 0 if held_out else round(samples * dataset.test_fraction)
    validation = round(samples * dataset.validation_fraction)
    return samples - validation - test, validation, test


def _features(experiment: Experiment, shape: Shape) -> tuple[str, ...]:
    plane = shape.columns == ("x1", "x2")
    allowed = tuple(FEATURES) if plane else shape.columns
    features = experiment.features or shape.columns
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


def _check_hidden(experiment: Experiment) -> None:
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


def _check_output(experiment: Experiment, shape: Shape, notes: list[Note]) -> None:
    activation, loss, task = experiment.output.activation, experiment.loss, experiment.task
    if activation is None or loss is None or task is None:
        return
    entry, measure = ACTIVATIONS.of(activation), LOSSES.of(loss)
    if "output" not in entry.places:
        allowed = ", ".join(name for name, other in ACTIVATIONS.items() if "output" in other.places)
        raise _refuse("output.activation", entry.name, allowed, f"'{entry.name}' is for hidden layers only")
    if entry.tasks is not None and task not in entry.tasks:
        raise _refuse(
            "output.activation",
            entry.name,
            TASKS[task].output,
            f"'{entry.name}' is for {' or '.join(entry.tasks)}, this task is {task}",
        )
    if measure.tasks is not None and task not in measure.tasks:
        raise _refuse(
            "loss",
            measure.name,
            TASKS[task].loss,
            f"'{measure.name}' is for {' or '.join(measure.tasks)}, not for {task}",
        )
    if entry.name not in measure.outputs:
        raise _refuse(
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
        notes.append(Note("output.activation", says))


def _hints(experiment: Experiment, training: int) -> Iterator[Note]:
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


def _check_classes(experiment: Experiment, shape: Shape) -> None:
    weights, classes = experiment.class_weight, max(shape.outputs, 2)
    for field in ("class_weight", "label_smoothing"):
        if experiment.task == "regression" and getattr(experiment, field):
            raise _refuse(field, getattr(experiment, field), "nothing", "a regression has no classes")
    if weights is not None and experiment.task == "multilabel":
        message = "class weights need exactly one class for each sample; here several labels may hold"
        raise _refuse("class_weight", weights, "nothing", message)
    if weights is None or weights == "balanced":
        return
    if len(weights) != classes:
        raise _refuse("class_weight", list(weights), f"{classes} numbers", f"there are {classes} classes")
    if not all(0 <= weight <= MOST_WEIGHT for weight in weights) or not any(weights):
        expected = f"numbers from 0 to {MOST_WEIGHT:g}, not all of them 0"
        raise _refuse("class_weight", list(weights), expected, f"the weights of classes are {expected}")


def _check_stopping(experiment: Experiment) -> None:
    rule = experiment.early_stopping
    if rule is None:
        return
    sizes = dict(zip(("train", "validation", "test"), split_sizes(experiment.dataset), strict=True))
    if isinstance(experiment.dataset, GivenPoints) and experiment.dataset.test_points:
        sizes["test"] = len(experiment.dataset.test_points)
    measures = measures_of(experiment.task or "")
    allowed = [f"{part}_{measure}" for part, size in sizes.items() if size for measure in measures]
    if rule.monitor not in allowed:
        hint = "set dataset.validation_fraction to have a validation part" if rule.part == "validation" else ""
        message = f"this experiment has no {rule.monitor.replace('_', ' ')}" + (f"; {hint}" if hint else "")
        raise _refuse("early_stopping.monitor", rule.monitor, ", ".join(allowed), message)


def count_parameters(experiment: Experiment, shape: Shape) -> int:
    """All weights and biases, learned gamma, beta and slopes."""
    sizes = [len(experiment.features or ()), *(layer.units for layer in experiment.layers), shape.outputs]
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


def _check_size(experiment: Experiment, shape: Shape) -> None:
    parameters = count_parameters(experiment, shape)
    if parameters > LIMITS.parameters:
        raise _refuse(
            "layers",
            parameters,
            f"at most {LIMITS.parameters} parameters",
            f"this network has {parameters} weights and biases; make its layers narrower or fewer",
        )
    training = split_sizes(experiment.dataset)[0]
    batch, most = experiment.batch_size or training, whole_batch(parameters)
    if any(layer.batch_normalization for layer in experiment.layers) and batch > most:
        raise _refuse(
            "batch_size",
            experiment.batch_size,
            f"at most {most}",
            f"with batch normalization, batches of this network may have at most {most} samples",
        )
