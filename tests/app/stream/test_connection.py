"""The stream over a real connection: slow, broken, malformed and vanishing clients."""

import asyncio
import json
import random
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import httpx
import msgpack
import pytest
import websockets
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import TypeAdapter

from app.schemas.stream import ServerMessage
from app.server import StreamProtocol
from tests.app.conftest import PATIENCE_S, RealServer, rows_of, strict

pytestmark = pytest.mark.anyio
JSON, MSGPACK = "gradlab.v1.json", "gradlab.v1.msgpack"
DESCRIBED: TypeAdapter[Any] = TypeAdapter(ServerMessage)


class Client:
    """A page on one connection; it keeps what it was sent."""

    def __init__(self, socket: Any) -> None:
        self.socket = socket
        self.packs = socket.subprotocol == MSGPACK
        self.run: str | None = None
        self.rows: list[dict[str, Any]] = []

    async def send(self, **message: Any) -> None:
        await self.socket.send(msgpack.packb(message) if self.packs else json.dumps(message))

    async def receive(self) -> dict[str, Any]:
        async with asyncio.timeout(PATIENCE_S):
            data = await self.socket.recv()
        assert isinstance(data, bytes) == self.packs
        message: dict[str, Any] = msgpack.unpackb(data) if self.packs else strict(data)
        DESCRIBED.validate_python(message)
        if message["type"] == "hello":
            if not message["recovered"]:
                self.rows = []
            self.run = message["run"]
        elif message["type"] == "metrics":
            self.rows += rows_of(message)
        return message

    async def until(self, condition: Callable[[dict[str, Any]], Any]) -> dict[str, Any]:
        while not condition(message := await self.receive()):
            pass
        return message

    async def until_type(self, type: str) -> dict[str, Any]:
        return await self.until(lambda message: message["type"] == type)


class Lab:
    """A session on the real server, and ways to reach it."""

    def __init__(self, server: RealServer, http: httpx.AsyncClient, id: str) -> None:
        self.server, self.http, self.id = server, http, id
        self.url = f"ws://{server.address}/api/sessions/{id}/stream"

    @asynccontextmanager
    async def connect(self, subprotocol: str | None = JSON, **options: Any) -> AsyncIterator[Client]:
        offered: Any = [subprotocol] if subprotocol else None
        async with websockets.connect(self.url, subprotocols=offered, max_size=None, **options) as socket:
            yield Client(socket)

    async def command(self, **body: Any) -> dict[str, Any]:
        response = await self.http.post(f"/api/sessions/{self.id}/commands", json=body)
        assert response.status_code == 200, response.text
        return response.json()

    async def seqs_and_losses(self) -> list[tuple[int, float]]:
        columns = (await self.http.get(f"/api/sessions/{self.id}/metrics")).json()["columns"]
        return list(zip(columns["seq"], columns["train_loss"], strict=True))


@pytest.fixture
async def lab(server: RealServer, http: httpx.AsyncClient) -> AsyncIterator[Lab]:
    id = (await http.post("/api/sessions", json={})).json()["id"]
    yield Lab(server, http, id)
    await http.delete(f"/api/sessions/{id}")


def seen(client: Client) -> list[tuple[int, float]]:
    return [(row["seq"], row["train_loss"]) for row in client.rows]


@pytest.mark.parametrize("subprotocol", [JSON, MSGPACK, None])
async def test_a_page_sees_training(lab: Lab, subprotocol: str | None) -> None:
    async with lab.connect(subprotocol) as client:
        assert client.socket.subprotocol == subprotocol
        await client.send(type="subscribe")
        assert (await client.receive())["type"] == "hello"
        await client.send(type="command", command="play", rate=None)
        await client.until(lambda message: message["type"] == "state" and message["state"] == "running")
        first = (await client.until_type("boundary"))["step"]
        assert (await client.until(lambda message: message["type"] == "boundary" and message["step"] > first))["data"]
        await client.until_type("neurons")
        await client.until_type("parameters")
        await client.until(lambda message: message["type"] == "state" and message["steps_per_second"] > 0)
        await client.send(type="command", command="pause")
        await client.until(lambda message: message["type"] == "state" and message["state"] == "paused")
        last = await lab.seqs_and_losses()
        while client.rows[-1]["seq"] < last[-1][0]:
            await client.receive()
        assert seen(client) == last


async def test_a_client_that_does_not_subscribe_is_greeted_all_the_same(lab: Lab) -> None:
    async with lab.connect() as client:
        assert (await client.receive())["type"] == "hello"
        assert (await client.receive())["type"] == "state"


async def test_the_last_pictures_come_after_a_pause(lab: Lab) -> None:
    async with lab.connect() as client:
        await client.send(type="subscribe")
        await client.until_type("parameters")
        paused = await lab.command(command="step", unit="epoch", count=5)
        for kind in ("boundary", "neurons", "parameters"):
            async with lab.connect() as other:
                await other.send(type="subscribe")
                await other.until(
                    lambda message, kind=kind: message["type"] == kind and message["step"] == paused["step"]
                )
        await client.until(lambda message: message["type"] == "boundary" and message["step"] == paused["step"])


async def test_pictures_of_an_earlier_epoch_and_back(lab: Lab) -> None:
    async with lab.connect() as client:
        await lab.command(command="step", unit="epoch", count=5)
        await client.send(type="subscribe", epoch=2)
        for kind in ("boundary", "neurons", "parameters"):
            shown = await client.until_type(kind)
            assert (shown["epoch"], shown["past"]) == (2, True)
        await client.send(type="subscribe", epoch=9)
        problem = await client.until_type("error")
        assert problem["errors"][0]["field"] == "epoch"
        await client.send(type="subscribe")
        assert (await client.until(lambda m: m["type"] == "boundary" and not m["past"]))["epoch"] == 5


async def test_other_subprotocols_are_refused(lab: Lab) -> None:
    with pytest.raises(websockets.InvalidStatus) as refused:
        await websockets.connect(lab.url, subprotocols=["gradlab.v9.xml"])  # type: ignore[list-item]
    assert refused.value.response.status_code == 400


async def test_an_unknown_session_is_refused_before_accept(lab: Lab) -> None:
    with pytest.raises(websockets.InvalidStatus) as refused:
        await websockets.connect(lab.url.replace(lab.id, "0" * 32))
    assert refused.value.response.status_code == 404
    assert strict(bytes(refused.value.response.body or b""))["status"] == 404


async def test_a_session_that_ends_closes_its_streams(lab: Lab) -> None:
    async with lab.connect() as client:
        await client.send(type="subscribe")
        await client.until_type("boundary")
        await lab.http.delete(f"/api/sessions/{lab.id}")
        with pytest.raises(websockets.ConnectionClosed) as closed:
            await client.until(lambda _: False)
        assert closed.value.rcvd is not None and closed.value.rcvd.code == 4404


@pytest.mark.parametrize(
    ("message", "field"),
    [
        ("nonsense", ""),
        ("", ""),
        ("[]", ""),
        ("{}", "type"),
        ('{"type": "subscrib"}', "type"),
        ('{"type": "subscribe", "boundary": {"resolution": 101}}', "boundary.resolution"),
        ('{"type": "subscribe", "metrics": {"max_fps": 61}}', "metrics.max_fps"),
        ('{"type": "subscribe", "since": -2}', "since"),
        ('{"type": "subscribe", "sinc": 1}', "sinc"),
        ('{"type": "command", "command": "ply"}', "command"),
        ('{"type": "command", "command": "play", "rate": NaN}', "rate"),
        ('{"type": "patch", "patch": {"layers": [{"units": 0}]}}', "layers.0.units"),
        ('{"type": "patch", "patch": {"seed": NaN}}', "seed"),
        ('{"type": "patch", "patch": []}', "patch"),
        ('{"type": "patch", "patch": {"layers": []}}', "layers"),
        ("[" * 10_000, ""),
        ("9" * 10_000, ""),
        (b"\x00\xff\xfe", ""),
    ],
)
async def test_malformed_messages_are_answered_and_the_stream_goes_on(
    lab: Lab, message: str | bytes, field: str
) -> None:
    async with lab.connect() as client:
        await client.send(type="subscribe")
        await client.until_type("parameters")
        await client.socket.send(message)
        error = await client.until_type("error")
        assert error["status"] in {409, 422} and error["detail"]
        assert error["errors"][0]["field"] == field
        await client.send(type="command", command="step")
        await client.until(lambda message: message["type"] == "boundary" and message["step"] == 1)


async def test_what_would_be_refused_over_rest_is_refused_here(lab: Lab) -> None:
    async with lab.connect(MSGPACK) as client:
        await client.send(type="subscribe")
        await client.send(type="patch", patch={"layers": []})
        error = await client.until_type("error")
        assert (error["status"], error["problem"]) == (409, "urn:gradlab:needs-reset")
        await client.send(type="patch", patch={"layers": []}, reset=True)
        hello = await client.until(lambda message: message["type"] == "hello" and not message["experiment"]["layers"])
        assert hello["recovered"] is False
        await client.send(type="patch", patch={"batch_size": 5})
        hello = await client.until(lambda message: message["type"] == "hello")
        assert hello["recovered"] is True and hello["experiment"]["batch_size"] == 5


async def test_a_message_that_is_too_large_closes(lab: Lab) -> None:
    async with lab.connect() as client:
        await client.socket.send("x" * (64 << 10))
        assert (await client.until_type("error"))["status"] == 422, "the limit itself is read"
        await client.socket.send("x" * ((64 << 10) + 1))
        with pytest.raises(websockets.ConnectionClosed) as closed:
            await client.until(lambda _: False)
        assert closed.value.rcvd is not None and closed.value.rcvd.code == 1009


async def test_ten_thousand_fragments_make_one_message(lab: Lab) -> None:
    async with lab.connect() as client:

        async def fragments() -> AsyncIterator[str]:
            for character in '{"type": "subscribe"}' + " " * 10_000:
                yield character

        await client.socket.send(fragments())
        await client.until_type("boundary")


BAD_FRAMES = {
    "a reserved opcode": b"\x83\x80\x00\x00\x00\x00",
    "a reserved bit": b"\xc1\x80\x00\x00\x00\x00",
    "no mask": b"\x81\x02hi",
    "text that is not UTF-8": b"\x81\x82\x00\x00\x00\x00\xff\xfe",
    "a continuation of nothing": b"\x80\x80\x00\x00\x00\x00",
    "a control frame that is too long": b"\x89\xfe\x00\xff\x00\x00\x00\x00" + b"x" * 255,
    "a giant length": b"\x82\xff\x7f\xff\xff\xff\xff\xff\xff\xff\x00\x00\x00\x00",
    "noise": bytes(range(256)),
}


@pytest.mark.parametrize("name", BAD_FRAMES)
async def test_broken_frames_close_only_their_own_connection(lab: Lab, name: str) -> None:
    async with lab.connect() as neighbor, lab.connect() as client:
        await neighbor.send(type="subscribe")
        await neighbor.until_type("parameters")
        client.socket.transport.write(BAD_FRAMES[name])
        with pytest.raises(websockets.ConnectionClosed) as closed:
            await client.until(lambda _: False)
        assert closed.value.rcvd is None or closed.value.rcvd.code in {1002, 1007, 1009}
        await neighbor.send(type="command", command="step")
        await neighbor.until_type("boundary")


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(messages=st.lists(st.binary(max_size=300) | st.text(max_size=300), max_size=10))
async def test_any_bytes_are_survived(lab: Lab, messages: list[bytes | str]) -> None:
    for subprotocol in (JSON, MSGPACK):
        async with lab.connect(subprotocol) as client:
            for message in messages:
                await client.socket.send(message)
            for _ in messages:
                assert (await client.until_type("error"))["status"] == 422
            await client.send(type="subscribe")
            await client.until_type("boundary")


async def test_no_session_sees_another(lab: Lab, server: RealServer, http: httpx.AsyncClient) -> None:
    other = Lab(server, http, (await http.post("/api/sessions", json={"dataset": "xor"})).json()["id"])
    async with lab.connect() as one, other.connect() as two:
        for client, place in ((one, lab), (two, other)):
            await client.send(type="subscribe")
            assert (await client.until_type("hello"))["session"] == place.id
        await two.send(type="subscribe", run=one.run, since=0)
        assert (await two.until_type("hello"))["recovered"] is False, "another session's run is not known here"
        assert one.run != two.run
    await http.delete(f"/api/sessions/{other.id}")


async def test_a_client_that_stops_reading_misses_pictures_but_no_row(lab: Lab) -> None:
    async with lab.connect(MSGPACK, max_queue=1) as slow, lab.connect(MSGPACK) as quick:
        picture = {"resolution": 100, "max_fps": 60}
        for client in (slow, quick):
            await client.send(type="subscribe", boundary=picture)
            await client.until_type("boundary")
        slow.socket.transport.pause_reading()
        await lab.command(command="play", rate=None)
        pictures = 0
        while pictures < 90 or quick.rows[-1]["seq"] < 400:
            pictures += (await quick.receive())["type"] == "boundary"
        paused = await lab.command(command="pause")
        slow.socket.transport.resume_reading()
        shown = 0
        while (message := await slow.receive())["type"] != "boundary" or message["step"] < paused["step"]:
            shown += message["type"] == "boundary"
        history = await lab.seqs_and_losses()
        for client in (slow, quick):
            while not client.rows or client.rows[-1]["seq"] < history[-1][0]:
                await client.receive()
            assert seen(client) == history, "every row once, in order"
        assert shown < pictures, "old pictures were not kept for it"


async def test_cut_off_at_any_moment_and_back_again(lab: Lab) -> None:
    """Random cuts of several kinds while training; what the client has in the end is what REST answers."""
    dice = random.Random(7)
    run, rows = None, []
    await lab.command(command="play", rate=None)
    for turn in range(40):
        if turn == 20:
            await lab.command(command="reset")
            await lab.command(command="play", rate=None)
        async with lab.connect(dice.choice([JSON, MSGPACK])) as client:
            client.run, client.rows = run, rows
            since = rows[-1]["seq"] if rows else None
            await client.send(type="subscribe", run=run, since=since, boundary={"resolution": 100, "max_fps": 60})
            for _ in range(dice.randrange(12)):
                await client.receive()
            run, rows = client.run, client.rows
            match dice.choice(["close", "reset", "end"]):
                case "close":
                    await client.socket.close()
                case "reset":
                    client.socket.transport.abort()
                case "end":
                    client.socket.transport.write_eof()
                    client.socket.transport.close()
        assert [row["seq"] for row in rows] == list(range(len(rows)))
    paused = await lab.command(command="pause")
    history = await lab.seqs_and_losses()
    async with lab.connect() as client:
        client.run, client.rows = run, rows
        await client.send(type="subscribe", run=run, since=rows[-1]["seq"] if rows else None)
        await client.receive()
        while not client.rows or client.rows[-1]["seq"] < history[-1][0]:
            await client.receive()
        assert client.run == paused["run"]
        assert seen(client) == history


async def test_streams_that_end_leave_nothing_behind(lab: Lab) -> None:
    registry = lab.server.app.state.registry
    for _ in range(10):
        async with lab.connect() as client:
            await client.send(type="subscribe")
            await client.until_type("hello")
    async with asyncio.timeout(PATIENCE_S):
        while next(line for line in registry.list() if line["id"] == lab.id)["watchers"]:
            await asyncio.sleep(0.005)
    assert not registry.scheduler._slots[lab.id].listeners


async def test_a_client_without_a_pong_is_told_that_it_is_too_slow(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    """With a ping that is due at once instead of after 20 s, and no patience instead of 40 s."""
    protocols: list[StreamProtocol] = []
    original = StreamProtocol.start_keepalive

    def start(protocol: StreamProtocol) -> None:
        protocols.append(protocol)
        original(protocol)

    monkeypatch.setattr(StreamProtocol, "start_keepalive", start)
    async with lab.connect() as client:
        await client.send(type="subscribe")
        await client.until_type("boundary")
        (protocol,) = protocols
        assert (protocol.ping_interval, protocol.ping_timeout) == (20, 40)
        protocol.loop.call_soon_threadsafe(protocol.keepalive_timeout)
        with pytest.raises(websockets.ConnectionClosed) as closed:
            await client.until(lambda _: False)
        assert closed.value.rcvd is not None and closed.value.rcvd.code == 4408
        assert "slow" in closed.value.rcvd.reason
