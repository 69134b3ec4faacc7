"""Diagnosis: what is wrong with a run, by which numbers it shows, the likely cause, and a change that helps.

A finding is never told from one number alone: most ask too whether the network has learnt less than there is to learn,
because what works needs no remedy. And where one follows from another, only the cause is told.
Each entry is one value; how it is seen stands in `breakdowns` and `shortfalls`.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from engine.catalogue import Entry, Family
from engine.insight import breakdowns, shortfalls
from engine.insight.evidence import Evidence
from engine.insight.remedies import Fix, fixes_of
from engine.insight.sightings import Sighting

if TYPE_CHECKING:
    from engine.trainer import Trainer

Severity = Literal["critical", "warning"]


@dataclass(frozen=True, kw_only=True)
class Ailment(Entry):
    """Something that can be wrong. `summary` is what it means, `exception` when it looks so and is none.

    `look(evidence)` says what it has seen, if anything. `explains` names what follows from it.
    """

    severity: Severity
    exception: str
    look: Callable[[Evidence], Sighting | None]
    explains: tuple[str, ...] = ()

    def as_data(self) -> dict[str, Any]:
        """This ailment for the catalogue."""
        return super().as_data() | {"severity": self.severity, "exception": self.exception}


@dataclass(frozen=True)
class Finding:
    """One thing that is wrong with a run. Layers count from 0, the output last; none means the whole network."""

    name: str
    label: str
    severity: Severity
    layers: list[int]
    evidence: dict[str, float]
    summary: str
    cause: str
    fixes: tuple[Fix, ...]


# What any breakdown brings with it.
STANDSTILL = ("learning_rate_too_low", "class_imbalance", "underfitting", "plateau")
NO_GRADIENT = ("dead_relus", "saturation", "vanishing_gradients")

FINDINGS: Family[Ailment] = Family(
    "finding",
    "What can be wrong with a run.",
    (
        Ailment(
            name="divergence",
            label="Divergence",
            summary="A number stopped being finite, and training ended there.",
            exception="There is no innocent form of it; but the weights kept are those of the step before.",
            source="LeCun, Bottou, Orr and Müller, 1998",
            severity="critical",
            look=breakdowns.divergence,
            explains=(
                "exploded_weights",
                "exploding_gradients",
                "learning_rate_too_high",
                "misfit_output",
                "overfitting",
                *NO_GRADIENT,
                *STANDSTILL,
            ),
        ),
        Ailment(
            name="exploded_weights",
            label="Exploded, but finite",
            summary="Weights have grown so large that units only know yes and no, though every number is finite.",
            exception="Where inputs are tiny, weights must be large.",
            source="Pascanu, Mikolov and Bengio, 2013",
            severity="critical",
            look=breakdowns.exploded_weights,
            explains=("exploding_gradients", "learning_rate_too_high", "overfitting", *NO_GRADIENT, *STANDSTILL),
        ),
        Ailment(
            name="batch_of_one",
            label="Batch normalization over one sample",
            summary="A layer is normalised over batches of one sample, which leaves nothing of it.",
            exception="When evaluating, running means are used, and a single sample is no harm.",
            source="Ioffe and Szegedy, 2015; Wu and He, 2018",
            severity="critical",
            look=breakdowns.batch_of_one,
            explains=("learning_rate_too_high", "overfitting", *NO_GRADIENT, *STANDSTILL),
        ),
        Ailment(
            name="identical_units",
            label="Identical units",
            summary="All units of a layer have the same weights, and will keep them: the layer is worth one unit.",
            exception="Equal weights into units do no harm if those out of them differ, nor where there is dropout.",
            source="Rumelhart, Hinton and Williams, 1986",
            severity="critical",
            look=breakdowns.identical_units,
            explains=("misfit_output", *NO_GRADIENT, *STANDSTILL),
        ),
        Ailment(
            name="unscaled_features",
            label="Unscaled inputs or targets",
            summary="Inputs, or the targets of a regression, differ widely in size, or are far from 1.",
            exception="Counts of the same thing, such as pixels, may differ in spread and yet be on one scale.",
            source="LeCun, Bottou, Orr and Müller, 1998",
            severity="warning",
            look=breakdowns.unscaled_features,
            explains=("misfit_output", "exploding_gradients", "learning_rate_too_high", *NO_GRADIENT, *STANDSTILL),
        ),
        Ailment(
            name="misfit_output",
            label="Output or loss that does not fit",
            summary="The output cannot say what the targets are, or training stands still under an unusual loss.",
            exception="Other pairs than the usual one work too: nothing is said as long as the network learns.",
            source="Bishop, 1995",
            severity="warning",
            look=shortfalls.misfit_output,
            explains=("saturation", "vanishing_gradients", *STANDSTILL),
        ),
        Ailment(
            name="exploding_gradients",
            label="Exploding gradients",
            summary="Gradients are so large that one update undoes all that was learnt.",
            exception="In the first steps gradients are larger than later; only extreme ones are told there.",
            source="Pascanu, Mikolov and Bengio, 2013",
            severity="critical",
            look=breakdowns.exploding_gradients,
            explains=("learning_rate_too_high", "saturation", *STANDSTILL),
        ),
        Ailment(
            name="learning_rate_too_high",
            label="Learning rate too high",
            summary="The loss jumps about or rises, because each update goes too far.",
            exception="Small batches make the loss uneven as well; what counts is that it does not fall.",
            source="LeCun, Bottou, Orr and Müller, 1998",
            severity="warning",
            look=shortfalls.learning_rate_too_high,
            explains=("overfitting", *NO_GRADIENT, *STANDSTILL),
        ),
        Ailment(
            name="dead_relus",
            label="Dead units",
            summary="Units whose sum is below zero for every sample: the derivative is 0, and they never learn again.",
            exception="A few dead units in a network that learns well are only spare ones.",
            source="Maas, Hannun and Ng, 2013; Lu, Shin, Su and Karniadakis, 2019",
            severity="critical",
            look=breakdowns.dead_relus,
            explains=("vanishing_gradients", *STANDSTILL),
        ),
        Ailment(
            name="saturation",
            label="Saturated units",
            summary="Nearly all sums lie where the activation is flat, so that hardly any gradient passes.",
            exception="Units of a network that has learnt well are saturated because they are sure.",
            source="Glorot and Bengio, 2010",
            severity="warning",
            look=breakdowns.saturation,
            explains=("vanishing_gradients", *STANDSTILL),
        ),
        Ailment(
            name="vanishing_gradients",
            label="Vanishing gradients",
            summary="The gradient dies away on its way back: the first layers hardly change, whatever the last learn.",
            exception="All gradients are small once the network has learnt; here it has not, and only the first are.",
            source="Hochreiter, 1991; Bengio, Simard and Frasconi, 1994",
            severity="critical",
            look=breakdowns.vanishing_gradients,
            explains=STANDSTILL,
        ),
        Ailment(
            name="learning_rate_too_low",
            label="Learning rate too low",
            summary="The loss falls steadily, but so slowly that training would take many times as long.",
            exception="Updates get short as well when the network has learnt all there is.",
            source="Bengio, 2012",
            severity="warning",
            look=shortfalls.learning_rate_too_low,
            explains=("class_imbalance", "underfitting", "plateau"),
        ),
        Ailment(
            name="class_imbalance",
            label="Class imbalance",
            summary="The network hardly ever answers with a rare class, since the common one is right so often.",
            exception="Where the classes overlap, to say the common one may be the best answer there is.",
            source="He and Garcia, 2009",
            severity="warning",
            look=shortfalls.class_imbalance,
            explains=("underfitting", "plateau"),
        ),
        Ailment(
            name="overfitting",
            label="Overfitting",
            summary="The network does much better on the samples it has seen than on others like them.",
            exception="A small test part is off by chance: only a difference of three standard errors counts.",
            source="Geman, Bienenstock and Doursat, 1992",
            severity="warning",
            look=shortfalls.overfitting,
        ),
        Ailment(
            name="underfitting",
            label="Underfitting",
            summary="The network is too simple, or held back too much, for what there is to learn.",
            exception="Where labels are wrong or classes overlap, no network can be right: nearest neighbours tell.",
            source="Geman, Bienenstock and Doursat, 1992; Cover and Hart, 1967, on neighbours",
            severity="warning",
            look=shortfalls.underfitting,
            explains=("plateau",),
        ),
        Ailment(
            name="plateau",
            label="Plateau",
            summary="The loss has stood still for long, far above where it could be.",
            exception="A loss that stands still because all is learnt has converged.",
            source="Dauphin et al., 2014",
            severity="warning",
            look=shortfalls.plateau,
        ),
    ),
)


def diagnose(trainer: "Trainer") -> list[Finding]:
    """What is wrong with a run, the worst first; nothing if it is healthy. It looks, and changes nothing."""
    with np.errstate(all="ignore"):  # where numbers have exploded, what is made of them may be infinite
        evidence = Evidence(trainer)
        seen = [(entry, sighting) for entry in FINDINGS.values() if (sighting := entry.look(evidence))]
        explained = {name for entry, _ in seen for name in entry.explains}
        findings = [
            Finding(
                entry.name,
                entry.label,
                entry.severity,
                sighting.layers,
                sighting.evidence,
                sighting.summary,
                sighting.cause,
                fixes_of(evidence.experiment, sighting.remedies),
            )
            for entry, sighting in seen
            if entry.name not in explained
        ]
    return sorted(findings, key=lambda finding: finding.severity != "critical")
