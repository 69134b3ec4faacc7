"""Initializers: the weights before the first step.

Equal weights make equal units (symmetry). Weights that are too large saturate units and make gradients explode, too
small ones let the signal and its gradient die away layer by layer. The scaled initializers keep the variance level:
they set it from the number of connections into (fan_in) and out of (fan_out) each unit.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from engine.catalogue import Argument, Choice, Entry, Family

Moments = tuple[float, float]


@dataclass(frozen=True, kw_only=True)
class Initializer(Entry):
    """`draw(rng, fan_in, fan_out, *arguments)` gives weights (fan_in, fan_out) in float64.

    `moments(fan_in, fan_out, *arguments)` gives the mean and variance that these have in theory.
    """

    draw: Callable[..., np.ndarray]
    moments: Callable[..., Moments]


def _zeros() -> Initializer:
    return Initializer(
        name="zeros",
        label="Zeros",
        summary="Every weight starts at 0.",
        when="Biases. For weights only to see why it fails.",
        hazard="All units of a layer stay identical for ever: nothing tells them apart.",
        formula="0",
        draw=lambda rng, fan_in, fan_out: np.zeros((fan_in, fan_out)),
        moments=lambda fan_in, fan_out: (0.0, 0.0),
    )


def _random_normal() -> Initializer:
    return Initializer(
        name="random_normal",
        label="Random normal",
        summary="Draws from a normal distribution whose spread you set.",
        when="To see what the scale of the first weights does.",
        hazard="The right spread depends on the width of the layer, and this does not know it.",
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
        summary="Draws evenly between two bounds.",
        when="To see what the scale of the first weights does.",
        hazard="The right bounds depend on the width of the layer, and this does not know it.",
        draw=lambda rng, fan_in, fan_out, minval, maxval: rng.uniform(minval, maxval, (fan_in, fan_out)),
        moments=lambda fan_in, fan_out, minval, maxval: ((minval + maxval) / 2, (maxval - minval) ** 2 / 12),
        arguments=(
            Argument("minval", -0.05, -100, 100, "From", "The lowest value drawn.", live=False),
            Argument("maxval", 0.05, -100, 100, "To", "The highest value drawn.", live=False),
        ),
        objection=lambda minval, maxval: f"{minval:g} is above {maxval:g}: swap them" if minval > maxval else None,
        aliases=("uniform",),
    )


FAN_IN = ("fan_in", lambda fan_in, fan_out: fan_in)
FAN_AVERAGE = ("(fan_in + fan_out) / 2", lambda fan_in, fan_out: (fan_in + fan_out) / 2)


def _scaled(
    name: str,
    label: str,
    numerator: float,
    fan: tuple[str, Callable[[int, int], float]],
    *,
    uniform: bool,
    advice: tuple[str, str],
    aliases: tuple[str, ...] = (),
) -> Initializer:
    """An initializer of variance numerator / fan, from a normal or a uniform distribution."""
    spelt, count = fan

    def variance(fan_in: int, fan_out: int) -> float:
        return numerator / count(fan_in, fan_out)

    def draw(rng: np.random.Generator, fan_in: int, fan_out: int) -> np.ndarray:
        spread = np.sqrt(variance(fan_in, fan_out))
        if uniform:
            return rng.uniform(-np.sqrt(3) * spread, np.sqrt(3) * spread, (fan_in, fan_out))
        return rng.normal(0.0, spread, (fan_in, fan_out))

    bound = "uniform between plus and minus the square root of three times the variance" if uniform else "normal"
    return Initializer(
        name=name,
        label=label,
        summary=f"Mean 0 and a variance set by the layer's width; {bound}.",
        when=advice[0],
        hazard="Made for the activations named here; with others the signal grows or shrinks from layer to layer.",
        source=advice[1],
        formula=f"{numerator:g} / ({spelt})",
        draw=draw,
        moments=lambda fan_in, fan_out: (0.0, variance(fan_in, fan_out)),
        aliases=aliases,
    )


_GLOROT = ("Tanh, sigmoid, softmax and linear layers.", "Glorot and Bengio, 2010")
_HE = ("ReLU and its kin.", "He, Zhang, Ren and Sun, 2015")
_LECUN = ("Self-normalising networks; also Xavier's first form, as it is often taught.", "LeCun et al., 1998")

INITIALIZERS: Family[Initializer] = Family(
    "initializer",
    "Where the weights start. It decides whether signals and gradients keep their size from layer to layer.",
    (
        _zeros(),
        _random_normal(),
        _random_uniform(),
        _scaled("glorot_normal", "Glorot normal", 1, FAN_AVERAGE, uniform=False, advice=_GLOROT),
        _scaled("glorot_uniform", "Glorot uniform", 1, FAN_AVERAGE, uniform=True, advice=_GLOROT),
        _scaled("he_normal", "He normal", 2, FAN_IN, uniform=False, advice=_HE),
        _scaled("he_uniform", "He uniform", 2, FAN_IN, uniform=True, advice=_HE),
        _scaled("lecun_normal", "LeCun normal", 1, FAN_IN, uniform=False, advice=_LECUN, aliases=("xavier",)),
        _scaled("lecun_uniform", "LeCun uniform", 1, FAN_IN, uniform=True, advice=_LECUN),
    ),
)


def draw(choice: Choice, rng: np.random.Generator, fan_in: int, fan_out: int) -> np.ndarray:
    """Starting weights (fan_in, fan_out) in float64."""
    entry = INITIALIZERS.of(choice)
    return entry.draw(rng, fan_in, fan_out, *entry.values(choice))
