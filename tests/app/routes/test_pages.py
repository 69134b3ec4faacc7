"""The pages and their files: the import map may run, nothing leaves the folder, a sub-path works."""

import asyncio
import base64
import hashlib
import json
import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import httpx
import pytest

from app.main import Application, create_app
from app.routes.pages import ROOT
from app.settings import Settings
from tests.app.conftest import RealServer

pytestmark = pytest.mark.anyio


async def test_the_import_map_may_run_and_no_other_script_is_inline(client: httpx.AsyncClient) -> None:
    response = await client.get("/")
    assert response.status_code == 200 and response.headers["content-type"].startswith("text/html")
    inline = re.findall(r"<script(?![^>]*\ssrc=)[^>]*>(.*?)</script>", response.text, re.DOTALL)
    assert len(inline) == 1
    assert set(json.loads(inline[0])["imports"]) == {"lit", "uplot", "d3", "floating-ui", "katex"}
    digest = base64.b64encode(hashlib.sha256(inline[0].encode()).digest()).decode()
    assert f"script-src 'self' 'sha256-{digest}';" in response.headers["content-security-policy"]
    assert " style=" not in response.text and "<style" not in response.text and " onclick=" not in response.text


class Links(HTMLParser):
    """The addresses a page refers to."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.found += [value for name, value in attributes if name in {"src", "href"} and value]


@pytest.mark.parametrize("page", ["/", "/docs"])
async def test_everything_comes_from_us(client: httpx.AsyncClient, page: str) -> None:
    for address in Links((await client.get(page)).text).found:
        assert not re.match(r"[a-z]+:|//", address), address
        if not address.startswith("#") and "/vendor/" not in address:
            assert (await client.get(address)).status_code == 200, address


async def test_all_modules_are_loaded_at_once(client: httpx.AsyncClient) -> None:
    found = set(Links((await client.get("/")).text).found)
    modules = {f"/{path.relative_to(ROOT).as_posix()}" for path in (ROOT / "static/js").rglob("*.js")}
    assert modules and modules <= found


async def test_files_are_asked_after_each_time(client: httpx.AsyncClient) -> None:
    first = await client.get("/static/css/base.css")
    assert first.status_code == 200 and first.headers["cache-control"] == "no-cache"
    again = await client.get("/static/css/base.css", headers={"if-none-match": first.headers["etag"]})
    assert again.status_code == 304 and not again.content
    assert "content-security-policy" in again.headers


@pytest.mark.parametrize(
    ("ending", "kind"), [("css/base.css", "text/css"), ("js/main.js", "text/javascript"), ("icon.svg", "image/svg+xml")]
)
async def test_files_have_the_kind_that_browsers_demand(client: httpx.AsyncClient, ending: str, kind: str) -> None:
    response = await client.get(f"/static/{ending}")
    assert response.headers["content-type"].startswith(kind)


ESCAPES = [
    "../app/main.py",
    "..%2fapp/main.py",
    "%2e%2e/app/main.py",
    "%2e%2e%2fapp%2fmain.py",
    "%252e%252e%252fapp%252fmain.py",
    "..%5capp%5cmain.py",
    "..\\app\\main.py",
    "css/../../app/main.py",
    "css/%2e%2e/%2e%2e/app/main.py",
    "/etc/passwd",
    "//etc/passwd",
    "%2fetc%2fpasswd",
    "css/base.css%00",
    "%00",
    "css/base.css%00.js",
    "..",
    ".",
    "",
    "css",
    "css/",
    "../static-other/x",
    "a" * 5000,
    "C:%5cwindows%5cwin.ini",
    "%ff%fe",
]


@pytest.mark.parametrize("path", ESCAPES)
async def test_no_path_leaves_the_folder(server: RealServer, path: str) -> None:
    """Over a bare connection, because clients tidy up paths before they send them."""
    host, _, port = server.address.partition(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    writer.write(f"GET /static/{path} HTTP/1.1\r\nHost: {server.address}\r\nConnection: close\r\n\r\n".encode())
    answer = await reader.read()
    writer.close()
    await writer.wait_closed()
    assert answer.startswith(b"HTTP/1.1 404 "), path
    assert b"root:" not in answer and b"create_app" not in answer


async def test_no_link_leaves_the_folder(client: httpx.AsyncClient, tmp_path: Path) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("secret")
    link = ROOT / "static" / "test-link.txt"
    link.symlink_to(secret)
    try:
        assert (await client.get("/static/test-link.txt")).status_code == 404
    finally:
        link.unlink()


@pytest.mark.parametrize("prefix", ["", "/lab"], ids=["a proxy that strips the path", "one that leaves it"])
async def test_under_a_sub_path(prefix: str, anyio_backend: str) -> None:
    app = create_app(Settings(root_path="/lab", workers=1))
    async with app.router.lifespan_context(app):
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url="http://localhost", timeout=60) as client:
            page = await client.get(f"{prefix}/")
            assert page.status_code == 200
            for address in Links(page.text).found:
                assert not address.startswith("/") or address.startswith("/lab/"), address
            assert '"/lab/static/vendor/lit.js"' in page.text
            assert (await client.get(f"{prefix}/static/css/base.css")).status_code == 200
            assert (await client.get(f"{prefix}/docs")).status_code == 200
            made = await client.post(f"{prefix}/api/sessions", json={})
            assert made.status_code == 201
            assert made.headers["location"].startswith("/lab/api/sessions/")
            assert (await client.get(made.headers["location"])).status_code == 200


@pytest.mark.parametrize(
    ("given", "host", "shared", "exposed"),
    [
        ({}, "localhost", False, False),
        ({"several_users": True}, "localhost", True, False),
        ({"host": "0.0.0.0"}, "192.168.7.7:8000", True, True),
        ({"host": "0.0.0.0"}, "127.0.0.1:8000", True, False),
        ({"host": "0.0.0.0", "several_users": False}, "192.168.7.7", False, True),
        ({"host": "0.0.0.0", "behind_tls": True}, "192.168.7.7", True, False),
    ],
)
async def test_the_page_tells_who_uses_the_server_and_whether_others_can_read_along(
    given: dict[str, Any], host: str, shared: bool, exposed: bool, anyio_backend: str
) -> None:
    app = create_app(Settings(workers=1, **given))
    async with app.router.lifespan_context(app):
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as client:
            page = (await client.get("/", headers={"host": host})).text
    assert (" data-shared>" in page, "others on this network can read along" in page) == (shared, exposed)


async def test_the_reference_tells_of_every_operation(client: httpx.AsyncClient, app: Application) -> None:
    html = (await client.get("/docs")).text
    for path, operations in app.openapi()["paths"].items():
        for operation in operations.values():
            assert f'id="{operation["operationId"]}"' in html
        assert path in html
    for name in app.openapi()["components"]["schemas"]:
        assert f'id="{name}"' in html
    assert "<script" not in html
    for target in re.findall(r'href="#([^"]+)"', html):
        assert f'id="{target}"' in html, f"a link to {target} leads nowhere"
