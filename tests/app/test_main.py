"""Putting the application together: what is built, and when, and that it refuses to start without its page."""

import shutil
import threading
import warnings
from pathlib import Path
from typing import Any

import httpx
import pytest
from typer.testing import CliRunner

import app.cli
from app import readiness
from app.main import create_app
from app.routes import pages
from app.settings import Settings


@pytest.mark.anyio
async def test_nothing_is_built_at_the_first_request(anyio_backend: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """`warnings.catch_warnings` belongs to the whole process: two threads in it at a time restore each other's state,
    and filtered warnings are printed. Numba uses it while it compiles, FastAPI while it builds routes and OpenAPI."""
    entered: list[str] = []
    enter = warnings.catch_warnings.__enter__

    def note(self: Any) -> Any:
        entered.append(threading.current_thread().name)
        return enter(self)

    def begin(kernel: str) -> None:
        entered.append("the threads have started")

    monkeypatch.setattr(warnings.catch_warnings, "__enter__", note)
    monkeypatch.setattr(readiness, "is_kept", lambda kernel: True)
    monkeypatch.setattr(readiness, "warm_up", begin)
    application = create_app(Settings(workers=1))
    async with application.router.lifespan_context(application):
        transport = httpx.ASGITransport(application)
        async with httpx.AsyncClient(transport=transport, base_url="http://localhost", timeout=60) as client:
            document = (await client.get("/openapi.json")).json()
            for path in ("/", "/docs", "/static/css/base.css", "/none"):
                await client.get(path)
            for path, operations in document["paths"].items():
                for method in operations:
                    await client.request(method, path.replace("{id}", "none"))
    after = entered[entered.index("the threads have started") :]
    assert threading.current_thread().name not in after


@pytest.fixture
def copy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the page's files that the app looks in, to take things away from."""
    for folder in ("static", "templates"):
        shutil.copytree(pages.ROOT / folder, tmp_path / folder)
    monkeypatch.setattr(pages, "ROOT", tmp_path)
    return tmp_path


def test_a_complete_page_is_enough_to_start(copy: Path) -> None:
    create_app(Settings(workers=1))


@pytest.mark.parametrize(
    "gone",
    [
        "static",
        "templates",
        "static/vendor",
        "static/js",
        "static/js/main.js",
        "static/css/base.css",
        "static/icon.svg",
        "static/vendor/katex.js",
        "static/vendor/uplot.css",
        "templates/index.html",
    ],
)
def test_a_server_without_its_page_refuses_to_start(copy: Path, gone: str) -> None:
    path = copy / gone
    shutil.rmtree(path) if path.is_dir() else path.unlink()
    result = CliRunner().invoke(app.cli.app, ["serve", "--port", "0"])
    assert result.exit_code == 1
    assert gone in result.output and str(copy) in result.output
    assert "pip install" in result.output and "Traceback" not in result.output
    assert "gradlab is at" not in result.output, "it said where it is, although it is not there"
