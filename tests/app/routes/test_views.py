"""What can be seen of a session over REST."""

import csv
import io
from typing import Any

import httpx
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.routes.views import harmless, to_csv
from engine import Trainer, resolve
from tests.app.conftest import strict

pytestmark = pytest.mark.anyio


@pytest.fixture
async def trained(client: httpx.AsyncClient, session: dict[str, Any]) -> str:
    """The address of a session after ten epochs."""
    await client.post(f"/api/sessions/{session['id']}/train", json={"epochs": 10})
    return f"/api/sessions/{session['id']}"


async def test_metrics_by_column(client: httpx.AsyncClient, trained: str) -> None:
    answer = strict((await client.get(f"{trained}/metrics")).text)
    columns = answer["columns"]
    assert answer["since"] == -1 and answer["last"] == 10
    assert columns["seq"] == list(range(11)) and columns["epoch"] == list(range(11))
    assert {len(column) for column in columns.values()} == {11}
    assert {len(row) for row in columns["gradient_norm"]} == {3}
    assert columns["update_ratio"][0] == [None] * 3, "there was no update yet"
    session = (await client.get(trained)).json()
    assert columns["train_loss"][-1] == session["metrics"]["train"]["loss"]


@pytest.mark.parametrize(("since", "seqs"), [(-1, 11), (8, 2), (10, 0), (99, 0)])
async def test_metrics_since(client: httpx.AsyncClient, trained: str, since: int, seqs: int) -> None:
    columns = (await client.get(f"{trained}/metrics?since={since}")).json()["columns"]
    assert len(columns["seq"]) == seqs
    assert columns["seq"] == list(range(since + 1, 11))


@pytest.mark.parametrize("query", ["since=-2", "since=x", "since=1e3", "format=xml", "since=9e99"])
async def test_bad_queries(client: httpx.AsyncClient, trained: str, query: str) -> None:
    response = await client.get(f"{trained}/metrics?{query}")
    assert response.status_code == 422
    assert strict(response.text)["errors"][0]["field"] == query.split("=")[0]


async def test_metrics_as_csv(client: httpx.AsyncClient, trained: str) -> None:
    response = await client.get(f"{trained}/metrics?format=csv")
    assert response.headers["content-type"].startswith("text/csv")
    assert "attachment" in response.headers["content-disposition"]
    rows = list(csv.DictReader(io.StringIO(response.text)))
    columns = (await client.get(f"{trained}/metrics")).json()["columns"]
    assert [float(row["train_loss"]) for row in rows] == columns["train_loss"]
    assert [float(row["gradient_norm_3"]) for row in rows] == [layers[2] for layers in columns["gradient_norm"]]
    assert rows[0]["update_ratio_1"] == ""


@pytest.mark.parametrize("name", ["=1+1", "+1", "-1", "@x", "\tx", "\rx", '=HYPERLINK("x")'])
def test_no_cell_is_a_formula(name: str) -> None:
    text = to_csv({name: ["=2", 1.5]})
    for row in csv.reader(io.StringIO(text, newline="")):
        assert not row[0].startswith(("=", "+", "-", "@", "\t", "\r"))
    assert harmless(-1.5) == -1.5 and harmless(float("nan")) is None and harmless(float("-inf")) is None


@given(st.lists(st.text(), min_size=1, unique=True), st.integers(0, 3))
def test_csv_is_read_back(names: list[str], rows: int) -> None:
    text = to_csv({name: [0.5] * rows for name in names})
    read = list(csv.reader(io.StringIO(text, newline="")))
    expected = [harmless(name) for name in names]
    assert read == ([expected] if expected != [""] else [[""]]) + [["0.5"] * len(names)] * rows


async def test_the_boundary_is_the_networks_output(client: httpx.AsyncClient, trained: str) -> None:
    answer = strict((await client.get(f"{trained}/boundary?resolution=5")).text)
    assert (answer["width"], answer["height"], answer["domain"]) == (5, 5, [-6, 6, -6, 6])
    axis = [-6, -3, 0, 3, 6]
    x = [[x1, x2] for x2 in reversed(axis) for x1 in axis]
    outputs = (await client.post(f"{trained}/predict", json={"x": x})).json()["outputs"]
    np.testing.assert_allclose(np.ravel(answer["values"]), np.ravel(outputs), rtol=1e-6)


async def test_single_weights_are_changed_and_changed_back(client: httpx.AsyncClient, trained: str) -> None:
    before = (await client.get(f"{trained}/parameters")).json()["layers"]
    changes = [{"layer": 0, "input": 1, "unit": 2, "value": 0.5}, {"layer": 2, "unit": 0, "value": -1.25}]
    answer = strict((await client.patch(f"{trained}/parameters", json={"changes": changes})).text)
    assert answer["before"] == [
        {"layer": 0, "input": 1, "unit": 2, "value": before[0]["weights"][1][2]},
        {"layer": 2, "input": None, "unit": 0, "value": before[2]["biases"][0]},
    ]
    after = (await client.get(f"{trained}/parameters")).json()["layers"]
    assert (after[0]["weights"][1][2], after[2]["biases"]) == (0.5, [-1.25])
    await client.patch(f"{trained}/parameters", json={"changes": answer["before"]})
    assert (await client.get(f"{trained}/parameters")).json()["layers"] == before
    journal = (await client.get(f"{trained}/journal")).json()
    assert [entry["kind"] for entry in journal["entries"]] == ["parameters"] * 2


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"layer": 3, "unit": 0}, "changes.1.layer"),
        ({"layer": -1, "unit": 0}, "changes.1.layer"),
        ({"layer": 0, "unit": 4}, "changes.1.unit"),
        ({"layer": 0, "unit": 0, "input": 2}, "changes.1.input"),
        ({"layer": 0}, "changes.1.unit"),
        ({"layer": 0, "unit": 0.5}, "changes.1.unit"),
        ({"layer": 0, "unit": 0, "value": "1"}, "changes.1.value"),
        ({"layer": 0, "unit": 0, "value": 1e300}, "layers.0.biases"),
    ],
)
async def test_weights_that_there_are_not_are_refused(
    client: httpx.AsyncClient, trained: str, change: Any, field: str
) -> None:
    before = (await client.get(f"{trained}/parameters")).json()
    body = {"changes": [{"layer": 0, "unit": 0, "value": 9}, {"value": 1} | change]}
    response = await client.patch(f"{trained}/parameters", json=body)
    assert response.status_code == 422 and response.json()["errors"][0]["field"].startswith(field)
    assert (await client.get(f"{trained}/parameters")).json() == before


async def test_a_pruned_weight_that_gets_a_value_is_there_again(client: httpx.AsyncClient, trained: str) -> None:
    await client.post(f"{trained}/prune", json={"fraction": 0.5})
    layers = (await client.get(f"{trained}/parameters")).json()["layers"]
    row, column = np.argwhere(np.array(layers[1]["mask"]) == 0)[0].tolist()
    change = {"layer": 1, "input": row, "unit": column, "value": 0.75}
    await client.patch(f"{trained}/parameters", json={"changes": [change]})
    after = (await client.get(f"{trained}/parameters")).json()["layers"]
    assert (after[1]["weights"][row][column], after[1]["mask"][row][column]) == (0.75, 1)
    assert np.sum(np.array(after[0]["mask"])) == np.sum(np.array(layers[0]["mask"]))


@pytest.mark.parametrize("view", ["boundary", "neurons"])
async def test_pictures_of_any_plane_and_any_part_of_it(client: httpx.AsyncClient, view: str) -> None:
    id = (await client.post("/api/sessions", json={"dataset": {"name": "iris"}})).json()["id"]
    address = f"/api/sessions/{id}/{view}?resolution=4"
    usual = (await client.get(address)).json()
    assert (await client.get(f"{address}&axes=2,3")).json() == usual, "the two that tell most"
    answers = [(await client.get(f"{address}&{more}")).json() for more in ("axes=0,1", "axes=principal", "axes=3,2")]
    answers.append((await client.get(f"{address}&axes=2,3&domain=-1,1.5,0,2")).json())
    assert answers[-1]["domain"] == [-1, 1.5, 0, 2]
    assert len({str(answer) for answer in [usual, *answers]}) == 5
    for wrong, field in (
        ("axes=0", "axes"),
        ("axes=0,9", "axes"),
        ("axes=up,down", "axes"),
        ("domain=1,0,0,1", "domain"),
        ("domain=0,1,0", "domain"),
        ("domain=0,nan,0,1", "domain"),
    ):
        response = await client.get(f"{address}&{wrong}")
        assert response.status_code == 422 and response.json()["errors"][0]["field"] == field


async def test_the_boundary_of_several_classes_is_one_grid_each(client: httpx.AsyncClient) -> None:
    id = (await client.post("/api/sessions", json={"dataset": {"name": "blobs", "classes": 4}})).json()["id"]
    values = np.array((await client.get(f"/api/sessions/{id}/boundary?resolution=7")).json()["values"])
    assert values.shape == (4, 7, 7)
    np.testing.assert_allclose(values.sum(axis=0), 1, rtol=1e-5)


@pytest.mark.parametrize("resolution", ["1", "101", "x", "-5", "10.5"])
async def test_a_resolution_out_of_range(client: httpx.AsyncClient, trained: str, resolution: str) -> None:
    response = await client.get(f"{trained}/boundary?resolution={resolution}")
    assert response.status_code == 422
    assert response.json()["errors"][0]["field"] == "resolution"


@pytest.mark.parametrize("precision", ["float32", "float64"])
async def test_parameters_survive_the_round_trip(client: httpx.AsyncClient, precision: str) -> None:
    answer = await client.post("/api/sessions", json={"precision": precision})
    address = f"/api/sessions/{answer.json()['id']}"
    await client.post(f"{address}/train", json={"epochs": 3})
    parameters = strict((await client.get(f"{address}/parameters")).text)
    shapes = [np.shape(layer["weights"]) for layer in parameters["layers"]]
    assert shapes == [(2, 4), (4, 2), (2, 1)]
    again = await client.put(f"{address}/parameters", json=parameters)
    assert again.status_code == 200 and strict(again.text) == parameters
    assert strict((await client.get(f"{address}/parameters")).text) == parameters
    kinds = [entry["kind"] for entry in (await client.get(f"{address}/journal")).json()["entries"]]
    assert kinds == ["parameters"]


async def test_parameters_that_do_not_fit_are_refused(client: httpx.AsyncClient, trained: str) -> None:
    before = (await client.get(f"{trained}/parameters")).json()
    layers = before["layers"]
    wrong: list[tuple[Any, str]] = [
        ({"layers": layers[:2]}, "layers"),
        ({"layers": [*layers[:2], {"weights": [[1.0]], "biases": [0.0]}]}, "layers.2.weights"),
        ({"layers": [*layers[:2], {"weights": [[1.0], [1.0, 2.0]], "biases": [0.0]}]}, "layers.2.weights"),
        ({"layers": [*layers[:2], {"weights": [[1.0], [1e39]], "biases": [0.0]}]}, "layers.2.weights"),
        ({"layers": [*layers[:2], {"weights": [[1.0], ["2"]], "biases": [0.0]}]}, "layers.2.weights.1.0"),
        ({"layers": [*layers[:2], {"weights": [[1.0], [2.0]]}]}, "layers.2.biases"),
        ({}, "layers"),
    ]
    for body, field in wrong:
        response = await client.put(f"{trained}/parameters", json=body)
        assert response.status_code == 422, body
        assert strict(response.text)["errors"][0]["field"] == field
    assert (await client.get(f"{trained}/parameters")).json() == before


async def test_edited_weights_show_at_once(client: httpx.AsyncClient, trained: str) -> None:
    parameters = (await client.get(f"{trained}/parameters")).json()
    parameters["layers"][-1] = {"weights": [[0], [0]], "biases": [0]}
    await client.put(f"{trained}/parameters", json=parameters)
    values = (await client.get(f"{trained}/boundary?resolution=3")).json()["values"]
    assert values == [[0.5] * 3] * 3


async def test_predict(client: httpx.AsyncClient, trained: str) -> None:
    answer = strict((await client.post(f"{trained}/predict", json={"x": [[0, 0], [5, 5]]})).text)
    assert len(answer["outputs"]) == 2 and answer["labels"] == ["blue", "orange"]
    assert (await client.post(f"{trained}/predict", json={"x": []})).json() == {"outputs": [], "labels": []}


@pytest.mark.parametrize(
    "x", [[[1]], [[1, 2, 3]], [[1, 2], [3]], [1, 2], "x", [[1, "two"]], [[1, [2]]], [{"x3": 1}], [[1e400, 0]]]
)
async def test_samples_that_do_not_fit(client: httpx.AsyncClient, trained: str, x: Any) -> None:
    response = await client.post(
        f"{trained}/predict",
        content=str({"x": x}).replace("'", '"').replace("None", "null").replace("inf", "1e400"),
        headers={"content-type": "application/json"},
    )
    assert response.status_code == 422
    assert strict(response.text)["errors"][0]["field"].startswith("x")


@pytest.mark.parametrize("name", ["circle", "blobs", "regression_plane", "iris"])
async def test_the_data(client: httpx.AsyncClient, name: str) -> None:
    id = (await client.post("/api/sessions", json={"dataset": name})).json()["id"]
    data = strict((await client.get(f"/api/sessions/{id}/dataset")).text)
    train = data["parts"]["train"]
    assert len(train["points"]) == len(train["targets"]) > 0
    assert {len(point) for point in train["points"]} == {len(data["columns"])}
    assert len(data["axes"]) == 2 and len(data["domain"]) == 4


def test_a_look_does_not_change_the_run() -> None:
    from engine import Experiment

    plain, watched = Trainer(resolve(Experiment())), Trainer(resolve(Experiment()))
    plain.step_once("epoch", 3)
    for _ in range(3):
        watched.step_once("epoch", 1)
        watched.boundary(10)
        watched.neurons(10)
        watched.row()
        watched.predict([[1.0, 1.0]])
    for one, other in zip(plain.parameters(), watched.parameters(), strict=True):
        np.testing.assert_array_equal(one.weights, other.weights)


async def test_a_healthy_run_has_no_findings(client: httpx.AsyncClient, trained: str) -> None:
    answer = strict((await client.get(f"{trained}/diagnosis")).text)
    session = (await client.get(trained)).json()
    scores = answer.pop("scores")
    assert scores["test"]["value"] == session["metrics"]["test"]["accuracy"]
    told = {"healthy": True, "findings": [], "falls_short": answer["falls_short"]}
    assert answer == {"run": session["run"], "step": 250, "epoch": 10} | told


async def test_a_finding_comes_with_a_patch_that_helps(client: httpx.AsyncClient) -> None:
    layers = [{"units": 8, "activation": "sigmoid"}] * 4
    address = f"/api/sessions/{(await client.post('/api/sessions', json={'layers': layers})).json()['id']}"
    await client.post(f"{address}/train", json={"epochs": 60})
    answer = strict((await client.get(f"{address}/diagnosis")).text)
    (found,) = answer["findings"]
    assert not answer["healthy"]
    assert (found["name"], found["severity"], found["layers"][0]) == ("vanishing_gradients", "critical", 0)
    assert found["evidence"]["first_gradient"] < found["evidence"]["last_gradient"]
    for fix in found["fixes"]:
        assert fix["needs_reset"]
        assert (await client.patch(address, json=fix["patch"])).status_code == 409
        assert (await client.patch(f"{address}?reset=true", json=fix["patch"])).status_code == 200
        await client.post(f"{address}/train", json={"epochs": 60})
        assert (await client.get(f"{address}/diagnosis")).json()["healthy"], fix["label"]


async def test_a_fix_that_needs_no_reset_is_taken_up_by_the_run(client: httpx.AsyncClient) -> None:
    body = {"optimizer": {"name": "sgd", "learning_rate": 1e-5}}
    address = f"/api/sessions/{(await client.post('/api/sessions', json=body)).json()['id']}"
    await client.post(f"{address}/train", json={"epochs": 40})
    answer = (await client.get(f"{address}/diagnosis")).json()
    fix = answer["findings"][0]["fixes"][0]
    assert fix["patch"] == {"optimizer": {"learning_rate": 0.03}} and not fix["needs_reset"]
    session = (await client.patch(address, json=fix["patch"])).json()
    assert session["run"] == answer["run"] and session["experiment"]["optimizer"]["learning_rate"] == 0.03


async def test_a_diverged_run_is_diagnosed(client: httpx.AsyncClient) -> None:
    body = {"dataset": "regression_plane", "optimizer": {"name": "sgd", "learning_rate": 1e6}}
    address = f"/api/sessions/{(await client.post('/api/sessions', json=body)).json()['id']}"
    await client.post(f"{address}/train", json={"epochs": 5})
    answer = strict((await client.get(f"{address}/diagnosis")).text)
    found = answer["findings"][0]
    assert found["name"] == "divergence" and found["fixes"][0]["patch"] == {"optimizer": {"learning_rate": 0.03}}
    assert "grew too large" in found["summary"]


async def test_there_is_no_diagnosis_of_an_unknown_session(client: httpx.AsyncClient) -> None:
    assert (await client.get("/api/sessions/nobody/diagnosis")).status_code == 404
