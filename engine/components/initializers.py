"""Initializers: the weights before the first step.

Equal weights make equal units (symmetry). Weights that are too large saturate units and make gradients explode, too
small ones let the signal and its gradient die away layer by layer. The scaled initializers keep the variance level:
they set it from the number of connections into (fan_in) and out of (fan_out) each unit. Both are those of the layer's
weight matrix: biases are drawn as a matrix with a fan_in of 1, and maxout's fan_out counts every piece of its units.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from engine.components.registry import Argument, Choice, Entry, Family
from engine.data.cells import written

Moments = tuple[float, float]


@dataclass(frozen=True, kw_only=True)
class Initializer(Entry):
    """`draw(rng, fan_in, fan_out, *arguments)` gives weights (fan_in, fan_out) in float64.

    `moments(fan_in, fan_out, *arguments)` gives the mean and variance that these have in theory.
    """

    draw: Callable[..., np.ndarray]
    moments: Callable[..., Moments]


def _same(rng: np.random.Generator, fan_in: int, fan_out: int, value: float) -> np.ndarray:
    return np.full((fan_in, fan_out), value, np.float64)


def _constant(name: str, label: str, value: float, summary: str, when: str) -> Initializer:
    return Initializer(
        name=name,
        label=label,
        summary=summary,
        when=when,
        hazard="All units of a layer stay identical forever: they always get the same gradient.",
        formula="0",
        draw=lambda rng, fan_in, fan_out: _same(rng, fan_in, fan_out, value),
        moments=lambda fan_in, fan_out: (value, 0.0),
    )


def _any_constant() -> Initializer:
    return Initializer(
        name="constant",
        label="Constant",
        summary="Every weight starts at the number you set.",
        when="Biases, such as 0.1 to keep ReLU units active at first.",
        hazard="For weights: all units of a layer stay identical forever.",
        draw=_same,
        moments=lambda fan_in, fan_out, value: (value, 0.0),
        arguments=(Argument("value", 0.1, -100, 100, "Value", "Where every weight starts.", live=False),),
    )


# A normal distribution cut off at two standard deviations has a standard deviation of this, and not 1.
TRUNCATED_STDDEV = 0.8796256610342398


def _normal(rng: np.random.Generator, fan_in: int, fan_out: int, truncated: bool) -> np.ndarray:
    """Standard normal draws; what lies beyond two standard deviations is drawn again if `truncated`."""
    drawn = rng.standard_normal((fan_in, fan_out))
    while truncated and (far := np.abs(drawn) > 2).any():
        drawn[far] = rng.standard_normal(int(far.sum()))
    return drawn


def _truncated_normal() -> Initializer:
    return Initializer(
        name="truncated_normal",
        label="Truncated normal",
        summary="A normal distribution without its tails: values beyond two standard deviations are drawn again.",
        when="To keep very large weights from saturating a few units at the start.",
        hazard="The standard deviation of the result is about 0.88 of the one you set.",
        draw=lambda rng, fan_in, fan_out, mean, stddev: mean + stddev * _normal(rng, fan_in, fan_out, True),
        moments=lambda fan_in, fan_out, mean, stddev: (mean, (TRUNCATED_STDDEV * stddev) ** 2),
        arguments=(
            Argument("mean", 0.0, -100, 100, "Mean", "The middle of the draw.", live=False),
            Argument("stddev", 0.05, 0, 100, "Standard deviation", "Of the whole, uncut draw.", "log", live=False),
        ),
    )


def _orthogonal() -> Initializer:
    def draw(rng: np.random.Generator, fan_in: int, fan_out: int, gain: float) -> np.ndarray:
        q, r = np.linalg.qr(rng.standard_normal((max(fan_in, fan_out), min(fan_in, fan_out))))
        q = q * np.sign(np.diag(r))  # so that every orthogonal matrix is as likely as any other
        return gain * (q if fan_in >= fan_out else q.T)

    return Initializer(
        name="orthogonal",
        label="Orthogonal",
        summary="A random rotation: the weight vectors of different units are orthogonal and have the same length.",
        when="Deep networks, above all linear and tanh ones: lengths are preserved from layer to layer.",
        hazard="In a layer wider than the one before it, not all units can be orthogonal.",
        source="Saxe, McClelland and Ganguli, 2013",
        draw=draw,
        moments=lambda fan_in, fan_out, gain: (0.0, gain**2 / max(fan_in, fan_out)),
        arguments=(Argument("gain", 1.0, 0, 100, "Gain", "What the rotation is multiplied with.", live=False),),
    )


FANS: dict[str, Callable[[int, int], float]] = {
    "fan_in": lambda fan_in, fan_out: fan_in,
    "fan_out": lambda fan_in, fan_out: fan_out,
    "fan_avg": lambda fan_in, fan_out: (fan_in + fan_out) / 2,
}
FORMULAS = {"fan_in": "fan_in", "fan_out": "fan_out", "fan_avg": "(fan_in + fan_out) / 2"}


def _spread(rng: np.random.Generator, fan_in: int, fan_out: int, variance: float, distribution: str) -> np.ndarray:
    """Draws of mean 0 and a given variance."""
    if distribution == "uniform":
        bound = np.sqrt(3 * variance)
        return rng.uniform(-bound, bound, (fan_in, fan_out))
    truncated = distribution == "truncated_normal"
    stddev = np.sqrt(variance) / (TRUNCATED_STDDEV if truncated else 1)
    return stddev * _normal(rng, fan_in, fan_out, truncated)


def _variance_scaling() -> Initializer:
    def variance(fan_in: int, fan_out: int, scale: float, mode: str) -> float:
        return scale / FANS[mode](fan_in, fan_out)

    return Initializer(
        name="variance_scaling",
        label="Variance scaling",
        summary="Mean 0, and a variance of scale divided by the number of connections: Glorot, He and LeCun are "
        "special cases.",
        when="To see how those differ.",
        hazard="The right scale and mode depend on the activation.",
        source="He, Zhang, Ren and Sun, 2015; in Keras's form",
        draw=lambda rng, fan_in, fan_out, scale, mode, distribution: _spread(
            rng, fan_in, fan_out, variance(fan_in, fan_out, scale, mode), distribution
        ),
        moments=lambda fan_in, fan_out, scale, mode, distribution: (0.0, variance(fan_in, fan_out, scale, mode)),
        arguments=(
            Argument("scale", 1.0, 0, 100, "Scale", "The numerator of the variance.", live=False),
            Argument(
                "mode",
                "fan_in",
                None,
                None,
                "Mode",
                "Which connections of a unit count.",
                live=False,
                options=tuple(FANS),
            ),
            Argument(
                "distribution",
                "truncated_normal",
                None,
                None,
                "Distribution",
                "The shape of the draw.",
                live=False,
                options=("truncated_normal", "normal", "uniform"),
            ),
        ),
    )


def _random_normal() -> Initializer:
    return Initializer(
        name="random_normal",
        label="Random normal",
        summary="A normal distribution with the standard deviation you set.",
        when="To see what the scale of the starting weights does.",
        hazard="The right standard deviation depends on the width of the layer, which this ignores.",
        draw=lambda rng, fan_in, fan_out, mean, stddev: rng.normal(mean, stddev, (fan_in, fan_out)),
        moments=lambda fan_in, fan_out, mean, stddev: (mean, stddev**2),
        arguments=(
            Argument("mean", 0.0, -100, 100, "Mean", "The middle of the draw.", live=False),
            Argument("stddev", 0.05, 0, 100, "Standard deviation", "The spread of the draw.", "log", live=False),
        ),
        aliases=("normal",),
    )


def _random_uniform() -> Initializer:
    return Initializer(
        name="random_uniform",
        label="Random uniform",
        summary="A uniform distribution between two bounds.",
        when="To see what the scale of the starting weights does.",
        hazard="The right bounds depend on the width of the layer, which this ignores.",
        draw=lambda rng, fan_in, fan_out, minval, maxval: rng.uniform(minval, maxval, (fan_in, fan_out)),
        moments=lambda fan_in, fan_out, minval, maxval: ((minval + maxval) / 2, (maxval - minval) ** 2 / 12),
        arguments=(
            Argument("minval", -0.05, -100, 100, "From", "The lowest value drawn.", live=False),
            Argument("maxval", 0.05, -100, 100, "To", "The highest value drawn.", live=False),
        ),
        objection=lambda minval, maxval: (
            f"{written(minval)} is above {written(maxval)}: swap them" if minval > maxval else None
        ),
        aliases=("uniform",),
    )


def _scaled(
    name: str,
    label: str,
    scale: float,
    mode: str,
    *,
    uniform: bool,
    advice: tuple[str, str],
    aliases: tuple[str, ...] = (),
) -> Initializer:
    """An initializer of variance scale / fan, from a normal or a uniform distribution."""

    def variance(fan_in: int, fan_out: int) -> float:
        return scale / FANS[mode](fan_in, fan_out)

    def draw(rng: np.random.Generator, fan_in: int, fan_out: int, truncated: bool = False) -> np.ndarray:
        distribution = "uniform" if uniform else "truncated_normal" if truncated else "normal"
        return _spread(rng, fan_in, fan_out, variance(fan_in, fan_out), distribution)

    cut = Argument(
        "truncated",
        False,
        None,
        None,
        "Truncated",
        "Draw again what lies beyond two standard deviations, as Keras does; the variance stays.",
        live=False,
    )
    bound = "uniform between plus and minus the square root of three times the variance" if uniform else "normal"
    return Initializer(
        name=name,
        label=label,
        summary=f"Mean 0 and a variance set by the layer's width; {bound}.",
        when=advice[0],
        hazard="Made for the activations named here; with others the signal grows or shrinks from layer to layer.",
        source=advice[1],
        formula=f"{scale:g} / ({FORMULAS[mode]})",
        draw=draw,
        moments=lambda fan_in, fan_out, truncated=False: (0.0, variance(fan_in, fan_out)),
        arguments=() if uniform else (cut,),
        aliases=aliases,
    )


_GLOROT = ("Tanh, sigmoid, softmax and linear layers.", "Glorot and Bengio, 2010")
_HE = ("ReLU and its kin.", "He, Zhang, Ren and Sun, 2015")
_LECUN = (
    "Self-normalizing networks (SELU). Also what is often taught as Xavier: its first form has variance 1 / fan_in.",
    "LeCun et al., 1998",
)

INITIALIZERS: Family[Initializer] = Family(
    "initializer",
    "The starting weights. They decide whether signals and gradients keep their size from layer to layer.",
    (
        _constant("zeros", "Zeros", 0.0, "Every weight starts at 0.", "Biases. For weights only to see why it fails."),
        _constant("ones", "Ones", 1.0, "Every weight starts at 1.", "To see that it is equality that fails, not zero."),
        _any_constant(),
        _random_normal(),
        _random_uniform(),
        _truncated_normal(),
        _scaled("glorot_normal", "Glorot normal", 1, "fan_avg", uniform=False, advice=_GLOROT),
        _scaled("glorot_uniform", "Glorot uniform", 1, "fan_avg", uniform=True, advice=_GLOROT),
        _scaled("he_normal", "He normal", 2, "fan_in", uniform=False, advice=_HE),
        _scaled("he_uniform", "He uniform", 2, "fan_in", uniform=True, advice=_HE),
        _scaled("lecun_normal", "LeCun normal", 1, "fan_in", uniform=False, advice=_LECUN, aliases=("xavier",)),
        _scaled("lecun_uniform", "LeCun uniform", 1, "fan_in", uniform=True, advice=_LECUN),
        _variance_scaling(),
        _orthogonal(),
    ),
)


def draw(choice: Choice, rng: np.random.Generator, fan_in: int, fan_out: int) -> np.ndarray:
    """Starting weights (fan_in, fan_out) in float64."""
    entry = INITIALIZERS.of(choice)
    return entry.draw(rng, fan_in, fan_out, *entry.values(choice))
