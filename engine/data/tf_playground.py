"""TensorFlow Playground's experiments, replayed: the same points in the same order, the same starting weights.

Its data, their order and its weights are one stream of random numbers, seeded with a text: the order of the draws is
part of the facts. Numbers are JavaScript's, so float64. Sources: github.com/tensorflow/playground (2016 to 2022) for
what is drawn, github.com/davidbau/seedrandom for how.
"""

import math
from collections.abc import Callable
from copy import copy
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from engine.data.rules import Rules

CLASSIFICATION = ("circle", "xor", "gauss", "spiral")
REGRESSION = ("plane", "bumps")
SHAPES = CLASSIFICATION + REGRESSION
SAMPLES = {shape: 500 if shape in CLASSIFICATION else 1_200 for shape in SHAPES}
RADIUS = 5.0

Point = tuple[float, float, float]  # x, y and the label: 1 or -1, or a number


class SeededRandom:
    """`Math.random` after `Math.seedrandom(text)`: ARC4 keyed with the text, 52 bits for each number."""

    def __init__(self, text: str) -> None:
        # Code units as in JavaScript; texts longer than 256 are smeared over the key.
        encoded = text.encode("utf-16-le", "surrogatepass")
        units = [int.from_bytes(encoded[at : at + 2], "little") for at in range(0, len(encoded), 2)]
        key: list[int] = []
        smear = 0
        for index, unit in enumerate(units):
            at = index & 255
            if at < len(key):
                smear ^= key[at] * 19
                key[at] = (smear + unit) & 255
            else:
                key.append((smear + unit) & 255)
        key = key or [0]
        self._s = list(range(256))
        self._i = self._j = j = 0
        for i in range(256):
            j = (j + key[i % len(key)] + self._s[i]) & 255
            self._s[i], self._s[j] = self._s[j], self._s[i]
        self._bytes(256)

    def __copy__(self) -> "SeededRandom":
        """Another one that goes on from here."""
        other = object.__new__(SeededRandom)
        other._s, other._i, other._j = self._s.copy(), self._i, self._j
        return other

    def _bytes(self, count: int) -> int:
        """The next bytes as one number."""
        s, i, j, number = self._s, self._i, self._j, 0
        for _ in range(count):
            i = (i + 1) & 255
            t = s[i]
            j = (j + t) & 255
            s[i], s[j] = s[j], t
            number = number * 256 + s[(s[i] + t) & 255]
        self._i, self._j = i, j
        return number

    def random(self) -> float:
        """From 0 to 1, without 1."""
        number, denominator, extra = self._bytes(6), 2**48, 0
        while number < 2**52:
            number, denominator = (number + extra) * 256, denominator * 256
            extra = self._bytes(1)
        halved = float(number)
        while halved >= 2**53:
            halved, denominator, extra = halved / 2, denominator // 2, extra >> 1
        return (halved + extra) / denominator

    def uniform(self, low: float, high: float) -> float:
        """From `low` to `high`."""
        return self.random() * (high - low) + low

    def normal(self, mean: float, variance: float) -> float:
        """Marsaglia's polar method, of which the second number is thrown away."""
        while True:
            a, b = 2 * self.random() - 1, 2 * self.random() - 1
            s = a * a + b * b
            if s <= 1:
                break
        return mean + math.sqrt(variance) * math.sqrt(-2 * math.log(s) / s) * a


def _linear(value: float, low: float, high: float, start: float, end: float) -> float:
    """d3's linear scale from [low, high] to [start, end]."""
    t = (value - low) / (high - low)
    return start * (1 - t) + end * t


def _circle(draw: SeededRandom, noise: float) -> list[Point]:
    points = []
    for inner, outer in ((0.0, RADIUS * 0.5), (RADIUS * 0.7, RADIUS)):
        for _ in range(250):
            r, angle = draw.uniform(inner, outer), draw.uniform(0, 2 * math.pi)
            x, y = r * math.sin(angle), r * math.cos(angle)
            nx, ny = draw.uniform(-RADIUS, RADIUS) * noise, draw.uniform(-RADIUS, RADIUS) * noise
            inside = math.sqrt((x + nx) ** 2 + (y + ny) ** 2) < RADIUS * 0.5
            points.append((x, y, 1.0 if inside else -1.0))
    return points


def _xor(draw: SeededRandom, noise: float) -> list[Point]:
    points = []
    for _ in range(500):
        x = draw.uniform(-RADIUS, RADIUS)
        x += 0.3 if x > 0 else -0.3
        y = draw.uniform(-RADIUS, RADIUS)
        y += 0.3 if y > 0 else -0.3
        nx, ny = draw.uniform(-RADIUS, RADIUS) * noise, draw.uniform(-RADIUS, RADIUS) * noise
        points.append((x, y, 1.0 if (x + nx) * (y + ny) >= 0 else -1.0))
    return points


def _gauss(draw: SeededRandom, noise: float) -> list[Point]:
    variance = _linear(noise, 0, 0.5, 0.5, 4)
    return [
        (draw.normal(center, variance), draw.normal(center, variance), label)
        for center, label in ((2.0, 1.0), (-2.0, -1.0))
        for _ in range(250)
    ]


def _spiral(draw: SeededRandom, noise: float) -> list[Point]:
    points = []
    for offset, label in ((0.0, 1.0), (math.pi, -1.0)):
        for i in range(250):
            r, angle = i / 250 * 5, 1.75 * i / 250 * 2 * math.pi + offset
            x = r * math.sin(angle) + draw.uniform(-1, 1) * noise
            y = r * math.cos(angle) + draw.uniform(-1, 1) * noise
            points.append((x, y, label))
    return points


def _plane_height(x: float, y: float) -> float:
    return _linear(x + y, -10, 10, -1, 1)


BUMPS = ((-4, 2.5, 1), (0, 2.5, -1), (4, 2.5, 1), (-4, -2.5, -1), (0, -2.5, 1), (4, -2.5, -1))


def _bumps_height(x: float, y: float) -> float:
    height = 0.0
    for x1, x2, sign in BUMPS:
        distance = math.sqrt((x - x1) ** 2 + (y - x2) ** 2)
        here = sign * _linear(min(max(distance, 0), 2), 0, 2, 1, 0)
        if abs(here) > abs(height):
            height = here
    return height


def _regression(height: Callable[[float, float], float]) -> Callable[[SeededRandom, float], list[Point]]:
    def make(draw: SeededRandom, noise: float) -> list[Point]:
        points = []
        for _ in range(1_200):
            x, y = draw.uniform(-6, 6), draw.uniform(-6, 6)
            nx, ny = draw.uniform(-6, 6) * noise, draw.uniform(-6, 6) * noise
            points.append((x, y, height(x + nx, y + ny)))
        return points

    return make


MAKERS = {
    "circle": _circle,
    "xor": _xor,
    "gauss": _gauss,
    "spiral": _spiral,
    "plane": _regression(_plane_height),
    "bumps": _regression(_bumps_height),
}


@dataclass(frozen=True)
class Replay(Rules):
    """One experiment of the original's, known by its text; and the original's rules of training."""

    in_order = True
    penalties_last = True
    severs = True

    text: str
    shape: str
    noise: float

    @cached_property
    def _made(self) -> tuple[np.ndarray, SeededRandom]:
        """Points and their labels (n, 3) in the original's order, and the draws that follow them."""
        draw = SeededRandom(self.text)
        made = MAKERS[self.shape](draw, self.noise)
        left = len(made)
        while left > 0:
            chosen = math.floor(draw.random() * left)
            left -= 1
            made[left], made[chosen] = made[chosen], made[left]
        return np.array(made), draw

    @property
    def samples(self) -> tuple[np.ndarray, np.ndarray]:
        """Points (n, 2) and targets (n,): 1 and 0 where the original has 1 and -1."""
        table, _ = self._made
        targets = table[:, 2]
        return table[:, :2], (targets + 1) / 2 if self.shape in CLASSIFICATION else targets

    def left_over(self, samples: int, batch_size: int) -> int:
        """All that do not fill a batch."""
        return samples % batch_size

    def starting_weights(self, shapes: list[tuple[int, ...]]) -> list[np.ndarray]:
        """Drawn unit by unit, in the original's order."""
        draw = copy(self._made[1])
        return [
            np.array([[draw.random() for _ in range(fan_in)] for _ in range(fan_out)]).T for fan_in, fan_out in shapes
        ]
