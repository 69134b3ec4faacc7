"""Rules of training: what programs do differently with the same experiment.

Data bring their rules along: all do as Keras and PyTorch do, but a run of TensorFlow Playground is trained as it was
there. Whoever makes samples, starts weights or takes a step asks the rules, and not which program it was.
"""

import numpy as np


class Rules:
    """The usual rules."""

    in_order = False  # samples stay as and where they were made: no noise is added, nothing is shuffled
    penalties_last = False  # penalties are taken off after the update; else they are part of it
    severs = False  # a weight that l1 pushes through 0 stays there for good

    def left_over(self, samples: int, batch_size: int) -> int:
        """How many samples do not fill a batch at the end of an epoch, and so wait for the next one's first."""
        return 0

    def starting_weights(self, shapes: list[tuple[int, ...]]) -> list[np.ndarray] | None:
        """Draws from 0 to 1 for the weights of each layer (fan_in, fan_out), if these come with the data."""
        return None


USUAL = Rules()
