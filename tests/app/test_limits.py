"""Limits: the value itself is accepted, one more is refused with 429 or 422 and what the limit is, also in a race."""

import asyncio
import json
from collections import Counter
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
import websockets

from app.limits import MOST_MESSAGES, MOST_MESSAGES_S, Rates
from app.problems import Problem
from app.sessions.session import MOST_WAITING
from app.settings import FOR_ONE, FOR_SEVERAL, Settings
from tests.app.conftest import PATIENCE_S, RealServer, strict

pytestmark = pytest.mark.anyio
CIRCLE = {"name": "circle"}


@pytest.fixture
async def small(anyio_backend: str) -> AsyncIterator[RealServer]:
    server = await asyncio.to_thread(RealServer, Settings(workers=2, streams_each=2))
    yield server
    await asyncio.to_thread(server.stop)


def test_the_only_user_gets_more_than_one_of_several() -> None:
    assert Settings(host="127.0.0.1").caps == FOR_ONE
    assert Settings(host="0.0.0.0").caps == Settings(several_users=True).caps == FOR_SEVERAL
    assert all(one >= several for one, several in zip(FOR_ONE, FOR_SEVERAL, strict=True))
    assert Settings(host="0.0.0.0", sessions_each=3).caps == FOR_SEVERAL._replace(sessions_each=3)


@pytest.mark.parametrize("settings", [Settings(workers=2, sessions_each=5)])
async def test_a_race_for_sessions_does_not_exceed_the_limit(client: httpx.AsyncClient, settings: Settings) -> None:
    answers = await asyncio.gather(*(client.post("/api/sessions", json={}) for _ in range(50)))
    assert sorted(answer.status_code for answer in answers) == [201] * 5 + [429] * 45
    refused = next(answer for answer in answers if answer.status_code == 429)
    assert "5 sessions" in refused.json()["detail"] and int(refused.headers["retry-after"]) > 0
    made = next(answer for answer in answers if answer.status_code == 201)
    assert (await client.delete(made.headers["location"])).status_code == 204
    assert (await client.post("/api/sessions", json={})).status_code == 201


@pytest.mark.parametrize("settings", [Settings(workers=2, layers=2, units=5, samples=300)])
@pytest.mark.parametrize(
    ("largest", "larger", "named"),
    [
        ({"layers": [{"units": 1}] * 2}, {"layers": [{"units": 1}] * 3}, "layers"),
        ({"layers": [{"units": 5}]}, {"layers": [{"units": 6}]}, "layers.units"),
        ({"dataset": CIRCLE | {"samples": 300}}, {"dataset": CIRCLE | {"samples": 301}}, "dataset.samples"),
    ],
)
async def test_an_experiment_is_as_large_as_the_server_allows(
    client: httpx.AsyncClient, settings: Settings, largest: dict[str, Any], larger: dict[str, Any], named: str
) -> None:
    smallest = {"layers": [], "dataset": {"name": "circle", "samples": 100}}
    address = (await client.post("/api/sessions", json=smallest)).headers["location"]
    assert (await client.post("/api/sessions", json=smallest | largest)).status_code == 201
    assert (await client.patch(f"{address}?reset=true", json=largest)).status_code == 200
    file = (await client.get(f"{address}/export?format=json")).content
    for refused in (
        await client.post("/api/sessions", json=smallest | larger),
        await client.post("/api/spread", json=smallest | larger),
        await client.patch(f"{address}?reset=true", json=larger),
        await client.post(f"{address}/fork", json={"epoch": 0, "patch": larger}),
    ):
        assert refused.status_code == 422, refused.text
        if "fork" not in str(refused.url):  # which refuses all that needs a reset
            assert refused.json()["errors"][0]["field"] == named and "at most" in refused.json()["detail"]
    assert (await client.post("/api/sessions", content=file, headers={"content-type": "application/json"})).is_success


async def test_nobody_has_more_streams_than_allowed(small: RealServer) -> None:
    async with httpx.AsyncClient(base_url=f"http://{small.address}", timeout=PATIENCE_S) as http:
        id = (await http.post("/api/sessions", json={})).json()["id"]
    url = f"ws://{small.address}/api/sessions/{id}/stream"
    async with websockets.connect(url), websockets.connect(url):
        with pytest.raises(websockets.InvalidStatus) as refused:
            await websockets.connect(url)
        assert refused.value.response.status_code == 429
        assert "2 sessions" in strict(refused.value.response.body)["detail"]
    for _ in range(200):  # one that has closed makes room for another
        try:
            async with websockets.connect(url):
                break
        except websockets.InvalidStatus:
            await asyncio.sleep(0.05)
    else:
        pytest.fail("no stream became free")


async def test_messages_beyond_the_rate_are_answered_and_not_done(server: RealServer) -> None:
    async with httpx.AsyncClient(base_url=f"http://{server.address}", timeout=PATIENCE_S) as http:
        id = (await http.post("/api/sessions", json={})).json()["id"]
        async with websockets.connect(f"ws://{server.address}/api/sessions/{id}/stream") as socket:
            for count in range(5 * MOST_MESSAGES):
                await socket.send(json.dumps({"type": "patch", "patch": {"batch_size": count + 1}}))
            async with asyncio.timeout(PATIENCE_S):
                while (message := strict(await socket.recv()))["type"] != "error":
                    pass
        assert message["status"] == 429 and f"{MOST_MESSAGES} messages" in message["detail"]
        assert (await http.get(f"/api/sessions/{id}")).status_code == 200


def test_each_person_has_a_rate_of_their_own() -> None:
    rates = Rates(3, MOST_MESSAGES_S, "requests")
    for _ in range(3):
        rates.count("a")
    with pytest.raises(Problem) as refused:
        rates.count("a")
    assert refused.value.status == 429 and refused.value.headers == {"Retry-After": "2"}
    rates.count("b")


@pytest.mark.parametrize("settings", [Settings(workers=1, requests_each_per_s=2)])
async def test_requests_beyond_the_rate_are_refused(client: httpx.AsyncClient, settings: Settings) -> None:
    answers = await asyncio.gather(*(client.get("/api/sessions") for _ in range(200)))
    counts = Counter(answer.status_code for answer in answers)
    assert counts.keys() == {200, 429} and counts[200] >= 10
    assert all("retry-after" in answer.headers for answer in answers if answer.status_code == 429)
    assert (await client.get("/healthz")).status_code == 200


async def test_questions_that_take_long_do_not_pile_up(client: httpx.AsyncClient, session: dict[str, Any]) -> None:
    address = f"/api/sessions/{session['id']}"
    await client.post(f"{address}/train", json={"epochs": 20_000})
    asked = [client.get(f"{address}/boundary?epoch={19_000 + n}&resolution=2") for n in range(40)]
    answers = Counter(answer.status_code for answer in await asyncio.gather(*asked))
    assert answers.keys() == {200, 429} and answers[200] >= MOST_WAITING
