"""Runs slow work of the web layer on other threads, so that the event loop keeps answering.

Only two threads do it. Python runs one thread at a time, and each further one that computes keeps the event loop
waiting for up to 5 ms a turn.
"""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

T = TypeVar("T")

SMALL_BYTES = 4 << 10  # a body of this size is read, and refused, within a few milliseconds
_THREADS = ThreadPoolExecutor(2, "offload")


async def offload(work: Callable[..., T], *arguments: Any) -> T:
    """Runs `work` on another thread and returns its result."""
    return await asyncio.get_running_loop().run_in_executor(_THREADS, work, *arguments)


async def read_body(read: Callable[[bytes], T], body: bytes) -> T:
    """What `read` makes of a body; the event loop does not wait for a large one."""
    return read(body) if len(body) <= SMALL_BYTES else await offload(read, body)
