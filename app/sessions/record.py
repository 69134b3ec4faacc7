"""A record: what the registry knows of a session, whether it is in memory or rests in storage."""

import asyncio
import math
import time
from dataclasses import dataclass, field
from typing import Any

from app.sessions.session import Session
from app.storage import Facts, Saved
from app.storage.deltas import upload_of
from app.storage.rights import Share


@dataclass(eq=False)
class Record:
    """A session, or where it rests what was last known of it."""

    id: str
    owner: str
    asked: float  # when somebody last asked for it, by the registry's clock
    created: float = field(default_factory=time.time)
    session: Session | None = None  # None while it is made, and while it rests
    head: dict[str, Any] | None = None  # its line in the list while it rests
    upload: str | None = None  # the uploaded table that it learns from while it rests
    waking: "asyncio.Task[None] | None" = None
    placed: bool = False  # whether it has a place in memory, while it is made or brought back
    uses: int = 0  # requests that are being answered
    deleted: bool = False
    saved: Saved = field(default_factory=Saved)
    saved_at: float = -math.inf
    saving: asyncio.Lock = field(default_factory=asyncio.Lock)
    link: bytes | None = None  # the hash of the secret with which others may look at it
    readers: set[str] = field(default_factory=set)  # who has used it

    def may_be_seen_by(self, owner: str | None) -> bool:
        """Whether somebody may look at it."""
        return owner == self.owner or owner in self.readers

    @property
    def rests(self) -> bool:
        """Whether it is only in storage."""
        return self.session is None and self.head is not None

    @property
    def in_use(self) -> bool:
        """Whether somebody watches it, it trains, or a client waits for it."""
        session = self.session
        trains = session is not None and bool(session.watchers or session.awaited or session.state == "running")
        return self.uses > 0 or trains

    def summary(self) -> dict[str, Any] | None:
        """Its line in the list; None while it is made."""
        return self.session.summary() if self.session else self.head

    def learns_from(self) -> str | None:
        """The id of the uploaded table that it learns from, if it does."""
        return upload_of(self.session.trainer.experiment) if self.session else self.upload

    def rest(self) -> None:
        """Leaves it to storage."""
        if self.session:
            self.head, self.upload, self.session = self.session.summary(), self.learns_from(), None


def stored_record(facts: Facts, asked: float, share: Share | None = None) -> Record:
    """The record of a session that is found in storage."""
    head = {
        "id": facts.id,
        "run": facts.run,
        "state": "running" if facts.playing else facts.rest,
        "stage": 0,
        "reason": facts.reason,
        "step": facts.step,
        "epoch": facts.epoch,
        "steps_per_second": 0.0,
        "watchers": 0,
    }
    record = Record(facts.id, facts.owner or "", asked, facts.created, head=head, upload=facts.upload)
    if share:
        record.link, record.readers = share.hash, set(share.readers)
    return record
