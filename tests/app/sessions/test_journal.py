"""A run is reproduced by what it began with and its journal, over REST alone."""

from typing import Any

import httpx
import pytest

from tests.app.conftest import strict

pytestmark = pytest.mark.anyio


async def ask(client: httpx.AsyncClient, method: str, path: str, body: Any = None) -> Any:
    response = await client.request(method, path, json=body)
    assert response.status_code in {200, 201}, response.text
    return strict(response.text)


async def step(client: httpx.AsyncClient, address: str, count: int, unit: str = "batch") -> None:
    while count > 0:
        body = {"command": "step", "unit": unit, "count": min(count, 1000)}
        await ask(client, "POST", f"{address}/commands", body)
        count -= 1000


async def replay(client: httpx.AsyncClient, journal: dict[str, Any], last_step: int) -> str:
    """The address of a new session that was led through the same run."""
    address = f"/api/sessions/{(await ask(client, 'POST', '/api/sessions', journal['experiment']))['id']}"
    now = 0
    for entry in journal["entries"]:
        await step(client, address, entry["step"] - now)
        now = entry["step"]
        match entry["kind"]:
            case "patch":
                await ask(client, "PATCH", address, entry["what"])
            case "parameters":
                await ask(client, "PUT", f"{address}/parameters", entry["what"])
            case "step":
                await step(client, address, entry["what"]["count"], entry["what"]["unit"])
                now += entry["what"]["count"]
    await step(client, address, last_step - now)
    return address


async def test_experiment_and_journal_reproduce_the_run(client: httpx.AsyncClient, session: dict[str, Any]) -> None:
    address = f"/api/sessions/{session['id']}"
    commands = f"{address}/commands"
    await ask(client, "POST", commands, {"command": "play", "rate": None, "until": {"epochs": 20}})
    await ask(client, "PATCH", address, {"optimizer": {"learning_rate": 0.1}})  # wherever it is just now
    await ask(client, "POST", commands, {"command": "step", "unit": "sample", "count": 7})
    await ask(client, "PATCH", address, {"batch_size": 17, "output": {"regularizer": "l2"}})
    await ask(client, "POST", f"{address}/train", {"epochs": 5})
    parameters = await ask(client, "GET", f"{address}/parameters")
    parameters["layers"][0]["biases"] = [1, -1, 0.5, 0]
    await ask(client, "PUT", f"{address}/parameters", parameters)
    await ask(client, "PATCH", address, {"batch_size": None, "layers": [{"activation": "relu"}, {"units": 2}]})
    await ask(client, "POST", commands, {"command": "step", "unit": "batch", "count": 30})
    journal = await ask(client, "GET", f"{address}/journal")
    assert [entry["kind"] for entry in journal["entries"]] == ["patch", "step", "patch", "parameters", "patch"]
    assert [entry["seq"] for entry in journal["entries"]] == list(range(5)) and journal["complete"]
    after = await ask(client, "GET", f"{address}/parameters")

    again = await replay(client, journal, after["step"])
    repeated = await ask(client, "GET", f"{again}/parameters")
    assert repeated["step"] == after["step"]
    assert repeated["layers"] == after["layers"], "bit for bit"
    experiments = [(await ask(client, "GET", path))["experiment"] for path in (address, again)]
    assert experiments[0] == experiments[1]


async def test_a_reset_begins_an_empty_journal(client: httpx.AsyncClient, session: dict[str, Any]) -> None:
    address = f"/api/sessions/{session['id']}"
    await ask(client, "PATCH", address, {"batch_size": 17})
    run = (await ask(client, "POST", f"{address}/commands", {"command": "reset"}))["run"]
    journal = await ask(client, "GET", f"{address}/journal")
    assert journal["run"] == run and journal["entries"] == []
    assert journal["experiment"]["batch_size"] == 17
