"""Readiness: the kernels are compiled, or loaded, on a thread of their own while the page opens already."""

import gc
import logging
import time

from engine import warm_up

log = logging.getLogger("gradlab")


class Readiness:
    """What the server still waits for before it can train; None when it waits for nothing."""

    def __init__(self) -> None:
        self.waiting_for: str | None = "compiling the kernels, about 20 s, once"

    def prepare(self) -> None:
        """Compiles the kernels. Called by the scheduler's first thread, before any job."""
        begun = time.monotonic()
        warm_up()
        log.info("the kernels are ready after %.1f s", time.monotonic() - begun)
        if gc.get_freeze_count():  # the server has told the garbage collector to skip permanent objects
            gc.freeze()
        self.waiting_for = None

    def drain(self) -> None:
        """From now on the server is going to stop."""
        self.waiting_for = "the server is stopping"
