"""The server's figures: each grows when what it counts happens, and only then."""

import asyncio
import json
import time
from collections.abc import Callable

import httpx
import pytest
import websockets
from prometheus_client.parser import text_string_to_metric_families

from app.main import Application
from app.metrics import LAG_PERIOD_S
from app.stream.subscription import Channel
from tests.app.conftest import PATIENCE_S, RealServer, eventually

pytestmark = pytest.mark.anyio
Figures = dict[str, float]


def read(text: str) -> Figures:
    """The figures by name; those of an answer's status by name and status."""
    return {
        sample.name + sample.labels.get("status", ""): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


async def figures(client: httpx.AsyncClient) -> Figures:
    return read((await client.get("/metrics")).text)


@pytest.fixture
def grown(client: httpx.AsyncClient) -> Callable[..., object]:
    async def grown(name: str, before: Figures) -> float:
        return (await figures(client))[name] - before.get(name, 0)

    return grown


async def test_slices_are_counted_while_a_session_trains(
    client: httpx.AsyncClient, session: dict[str, str], grown: Callable[..., object]
) -> None:
    before = await figures(client)
    assert await grown("gradlab_slice_seconds_count", before) == 0
    await client.post(f"/api/sessions/{session['id']}/train", json={"seconds": 0.2})
    count = await grown("gradlab_slice_seconds_count", before)
    seconds = await grown("gradlab_slice_seconds_sum", before)
    assert count >= 2 and 0.1 < seconds < PATIENCE_S


async def test_the_event_loop_s_lag_is_seen(
    app: Application, client: httpx.AsyncClient, grown: Callable[..., object]
) -> None:
    before = await figures(client)
    await asyncio.sleep(LAG_PERIOD_S * 0.9)
    time.sleep(LAG_PERIOD_S * 2)  # what nobody should do here
    await asyncio.sleep(0.05)
    assert await grown("gradlab_loop_lag_seconds_sum", before) > LAG_PERIOD_S


async def test_refusals_are_counted_by_status(client: httpx.AsyncClient, grown: Callable[..., object]) -> None:
    before = await figures(client)
    await client.get("/api/sessions/none")
    await client.post("/api/sessions", json={"datase": 1})
    await client.get("/", headers={"host": "evil.example"})
    await client.get("/healthz")
    for status in ("404", "422", "400"):
        assert await grown(f"gradlab_refusals_total{status}", before) == 1, status
    assert not [name for name in await figures(client) if name.endswith("200")]


async def test_pictures_and_refused_streams_are_counted(server: RealServer, http: httpx.AsyncClient) -> None:
    before = await figures(http)
    id = (await http.post("/api/sessions", json={})).json()["id"]
    address = f"ws://{server.address}/api/sessions/"
    async with websockets.connect(f"{address}{id}/stream") as socket:
        await socket.send(json.dumps({"type": "subscribe", "boundary": {"max_fps": 20, "resolution": 20}}))
        async with asyncio.timeout(PATIENCE_S):
            while json.loads(await socket.recv())["type"] != "boundary":
                pass
    with pytest.raises(websockets.InvalidStatus):
        await websockets.connect(f"{address}none/stream")

    async def counted() -> bool:
        after = await figures(http)
        names = ("gradlab_picture_seconds_count", "gradlab_refusals_total404")
        return all(after.get(name, 0) > before.get(name, 0) for name in names)

    await eventually(counted)
    await http.delete(f"/api/sessions/{id}")


def test_pictures_that_came_too_late_count_as_dropped_but_not_those_that_nobody_needed() -> None:
    channel = Channel(period_s=0.05)
    assert channel.sent(100.0, 1) == 0, "the first"
    assert channel.sent(100.06, 2) == 0, "in time"
    assert channel.sent(100.37, 3) == 5, "due at 100.10: those of 100.15 to 100.35 were never sent"
    channel.idle = True
    assert channel.sent(200.0, 4) == 0, "nothing was new"
    assert channel.sent(200.06, 5) == 0
