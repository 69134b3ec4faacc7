"""Fit: what keeps a network from learning as well as it could, and how the evidence shows it.

A loss says little by itself, so these ask first whether the network has learned less than there is to learn, or has
memorized what it should have understood. Each function returns what it detected, or None.
"""

import numpy as np

from engine.components.activations import ACTIVATIONS
from engine.components.losses import LOSSES
from engine.components.tasks import TASKS
from engine.insight.diagnosis import fixes
from engine.insight.diagnosis.detection import Detection, slower
from engine.insight.diagnosis.evidence import UNEVEN, Evidence

# An update's length over that of the weights: 0.001 is usual, and a hundredth of that or less crawls.
LONG_STEP, SHORT_STEP, NO_STEP = 0.01, 3e-4, 1e-6
RESTLESS = 0.05  # by so much the loss changes from row to row; ordinary runs that are not yet good stay under it
GAP_SEEN, GAP = 0.2, 0.5  # of a constant answer's error, where the loss on samples never seen has risen, and where not
OFF_BY_CHANCE = 3  # standard errors
FAR_OUTSIDE, EXPLODED_LOSS = 3.0, 30.0  # widths of the training range; times the training loss
FEWEST_EPOCHS = 20  # of patience; more where the loss was best late, or a run would end before it has begun to learn
MUCH_GROWTH = 4  # of the weights until the network is good; dropout then costs more than it gives
STRONGEST_L2 = 0.01  # helps wherever good weights are short; what needs long ones is ruined by it, see `growth`


def misfit_output(evidence: Evidence) -> Detection | None:
    experiment = evidence.experiment
    activation, loss, task = experiment.output.activation, experiment.loss, TASKS[evidence.task]
    low, high = ACTIVATIONS.of(activation).range
    outside = np.zeros(evidence.t.shape, bool)
    if evidence.task == "regression":
        outside |= evidence.t < low if low is not None else False
        outside |= evidence.t > high if high is not None else False
    share = float(outside.mean())
    if share <= 0.01 and not (evidence.stalled and (activation.name, loss.name) != (task.output, task.loss)):
        return None
    if share > 0.01:
        label = ACTIVATIONS.of(activation).label
        summary = f"{share:.0%} of the targets are outside the range of {label}, {low} to {high}."
        cause = "The output can never reach these targets, whatever the network learns."
    else:
        told = [note.message for note in evidence.notes if note.field in ("output.activation", "loss")]
        summary = " ".join(told) or f"The usual loss for {task.name} tasks is {task.loss}; this is {loss.name}."
        cause = LOSSES.of(loss).hazard
    numbers = {"targets_out_of_range": share, "skill": evidence.skill}
    return Detection([evidence.hidden], numbers, summary, cause, [fixes.of_the_task(experiment)])


def learning_rate_too_high(evidence: Evidence) -> Detection | None:
    loss = evidence.rows("train_loss")
    risen = len(loss) >= 3 and loss[-3:].min() > 1.5 * loss[0]
    restless = evidence.count >= 20 and evidence.roughness > RESTLESS and evidence.progress < 0.1
    if evidence.straight:  # its best weights may be near 0, so that any step is long
        restless = False
    if (
        evidence.smothered
        or not (risen or restless)
        or not evidence.falls_short
        or not evidence.update_ratio > LONG_STEP
    ):
        return None
    flat = np.concatenate([evidence.typical("saturated")[:-1], evidence.typical("dead")[:-1]])
    spoilt = bool((flat > 0.7).any())
    numbers = {
        "learning_rate": evidence.learning_rate,
        "roughness": evidence.roughness,
        "progress": evidence.progress,
        "update_ratio": evidence.update_ratio,
    }
    summary = (
        f"The training loss jumps by {evidence.roughness:.0%} from one measurement to the next and does not fall. Each "
        f"update changes the weights by {evidence.update_ratio:.1%}."
    )
    return Detection(
        [],
        numbers,
        summary,
        "The steps are too large: each update jumps over the minimum"
        + (", and some have pushed units to where they no longer learn." if spoilt else "."),
        [slower(evidence, anew=spoilt)],
    )


def learning_rate_too_low(evidence: Evidence) -> Detection | None:
    if evidence.count < 10 or not evidence.falls_short or evidence.smothered:
        return None
    experiment, ratio = evidence.experiment, evidence.update_ratio
    given, usual = float(experiment.optimizer.learning_rate), evidence.usual_rate
    loss = evidence.rows("train_loss", evidence.window)
    falling = float(np.mean(np.diff(loss) < 0))
    alive = float(evidence.gradients[-1].max()) > 1e-6
    spent = given > 0 and evidence.learning_rate < 1e-3 * given
    crawling = ratio < SHORT_STEP and falling > 0.8 and evidence.progress < 0.2
    if not (crawling or (alive and (spent or ratio < NO_STEP))):
        return None
    numbers = {"learning_rate": evidence.learning_rate, "update_ratio": ratio, "progress": evidence.progress}
    fallen = f"The loss recently fell by only {evidence.progress:.2%}; "
    if spent:
        return Detection(
            [],
            numbers,
            f"The schedule has lowered the learning rate from {given:g} to {evidence.learning_rate:.2g}.",
            "Training has effectively ended before the network learned what the data can teach it.",
            [fixes.constant_rate(experiment), fixes.adaptive(experiment)],
        )
    wanted = given * float(np.clip(2e-3 / max(ratio, 1e-9), 3, 1e6))
    return Detection(
        [],
        numbers,
        fallen + f"each update changes the weights by a factor of {ratio:.1g}, where 0.001 is typical.",
        "The steps are so small that training would take many times as many epochs.",
        [
            fixes.with_rate(experiment, usual if given < usual else min(wanted, 30 * usual)),
            fixes.adaptive(experiment),
        ],
    )


def class_imbalance(evidence: Evidence) -> Detection | None:
    experiment, train = evidence.experiment, evidence.parts["train"]
    if evidence.task not in ("binary", "multiclass") or experiment.class_weight or evidence.count < 10:
        return None
    truth = evidence.labels(train.t)
    answers = evidence.labels(train.outputs)
    counts = np.bincount(evidence.targets.astype(np.int64))
    recall = {
        index: float(np.mean(answers[truth == index] == index))
        for index in range(len(counts))
        if np.count_nonzero(truth == index) >= 5
    }
    common = int(counts.argmax())
    rare = [index for index in recall if counts[index] * UNEVEN <= counts[common] and recall[index] < 0.5]
    if not rare or recall[common] < 0.8:
        return None
    worst = min(rare, key=lambda index: recall[index])
    numbers = {
        "common_count": float(counts[common]),
        "rare_count": float(counts[worst]),
        "common_recall": recall[common],
        "rare_recall": recall[worst],
    }
    names = evidence.classes
    summary = (
        f"{names[common]} has {counts[common]} training samples, {recall[common]:.0%} of them predicted correctly; "
        f"{names[worst]} has {counts[worst]}, {recall[worst]:.0%} of them correctly."
    )
    return Detection(
        [evidence.hidden],
        numbers,
        summary,
        "Always predicting the common class costs little, because the rare one seldom comes up. Accuracy hides this.",
        [fixes.balanced(experiment)],
    )


def overfitting(evidence: Evidence) -> Detection | None:
    part = evidence.held_out
    if part is None or evidence.count < 10 or not evidence.baseline:
        return None
    seen, held = (evidence.errors(evidence.parts[name].outputs, evidence.parts[name].t) for name in ("train", part))
    gap = float(held.mean() - seen.mean())
    noise = float(np.sqrt(seen.var() / len(seen) + held.var() / len(held)))
    loss = evidence.rows(f"{part}_loss")
    smooth = np.median(np.lib.stride_tricks.sliding_window_view(loss, 5), axis=1)
    best, now = float(smooth.min()), float(smooth[-1])
    risen = now > 1.2 * best
    if gap < OFF_BY_CHANCE * noise or gap < (GAP_SEEN if risen else GAP) * evidence.baseline:
        return None
    numbers = {
        "train_error": float(seen.mean()),
        f"{part}_error": float(held.mean()),
        "noise": noise,
        f"{part}_loss": now,
        f"best_{part}_loss": best,
        "best_epoch": float(evidence.rows("epoch")[int(smooth.argmin()) + 2]),
    }
    summary = (
        f"The {part} error is {held.mean():.3g} and the training error {seen.mean():.3g}, a difference of "
        f"{gap / max(noise, 1e-9):.0f} standard errors. The {part} loss is {now:.3g}; at its best it was {best:.3g}."
    )
    experiment = evidence.experiment
    return Detection(
        [],
        numbers,
        summary,
        f"The network has memorized its {evidence.sizes['train']} training samples, noise included: it is too large "
        "for so few samples, or was trained for too long.",
        [
            *fixes.with_more_data(experiment, 10),
            fixes.penalized(experiment, fixes.rounded(STRONGEST_L2 / evidence.growth)),
            fixes.stopped_early(experiment, int(max(numbers["best_epoch"], FEWEST_EPOCHS))),
            *([fixes.dropped_out(experiment, 0.3)] if evidence.growth < MUCH_GROWTH else []),
        ],
    )


def excessive_regularization(evidence: Evidence) -> Detection | None:
    """Told apart from a network that is too small or still learns: it is restrained, and no better than before."""
    steps = evidence.rows("step", evidence.window)
    long = len(steps) >= 20 and steps[-1] - steps[0] >= 150
    if not (evidence.held_back and long and evidence.falls_short) or evidence.straight:
        return None
    skills = evidence.skills[-evidence.window :]
    third = max(len(skills) // 3, 1)
    gained = float(np.median(skills[-third:]) - np.median(skills[:third]))
    if not evidence.stalled and (gained > 0.1 or not evidence.overbearing):
        return None
    experiment = evidence.experiment
    dropout = max(experiment.input.dropout, *(layer.dropout for layer in experiment.layers), 0.0)
    numbers = {"skill": evidence.skill, "reachable_skill": evidence.reachable, "dropout": dropout}
    numbers["penalty"] = float(evidence.rows("penalty")[-1])
    strongest = f"up to {dropout:.0%} of the units are dropped in each step" if dropout >= 0.3 else ""
    penalty = f"the penalty adds {numbers['penalty']:.2g} to the loss" if numbers["penalty"] else ""
    means = " and ".join(filter(None, (strongest, penalty))) or "noise is added to every input"
    return Detection(
        [],
        numbers,
        f"The network avoids {max(evidence.skill, 0):.0%} of the errors of a constant guess and is not improving, "
        f"while {means}.",
        "Regularization is too strong: it keeps the network from fitting even the training data.",
        [fixes.unrestrained(experiment)],
    )


def runaway_test_loss(evidence: Evidence) -> Detection | None:
    """One sample far from all that was learned from can make the loss explode, and is no overfitting."""
    for part in ("validation", "test"):
        if part not in evidence.parts or evidence.count < 5 or evidence.diverged:
            continue
        train, held = evidence.parts["train"].x, evidence.parts[part].x.astype(np.float64)
        low, high = train.min(axis=1, keepdims=True), train.max(axis=1, keepdims=True)
        span = np.where(high > low, high - low, np.maximum(np.abs(high), 1.0))
        beyond = np.maximum(low - held, held - high) / span  # in widths of the training range
        far = np.flatnonzero((beyond > FAR_OUTSIDE).any(axis=0))
        loss, seen = evidence.measured[part]["loss"], evidence.measured["train"]["loss"]
        bar = 3 * evidence.baseline if evidence.task == "regression" else 2.0
        told = evidence.mean_error(evidence.parts[part].outputs, evidence.parts[part].t, False)
        bad = (told if evidence.task == "regression" else loss) > bar
        exploded = bad and loss > EXPLODED_LOSS * max(seen, 0.01 * float(evidence.rows("train_loss")[0]))
        if not len(far) or not exploded or evidence.falls_short:
            continue
        worst = int(beyond.max(axis=1).argmax())
        share = float(beyond[worst].max())
        many = "1 sample has" if len(far) == 1 else f"{len(far)} samples have"
        return Detection(
            [],
            {f"{part}_loss": loss, "train_loss": seen, "far_samples": len(far), "widths_outside": share},
            f"The {part} loss is {loss:.3g}, the training loss {seen:.3g}. In the {part} data, {many} inputs far "
            f"outside the training range; {evidence.features[worst]} is off by up to {share:.3g} times that range.",
            "A network has learned nothing about inputs so far from its training data, and its predictions there "
            "can be "
            "arbitrarily wrong. Check these samples for mistakes, or train on data that cover them.",
            [fixes.activated(evidence.experiment, "tanh"), *fixes.split_differently(evidence.experiment)],
        )
    return None


def underfitting(evidence: Evidence) -> Detection | None:
    if not evidence.stalled:
        return None
    experiment = evidence.experiment
    units = [layer.units for layer in experiment.layers]
    numbers = {"skill": evidence.skill, "reachable_skill": evidence.reachable, "hidden_units": sum(units)}
    numbers["penalty"] = float(evidence.rows("penalty")[-1])
    if evidence.straight:
        cause = "Without a nonlinear activation in a hidden layer, the network can only draw a straight line."
        help = [fixes.bent(experiment, 8)]
    elif sum(units) <= 8 or min(units) <= 4:
        cause = (
            f"With {sum(units)} hidden unit{'s' if sum(units) > 1 else ''}, the network is too small for these data."
        )
        help = [fixes.widened(experiment, 16 if len(units) > 1 else 32)]
    else:
        return None
    return Detection([], numbers, _short(evidence), cause, help)


def plateau(evidence: Evidence) -> Detection | None:
    if not evidence.stalled:
        return None
    numbers = {
        "skill": evidence.skill,
        "reachable_skill": evidence.reachable,
        "progress": evidence.progress,
        "update_ratio": evidence.update_ratio,
    }
    experiment = evidence.experiment
    return Detection(
        [],
        numbers,
        _short(evidence),
        "The loss is nearly flat around the current weights. Steps of a different size or direction can help.",
        [fixes.adaptive(experiment), fixes.normalized(experiment), fixes.reseeded(experiment)],
    )


def _short(evidence: Evidence) -> str:
    """Says that training has stalled below what is possible."""
    rows = evidence.rows("epoch", evidence.window)
    others = f"; a nearest-neighbor classifier would avoid {max(evidence.reachable, 0):.0%}"
    return (
        f"Over the last {rows[-1] - rows[0]:.0f} epochs, the training loss changed by {abs(evidence.progress):.1%}. "
        f"The network avoids {max(evidence.skill, 0):.0%} of the errors of a constant guess"
        f"{others if evidence.has_neighbors else ''}."
    )
