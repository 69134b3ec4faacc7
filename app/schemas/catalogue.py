"""The shape of the catalogue. Fields that only entries of some families have may be absent."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from app.schemas.responses import ExperimentData
from engine.components.tasks import TaskName
from engine.insight.results import Number


class Described(BaseModel):
    """What is not described here is not answered."""

    model_config = ConfigDict(extra="forbid")


class ArgumentAnswer(Described):
    """What an entry can be tuned with."""

    name: str
    label: str
    help: str
    default: bool | float | str
    minimum: Number
    maximum: Number
    kind: Literal["number", "integer", "boolean", "option"]
    scale: Literal["linear", "log"] = Field(description="How a slider should move.")
    options: list[str] = Field(description="Of the kind `option`: what can be chosen.")


class SampledCurve(Described):
    """A function and its derivative, sampled at x."""

    x: list[float]
    value: list[Number]
    derivative: list[Number]


class ScheduleCourse(Described):
    """What the learning rate is multiplied by, over a thousand epochs."""

    x: list[float]
    value: list[float]


class Saturation(Described):
    """Below and above which sums the derivative is nearly 0 for good; null where it never is."""

    below: Number
    above: Number


class SampleBounds(Described):
    """How many samples a data set can have."""

    minimum: int
    default: int
    maximum: int


class PointsPreview(Described):
    """Some points of a data set."""

    points: list[list[float]]
    targets: list[float | list[float]]


class FeatureMap(Described):
    """A feature over the plane, one byte for each point, in base64. Row 0 is at the top."""

    width: int
    height: int
    low: float
    high: float
    data: str


class EntryAnswer(Described):
    """One thing that can be chosen. Formulas are KaTeX."""

    name: str
    label: str
    summary: str
    when: str = Field(description="When to choose it.")
    hazard: str = Field(description="What can go wrong.")
    source: str
    formula: str | None
    aliases: list[str]
    tasks: list[TaskName] | None = Field(description="The tasks it is for; null for all. The usual one comes first.")
    arguments: list[ArgumentAnswer]
    derivative_formula: str = ""
    shrinkage_formula: str = Field("", description="Of a regularizer: what it does to a weight after the update.")
    curve: SampledCurve | None = None
    course: ScheduleCourse | None = None
    range: list[Number] = Field([], description="Of an activation: the lowest and the highest output.")
    places: list[Literal["hidden", "output"]] = Field([], description="Of an activation: the layers that can have it.")
    monotonic: bool = False
    zero_centered: bool = False
    saturates: Saturation | None = None
    output: str = Field("", description="Of a task: the usual output activation.")
    loss: str = Field("", description="Of a task: the usual loss.")
    outputs: list[str] = Field([], description="Of a loss: the output activations that it goes with.")
    columns: list[str] = Field([], description="Of a data set.")
    classes: int | None = Field(None, description="Of a data set: how many classes or labels it has.")
    samples: SampleBounds | None = None
    preview: PointsPreview | None = None
    map: FeatureMap | None = None
    share: bool = Field(False, description="Of a metric: whether it is a share, of which more is better.")
    what: Literal["weights", "neurons"] | None = Field(None, description="Of a criterion: what it prunes.")
    severity: Literal["critical", "warning"] | None = None
    exception: str = Field("", description="Of a finding: when it looks wrong but is not.")


class FamilyAnswer(Described):
    """One menu."""

    label: str
    help: str
    default: str | None
    entries: list[EntryAnswer]


class CatalogueAnswer(Described):
    """Everything that can be chosen."""

    version: str
    conventions: list[str]
    limits: dict[str, float]
    default_experiment: ExperimentData
    families: dict[str, FamilyAnswer]
