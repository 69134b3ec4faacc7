"""An Experiment: every choice that reproduces a run, as a tree of frozen dataclasses.

The fields carry their own titles, help and bounds. The API's validation, its JSON Schema and the page's sliders are
read from them, so there is no second description of an experiment. An `Experiment` is what somebody asks for, with
fields left open; `resolve` makes it `Resolved`, which leaves nothing open, and only that can be trained.
"""

from collections.abc import Iterator
from dataclasses import Field, dataclass, field, fields, is_dataclass
from typing import Annotated, Any, Literal

from engine.components.activations import ACTIVATIONS
from engine.components.batch_norm import BatchNormalization
from engine.components.constraints import CONSTRAINTS
from engine.components.initializers import INITIALIZERS
from engine.components.losses import LOSSES
from engine.components.optimizers import OPTIMIZERS
from engine.components.registry import STRICT, Choice, described
from engine.components.regularizers import REGULARIZERS
from engine.components.schedules import SCHEDULES
from engine.components.tasks import TaskName
from engine.data.datasets import DATASETS
from engine.data.sources import DatasetChoice, Source
from engine.data.uploads import Tables
from engine.limits import LIMITS
from engine.training.early_stopping import EarlyStopping

ActivationChoice = Annotated[Choice, ACTIVATIONS]
InitializerChoice = Annotated[Choice, INITIALIZERS]
RegularizerChoice = Annotated[Choice, REGULARIZERS]
ConstraintChoice = Annotated[Choice, CONSTRAINTS]
BIASES_HELP = "The starting biases. An initializer that depends on the width of the layer uses a fan_in of 1 for them."


@dataclass(frozen=True)
class Layer:
    """A hidden layer: so many units, each with the same activation."""

    __pydantic_config__ = STRICT

    units: int = described(4, title="Units", help="How many units the layer has.", ge=1, le=LIMITS.units)
    activation: ActivationChoice = described(
        ACTIVATIONS.choice("tanh"), title="Activation", help=ACTIVATIONS.help, live=True
    )
    initializer: InitializerChoice = described(
        INITIALIZERS.choice("glorot_uniform"), title="Initializer", help=INITIALIZERS.help
    )
    bias_initializer: InitializerChoice = described(
        INITIALIZERS.choice("zeros"), title="Bias initializer", help=BIASES_HELP
    )
    regularizer: RegularizerChoice | None = described(None, title="Regularizer", help=REGULARIZERS.help, live=True)
    constraint: ConstraintChoice | None = described(None, title="Constraint", help=CONSTRAINTS.help, live=True)
    batch_normalization: BatchNormalization | None = described(
        None,
        title="Batch normalization",
        help="Brings each unit to mean 0 and variance 1 over the batch, then applies a learned scale and shift.",
    )
    dropout: float = described(
        0.0,
        title="Dropout",
        help="The share of the layer's units that are switched off at random in each training step, for each sample.",
        ge=0,
        le=0.95,
        live=True,
    )


@dataclass(frozen=True)
class Output:
    """The output layer: the task and the data decide how many units it has."""

    __pydantic_config__ = STRICT

    activation: ActivationChoice | None = described(
        None,
        title="Output activation",
        help="The activation of the output. Null: sigmoid, softmax or linear, depending on the task.",
    )
    initializer: InitializerChoice = described(
        INITIALIZERS.choice("glorot_uniform"), title="Initializer", help=INITIALIZERS.help
    )
    bias_initializer: InitializerChoice = described(
        INITIALIZERS.choice("zeros"), title="Bias initializer", help=BIASES_HELP
    )
    regularizer: RegularizerChoice | None = described(None, title="Regularizer", help=REGULARIZERS.help, live=True)
    constraint: ConstraintChoice | None = described(None, title="Constraint", help=CONSTRAINTS.help, live=True)


@dataclass(frozen=True)
class Input:
    """The input layer: what happens to the inputs in training, and never when evaluating."""

    __pydantic_config__ = STRICT

    dropout: float = described(
        0.0,
        title="Input dropout",
        help="The share of the inputs that are switched off at random in each training step, for each sample.",
        ge=0,
        le=0.95,
        live=True,
    )
    noise: float = described(
        0.0,
        title="Input noise",
        help="The standard deviation of the normal noise added to every input in each training step.",
        ge=0,
        le=10,
        live=True,
    )


@dataclass(frozen=True)
class Clipping:
    """A limit to the gradient of each update: a remedy against exploding ones (Pascanu, Mikolov and Bengio, 2013)."""

    __pydantic_config__ = STRICT

    by: Literal["norm", "value"] = described(
        "norm",
        title="By",
        help="Limit the norm of the whole gradient, which keeps its direction; or limit each component.",
    )
    threshold: float = described(
        1.0,
        title="Threshold",
        help="The largest norm or component allowed.",
        ge=1e-6,
        le=1e6,
        scale="log",
    )


@dataclass(frozen=True)
class Experiment:
    """Every choice that reproduces a run; every field is optional."""

    __pydantic_config__ = STRICT

    task: TaskName | None = described(
        None, title="Task", help="What kind of answer to learn. Null: the task of the data set."
    )
    dataset: Annotated[DatasetChoice, DATASETS] = described(DATASETS.choice("circle"), title="Data", help=DATASETS.help)
    features: tuple[str, ...] | None = described(
        None,
        title="Features",
        help="The inputs of the network. Null: x1 and x2, or every column of a table.",
        min_length=1,
        max_length=LIMITS.inputs,
    )
    input: Input = described(Input(), title="Input layer", help="What happens to the inputs in training.")
    layers: tuple[Layer, ...] = described(
        (Layer(units=4), Layer(units=2)),
        title="Hidden layers",
        help="In order, from the input to the output. Without hidden layers the model is linear.",
        max_length=LIMITS.layers,
    )
    output: Output = described(Output(), title="Output layer", help="The layer that gives the answer.")
    loss: Annotated[Choice, LOSSES] | None = described(
        None, title="Loss", help=LOSSES.help + " Null: the usual one for the task."
    )
    optimizer: Annotated[Choice, OPTIMIZERS] = described(
        OPTIMIZERS.choice("sgd"), title="Optimizer", help=OPTIMIZERS.help
    )
    schedule: Annotated[Choice, SCHEDULES] = described(
        SCHEDULES.choice("constant"), title="Schedule", help=SCHEDULES.help, live=True
    )
    batch_size: int | None = described(
        10,
        title="Batch size",
        help="How many samples each update uses. Null: all of them (full batch).",
        ge=1,
        le=LIMITS.samples,
        scale="log",
        live=True,
    )
    clipping: Clipping | None = described(
        None, title="Clipping", help="Shortens gradients that are too long. Null: no limit.", live=True
    )
    early_stopping: EarlyStopping | None = described(
        None, title="Early stopping", help="Ends training when a metric no longer improves.", live=True
    )
    class_weight: Literal["balanced"] | tuple[float, ...] | None = described(
        None,
        title="Class weights",
        help="How much each class counts in the loss: one number per class, or balanced, which makes rare classes "
        "count more. "
        "The reported losses carry these weights, those of the validation and test parts too; metrics do not.",
        max_length=LIMITS.classes,
    )
    label_smoothing: float = described(
        0.0,
        title="Label smoothing",
        help="The share of each target that is spread evenly over all classes, to prevent overconfidence.",
        ge=0,
        le=0.5,
    )
    shuffle: bool = described(True, title="Shuffle", help="Shuffle the samples before every epoch.", live=True)
    precision: Literal["float32", "float64"] = described(
        "float32", title="Precision", help="float32 is fast; float64 is for comparing numbers exactly."
    )
    seed: int = described(
        0, title="Seed", help="Determines the starting weights and the order of the samples.", ge=0, le=2**32 - 1
    )


@dataclass(frozen=True)
class Note:
    """Something the user should know about a field, that is not an error."""

    field: str
    message: str


@dataclass(frozen=True, kw_only=True)
class ResolvedOutput(Output):
    """An output layer that has its activation."""

    activation: ActivationChoice


@dataclass(frozen=True, kw_only=True)
class Resolved(Experiment):
    """An experiment that leaves nothing open, and where it came from. To change it, resolve what is `asked` anew."""

    task: TaskName
    features: tuple[str, ...]
    output: ResolvedOutput
    loss: Choice
    # What it is apart from its choices: neither compared nor written to JSON.
    asked: Experiment = field(compare=False)
    source: Source = field(compare=False)
    tables: Tables = field(compare=False)  # the uploaded tables that it could choose from
    notes: tuple[Note, ...] = field(compare=False)

    @property
    def all_layers(self) -> tuple[Layer | ResolvedOutput, ...]:
        """The layers that have weights: the hidden ones in order, then the output."""
        return *self.layers, self.output

    @property
    def split_sizes(self) -> tuple[int, int, int]:
        """How many of the source's samples train, validate and test."""
        return self.source.split_sizes(self.dataset)

    @property
    def signed(self) -> bool:
        """Whether no and yes are -1 and 1 to the network, and not 0 and 1: as the output's range or the loss asks."""
        signed = LOSSES.of(self.loss).signed or ACTIVATIONS.of(self.output.activation).range == (-1, 1)
        return signed and self.task in ("binary", "multilabel")


def to_data(value: Any) -> Any:
    """An experiment, or a part of one, as JSON: choices without arguments are written as their bare names."""
    if is_dataclass(value):
        data = {item.name: to_data(getattr(value, item.name)) for item in _choices(value)}
        return value.name if isinstance(value, Choice) and len(data) == 1 else data
    if isinstance(value, tuple):
        return [to_data(item) for item in value]
    return value


def _choices(value: Any) -> list[Field[Any]]:
    return [item for item in fields(value) if item.compare]


def _walk(old: Any, new: Any, path: tuple[str, ...], live: bool) -> Iterator[tuple[str, bool]]:
    """The fields in which two values differ, each with whether it may change while a run goes on."""
    if old == new:
        return
    if any(getattr(value, "structural", False) for value in (old, new)):
        live = False
    if live or type(old) is not type(new) or not (is_dataclass(old) or isinstance(old, tuple)):
        yield ".".join(path), live
    elif isinstance(old, tuple):
        if len(old) != len(new) or not all(is_dataclass(item) for item in (*old, *new)):
            yield ".".join(path), False
            return
        for index, (one, other) in enumerate(zip(old, new, strict=True)):
            yield from _walk(one, other, (*path, str(index)), False)
    else:
        for item in _choices(old):
            lively = bool(item.metadata.get("json_schema_extra", {}).get("x-live"))
            yield from _walk(getattr(old, item.name), getattr(new, item.name), (*path, item.name), lively)


def differences(old: Resolved, new: Resolved) -> list[str]:
    """The dotted names of the fields in which two experiments differ."""
    return [path for path, _ in _walk(old, new, (), False)]


def fixed_differences(old: Resolved, new: Resolved) -> list[str]:
    """Those of the differences that cannot change while a run goes on: they need a reset."""
    return [path for path, live in _walk(old, new, (), False) if not live]
