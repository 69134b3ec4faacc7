"""Figures about the server, for Prometheus: how much it does, and how late it is. Nothing about single sessions.

They are always counted, so what is counted for every slice must cost next to nothing beside it (about a microsecond).
"""

import asyncio
import time
from collections import Counter as Counts
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from typing import Any, get_args

import prometheus_client
from prometheus_client import CollectorRegistry, Counter, Histogram, ProcessCollector, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4
from prometheus_client.registry import Collector
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.schemas.responses import State
from app.sessions.registry import Registry
from app.sessions.scheduler import Scheduler
from app.sessions.session import Session

MEDIA_TYPE = CONTENT_TYPE_PLAIN_0_0_4
LAG_PERIOD_S = 0.25
SLICES_S = (0.001, 0.002, 0.005, 0.010, 0.020, 0.050, 0.100, 0.500)
DELAYS_S = (0.001, 0.002, 0.005, 0.010, 0.020, 0.050, 0.100, 0.250, 0.500, 1.0, 5.0)
REFUSED = {"http.response.start", "websocket.http.response.start"}

prometheus_client.disable_created_metrics()  # type: ignore[no-untyped-call]


class Metrics:
    """The figures of one server."""

    def __init__(self) -> None:
        self._collected = collected = CollectorRegistry()
        self.slices = Histogram(
            "gradlab_slice_seconds",
            "How long a session has the processor in one go.",
            buckets=SLICES_S,
            registry=collected,
        )
        self.pictures = Histogram(
            "gradlab_picture_seconds",
            "From when pictures are due to a page until the network has taken them.",
            buckets=DELAYS_S,
            registry=collected,
        )
        self.dropped = Counter(
            "gradlab_pictures_dropped", "Pictures that newer ones took the place of.", registry=collected
        )
        self.lag = Histogram(
            "gradlab_loop_lag_seconds",
            "How late the event loop does what it is to do at a given time.",
            buckets=DELAYS_S,
            registry=collected,
        )
        self.refusals = Counter(
            "gradlab_refusals", "Requests answered with an error, by its status.", ["status"], registry=collected
        )
        ProcessCollector(registry=collected)  # memory, processor time, open files; where the system tells them

    @asynccontextmanager
    async def following(self, registry: Registry) -> AsyncIterator[None]:
        """Meanwhile it tells of these sessions and measures the event loop."""
        sessions = _Sessions(registry)
        self._collected.register(sessions)
        watching = asyncio.create_task(self._watch_loop())
        yield
        watching.cancel()
        self._collected.unregister(sessions)

    def text(self) -> bytes:
        """All figures, as Prometheus reads them."""
        return generate_latest(self._collected)

    async def _watch_loop(self) -> None:
        while True:
            due = time.monotonic() + LAG_PERIOD_S
            await asyncio.sleep(LAG_PERIOD_S)
            self.lag.observe(max(0.0, time.monotonic() - due))


class _Sessions(Collector):
    """What the registry knows when it is asked."""

    def __init__(self, registry: Registry) -> None:
        self._registry = registry

    def describe(self) -> Iterator[Metric]:
        """Nothing in advance: so it is not asked while a server starts."""
        yield from ()

    def collect(self) -> Iterator[Metric]:
        """The figures."""
        lines = self._registry.list()
        states = Counts(line["state"] for line in lines)
        sessions = GaugeMetricFamily("gradlab_sessions", "Sessions by state.", labels=["state"])
        for state in get_args(State):
            sessions.add_metric([state], states[state])
        yield sessions
        yield CounterMetricFamily("gradlab_sessions_created", "Sessions made since the start.", self._registry.created)
        yield GaugeMetricFamily("gradlab_watchers", "Open streams.", sum(line["watchers"] for line in lines))
        speed = sum(line["steps_per_second"] for line in lines)
        yield GaugeMetricFamily("gradlab_steps_per_second", "Training steps per second, all sessions.", speed)


class MeasuredScheduler(Scheduler[Session]):
    """A scheduler whose slices are measured."""

    def __init__(self, workers: int, prepare: Callable[[], None], metrics: Metrics) -> None:
        self._observe = metrics.slices.observe
        super().__init__(workers, prepare)

    def _run_slice(self, slot: Any, seconds: float) -> bool:
        begun = time.perf_counter()
        ran = super()._run_slice(slot, seconds)
        self._observe(time.perf_counter() - begun)
        return ran


class CountRefusals:
    """Counts the errors among the answers, http and websocket alike."""

    def __init__(self, app: ASGIApp, metrics: Metrics) -> None:
        self.app = app
        self.metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def watch(message: Message) -> None:
            if message["type"] in REFUSED and message["status"] >= 400:
                self.metrics.refusals.labels(str(message["status"])).inc()
            await send(message)

        await self.app(scope, receive, watch)
