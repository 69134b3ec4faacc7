"""The stream keeps to its description, and that to AsyncAPI: what is sent, and what is taken."""

import asyncio
import json
from copy import deepcopy
from typing import Any

import httpx
import jsonschema
import pytest
import websockets

from app.asyncapi import EXAMPLES, describe_stream
from app.routes.pages import ROOT
from app.stream.connection import MESSAGES
from app.stream.messages import PICTURES
from app.validation import unparse
from tests.app.conftest import PATIENCE_S, RealServer, strict

SPECIFICATION = ROOT / "node_modules/@asyncapi/specs/schemas/3.0.0-without-$id.json"
EVERYTHING = {"type": "subscribe", "neurons": {}, "parameters": {}, "predictions": {}}


def named(operation: str) -> set[str]:
    """The messages of an operation."""
    return {
        reference["$ref"].rsplit("/", 1)[-1] for reference in describe_stream()["operations"][operation]["messages"]
    }


def check(name: str, message: Any) -> None:
    """Raises ValidationError if a message is not what the document says of it."""
    document = describe_stream()
    payload = document["components"]["messages"][name]["payload"]
    jsonschema.Draft7Validator({**payload, "components": document["components"]}).validate(message)


@pytest.mark.skipif(not SPECIFICATION.exists(), reason="npm ci brings AsyncAPI's own schema")
def test_it_is_asyncapi() -> None:
    specification = jsonschema.Draft7Validator(json.loads(SPECIFICATION.read_text()))
    assert [error.message for error in specification.iter_errors(describe_stream())] == []
    wrong = deepcopy(describe_stream())
    wrong["operations"]["watch"]["action"] = "shout"
    assert not specification.is_valid(wrong), "the schema is checked at all"


def test_it_names_every_message() -> None:
    assert named("watch") == {"hello", "state", "metrics", "error", *PICTURES}
    assert named("steer") == EXAMPLES.keys() == {"subscribe", "patch", "play", "pause", "reset", "step"}


def test_every_reference_leads_somewhere() -> None:
    document = describe_stream()

    def follow(node: Any) -> None:
        if isinstance(node, dict):
            if isinstance(node.get("$ref"), str):
                found: Any = document
                for part in node["$ref"].removeprefix("#/").split("/"):
                    found = found[part]
            node = list(node.values())
        for item in node if isinstance(node, list) else []:
            follow(item)

    follow(document)


@pytest.mark.parametrize(("name", "example"), [(name, each) for name in EXAMPLES for each in EXAMPLES[name]])
def test_the_examples_are_described_and_accepted(name: str, example: dict[str, Any]) -> None:
    check(name, example)
    MESSAGES.read(unparse(example))
    with pytest.raises(jsonschema.ValidationError):
        check(name, example | {"unheard_of": 1})


@pytest.mark.anyio
async def test_every_message_that_is_sent_is_as_described(server: RealServer, http: httpx.AsyncClient) -> None:
    id = (await http.post("/api/sessions", json={"dataset": "iris"})).json()["id"]
    seen: dict[str, int] = dict.fromkeys(named("watch"), 0)
    address = f"ws://{server.address}/api/sessions/{id}/stream"
    async with websockets.connect(address, max_size=None) as socket, asyncio.timeout(PATIENCE_S):
        await socket.send(json.dumps(EVERYTHING))
        for name in ("patch", "step", "play", "pause", "reset"):
            await socket.send(json.dumps(EXAMPLES[name][0]))
        await socket.send('{"type": "unheard of"}')
        while not all(seen.values()):
            message = strict(await socket.recv())
            check(message["type"], message)
            seen[message["type"]] += 1
        assert seen["error"] == 1, "the examples were carried out"
    await http.delete(f"/api/sessions/{id}")


@pytest.mark.anyio
async def test_it_is_served_and_shown(client: httpx.AsyncClient) -> None:
    assert strict((await client.get("/asyncapi.json")).text) == strict(json.dumps(describe_stream()))
    page = (await client.get("/docs")).text
    for name in named("watch") | named("steer"):
        assert f'id="message-{name}"' in page, name
    for message in describe_stream()["components"]["messages"].values():
        schema = message["payload"]["$ref"].rsplit("/", 1)[-1]
        assert f'id="{schema}"' in page, f"the link to {schema} leads nowhere"
