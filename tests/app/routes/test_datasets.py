"""Uploading tables over REST, and learning from them."""

import httpx
import numpy as np
import pytest

from app.main import Application
from tests.app.conftest import strict

pytestmark = pytest.mark.anyio

CSV = {"Content-Type": "text/csv"}
DRAW = np.random.default_rng(0)
ROWS = [(a, b, "yes" if a + b > 0 else "no") for a, b in DRAW.normal(0, 1, (200, 2)).round(3).tolist()]
TEXT = "left,right,sum\n" + "\n".join(f"{a},{'' if index == 3 else b},{t}" for index, (a, b, t) in enumerate(ROWS))


async def upload(client: httpx.AsyncClient, text: str = TEXT, **options: str) -> httpx.Response:
    return await client.post("/api/datasets", content=text.encode(), headers=CSV, params=options)


async def test_a_file_is_uploaded_and_learned_from(client: httpx.AsyncClient) -> None:
    response = await upload(client, name="sums")
    assert response.status_code == 201
    found = strict(response.text)
    assert found["rows"] == 200 and found["task"] == "binary" and found["classes"] == ["no", "yes"]
    assert strict((await client.get(response.headers["location"])).text) == found
    listed = strict((await client.get("/api/datasets")).text)["datasets"]
    assert [each["id"] for each in listed] == [found["id"]] and "preview" not in listed[0]

    experiment = {"dataset": found["dataset"], "optimizer": {"name": "adam", "learning_rate": 0.01}}
    session = strict((await client.post("/api/sessions", json=experiment)).text)
    assert session["experiment"]["features"] == ["left", "right"]
    assert session["experiment"]["dataset"]["standardize"] is True
    address = f"/api/sessions/{session['id']}"
    trained = strict((await client.post(f"{address}/train", json={"epochs": 100})).text)
    assert trained["metrics"]["test"]["accuracy"] > 0.9
    told = strict((await client.post(f"{address}/predict", json={"x": [[2, 2], [-2, -2]]})).text)
    assert told["labels"] == ["yes", "no"]

    listed = strict((await client.get("/api/datasets")).text)["datasets"]
    assert [each["uses"] for each in listed] == [1]
    refused = await client.delete(f"/api/datasets/{found['id']}")
    assert refused.status_code == 409 and "session" in refused.json()["detail"]
    await client.delete(address)
    assert (await client.delete(f"/api/datasets/{found['id']}")).status_code == 204
    assert (await client.get(f"/api/datasets/{found['id']}")).status_code == 404
    assert (await client.delete(f"/api/datasets/{found['id']}")).status_code == 404
    gone = await client.post("/api/sessions", json=experiment)
    assert gone.status_code == 422 and gone.json()["errors"][0]["field"] == "dataset.upload"


async def test_missing_values_become_the_training_parts_mean(client: httpx.AsyncClient) -> None:
    found = strict((await upload(client)).text)
    experiment = {"dataset": found["dataset"], "precision": "float64"}
    session = strict((await client.post("/api/sessions", json=experiment)).text)
    parts = strict((await client.get(f"/api/sessions/{session['id']}/dataset")).text)["parts"]
    known = {tuple(point) for a, b, _ in ROWS for point in [(a, b)]}
    train, everything = np.array(parts["train"]["points"]), np.vstack([part["points"] for part in parts.values()])
    (filled,) = [point for point in everything.tolist() if tuple(point) not in known]
    others = np.array([point for point in train.tolist() if tuple(point) in known])
    assert filled[0] == ROWS[3][0] and filled[1] == pytest.approx(others[:, 1].mean())


@pytest.mark.parametrize(
    ("text", "options", "field"),
    [
        ("", {}, "file"),
        ("a,a\n" + "1,2\n" * 9, {}, "file"),
        (TEXT, {"target": "total"}, "target"),
        (TEXT, {"task": "nonsense"}, "task"),
        (TEXT, {"missing": "invent"}, "missing"),
        (TEXT, {"encoding": "klingon"}, "encoding"),
    ],
)
async def test_what_is_wrong_is_a_problem(
    client: httpx.AsyncClient, text: str, options: dict[str, str], field: str
) -> None:
    response = await upload(client, text, **options)
    assert response.status_code == 422
    problem = strict(response.text)
    assert field in problem["errors"][0]["field"] and problem["errors"][0]["expected"]
    assert strict((await client.get("/api/datasets")).text)["datasets"] == []


async def test_only_csv_is_taken(client: httpx.AsyncClient) -> None:
    for kind in ("application/json", "multipart/form-data; boundary=x", ""):
        response = await client.post("/api/datasets", content=b"a,b", headers={"Content-Type": kind})
        assert response.status_code == 415


async def test_five_megabytes_are_the_most(client: httpx.AsyncClient) -> None:
    assert (await upload(client, "x" * (5 << 20))).status_code == 422
    assert (await upload(client, "x" * ((5 << 20) + 1))).status_code == 413


async def test_there_is_room_for_so_many(client: httpx.AsyncClient, app: Application) -> None:
    for _ in range(50):
        assert (await upload(client)).status_code == 201
    response = await upload(client)
    assert response.status_code == 429 and "Delete one" in response.json()["detail"]
    assert len(app.state.uploads.tables) == 50


PEOPLE = "sex,age,since,happy\n" + "\n".join(
    f"{('male', 'female', '')[i % 3]},{20 + i * 7 % 40},2024-{1 + i % 12:02}-{1 + i % 28:02},{'yes' if i % 3 else 'no'}"
    for i in range(60)
)


async def test_rows_are_predicted_as_the_table_had_them(client: httpx.AsyncClient) -> None:
    found = strict((await upload(client, PEOPLE)).text)
    assert [(column["name"], column["type"], column["role"]) for column in found["columns"]] == [
        ("sex", "text", "input"),
        ("age", "number", "input"),
        ("since", "date", "input"),
        ("happy", "text", "target"),
    ]
    session = strict((await client.post("/api/sessions", json={"dataset": found["dataset"]})).text)
    address = f"/api/sessions/{session['id']}"
    await client.post(f"{address}/train", json={"epochs": 5})
    fields = strict((await client.get(f"{address}/dataset")).text)["fields"]
    assert [field["name"] for field in fields] == ["sex", "age", "since"]
    assert fields[0]["words"] == ["female", "male"] and fields[0]["typical"] in fields[0]["words"]
    assert (fields[1]["low"], fields[1]["high"]) == (20, 59) and fields[2]["low"] == "2024-01-01"
    rows = [["male", 30, "2024-05-01"], {"age": 30}, ["", None, ""], [field["typical"] for field in fields]]
    answer = strict((await client.post(f"{address}/predict", json={"x": rows, "explain": True})).text)
    assert len(answer["outputs"]) == 4 and set(answer["labels"]) <= {"yes", "no"}
    assert {move["field"] for move in answer["moved"][0]} == {"sex", "age", "since"}
    assert all(abs(move["change"]) < 1e-4 for move in answer["moved"][3])
    assert "moved" not in strict((await client.post(f"{address}/predict", json={"x": rows})).text)
    refused = strict((await client.post(f"{address}/predict", json={"x": [rows[0], ["child", 3, ""]]})).text)
    assert refused["errors"][0]["field"] == "x.1.sex" and "female, male" in refused["detail"]
    many = await client.post(f"{address}/predict", json={"x": [rows[0]] * 201, "explain": True})
    assert many.status_code == 422 and "200" in many.json()["detail"]


async def test_a_deleted_table_is_restored_within_ten_minutes(
    client: httpx.AsyncClient, app: Application, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = 0.0
    monkeypatch.setattr(app.state.uploads, "_clock", lambda: now)
    found = strict((await upload(client)).text)
    address = f"/api/datasets/{found['id']}"
    assert (await client.post(f"{address}/restore")).status_code == 404, "it is not deleted"
    assert (await client.delete(address)).status_code == 204
    assert (await client.get(address)).status_code == 404 and found["id"] not in app.state.uploads.tables
    now = 599.0
    restored = await client.post(f"{address}/restore")
    assert restored.status_code == 200 and strict(restored.text) == found
    assert found["id"] in app.state.uploads.tables
    assert (await client.post("/api/sessions", json={"dataset": found["dataset"]})).status_code == 201
    other = strict((await upload(client)).text)["id"]
    await client.delete(f"/api/datasets/{other}")
    now = 1_200.0
    assert (await client.post(f"/api/datasets/{other}/restore")).status_code == 404


async def test_a_table_that_is_too_large_is_offered_in_part(client: httpx.AsyncClient) -> None:
    text = "a,b,c,kind\n" + "".join(f"{i % 97},{i % 7},{i % 5},{'xxxy'[i % 4]}\n" for i in range(21_000))
    response = await upload(client, text)
    problem = strict(response.text)
    assert response.status_code == 422 and problem["type"] == "urn:gradlab:too-large"
    assert problem["columns"] == ["a", "b", "c", "kind"] and problem["rows"] == 21_000
    assert problem["limits"] == {"rows": 20_000, "columns": 64}
    params = [("column", "a"), ("column", "c"), ("rows", "200"), ("seed", "3")]
    taken = await client.post("/api/datasets", content=text.encode(), headers=CSV, params=params)
    found = strict(taken.text)
    assert taken.status_code == 201 and found["rows"] == 200 and found["inputs"] == ["a", "c"] and found["notes"]
    assert (await upload(client, text, rows="20001")).status_code == 422
