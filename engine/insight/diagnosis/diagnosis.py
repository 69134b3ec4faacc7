"""Diagnosis: what is wrong with a run, by which numbers it shows, the likely cause, and a change that helps.

No finding rests on one number alone: most also ask whether the network has learned less than it could, because what
works needs no fix. Where one finding follows from another, only the cause is reported.
Each entry is one value; `failures` and `fit` detect them.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from engine.components.registry import Entry, Family
from engine.insight.diagnosis import failures, fit
from engine.insight.diagnosis.detection import Detection
from engine.insight.diagnosis.evidence import Evidence, Score
from engine.insight.diagnosis.fixes import Fix, fixes_of
from engine.insight.results import Number, PartName, explained

if TYPE_CHECKING:
    from engine.training.trainer import Trainer

Severity = Literal["critical", "warning"]


@dataclass(frozen=True, kw_only=True)
class FindingKind(Entry):
    """Something that can be wrong. `summary` is what it means, `exception` when it looks wrong but is not.

    `look(evidence)` returns what it detected, if anything. `explains` names what follows from it.
    """

    severity: Severity
    exception: str
    look: Callable[[Evidence], Detection | None]
    explains: tuple[str, ...] = ()

    def as_data(self) -> dict[str, Any]:
        """This kind of finding for the catalogue."""
        return super().as_data() | {"severity": self.severity, "exception": self.exception}


@dataclass(frozen=True)
class Diagnosis:
    """What was found, the worst first, and how good the answers for each part are."""

    findings: list["Finding"]
    scores: dict[PartName, Score] = explained("By part, where there is such a part.")
    falls_short: bool = explained("Whether it has learned clearly less than nearest neighbors know.")


@dataclass(frozen=True)
class Finding:
    """One thing that is wrong with a run. What its name means is an entry of the family `finding`."""

    name: str
    label: str
    severity: Severity
    layers: list[int] = explained("Where: from 0, the output last; none at all means the whole network.")
    evidence: dict[str, Number] = explained("The numbers by which it shows.")
    summary: str = explained("These numbers in a sentence.")
    cause: str = explained("The likely cause.")
    fixes: tuple[Fix, ...] = explained("What helps, the likeliest first.")


# What any failure brings with it.
STANDSTILL = ("learning_rate_too_low", "class_imbalance", "excessive_regularization", "underfitting", "plateau")
NO_GRADIENT = ("dead_relus", "saturation", "vanishing_gradients")

FINDINGS: Family[FindingKind] = Family(
    "finding",
    "What can be wrong with a run.",
    (
        FindingKind(
            name="divergence",
            label="Divergence",
            summary="A number in the network became infinite or undefined, and training stopped.",
            exception="Divergence is never harmless, but the last finite weights are kept.",
            source="LeCun, Bottou, Orr and Müller, 1998",
            severity="critical",
            look=failures.divergence,
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
        FindingKind(
            name="exploded_weights",
            label="Exploded weights",
            summary="Weights have grown so large that units are always fully on or off, though still finite.",
            exception="Tiny inputs need large weights.",
            source="Pascanu, Mikolov and Bengio, 2013",
            severity="critical",
            look=failures.exploded_weights,
            explains=(
                "exploding_gradients",
                "learning_rate_too_high",
                "overfitting",
                "lagging_statistics",
                *NO_GRADIENT,
                *STANDSTILL,
            ),
        ),
        FindingKind(
            name="batch_of_one",
            label="Batch normalization with a batch of one",
            summary="A layer is normalized over batches of a single sample, which erases its values.",
            exception="Evaluation uses moving averages, so a single sample does no harm.",
            source="Ioffe and Szegedy, 2015; Wu and He, 2018",
            severity="critical",
            look=failures.batch_of_one,
            explains=("learning_rate_too_high", "overfitting", "lagging_statistics", *NO_GRADIENT, *STANDSTILL),
        ),
        FindingKind(
            name="lagging_statistics",
            label="Moving statistics lag behind",
            summary="Batch normalization evaluates with moving averages that have not caught up with the network.",
            exception="In the first few epochs this is normal, and it goes away by itself.",
            source="Ioffe and Szegedy, 2015",
            severity="warning",
            look=failures.lagging_statistics,
            explains=(
                "exploding_gradients",
                "learning_rate_too_high",
                "misfit_output",
                "overfitting",
                "runaway_test_loss",
                *NO_GRADIENT,
                *STANDSTILL,
            ),
        ),
        FindingKind(
            name="identical_units",
            label="Identical units",
            summary="All units in a layer have the same weights and always will: the layer works like a single unit.",
            exception="Equal incoming weights do no harm if the outgoing ones differ, or if there is dropout.",
            source="Rumelhart, Hinton and Williams, 1986",
            severity="critical",
            look=failures.identical_units,
            explains=("misfit_output", *NO_GRADIENT, *STANDSTILL),
        ),
        FindingKind(
            name="unscaled_features",
            label="Unscaled inputs or targets",
            summary="The inputs or regression targets differ widely in scale, or are far from 1.",
            exception="Values of the same kind, such as pixels, can differ in spread and still share one scale.",
            source="LeCun, Bottou, Orr and Müller, 1998",
            severity="warning",
            look=failures.unscaled_features,
            explains=("misfit_output", "exploding_gradients", "learning_rate_too_high", *NO_GRADIENT, *STANDSTILL),
        ),
        FindingKind(
            name="misfit_output",
            label="Output or loss does not fit the task",
            summary="The output cannot reach the targets, or training has stalled with an unusual loss.",
            exception="Unusual combinations can work too, so this is not reported while the network is learning.",
            source="Bishop, 1995",
            severity="warning",
            look=fit.misfit_output,
            explains=("saturation", "vanishing_gradients", *STANDSTILL),
        ),
        FindingKind(
            name="exploding_gradients",
            label="Exploding gradients",
            summary="Gradients are so large that a single update undoes what was learned.",
            exception="Gradients are larger in the first steps, so only extreme ones are reported there.",
            source="Pascanu, Mikolov and Bengio, 2013",
            severity="critical",
            look=failures.exploding_gradients,
            explains=("learning_rate_too_high", "saturation", *STANDSTILL),
        ),
        FindingKind(
            name="learning_rate_too_high",
            label="Learning rate too high",
            summary="The loss jumps around or rises, because each update goes too far.",
            exception="Small batches make the loss noisy too; what matters is that it does not fall.",
            source="LeCun, Bottou, Orr and Müller, 1998",
            severity="warning",
            look=fit.learning_rate_too_high,
            explains=("overfitting", "lagging_statistics", *NO_GRADIENT, *STANDSTILL),
        ),
        FindingKind(
            name="dead_relus",
            label="Dead units",
            summary="The inputs of these units are below zero for every sample, so their gradient is 0.",
            exception="A few dead units in a network that learns well do no harm.",
            source="Maas, Hannun and Ng, 2013; Lu, Shin, Su and Karniadakis, 2019",
            severity="critical",
            look=failures.dead_relus,
            explains=("vanishing_gradients", *STANDSTILL),
        ),
        FindingKind(
            name="saturation",
            label="Saturated units",
            summary="Most units are where the activation is flat, so almost no gradient gets through.",
            exception="In a network that has learned well, saturated units are simply confident.",
            source="Glorot and Bengio, 2010",
            severity="warning",
            look=failures.saturation,
            explains=("vanishing_gradients", *STANDSTILL),
        ),
        FindingKind(
            name="vanishing_gradients",
            label="Vanishing gradients",
            summary="The gradient shrinks on its way back, so the first layers barely change.",
            exception="All gradients are small once the network has learned; here only the first layers' are.",
            source="Hochreiter, 1991; Bengio, Simard and Frasconi, 1994",
            severity="critical",
            look=failures.vanishing_gradients,
            explains=STANDSTILL,
        ),
        FindingKind(
            name="learning_rate_too_low",
            label="Learning rate too low",
            summary="The loss falls steadily, but so slowly that training would take many times longer.",
            exception="Updates also get smaller once the network has learned all it can.",
            source="Bengio, 2012",
            severity="warning",
            look=fit.learning_rate_too_low,
            explains=("class_imbalance", "excessive_regularization", "underfitting", "plateau"),
        ),
        FindingKind(
            name="class_imbalance",
            label="Class imbalance",
            summary="The network almost never predicts a rare class, because the common one is right so often.",
            exception="Where classes overlap, predicting the common one may be the best possible choice.",
            source="He and Garcia, 2009",
            severity="warning",
            look=fit.class_imbalance,
            explains=("underfitting", "plateau"),
        ),
        FindingKind(
            name="overfitting",
            label="Overfitting",
            summary="The network does much better on its training samples than on new ones.",
            exception="A small test set varies by chance: only a gap of three standard errors counts.",
            source="Geman, Bienenstock and Doursat, 1992",
            severity="warning",
            look=fit.overfitting,
        ),
        FindingKind(
            name="runaway_test_loss",
            label="Inputs far outside the training range",
            summary="The loss on new samples explodes although training went well: some inputs are unlike any seen.",
            exception="A few unusual samples that are still predicted correctly do no harm.",
            source="Barnard and Wessels, 1992",
            severity="critical",
            look=fit.runaway_test_loss,
            explains=("overfitting",),
        ),
        FindingKind(
            name="excessive_regularization",
            label="Too much regularization",
            summary="Penalties, dropout or noise keep the network from fitting even its training data.",
            exception="Some of it costs training accuracy and still helps on new data: only a large loss counts.",
            source="Srivastava, Hinton, Krizhevsky, Sutskever and Salakhutdinov, 2014",
            severity="warning",
            look=fit.excessive_regularization,
            explains=("underfitting", "plateau", "class_imbalance"),
        ),
        FindingKind(
            name="underfitting",
            label="Underfitting",
            summary="The network is too simple for these data.",
            exception="With wrong labels or overlapping classes, no network can be perfect, so nearest neighbors "
            "set the standard.",
            source="Geman, Bienenstock and Doursat, 1992; Cover and Hart, 1967, on neighbors",
            severity="warning",
            look=fit.underfitting,
            explains=("plateau",),
        ),
        FindingKind(
            name="plateau",
            label="Plateau",
            summary="The loss has not moved for a long time and is far above what is possible.",
            exception="A loss that stays level because everything is learned has converged.",
            source="Dauphin et al., 2014",
            severity="warning",
            look=fit.plateau,
        ),
    ),
)


def diagnose(trainer: "Trainer") -> list[Finding]:
    """What is wrong with a run, the worst first; nothing if it is healthy. It looks, and changes nothing."""
    return examine(trainer).findings


def examine(trainer: "Trainer") -> Diagnosis:
    """The findings of a run, and the scores by which a later diagnosis tells whether a fix has helped."""
    with np.errstate(all="ignore"):  # where numbers have exploded, what is made of them may be infinite
        evidence = Evidence(trainer)
        seen = [(entry, detection) for entry in FINDINGS.values() if (detection := entry.look(evidence))]
        explained = {name for entry, _ in seen for name in entry.explains}
        findings = [
            Finding(
                entry.name,
                entry.label,
                entry.severity,
                detection.layers,
                detection.evidence,
                detection.summary,
                detection.cause,
                fixes_of(evidence.experiment, detection.fixes),
            )
            for entry, detection in seen
            if entry.name not in explained
        ]
        findings.sort(key=lambda finding: finding.severity != "critical")
        return Diagnosis(findings, evidence.scores(), bool(evidence.step) and evidence.falls_short)
