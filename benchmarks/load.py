"""A load generator: many pages on one server, each watching a session that trains flat out. Not a test: a measurement.

    python -m benchmarks.load [--clients 30] [--seconds 20] [--address 127.0.0.1:8000]

Without an address it starts a server of its own. It prints how late pictures come, how quick REST and the event loop
stay, how evenly the sessions are served, and checks that every session's metrics arrived without a gap and equal to
what REST answers.
"""

import argparse
import asyncio
import json
import statistics
import sys
import time
from array import array
from contextlib import nullcontext
from itertools import pairwise
from typing import Any

import httpx
import msgpack
import websockets

from benchmarks.served import server

PERIOD_S = 1 / 20  # of the boundary, by default
PATIENCE_S = 60.0  # for the rows that are still under way when training pauses


def main() -> None:
    """Reads the command line."""
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--clients", type=int, default=30)
    arguments.add_argument("--seconds", type=float, default=20)
    arguments.add_argument("--address", help="of a server that runs; one of our own if left out")
    arguments.add_argument("--rate", type=float, default=None, help="epochs per second; flat out if left out")
    arguments.add_argument("--epochs", type=int, default=0, help="train so far first: later rows come more rarely")
    options = arguments.parse_args()
    with nullcontext(f"http://{options.address}/") if options.address else server() as address:
        asyncio.run(measure(options, address.split("/")[2]))


async def measure(options: argparse.Namespace, address: str) -> None:
    """Loads the server at an address, and says how it bore it."""
    async with httpx.AsyncClient(base_url=f"http://{address}", timeout=600) as http:
        answers = [
            await http.post("/api/sessions", json={"dataset": {"name": "circle", "seed": n}})
            for n in range(options.clients)
        ]
        ids = [answer.json()["id"] for answer in answers]
        if options.epochs:
            order = {"epochs": options.epochs}
            await asyncio.gather(*(http.post(f"/api/sessions/{id}/train", json=order) for id in ids))
        pages = [Page(id, address) for id in ids]
        tasks = [asyncio.create_task(page.watch()) for page in pages]
        await asyncio.sleep(0.5)
        for id in ids:
            await http.post(f"/api/sessions/{id}/commands", json={"command": "play", "rate": options.rate})
        await asyncio.sleep(2)
        for page in pages:
            page.begin()
        before = [await steps(http, id) for id in ids]
        begun = time.monotonic()
        asked = []
        while time.monotonic() - begun < options.seconds:
            asked.append(await timed(http.get(f"/api/sessions/{ids[len(asked) % len(ids)]}")))
            await asyncio.sleep(0.05)
        after = [await steps(http, id) for id in ids]
        taken = time.monotonic() - begun
        histories = {}
        for page in pages:
            await http.post(f"/api/sessions/{page.id}/commands", json={"command": "pause"})
            histories[page.id] = (await http.get(f"/api/sessions/{page.id}/metrics")).json()["columns"]
            page.watch_until(histories[page.id]["seq"][-1])
        async with asyncio.timeout(PATIENCE_S):
            await asyncio.gather(*tasks)
        gaps = [gap for page in pages for gap in page.gaps()]
        late = [max(0.0, gap - PERIOD_S) for gap in gaps]
        speeds = [(b - a) / taken for a, b in zip(before, after, strict=True)]
        say(f"{options.clients} clients, {taken:.1f} s")
        say("boundary frames a second and client:", round(len(gaps) / taken / options.clients, 1))
        say("frame later than due, ms:", percentiles(late))
        say("websocket ping, ms:", percentiles([ping for page in pages for ping in page.pings]))
        say("GET session, ms:", percentiles(asked))
        say("KB/s and client:", round(sum(page.bytes for page in pages) / taken / options.clients / 1e3))
        say("steps/s and session:", round(statistics.mean(speeds)), "total:", round(sum(speeds)))
        low, high = min(speeds) / statistics.mean(speeds), max(speeds) / statistics.mean(speeds)
        say(f"fairness: {low:.3f} to {high:.3f} of the mean share")
        for page in pages:
            history = histories[page.id]
            assert len(page.losses) == len(history["seq"]), "a row is missing"
            assert page.losses == history["train_loss"], "a row differs"
            await http.delete(f"/api/sessions/{page.id}")
        say("rows checked:", sum(len(page.losses) for page in pages))


class Page:
    """One client, with the default subscription."""

    def __init__(self, id: str, address: str) -> None:
        self.id = id
        self.url = f"ws://{address}/api/sessions/{id}/stream"
        self.losses: list[float] = []  # of all rows, in their order
        self.pings: list[float] = []
        self.last_seq: int | None = None  # until the session is paused
        self.news = asyncio.Event()
        self.begin()

    def begin(self) -> None:
        """From here on it is measured."""
        self.arrivals: list[float] = []
        self.bytes = 0

    def watch_until(self, last_seq: int) -> None:
        """The session rests: this is its last row."""
        self.last_seq = last_seq
        self.news.set()

    async def watch(self) -> None:
        """Watches until the last row has come."""
        async with websockets.connect(self.url, subprotocols=["gradlab.v1.msgpack"], compression=None) as socket:
            await socket.send(msgpack.packb({"type": "subscribe"}))
            tasks = [asyncio.create_task(self.ping(socket)), asyncio.create_task(self.receive(socket))]
            try:
                while self.last_seq is None or len(self.losses) <= self.last_seq:
                    self.news.clear()
                    await self.news.wait()
            finally:
                for task in tasks:
                    task.cancel()

    async def receive(self, socket: Any) -> None:
        async for data in socket:
            self.bytes += len(data)
            message = msgpack.unpackb(data)
            if message["type"] == "boundary":
                self.arrivals.append(time.monotonic())
            elif message["type"] == "metrics":
                assert message["seq"] == len(self.losses), "a row is missing"
                self.losses += array("d", message["columns"]["train_loss"])
                self.news.set()

    async def ping(self, socket: Any) -> None:
        while True:
            self.pings.append(await timed(await socket.ping()))
            await asyncio.sleep(0.5)

    def gaps(self) -> list[float]:
        times = self.arrivals[:-2]  # the last ones come after the pause
        return [later - earlier for earlier, later in pairwise(times)]


def say(*words: Any) -> None:
    sys.stdout.write(" ".join(map(str, words)) + "\n")


async def steps(http: httpx.AsyncClient, id: str) -> int:
    return (await http.get(f"/api/sessions/{id}")).json()["step"]


async def timed(work: Any) -> float:
    begun = time.monotonic()
    await work
    return time.monotonic() - begun


def percentiles(seconds: list[float]) -> str:
    cuts = statistics.quantiles(seconds, n=100)
    return json.dumps(
        {"p50": round(cuts[49] * 1e3, 1), "p99": round(cuts[98] * 1e3, 1), "max": round(max(seconds) * 1e3, 1)}
    )


if __name__ == "__main__":
    main()
