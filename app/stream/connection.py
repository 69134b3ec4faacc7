"""The stream: one websocket on which a client watches a session live and can control it.

Two tasks share a connection: one reads what the client sends, one writes. The writer waits until the client can take
more before it asks for the next message, so a slow client gets newer pictures, fewer of them, and every metrics row.
"""

import asyncio
import time
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from typing import Any

import msgpack
from starlette.websockets import WebSocket, WebSocketDisconnect, WebSocketState

from app.encoding import CODECS, JSON, MSGPACK, Codec
from app.limits import MOST_MESSAGES, MOST_MESSAGES_S, Rates
from app.offload import read_body
from app.problems import Problem, to_problem
from app.schemas.requests import Subscribe
from app.schemas.stream import ClientMessage, PatchMessage
from app.security import refuse
from app.sessions.access import Access
from app.sessions.session import Session
from app.stream.messages import PICTURES
from app.stream.subscription import Subscription
from app.validation import Checker, unparse
from engine import Model

GREETING_S = 0.5  # a client that sends no subscription in this time is greeted all the same
UNKNOWN_SESSION = 4404
POLL_S = 5.0  # a safety net: a wake-up that was missed is found after this time


MESSAGES: Checker[Any] = Checker(ClientMessage, "a message")
RATES = Rates(MOST_MESSAGES, MOST_MESSAGES_S, "messages on one stream")


async def stream(websocket: WebSocket, id: str, registry: Access) -> None:
    """Serves one connection from its beginning to its end."""
    offered = websocket.scope["subprotocols"]
    chosen = next((name for name in offered if name in CODECS), None)
    try:
        with registry.streaming():
            await registry.session(id)
            if offered and chosen is None:
                raise Problem(400, f"Choose one of these subprotocols: {', '.join(CODECS)}.")
            await websocket.accept(chosen)
            await _serve(websocket, id, registry, CODECS[chosen] if chosen else JSON)
    except Problem as problem:  # before it was accepted
        await refuse(problem, websocket.scope, websocket.receive, websocket.send)


async def _serve(websocket: WebSocket, id: str, registry: Access, codec: Codec) -> None:
    connection = Connection(websocket, id, registry, codec)
    try:
        await connection.serve()
    except (Problem, WebSocketDisconnect):
        pass
    finally:
        if websocket.application_state == WebSocketState.CONNECTED:
            gone = not registry.has(id)
            code, reason = (UNKNOWN_SESSION, "the session has ended") if gone else (1011, "a fault")
            await _close_quietly(websocket, code, reason)


class Connection:
    """One client's websocket."""

    _subscription: Subscription  # from the moment on in which the session is watched

    def __init__(self, websocket: WebSocket, id: str, registry: Access, codec: Codec) -> None:
        self._websocket = websocket
        self._id = id
        self._registry = registry
        self._codec = codec
        self._metrics = websocket.app.state.metrics
        self._subscribed = asyncio.Event()
        self._news = asyncio.Event()
        self._listens = False  # whether the writer has something to send as soon as anything changes
        self._sending = asyncio.Lock()

    async def serve(self) -> None:
        """Reads and writes until one of them ends."""
        listen = partial(self._listen, asyncio.get_running_loop())
        async with self._registry.watch(self._id, listen, self._news.set):
            tasks = {asyncio.create_task(self._read()), asyncio.create_task(self._write())}
            try:
                done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            finally:
                for task in tasks:
                    task.cancel()
                await asyncio.gather(*tasks, return_exceptions=True)
                RATES.forget(str(id(self)))
            for task in done:
                task.result()

    def _listen(self, loop: asyncio.AbstractEventLoop, session: Session) -> Callable[[], None]:
        """What workers call after every slice. It wakes the writer only if that waits for what happened."""
        self._subscription = Subscription(session, self._codec, self._registry.right(self._id))

        def heard() -> None:
            if self._listens or self._subscription.urgent():
                loop.call_soon_threadsafe(self._news.set)

        return heard

    # Writing

    async def _write(self) -> None:
        await _either(self._subscribed, GREETING_S)
        while self._registry.has(self._id):
            self._news.clear()
            due, wait_s, self._listens = self._subscription.pending(time.monotonic())
            if self._listens and not due:
                due, wait_s, _ = self._subscription.pending(time.monotonic())  # what happened before anyone listened
            if due:
                await self._send_due(due)
            else:
                await _either(self._news, min(wait_s, POLL_S))

    async def _send_due(self, due: list[str]) -> None:
        begun = time.monotonic()
        for message in await self._registry.look(self._id, lambda _: self._subscription.render(due)):
            await self._send(message)
        if not PICTURES.keys().isdisjoint(due):
            self._metrics.pictures.observe(time.monotonic() - begun)
            self._metrics.dropped.inc(self._subscription.take_dropped())

    async def _send(self, message: str | bytes) -> None:
        async with self._sending:
            if isinstance(message, bytes):
                await self._websocket.send_bytes(message)
            else:
                await self._websocket.send_text(message)

    # Reading

    async def _read(self) -> None:
        while True:
            event = await self._websocket.receive()
            if event["type"] == "websocket.disconnect":
                return
            try:
                RATES.count(str(id(self)))
                await self._execute(await self._decode(event))
            except Exception as error:
                problem = to_problem(error)
                if not self._registry.has(self._id):
                    return
                document = problem.as_data()
                document |= {"problem": document["type"], "type": "error"}
                await self._send(self._codec.encode(document))

    async def _decode(self, event: Any) -> Any:
        """A client's message, validated. Raises Problem."""
        data = event.get("bytes")
        if data is not None and self._codec is MSGPACK:
            return await read_body(_read_msgpack, data)
        return await read_body(MESSAGES.read, event["text"].encode() if data is None else data)

    async def _execute(self, message: Any) -> None:
        """Does what a message asks. What came of it is seen in the messages that follow."""
        match message:
            case Subscribe():
                past = await self._past(message.epoch)
                await self._registry.look(self._id, lambda _: self._subscription.subscribe(message, past))
                self._subscribed.set()
                self._news.set()
            case PatchMessage():
                body = unparse(message.patch)
                await self._registry.change(self._id, lambda session: session.patch(body, message.reset))
            case _:
                await self._registry.change(self._id, lambda session: session.execute(message))

    async def _past(self, epoch: int | None) -> Model | None:
        """The network at an earlier epoch."""
        if epoch is None:
            return None
        found: Model = await self._registry.look(self._id, lambda session: session.at(epoch, lambda trainer: trainer))
        return found


def _read_msgpack(data: bytes) -> Any:
    try:
        body = unparse(msgpack.unpackb(data))
    except Exception as error:  # msgpack raises many kinds
        raise Problem(422, f"This is not msgpack: {type(error).__name__}.") from None
    return MESSAGES.read(body)


async def _either(event: asyncio.Event, seconds: float) -> None:
    """Waits for an event, but not for longer than this."""
    with suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await event.wait()


async def _close_quietly(websocket: WebSocket, code: int, reason: str) -> None:
    with suppress(RuntimeError, WebSocketDisconnect, OSError):  # it may be gone already
        await websocket.close(code, reason)
