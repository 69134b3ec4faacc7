"""Detection: what a check found, before it becomes a finding, and what several checks share."""

from collections.abc import Iterable
from dataclasses import dataclass

from engine.insight.diagnosis import fixes
from engine.insight.diagnosis.evidence import Evidence
from engine.insight.diagnosis.fixes import ProposedFix


@dataclass(frozen=True)
class Detection:
    """What was found: in which layers, the numbers, these in a sentence, the likely cause, and what helps.

    Layers count from 0, hidden ones first, the output last; none at all means the whole network.
    """

    layers: list[int]
    evidence: dict[str, float]
    summary: str
    cause: str
    fixes: Iterable[ProposedFix] = ()


def places(evidence: Evidence, layers: list[int]) -> str:
    """Layers in words."""
    names = ["the output layer" if index == evidence.hidden else f"layer {index + 1}" for index in layers]
    return " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)


def slower(evidence: Evidence, anew: bool = False) -> ProposedFix:
    """The learning rate that the optimizer has by default, or a tenth of the present one if that is hardly lower."""
    present, usual = float(evidence.experiment.optimizer.learning_rate), evidence.usual_rate
    return fixes.with_rate(evidence.experiment, usual if usual <= present / 2 else present / 10, anew)


def quick(evidence: Evidence) -> bool:
    """Whether the learning rate is far above what is usual."""
    return float(evidence.experiment.optimizer.learning_rate) >= 8 * evidence.usual_rate
