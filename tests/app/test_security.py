"""Nobody else's page gets in, nothing too large either, and every answer carries the headers."""

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
import websockets
from starlette.routing import Mount, Route, WebSocketRoute

from app.main import Application, create_app
from app.security import content_security_policy
from app.settings import Settings
from tests.app.conftest import RealServer, strict

pytestmark = pytest.mark.anyio

POLICY = {
    "default-src": "'self'",
    "script-src": "'self'",
    "style-src": "'self'",
    "connect-src": "'self'",
    "img-src": "'self' data: blob:",
    "object-src": "'none'",
    "base-uri": "'none'",
    "frame-ancestors": "'none'",
}
EVIL_ORIGINS = [
    "null",
    "http://evil.example",
    "https://evil.example",
    "http://localhost.evil.example",
    "http://evil.example/localhost",
    "http://localhost:1",
    "http://localhost@evil.example",
    "http://xlocalhost",
    "file://",
    "chrome-extension://abc",
    "http://[::1",
    "",
]


def check_headers(headers: httpx.Headers, path: str) -> None:
    policy = dict(part.strip().split(" ", 1) for part in headers["content-security-policy"].split(";"))
    for name, value in POLICY.items():
        if name == "script-src":
            assert policy[name].startswith(value)
        else:
            assert policy[name] == value
    assert "unsafe" not in headers["content-security-policy"]
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"
    assert headers["cross-origin-opener-policy"] == "same-origin"
    if path.startswith("/api/"):
        assert headers["cache-control"] == "no-store"
    assert "server" not in headers or "uvicorn" not in headers["server"]


def all_routes(app: Application) -> list[tuple[str, str]]:
    """Every method and path that the app answers, filled in."""
    found = [(method.upper(), path) for path, operations in app.openapi()["paths"].items() for method in operations]
    found += [
        ("GET", path) for path in ("/", "/docs", "/docs/style.css", "/openapi.json", "/asyncapi.json", "/favicon.ico")
    ]
    found += [("GET", "/static/css/base.css"), ("GET", "/static/none"), ("GET", "/none"), ("TRACE", "/api/catalogue")]
    return found


def test_the_walk_below_misses_no_route() -> None:
    """The routes that OpenAPI does not list are the pages, the files and the stream."""
    app = create_app(Settings())
    listed = {path for _, path in all_routes(app)}
    for route in flat_routes(app.routes):
        if isinstance(route, Mount):
            assert route.path == "/static"
        elif isinstance(route, WebSocketRoute) or route.path.endswith("/stream"):
            assert route.path == "/api/sessions/{id}/stream"
        elif isinstance(route, Route) or hasattr(route, "path"):
            assert route.path in listed


def flat_routes(routes: Any) -> list[Any]:
    flat: list[Any] = []
    for route in routes:
        inner = getattr(route, "original_router", None)
        flat += flat_routes(inner.routes) if inner is not None else [route]
    return flat


async def test_every_answer_carries_the_headers(
    client: httpx.AsyncClient, app: Application, session: dict[str, Any]
) -> None:
    for method, path in all_routes(app):
        for id in (session["id"], "unknown"):
            response = await client.request(method, path.replace("{id}", id))
            check_headers(response.headers, path)
            if response.status_code >= 400 and path != "/readyz":
                assert response.headers["content-type"] == "application/problem+json", path
                assert strict(response.text)["status"] == response.status_code
            if response.status_code == 405:
                assert response.headers["allow"]
        if method == "DELETE":
            session = (await client.post("/api/sessions", json={})).json()


async def test_refusals_and_faults_carry_them_too(
    client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    for headers in ({"host": "evil.example"}, {"origin": "http://evil.example"}):
        response = await client.get("/api/catalogue", headers=headers)
        assert response.status_code >= 400
        check_headers(response.headers, "/api/")

    def fault() -> None:
        raise RuntimeError("/secret/path")

    monkeypatch.setattr("app.routes.catalogue.catalogue_data", fault)
    response = await client.get("/api/catalogue")
    assert response.status_code == 500
    check_headers(response.headers, "/api/")
    assert "secret" not in response.text and "Traceback" not in response.text
    assert strict(response.text)["title"] == "Internal Server Error"
    assert "/secret/path" in caplog.text


async def test_the_handshake_carries_them(http: httpx.AsyncClient, server: RealServer) -> None:
    id = (await http.post("/api/sessions", json={})).json()["id"]
    async with websockets.connect(f"ws://{server.address}/api/sessions/{id}/stream") as socket:
        assert socket.response is not None and socket.response.status_code == 101
        check_headers(httpx.Headers(list(socket.response.headers.raw_items())), "/api/")
    with pytest.raises(websockets.InvalidStatus) as refused:
        await websockets.connect(f"ws://{server.address}/api/sessions/none/stream")
    check_headers(httpx.Headers(list(refused.value.response.headers.raw_items())), "/api/")
    await http.delete(f"/api/sessions/{id}")


@pytest.mark.parametrize(
    "host", ["evil.example", "localhost.evil.example", "evil.example:8000", "1.2.3.4", "", "[::2]"]
)
async def test_other_hosts_are_refused(client: httpx.AsyncClient, host: str) -> None:
    for path in ("/", "/api/catalogue", "/static/css/base.css", "/healthz", "/none"):
        response = await client.get(path, headers={"host": host})
        assert response.status_code == 400
        assert "host" in response.json()["detail"]


@pytest.mark.parametrize("host", ["localhost", "LOCALHOST:8000", "127.0.0.1:1", "[::1]:8000", "[::1]", "localhost."])
async def test_this_machine_is_answered(client: httpx.AsyncClient, host: str) -> None:
    assert (await client.get("/healthz", headers={"host": host})).status_code == 200


@pytest.mark.parametrize(
    ("settings", "host", "status"),
    [
        (Settings(allowed_hosts=("lab.example",)), "lab.example:8000", 200),
        (Settings(allowed_hosts=("lab.example:8000",)), "lab.example", 200),
        (Settings(host="192.168.7.7"), "192.168.7.7:8000", 200),
        (Settings(host="192.168.7.7"), "192.168.7.8:8000", 400),
        (Settings(host="0.0.0.0"), "192.168.7.8:8000", 200),
        (Settings(host="0.0.0.0"), "[fe80::1]:8000", 200),
        (Settings(host="0.0.0.0"), "evil.example", 400),
    ],
)
async def test_hosts_by_settings(settings: Settings, host: str, status: int, anyio_backend: str) -> None:
    app = create_app(settings)
    transport = httpx.ASGITransport(app)
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=transport, base_url="http://localhost") as client,
    ):
        assert (await client.get("/healthz", headers={"host": host})).status_code == status


@pytest.mark.parametrize("origin", EVIL_ORIGINS)
async def test_other_sites_are_refused(client: httpx.AsyncClient, session: dict[str, Any], origin: str) -> None:
    for method, path in (("POST", "/api/sessions"), ("DELETE", f"/api/sessions/{session['id']}"), ("GET", "/healthz")):
        response = await client.request(method, path, headers={"origin": origin})
        assert response.status_code == 403
    assert len((await client.get("/api/sessions")).json()["sessions"]) == 1


@pytest.mark.parametrize("origin", ["http://localhost", "http://localhost:80", "HTTP://LOCALHOST"])
async def test_our_own_page_is_answered(client: httpx.AsyncClient, origin: str) -> None:
    response = await client.post("/api/sessions", json={}, headers={"origin": origin, "sec-fetch-site": "same-origin"})
    assert response.status_code == 201


async def test_a_page_behind_a_proxy(anyio_backend: str) -> None:
    settings = Settings(allowed_hosts=("school.example",), allowed_origins=("https://learn.example",))
    transport = httpx.ASGITransport(create_app(settings))
    async with httpx.AsyncClient(transport=transport, base_url="http://school.example") as client:
        for origin, status in (
            ("https://school.example", 200),  # TLS ends at the proxy
            ("https://learn.example", 200),
            ("https://evil.example", 403),
            ("https://school.example:444", 403),
        ):
            assert (await client.get("/healthz", headers={"origin": origin})).status_code == status


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
async def test_cross_site_requests_that_change_something_are_refused(client: httpx.AsyncClient, site: str) -> None:
    assert (await client.post("/api/sessions", json={}, headers={"sec-fetch-site": site})).status_code == 403
    assert (await client.get("/", headers={"sec-fetch-site": site})).status_code == 200, "a link may lead here"


@pytest.mark.parametrize("kind", ["application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "text/plain"])
async def test_forms_are_refused(client: httpx.AsyncClient, kind: str) -> None:
    for body in (b"{}", b""):
        response = await client.post("/api/sessions", content=body, headers={"content-type": kind})
        assert response.status_code == 415
    assert (await client.get("/api/sessions")).json() == {"sessions": []}


@pytest.mark.parametrize("kind", ["application/xml", "json", "application/merge-patch+json", None])
async def test_what_is_not_declared_as_json_is_refused(client: httpx.AsyncClient, kind: str | None) -> None:
    headers = {"content-type": kind} if kind else {}
    response = await client.post("/api/sessions", content=b"{}", headers=headers)
    assert response.status_code == 415
    assert "application/json" in response.json()["detail"]


async def body_in_pieces(size: int) -> AsyncIterator[bytes]:
    for _ in range(size >> 16):
        yield b" " * (1 << 16)


async def test_bodies_have_a_limit_with_and_without_a_length(client: httpx.AsyncClient) -> None:
    json_type = {"content-type": "application/json"}
    limit = 1 << 20
    fits = b"{}" + b" " * (limit - 2)
    assert (await client.post("/api/sessions", content=fits, headers=json_type)).status_code == 201
    response = await client.post("/api/sessions", content=fits + b" ", headers=json_type)
    assert response.status_code == 413 and response.headers["content-type"] == "application/problem+json"
    chunked = await client.post("/api/sessions", content=body_in_pieces(limit + (1 << 16)), headers=json_type)
    assert chunked.status_code == 413 and chunked.headers["content-type"] == "application/problem+json"


async def test_an_endless_body_is_refused_before_its_end(server: RealServer) -> None:
    host, _, port = server.address.partition(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    head = f"POST /api/spread HTTP/1.1\r\nHost: {server.address}\r\nContent-Type: application/json\r\n"
    writer.write(f"{head}Transfer-Encoding: chunked\r\n\r\n".encode())
    for _ in range(17):  # a little more than a MiB; the end of the body never comes
        writer.write(b"10000\r\n" + b" " * (1 << 16) + b"\r\n")
    assert (await reader.readline()).startswith(b"HTTP/1.1 413 ")
    writer.close()
    await writer.wait_closed()


@pytest.mark.parametrize("origin", [origin for origin in EVIL_ORIGINS if origin])
async def test_streams_for_other_sites_are_refused_before_accept(
    http: httpx.AsyncClient, server: RealServer, origin: str
) -> None:
    with pytest.raises(websockets.InvalidStatus) as refused:
        await websockets.connect(
            f"ws://{server.address}/api/sessions/none/stream", additional_headers={"Origin": origin}
        )
    assert refused.value.response.status_code == 403
    assert json.loads(bytes(refused.value.response.body or b""))["status"] == 403


async def test_streams_for_our_own_page_and_for_scripts_are_accepted(
    http: httpx.AsyncClient, server: RealServer
) -> None:
    id = (await http.post("/api/sessions", json={})).json()["id"]
    for origin in (None, f"http://{server.address}"):
        async with websockets.connect(f"ws://{server.address}/api/sessions/{id}/stream", origin=origin):  # type: ignore
            pass
    await http.delete(f"/api/sessions/{id}")


async def test_streams_for_other_hosts_are_refused(server: RealServer) -> None:
    host, _, port = server.address.partition(":")
    with pytest.raises(websockets.InvalidStatus) as refused:
        await websockets.connect(f"ws://evil.example:{port}/api/sessions/none/stream", host=host, port=int(port))
    assert refused.value.response.status_code == 400


def test_the_policy_takes_hashes() -> None:
    assert "script-src 'self' 'sha256-abc'" in content_security_policy(["sha256-abc"])
    assert "script-src 'self';" in content_security_policy()
