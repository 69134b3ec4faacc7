"""Who may do what: every route and every message of the stream, by everybody who could ask.

One rule for each kind of route says which code is expected; a route of which the kind is not known fails.
"""

import json
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest
import websockets
from websockets.sync.client import connect

from app.main import create_app
from app.settings import Settings
from tests.app.conftest import RealServer
from tests.app.test_security import EVIL_ORIGINS, flat_routes

KINDS = {
    "public": "get_catalogue get_schema identify import_tensorflow_playground get_health get_readiness "
    "get_server_metrics",
    "known": "create_session list_sessions upload_dataset list_uploads get_spread create_token list_tokens "
    "join_session",
    "read": "get_session get_journal get_metrics get_boundary get_neurons get_parameters predict get_dataset diagnose "
    "get_history fork_session get_trace get_distributions get_distributions_course get_unit_distributions "
    "get_evaluation ablate get_ablation get_tradeoff export_session",
    "change": "delete_session patch_session share_session unshare_session send_command train put_parameters "
    "patch_parameters prune_session undo_prune",
    "possession": "get_upload delete_upload restore_upload revoke_token",
}
KIND_OF = {name: kind for kind, names in KINDS.items() for name in names.split()}
UNLISTED = {
    "/",
    "/docs",
    "/docs/style.css",
    "/favicon.ico",
    "/openapi.json",
    "/asyncapi.json",
    "/static",
    "/api/sessions/{id}/stream",
}
OPERATIONS = {
    operation["operationId"]: (method.upper(), path, operation)
    for path, operations in create_app(Settings()).openapi()["paths"].items()
    for method, operation in operations.items()
}
GONE = "0" * 32
UNLIMITED: Any = {"sessions_each": 10_000, "streams_each": 10_000, "requests_each_per_s": 10_000}


class World:
    """A server with several users, and everybody who could ask it."""

    def __init__(self, settings: Settings) -> None:
        self.server = RealServer(settings)
        self.clients: list[httpx.Client] = []
        self.origin = f"http://{self.server.address}"
        self.owner, self.other, self.reader, self.former = (self.browser() for _ in range(4))
        self.nobody = self.client(origin=self.origin)
        self.no_origin = self.client(cookie=self.owner.headers["cookie"])
        self.script = self.client(authorization=f"Bearer {self.token(self.owner)}")
        revoked = self.token(self.owner)
        self.owner.delete(f"/api/tokens/{revoked.split('_')[1]}")
        self.revoked = self.client(authorization=f"Bearer {revoked}")

    def client(self, **headers: str) -> httpx.Client:
        client = httpx.Client(base_url=self.origin, timeout=60, headers=headers)
        self.clients.append(client)
        return client

    def end(self) -> None:
        for client in self.clients:
            client.close()
        self.server.stop()

    def browser(self) -> httpx.Client:
        cookie = self.client(origin=self.origin).post("/api/identity").headers["set-cookie"].partition(";")[0]
        return self.client(origin=self.origin, cookie=cookie)

    def token(self, client: httpx.Client) -> str:
        text: str = client.post("/api/tokens").json()["token"]
        return text

    def session(self) -> str:
        """A new one of the owner's, with a reader, and with a former one."""
        id: str = self.owner.post("/api/sessions", json={}).json()["id"]
        for reader in (self.former, self.reader):
            secret = self.owner.post(f"/api/sessions/{id}/share").json()["secret"]
            assert reader.post("/api/shares", json={"secret": secret}).json() == {"session": id}
        return id

    def upload(self) -> str:
        id: str = self.ask(self.owner, "upload_dataset", "").json()["id"]
        return id

    def ask(self, client: httpx.Client, name: str, id: str, **body: Any) -> httpx.Response:
        method, path, operation = OPERATIONS[name]
        if "requestBody" in operation and not body:
            ((kind, content),) = list(operation["requestBody"]["content"].items())[:1]
            example = next(iter(content["examples"].values()))["value"]
            body = {"content": example, "headers": {"content-type": kind}} if kind == "text/csv" else {"json": example}
        client.cookies.clear()  # what each of them sends is decided above
        return client.request(method, path.format(id=id, layer=0), **body)

    def prepared(self, name: str) -> tuple[str, dict[str, Any]]:
        """The id of something new of the owner's, of which a request can be carried out, and its body if there is none
        in the description."""
        if name == "revoke_token":
            return self.token(self.owner).split("_")[1], {}
        if KIND_OF[name] == "possession":
            id = self.upload()
            if name == "restore_upload":
                self.ask(self.owner, "delete_upload", id)
            return id, {}
        id = self.session() if "{id}" in OPERATIONS[name][1] else ""
        if name == "undo_prune":
            self.ask(self.owner, "prune_session", id)
        if name == "put_parameters":
            layers = self.ask(self.owner, "get_parameters", id).json()["layers"]
            return id, {"json": {"layers": [{key: layer[key] for key in ("weights", "biases")} for layer in layers]}}
        if name == "join_session":
            return "", {"json": {"secret": self.owner.post(f"/api/sessions/{self.session()}/share").json()["secret"]}}
        return id, {"fork_session": {"json": {"epoch": 0}}, "get_spread": {"json": {}}}.get(name, {})


@pytest.fixture(scope="module")
def world() -> Iterator[World]:
    world = World(Settings(workers=2, max_sessions=10_000, max_uploads=1_000, several_users=True, **UNLIMITED))
    yield world
    world.end()


Who = Callable[[World], httpx.Client]
ACTORS: dict[str, Who] = {
    "nobody": lambda world: world.nobody,
    "a cookie without an origin": lambda world: world.no_origin,
    "the owner": lambda world: world.owner,
    "the owner's script": lambda world: world.script,
    "somebody else": lambda world: world.other,
    "a reader": lambda world: world.reader,
    "a former reader": lambda world: world.former,
    "a revoked token": lambda world: world.revoked,
}


def expected(kind: str, actor: str, method: str, success: int) -> int:
    """The rule."""
    if actor == "a revoked token":
        return 401
    if kind == "public":
        return success
    if actor == "nobody" or (actor == "a cookie without an origin" and method != "GET"):
        return 401
    if kind == "known" or actor in {"the owner", "the owner's script", "a cookie without an origin"}:
        return success
    if actor == "a reader" and kind == "read":
        return success
    return 403 if actor == "a reader" and kind == "change" else 404


def test_the_kind_of_every_route_is_known() -> None:
    assert KIND_OF.keys() == OPERATIONS.keys()
    listed = {path for _, path, _ in OPERATIONS.values()}
    assert {route.path for route in flat_routes(create_app(Settings()).routes)} - listed == UNLISTED


@pytest.mark.parametrize("actor", ACTORS)
@pytest.mark.parametrize("name", OPERATIONS)
def test_everybody_gets_what_is_theirs(world: World, name: str, actor: str) -> None:
    method, _, operation = OPERATIONS[name]
    success = int(next(code for code in operation["responses"] if code.startswith("2")))
    id, body = world.prepared(name)
    response = world.ask(ACTORS[actor](world), name, id, **body)
    assert response.status_code == expected(KIND_OF[name], actor, method, success), response.text


@pytest.mark.parametrize("name", [name for name, (_, path, _) in OPERATIONS.items() if "{id}" in path])
def test_what_is_somebody_elses_is_answered_like_what_is_not_there(world: World, name: str) -> None:
    id, body = world.prepared(name)
    foreign, unknown = (world.ask(world.other, name, each, **body) for each in (id, GONE))
    assert foreign.status_code == 404 and (foreign.content, unknown.content) == (unknown.content, foreign.content)
    deleted = world.ask(world.owner, name, GONE, **body)
    assert (deleted.status_code, deleted.content) == (404, unknown.content)


# The stream

MESSAGES: dict[str, tuple[str, dict[str, Any]]] = {
    "subscribe": ("read", {"type": "subscribe"}),
    "patch": ("change", {"type": "patch", "patch": {"batch_size": 5}}),
    "play": ("change", {"type": "command", "command": "play"}),
    "pause": ("change", {"type": "command", "command": "pause"}),
    "reset": ("change", {"type": "command", "command": "reset"}),
    "step": ("change", {"type": "command", "command": "step"}),
}


def test_every_message_of_the_stream_is_in_the_table() -> None:
    document = create_app(Settings()).openapi()["components"]["schemas"]
    commands = document["CommandMessage"]["discriminator"]["mapping"]
    assert MESSAGES.keys() == {"subscribe", "patch", *commands}


def stream(world: World, client: httpx.Client, id: str) -> Any:
    headers = {name: client.headers[name] for name in ("cookie", "authorization") if name in client.headers}
    origin: Any = client.headers.get("origin")
    return connect(f"ws://{world.server.address}/api/sessions/{id}/stream", origin=origin, additional_headers=headers)


def answers(socket: Any) -> Iterator[dict[str, Any]]:
    for text in socket:
        yield json.loads(text)


@pytest.mark.parametrize("actor", ACTORS)
@pytest.mark.parametrize("name", MESSAGES)
def test_everybody_may_send_what_is_theirs(world: World, name: str, actor: str) -> None:
    kind, message = MESSAGES[name]
    id, client = world.session(), ACTORS[actor](world)
    entry = expected("read", actor, "stream", 101)
    if entry != 101:
        with pytest.raises(websockets.InvalidStatus) as refused:
            stream(world, client, id)
        assert refused.value.response.status_code == entry
        return
    with stream(world, client, id) as socket:
        hello = next(answers(socket))
        assert hello["type"] == "hello" and hello["access"] == ("read" if actor == "a reader" else "own")
        socket.send(json.dumps(message))
        socket.send(json.dumps({"type": "nonsense"}))  # the answer to it comes after that to the message
        errors = [next(found for found in answers(socket) if found["type"] == "error")["status"]]
        if expected(kind, actor, "stream", 101) == 403:
            errors.append(next(found for found in answers(socket) if found["type"] == "error")["status"])
            assert errors == [403, 422]
        else:
            assert errors == [422]


def closes(socket: Any) -> int:
    """The code with which the server closes a stream, within a second."""
    try:
        while True:
            socket.recv(timeout=1)
    except websockets.ConnectionClosed as closed:
        assert closed.rcvd
        return closed.rcvd.code


def test_taking_a_link_back_cuts_open_streams(world: World) -> None:
    id = world.session()
    with stream(world, world.reader, id) as theirs, stream(world, world.owner, id) as own:
        assert next(answers(theirs))["type"] == next(answers(own))["type"] == "hello"
        assert world.owner.delete(f"/api/sessions/{id}/share").status_code == 204
        assert closes(theirs) == 4404
        own.send('{"type": "nonsense"}')
        assert next(found for found in answers(own) if found["type"] == "error")["status"] == 422
    assert world.reader.get(f"/api/sessions/{id}").status_code == 404


def test_revoking_a_token_cuts_its_open_streams_and_no_others(world: World) -> None:
    id, token = world.session(), world.token(world.owner)
    script = world.client(authorization=f"Bearer {token}")
    with stream(world, script, id) as theirs, stream(world, world.owner, id) as own:
        assert next(answers(theirs))["type"] == next(answers(own))["type"] == "hello"
        assert world.owner.delete(f"/api/tokens/{token.split('_')[1]}").status_code == 204
        assert closes(theirs) == 4404
        own.send('{"type": "nonsense"}')
        assert next(found for found in answers(own) if found["type"] == "error")["status"] == 422


@pytest.mark.parametrize("origin", [*EVIL_ORIGINS, "http://127.0.0.1", "http://127.0.0.1:1"])
def test_other_sites_get_nothing_with_a_visitors_cookie(world: World, origin: str) -> None:
    id = world.session()
    cookie = world.owner.headers["cookie"]
    evil = world.client(cookie=cookie, origin=origin)
    assert evil.get(f"/api/sessions/{id}").status_code == 403
    assert evil.post(f"/api/sessions/{id}/commands", json={"command": "play"}).status_code == 403
    with pytest.raises(websockets.InvalidStatus) as refused:
        stream(world, evil, id)
    assert refused.value.response.status_code == 403


# Copies


def test_a_copy_of_a_watched_session_goes_on_with_its_table_and_gets_no_other(world: World) -> None:
    table, second = world.upload(), world.upload()
    session = world.owner.post("/api/sessions", json={"dataset": {"name": "upload", "upload": table}}).json()
    secret = world.owner.post(f"/api/sessions/{session['id']}/share").json()["secret"]
    world.reader.post("/api/shares", json={"secret": secret})
    copy = world.reader.post(f"/api/sessions/{session['id']}/fork", json={"epoch": 0}).json()
    assert copy["access"] == "own" and copy["experiment"] == session["experiment"]
    address = f"/api/sessions/{copy['id']}"
    assert world.owner.get(address).status_code == 404
    assert world.reader.post(f"{address}/commands", json={"command": "reset"}).status_code == 200
    refused = world.reader.patch(f"{address}?reset=true", json={"dataset": {"upload": second}})
    unknown = world.reader.patch(f"{address}?reset=true", json={"dataset": {"upload": GONE}})
    assert refused.status_code == unknown.status_code == 422
    assert refused.text.replace(second, GONE) == unknown.text
    own = world.owner.patch(f"/api/sessions/{session['id']}?reset=true", json={"dataset": {"upload": second}})
    assert own.status_code == 200
    assert world.reader.get(f"/api/datasets/{table}").status_code == 404
