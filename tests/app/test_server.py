"""The server as a process: it starts, says where it is, and ends in good order."""

import asyncio
import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import AsyncExitStack

import httpx
import pytest
import websockets
from typer.testing import CliRunner

from app import __version__
from app.cli import app
from app.openapi import describe_api
from app.routes.pages import ROOT
from tests.app.conftest import PATIENCE_S, eventually

pytestmark = pytest.mark.anyio


@pytest.fixture
def process() -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, "-c", "from app.cli import app; app()", "serve", "--port", "0"]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=ROOT)
    with process:
        yield process
        if process.poll() is None:
            process.kill()


def address_of(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    line = process.stdout.readline()
    found = re.search(r"http://127\.0\.0\.1:\d+", line)
    assert found, line
    return found[0]


@pytest.mark.skipif(os.name != "posix", reason="Windows has no SIGTERM")
@pytest.mark.parametrize("ending", [signal.SIGTERM, signal.SIGINT])
async def test_it_ends_in_good_order_with_pages_and_scripts_waiting(
    process: subprocess.Popen[str], ending: signal.Signals
) -> None:
    address = address_of(process)
    async with AsyncExitStack() as stack:
        http = await stack.enter_async_context(httpx.AsyncClient(base_url=address, timeout=PATIENCE_S))

        async def ready() -> bool:
            return (await http.get("/readyz")).status_code == 200

        await eventually(ready)
        ids = [(await http.post("/api/sessions", json={})).json()["id"] for _ in range(3)]
        sockets = []
        for id in ids:
            url = f"{address.replace('http', 'ws')}/api/sessions/{id}/stream"
            socket = await stack.enter_async_context(websockets.connect(url))
            sockets.append(socket)
            await socket.send('{"type": "subscribe"}')
            await http.post(f"/api/sessions/{id}/commands", json={"command": "play", "rate": None})
        awaited = (await http.post("/api/sessions", json={})).json()["id"]

        async def is_training() -> bool:
            return (await http.get(f"/api/sessions/{awaited}")).json()["state"] == "running"

        waiting = asyncio.create_task(http.post(f"/api/sessions/{awaited}/train", json={"seconds": 600}))
        stack.callback(waiting.cancel)
        await eventually(is_training)  # the order has arrived
        sockets[1].transport.pause_reading()  # this one will not hear of it
        async with asyncio.timeout(PATIENCE_S):
            while b"boundary" not in str(await sockets[0].recv()).encode():
                pass
        process.send_signal(ending)
        for socket in (sockets[0], sockets[2]):
            with pytest.raises(websockets.ConnectionClosed) as closed:
                async with asyncio.timeout(PATIENCE_S):
                    while True:
                        await socket.recv()
            assert closed.value.rcvd is not None and closed.value.rcvd.code in {1001, 1012}
        answer = await waiting
        assert answer.status_code == 503, "whoever waits is answered"
        sockets[1].transport.abort()
        _, errors = await asyncio.to_thread(process.communicate, timeout=PATIENCE_S)
    assert process.returncode == 0
    assert "Traceback" not in errors, errors


def test_a_port_that_is_taken_is_told_in_a_sentence() -> None:
    import socket

    with socket.create_server(("127.0.0.1", 0)) as taken:
        result = CliRunner().invoke(app, ["serve", "--port", str(taken.getsockname()[1])])
    assert result.exit_code == 1
    assert "Cannot listen" in result.output and "--port" in result.output and "Traceback" not in result.output


def test_a_wrong_setting_is_told_in_a_sentence() -> None:
    result = CliRunner().invoke(app, ["serve"], env={"GRADLAB_WORKERS": "several"})
    assert result.exit_code == 2 and result.output.count("\n") == 1
    assert result.output.startswith("GRADLAB_WORKERS is 'several'. ")


def test_the_description_can_be_had_without_a_server() -> None:
    assert json.loads(CliRunner().invoke(app, ["openapi"]).output) == describe_api()


def test_the_version() -> None:
    assert CliRunner().invoke(app, ["--version"]).output == f"gradlab {__version__}\n"


def test_the_help_names_every_option() -> None:
    text = CliRunner().invoke(app, ["serve", "--help"], env={"COLUMNS": "200", "NO_COLOR": "1"}).output
    assert all(option in text for option in ("--host", "--port", "--open", "--root-path"))
