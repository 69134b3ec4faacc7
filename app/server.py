"""The server: uvicorn with our defaults, and two things that it does not do by itself.

A client that stops reading is cut off after at most a minute, with a code that says why; and at the end of the server
whoever waits for training is answered before the connections are closed.
"""

import asyncio
import gc
import logging
import socket
from typing import Any

import uvicorn
from uvicorn._types import ASGISendEvent
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol

log = logging.getLogger("gradlab")

PING_S = 20.0
PONG_S = 40.0  # with the ping: a client may stop reading for 40 s and is cut within 60 s
TOO_SLOW = 4408
LINGER_S = 60.0
# A large body is many new lists: with Python's own 700 they are looked through hundreds of times while it is parsed.
GC_THRESHOLDS = 20_000, 20, 20
# What lies in the kernel for a slow client is old pictures: keep it small.
SEND_BUFFER_BYTES = 128 << 10


class StreamProtocol(WebSocketsSansIOProtocol):
    """Websockets that close, with a reason, when a client no longer reads."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """A client has connected."""
        super().connection_made(transport)
        connection = transport.get_extra_info("socket")
        if connection is not None and connection.family in {socket.AF_INET, socket.AF_INET6}:
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SEND_BUFFER_BYTES)

    async def send(self, message: ASGISendEvent) -> None:
        """Sends what the app says."""
        await super().send(message)
        if self.initial_response is not None and self.close_sent:
            self.handshake_complete = True  # else uvicorn reports every refused handshake as an error of ours

    def keepalive_timeout(self) -> None:
        """No pong came: the client is dead, or has not read for too long."""
        self.pong_timer = None
        self.pending_ping_payload = None
        if self.close_sent or self.transport.is_closing():
            return
        reason = "too slow: nothing was read for a minute"
        log.info("a stream is closed: %s", reason)
        self.conn.send_close(TOO_SLOW, reason)
        self.transport.write(b"".join(self.conn.data_to_send()))
        self.close_sent = True
        self.transport.close()
        self.queue.put_nowait({"type": "websocket.disconnect", "code": TOO_SLOW, "reason": reason})
        # The close waits behind what was not read; at some time that must end.
        self.loop.call_later(LINGER_S, self.transport.abort)


class Server(uvicorn.Server):
    """uvicorn, which tells the app that it is about to stop before it waits for its connections."""

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Starts. What has been loaded stays for good: the garbage collector, which stops every thread, skips it."""
        describe = getattr(self.config.app, "openapi", None)
        if describe is not None:
            describe()  # takes a quarter of a second, once: not while clients wait
        gc.freeze()
        gc.set_threshold(*GC_THRESHOLDS)
        await super().startup(sockets)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Stops."""
        drain = getattr(self.config.app, "drain", None)
        if drain is not None:
            drain()
        await super().shutdown(sockets)


def make_server(app: Any, host: str, port: int, message_limit_bytes: int) -> Server:
    """A server that is ready to run."""
    config = uvicorn.Config(
        app,
        host=host,
        port=port,
        ws=StreamProtocol,
        ws_max_size=message_limit_bytes,
        ws_ping_interval=PING_S,
        ws_ping_timeout=PONG_S,
        ws_per_message_deflate=False,
        timeout_graceful_shutdown=8,
        server_header=False,
        access_log=False,  # it would have addresses
        log_config=None,  # see app/logs
        log_level="warning",
        proxy_headers=False,
    )
    return Server(config)
