"""The sizes the engine accepts, in one place: what is allowed here is safe to run on a small machine."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Limits:
    """The largest experiment that is accepted, and the bounds of what may be asked of it."""

    layers: int = 10
    units: int = 512
    parameters: int = 500_000
    samples: int = 20_000
    classes: int = 20
    inputs: int = 64
    drawn_samples: int = 2_000  # of a part that is too large to be looked at in one go
    quick_work: int = 20_000_000  # multiply-adds that may be done in one go
    resolution: int = 100
    predictions: int = 20_000
    explained: int = 200  # predictions at a time
    moments: int = 50  # of a run that are looked at together
    bins: int = 200
    timeline_bytes: int = 1_200_000
    magnitude: float = 1e9


LIMITS = Limits()

# A chunk is the engine's smallest piece of work: so many samples go forward and backward at once.
# It depends on the experiment alone, never on the clock, so that a run has the same bytes however it is sliced.
CHUNK_SAMPLES = 256
CHUNK_WORK = 1 << 24


def chunk_samples(parameters: int) -> int:
    """Samples per chunk for a network of so many parameters: a power of two from 32 to 256."""
    samples = CHUNK_SAMPLES
    while samples > 32 and samples * parameters > CHUNK_WORK:
        samples //= 2
    return samples


def whole_batch(parameters: int) -> int:
    """The largest batch that such a network can be given in one piece, as batch normalization needs it."""
    return max(32, CHUNK_WORK // parameters)
