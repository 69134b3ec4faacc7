"""Pruning over REST: reported, kept, undone, and part of the run's story."""

from typing import Any

import httpx
import pytest

from tests.app.conftest import strict

pytestmark = pytest.mark.anyio


RICH = {
    "layers": [
        {"units": 6, "activation": "maxout", "batch_normalization": {"position": "before"}},
        {"units": 5, "activation": "parametric_relu", "batch_normalization": {"position": "after"}, "dropout": 0.1},
    ],
    "optimizer": {"name": "adam", "learning_rate": 0.01},
}


@pytest.fixture
async def trained(client: httpx.AsyncClient) -> str:
    body = {"layers": [{"units": 6}, {"units": 4}]}
    address = f"/api/sessions/{(await client.post('/api/sessions', json=body)).json()['id']}"
    await client.post(f"{address}/train", json={"epochs": 20})
    return address


async def ask(client: httpx.AsyncClient, method: str, path: str, body: Any = None) -> Any:
    response = await client.request(method, path, json=body)
    assert response.status_code in {200, 201}, response.text
    return strict(response.text)


async def test_weights_go_and_stay_away(client: httpx.AsyncClient, trained: str) -> None:
    before = await ask(client, "GET", trained)
    told = await ask(client, "POST", f"{trained}/prune", {"fraction": 0.5})
    report, session = told["report"], told["session"]
    weights = 2 * 6 + 6 * 4 + 4
    assert report["before"]["nonzero"] - report["after"]["nonzero"] == weights // 2
    assert report["after"]["parameters"] == report["before"]["parameters"] == before["parameter_count"]
    assert report["after"]["effective_flops"] < report["before"]["effective_flops"]
    assert report["after"]["inference_us"] > 0 and len(report["steps"]) == 1 and report["stopped"] is None
    assert report["before"]["measures"]["test"] == before["metrics"]["test"]
    assert session["run"] != before["run"] and session["epoch"] == 20 and session["state"] == "paused"
    await ask(client, "POST", f"{trained}/train", {"epochs": 5})
    layers = (await ask(client, "GET", f"{trained}/parameters"))["layers"]
    for layer in layers:
        for row, mask in zip(layer["weights"], layer["mask"], strict=True):
            assert all((weight != 0) == bool(kept) for weight, kept in zip(row, mask, strict=True))
    early = await ask(client, "GET", f"{trained}/parameters?epoch=10")
    assert "mask" not in early["layers"][0] or early["layers"][0]["mask"] is None, "the past is as it was"


async def test_neurons_leave_a_smaller_network(client: httpx.AsyncClient, trained: str) -> None:
    body = {"criterion": "redundancy", "fraction": 0.5, "steps": 2, "fine_tune_epochs": 5}
    told = await ask(client, "POST", f"{trained}/prune", body)
    layers = told["session"]["experiment"]["layers"]
    assert sum(layer["units"] for layer in layers) == 5 == told["report"]["after"]["units"]
    assert [step["units"] for step in told["report"]["steps"]] == [8, 5] or len(told["report"]["steps"]) == 2
    assert told["report"]["after"]["bytes"] < told["report"]["before"]["bytes"]


async def test_it_can_be_undone_step_by_step(client: httpx.AsyncClient, trained: str) -> None:
    states = [await ask(client, "GET", f"{trained}/parameters")]
    for body in ({"fraction": 0.3}, {"criterion": "weight_norm", "fraction": 0.3}):
        await ask(client, "POST", f"{trained}/prune", body)
        states.append(await ask(client, "GET", f"{trained}/parameters"))
    for wanted in reversed(states[:-1]):
        await ask(client, "DELETE", f"{trained}/prune")
        assert (await ask(client, "GET", f"{trained}/parameters"))["layers"] == wanted["layers"]
    problem = await client.delete(f"{trained}/prune")
    assert problem.status_code == 409 and "nothing to undo" in problem.text
    rows = (await ask(client, "GET", f"{trained}/metrics"))["columns"]["epoch"]
    assert rows == list(range(21)), "with its whole history"


async def test_a_preview_changes_nothing(client: httpx.AsyncClient, trained: str) -> None:
    before = await ask(client, "GET", trained)
    body = {"criterion": "activation", "fraction": 0.6, "steps": 3, "fine_tune_epochs": 2, "preview": True}
    told = await ask(client, "POST", f"{trained}/prune", body)
    assert told["session"] == before == await ask(client, "GET", trained)
    assert 4 <= told["report"]["after"]["units"] <= 5 and len(told["report"]["steps"]) == 3


async def test_the_journal_makes_a_pruned_run_again(client: httpx.AsyncClient, trained: str) -> None:
    await ask(client, "POST", f"{trained}/prune", {"fraction": 0.4})
    await ask(client, "POST", f"{trained}/train", {"epochs": 3})
    journal = await ask(client, "GET", f"{trained}/journal")
    (entry,) = journal["entries"]
    assert entry["kind"] == "parameters" and entry["epoch"] == 20
    again = f"/api/sessions/{(await ask(client, 'POST', '/api/sessions', journal['experiment']))['id']}"
    await ask(client, "POST", f"{again}/train", {"epochs": 20})
    await ask(client, "PUT", f"{again}/parameters", entry["what"])
    await ask(client, "POST", f"{again}/train", {"epochs": 3})
    here, there = await ask(client, "GET", f"{again}/parameters"), await ask(client, "GET", f"{trained}/parameters")
    assert here["layers"] == there["layers"]


async def test_early_stopping_does_not_bring_back_what_was_pruned(client: httpx.AsyncClient) -> None:
    body = {
        "dataset": {"name": "circle", "validation_fraction": 0.2},
        "layers": [{"units": 8}],
        "early_stopping": {"monitor": "validation_loss", "patience": 2},
        "optimizer": {"name": "sgd", "learning_rate": 1.0},
    }
    address = f"/api/sessions/{(await ask(client, 'POST', '/api/sessions', body))['id']}"
    await ask(client, "POST", f"{address}/train", {"epochs": 9})
    told = await ask(client, "POST", f"{address}/prune", {"fraction": 0.7, "fine_tune_epochs": 40})
    weights = 3 * 8
    assert told["report"]["after"]["nonzero"] == told["report"]["after"]["parameters"] - round(0.7 * weights)


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, ""),
        ({"fraction": 0.5, "threshold": 1}, ""),
        ({"fraction": 1}, "fraction"),
        ({"fraction": 0}, "fraction"),
        ({"threshold": 1e6}, "threshold"),
        ({"threshold": -1}, "threshold"),
        ({"criterion": "luck", "fraction": 0.5}, "criterion"),
        ({"fraction": 0.5, "steps": 0}, "steps"),
        ({"fraction": 0.5, "stop": {"metric": "test_beauty", "drop": 0.1}}, "stop.metric"),
        ({"fraction": 0.5, "scope": "unit"}, "scope"),
    ],
)
async def test_bad_orders_change_nothing(client: httpx.AsyncClient, trained: str, body: Any, field: str) -> None:
    before = await ask(client, "GET", trained)
    response = await client.post(f"{trained}/prune", json=body)
    assert response.status_code == 422, response.text
    assert strict(response.text)["errors"][0]["field"] == field
    assert await ask(client, "GET", trained) == before


async def test_a_network_without_hidden_units(client: httpx.AsyncClient) -> None:
    address = f"/api/sessions/{(await ask(client, 'POST', '/api/sessions', {'layers': []}))['id']}"
    problem = await client.post(f"{address}/prune", json={"criterion": "activation", "fraction": 0.5})
    assert problem.status_code == 422 and "no hidden units" in problem.text
    assert (await client.get(f"{address}/prune/tradeoff?criterion=weight_norm")).status_code == 422


async def test_sessions_that_are_not_there(client: httpx.AsyncClient) -> None:
    assert (await client.post("/api/sessions/none/prune", json={"fraction": 0.5})).status_code == 404
    assert (await client.delete("/api/sessions/none/prune")).status_code == 404


@pytest.mark.parametrize(
    "body", [{"fraction": 0.4}, {"criterion": "redundancy", "fraction": 0.4, "steps": 2, "fine_tune_epochs": 1}]
)
async def test_pruned_runs_of_any_layers_are_made_again_from_journal_and_file(
    client: httpx.AsyncClient, body: Any
) -> None:
    address = f"/api/sessions/{(await ask(client, 'POST', '/api/sessions', RICH))['id']}"
    await ask(client, "POST", f"{address}/train", {"epochs": 4})
    await ask(client, "POST", f"{address}/prune", body)
    file = (await client.get(f"{address}/export?format=json")).content
    await ask(client, "POST", f"{address}/train", {"epochs": 3})
    wanted = await ask(client, "GET", f"{address}/parameters")

    journal = await ask(client, "GET", f"{address}/journal")
    assert journal["complete"] and {entry["kind"] for entry in journal["entries"]} == {"parameters"}
    again = f"/api/sessions/{(await ask(client, 'POST', '/api/sessions', journal['experiment']))['id']}"
    for entry in journal["entries"]:
        while (epoch := (await ask(client, "GET", again))["epoch"]) < entry["epoch"]:
            await ask(client, "POST", f"{again}/train", {"epochs": int(entry["epoch"] - epoch)})
        await ask(client, "PUT", f"{again}/parameters", entry["what"])
    left = int(wanted["epoch"] - (await ask(client, "GET", again))["epoch"])
    await ask(client, "POST", f"{again}/train", {"epochs": left})
    assert (await ask(client, "GET", f"{again}/parameters"))["layers"] == wanted["layers"]

    headers = {"content-type": "application/json"}
    opened = strict((await client.post("/api/sessions", content=file, headers=headers)).text)
    await ask(client, "POST", f"/api/sessions/{opened['id']}/train", {"epochs": 3})
    assert (await ask(client, "GET", f"/api/sessions/{opened['id']}/parameters"))["layers"] == wanted["layers"]


@pytest.mark.parametrize("criterion", ["magnitude", "activation"])
async def test_after_undoing_the_run_goes_on_as_if_nothing_had_been(client: httpx.AsyncClient, criterion: str) -> None:
    futures = []
    for pruning in (False, True):
        address = f"/api/sessions/{(await ask(client, 'POST', '/api/sessions', RICH))['id']}"
        await ask(client, "POST", f"{address}/train", {"epochs": 3})
        if pruning:
            order = {"criterion": criterion, "fraction": 0.5, "fine_tune_epochs": 2}
            await ask(client, "POST", f"{address}/prune", order)
            await ask(client, "DELETE", f"{address}/prune")
        await ask(client, "POST", f"{address}/train", {"epochs": 3})
        metrics = (await ask(client, "GET", f"{address}/metrics"))["columns"]
        futures.append(((await ask(client, "GET", f"{address}/parameters"))["layers"], metrics))
    assert futures[0] == futures[1]


async def test_an_order_that_makes_no_sense_lets_training_go_on(client: httpx.AsyncClient, trained: str) -> None:
    await ask(client, "POST", f"{trained}/commands", {"command": "play", "rate": 5})
    stop = {"metric": "test_beauty", "drop": 0.1}
    assert (await client.post(f"{trained}/prune", json={"fraction": 0.5, "stop": stop})).status_code == 422
    assert (await ask(client, "GET", trained))["state"] == "running"
    told = await ask(client, "POST", f"{trained}/prune", {"fraction": 0.5})
    assert told["session"]["state"] == "paused", "a good one stops it"


async def test_the_trade_off_of_a_line(client: httpx.AsyncClient) -> None:
    address = f"/api/sessions/{(await ask(client, 'POST', '/api/sessions', {'layers': []}))['id']}"
    before = await ask(client, "GET", f"{address}/parameters")
    told = await ask(client, "GET", f"{address}/prune/tradeoff")
    assert told["points"][0]["measures"]["test"] == (await ask(client, "GET", address))["metrics"]["test"]
    assert told["points"][-1]["fraction"] == pytest.approx(0.7), "more would take both of two weights"
    assert await ask(client, "GET", f"{address}/parameters") == before


async def test_diverged_and_untrained_runs_can_be_pruned(client: httpx.AsyncClient) -> None:
    wild = {"dataset": {"name": "regression_plane"}, "optimizer": {"name": "sgd", "learning_rate": 1e9}}
    for experiment, epochs in (({}, 0), (wild, 3)):
        address = f"/api/sessions/{(await ask(client, 'POST', '/api/sessions', experiment))['id']}"
        if epochs:
            await client.post(f"{address}/train", json={"epochs": epochs})
        before = await ask(client, "GET", f"{address}/parameters")
        for criterion in ("magnitude", "redundancy"):
            told = await ask(client, "POST", f"{address}/prune", {"criterion": criterion, "fraction": 0.4})
            assert told["session"]["state"] in {"ready", "paused", "diverged"}
            await ask(client, "DELETE", f"{address}/prune")
        assert (await ask(client, "GET", f"{address}/parameters"))["layers"] == before["layers"]
