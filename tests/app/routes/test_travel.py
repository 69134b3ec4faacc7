"""Earlier epochs of a run over REST: looked at, and gone on from."""

from typing import Any

import httpx
import pytest

from tests.app.conftest import strict

pytestmark = pytest.mark.anyio

VIEWS = ["parameters", "boundary?resolution=4", "neurons?resolution=3", "trace?sample=2", "distributions", "diagnosis"]


@pytest.fixture
async def trained(client: httpx.AsyncClient, session: dict[str, Any]) -> str:
    """The address of a session after 12 epochs, the last four with another learning rate."""
    address = f"/api/sessions/{session['id']}"
    await client.post(f"{address}/train", json={"epochs": 8})
    await client.patch(address, json={"optimizer": {"learning_rate": 0.1}})
    await client.post(f"{address}/train", json={"epochs": 4})
    return address


async def ask(client: httpx.AsyncClient, address: str, status: int = 200) -> Any:
    response = await client.get(address)
    assert response.status_code == status, response.text
    return strict(response.text)


async def test_the_history_says_what_can_be_visited(client: httpx.AsyncClient, trained: str) -> None:
    told = await ask(client, f"{trained}/history")
    assert told["last"] == 12 and told["kept"] == list(range(0, 13, told["stride"]))
    assert [(change["kind"], change["epoch"]) for change in told["changes"]] == [("patch", 8)]


@pytest.mark.parametrize("view", VIEWS)
async def test_every_view_of_an_earlier_epoch_is_what_it_was_then(
    client: httpx.AsyncClient, session: dict[str, Any], view: str
) -> None:
    address, join = f"/api/sessions/{session['id']}", "&" if "?" in view else "?"
    seen = []
    for _ in range(4):
        seen.append(await ask(client, f"{address}/{view}"))
        await client.post(f"{address}/train", json={"epochs": 2})
    for turn in (2, 0, 3, 1, 1):
        assert await ask(client, f"{address}/{view}{join}epoch={2 * turn}") == seen[turn]


async def test_samples_are_answered_as_they_were_then(client: httpx.AsyncClient, trained: str) -> None:
    async def answers(query: str) -> Any:
        return strict((await client.post(f"{trained}/predict{query}", json={"x": [[1, 2]], "explain": True})).text)

    assert await answers("?epoch=12") == await answers("") != await answers("?epoch=3")


@pytest.mark.parametrize("epoch", ["13", "-1", "99999999999999999999", "x", "1.5"])
async def test_epochs_that_the_run_has_not_passed(client: httpx.AsyncClient, trained: str, epoch: str) -> None:
    problem = await ask(client, f"{trained}/parameters?epoch={epoch}", 422)
    assert problem["errors"][0]["field"] == "epoch"


async def test_a_fork_is_a_session_of_its_own_with_the_same_future(client: httpx.AsyncClient, trained: str) -> None:
    response = await client.post(f"{trained}/fork", json={"epoch": 9})
    fork = strict(response.text)
    address = f"/api/sessions/{fork['id']}"
    assert response.status_code == 201 and response.headers["location"] == address
    assert fork["epoch"] == 9 and fork["state"] == "paused" and fork["experiment"]["optimizer"]["learning_rate"] == 0.1
    await client.post(f"{address}/train", json={"epochs": 3})
    for view in ("parameters", "metrics", "journal"):
        here, there = await ask(client, f"{address}/{view}"), await ask(client, f"{trained}/{view}")
        assert here.pop("run") != there.pop("run") and here == there
    early = await ask(client, f"{address}/parameters?epoch=3")
    assert early["layers"] == (await ask(client, f"{trained}/parameters?epoch=3"))["layers"]


async def test_a_fork_with_another_future(client: httpx.AsyncClient, trained: str) -> None:
    body = {"epoch": 4, "patch": {"batch_size": 3, "optimizer": {"learning_rate": 0.5}}}
    fork = strict((await client.post(f"{trained}/fork", json=body)).text)
    assert fork["experiment"]["batch_size"] == 3 and fork["experiment"]["optimizer"]["learning_rate"] == 0.5
    journal = await ask(client, f"/api/sessions/{fork['id']}/journal")
    assert [(entry["kind"], entry["epoch"]) for entry in journal["entries"]] == [("patch", 4)]
    before = await ask(client, trained)
    assert before["epoch"] == 12 and before["experiment"]["optimizer"]["learning_rate"] == 0.1


async def test_back_in_the_same_session(client: httpx.AsyncClient, trained: str) -> None:
    before = await ask(client, trained)
    response = await client.post(f"{trained}/fork", json={"epoch": 5, "into": "same"})
    after = strict(response.text)
    assert response.status_code == 200 and after["id"] == before["id"]
    assert after["run"] != before["run"] and after["epoch"] == 5 and after["stage"] > before["stage"]
    assert (await ask(client, f"{trained}/metrics"))["columns"]["epoch"] == list(range(6))


@pytest.mark.parametrize(
    ("body", "status", "field"),
    [
        ({"epoch": 13}, 422, "epoch"),
        ({"epoch": 4, "patch": {"layers": []}}, 409, "layers"),
        ({"epoch": 4, "patch": {"optimizer": {"learning_rate": "x"}}}, 422, "optimizer.learning_rate"),
        ({"epoch": 4.5}, 422, "epoch"),
        ({}, 422, "epoch"),
        ({"epoch": 4, "into": "other"}, 422, "into"),
    ],
)
async def test_bad_forks_change_nothing(
    client: httpx.AsyncClient, trained: str, body: Any, status: int, field: str
) -> None:
    before, sessions = await ask(client, trained), len((await ask(client, "/api/sessions"))["sessions"])
    response = await client.post(f"{trained}/fork", json=body)
    assert response.status_code == status
    assert strict(response.text)["errors"][0]["field"].startswith(field)
    assert await ask(client, trained) == before
    assert len((await ask(client, "/api/sessions"))["sessions"]) == sessions


async def test_a_diverged_run_goes_on_from_before_it_diverged(client: httpx.AsyncClient) -> None:
    experiment = {"dataset": {"name": "regression_plane"}, "optimizer": {"name": "sgd", "learning_rate": 0.01}}
    session = strict((await client.post("/api/sessions", json=experiment)).text)
    address = f"/api/sessions/{session['id']}"
    await client.post(f"{address}/train", json={"epochs": 3})
    await client.patch(address, json={"optimizer": {"learning_rate": 1e9}})
    diverged = strict((await client.post(f"{address}/train", json={"epochs": 9})).text)
    assert diverged["state"] == "diverged"
    body = {"epoch": 2, "into": "same", "patch": {"optimizer": {"learning_rate": 0.001}}}
    assert strict((await client.post(f"{address}/fork", json=body)).text)["state"] == "paused"
    assert strict((await client.post(f"{address}/train", json={"epochs": 9})).text)["epoch"] == 11


async def test_sessions_that_are_not_there(client: httpx.AsyncClient) -> None:
    assert (await client.get("/api/sessions/none/history")).status_code == 404
    assert (await client.post("/api/sessions/none/fork", json={"epoch": 0})).status_code == 404
    assert (await client.get("/api/sessions/none/parameters?epoch=1")).status_code == 404
