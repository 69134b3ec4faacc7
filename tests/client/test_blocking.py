"""The blocking client is the async one: the same methods, the same answers; and it works where a loop runs already."""

import asyncio
import gc
import inspect
import signal
import subprocess
import sys
import threading
from concurrent.futures import CancelledError, ThreadPoolExecutor
from contextlib import suppress
from typing import Any

import gradlab_client
import numpy as np
import pytest
from gradlab_client import AsyncClient, AsyncSession, Client, Session

from tests.app.conftest import PATIENCE_S, until

EXPERIMENT: dict[str, Any] = {"dataset": {"name": "moons", "noise": 0.2}, "layers": [{"units": 6}], "seed": 3}


def public(kind: type) -> dict[str, Any]:
    functions = inspect.getmembers(kind, inspect.isfunction)
    return {name: function for name, function in functions if not name.startswith("_")}


@pytest.mark.parametrize(("awaited", "waiting"), [(AsyncSession, Session), (AsyncClient, Client)])
def test_both_have_the_same_methods(awaited: type, waiting: type) -> None:
    assert public(awaited).keys() == public(waiting).keys()
    for name, method in public(awaited).items():
        other = getattr(waiting, name)
        assert inspect.signature(method) == inspect.signature(other)
        assert method.__doc__ and method.__doc__ == other.__doc__


def test_both_get_the_same_answers(client: Client, url: str) -> None:
    async def awaited() -> list[Any]:
        async with AsyncClient(url) as client:
            session = await client.create(EXPERIMENT)
            await session.train(30)
            await session.patch({"optimizer": {"learning_rate": 0.01}})
            fork = await session.fork(10)
            await fork.train(5)
            rows = [message async for message in fork.stream() if isinstance(message, gradlab_client.Metrics)]
            prediction = await session.predict([[0.5, 0.5]])
            return [await session.metrics(), (await session.boundary()).values, prediction, rows, await fork.get()]

    session = client.create(EXPERIMENT)
    session.train(30)
    session.patch({"optimizer": {"learning_rate": 0.01}})
    fork = session.fork(10)
    fork.train(5)
    streamed = [message for message in fork.stream() if isinstance(message, gradlab_client.Metrics)]
    metrics, boundary, prediction, rows, now = asyncio.run(awaited())
    assert metrics.keys() == session.metrics().keys()
    for name, column in session.metrics().items():
        np.testing.assert_array_equal(column, metrics[name], strict=True)
    np.testing.assert_array_equal(session.boundary().values, boundary, strict=True)
    np.testing.assert_array_equal(session.predict([[0.5, 0.5]]).outputs, prediction.outputs, strict=True)
    assert [len(row["seq"]) for row in rows] == [len(row["seq"]) for row in streamed] != []
    assert now["metrics"] == fork.get()["metrics"] and now["epoch"] == 15


async def running(client: Client) -> str:
    return client.create().get()["state"]


def test_it_waits_where_a_loop_runs_already(client: Client) -> None:
    assert asyncio.run(running(client)) == "ready"


def test_threads_share_a_client(client: Client) -> None:
    def trained(seed: int) -> float:
        return client.create(seed=seed).train(20)["epoch"]

    with ThreadPoolExecutor(4) as threads:
        assert list(threads.map(trained, range(8))) == [20] * 8


def test_progress_is_shown_on_the_thread_of_the_caller(client: Client) -> None:
    seen: list[tuple[float, str]] = []
    client.create().train(50, progress=lambda now: seen.append((now.share, threading.current_thread().name)))
    assert seen[-1] == (1.0, "MainThread") and {name for _, name in seen} == {"MainThread"}
    assert [share for share, _ in seen] == sorted(share for share, _ in seen)


def test_what_fails_in_a_report_ends_the_training(client: Client) -> None:
    def fails(_: gradlab_client.Progress) -> None:
        raise ZeroDivisionError

    session = client.create()
    with pytest.raises(ZeroDivisionError):
        session.train(1_000_000, progress=fails)
    until(lambda: session.get()["state"] == "paused")
    assert session.get()["epoch"] < 1_000_000


def test_an_interrupt_from_the_keyboard_ends_the_training(client: Client, url: str) -> None:
    session = client.create()
    code = f"import gradlab_client; gradlab_client.Client({url!r}).session({session.id!r}).train(1_000_000)"
    with subprocess.Popen([sys.executable, "-W", "error", "-c", code], stderr=subprocess.PIPE, text=True) as script:
        until(lambda: session.get()["state"] == "running")
        script.send_signal(signal.SIGINT)
        _, errors = script.communicate(timeout=PATIENCE_S)
    assert errors.endswith("KeyboardInterrupt\n") and "Warning" not in errors
    until(lambda: session.get()["state"] == "paused")


@pytest.mark.parametrize("end", ["", "sys.exit()", "1 / 0", "held = [client, session]; held.append(held)"])
def test_a_script_ends_without_a_word_if_it_closes_nothing(url: str, end: str) -> None:
    code = f"""
import sys, gradlab_client
client = gradlab_client.Client({url!r})
session = client.create()
session.play(until={{"epochs": 100}})
next(session.stream())
stream = session.stream()
next(stream)
{end}
"""
    command = [sys.executable, "-W", "error", "-c", code]
    done = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE_S, check=False)
    fails = end == "1 / 0"
    assert done.stdout == "" and done.stderr.count("Error") == fails == done.returncode, done.stderr
    assert (
        done.stderr.endswith("ZeroDivisionError: division by zero\n" if fails else "") and "ignored" not in done.stderr
    )


def test_a_client_that_nobody_holds_ends_with_its_thread(url: str) -> None:
    before = threading.active_count()
    session = Client(url).create()
    assert session.get()["state"] == "ready", "a session keeps its client"
    del session
    gc.collect()
    assert threading.active_count() == before


def test_a_client_that_ends_on_its_own_thread_does_not_wait_for_itself(url: str) -> None:
    client = Client(url)
    client.create()

    async def end() -> None:
        client._loop.close()

    thread = next(thread for thread in threading.enumerate() if thread.name == "gradlab-client")
    with suppress(asyncio.CancelledError, CancelledError):
        client._loop.run(end())
    thread.join(PATIENCE_S)
    assert not thread.is_alive()


def test_a_closed_client_says_so(url: str) -> None:
    client = Client(url)
    client.close()
    client.close()
    with pytest.raises(RuntimeError, match="closed"):
        client.sessions()
