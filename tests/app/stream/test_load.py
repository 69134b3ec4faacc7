"""The load generator checks what it measures: every row of every session has arrived, however many there are."""

import asyncio
import struct
import sys
from types import SimpleNamespace
from typing import Any

import msgpack
import pytest

from app.routes.pages import ROOT
from benchmarks import load
from tests.app.conftest import PATIENCE_S, RealServer

pytestmark = pytest.mark.anyio


async def test_every_row_is_checked_with_clients_at_a_rate(server: RealServer, anyio_backend: str) -> None:
    options = ["--clients", "5", "--rate", "30", "--seconds", "0.2", "--address", server.address]
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "benchmarks.load", *options, cwd=ROOT, stdout=-1, stderr=-1
    )
    output, errors = await asyncio.wait_for(process.communicate(), PATIENCE_S)
    assert process.returncode == 0, errors.decode()
    assert "rows checked" in output.decode()


def metrics(seq: int) -> bytes:
    loss = struct.pack("<d", seq)
    return msgpack.packb({"type": "metrics", "seq": seq, "count": 1, "columns": {"train_loss": loss}})


async def test_a_page_watches_until_the_last_row_has_come(monkeypatch: pytest.MonkeyPatch, anyio_backend: str) -> None:
    """However late the rows are: it does not end by the clock."""
    sent: asyncio.Queue[bytes] = asyncio.Queue()

    class Socket:
        async def __aenter__(self) -> Any:
            return self

        async def __aexit__(self, *_: object) -> None:
            pass

        async def send(self, data: bytes) -> None:
            pass

        async def ping(self) -> Any:
            return asyncio.sleep(0)

        def __aiter__(self) -> Any:
            return self

        async def __anext__(self) -> bytes:
            return await sent.get()

    monkeypatch.setattr(load, "websockets", SimpleNamespace(connect=lambda *_, **__: Socket()))
    page = load.Page("id", "address")
    watching = asyncio.create_task(page.watch())
    for seq in range(3):
        sent.put_nowait(metrics(seq))
    page.watch_until(3)
    while len(page.losses) < 3:
        await asyncio.sleep(0)
    assert not watching.done()
    sent.put_nowait(metrics(3))
    await asyncio.wait_for(watching, PATIENCE_S)
    assert page.losses == [0, 1, 2, 3]
