"""The shapes of what the API answers, for its documentation. They describe; nothing is converted by them."""

from dataclasses import dataclass
from typing import Annotated, Any, Literal

from pydantic import BaseModel, Field, WithJsonSchema

from app.schemas.requests import Until
from engine.components.tasks import TaskName
from engine.insight.last_update import LastUpdate
from engine.insight.results import Measures, Number, PartName, explained

ExperimentData = Annotated[dict[str, Any], WithJsonSchema({"allOf": [{"$ref": "#/components/schemas/Experiment"}]})]
State = Literal["ready", "running", "paused", "finished", "diverged", "failed"]


class FieldProblem(BaseModel):
    """One thing wrong with one field."""

    field: str = Field(description="Dotted path, such as layers.0.units; empty for the whole body.")
    given: Any = Field(description="What was sent.")
    expected: str = Field(description="What is allowed.")
    message: str


class TableLimits(BaseModel):
    """How much of a file is taken."""

    rows: int
    columns: int


class ProblemDocument(BaseModel):
    """An error, as RFC 9457 has it."""

    type: str
    title: str
    status: int
    detail: str
    errors: list[FieldProblem]
    columns: list[str] | None = Field(None, description="Of an uploaded file that was refused: what its columns are.")
    rows: int | None = Field(None, description="Of an uploaded file that is too large: how many rows it has.")
    limits: TableLimits | None = Field(None, description="Of an uploaded file that is too large.")


class NoteAnswer(BaseModel):
    """Something to know about a field that is not an error."""

    field: str
    message: str


class Metrics(BaseModel):
    """How good the network is at this step; parts without samples are null.

    Recorded steps are measured over all samples, others too unless a large network has many of them.
    """

    train: Measures | None
    validation: Measures | None
    test: Measures | None
    penalty: Number
    samples: dict[str, int] = Field(
        description="Over how many samples of each part. Fewer than the part has: a fixed draw of 2,000, because no "
        "row is recorded at this step and measuring all samples would take too long."
    )


class Summary(BaseModel):
    """Where a session stands."""

    id: str
    run: str = Field(description="Changes with every reset.")
    state: State
    stage: int = Field(description="Grows with every change of state: tells which of two answers is the newer one.")
    reason: str | None = Field(description="Why it is in this state, in words.")
    step: int
    epoch: float
    steps_per_second: float
    watchers: int = Field(description="How many clients listen to its stream.")


Right = Literal["own", "read"]
Access = Annotated[Right, Field(description="What the asker may do with it: everything, or look at it by its link.")]


class SessionAnswer(Summary):
    """A session."""

    access: Access
    warning: str | None
    rate: Number = Field(description="Epochs per second while it plays; null is flat out.")
    until: Until | None = Field(description="Where playing ends.")
    experiment: ExperimentData
    parameter_count: int = Field(description="How many numbers the network learns.")
    notes: list[NoteAnswer]
    metrics: Metrics
    last_update: LastUpdate | None = Field(
        description="Null while training, at step 0, after weights were set, and for batches of over 1,000 samples."
    )


class SessionList(BaseModel):
    """The asker's own sessions."""

    sessions: list[Summary]


class JournalEntry(BaseModel):
    """A change that was made to a run."""

    seq: int
    step: int
    epoch: float
    kind: Literal["patch", "parameters", "step", "resume"]
    what: dict[str, Any]


class JournalAnswer(BaseModel):
    """What a run began with and every change since: together they reproduce it."""

    run: str
    experiment: ExperimentData
    complete: bool = Field(description="False if there were too many changes to keep.")
    entries: list[JournalEntry]


@dataclass(frozen=True, kw_only=True)
class Moment:
    """Which run, and where in it."""

    run: str
    step: int
    epoch: float


@dataclass(frozen=True, kw_only=True)
class TimelineAnswer(Moment):
    """How far back this run can be looked at, which is to its beginning, and what is kept for that."""

    last: int = explained("The last whole epoch; all from 0 to it can be visited.")
    stride: int = explained("Epochs between two checkpoints.")
    kept: list[int] = explained("The epochs of the checkpoints: these are shown soonest.")
    bytes: int
    changes: list[JournalEntry] = explained("The journal without what was changed.")


class History(BaseModel):
    """The recorded rows after `since`, by column.

    Losses and metrics are over all samples of their part, dropout and noise off; losses carry the class weights, in the
    validation and test parts too. Columns with a list in each row have a number for each layer, hidden layers first.
    """

    run: str
    since: int
    last: int
    columns: dict[str, list[Any]] = Field(
        description="`learning_rate` is that of the next update. Per layer: `gradient_norm` of the data loss, "
        "`weight_norm`, `update_ratio` (the last update over the weights), `saturated` (share of outputs whose "
        "derivative is under 0.01), `dead` (share of units whose derivative is 0 for every sample), `mean` and `std` "
        "of the activations, and `zero_weights`: how many weights are exactly 0."
    )


@dataclass(frozen=True, kw_only=True)
class BoundaryAnswer(Moment):
    """The output over the plane, row 0 at the highest x2; one such grid for each class if there are several."""

    width: int
    height: int
    domain: list[float]
    values: list[list[Number]] | list[list[list[Number]]]


class NeuronMaps(BaseModel):
    """What each unit of a layer gives over the plane, row 0 at the highest x2."""

    name: str
    units: list[list[list[Number]]]


@dataclass(frozen=True, kw_only=True)
class NeuronsAnswer(Moment):
    """Hidden layers in order, the output layer last."""

    width: int
    height: int
    domain: list[float]
    layers: list[NeuronMaps]


class LayerAnswer(BaseModel):
    """What one layer has learned; a normalized one has gamma, beta, a moving mean and a moving variance."""

    weights: list[list[float]]
    biases: list[float]
    gamma: list[float] | None = None
    beta: list[float] | None = None
    slopes: list[float] | None = None
    moving_mean: list[float] | None = None
    moving_variance: list[float] | None = None
    mask: list[list[float]] | None = Field(None, description="1, or 0 for weights that were pruned.")


@dataclass(frozen=True, kw_only=True)
class ParametersAnswer(Moment):
    """Weights and biases, hidden layers in order, the output layer last."""

    layers: list[LayerAnswer]


class ChangeAnswer(BaseModel):
    """A weight, or a bias, and its value."""

    layer: int
    unit: int
    input: int | None
    value: float


@dataclass(frozen=True, kw_only=True)
class ChangesAnswer(Moment):
    """What was changed, as it was before: sent again, it takes the change back."""

    before: list[ChangeAnswer]


class MoveAnswer(BaseModel):
    """By how much a field moved an output away from what it would be if the field were typical."""

    field: str
    change: Number = Field(description="Of the predicted class's probability, or in the target's unit.")


class Prediction(BaseModel):
    """What the network says of each row."""

    outputs: list[list[Number]]
    labels: list[str | Number | list[str]]
    moved: list[list[MoveAnswer]] | None = Field(
        default=None, description="Of each row, the largest first; only where `explain` was asked for."
    )


class Targets(BaseModel):
    """What the targets mean."""

    kind: TaskName
    classes: list[str] | None
    range: tuple[float, float] | None = Field(description="The answers that mean no and yes; null in a regression.")


class PartAnswer(BaseModel):
    """Raw points and their targets."""

    points: list[list[float]]
    targets: list[float | list[float]]


class ProjectionAnswer(BaseModel):
    """A point x is drawn at `rows x - shift`."""

    rows: list[list[float]]
    shift: list[float]


class FieldAnswer(BaseModel):
    """One value of a row that is to be predicted: numbers as they are, dates as ISO text, or one of some words."""

    name: str
    type: Literal["number", "text", "date"]
    words: list[str] | None
    low: float | str | None
    high: float | str | None
    typical: float | str | None = Field(description="The mean, or the commonest word.")


class DatasetAnswer(BaseModel):
    """The points, for drawing: words have become one column for each word, dates the days since the first."""

    columns: list[str]
    fields: list[FieldAnswer] = Field(description="In the order in which `predict` takes a row.")
    targets: Targets
    domain: tuple[float, float, float, float]
    axes: tuple[int, int]
    principal: ProjectionAnswer | None = Field(description="Where the points spread most; null for a plane.")
    parts: dict[PartName, PartAnswer]


class ColumnAnswer(BaseModel):
    """One column of an uploaded file: what it holds, and which inputs it became."""

    name: str
    type: Literal["number", "text", "date"]
    role: Literal["input", "target", "unused"]
    missing: int
    inputs: list[str]
    note: str
    low: Number | None = None
    high: Number | None = None
    mean: Number | None = None
    words: list[str] | None = None


class PreviewAnswer(BaseModel):
    """The first rows as they stand in the file."""

    names: list[str]
    rows: list[list[str]]


class UploadSummary(BaseModel):
    """An uploaded table; `dataset` is what an experiment names it by."""

    id: str
    created: str
    dataset: dict[str, str]
    name: str
    rows: int
    inputs: list[str]
    task: TaskName
    target: str
    classes: list[str] | None


class UploadLine(UploadSummary):
    """A line in the list of uploaded tables."""

    uses: int = Field(description="How many sessions learn from it.")


class UploadAnswer(UploadSummary):
    """What was found in an uploaded file; `dropped` rows lacked a value that was needed."""

    dropped: int
    delimiter: str
    decimal: str
    header: bool
    columns: list[ColumnAnswer]
    notes: list[str] = Field(description="What was assumed or left out when the file was read.")
    preview: PreviewAnswer


class UploadList(BaseModel):
    """The uploaded tables, the newest first."""

    datasets: list[UploadLine]


class ImportAnswer(BaseModel):
    """An experiment made from something else; `changes` says what could not be taken as it was."""

    experiment: ExperimentData
    changes: list[str]


class Ready(BaseModel):
    """The server can train."""

    ready: Literal[True]


class Waiting(BaseModel):
    """The server cannot train yet."""

    waiting_for: str


class Alive(BaseModel):
    """The server runs."""

    status: Literal["ok"]
    version: str


class TokenLine(BaseModel):
    """A token of a script, of which only the id is known."""

    id: str
    created: str = Field(description="When, in UTC (ISO 8601).")


class NewToken(TokenLine):
    """A token that was just made."""

    token: str = Field(description="What to send as `Authorization: Bearer TOKEN`. It is shown this once.")


class TokenList(BaseModel):
    """The asker's tokens."""

    tokens: list[TokenLine]


class ShareAnswer(BaseModel):
    """A link to look at a session."""

    secret: str


class Joined(BaseModel):
    """What a link leads to."""

    session: str = Field(description="The session's id.")
