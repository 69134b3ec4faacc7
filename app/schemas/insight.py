"""The shapes of what is found inside a network, for the API's documentation (see `responses`)."""

from typing import Any, Literal

from pydantic import BaseModel, Field

from app.schemas.responses import Measures, Moment, Number, PartName, SessionAnswer

Numbers = list[Number]
Rows = list[Numbers]
Quality = dict[str, Measures]


class NormalizationAnswer(BaseModel):
    """How batch normalization moved a layer's numbers."""

    position: Literal["before", "after"]
    means: Numbers
    deviations: Numbers = Field(description="The square root of variance + epsilon.")
    normalized: Numbers
    scaled: Numbers


class TracedLayer(BaseModel):
    """One layer on the way forward and back; parameters, gradients and what becomes of them are by name."""

    name: str
    activation: str
    inputs: Numbers = Field(description="What enters, after dropout.")
    kept: Numbers | None = Field(description="What dropout multiplied each input with.")
    parameters: dict[str, Rows | Numbers]
    arguments: dict[str, dict[str, Number]] = Field(description="The other numbers in this layer's formulas.")
    mask: dict[str, Rows | Numbers] | None = Field(description="0 for parameters that stay 0 for good.")
    pre_activations: Numbers
    normalization: NormalizationAnswer | None
    slopes: Numbers | None = Field(description="Of an activation whose slope differs from unit to unit.")
    activations: Numbers
    outputs: Numbers
    derivatives: Numbers | None
    errors: Numbers | None = Field(description="dL/da; null where loss and activation are taken together.")
    deltas: Numbers = Field(description="dL/dz.")
    gradients: dict[str, Rows | Numbers] = Field(description="Of the data loss.")
    total_gradients: dict[str, Rows | Numbers] = Field(
        description="With the smooth part of the penalty, and clipped: what the optimizer gets."
    )
    shrinkage: Number = Field(description="How far an L1 penalty moves each weight toward 0 after the update.")
    memory: dict[str, dict[str, Rows | Numbers]] = Field(
        description="What the optimizer remembers before the update, by the names in its formula."
    )
    memory_after: dict[str, dict[str, Rows | Numbers]]
    updated: dict[str, Rows | Numbers]
    again: Numbers = Field(description="The outputs after the update.")


class TraceAnswer(Moment):
    """One sample forward, its error back, the update, and the sample once more."""

    part: PartName
    sample: int
    mode: Literal["training", "evaluation"]
    point: Numbers
    columns: list[str]
    features: list[str]
    inputs: Numbers
    noise: Numbers | None = Field(description="What is added to the inputs.")
    target: Number | Numbers
    wanted: Numbers = Field(description="What the outputs should be.")
    weight: Number
    layers: list[TracedLayer]
    loss: Number
    loss_again: Number
    penalty: Number
    learning_rate: Number
    arguments: dict[str, dict[str, Number]] = Field(
        description="Other numbers in the formulas of the targets, the loss, the schedule, clipping and the update: "
        "in the schedule's formula t is the time in epochs, in the update's it is `step`, the number of this update."
    )
    formulas: dict[str, Any] = Field(
        description="KaTeX of every kind of number; null where nothing is computed. i counts what enters a layer, "
        "j its units, k the outputs or the sums of a maxout unit. e is an error, the delta of z is dL/dz, h what is "
        "normalized, r 1 for what dropout keeps and 0 for the rest. A hidden unit's error comes from the layer above."
    )


class Histogram(BaseModel):
    """How often numbers fall into equal bins from low to high; quantiles are 0, 5, 25, 50, 75, 95 and 100 %."""

    low: Number
    high: Number
    counts: list[int]
    mean: Number
    std: Number
    quantiles: Numbers
    not_finite: int


class LayerDistributions(BaseModel):
    """The histograms of one layer."""

    name: str
    weights: Histogram
    pre_activations: Histogram
    activations: Histogram
    gradients: Histogram
    errors: Histogram


SAMPLES = Field(description="How many samples were looked at: all, or a fixed draw of 2,000 where that takes too long.")
ALL = Field(description="How many samples the part has.")


class DistributionsAnswer(Moment):
    """Hidden layers in order, the output layer last."""

    samples: int = SAMPLES
    all: int = ALL
    layers: list[LayerDistributions]


class MomentDistributions(BaseModel):
    """The distributions at one epoch."""

    step: int
    epoch: float
    layers: list[LayerDistributions]


class CourseAnswer(Moment):
    """The distributions along a run, oldest first."""

    moments: list[MomentDistributions]


class UnitHistogram(BaseModel):
    """How often a unit's activation gets sums in equal bins from low to high."""

    low: float
    high: float
    counts: list[int]


class UnitsAnswer(Moment):
    """One for each unit of a layer; in a maxout layer one for each piece of each."""

    samples: int = SAMPLES
    all: int = ALL
    name: str
    units: list[UnitHistogram]


class LayerSpread(BaseModel):
    """Standard deviations over the training samples, and the length of the gradient."""

    name: str
    activations: Number
    errors: Number
    gradient: Number


class SpreadAnswer(BaseModel):
    """How activations and errors spread from layer to layer in a network that has not begun to learn."""

    layers: list[LayerSpread]


class RocAnswer(BaseModel):
    """The ROC curve: both rates as the threshold falls."""

    false_positive_rate: list[float]
    true_positive_rate: list[float]


class ClassAnswer(BaseModel):
    """One class, or label, against the rest."""

    name: str
    support: int = Field(description="How many samples belong to the class.")
    predicted: int = Field(description="How many samples were predicted as this class.")
    true_positives: int
    precision: Number
    recall: Number
    f1: Number
    roc: RocAnswer
    auc: Number


class CalibrationAnswer(BaseModel):
    """In ten bins of confidence: the mean confidence, and the share of predictions that are correct."""

    counts: list[int]
    confidence: Numbers
    accuracy: Numbers
    error: Number


class RegressionAnswer(BaseModel):
    """How far predictions are from targets, in the target's unit."""

    mean_absolute_error: Number
    root_mean_squared_error: Number
    r2: Number
    bias: Number
    residuals: Histogram
    targets: Numbers
    predictions: Numbers


class PartEvaluation(BaseModel):
    """One part of the data."""

    samples: int = SAMPLES
    all: int = ALL
    measures: Measures
    confusion: list[list[int]] | None = Field(None, description="Row: true class; column: predicted class.")
    classes: list[ClassAnswer] | None = None
    calibration: CalibrationAnswer | None = None
    regression: RegressionAnswer | None = None


class EvaluationAnswer(Moment):
    """How good the predictions are, part by part."""

    classes: list[str] | None
    parts: dict[str, PartEvaluation]


class AblationCost(Moment):
    """What it costs to switch something off."""

    part: PartName
    samples: int = SAMPLES
    all: int = ALL
    before: Measures
    after: Measures


class RankedPart(BaseModel):
    """What is left without this part, and by how much the loss grows."""

    kind: Literal["feature", "layer", "unit", "connection"]
    layer: int | None
    unit: int | None
    input: int | None
    name: str
    after: Measures
    cost: Number


class RankingAnswer(Moment):
    """What matters most, the costliest first."""

    part: PartName
    samples: int = SAMPLES
    all: int = ALL
    before: Measures
    parts: list[RankedPart]


class SizeAnswer(BaseModel):
    """How large and how good a network is."""

    units: int
    parameters: int
    nonzero: int
    bytes: int
    sparse_bytes: int
    flops: int
    effective_flops: int
    measures: Quality


class TimedSize(SizeAnswer):
    """And how long it takes."""

    inference_us: Number = Field(description="Measured, for one sample among many.")


class PruneStep(SizeAnswer):
    """After one step and its training."""

    undone: bool = False


class PruneReport(BaseModel):
    """What pruning did."""

    samples: dict[str, int] = Field(
        description="Of each part, over how many samples: all, or a fixed draw of 2,000 where that takes too long."
    )
    before: TimedSize
    after: TimedSize
    steps: list[PruneStep]
    stopped: str | None = Field(description="Why it ended early, in words.")


class PruneAnswer(BaseModel):
    """The report, and the session with the pruned network; in a preview it is as it was."""

    report: PruneReport
    session: SessionAnswer


class TradeoffPoint(BaseModel):
    """What is left of the quality when a share is pruned."""

    fraction: float
    measures: Quality


class TradeoffAnswer(Moment):
    """The trade-off, without training in between."""

    criterion: str
    samples: dict[str, int] = Field(
        description="Of each part, over how many samples: all, or a fixed draw of 2,000 where that takes too long."
    )
    points: list[TradeoffPoint]
