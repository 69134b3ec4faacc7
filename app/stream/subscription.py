"""Subscriptions: what one connection wants to see of a session, and what it has been sent.

Metrics are read by a cursor from the history: a slow client gets more rows at once, never fewer. Pictures have no
queue: one is made when the client is ready, from the newest state, and only if something has changed.
"""

import math
import time
from dataclasses import dataclass

from app.encoding import Codec
from app.schemas.requests import Plane, Subscribe
from app.schemas.responses import Right
from app.sessions.session import Session
from app.stream import messages
from app.stream.messages import Scene
from engine import Axes, Domain, Model, check_domain

STATE_PERIOD_S = 0.25
BUNCH_S = 0.004  # what is due this soon is sent along
# A page shall stay under 200 KB/s whatever the network: beyond these sizes pictures come more rarely.
USUAL_MAPS = 10_000  # bytes of all units' maps: of 25 units at a resolution of 20
USUAL_PARAMETERS = 1_000
USUAL_POINTS = 1_000
# Looking takes at most a quarter of what a session gets of the processor.
COST_FACTOR = 4
PAST = -2  # the revision of what does not change any more


@dataclass
class Channel:
    """One kind of message."""

    period_s: float
    resolution: int = 0
    due: float = 0.0
    shown: int = -1  # the revision that was sent last: the session's, or PAST
    idle: bool = True  # whether there was nothing new to send when it was due

    def sent(self, now: float, revision: int, least_period_s: float = 0.0) -> int:
        """Sets when the next may come: in step with the period, unless it has fallen behind. Returns by how many."""
        period_s = max(self.period_s, least_period_s)
        missed = 0 if self.idle else int((now - self.due) / period_s)
        self.due = self.due + period_s if now - self.due < period_s else now + period_s
        self.shown, self.idle = revision, False
        return max(missed, 0)


class Subscription:
    """What one connection sees. `pending` may be called from any thread, the rest while the session holds still."""

    def __init__(self, session: Session, codec: Codec, access: Right = "own") -> None:
        self.session = session
        self.access = access
        self.codec = codec
        self.run: str | None = None
        self.seq = -1
        self._claim: tuple[str | None, int | None] = (None, None)
        self._greeted = -1  # the session's facts that were sent last
        self._stage = -1
        self._channels: dict[str, Channel] = {"state": Channel(STATE_PERIOD_S)}
        self._scene = Scene()
        self._past: Model | None = None
        self._dropped = 0

    def take_dropped(self) -> int:
        """How many pictures newer ones have taken the place of since this was last asked."""
        dropped, self._dropped = self._dropped, 0
        return dropped

    def subscribe(self, wish: Subscribe, past: Model | None = None) -> None:
        """Accepts a subscription and answers it with a hello. `past` is the network at the epoch it asks for.

        Raises InvalidInput for a plane that the data does not have.
        """
        scene = Scene(*plane_of(wish.plane), wish.epoch)
        self.session.trainer.data.projection(scene.axes)
        self._scene, self._past = scene, past
        channels = {"state": self._channels["state"]}
        if wish.metrics:
            channels["metrics"] = Channel(1 / wish.metrics.max_fps)
        for kind, picture in (("boundary", wish.boundary), ("neurons", wish.neurons)):
            if picture:
                channels[kind] = Channel(1 / picture.max_fps, picture.resolution)
        if wish.parameters:
            channels["parameters"] = Channel(1 / wish.parameters.max_fps)
        if wish.predictions:
            channels["predictions"] = Channel(1 / wish.predictions.max_fps)
        self._channels = channels
        if wish.run is not None or wish.since is not None:
            self.run = None
        self._claim = wish.run, wish.since
        self._greeted = -1

    def urgent(self) -> bool:
        """Whether something has happened that does not wait for its turn."""
        return self._greeted != self.session.facts or self._stage != self.session.stage

    def pending(self, now: float) -> tuple[list[str], float, bool]:
        """The kinds of message that are due; how long until another may be; whether one only waits for news."""
        due = ["hello"] if self._greeted != self.session.facts else []
        wait_s, listens = math.inf, False
        for kind, channel in self._channels.items():
            ripe = channel.due <= now + BUNCH_S or (kind == "state" and self.urgent())
            if not ripe:
                wait_s = min(wait_s, channel.due - now)
            elif self._is_news(kind, channel):
                due.append(kind)
            else:
                listens = channel.idle = True
        return due, wait_s, listens

    def _is_news(self, kind: str, channel: Channel) -> bool:
        if kind == "metrics":
            behind = self.seq < self.session.trainer.history.last_seq
            return behind or self.run != self.session.run_id
        return channel.shown != self._revision(kind) or (kind == "state" and self._stage != self.session.stage)

    def _revision(self, kind: str) -> int:
        return PAST if self._past and kind in messages.PICTURES else self.session.revision

    def render(self, due: list[str]) -> list[str | bytes]:
        """The messages of these kinds, encoded."""
        messages = []
        if self._greeted != self.session.facts or self.run != self.session.run_id:
            messages.append(self._hello())
        for kind in due:
            if kind in self._channels:
                messages.append(self._message(kind, self._channels[kind]))
        return messages

    def _hello(self) -> str | bytes:
        session, (run, since) = self.session, self._claim
        recovered = self.run == session.run_id
        if run == session.run_id and since is not None and since <= session.trainer.history.last_seq:
            recovered, self.seq = True, since
        elif not recovered:
            self.seq = -1
        self.run, self._claim = session.run_id, (None, None)
        self._greeted = session.facts
        return self.codec.encode(messages.hello(session, recovered, self.access))

    def _message(self, kind: str, channel: Channel) -> str | bytes:
        session, now = self.session, time.monotonic()
        if kind == "state":
            self._stage = session.stage
            channel.sent(now, session.revision)
            return self.codec.encode(messages.state(session))
        if kind == "metrics":
            message = messages.metrics(session, self.seq)
            self.seq += message["count"]
            if self.seq == session.trainer.history.last_seq:  # else the rest follows at once
                channel.sent(now, session.revision)
            return self.codec.encode(message)
        encoded = messages.picture(session, kind, channel.resolution, self.codec, self._scene, self._past)
        cost_s = time.monotonic() - now
        self._dropped += channel.sent(
            now, self._revision(kind), max(self._fair_period_s(kind, channel), COST_FACTOR * cost_s)
        )
        return encoded

    def _fair_period_s(self, kind: str, channel: Channel) -> float:
        """How far apart pictures of this kind must be for the traffic to stay within bounds."""
        if kind == "neurons":
            return channel.period_s * self.session.units * channel.resolution**2 / USUAL_MAPS
        if kind == "parameters":
            return channel.period_s * self.session.parameter_count / USUAL_PARAMETERS
        if kind == "predictions":
            parts = self.session.trainer.data.parts.values()
            return channel.period_s * sum(min(len(part), messages.PREDICTED) for part in parts) / USUAL_POINTS
        return 0.0


def plane_of(wish: Plane) -> tuple[Axes | None, Domain | None]:
    """A plane as the engine has it. Raises InvalidInput where there is nothing to see."""
    axes = wish.axes if wish.axes is None or wish.axes == "principal" else (wish.axes[0], wish.axes[1])
    low1, high1, low2, high2 = wish.domain or (0, 1, 0, 1)
    return axes, check_domain((low1, high1, low2, high2)) if wish.domain else None
