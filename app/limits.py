"""Limits: how much one person may ask for. Generous for the only user of a machine, fair where several share a server.

A school has one address, so nothing here looks at addresses.
"""

import math
import time

from limits import RateLimitItemPerSecond
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter
from starlette.types import ASGIApp, Receive, Scope, Send

from app.problems import Problem, invalid
from app.security import refuse
from app.settings import Caps, Settings
from engine import FieldError, Resolved

BURST_S = 5  # requests are counted over so long: a page asks for much at once when it opens
MOST_MESSAGES, MOST_MESSAGES_S = 40, 2  # that a stream may send: 20 a second, and twice that at once


def too_many(what: str, wait_s: float) -> Problem:
    """429, with the time after which to try again."""
    return Problem(429, what, headers={"Retry-After": str(max(1, math.ceil(wait_s)))})


class Rates:
    """Counts how often somebody does something: `most` times in so many seconds."""

    def __init__(self, most: int, seconds: int, what: str) -> None:
        self._limit = RateLimitItemPerSecond(most, seconds)
        self._counter = MovingWindowRateLimiter(MemoryStorage())
        self._what = f"At most {most} {what} in {seconds} s are accepted."

    def count(self, who: str) -> None:
        """Once more. Raises Problem 429."""
        if not self._counter.hit(self._limit, who):
            reset = self._counter.get_window_stats(self._limit, who).reset_time
            raise too_many(f"{self._what} Wait a moment.", reset - time.time())

    def forget(self, who: str) -> None:
        """Somebody will not come again."""
        self._counter.storage.clear(self._limit.key_for(who))


class RequestLimit:
    """Refuses requests to the API of somebody who sends too many."""

    def __init__(self, app: ASGIApp, settings: Settings) -> None:
        self.app = app
        self._rates = Rates(settings.caps.requests_each_per_s * BURST_S, BURST_S, "requests of one person")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        owner = scope["state"]["actor"].owner if scope["type"] == "http" else None
        if owner is not None and "/api/" in scope["path"]:
            try:
                self._rates.count(owner)
            except Problem as problem:
                await refuse(problem, scope, receive, send)
                return
        await self.app(scope, receive, send)


def check_size(experiment: Resolved, caps: Caps) -> Resolved:
    """The same experiment. Raises Problem 422 if it is larger than this server trains."""
    widest = max((layer.units for layer in experiment.layers), default=0)
    found = {
        "layers": (len(experiment.layers), caps.layers, "hidden layers"),
        "layers.units": (widest, caps.units, "units in a layer"),
        "dataset.samples": (sum(experiment.split_sizes), caps.samples, "samples"),
    }
    errors = [
        FieldError(field, given, f"at most {most}", f"this server trains at most {most} {what}")
        for field, (given, most, what) in found.items()
        if given > most
    ]
    if errors:
        raise invalid(errors)
    return experiment
