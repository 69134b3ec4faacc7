"""A network between a browser and a server that can be cut, go silent, or lead to another server."""

import asyncio
import gc
import threading
import warnings
from collections.abc import Callable
from contextlib import suppress
from typing import Any


class Relay:
    """Passes bytes on between a free port and `target`, on a thread of its own."""

    def __init__(self, target: str) -> None:
        self.target = target
        self._ends: set[asyncio.StreamWriter] = set()
        self._pumps: set[asyncio.Task[None]] = set()  # kept, as a loop forgets its tasks
        self._cut = False
        self._loop = asyncio.new_event_loop()
        self._flowing = asyncio.Event()
        self._flowing.set()
        self._thread = threading.Thread(target=self._loop.run_forever)
        self._thread.start()
        self._listener: asyncio.Server = self._run(asyncio.start_server(self._connected, "127.0.0.1", 0))
        self.address = f"127.0.0.1:{self._listener.sockets[0].getsockname()[1]}"

    # What may happen to a network

    def cut(self) -> None:
        """Resets every connection, and every one that is tried from now on."""
        self._do(self._reset)

    def mend(self) -> None:
        """Lets connections through again."""
        self._do(lambda: setattr(self, "_cut", False))

    def freeze(self) -> None:
        """Connections stay, and nothing passes any more: as if the other end were asleep."""
        self._do(self._flowing.clear)

    def thaw(self) -> None:
        """What was held back passes, and all that follows."""
        self._do(self._flowing.set)

    def close(self) -> None:
        """Ends it."""
        self._run(self._end())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()
        with warnings.catch_warnings():  # a connection reset while it was being accepted has nobody to close it
            warnings.simplefilter("ignore", ResourceWarning)
            gc.collect()

    # On the thread

    def _do(self, deed: Callable[[], Any]) -> None:
        async def done() -> None:
            deed()

        self._run(done())

    def _run(self, task: Any) -> Any:
        return asyncio.run_coroutine_threadsafe(task, self._loop).result()

    def _reset(self) -> None:
        self._cut = True
        for end in self._ends:
            end.transport.abort()

    async def _end(self) -> None:
        self._listener.close()
        self._flowing.set()
        self._reset()
        await self._listener.wait_closed()
        # Also those that are just being accepted; each ends, as all connections are reset.
        while others := asyncio.all_tasks() - {asyncio.current_task()}:
            await asyncio.wait(others)
            self._reset()
        await asyncio.sleep(0.05)  # their transports are closed by what was put off until now

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self._cut:
            writer.transport.abort()
            return
        host, _, port = self.target.partition(":")
        try:
            far_reader, far_writer = await asyncio.open_connection(host, int(port))
        except OSError:
            writer.transport.abort()
            return
        if self._cut:  # in the meantime
            writer.transport.abort()
            far_writer.transport.abort()
            return
        for source, sink in ((reader, far_writer), (far_reader, writer)):
            self._ends.add(sink)
            pump = asyncio.create_task(self._pump(source, sink))
            self._pumps.add(pump)
            pump.add_done_callback(self._pumps.discard)

    async def _pump(self, source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
        with suppress(OSError):
            while data := await source.read(1 << 16):
                await self._flowing.wait()
                sink.write(data)
                await sink.drain()
        self._ends.discard(sink)
        sink.close()
        with suppress(OSError):
            await sink.wait_closed()
