"""Whether anything that a client can send keeps the others waiting: the worst of every route, against GET /healthz.

    python -m benchmarks.attack [--only TEXT]

Another process asks for /healthz every few milliseconds. For each attack it prints the answer's status and time, and
how long the server held /healthz at most: the time that passed, but no more than the processor time that the server
used in it, so that a busy machine does not count. The verdict is at the end: none may be longer than 50 ms.
"""

import argparse
import asyncio
import http.client
import json
import multiprocessing
import sys
import time
from collections.abc import Iterator
from multiprocessing.connection import Connection
from typing import Any

import httpx
import msgpack
import numpy as np
import websockets

from benchmarks.served import served

MOST_S = 0.050
EVERY_S = 0.004
MIB = 1 << 20
JSON = {"content-type": "application/json"}
CONCURRENT = 8


def flood(size: int, start: str, item: str, end: str) -> bytes:
    """A body of about this size: an item as often as it fits, with commas between."""
    count = max(1, (size - len(start) - len(end)) // (len(item) + 1))
    return (start + ",".join([item] * count) + end).encode()


def hostile(size: int, field: str) -> Iterator[tuple[str, bytes]]:
    """Bodies that are wrong, each in its own way, for a route that reads `field`."""
    start = f'{{"{field}":['
    for name, item in {
        "empty lists": "[]",
        "empty objects": "{}",
        "numbers": "0",
        "texts": '""',
        "rows of numbers": "[0,0]",
        "rows of texts": '["",""]',
        "rows of nulls": "[null]",
        "objects": '{"a":0}',
        "infinities": "1e999",
        "long numbers": "9" * 4000,
        "long texts": '"' + "x" * 4000 + '"',
    }.items():
        yield f"{field}: {name}", flood(size, start, item, "]}")
    yield f"{field}: one row of many numbers", flood(size, start + "[", "0", "]]}")
    yield f"{field}: one row of many texts", flood(size, start + "[", '""', "]]}")
    yield f"{field}: deep lists", b'{"%s":' % field.encode() + b"[" * (size // 2)
    keys = ",".join(f'"{n:x}":0' for n in range(size // 10))
    yield f"{field}: many keys inside", f'{{"{field}":{{{keys}}}}}'.encode()


def hostile_anywhere(size: int) -> Iterator[tuple[str, bytes]]:
    """Bodies that are wrong for every route."""
    yield "many unknown keys", ("{" + ",".join(f'"{n:x}":0' for n in range(size // 10)) + "}").encode()
    yield "one key many times", flood(size, "{", '"":0', "}")
    yield "long keys", ("{" + ",".join(f'"{n}{"k" * 40_000}":0' for n in range(size // 40_100)) + "}").encode()
    yield "one long key", b'{"' + b"k" * (size - 20) + b'":0}'
    yield "lists", flood(size, "[", "[]", "]")
    yield "objects within objects", b'{"a":' * (size // 5)
    yield "a long text", b'"' + b"x" * (size - 2) + b'"'
    yield "digits", b"9" * size
    yield "blanks", b" " * size
    yield "no JSON", bytes(range(256)) * (size // 256)


FIELDS = {
    "create_session": ("x", "layers", "features", "dataset", "loss"),
    "get_spread": ("layers",),
    "patch_session": ("layers", "dataset"),
    "send_command": ("command", "until"),
    "train": ("epochs",),
    "fork_session": ("patch",),
    "put_parameters": ("layers",),
    "patch_parameters": ("changes",),
    "predict": ("x",),
    "ablate": ("off",),
    "prune_session": ("stop",),
    "import_tensorflow_playground": ("url",),
    "join_session": ("secret",),
}


class Largest:
    """The largest of what is allowed."""

    def __init__(self) -> None:
        numbers = np.random.default_rng(0).normal(size=(20_000, 2)).round(6)
        self.points = {"points": numbers.tolist(), "targets": [n % 2 for n in range(20_000)], "test_fraction": 0.5}
        self.widest = [{"units": units} for units in (512, 512, 400)]
        self.deepest = [{"units": 210}] * 10
        self.file = b""

    def csv(self) -> bytes:
        """5 MiB of numbers."""
        row = ",".join(["0.123456"] * 26) + "\n"
        head = ",".join(f"c{n}" for n in range(26)) + "\n"
        rows = [f"{n / 7:.3f},{row[9:]}" for n in range((5 * MIB - len(head)) // (len(row) + 4))]
        return (head + "".join(rows)).encode()[: 5 * MIB]


class Attack:
    """One server, the process that asks it for its health, and what was found."""

    def __init__(self, address: str, asked: Connection, only: str) -> None:
        self.http = httpx.AsyncClient(base_url=address, timeout=600)
        self.stream = address.replace("http", "ws").rstrip("/")
        self.asked = asked
        self.only = only
        self.slowest: list[tuple[float, str]] = []

    async def measure(self, name: str, work: Any) -> None:
        """Does `work` and says how long /healthz took meanwhile."""
        if self.only not in name:
            work.close()
            return
        await asyncio.sleep(0.1)
        self.asked.send("begin")
        begun = time.monotonic()
        told = await work
        taken = time.monotonic() - begun
        await asyncio.sleep(0.1)
        self.asked.send("end")
        held, waited = await asyncio.to_thread(self.asked.recv)
        self.slowest.append((held, name))
        mark = "  TOO LONG" if held > MOST_S else ""
        say(f"{held * 1e3:6.1f} ms (waited {waited * 1e3:.1f})  {name}: {told} after {taken:.2f} s{mark}")

    async def request(self, method: str, path: str, **options: Any) -> str:
        try:
            response = await self.http.request(method, path, **options)
        except httpx.TransportError:
            return "the server closed the connection"
        return f"{response.status_code}, {len(response.content)} bytes"

    async def post(self, name: str, method: str, path: str, body: bytes, kind: str = "application/json") -> None:
        headers = {"content-type": kind}
        await self.measure(
            f"{method} {path.split('/')[-1] or path}: {name}",
            self.request(method, path, content=body, headers=headers),
        )

    async def session(self, **experiment: Any) -> str:
        response = await self.http.post("/api/sessions", json=experiment)
        response.raise_for_status()
        return str(response.json()["id"])

    async def wrong_bodies(self) -> None:
        """Every operation that reads JSON."""
        id = await self.session()
        operations = (await self.http.get("/openapi.json")).json()["paths"]
        for path, methods in operations.items():
            for method, operation in methods.items():
                kinds = operation.get("requestBody", {}).get("content", {})
                if not kinds or "text/csv" in kinds:
                    continue
                at = path.replace("{id}", id)
                kind = min(kinds)
                for name, body in hostile_anywhere(MIB - 64):
                    await self.post(name, method.upper(), at, body, kind)
                for field in FIELDS[operation["operationId"]]:
                    for name, body in hostile(MIB - 64, field):
                        await self.post(name, method.upper(), at, body, kind)

    async def wrong_files(self) -> None:
        """Session files, which may be of 16 MiB."""
        for field in ("x", "entries", "parameters", "check", "state"):
            for size in (9 * MIB, 1_400_000):
                for name, body in hostile(size, field):
                    start = b'{"format":"gradlab session","version":1,'
                    await self.post(f"file of {size} bytes, {name}", "POST", "/api/sessions", start + body[1:])
        for inner in ("points", "outputs"):
            for name, body in hostile(3 * MIB, inner):
                start = b'{"format":"gradlab session","version":1,"check":'
                await self.post(f"file, check.{name}", "POST", "/api/sessions", start + body + b"}")

    async def right_bodies(self, largest: Largest) -> None:
        """The largest of what is accepted, and what comes back of it."""
        body = json.dumps({"dataset": largest.points}).encode()
        await self.post("20,000 points", "POST", "/api/sessions", body)
        await self.post("20,000 points", "POST", "/api/spread", body)
        big = await self.session(dataset=largest.points)
        await self.post("20,000 points", "PATCH", f"/api/sessions/{big}?reset=true", body)
        wide = await self.session(layers=largest.widest)
        deep = await self.session(layers=largest.deepest)
        await self.http.post(f"/api/sessions/{big}/train", json={"epochs": 3})
        numbers = (await self.http.get(f"/api/sessions/{wide}/parameters")).json()
        for layer in numbers["layers"]:
            for key in ("weights", "biases"):
                layer[key] = np.array(layer[key]).round(3).tolist()
        parameters = json.dumps({"layers": numbers["layers"]}, separators=(",", ":")).encode()
        await self.post("all parameters that fit", "PUT", f"/api/sessions/{wide}/parameters", parameters)
        rows = json.dumps({"x": largest.points["points"]}).encode()
        await self.post("20,000 rows", "POST", f"/api/sessions/{big}/predict", rows)
        await self.post("5 MiB", "POST", "/api/datasets?target=c0", largest.csv(), "text/csv")
        long = await self.session(layers=[{"units": 2}] * 10, dataset={"name": "xor", "samples": 10})
        await self.http.post(f"/api/sessions/{long}/train", json={"epochs": 30_000})
        for name, id in (("points", big), ("wide", wide), ("deep", deep), ("long", long)):
            await self.views(name, id)
            exported = await self.http.get(f"/api/sessions/{id}/export?format=json")
            await self.post(f"file of {name}", "POST", "/api/sessions", exported.content)

    async def views(self, name: str, id: str) -> None:
        """Every GET of a session."""
        operations = (await self.http.get("/openapi.json")).json()["paths"]
        for path, methods in operations.items():
            if "get" not in methods or "{id}" not in path or "datasets" in path or "lessons" in path:
                continue
            for query in ("", "?resolution=100", "?format=csv", "?bins=200&moments=50", "?epoch=1&layer=0"):
                known = {item["name"] for item in methods["get"].get("parameters", ()) if item["in"] == "query"}
                wanted = {part.split("=")[0] for part in query[1:].split("&") if part}
                if wanted & known or not query:
                    at = path.replace("{id}", id)
                    await self.measure(f"GET {path.split('}')[-1]}{query} of {name}", self.request("GET", at + query))
        for kind in ("numpy", "pytorch", "keras", "onnx", "notebook"):
            at = f"/api/sessions/{id}/export?format={kind}"
            await self.measure(f"GET export {kind} of {name}", self.request("GET", at))

    async def the_rest(self) -> None:
        """What belongs to no session."""
        for path in ("/", "/openapi.json", "/docs", "/api/catalogue", "/api/schema", "/api/sessions", "/metrics"):
            await self.measure(f"GET {path}", self.request("GET", path))
        rows = flood(MIB - 64, '{"x":[', '["",""]', "]}")
        id = await self.session()

        async def together() -> str:
            requests = [
                self.request("POST", f"/api/sessions/{id}/predict", content=rows, headers=JSON)
                for _ in range(CONCURRENT)
            ]
            return (await asyncio.gather(*requests))[0]

        await self.measure(f"{CONCURRENT} requests at once, rows of texts", together())

    async def messages(self) -> None:
        """The websocket's messages, of 64 KiB at most."""
        id = await self.session()
        size = (64 << 10) - 64
        bodies = [*hostile_anywhere(size), *hostile(size, "type"), *hostile(size, "patch"), *hostile(size, "plane")]
        packed = [
            (name, msgpack.packb(value))
            for name, value in (
                ("packed lists", [[]] * (size // 2)),
                ("packed keys", {n: 0 for n in range(size // 6)}),
                ("packed patch", {"type": "patch", "patch": {str(n): 0 for n in range(size // 10)}}),
            )
        ]
        packed.append(("packed depth", b"\x91" * size))
        for protocol, messages in (("json", bodies), ("msgpack", packed)):
            async with websockets.connect(
                f"{self.stream}/api/sessions/{id}/stream", subprotocols=[f"gradlab.v1.{protocol}"], max_size=None
            ) as socket:
                for name, body in messages:
                    data = body if protocol == "msgpack" else body.decode("ascii", "ignore")
                    await self.measure(f"message {name}", self.message(socket, data))

    async def message(self, socket: Any, data: str | bytes) -> str:
        for _ in range(20):
            await socket.send(data)
        errors = 0
        async with asyncio.timeout(120):
            while errors < 20:
                errors += b"error" in (await socket.recv(decode=False))[:4_000]
        return "20 answers"

    async def slow_clients(self) -> None:
        """Connections that send little and slowly, and requests with very many headers."""
        host, port = self.stream.split("//")[1].split(":")

        async def creep() -> str:
            writers = []
            for _ in range(200):
                _, writer = await asyncio.open_connection(host, int(port))
                writer.write(b"POST /api/sessions HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 1000000\r\n")
                writers.append(writer)
            for turn in range(20):
                for writer in writers:
                    writer.write(f"X-{turn}: slow\r\n".encode())
                await asyncio.sleep(0.05)
            for writer in writers:
                writer.close()
            return "200 connections"

        await self.measure("headers that come one at a time", creep())
        headers = {f"x-{n}": "v" for n in range(8_000)}
        await self.measure("8,000 headers", self.request("GET", "/api/catalogue", headers=headers))
        ranges = "bytes=" + ",".join(f"{n}-" for n in range(5_000))
        at = "/static/css/base.css"
        await self.measure("5,000 ranges", self.request("GET", at, headers={"range": ranges}))
        await self.measure("a long address", self.request("GET", "/api/sessions/" + "x" * 60_000))


def ask(address: str, pid: int, orders: Connection) -> None:
    """Asks for /healthz all the time; says how long it was held, and waited for, at most between two orders."""
    clock = (~pid << 3) | 2  # Linux's name for the processor time of that process
    connection = http.client.HTTPConnection(address, timeout=600)
    while True:
        if orders.recv() == "stop":
            return
        held = waited = 0.0
        connection.close()  # it may have been idle for too long; the next request opens it anew
        while not orders.poll():
            begun, used = time.monotonic(), time.clock_gettime(clock)
            connection.request("GET", "/healthz")
            connection.getresponse().read()
            passed = time.monotonic() - begun
            held, waited = max(held, min(passed, time.clock_gettime(clock) - used)), max(waited, passed)
            time.sleep(EVERY_S)
        orders.recv()
        orders.send((held, waited))


async def main() -> None:
    parser = argparse.ArgumentParser(description="The worst of every route, against GET /healthz.")
    parser.add_argument("--only", default="", help="only attacks whose name contains this")
    only = parser.parse_args().only
    with served() as (address, pid):
        ours, theirs = multiprocessing.Pipe()
        asking = multiprocessing.Process(
            target=ask, args=(address.split("//")[1].rstrip("/"), pid, theirs), daemon=True
        )
        asking.start()
        attack = Attack(address, ours, only)
        while (await attack.http.get("/readyz")).status_code != 200:
            await asyncio.sleep(0.2)
        await attack.the_rest()
        await attack.right_bodies(Largest())
        await attack.wrong_bodies()
        await attack.wrong_files()
        await attack.messages()
        await attack.slow_clients()
        ours.send("stop")
        asking.join()
    attack.slowest.sort(reverse=True)
    worst, name = attack.slowest[0]
    late = sum(seconds > MOST_S for seconds, _ in attack.slowest)
    say(f"{len(attack.slowest)} attacks, {late} of which held /healthz for more than {MOST_S * 1e3:.0f} ms")
    say(f"the worst: {worst * 1e3:.1f} ms ({name})")
    sys.exit(late > 0)


def say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    asyncio.run(main())
