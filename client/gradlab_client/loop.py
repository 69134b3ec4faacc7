"""How `Client` and `Session` come to be: the methods of `AsyncClient` and `AsyncSession`, run on a thread of their own.

A blocking method is the async one, carried out on the private event loop of the client while the caller waits. So it
also works where a loop runs already, as in a notebook.
"""

import asyncio
import threading
import weakref
from collections.abc import AsyncGenerator, Callable, Coroutine, Generator
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from functools import wraps
from queue import SimpleQueue
from typing import Any, Concatenate, Generic, ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")
A = TypeVar("A")
A_co = TypeVar("A_co", covariant=True)  # what is inherited fits too

Job = Callable[[], object]
Closer = Callable[[], Coroutine[Any, Any, None]]

#: Runs a job on the thread of the caller, where a notebook expects what is shown.
on_callers_thread: ContextVar[Callable[[Job], object]] = ContextVar("on_callers_thread", default=lambda job: job())


class Loop:
    """An event loop on a thread of its own, which ends with the program at the latest."""

    def __init__(self) -> None:
        loop = asyncio.new_event_loop()
        self._loop = loop
        thread = threading.Thread(target=_serve, args=[loop], name="gradlab-client", daemon=True)
        thread.start()
        self._closers: list[Closer] = []
        self.close = weakref.finalize(self, _end, loop, thread, self._closers)

    def at_end(self, closer: Closer) -> None:
        """What is to be awaited before it ends."""
        self._closers.append(closer)

    @contextmanager
    def closing(self, closer: Closer) -> Generator[None]:
        """What is to be awaited when the body ends, or before that the loop."""
        self._closers.append(closer)
        try:
            yield
        finally:
            if self.close.alive:
                self._closers.remove(closer)
                self.run(closer())

    def run(self, task: Coroutine[Any, Any, T]) -> T:
        """What comes of a task. Ctrl+C cancels it."""
        if not self.close.alive:
            task.close()
            raise RuntimeError("This client was closed. Make a new one.")
        jobs: SimpleQueue[Job | None] = SimpleQueue()
        token = on_callers_thread.set(jobs.put)  # the task gets a copy of this context
        try:
            future = asyncio.run_coroutine_threadsafe(task, self._loop)
        finally:
            on_callers_thread.reset(token)
        future.add_done_callback(lambda _: jobs.put(None))
        try:
            while job := jobs.get():
                job()
            return future.result()
        except BaseException:
            future.cancel()
            raise


def _serve(loop: asyncio.AbstractEventLoop) -> None:
    loop.run_forever()
    loop.close()


def _end(loop: asyncio.AbstractEventLoop, thread: threading.Thread, closers: list[Closer]) -> None:
    async def finish() -> None:
        others = asyncio.all_tasks() - {asyncio.current_task()}
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)
        for closer in reversed(closers):
            with suppress(Exception):
                await closer()

    ending = asyncio.run_coroutine_threadsafe(finish(), loop)
    ending.add_done_callback(lambda _: loop.call_soon_threadsafe(loop.stop))
    if threading.current_thread() is not thread:  # where the garbage collector may have brought us
        thread.join()


class Blocking(Generic[A_co]):
    """Something whose methods wait until the async ones of `inner` are done."""

    def __init__(self, inner: A_co, loop: Loop) -> None:
        self._inner = inner
        self._loop = loop


def blocking(method: Callable[Concatenate[A, P], Coroutine[Any, Any, T]]) -> Callable[Concatenate[Blocking[A], P], T]:
    """The blocking version of an async method."""

    @wraps(method)
    def call(self: Blocking[A], /, *args: P.args, **kwargs: P.kwargs) -> T:
        return self._loop.run(method(self._inner, *args, **kwargs))

    return call


def iterating(
    method: Callable[Concatenate[A, P], AsyncGenerator[T]],
) -> Callable[Concatenate[Blocking[A], P], Generator[T]]:
    """The blocking version of an async generator."""

    @wraps(method)
    def call(self: Blocking[A], /, *args: P.args, **kwargs: P.kwargs) -> Generator[T]:
        items = method(self._inner, *args, **kwargs)
        with self._loop.closing(items.aclose):
            while found := self._loop.run(_next(items)):
                yield found[0]

    return call


async def _next(items: AsyncGenerator[T]) -> tuple[T] | None:
    async for item in items:
        return (item,)
    return None
