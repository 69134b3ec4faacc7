"""Questions about a network over REST: answered, or refused with the reason."""

import asyncio
from typing import Any

import httpx
import pytest

from tests.app.conftest import strict

pytestmark = pytest.mark.anyio

QUESTIONS = [
    "trace",
    "distributions",
    "distributions/course",
    "distributions/layers/0",
    "evaluation",
    "ablation?connections=true",
    "diagnosis",
    "prune/tradeoff",
]
TASKS: dict[str, dict[str, Any]] = {
    "binary": {},
    "multiclass": {"dataset": {"name": "iris"}},
    "multilabel": {"dataset": {"name": "discs"}},
    "regression": {"dataset": {"name": "houses"}},
    "diverged": {"dataset": {"name": "regression_plane"}, "optimizer": {"name": "sgd", "learning_rate": 1e9}},
}


async def made(client: httpx.AsyncClient, experiment: dict[str, Any], epochs: int = 3) -> str:
    address = f"/api/sessions/{(await client.post('/api/sessions', json=experiment)).json()['id']}"
    await client.post(f"{address}/train", json={"epochs": epochs})
    return address


@pytest.mark.parametrize("task", TASKS)
@pytest.mark.parametrize("question", QUESTIONS)
async def test_every_question_about_every_task(client: httpx.AsyncClient, task: str, question: str) -> None:
    address = await made(client, TASKS[task])
    before = (await client.get(f"{address}/parameters")).text
    response = await client.get(f"{address}/{question}")
    assert response.status_code == 200, response.text
    told = strict(response.text)
    assert told["run"] and told["step"] == (await client.get(address)).json()["step"]
    assert (await client.get(f"{address}/parameters")).text == before, "to ask changes nothing"


@pytest.mark.parametrize(
    ("question", "field"),
    [
        ("trace?sample=250", "sample"),
        ("trace?sample=-1", "sample"),
        ("trace?part=validation", "part"),
        ("trace?part=all", "part"),
        ("trace?mode=test", "mode"),
        ("trace?epoch=4", "epoch"),
        ("distributions?bins=1", "bins"),
        ("distributions/layers/3", "layer"),
        ("distributions/layers/x", "layer"),
        ("distributions/course?moments=1", "moments"),
        ("evaluation?epoch=-1", "epoch"),
        ("ablation?part=validation", "part"),
        ("prune/tradeoff?criterion=random", "criterion"),
        ("prune/tradeoff?points=1", "points"),
    ],
)
async def test_bad_questions(client: httpx.AsyncClient, question: str, field: str) -> None:
    response = await client.get(f"{await made(client, {})}/{question}")
    assert response.status_code == 422
    assert strict(response.text)["errors"][0]["field"] == field


async def test_what_it_costs_to_switch_off(client: httpx.AsyncClient) -> None:
    address = await made(client, {}, epochs=30)
    told = strict((await client.post(f"{address}/ablation", json={"off": [{"layer": 0, "unit": 1}]})).text)
    ranking = strict((await client.get(f"{address}/ablation")).text)
    (row,) = [row for row in ranking["parts"] if (row["layer"], row["unit"]) == (0, 1)]
    assert row["after"] == told["after"] and ranking["before"] == told["before"] and told["part"] == "test"
    for body, field in (
        ({"off": []}, "off"),
        ({"off": [{}]}, "off.0"),
        ({"off": [{"layer": 7}]}, "off.0.layer"),
        ({"off": [{"input": 1.5}]}, "off.0.input"),
        ({"off": [{"layer": True}]}, "off.0.layer"),
        ({"off": [{"input": 0}, {"layer": -1}]}, "off.1.layer"),
        ({"off": [{"layer": 2}]}, "off.0.layer"),
        ({"off": [{"layer": 0, "unit": 2**70}]}, "off.0.unit"),
        ({"off": [{"layer": 0, "unit": 0, "input": 2}]}, "off.0.input"),
        ({"off": [{"layer": 0, "units": 0}]}, "off.0.units"),
        ({"off": [{"input": 0}] * 1_001}, "off"),
        ({"off": [{"input": 0}], "part": "all"}, "part"),
        ({"off": [{"input": 0}], "part": "validation"}, "part"),
    ):
        response = await client.post(f"{address}/ablation", json=body)
        assert response.status_code == 422 and strict(response.text)["errors"][0]["field"] == field, body


async def test_the_spread_of_a_stack_before_it_learns(client: httpx.AsyncClient) -> None:
    def stack(initializer: Any) -> dict[str, Any]:
        return {"layers": [{"units": 50, "activation": "relu", "initializer": initializer}] * 8}

    ratios = {}
    for name, initializer in {"he": "he_normal", "small": {"name": "random_normal", "stddev": 0.01}}.items():
        layers = strict((await client.post("/api/spread", json=stack(initializer))).text)["layers"]
        assert len(layers) == 9
        ratios[name] = layers[7]["activations"] / layers[0]["activations"]
    assert 0.2 < ratios["he"] < 5 and ratios["small"] < 1e-5
    assert (await client.post("/api/spread", json={"layers": [{"units": 0}]})).status_code == 422


async def test_sessions_that_are_not_there(client: httpx.AsyncClient) -> None:
    for question in QUESTIONS:
        assert (await client.get(f"/api/sessions/none/{question}")).status_code == 404
    assert (await client.post("/api/sessions/none/ablation", json={"off": [{"input": 0}]})).status_code == 404


async def test_a_ranking_is_of_the_moment_that_it_tells(client: httpx.AsyncClient) -> None:
    # Each step is an epoch, so there is a row for each.
    experiment = {"batch_size": None, "dataset": {"name": "circle", "samples": 100}}
    address = await made(client, experiment, epochs=1)
    await client.post(f"{address}/commands", json={"command": "play", "rate": 300})
    questions = ["ablation", "prune/tradeoff?points=3"] * 4
    answers = [strict(found.text) for found in await asyncio.gather(*(client.get(f"{address}/{q}") for q in questions))]
    await client.post(f"{address}/commands", json={"command": "pause"})
    columns = strict((await client.get(f"{address}/metrics")).text)["columns"]
    losses = dict(zip(columns["step"], columns["test_loss"], strict=True))
    for told in answers:
        loss = told["before"]["loss"] if "before" in told else told["points"][0]["measures"]["test"]["loss"]
        assert loss == losses[told["step"]]


@pytest.mark.parametrize("question", ["evaluation", "distributions", "distributions/layers/1"])
async def test_questions_about_an_earlier_epoch(client: httpx.AsyncClient, question: str) -> None:
    address = await made(client, {"dataset": {"name": "iris"}}, epochs=4)
    then = strict((await client.get(f"{address}/{question}")).text)
    await client.post(f"{address}/train", json={"epochs": 3})
    assert strict((await client.get(f"{address}/{question}?epoch=4")).text) == then
    assert strict((await client.get(f"{address}/{question}")).text)["epoch"] == 7
