"""Making, looking at, changing and ending sessions over REST."""

import asyncio
import json
import threading
from typing import Any

import httpx
import pytest

from app import readiness
from app.main import Application, create_app
from app.settings import Settings
from engine import Trainer, resolve
from engine.data.datasets import MadeData
from engine.data.sources import DatasetChoice, Source
from tests.app.conftest import eventually, strict

pytestmark = pytest.mark.anyio


async def test_a_session_is_made_complete(client: httpx.AsyncClient) -> None:
    response = await client.post("/api/sessions", json={"dataset": "xor"})
    assert response.status_code == 201
    session = strict(response.text)
    assert response.headers["location"] == f"/api/sessions/{session['id']}"
    assert len(session["id"]) == 32 and int(session["id"], 16) >= 0
    assert session["state"] == "ready" and session["step"] == 0
    assert session["experiment"]["loss"] == "binary_crossentropy"
    assert session["metrics"]["train"]["loss"] > 0 and session["metrics"]["validation"] is None
    assert strict((await client.get(response.headers["location"])).text) == session


async def test_an_experiment_is_resolved_once(client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[DatasetChoice] = []
    source = MadeData.source
    await client.post("/api/sessions", json={"precision": "float64"})  # the kernels are ready, which resolves too

    def counted(choice: MadeData, *given: Any) -> Source:
        asked.append(choice)
        return source(choice, *given)

    monkeypatch.setattr(MadeData, "source", counted)  # which resolving asks, and nothing else does
    address = (await client.post("/api/sessions", json={})).headers["location"]
    changes = (
        client.patch(address, json={"batch_size": 5}),
        client.patch(f"{address}?reset=true", json={"dataset": "xor"}),
        client.patch(f"{address}?reset=true&keep=true", json={"optimizer": "adam"}),
        client.post(f"{address}/commands", json={"command": "reset", "seed": "new"}),
    )
    for count, change in enumerate(changes, 2):
        assert (await change).status_code == 200 and len(asked) == count


async def test_an_empty_body_makes_the_default(client: httpx.AsyncClient) -> None:
    response = await client.post("/api/sessions")
    assert response.status_code == 201
    assert response.json()["experiment"]["dataset"]["name"] == "circle"


async def test_clamping_is_said(client: httpx.AsyncClient) -> None:
    response = await client.post("/api/sessions", json={"batch_size": 20_000})
    session = response.json()
    assert session["experiment"]["batch_size"] == 250
    assert [note["field"] for note in session["notes"]] == ["batch_size"]


POINTS = {"points": [[0, 0], [0, 1], [1, 0], [1, 1]], "targets": [0, 1, 1, 0], "test_fraction": 0}


@pytest.mark.parametrize(
    ("experiment", "field", "said"),
    [
        ({"layers": [{"units": 513}]}, "layers.0.units", "512"),
        ({"layers": [{"units": 1}] * 11}, "layers", "10"),
        ({"layers": [{"units": 512}] * 3}, "layers", "500000"),
        ({"layers": [{"activation": "rleu"}]}, "layers.0.activation", "relu"),
        ({"layers": [{"activation": "softmax"}]}, "layers.0.activation", "output layer"),
        ({"dataset": "circel"}, "dataset", "circle"),
        ({"dataset": POINTS | {"points": [[0, 0], [0, 1], [1], [1, 1]]}}, "dataset.points.2", "2"),
        ({"dataset": POINTS | {"targets": [1, 1, 1, 1]}}, "dataset.targets", "one class"),
        ({"dataset": POINTS | {"targets": [0, 1]}}, "dataset.targets", "4"),
        ({"dataset": POINTS | {"points": []}}, "dataset.points", "no points"),
        ({"task": "multiclass"}, "task", "binary"),
        ({"loss": "categorical_crossentropy"}, "loss", "binary"),
        ({"surprise": 1}, "surprise", "unknown field"),
    ],
)
async def test_bad_experiments_are_refused_by_name(
    client: httpx.AsyncClient, experiment: dict[str, Any], field: str, said: str
) -> None:
    response = await client.post("/api/sessions", json=experiment)
    assert response.status_code == 422
    assert response.headers["content-type"] == "application/problem+json"
    problem = strict(response.text)
    error = problem["errors"][0]
    assert error["field"] == field
    assert said in error["message"] + error["expected"]
    assert (await client.get("/api/sessions")).json()["sessions"] == []


@pytest.mark.parametrize("number", ["NaN", "Infinity", "-Infinity", "1e999"])
async def test_numbers_that_are_not_finite_are_refused_by_name(client: httpx.AsyncClient, number: str) -> None:
    body = f'{{"optimizer": {{"name": "sgd", "learning_rate": {number}}}}}'
    response = await client.post("/api/sessions", content=body, headers={"content-type": "application/json"})
    assert response.status_code == 422
    assert strict(response.text)["errors"][0]["field"] == "optimizer.learning_rate"


async def test_points_of_ones_own(client: httpx.AsyncClient) -> None:
    response = await client.post("/api/sessions", json={"dataset": POINTS, "batch_size": None})
    assert response.status_code == 201, response.text
    data = (await client.get(f"/api/sessions/{response.json()['id']}/dataset")).json()
    assert sorted(data["parts"]["train"]["points"]) == POINTS["points"]


async def test_sessions_are_listed_and_ended(client: httpx.AsyncClient) -> None:
    ids = [(await client.post("/api/sessions", json={})).json()["id"] for _ in range(3)]
    assert len(set(ids)) == 3
    listed = (await client.get("/api/sessions")).json()["sessions"]
    assert [line["id"] for line in listed] == ids and {line["state"] for line in listed} == {"ready"}
    assert (await client.delete(f"/api/sessions/{ids[1]}")).status_code == 204
    assert [line["id"] for line in (await client.get("/api/sessions")).json()["sessions"]] == [ids[0], ids[2]]
    for method in ("GET", "DELETE"):
        assert (await client.request(method, f"/api/sessions/{ids[1]}")).status_code == 404


async def test_the_ids_cannot_be_guessed(app: Application) -> None:
    import secrets

    calls: list[int] = []
    original = secrets.token_hex
    try:
        secrets.token_hex = lambda size=None: calls.append(size) or original(size)  # type: ignore
        from engine import Experiment

        await app.state.registry.create(resolve(Experiment()), "me")
    finally:
        secrets.token_hex = original
    assert calls[0] == 16, "128 bits from the operating system's generator"


PATHS = [
    ("GET", ""),
    ("DELETE", ""),
    ("PATCH", ""),
    ("GET", "/journal"),
    ("POST", "/commands"),
    ("POST", "/train"),
    ("GET", "/metrics"),
    ("GET", "/metrics?format=csv"),
    ("GET", "/boundary"),
    ("GET", "/parameters"),
    ("PUT", "/parameters"),
    ("POST", "/predict"),
    ("GET", "/dataset"),
]
BODIES = {
    "PATCH ": {},
    "POST /commands": {"command": "pause"},
    "POST /train": {"epochs": 1},
    "PUT /parameters": {"layers": []},
    "POST /predict": {"x": []},
}


@pytest.mark.parametrize(("method", "path"), PATHS)
async def test_an_unknown_session_is_404_everywhere(client: httpx.AsyncClient, method: str, path: str) -> None:
    for id in ("0" * 32, "nope", "%00", "a" * 5000):
        body = BODIES.get(f"{method} {path}")
        response = await client.request(method, f"/api/sessions/{id}{path}", json=body)
        assert response.status_code == 404, response.text
        assert response.json()["status"] == 404


async def test_a_patch_of_a_running_session_is_live(client: httpx.AsyncClient, session: dict[str, Any]) -> None:
    address = f"/api/sessions/{session['id']}"
    await client.post(f"{address}/commands", json={"command": "play", "rate": None})
    patch = {"optimizer": {"learning_rate": 0.1}, "layers": [{"units": 4, "activation": "relu"}, {"units": 2}]}
    response = await client.patch(address, json=patch, headers={"content-type": "application/merge-patch+json"})
    assert response.status_code == 200, response.text
    after = response.json()
    assert after["state"] == "running" and after["run"] == session["run"]
    assert after["experiment"]["layers"][0]["activation"] == "relu"
    (entry,) = (await client.get(f"{address}/journal")).json()["entries"]
    assert entry["kind"] == "patch" and entry["step"] == after["step"]


async def test_what_needs_a_reset_says_so(client: httpx.AsyncClient, session: dict[str, Any]) -> None:
    address = f"/api/sessions/{session['id']}"
    patch = {"dataset": {"name": "spiral"}, "features": ["x1", "x2", "sin_x1"]}
    response = await client.patch(address, json=patch)
    assert response.status_code == 409
    problem = response.json()
    assert [error["field"] for error in problem["errors"]] == ["dataset", "features"]
    assert "?reset=true" in problem["detail"] and problem["type"] == "urn:gradlab:needs-reset"
    response = await client.patch(f"{address}?reset=true", json=patch)
    assert response.status_code == 200
    assert response.json()["run"] != session["run"]
    assert response.json()["experiment"]["features"] == ["x1", "x2", "sin_x1"]


async def test_a_data_set_for_another_task_brings_its_own_output(
    client: httpx.AsyncClient, session: dict[str, Any]
) -> None:
    response = await client.patch(f"/api/sessions/{session['id']}?reset=true", json={"dataset": {"name": "blobs"}})
    experiment = response.json()["experiment"]
    assert (experiment["task"], experiment["output"]["activation"]) == ("multiclass", "softmax")


async def test_a_bad_patch_is_refused(client: httpx.AsyncClient, session: dict[str, Any]) -> None:
    address = f"/api/sessions/{session['id']}"
    for content in (b"", b"[]", b"{", b'{"seed": -1}', b'{"seed": NaN}', b'{"layers": [{"units": 0}]}'):
        headers = {"content-type": "application/merge-patch+json"}
        response = await client.patch(address, content=content, headers=headers)
        assert response.status_code == 422, content
        strict(response.text)
    assert (await client.get(address)).json() == session


async def test_sessions_made_while_the_kernels_compile_wait(
    monkeypatch: pytest.MonkeyPatch, anyio_backend: str
) -> None:
    gate = threading.Event()
    monkeypatch.setattr(readiness, "warm_up", lambda kernel: gate.wait())
    app = create_app(Settings(workers=1))
    async with app.router.lifespan_context(app):
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url="http://localhost", timeout=60) as client:
            waiting = await client.get("/readyz")
            assert waiting.status_code == 503 and "compiling" in waiting.json()["waiting_for"]
            assert (await client.get("/api/catalogue")).status_code == 200
            assert (await client.get("/")).status_code == 200
            assert (await client.post("/api/sessions", json={"seed": -1})).status_code == 422, "told at once"
            making = asyncio.create_task(client.post("/api/sessions", json={}))
            listed = (await client.get("/api/sessions")).json()
            assert not making.done() and listed == {"sessions": []}
            gate.set()
            assert (await making).status_code == 201

            async def ready() -> bool:
                return (await client.get("/readyz")).status_code == 200

            await eventually(ready)
            assert json.loads((await client.get("/readyz")).text) == {"ready": True}


@pytest.mark.parametrize("settings", [Settings(workers=1)])
async def test_only_what_needs_the_rest_waits_while_that_is_compiled(
    monkeypatch: pytest.MonkeyPatch, settings: Settings, anyio_backend: str
) -> None:
    """Also with the file of a session, a preview and a change that restarts; none of them holds the only thread."""
    gate = threading.Event()
    compiled: list[str] = []

    def compile(self: readiness.Readiness, kernel: str) -> None:
        gate.wait()
        compiled.append(kernel)

    monkeypatch.setattr(readiness, "is_kept", lambda kernel: False)
    monkeypatch.setattr(readiness.Readiness, "_compile", compile)
    app = create_app(settings)
    async with app.router.lifespan_context(app):
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url="http://localhost", timeout=60) as client:
            address = (await client.post("/api/sessions", json={})).headers["location"]
            file = (await client.get(f"{address}/export?format=json")).content
            assert (await client.get("/readyz")).status_code == 200
            waiting = [
                asyncio.create_task(request)
                for request in (
                    client.post("/api/sessions", json={"optimizer": "adam"}),
                    client.post("/api/sessions", json={"precision": "float64"}),
                    client.post("/api/spread", json={"layers": [{"units": 3, "dropout": 0.5}]}),
                    client.patch(address, json={"clipping": {"by": "norm", "threshold": 1}}),
                    client.patch(f"{address}?reset=true", json={"layers": [{"units": 3, "activation": "gelu"}]}),
                )
            ]
            again = await client.post("/api/sessions", content=file, headers={"content-type": "application/json"})
            assert again.status_code == 201, "what the common kernel trains goes on"
            trained = await client.post(f"{again.headers['location']}/train", json={"epochs": 3})
            assert trained.json()["epoch"] == 3
            assert not any(task.done() for task in waiting)
            gate.set()
            assert [task.status_code for task in await asyncio.gather(*waiting)] == [201, 201, 200, 200, 200]
            assert compiled == ["float32", "float64"]


async def test_a_fault_of_ours_fails_one_session_only(
    client: httpx.AsyncClient,
    session: dict[str, Any],
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    other = (await client.post("/api/sessions", json={"seed": 5})).json()
    original = Trainer.advance

    def advance(trainer: Trainer, *arguments: Any) -> int:
        if trainer.experiment.seed == 5:
            raise RuntimeError("secret")
        return original(trainer, *arguments)

    monkeypatch.setattr(Trainer, "advance", advance)
    response = await client.post(f"/api/sessions/{other['id']}/train", json={"epochs": 1})
    assert response.status_code == 200 and response.json()["state"] == "failed"
    assert "secret" not in response.text and "secret" in caplog.text
    response = await client.post(f"/api/sessions/{session['id']}/train", json={"epochs": 1})
    assert response.json()["epoch"] == 1
    monkeypatch.undo()
    assert (await client.post(f"/api/sessions/{other['id']}/train", json={"epochs": 1})).status_code == 409
    assert (await client.post(f"/api/sessions/{other['id']}/commands", json={"command": "reset"})).status_code == 200
    assert (await client.post(f"/api/sessions/{other['id']}/train", json={"epochs": 1})).json()["epoch"] == 1


@pytest.mark.parametrize("change", [{"dataset": {"noise": 0.4}}, {"layers": [{"units": 4}, {"units": 3}]}])
async def test_a_new_run_may_begin_with_what_was_learned(client: httpx.AsyncClient, change: Any) -> None:
    address = f"/api/sessions/{(await client.post('/api/sessions', json={})).json()['id']}"
    await client.post(f"{address}/train", json={"epochs": 5})
    before = (await client.get(f"{address}/parameters")).json()["layers"]
    answer = (await client.patch(f"{address}?reset=true&keep=true", json=change)).json()
    assert (answer["step"], answer["state"]) == (0, "ready")
    after = (await client.get(f"{address}/parameters")).json()["layers"]
    assert (after == before) is ("dataset" in change), "where the network has the same shape"
    rows = (await client.get(f"{address}/metrics")).json()["columns"]
    assert rows["seq"] == [0] and rows["train_loss"] == [answer["metrics"]["train"]["loss"]]
    journal = (await client.get(f"{address}/journal")).json()["entries"]
    assert [entry["kind"] for entry in journal] == ["parameters"] * ("dataset" in change)
