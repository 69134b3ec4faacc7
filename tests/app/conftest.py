"""What the app's tests share: the app in this process, a real server on a free port, and waiting without sleeping."""

import asyncio
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import pytest

from app.main import Application, create_app
from app.server import make_server
from app.settings import Settings

PATIENCE_S = 60.0  # a test that waits longer has failed; none depends on how long it takes


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
def settings() -> Settings:
    return Settings(workers=2)


built = cache(create_app)  # building the routes takes longer than most tests; a lifespan makes all else anew


@pytest.fixture
async def app(settings: Settings, anyio_backend: str) -> AsyncIterator[Application]:
    app = built(settings)
    async with app.router.lifespan_context(app):
        yield app


@pytest.fixture
async def client(app: Application) -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://localhost", timeout=PATIENCE_S) as client:
        yield client


@pytest.fixture
async def session(client: httpx.AsyncClient) -> dict[str, Any]:
    """A session of the default experiment."""
    return strict((await client.post("/api/sessions", json={})).text)


class RealServer:
    """uvicorn with our protocol, on a thread of its own."""

    def __init__(self, settings: Settings) -> None:
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.address = f"127.0.0.1:{self.listener.getsockname()[1]}"
        self.app = create_app(settings)
        self.server = make_server(self.app, "127.0.0.1", 0, settings.message_limit_bytes)
        self.thread = threading.Thread(target=self.server.run, args=([self.listener],))
        self.thread.start()
        until(lambda: self.server.started)

    def stop(self) -> None:
        self.server.should_exit = True
        self.thread.join()


class ServerProcess:
    """`gradlab serve` as a process of its own, which can be killed and started again on the same database."""

    COMMAND = (sys.executable, "-c", "from app.cli import app; app()", "serve")

    def __init__(self, database: Path) -> None:
        self.database = database
        self.port = "0"
        self.start()

    def start(self) -> None:
        """Starts it, again on the same port."""
        environment = os.environ | {"GRADLAB_DATABASE_URL": f"sqlite:///{self.database}", "GRADLAB_PORT": self.port}
        self.process = subprocess.Popen(self.COMMAND, env=environment, stdout=subprocess.PIPE, text=True)
        assert self.process.stdout
        said = self.process.stdout.readline()
        assert said.startswith("gradlab is at http://"), said
        self.address = said.split()[3].removeprefix("http://").rstrip("/")
        self.port = self.address.rpartition(":")[2]
        self.http = httpx.Client(base_url=f"http://{self.address}", timeout=PATIENCE_S)

    def end(self, how: signal.Signals = signal.SIGTERM) -> int:
        """Ends it, if it still runs, and gives its exit code."""
        self.process.send_signal(how)
        self.http.close()
        if self.process.stdout:
            self.process.stdout.close()
        return self.process.wait(PATIENCE_S)


@pytest.fixture(scope="session")
def server() -> Iterator[RealServer]:
    server = RealServer(Settings(workers=2, max_sessions=10_000))
    yield server
    server.stop()


@pytest.fixture
async def http(server: RealServer, anyio_backend: str) -> AsyncIterator[httpx.AsyncClient]:
    """A client of the real server."""
    async with httpx.AsyncClient(base_url=f"http://{server.address}", timeout=PATIENCE_S) as client:
        yield client


def until(condition: Callable[[], Any], patience_s: float = PATIENCE_S) -> Any:
    """Waits for a condition on another thread, and gives what it gave."""
    end = time.monotonic() + patience_s
    while not (result := condition()):
        assert time.monotonic() < end, "the condition never came true"
        time.sleep(0.002)
    return result


async def eventually(condition: Callable[[], Awaitable[Any]]) -> Any:
    """The same for a condition that is asked of the app."""
    end = time.monotonic() + PATIENCE_S
    while not (result := await condition()):
        assert time.monotonic() < end, "the condition never came true"
        await asyncio.sleep(0.002)
    return result


def strict(text: str | bytes) -> Any:
    """JSON as browsers read it: NaN and infinities are errors."""

    def refuse(name: str) -> None:
        raise AssertionError(f"{name} is not JSON")

    return json.loads(text, parse_constant=refuse)


def rows_of(message: dict[str, Any]) -> list[dict[str, Any]]:
    """The rows of a metrics message: a number by each name, or of a layer's quantity a list; NaN where it is null."""
    count, columns = message["count"], {}
    for name, column in message["columns"].items():
        numbers = np.frombuffer(column, "<f8") if isinstance(column, bytes) else np.array(column, float)
        columns[name] = (numbers if numbers.size == count else numbers.reshape(count, -1)).tolist()
    return [
        {"seq": message["seq"] + row} | {name: column[row] for name, column in columns.items()} for row in range(count)
    ]
