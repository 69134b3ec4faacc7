"""Opening a TensorFlow Playground link over REST."""

import httpx
import pytest

from tests.app.conftest import strict

pytestmark = pytest.mark.anyio

ADDRESS = "/api/import/tensorflow-playground"
LINK = "https://playground.tensorflow.org/#activation=tanh&batchSize=10&dataset=circle&seed=0.12345"


async def test_a_link_becomes_an_experiment_that_replays_it(client: httpx.AsyncClient) -> None:
    response = await client.post(ADDRESS, json={"url": LINK})
    assert response.status_code == 200
    found = strict(response.text)
    assert found["changes"] == []
    session = strict((await client.post("/api/sessions", json=found["experiment"])).text)
    assert session["experiment"] == found["experiment"]
    assert session["metrics"]["train"]["loss"] == pytest.approx(0.5015807429602891, abs=1e-12)
    trained = strict((await client.post(f"/api/sessions/{session['id']}/train", json={"epochs": 100})).text)
    assert trained["metrics"]["train"]["loss"] == pytest.approx(0.00889784142890691, abs=1e-9)
    assert trained["metrics"]["test"] == {"loss": pytest.approx(0.01144976196033489, abs=1e-9), "accuracy": 1.0}


async def test_what_was_corrected_is_told(client: httpx.AsyncClient) -> None:
    found = strict((await client.post(ADDRESS, json={"url": f"{LINK}&noise=99&activation=gelu"})).text)
    assert len(found["changes"]) == 2


@pytest.mark.parametrize(
    ("body", "field"),
    [({"url": "https://example.org/"}, "url"), ({"url": 7}, "url"), ({}, "url"), ({"link": LINK}, "link")],
)
async def test_what_is_no_such_link_is_refused(client: httpx.AsyncClient, body: object, field: str) -> None:
    response = await client.post(ADDRESS, json=body)
    assert response.status_code == 422
    assert field in [error["field"] for error in strict(response.text)["errors"]]
