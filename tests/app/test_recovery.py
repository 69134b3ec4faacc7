"""The server is killed, ends, or cannot store: no answered command is lost, and every run goes on to the same bytes."""

import contextlib
import json
import random
import signal
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import pytest

from app.encoding import to_json
from app.experiments import EXPERIMENT
from app.main import create_app
from app.settings import Settings
from engine import Trainer, resolve
from engine.training.journal import Entry
from engine.training.time_travel import Replay
from tests.app.conftest import PATIENCE_S, ServerProcess, eventually

CYCLES = 20


@pytest.fixture
def server(tmp_path: Path) -> Iterator[ServerProcess]:
    server = ServerProcess(tmp_path / "data" / "gradlab.db")
    yield server
    server.end(signal.SIGKILL)


def made_again(http: httpx.Client, id: str) -> tuple[Trainer, dict[str, Any]]:
    """The run as its experiment and its journal say it was, and the session."""
    session = http.post(f"/api/sessions/{id}/commands", json={"command": "pause"}).json()
    journal = http.get(f"/api/sessions/{id}/journal").json()
    experiment = resolve(EXPERIMENT.check(journal["experiment"]))
    entries = []
    for each in journal["entries"]:
        if each["kind"] == "patch":
            assert each["what"].keys() == {"optimizer"}
            changed = EXPERIMENT.check(journal["experiment"] | each["what"])
            experiment = resolve(changed)
        entries.append(Entry(**each, experiment=experiment))
    replay = Replay(Trainer(resolve(EXPERIMENT.check(journal["experiment"]))), entries, lambda _: session["step"])
    while not replay.done:
        replay.advance(1 << 24)
    return replay.trainer, session


def check_is_the_same(http: httpx.Client, id: str) -> None:
    """The run is bit by bit what one would be that was never interrupted."""
    trainer, session = made_again(http, id)
    assert trainer.step == session["step"]
    answer = http.get(f"/api/sessions/{id}/parameters").json()
    for layer, own in zip(answer["layers"], trainer.parameters(), strict=True):
        assert np.array_equal(np.array(layer["weights"]), own.weights.astype(np.float64))
        assert np.array_equal(np.array(layer["biases"]), own.biases.astype(np.float64))
    columns = http.get(f"/api/sessions/{id}/metrics").json()["columns"]
    assert columns == json.loads(to_json(trainer.history.columns()))


def test_a_killed_server_has_lost_no_answered_command(server: ServerProcess) -> None:
    """Killed again and again, at any moment, while sessions train and are changed."""
    draw = random.Random(20261201)
    expected: dict[str, dict[str, Any]] = {}
    deleted: set[str] = set()
    for cycle in range(CYCLES):
        for _ in range(draw.randrange(4, 12)):
            act(server.http, draw, expected, deleted)
        if draw.random() < 0.5:  # while a command is on its way
            with contextlib.suppress(httpx.HTTPError), httpx.Client(timeout=0.01) as hasty:
                hasty.base_url = server.http.base_url
                hasty.patch(f"/api/sessions/{draw.choice(list(expected))}", json={"shuffle": True})
        server.end(signal.SIGKILL)
        server.start()
        found = {line["id"]: line for line in server.http.get("/api/sessions").json()["sessions"]}
        assert found.keys() == expected.keys(), cycle
        for id, told in expected.items():
            session = server.http.get(f"/api/sessions/{id}").json()
            assert session["run"] == told["run"] and session["step"] >= told["step"], cycle
            assert session["experiment"]["optimizer"] == told["optimizer"], cycle
            assert (session["state"] == "running") == told["running"], cycle
        assert all(server.http.get(f"/api/sessions/{id}").status_code == 404 for id in deleted)
    for id in expected:
        check_is_the_same(server.http, id)
    server.end(signal.SIGKILL)
    with contextlib.closing(sqlite3.connect(server.database)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]


def act(http: httpx.Client, draw: random.Random, expected: dict[str, dict[str, Any]], deleted: set[str]) -> None:
    """Sends one command, and notes what was answered."""

    def note(answer: httpx.Response) -> None:
        assert answer.status_code in (200, 201), answer.text
        session = answer.json()
        expected[session["id"]] = {
            "run": session["run"],
            "step": session["step"],
            "optimizer": session["experiment"]["optimizer"],
            "running": session["state"] == "running",
        }

    if len(expected) < 4:
        layers = [{"units": draw.randrange(2, 9)}]
        note(http.post("/api/sessions", json={"seed": draw.randrange(100), "layers": layers}))
        return
    id = draw.choice(list(expected))
    address = f"/api/sessions/{id}"
    match draw.randrange(6):
        case 0:
            note(http.patch(address, json={"optimizer": {"learning_rate": draw.choice([0.01, 0.02, 0.05])}}))
        case 1:
            note(http.post(f"{address}/commands", json={"command": "play", "rate": draw.choice([20, None])}))
        case 2:
            note(http.post(f"{address}/commands", json={"command": "pause"}))
        case 3:
            note(http.post(f"{address}/train", json={"epochs": draw.randrange(1, 40)}))
        case 4:
            note(http.post(f"{address}/commands", json={"command": "reset"}))
        case 5 if draw.random() < 0.3:
            assert http.delete(address).status_code == 204
            deleted.add(id)
            del expected[id]


def test_a_server_that_ends_loses_no_step_and_no_table(server: ServerProcess) -> None:
    rows = "\n".join(f"{x},{x * x % 7},{'ab'[x % 2]}" for x in range(40))
    table = server.http.post("/api/datasets", content=f"x,y,kind\n{rows}", headers={"content-type": "text/csv"}).json()
    other = server.http.post("/api/datasets", content=f"x,z,kind\n{rows}", headers={"content-type": "text/csv"}).json()
    assert server.http.delete(f"/api/datasets/{other['id']}").status_code == 204
    learner = server.http.post("/api/sessions", json={"dataset": table["dataset"]}).json()["id"]
    ids = [server.http.post("/api/sessions", json={"seed": seed}).json()["id"] for seed in range(6)]
    for id in ids:
        server.http.post(f"/api/sessions/{id}/commands", json={"command": "play", "rate": None})
    seen = {line["id"]: line["step"] for line in server.http.get("/api/sessions").json()["sessions"]}
    assert server.end(signal.SIGTERM) == 0
    server.start()
    for id in ids:
        session = server.http.get(f"/api/sessions/{id}").json()
        assert session["state"] == "running" and session["step"] >= seen[id]
    for id in ids[:2]:
        check_is_the_same(server.http, id)
    listed = server.http.get("/api/datasets").json()["datasets"]
    assert [(line["id"], line["uses"]) for line in listed] == [(table["id"], 1)]
    assert server.http.get(f"/api/datasets/{table['id']}").json() == table
    assert server.http.delete(f"/api/datasets/{table['id']}").status_code == 409, "also while the session rests"
    assert server.http.post(f"/api/sessions/{learner}/train", json={"epochs": 2}).json()["epoch"] == 2


@pytest.mark.anyio
async def test_where_nothing_can_be_stored_training_goes_on_and_changes_are_refused(
    tmp_path: Path, anyio_backend: str
) -> None:
    """Another process has locked the database, for good as it seems."""
    file = tmp_path / "gradlab.db"
    app = create_app(Settings(workers=2, database_url=f"sqlite:///{file}"))
    async with app.router.lifespan_context(app):
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url="http://localhost", timeout=PATIENCE_S) as client:
            address = (await client.post("/api/sessions", json={})).headers["location"]
            await client.post(f"{address}/commands", json={"command": "play", "rate": None})
            with contextlib.closing(sqlite3.connect(file, isolation_level=None)) as other:
                other.execute("BEGIN EXCLUSIVE")
                refused = await client.patch(address, json={"shuffle": False})
                assert refused.status_code == 503 and refused.headers["retry-after"]
                assert refused.json()["type"] == "urn:gradlab:storage-locked"
                step = (await client.get(address)).json()["step"]
                for request in (
                    client.patch(address, json={"batch_size": 3}),
                    client.post("/api/sessions", json={}),
                    client.post(f"{address}/train", json={"epochs": 1}),
                    client.delete(address),
                ):
                    answer = await request
                    assert answer.status_code == 503 and "not be stored" in answer.json()["detail"]
                assert (await client.get(address)).json()["experiment"]["batch_size"] == 10, (
                    "refused before it was done"
                )

                async def trains_on() -> bool:
                    return bool((await client.get(address)).json()["step"] > step + 1000)

                await eventually(trains_on)
                other.execute("ROLLBACK")

            async def is_stored_again() -> bool:
                return (await client.patch(address, json={"batch_size": 7})).status_code == 200

            await eventually(is_stored_again)
