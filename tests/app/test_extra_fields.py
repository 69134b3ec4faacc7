"""What a client sends is taken field by field: one that is not known is refused, whatever it is called."""

import json
from typing import Any

import httpx
import pytest
from websockets.sync.client import connect

from app.main import create_app
from app.settings import Settings
from tests.app.conftest import RealServer, strict

pytestmark = pytest.mark.anyio

EXTRA = {"owner": "me", "role": "teacher", "access": "own", "id": "0" * 32, "__proto__": {}}
BODIES = {
    operation["operationId"]: (method.upper(), path, content["examples"])
    for path, operations in create_app(Settings()).openapi()["paths"].items()
    for method, operation in operations.items()
    for kind, content in operation.get("requestBody", {}).get("content", {}).items()
    if kind == "application/json"
}
MESSAGES: list[dict[str, Any]] = [
    {"type": "subscribe"},
    {"type": "subscribe", "boundary": {}},
    {"type": "patch", "patch": {"batch_size": 5}},
    {"type": "command", "command": "play"},
    {"type": "command", "command": "pause"},
    {"type": "command", "command": "reset"},
    {"type": "command", "command": "step"},
]


@pytest.mark.parametrize("name", BODIES)
@pytest.mark.parametrize("field", EXTRA)
async def test_no_request_has_more_fields(
    client: httpx.AsyncClient, session: dict[str, Any], name: str, field: str
) -> None:
    method, path, examples = BODIES[name]
    address = path.format(id=session["id"])
    for example in examples.values():
        body = example["value"] | {field: EXTRA[field]}
        response = await client.request(method, address, json=body)
        assert response.status_code == 422, response.text
        assert field in response.text
    assert strict((await client.get(f"/api/sessions/{session['id']}")).text)["step"] == 0


def test_all_bodies_are_tried() -> None:
    assert len(BODIES) >= 10


@pytest.mark.parametrize("message", MESSAGES, ids=json.dumps)
@pytest.mark.parametrize("field", EXTRA)
async def test_no_message_has_more_fields(
    http: httpx.AsyncClient, server: RealServer, message: dict[str, Any], field: str
) -> None:
    id = (await http.post("/api/sessions", json={})).json()["id"]
    with connect(f"ws://{server.address}/api/sessions/{id}/stream") as stream:
        nested = "boundary" in message
        stream.send(json.dumps({**message, "boundary": EXTRA} if nested else {**message, field: EXTRA[field]}))
        while (answer := strict(stream.recv(timeout=30)))["type"] != "error":
            pass
    assert answer["status"] == 422
    assert (await http.delete(f"/api/sessions/{id}")).status_code == 204
