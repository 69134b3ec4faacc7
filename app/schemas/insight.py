"""What is found inside a network, as it travels: the engine's results, and which moment they are of."""

from dataclasses import dataclass

from app.schemas.responses import Moment, SessionAnswer
from engine.insight.ablation import AblationCost, RankingResult
from engine.insight.diagnosis.diagnosis import Diagnosis
from engine.insight.distributions import LayerDistributions, LayerSpread, MomentDistributions, UnitHistogram
from engine.insight.evaluation import PartEvaluation
from engine.insight.pruning.pruning import PrunedSize, TradeoffPoint
from engine.insight.results import Covered, Number, PartName, explained
from engine.insight.trace import Trace


@dataclass(frozen=True, kw_only=True)
class TraceAnswer(Trace, Moment):
    """One sample forward, its error back, the update, and the sample once more."""


@dataclass(frozen=True, kw_only=True)
class DistributionsAnswer(Covered, Moment):
    """Hidden layers in order, the output layer last."""

    layers: list[LayerDistributions]


@dataclass(frozen=True, kw_only=True)
class CourseAnswer(Moment):
    """The distributions along a run, oldest first."""

    moments: list[MomentDistributions]


@dataclass(frozen=True, kw_only=True)
class UnitsAnswer(Covered, Moment):
    """One for each unit of a layer; in a maxout layer one for each piece of each."""

    name: str
    units: list[UnitHistogram]


@dataclass(frozen=True, kw_only=True)
class SpreadAnswer:
    """How activations and errors spread from layer to layer in a network that has not begun to learn."""

    layers: list[LayerSpread]


@dataclass(frozen=True, kw_only=True)
class EvaluationAnswer(Moment):
    """How good the predictions are, part by part."""

    classes: list[str] | None
    parts: dict[PartName, PartEvaluation]


@dataclass(frozen=True, kw_only=True)
class AblationAnswer(AblationCost, Moment):
    """What it costs to switch something off."""


@dataclass(frozen=True, kw_only=True)
class RankingAnswer(RankingResult, Moment):
    """What matters most, the costliest first."""


@dataclass(frozen=True, kw_only=True)
class DiagnosisAnswer(Diagnosis, Moment):
    """What is wrong with a run, the worst first; consequences of what is named are left out."""

    healthy: bool


@dataclass(frozen=True, kw_only=True)
class TimedSize(PrunedSize):
    """And how long it takes."""

    inference_us: Number = explained("Measured, for one sample among many.")


@dataclass(frozen=True, kw_only=True)
class PruneReport:
    """What pruning did."""

    samples: dict[PartName, int] = explained(
        "Of each part, over how many samples: all, or a fixed draw of 2,000 where that takes too long."
    )
    before: TimedSize
    after: TimedSize
    steps: list[PrunedSize]
    stopped: str | None = explained("Why it ended early, in words.")


@dataclass(frozen=True, kw_only=True)
class PruneAnswer:
    """The report, and the session with the pruned network; in a preview it is as it was."""

    report: PruneReport
    session: SessionAnswer


@dataclass(frozen=True, kw_only=True)
class TradeoffAnswer(Moment):
    """The trade-off, without training in between."""

    criterion: str
    samples: dict[PartName, int] = explained(
        "Of each part, over how many samples: all, or a fixed draw of 2,000 where that takes too long."
    )
    points: list[TradeoffPoint]
