"""A session file carries a whole run: what is taken up again has the same past, present and future."""

import hashlib
import json
from typing import Any

import httpx
import pytest

from tests.app.conftest import strict

pytestmark = pytest.mark.anyio

EXPERIMENTS: dict[str, dict[str, Any]] = {
    "default": {},
    "everything": {
        "dataset": {"name": "circle", "samples": 200, "validation_fraction": 0.2},
        "layers": [
            {"units": 5, "batch_normalization": {}, "dropout": 0.2},
            {"units": 3, "activation": "parametric_relu"},
        ],
        "optimizer": {"name": "adam"},
        "schedule": {"name": "reduce_on_plateau"},
        "early_stopping": {"monitor": "validation_loss", "patience": 3},
    },
    "float64, no shuffling": {"precision": "float64", "shuffle": False, "batch_size": 7},
    "own points": {
        "dataset": {"points": [[0, 0], [0, 1], [1, 0], [1, 1]], "targets": [0, 1, 1, 0], "test_fraction": 0}
    },
    "a replay": {"dataset": {"name": "tensorflow_playground", "shape": "xor", "seed_text": "a"}, "batch_size": 30},
}
JSON = {"content-type": "application/json"}


async def ask(client: httpx.AsyncClient, method: str, path: str, body: Any = None) -> Any:
    response = await client.request(method, path, json=body)
    assert response.status_code in {200, 201}, response.text
    return strict(response.text)


async def made(client: httpx.AsyncClient, experiment: dict[str, Any]) -> str:
    """The address of a session that has been through something."""
    address = f"/api/sessions/{(await ask(client, 'POST', '/api/sessions', experiment))['id']}"
    await ask(client, "POST", f"{address}/train", {"epochs": 5})
    await ask(client, "PATCH", address, {"optimizer": {"learning_rate": 0.02}})
    await ask(client, "POST", f"{address}/commands", {"command": "step", "unit": "sample", "count": 3})
    parameters = await ask(client, "GET", f"{address}/parameters")
    parameters["layers"][0]["weights"][0][0] = 0.25
    await ask(client, "PUT", f"{address}/parameters", parameters)
    await ask(client, "POST", f"{address}/commands", {"command": "step", "unit": "batch", "count": 2})
    return address


async def exported(client: httpx.AsyncClient, address: str) -> bytes:
    response = await client.get(f"{address}/export?format=json")
    assert response.status_code == 200 and "attachment" in response.headers["content-disposition"]
    strict(response.text)
    return response.content


async def taken_up(client: httpx.AsyncClient, body: bytes) -> str:
    response = await client.post("/api/sessions", content=body, headers=JSON)
    assert response.status_code == 201, response.text
    return response.headers["location"]


@pytest.mark.parametrize("name", EXPERIMENTS)
async def test_what_is_taken_up_is_the_same_run(client: httpx.AsyncClient, name: str) -> None:
    address = await made(client, EXPERIMENTS[name])
    body = await exported(client, address)
    copy = await taken_up(client, body)
    again = json.loads(await exported(client, copy))
    assert again == json.loads(body), "a file of the copy is the same file"
    for moment in range(2):
        for view in ("parameters", "metrics", "journal", "parameters?epoch=2"):
            here, there = await ask(client, "GET", f"{copy}/{view}"), await ask(client, "GET", f"{address}/{view}")
            assert here.pop("run") != there.pop("run") and here == there, (moment, view)
        for run in (address, copy):
            await ask(client, "POST", f"{run}/train", {"epochs": 6})


async def test_an_uploaded_table_comes_along(client: httpx.AsyncClient) -> None:
    rows = "\n".join(f"{i % 7},{'' if i == 3 else i % 5},{'yes' if i % 3 else 'no'}" for i in range(40))
    headers = {"content-type": "text/csv"}
    found = strict((await client.post("/api/datasets", content=f"a,b,c\n{rows}", headers=headers)).text)
    address = await made(client, {"dataset": found["dataset"]})
    body = await exported(client, address)
    before = await ask(client, "GET", f"{address}/dataset")
    assert (await client.delete(address)).status_code == 204
    assert (await client.delete(f"/api/datasets/{found['id']}")).status_code == 204
    copy = await taken_up(client, body)
    assert await ask(client, "GET", f"{copy}/dataset") == before
    (listed,) = (await ask(client, "GET", "/api/datasets"))["datasets"]
    assert listed["id"] != found["id"] and listed["inputs"] == found["inputs"] and listed["classes"] == found["classes"]
    assert (await ask(client, "GET", f"/api/datasets/{listed['id']}"))["columns"][1]["missing"] == 1


async def test_a_diverged_and_an_untrained_run(client: httpx.AsyncClient) -> None:
    for experiment, epochs in (
        ({"dataset": {"name": "regression_plane"}, "optimizer": {"name": "sgd", "learning_rate": 1e9}}, 5),
        ({}, 0),
    ):
        session = await ask(client, "POST", "/api/sessions", experiment)
        address = f"/api/sessions/{session['id']}"
        if epochs:
            await ask(client, "POST", f"{address}/train", {"epochs": epochs})
        before = await ask(client, "GET", address)
        copy = await ask(client, "GET", await taken_up(client, await exported(client, address)))
        for name in ("state", "reason", "step", "epoch", "experiment", "metrics"):
            assert copy[name] == before[name], name


def signed(document: dict[str, Any]) -> bytes:
    """A file with a right checksum, as somebody makes it who knows how."""
    document.pop("checksum", None)
    body = json.dumps(document, separators=(",", ":")).encode()
    return body[:-1] + b',"checksum":"' + hashlib.sha256(body).hexdigest().encode() + b'"}'


def spoil(document: dict[str, Any], path: str, value: Any) -> None:
    *way, last = path.split(".")
    for part in way:
        document = document[int(part)] if isinstance(document, list) else document[part]
    document[last] = value


BAD: list[tuple[str, Any, str]] = [
    ("version", 3, "version"),
    ("format", "gradlab session?", "format"),
    ("experiment.layers", [{"units": 9999}], "experiment.layers"),
    ("experiment.layers", [{"units": 9}], "asked.layers"),
    ("asked.optimizer", {"name": "adam"}, "asked.optimizer"),
    ("asked.layers", [{"units": 3}], "asked.layers"),
    ("state.parameters.data", "AAAA", "state.parameters"),
    ("state.parameters.data", "not base64!", "state.parameters.data"),
    ("state.parameters.shape", [-1], "state.parameters"),
    ("state.parameters.shape", [10**30], "state.parameters"),
    ("state.clock.data", "/////////38AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", "state.clock"),
    ("history.shape", [1, 1], "history"),
    ("history", {"type": "<f8", "shape": [0, 36], "data": ""}, "history"),
    ("check.outputs", [[0.123]] * 5, "check"),
    ("check.points", [[1.0]], "check"),
    ("state.memory.factor", "x", "state.memory.factor"),
    ("unknown", 1, "unknown"),
]


@pytest.mark.parametrize(("path", "value", "field"), BAD)
async def test_a_file_that_does_not_fit_is_refused_with_the_reason(
    client: httpx.AsyncClient, session: dict[str, Any], path: str, value: Any, field: str
) -> None:
    address = f"/api/sessions/{session['id']}"
    await ask(client, "POST", f"{address}/train", {"epochs": 2})
    document = json.loads(await exported(client, address))
    spoil(document, path, value)
    response = await client.post("/api/sessions", content=signed(document), headers=JSON)
    problem = strict(response.text)
    assert response.status_code == 422, problem
    assert any(error["field"].startswith(field) for error in problem["errors"]), problem
    assert len((await ask(client, "GET", "/api/sessions"))["sessions"]) == 1, "nothing is left behind"


async def test_a_file_that_was_changed_by_accident(client: httpx.AsyncClient, session: dict[str, Any]) -> None:
    body = await exported(client, f"/api/sessions/{session['id']}")
    assert (await client.post("/api/sessions", content=body, headers=JSON)).status_code == 201
    for damaged, says in (
        (body.replace(b'"seed":0', b'"seed":1', 1), "changed"),
        (body[:-40], "damaged"),
        (body[:150], "damaged"),
        (body.replace(b'"version":2', b'"version":7'), "newer"),
    ):
        response = await client.post("/api/sessions", content=damaged, headers=JSON)
        assert response.status_code == 422 and says in response.text


async def test_the_recipe_of_a_table_comes_along_and_older_files_have_none(client: httpx.AsyncClient) -> None:
    rows = "\n".join(
        f"{('male', 'female')[i % 2]},{1_700_000_000 + 9 * i},0{1 + i % 9}.02.2024,{i % 7}.5" for i in range(40)
    )
    headers = {"content-type": "text/csv"}
    found = strict((await client.post("/api/datasets", content=f"sex,t,d,y\n{rows}", headers=headers)).text)
    address = await made(client, {"dataset": found["dataset"]})
    body = await exported(client, address)
    row = {"x": [["male", 1_700_000_020, "03.02.2024"], [None, "", None]]}
    copy = await taken_up(client, body)
    assert await ask(client, "POST", f"{copy}/predict", row) == await ask(client, "POST", f"{address}/predict", row)
    assert await ask(client, "GET", f"{copy}/dataset") == await ask(client, "GET", f"{address}/dataset")
    document = json.loads(body)
    del document["table"]["fields"]
    older = await taken_up(client, signed(document))
    assert [field["type"] for field in (await ask(client, "GET", f"{older}/dataset"))["fields"]] == ["number"] * 4
    bad: list[tuple[str, Any]] = [
        ("0.words", ["male", "male"]),
        ("0.words", ["male"]),
        ("0.inputs", ["a", "b"]),
        ("1.name", "sex"),
        ("2.start", "never"),
        ("2.start", "2024-01-01T00:00:00+01:00"),
        ("1.decimal", "x"),
    ]
    for path, value in bad:
        document = json.loads(body)
        spoil(document, f"table.fields.{path}", value)
        response = await client.post("/api/sessions", content=signed(document), headers=JSON)
        assert response.status_code == 422 and "table" in response.json()["errors"][0]["field"], (path, response.text)
