"""The messages of the stream, for the API's documentation. They describe; nothing is converted by them.

Bytes are base64 in JSON and as they are in MessagePack. Grids are one byte per value, row 0 at the top (highest x2):
value = low + data / 255 * (high - low).
"""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, WithJsonSchema

from app.schemas.requests import Pause, Play, Reset, Step, Strict, Subscribe
from app.schemas.responses import Access, ExperimentData, NoteAnswer, ProblemDocument, State
from engine.insight.results import Number, PartName

Bytes = Annotated[bytes, WithJsonSchema({"type": "string", "contentEncoding": "base64"})]
Floats = Annotated[Bytes, Field(description="float32, little endian.")]
Flags = Annotated[Bytes, Field(description="A byte for each, 0 or 1.")]


class Described(BaseModel):
    """What is not described here is not sent."""

    model_config = ConfigDict(extra="forbid")


# From the server


class Standing(Described):
    """Where a session stands."""

    state: State
    stage: int = Field(description="Grows with every change of state: tells which of two messages is the newer one.")
    reason: str | None
    warning: str | None
    step: int
    epoch: float
    steps_per_second: float
    rate: Number = Field(description="Epochs per second while it plays; null is flat out.")


class StateMessage(Standing):
    """Where the session stands now."""

    type: Literal["state"]


class HelloMessage(Standing):
    """What the session is; first of all, and again when its experiment or run has changed."""

    type: Literal["hello"]
    protocol: int
    session: str
    access: Access
    run: str
    seq: int = Field(description="The last row there is.")
    recovered: bool = Field(description="Whether the rows that follow continue those that the client has.")
    experiment: ExperimentData
    parameter_count: int
    notes: list[NoteAnswer]


class MetricsMessage(Described):
    """The next rows of the history, by column, named as in `GET /api/sessions/{id}/metrics`.

    A column has `count` numbers, or one for each layer and row, row by row. In msgpack it is the bytes of float64
    numbers (little endian), NaN where there is no finite number; in JSON a list, or a list of lists, with null there.
    """

    type: Literal["metrics"]
    run: str
    seq: int = Field(description="The number of the first row.")
    count: int = Field(description="How many rows.")
    columns: dict[str, Bytes | list[Number] | list[list[Number]]]


class Grid(Described):
    """An array as one byte per value."""

    low: float
    high: float
    data: Bytes


class PictureMessage(Described):
    """Which moment a picture shows: the present, or the epoch of the past that was asked for."""

    step: int
    epoch: float
    past: bool


class BoundaryMessage(PictureMessage, Grid):
    """The output over the plane. With several classes or labels `data` is the winning one."""

    type: Literal["boundary"]
    width: int
    height: int
    axes: tuple[int, int] | Literal["principal"]
    domain: tuple[float, float, float, float]
    classes: int | None
    confidence: Bytes = Field(b"", description="How likely the winning class is, 0 to 255.")


class LayerMaps(Grid):
    """The units' maps, one after another."""

    units: int


class NeuronsMessage(PictureMessage):
    """Every unit's activation over the plane; each layer has its own scale."""

    type: Literal["neurons"]
    width: int
    height: int
    layers: list[LayerMaps]


class LayerWeights(Described):
    """A layer's weights, one row for each input, and biases."""

    fan_in: int
    fan_out: int
    weights: Floats
    biases: Floats


class ParametersMessage(PictureMessage):
    """Weights and biases."""

    type: Literal["parameters"]
    layers: list[LayerWeights]


class PointPredictions(Described):
    """What the network predicts for the first points of a part."""

    count: int
    losses: Floats
    predicted: Floats = Field(b"", description="The predicted class or number; none with several labels.")
    confidence: Floats = Field(b"", description="How likely the class is.")
    wrong: Flags = b""


class PredictionsMessage(PictureMessage):
    """What the network predicts for each point."""

    type: Literal["predictions"]
    parts: dict[PartName, PointPredictions]


class ErrorMessage(ProblemDocument):
    """What a message asked for cannot be done; the stream goes on. `problem` is the type of the problem."""

    type: Literal["error"]
    problem: str


ServerMessage = Annotated[
    HelloMessage
    | StateMessage
    | MetricsMessage
    | BoundaryMessage
    | NeuronsMessage
    | ParametersMessage
    | PredictionsMessage
    | ErrorMessage,
    Field(discriminator="type"),
]


# From the client


class PatchMessage(Strict):
    """A merge patch of the experiment, as PATCH over REST."""

    type: Literal["patch"]
    patch: dict[str, Any]
    reset: bool = False


class PlayMessage(Play):
    """The command over the stream."""

    type: Literal["command"]


class PauseMessage(Pause):
    """The command over the stream."""

    type: Literal["command"]


class ResetMessage(Reset):
    """The command over the stream."""

    type: Literal["command"]


class StepMessage(Step):
    """The command over the stream."""

    type: Literal["command"]


CommandMessage = Annotated[PlayMessage | PauseMessage | ResetMessage | StepMessage, Field(discriminator="command")]
ClientMessage = Annotated[Subscribe | PatchMessage | CommandMessage, Field(discriminator="type")]
