"""The last update of a run: which training samples it learned from, and what it did to their loss.

An update lowers the loss of its own batch if the learning rate is not too large: whether it helps the other samples is
what the metrics tell.
"""

from dataclasses import dataclass

import numpy as np

from engine.insight.results import Counts, Number, explained
from engine.training.trainer import Trainer

MOST_SAMPLES = 1_000  # of a batch that is told sample by sample


@dataclass(frozen=True, kw_only=True)
class LastUpdate:
    """What the last update learned from, and what it did. Losses are means over its batch, without the penalty."""

    samples: Counts = explained("Indices of training samples.")
    loss_before: Number
    loss: Number = explained("With the present weights.")


@np.errstate(all="ignore")  # what is not finite is told, not warned of
def last_update(trainer: Trainer) -> LastUpdate | None:
    """The batch of the last update and its mean data loss before and after it, dropout and noise off.

    None if no update led to the present weights, or if its batch was larger than 1,000 samples.
    """
    samples = trainer.last_batch
    if not 0 < len(samples) <= MOST_SAMPLES:
        return None
    train = trainer.data.parts["train"]
    batch = tuple(np.ascontiguousarray(part[..., samples]) for part in (train.x, train.t, train.weights))
    before, after = (
        float(model.answer(batch)[1].mean())  # type: ignore[arg-type]
        for model in (trainer.altered(trainer.state.previous.copy()), trainer.snapshot())
    )
    return LastUpdate(samples=samples, loss_before=before, loss=after)
