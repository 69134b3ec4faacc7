"""Readiness: the kernels are compiled, or loaded, while the page opens already.

The common one first, on a thread of this server, and then it can train. The others are compiled by a process of their
own, so that nothing here waits for Python's compiler; only experiments that need one wait for it.
"""

import asyncio
import gc
import logging
import os
import subprocess
import sys
import threading
import time
from collections.abc import Awaitable, Callable
from typing import TypeVar

from app.problems import stopping
from engine import KERNELS, Resolved, cache_folder, is_kept, kernel_for, warm_up

log = logging.getLogger("gradlab")

T = TypeVar("T")

POLL_S = 0.05


class NotCompiled(Exception):
    """Raised where an experiment needs a kernel that is still being compiled."""

    def __init__(self, kernel: str) -> None:
        super().__init__(kernel)
        self.kernel = kernel


class Readiness:
    """What the server still waits for before it can train; None when it waits for nothing."""

    def __init__(self) -> None:
        self.waiting_for: str | None = "compiling, about 10 s, once"
        self._loaded: set[str] = set()
        self._compiler: subprocess.Popen[bytes] | None = None
        self._draining = False

    def prepare(self) -> None:
        """Compiles the common kernel, and begins with the rest. Called by the scheduler's first thread, before any
        job.
        """
        self._load("common")
        if gc.get_freeze_count():  # the server has told the garbage collector to skip permanent objects
            gc.freeze()  # these too; not later ones, beside which sessions already live
        self.waiting_for = None
        threading.Thread(target=self._prepare_rest, name="compiler", daemon=True).start()

    def _prepare_rest(self) -> None:
        for kernel in [kernel for kernel in KERNELS if kernel not in self._loaded]:
            if not is_kept(kernel):
                self._compile(kernel)
            if not self._draining:
                self._load(kernel)

    def _compile(self, kernel: str) -> None:
        """Compiles a kernel into the cache. If that fails, it is compiled when it is loaded."""
        if self._draining:
            return
        environment = os.environ | {"GRADLAB_CACHE_DIR": str(cache_folder().parent)}
        try:
            self._compiler = subprocess.Popen([sys.executable, "-m", "engine", kernel], env=environment)  # noqa: S603
            if self._draining:  # which came just now
                self._compiler.terminate()
            failed = self._compiler.wait() != 0
        except OSError:  # no further process is allowed here
            failed = True
        if failed and not self._draining:
            log.warning("the %s kernel could not be compiled by another process", kernel)

    def _load(self, kernel: str) -> None:
        begun = time.monotonic()
        try:
            warm_up(kernel)
            log.info("the %s kernel is ready after %.1f s", kernel, time.monotonic() - begun)
        except Exception:  # whoever needs it is told so
            log.exception("the %s kernel cannot be compiled", kernel)
        self._loaded.add(kernel)

    def check(self, experiment: Resolved) -> Resolved:
        """The same experiment. Raises NotCompiled if the kernel that trains it is not there yet."""
        kernel = kernel_for(experiment)
        if kernel not in self._loaded:
            raise NotCompiled(kernel)
        return experiment

    async def compiled(self, experiment: Resolved) -> None:
        """Waits until the kernel that trains this experiment is there."""
        await self._compiled(kernel_for(experiment))

    async def when_compiled(self, attempt: Callable[[], Awaitable[T]]) -> T:
        """What an attempt gives; it is made anew once the kernel is there that it lacked."""
        while True:
            try:
                return await attempt()
            except NotCompiled as lack:
                await self._compiled(lack.kernel)

    async def _compiled(self, kernel: str) -> None:
        while kernel not in self._loaded:
            if self._draining:
                raise stopping()
            await asyncio.sleep(POLL_S)

    def drain(self) -> None:
        """From now on the server is going to stop."""
        self.waiting_for = "the server is stopping"
        self._draining = True
        if self._compiler:
            self._compiler.terminate()
