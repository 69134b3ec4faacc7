"""Randomness without a stream: every random number is a function of a seed and of what it is for.

So a run has the same bytes however it was cut into slices, paused or resumed: nothing depends on what was drawn before.
Arrays drawn once (weights, data) come from NumPy's counter-based Philox; numbers drawn in the hot loops come from a
hash of (seed, purpose, step, index).
"""

from typing import Any

import numpy as np

from engine.compute.jit import part

# What a number is for: two purposes never share their draws.
WEIGHTS, DATA, NOISE, SPLIT, SHUFFLE, EVALUATION, DROPOUT, INPUT_NOISE, SLOPE, LABEL_NOISE = range(10)


def generator(seed: int, purpose: int, index: int = 0) -> np.random.Generator:
    """The generator for one purpose of one seed."""
    return np.random.Generator(np.random.Philox(np.random.SeedSequence((seed, purpose, index))))


@part
def mix(x: Any) -> Any:
    """Scrambles 64 bits so that neighbors look unrelated (splitmix64; Steele, Lea and Flood, 2014)."""
    x = x + np.uint64(0x9E3779B97F4A7C15)
    x = (x ^ (x >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    x = (x ^ (x >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return x ^ (x >> np.uint64(31))


@part
def key(seed: int, purpose: int, step: int) -> Any:
    """The key under which the numbers of one purpose and step are drawn: `mix(key ^ mix(index))`."""
    return mix(mix(mix(np.uint64(seed)) ^ np.uint64(purpose)) ^ np.uint64(step))


@part
def uniform(key: Any, index: Any, like: Any) -> Any:
    """A number from 0 to 1, neither of them, in the precision of the array `like`."""
    bits = mix(key ^ index) >> np.uint64(41)  # 23 bits, so that a float32 holds the middle of its interval
    real = like.dtype.type
    return (real(bits) + real(0.5)) * real(1.1920928955078125e-07)


@part
def layer_key(seed: int, purpose: int, step: int, layer: int) -> Any:
    """The same for one layer."""
    return mix(key(seed, purpose, step) ^ np.uint64(layer))


@part
def shuffle(order: np.ndarray, seed: int, epoch: int) -> None:
    """Fills `order` with the permutation of 0..n-1 that belongs to an epoch (Fisher and Yates, 1938)."""
    base = key(seed, SHUFFLE, epoch)
    for i in range(order.size):
        order[i] = i
    for i in range(order.size - 1, 0, -1):
        # The upper 32 bits scaled to 0..i: no division, and a bias under 1e-5 for the largest data set.
        draw = mix(base ^ np.uint64(i)) >> np.uint64(32)
        j = np.int64((draw * np.uint64(i + 1)) >> np.uint64(32))
        order[i], order[j] = order[j], order[i]
