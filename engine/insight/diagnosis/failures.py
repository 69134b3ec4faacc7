"""Failures: what keeps a network from learning at all, and how the evidence shows it.

Numbers grow without bound or become nothing, on the way forward or on the way back. Each function returns
what it detected, or None; thresholds lie well between what ordinary runs show and what broken ones do.
"""

import numpy as np

from engine.components.activations import ACTIVATIONS
from engine.insight.diagnosis import fixes
from engine.insight.diagnosis.detection import Detection, places, quick, slower
from engine.insight.diagnosis.evidence import Evidence
from engine.insight.diagnosis.fixes import ProposedFix
from engine.training.trainer import EXPLODED_WEIGHT

LARGE_INPUT, SMALL_INPUT = 30.0, 0.01  # points on a plane are about 3 in size, their squares 15, tables 1
SATURATED = 0.7  # well-started networks begin with under a half, and end with two thirds at most
EXPLODING_AT_START, EXPLODING = 50.0, 2.0  # for each weight; a regression may begin with 20, and ends under 1
VANISHED_AT_START, VANISHED = 0.03, 0.1  # of the output layer's gradient; over 0.3 is usual
EQUAL = 1e-4  # of a layer's largest weight: what rounding may have set apart


def _unscaled_size(evidence: Evidence) -> float:
    """How large inputs, or a regression's targets, are at most; about 1 where they are standardized."""
    sizes = [*evidence.input_size.tolist(), *(evidence.target_size.tolist() if evidence.task == "regression" else [])]
    return max(sizes)


def _explosion(evidence: Evidence) -> tuple[str, list[ProposedFix]]:
    """Why numbers may have grown without bound, and what helps: the likeliest first."""
    experiment = evidence.experiment
    gentle, clip = slower(evidence, anew=True), fixes.clipped(experiment)
    usual = experiment.optimizer.learning_rate >= evidence.usual_rate
    if not experiment.dataset.standardize and _unscaled_size(evidence) > LARGE_INPUT:
        cause = (
            f"Inputs or targets of about {_unscaled_size(evidence):.3g} cause gradients as large: each step overshoots."
        )
        return cause, [fixes.standardized(experiment), gentle]
    if evidence.too_large:
        scale = max(evidence.starting_scale[evidence.too_large])
        cause = (
            f"The weights of {places(evidence, evidence.too_large)} started {scale:.3g} times larger than they should "
            "be for their number of inputs. Activations grow from layer to layer, and so do gradients on the way back."
        )
        restart = fixes.reinitialized(experiment, evidence.too_large)
        return cause, [fixes.both(restart, clip), restart, *([gentle] if usual else [])]
    cause = (
        f"The learning rate of {experiment.optimizer.learning_rate:g} is too high for this network: each step "
        "overshoots further than the last."
    )
    return cause, [gentle, clip] if quick(evidence) else [fixes.both(gentle, clip), gentle, clip]


def divergence(evidence: Evidence) -> Detection | None:
    if evidence.diverged is None:
        return None
    cause, help = _explosion(evidence)
    numbers = {
        "step": evidence.step,
        "learning_rate": evidence.learning_rate,
        "largest_input": _unscaled_size(evidence),
        "starting_scale": float(evidence.starting_scale.max()),
    }
    summary = evidence.diverged.partition(". ")[0] + "."
    return Detection([], numbers, summary, cause, help)


def exploded_weights(evidence: Evidence) -> Detection | None:
    weights = evidence.rows("weight_norm")[-1] / np.sqrt(evidence.shapes.prod(axis=1))
    layers = np.flatnonzero(weights > EXPLODED_WEIGHT).tolist()
    if not layers:
        return None
    cause, help = _explosion(evidence)
    numbers = {"weight": float(weights.max()), "learning_rate": evidence.learning_rate}
    summary = f"The weights of {places(evidence, layers)} are about {weights.max():.3g} each; around 1 is normal."
    return Detection(layers, numbers, summary, cause, help)


def batch_of_one(evidence: Evidence) -> Detection | None:
    experiment = evidence.experiment
    layers = [index for index, layer in enumerate(experiment.layers) if layer.batch_normalization]
    batch = min(experiment.batch_size or evidence.sizes["train"], evidence.sizes["train"])
    if not layers or batch > 1:
        return None
    return Detection(
        layers,
        {"batch_size": batch},
        f"The batch size is 1, but there is batch normalization in {places(evidence, layers)}.",
        "The mean of a single sample is the sample itself, so every value is normalized to 0. In training the layer "
        "gives the same output for every sample, and nothing before it can learn.",
        [fixes.in_larger_batches(experiment, anew=True), fixes.unnormalized(experiment)],
    )


def lagging_statistics(evidence: Evidence) -> Detection | None:
    if not evidence.lag or evidence.count < 10:
        return None
    experiment = evidence.experiment
    layers = [index for index, layer in enumerate(experiment.layers) if layer.batch_normalization]
    momentum = max(norm.momentum for layer in experiment.layers if (norm := layer.batch_normalization))
    tested, trained = (evidence.training_skill - evidence.lag, evidence.training_skill)
    return Detection(
        layers,
        {"momentum": momentum, "skill": tested, "training_skill": trained, "updates": evidence.step},
        f"With the statistics of the training data itself, the network avoids {max(trained, 0):.0%} of the errors of a "
        f"constant prediction; with its moving averages, only {max(tested, 0):.0%}.",
        f"Each update moves the moving mean and variance by only {1 - momentum:.2g} of the way to those of the batch, "
        f"and {evidence.step} updates were too few for them to catch up with the network.",
        [fixes.forgetful(experiment), fixes.in_smaller_batches(experiment), fixes.unnormalized(experiment)],
    )


def identical_units(evidence: Evidence) -> Detection | None:
    layers = []
    for index, layer in enumerate(evidence.experiment.layers):
        own, above = evidence.parameters[index], evidence.parameters[index + 1]
        drawn = ACTIVATIONS.of(layer.activation).slope == "random"
        parts = (own.weights, own.biases[None, :], above.weights.T)
        if layer.units > 1 and not layer.dropout and not drawn and all(_alike(part) for part in parts):
            layers.append(index)
    if not layers:
        return None
    units = sum(evidence.experiment.layers[index].units for index in layers)
    return Detection(
        layers,
        {"units": units, "different_units": len(layers)},
        f"All units in {places(evidence, layers)} have the same weights: {units} units do the work of {len(layers)}.",
        "Units that start out identical get identical gradients, so they stay identical forever (symmetry).",
        [fixes.reinitialized(evidence.experiment, evidence.all_equal or range(evidence.hidden + 1))],
    )


def _alike(part: np.ndarray) -> bool:
    """Whether all columns are the same."""
    return bool(np.all(np.ptp(part, axis=1) <= EQUAL * np.abs(part).max()))


def unscaled_features(evidence: Evidence) -> Detection | None:
    varied = evidence.input_spread > 0
    if evidence.experiment.dataset.standardize or not varied.any():
        return None
    spread, size = evidence.input_spread[varied], evidence.input_size
    ratio, largest = float(spread.max() / spread.min()), float(size.max())
    target = float(evidence.target_size.max()) if evidence.task == "regression" else 1.0
    uneven = ratio > 30 or (ratio > 10 and evidence.stalled)
    if not (uneven or largest > LARGE_INPUT or largest < SMALL_INPUT or not SMALL_INPUT < target < LARGE_INPUT):
        return None
    wide, narrow = (evidence.features[np.flatnonzero(varied)[at]] for at in (spread.argmax(), spread.argmin()))
    numbers = {"spread_ratio": ratio, "largest_input": largest, "typical_target": target}
    if uneven:
        summary = f"The spread of {wide} is {ratio:.3g} times that of {narrow}."
    elif largest > LARGE_INPUT or largest < SMALL_INPUT:
        summary = (
            f"Typical values of {evidence.features[int(size.argmax())]} are about {largest:.3g}; networks train best "
            "on values around 1."
        )
    else:
        summary = f"Typical targets are about {target:.3g}; networks train best on values around 1."
    return Detection(
        [0],
        numbers,
        summary,
        "Large inputs drown out small ones, saturate units, and force a learning rate that is too low for the rest.",
        [fixes.standardized(evidence.experiment)],
    )


def exploding_gradients(evidence: Evidence) -> Detection | None:
    gradients = np.median(evidence.gradients[-10:], axis=0)
    limit = EXPLODING_AT_START if evidence.count < 20 else EXPLODING
    layers = np.flatnonzero(gradients > limit).tolist()
    if not layers or not evidence.hidden or not evidence.falls_short:
        return None
    cause, help = _explosion(evidence)
    numbers = {"gradient": float(gradients.max()), "loss": float(evidence.rows("train_loss")[-1])}
    where, size = places(evidence, layers), gradients.max()
    summary = f"The average gradient per weight in {where} is about {size:.3g}; below 1 is normal."
    return Detection(layers, numbers, summary, cause, help)


def dead_relus(evidence: Evidence) -> Detection | None:
    dead = evidence.rows("dead", 3).min(axis=0)
    cut = [index for index in range(evidence.hidden) if evidence.cuts_off(index)]
    gone = [index for index in cut if dead[index] == 1]
    many = [index for index in cut if dead[index] >= 0.5 and evidence.count > 3 and evidence.falls_short]
    layers = sorted({*gone, *many})
    if not layers:
        return None
    experiment, before = evidence.experiment, evidence.rows("dead")[0, layers]
    if evidence.smothered and before.max() < 0.5:
        return None
    leaky = fixes.activated(experiment, "leaky_relu")
    restart = fixes.reinitialized(experiment, range(evidence.hidden + 1))
    if before.max() >= 0.5:
        cause = (
            "They were dead from the start: the initial weights or biases put their inputs below zero for every sample."
        )
        help = [restart, leaky]
    elif evidence.too_large:
        cause, help = _explosion(evidence)
    else:
        cause = (
            "An update that was too large pushed their inputs below zero for every sample. The derivative there is 0, "
            "so they cannot recover."
        )
        help = [slower(evidence, anew=True)] if quick(evidence) else [leaky, slower(evidence, anew=True)]
    worst = float(dead[layers].max())
    summary = f"{worst:.0%} of the units in {places(evidence, layers)} have a derivative of 0 for every sample" + (
        ", so no gradient gets through." if gone else "."
    )
    return Detection(layers, {"dead": worst, "dead_at_start": float(before.max())}, summary, cause, help)


def saturation(evidence: Evidence) -> Detection | None:
    share = evidence.rows("saturated", 3).min(axis=0)
    layers = [index for index in range(evidence.hidden) if evidence.saturating(index) and share[index] > SATURATED]
    if not layers or not evidence.falls_short or evidence.smothered:
        return None
    experiment, before = evidence.experiment, evidence.rows("saturated")[0, layers]
    if before.max() <= SATURATED and not quick(evidence):
        return None  # units that train into saturation do so because there are too few of them
    if evidence.too_large:
        cause, help = (
            f"The initial weights of {places(evidence, evidence.too_large)} are far too large for their number of "
            "inputs, which puts units where the activation is flat.",
            [fixes.reinitialized(experiment, evidence.too_large)],
        )
    elif before.max() > SATURATED:
        cause = "Inputs or biases put the units where the activation is flat right from the start."
        help = [fixes.standardized(experiment), fixes.reinitialized(experiment, range(evidence.hidden + 1))]
    else:
        cause = "The weights have grown until nearly every unit is where the activation is flat."
        help = [slower(evidence, anew=True)]
    help += [fixes.normalized(experiment), fixes.activated(experiment, "relu")]
    worst = float(share[layers].max())
    summary = (
        f"In {places(evidence, layers)}, {worst:.0%} of derivatives are below 0.01, so almost no gradient gets through."
    )
    return Detection(layers, {"saturated": worst, "saturated_at_start": float(before.max())}, summary, cause, help)


def vanishing_gradients(evidence: Evidence) -> Detection | None:
    if not evidence.hidden or not evidence.falls_short or evidence.smothered:
        return None
    gradients = np.median(evidence.gradients[-10:], axis=0)
    ratios = _ratios(evidence, gradients)
    layers = np.flatnonzero(ratios < (VANISHED_AT_START if evidence.count < 5 else VANISHED)).tolist()
    deep = evidence.hidden > 1 or ratios[0] == 0
    began_well = _ratios(evidence, evidence.gradients[0]).min() >= VANISHED
    if not layers or not deep or (began_well and evidence.held_back):
        return None
    experiment = evidence.experiment
    steps = [index for index in range(evidence.hidden) if experiment.layers[index].activation.name == "binary_step"]
    better, norm = fixes.activated(experiment, "relu"), fixes.normalized(experiment)
    if steps:
        cause, help = ACTIVATIONS["binary_step"].hazard, [better]
    elif evidence.too_small:
        cause = (
            f"The weights of {places(evidence, evidence.too_small)} started far too small for their number "
            "of inputs: each layer weakens the signal, and the gradient with it."
        )
        help = [fixes.reinitialized(experiment, evidence.too_small), norm, better]
    elif began_well:
        cause = "It was fine at the start. An update that was too large pushed units into the flat part of their "
        "activation."
        help = [fixes.both(slower(evidence, anew=True), fixes.clipped(experiment)), norm]
    else:
        cause = (
            "On the way back, the gradient is multiplied by each layer's derivative. Where that is well below 1, as it "
            "is for sigmoid, almost nothing reaches the first layers."
        )
        help = [better, norm]
    weakest = float(ratios.min())
    numbers = {"gradient_ratio": weakest, "first_gradient": float(gradients[0]), "last_gradient": float(gradients[-1])}
    summary = (
        f"The average gradient per weight is {gradients[ratios.argmin()]:.2g} in layer {int(ratios.argmin()) + 1} and "
        f"{gradients[-1]:.2g} in the output layer: the first layers barely learn."
    )
    return Detection(layers, numbers, summary, cause, help)


def _ratios(evidence: Evidence, gradients: np.ndarray) -> np.ndarray:
    """Each hidden layer's gradient over that of the output layer, for each weight.

    In a well-initialized network it falls with the square root of the output layer's fan_in, so it is multiplied by
    that.
    """
    if not gradients[-1] > 0:
        return np.ones(evidence.hidden)
    return gradients[:-1] * np.sqrt(evidence.shapes[-1, 0]) / gradients[-1]
