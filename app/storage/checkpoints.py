"""Stored checkpoints: where a run stood between two steps, as sealed bytes.

A checkpoint says how many changes of the journal and rows of the history had been made, so that both can be cut to it.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from app.storage.sealed import seal, unseal
from app.storage.troubles import Trouble
from engine import Resolved, to_data
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


def experiment_after(journal: Journal, changes: int) -> Resolved | None:
    """The experiment after so many changes, where the journal tells."""
    if changes > len(journal.entries):
        return None
    return (journal.entries[changes - 1] if changes else journal).experiment


def pack(place: Place, journal: Journal) -> bytes:
    """The document of a checkpoint. Its experiment is in it only where the journal does not tell."""
    checkpoint = place.checkpoint
    plateau, watch, best, stopped, diverged = checkpoint.memory
    told, asked = experiment_after(journal, place.changes), checkpoint.experiment.asked
    return seal(
        {
            **{name: getattr(checkpoint, name) for name in ARRAYS},
            "plateau": vars(plateau),
            "watch": vars(watch),
            "best": best,
            "stopped": stopped,
            "diverged": diverged,
            "asked": None if told and told.asked == asked else to_data(asked),
            "changes": place.changes,
            "rows": place.rows,
        }
    )


def unpack(document: bytes, journal: Journal, read: Callable[[Any], Resolved]) -> Place:
    """The checkpoint in a document; `read` makes an experiment of its data. Raises Trouble if it was damaged."""
    given = unseal(document)
    plateau, watch = Plateau(), Watch()
    vars(plateau).update(given["plateau"])
    vars(watch).update(given["watch"])
    best: tuple[np.ndarray, ...] | None = tuple(given["best"]) if given["best"] else None
    experiment = read(given["asked"]) if given["asked"] else experiment_after(journal, given["changes"])
    if experiment is None:
        raise Trouble("damaged")
    memory = plateau, watch, best, given["stopped"], given["diverged"]
    arrays = {name: given[name] for name in ARRAYS}
    return Place(Checkpoint(experiment=experiment, memory=memory, **arrays), given["changes"], given["rows"])
