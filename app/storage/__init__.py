"""Storage: what outlives the process. Sessions, uploaded tables and saved runs in SQLite or PostgreSQL.

`delta` takes from a trainer what is new since it was saved last, `Store` writes it, and `Recovery` makes from it a
trainer whose future has the same bytes. What a session can undo (the networks before each pruning) is not stored.
"""

from app.storage.deltas import Delta, Facts, Saved, delta
from app.storage.recovery import Recovery
from app.storage.store import Store
from app.storage.troubles import Trouble

__all__ = ["Delta", "Facts", "Recovery", "Saved", "Store", "Trouble", "delta"]
