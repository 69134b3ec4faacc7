"""Commands and orders to train over REST."""

import asyncio
from typing import Any

import httpx
import pytest

from tests.app.conftest import RealServer, eventually, strict

pytestmark = pytest.mark.anyio


async def test_early_stopping_finishes_a_session_and_says_why(client: httpx.AsyncClient) -> None:
    experiment = {
        "dataset": {"name": "circle", "samples": 100, "noise": 1.0, "validation_fraction": 0.3, "test_fraction": 0.2},
        "optimizer": {"name": "adam", "learning_rate": 0.1},
        "early_stopping": {"monitor": "validation_loss", "patience": 3},
    }
    session = strict((await client.post("/api/sessions", json=experiment)).text)
    address = f"/api/sessions/{session['id']}"
    stopped = strict((await client.post(f"{address}/train", json={"epochs": 5_000})).text)
    assert stopped["state"] == "finished" and stopped["epoch"] < 5_000
    assert "Early stopping" in stopped["reason"] and "weights are those" in stopped["reason"]
    columns = strict((await client.get(f"{address}/metrics")).text)["columns"]
    assert stopped["metrics"]["validation"]["loss"] == pytest.approx(min(columns["validation_loss"]), rel=1e-6)
    further = strict((await client.post(f"{address}/train", json={"epochs": 2})).text)
    assert further["epoch"] > stopped["epoch"]


async def test_several_labels_are_learned_and_told(client: httpx.AsyncClient) -> None:
    points = [[x, y] for x in (-2, -1, 1, 2) for y in (-2, -1, 1, 2)]
    data = {"points": points, "targets": [[int(x > 0), int(y > 0)] for x, y in points], "test_fraction": 0}
    experiment = {"dataset": data, "layers": [], "optimizer": {"name": "adam", "learning_rate": 0.1}}
    session = strict((await client.post("/api/sessions", json=experiment)).text)
    assert session["experiment"]["task"] == "multilabel"
    address = f"/api/sessions/{session['id']}"
    trained = strict((await client.post(f"{address}/train", json={"epochs": 200})).text)
    assert trained["metrics"]["train"]["exact_match"] == 1 == trained["metrics"]["train"]["binary_accuracy"]
    told = strict((await client.post(f"{address}/predict", json={"x": [[2, 2], [2, -2], [-2, -2]]})).text)
    assert told["labels"] == [["label 0", "label 1"], ["label 0"], []]
    parts = strict((await client.get(f"{address}/dataset")).text)["parts"]
    assert sorted(map(tuple, parts["train"]["targets"])) == sorted(map(tuple, data["targets"]))


async def command(client: httpx.AsyncClient, id: str, **body: Any) -> dict[str, Any]:
    response = await client.post(f"/api/sessions/{id}/commands", json=body)
    assert response.status_code == 200, response.text
    return strict(response.text)


async def test_play_pause_reset(client: httpx.AsyncClient, session: dict[str, Any]) -> None:
    id = session["id"]
    played = await command(client, id, command="play")
    assert (played["state"], played["rate"]) == ("running", 30)

    async def moved() -> bool:
        return (await client.get(f"/api/sessions/{id}")).json()["step"] > 10

    await eventually(moved)
    paused = await command(client, id, command="pause")
    assert paused["state"] == "paused"
    assert (await client.get(f"/api/sessions/{id}")).json() == paused, "it stands still"
    reset = await command(client, id, command="reset")
    assert (reset["state"], reset["step"]) == ("ready", 0) and reset["run"] != paused["run"]
    assert reset["metrics"] == session["metrics"]


async def test_play_until_an_epoch(client: httpx.AsyncClient, session: dict[str, Any]) -> None:
    await command(client, session["id"], command="play", rate=None, until={"epochs": 50})

    async def finished() -> Any:
        answer = (await client.get(f"/api/sessions/{session['id']}")).json()
        return answer if answer["state"] == "finished" else None

    answer = await eventually(finished)
    assert answer["epoch"] == 50 and answer["reason"] == "Epoch 50 is reached."


async def test_single_steps(client: httpx.AsyncClient, session: dict[str, Any]) -> None:
    assert (await command(client, session["id"], command="step"))["step"] == 1
    assert (await command(client, session["id"], command="step", unit="epoch", count=2))["epoch"] == 2
    assert (await command(client, session["id"], command="step", unit="sample", count=2))["epoch"] == pytest.approx(
        2.008
    )


async def test_train_answers_with_the_session_after_training(
    client: httpx.AsyncClient, session: dict[str, Any]
) -> None:
    response = await client.post(f"/api/sessions/{session['id']}/train", json={"epochs": 100})
    answer = strict(response.text)
    assert (response.status_code, answer["epoch"], answer["state"]) == (200, 100, "paused")
    assert answer["metrics"]["train"]["loss"] < session["metrics"]["train"]["loss"]
    assert set(answer["metrics"]["test"]) == {"loss", "accuracy"}


async def test_the_same_experiment_gives_the_same_run(client: httpx.AsyncClient) -> None:
    runs = []
    for orders in ([100], [30, 70], [1] * 10 + [90]):
        id = (await client.post("/api/sessions", json={"optimizer": "adam"})).json()["id"]
        for epochs in orders:
            await client.post(f"/api/sessions/{id}/train", json={"epochs": epochs})
        parameters = (await client.get(f"/api/sessions/{id}/parameters")).json()
        runs.append((parameters["step"], parameters["layers"]))
    assert runs[0] == runs[1] == runs[2]


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "epochs"),
        ({"epochs": 0}, "epochs"),
        ({"epochs": 1_000_001}, "epochs"),
        ({"epochs": "5"}, "epochs"),
        ({"epochs": 1.5}, "epochs"),
        ({"seconds": 0}, "seconds"),
        ({"seconds": 601}, "seconds"),
        ({"epochs": 1, "seconds": 1}, "epochs"),
        ([], ""),
    ],
)
async def test_bad_orders(client: httpx.AsyncClient, session: dict[str, Any], body: Any, field: str) -> None:
    response = await client.post(f"/api/sessions/{session['id']}/train", json=body)
    assert response.status_code == 422
    assert strict(response.text)["errors"][0]["field"] == field


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "command"),
        ({"command": "ply"}, "command"),
        ({"command": "play", "rate": -1}, "rate"),
        ({"command": "play", "speed": 1}, "speed"),
        ({"command": "play", "until": {"metric": "test_acuracy", "target": 1}}, "until.metric"),
        ({"command": "reset", "seed": "other"}, "seed"),
        ({"command": "step", "count": 0}, "count"),
        ({"command": "pause", "now": True}, "now"),
    ],
)
async def test_bad_commands(client: httpx.AsyncClient, session: dict[str, Any], body: Any, field: str) -> None:
    response = await client.post(f"/api/sessions/{session['id']}/commands", json=body)
    assert response.status_code == 422
    assert strict(response.text)["errors"][0]["field"] == field


async def test_divergence_is_a_result(client: httpx.AsyncClient) -> None:
    experiment = {
        "dataset": "regression_plane",
        "layers": [],
        "optimizer": {"name": "sgd", "learning_rate": 1e6},
    }
    id = (await client.post("/api/sessions", json=experiment)).json()["id"]
    response = await client.post(f"/api/sessions/{id}/train", json={"epochs": 100})
    assert response.status_code == 200
    assert strict(response.text)["state"] == "diverged" and "layer" in strict(response.text)["reason"]
    for path in ("", "/metrics", "/metrics?format=csv", "/boundary", "/parameters", "/dataset", "/journal"):
        response = await client.get(f"/api/sessions/{id}{path}")
        assert response.status_code == 200
        if "csv" not in path:
            strict(response.text)
    response = await client.post(f"/api/sessions/{id}/train", json={"epochs": 1})
    assert response.status_code == 409 and "reset" in response.json()["detail"]
    await command(client, id, command="reset")
    assert (await client.patch(f"/api/sessions/{id}", json={"optimizer": {"learning_rate": 0.01}})).status_code == 200
    assert (await client.post(f"/api/sessions/{id}/train", json={"epochs": 10})).json()["epoch"] == 10


async def test_training_stops_when_the_client_goes_away(http: httpx.AsyncClient, server: RealServer) -> None:
    id = (await http.post("/api/sessions", json={})).json()["id"]
    host, _, port = server.address.partition(":")
    _, writer = await asyncio.open_connection(host, int(port))
    body = b'{"seconds": 600}'
    head = f"POST /api/sessions/{id}/train HTTP/1.1\r\nHost: {server.address}\r\nContent-Type: application/json\r\n"
    writer.write(f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body)

    async def state(wanted: str) -> bool:
        return (await http.get(f"/api/sessions/{id}")).json()["state"] == wanted

    await eventually(lambda: state("running"))
    writer.close()
    await writer.wait_closed()
    await eventually(lambda: state("paused"))
    await http.delete(f"/api/sessions/{id}")


async def test_an_order_ends_with_its_session(client: httpx.AsyncClient, session: dict[str, Any]) -> None:
    address = f"/api/sessions/{session['id']}"
    order = asyncio.create_task(client.post(f"{address}/train", json={"seconds": 600}))

    async def running() -> bool:
        return (await client.get(address)).json()["state"] == "running"

    await eventually(running)
    await client.delete(address)
    assert (await order).status_code == 404


async def test_pause_answers_whoever_waits(client: httpx.AsyncClient, session: dict[str, Any]) -> None:
    address = f"/api/sessions/{session['id']}"
    order = asyncio.create_task(client.post(f"{address}/train", json={"seconds": 600}))

    async def running() -> bool:
        return (await client.get(address)).json()["state"] == "running"

    await eventually(running)
    await command(client, session["id"], command="pause")
    response = await order
    assert (response.status_code, response.json()["state"]) == (200, "paused")
