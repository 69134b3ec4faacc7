"""Stored checkpoints: where a run stood between two steps, as sealed bytes.

A checkpoint says how many changes of the journal and rows of the history had been made, so that both can be cut to it.
"""

from dataclasses import dataclass

import numpy as np

from app.experiments import EXPERIMENT
from app.storage.sealed import seal, unseal
from engine import Experiment, to_data
from engine.components.schedules import Plateau
from engine.training.checkpoints import Checkpoint
from engine.training.early_stopping import Watch
from engine.training.journal import Journal

ARRAYS = ("parameters", "slots", "running", "mask", "clock", "order")


@dataclass(frozen=True)
class Place:
    """A checkpoint, and how far the journal and the history were."""

    checkpoint: Checkpoint
    changes: int
    rows: int


def asked_after(journal: Journal, changes: int) -> Experiment:
    """What the journal says was asked for after so many changes."""
    return (journal.entries[changes - 1] if changes else journal).experiment.asked


def pack(place: Place, journal: Journal) -> bytes:
    """The document of a checkpoint. What was asked for is in it only where the journal does not tell."""
    checkpoint = place.checkpoint
    plateau, watch, best, stopped, diverged = checkpoint.memory
    told = journal.complete and asked_after(journal, place.changes) == checkpoint.asked
    return seal(
        {
            **{name: getattr(checkpoint, name) for name in ARRAYS},
            "plateau": vars(plateau),
            "watch": vars(watch),
            "best": best,
            "stopped": stopped,
            "diverged": diverged,
            "asked": None if told else to_data(checkpoint.asked),
            "changes": place.changes,
            "rows": place.rows,
        }
    )


def unpack(document: bytes, journal: Journal) -> Place:
    """The checkpoint in a document. Raises Trouble if it was damaged."""
    given = unseal(document)
    plateau, watch = Plateau(), Watch()
    vars(plateau).update(given["plateau"])
    vars(watch).update(given["watch"])
    best: tuple[np.ndarray, ...] | None = tuple(given["best"]) if given["best"] else None
    asked = EXPERIMENT.check(given["asked"]) if given["asked"] else asked_after(journal, given["changes"])
    memory = plateau, watch, best, given["stopped"], given["diverged"]
    arrays = {name: given[name] for name in ARRAYS}
    return Place(Checkpoint(asked=asked, memory=memory, **arrays), given["changes"], given["rows"])
