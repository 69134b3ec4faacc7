"""What clients may send, apart from experiments: commands, orders to train, parameters, samples, subscriptions."""

from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Discriminator, Field, Tag, WithJsonSchema, model_validator

from engine import LIMITS
from engine.insight.pruning.criteria import CRITERIA

MOST_EPOCHS = 1_000_000
MOST_SECONDS = 600.0
MOST_STEPS = 1_000
MOST_OFF = 1_000
MOST_CHANGES = 1_000
FASTEST = 1_000_000.0  # epochs per second that a rate may ask for
MOST_FRAMES = 60.0  # per second


class Strict(BaseModel):
    """Numbers are taken strictly, unknown fields are refused."""

    model_config = ConfigDict(extra="forbid", strict=True, allow_inf_nan=False, frozen=True)


def by_field(**members: str) -> Discriminator:
    """Tells the members of a union apart by a field that one of them has."""
    first, other = members.items()

    def choose(value: Any) -> str:
        names = value if isinstance(value, dict) else getattr(value, "__dict__", {})
        return first[0] if first[1] in names else other[0]

    return Discriminator(choose)


class UntilEpochs(Strict):
    """Play to the end of this epoch of the run."""

    epochs: int = Field(ge=1, le=1_000_000_000)


class UntilMetric(Strict):
    """Play until a metric is at least (shares such as accuracy) or at most (losses and errors) its target."""

    metric: str = Field(max_length=100, examples=["test_accuracy"])
    target: float


Until = Annotated[
    Annotated[UntilEpochs, Tag("epochs")] | Annotated[UntilMetric, Tag("metric")],
    by_field(epochs="epochs", metric="metric"),
]


class Play(Strict):
    """Train at a rate in epochs per second; null is as fast as the session's share allows."""

    command: Literal["play"]
    rate: float | None = Field(default=30.0, gt=0, le=FASTEST)
    until: Until | None = None


class Pause(Strict):
    """Stop training after the slice under way."""

    command: Literal["pause"]


class Reset(Strict):
    """Back to step 0, with the same starting weights or new ones."""

    command: Literal["reset"]
    seed: Literal["same", "new"] = "same"


class Step(Strict):
    """Make so many single steps, of one sample, batch or epoch each."""

    command: Literal["step"]
    unit: Literal["sample", "batch", "epoch"] = "batch"
    count: int = Field(default=1, ge=1, le=MOST_STEPS)


Command = Annotated[Play | Pause | Reset | Step, Field(discriminator="command")]


class TrainEpochs(Strict):
    """Train so many more epochs."""

    epochs: int = Field(ge=1, le=MOST_EPOCHS)


class TrainSeconds(Strict):
    """Train for so many seconds."""

    seconds: float = Field(gt=0, le=MOST_SECONDS)


Train = Annotated[
    Annotated[TrainEpochs, Tag("epochs")] | Annotated[TrainSeconds, Tag("seconds")],
    by_field(seconds="seconds", epochs="epochs"),
]


class LayerNumbers(Strict):
    """One layer's weights, one row for each input, and biases; what else it has learned stays if it is not given."""

    weights: list[list[float]]
    biases: list[float]
    gamma: list[float] | None = None
    beta: list[float] | None = None
    slopes: list[float] | None = None
    moving_mean: list[float] | None = None
    moving_variance: list[float] | None = None
    mask: list[list[float]] | None = Field(default=None, description="1, or 0 for weights that are to stay 0.")


class Parameters(Strict):
    """The layers in order, the output layer last. `run`, `step` and `epoch` are what GET tells, and are not read."""

    layers: list[LayerNumbers] = Field(max_length=LIMITS.layers + 1)
    run: str | None = None
    step: int | None = None
    epoch: float | None = None


class WeightChange(Strict):
    """Another value for the weight from an input to a unit of a layer, or without `input` for the unit's bias."""

    layer: int = Field(description="Hidden layers count from 0, the output layer comes last.")
    unit: int = Field(description="Of a maxout layer, its sum.")
    input: int | None = None
    value: float


class ParameterChanges(Strict):
    """Single weights and biases to be changed."""

    changes: list[WeightChange] = Field(min_length=1, max_length=MOST_CHANGES)


class Fork(Strict):
    """From which whole epoch to go on, changed how (a merge patch), and where."""

    epoch: int
    patch: dict[str, Any] | None = None
    into: Literal["new", "same"] = Field(default="new", description="A new session, or a new run of this one.")


VALUE: dict[str, Any] = {"anyOf": [{"type": "number"}, {"type": "string"}, {"type": "null"}]}
Row = Annotated[
    Any,  # the engine checks each value against its field, and says what the field takes
    WithJsonSchema({"anyOf": [{"type": "array", "items": VALUE}, {"type": "object", "additionalProperties": VALUE}]}),
]


class Predict(Strict):
    """Rows as the table has them: numbers, words and dates as text, null or empty text for a gap.

    Each row is a list with one value for each of the `fields` that GET `dataset` names, or an object by their names.
    """

    x: list[Row] = Field(
        max_length=LIMITS.predictions, examples=[[[1.0, -2.0], {"age": 30, "sex": "female", "since": "2024-01-31"}]]
    )
    explain: bool = Field(default=False, description="Also tell by how much each field moved each answer.")


class Import(Strict):
    """A link to be read."""

    url: str = Field(max_length=10_000, examples=["https://playground.tensorflow.org/#dataset=spiral&seed=0.12345"])


class Join(Strict):
    """The secret of a link."""

    secret: str = Field(max_length=100)


class Rate(Strict):
    """How often a kind of message may come."""

    max_fps: float = Field(default=20.0, gt=0, le=MOST_FRAMES)


class Picture(Strict):
    """How fine and how often pictures of the plane may come."""

    resolution: int = Field(default=64, ge=2, le=LIMITS.resolution)
    max_fps: float = Field(default=20.0, gt=0, le=MOST_FRAMES)


class NeuronPicture(Picture):
    """The same for the units' maps."""

    resolution: int = Field(default=20, ge=2, le=LIMITS.resolution)
    max_fps: float = Field(default=8.0, gt=0, le=MOST_FRAMES)


class ParameterRate(Rate):
    """How often the weights may come."""

    max_fps: float = Field(default=8.0, gt=0, le=MOST_FRAMES)


class Plane(Strict):
    """Which plane pictures show, and which part of it."""

    axes: Annotated[list[int], Field(min_length=2, max_length=2)] | Literal["principal"] | None = Field(
        default=None, description="Two columns, counted from 0; or the two directions in which the points spread most."
    )
    domain: Annotated[list[float], Field(min_length=4, max_length=4)] | None = Field(
        default=None, description="From and to across, from and to upwards. Without it, where the points are."
    )


class PredictionRate(Rate):
    """How often the predictions for the points may come."""

    max_fps: float = Field(default=4.0, gt=0, le=MOST_FRAMES)


class Subscribe(Strict):
    """What a viewer wants to see; null turns a kind off. With `run` and `since`, only the rows it lacks.

    Pictures, parameters and predictions are of now, or of an earlier whole `epoch` of the run.
    """

    type: Literal["subscribe"]
    run: str | None = Field(default=None, max_length=100)
    since: int | None = Field(default=None, ge=-1, le=2**53)
    metrics: Rate | None = Rate()
    boundary: Picture | None = Picture()
    neurons: NeuronPicture | None = NeuronPicture()
    parameters: ParameterRate | None = ParameterRate()
    predictions: PredictionRate | None = None
    plane: Plane = Plane()
    epoch: int | None = Field(default=None, ge=0)


class PartOff(Strict):
    """What is switched off: a feature (only `input`), a layer, a unit of it, or a connection (an `input` of a unit)."""

    layer: int | None = None
    unit: int | None = None
    input: int | None = None


class Ablation(Strict):
    """What is switched off together, and the part of the data that it is measured on."""

    off: list[PartOff] = Field(min_length=1, max_length=MOST_OFF)
    part: Literal["train", "validation", "test"] | None = None


class StopPruning(Strict):
    """Steps end when the metric is worse than at first by more than this."""

    metric: str = Field(max_length=100, examples=["test_accuracy"])
    drop: float = Field(ge=0, le=1e9)


if TYPE_CHECKING:
    CriterionName = str
else:
    CriterionName = Literal[tuple(CRITERIA)]


class Prune(Strict):
    """What goes first, and how much: a fraction of all there is, or all that scores below a threshold."""

    criterion: CriterionName = "magnitude"
    fraction: float | None = Field(default=None, gt=0, lt=1)
    threshold: float | None = Field(default=None, ge=0, le=1e9)
    scope: Literal["network", "layer"] = Field(default="network", description="One pool, or each layer its share.")
    steps: int = Field(default=1, ge=1, le=50)
    fine_tune_epochs: int = Field(default=0, ge=0, le=MOST_EPOCHS, description="Training after each step.")
    stop: StopPruning | None = None
    preview: bool = Field(default=False, description="Only report what it would do.")

    @model_validator(mode="after")
    def _one_amount(self) -> "Prune":
        if (self.fraction is None) == (self.threshold is None):
            raise ValueError("give either a fraction or a threshold")
        return self
