"""How far training has come: a bar in a terminal or a notebook, or a function of your own."""

import html
import shutil
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

WIDTH = 24
NARROWEST = 40  # columns of a terminal that tells no width


@dataclass(frozen=True)
class Progress:
    """Where training stands: `share` from 0 to 1, `epoch` of the run, and the newest row of metrics."""

    share: float
    epoch: float
    metrics: dict[str, float]

    def text(self) -> str:
        """It in words."""
        losses = [f"{name.replace('_', ' ')} {self.metrics[name]:.4g}" for name in SHOWN if name in self.metrics]
        return "  ".join([f"epoch {self.epoch:g}", *losses])


SHOWN = ("train_loss", "test_loss", "test_accuracy")
Report = Callable[[Progress], object]


class Bar:
    """A bar on one line of the terminal, or in the output of a notebook's cell."""

    def __init__(self) -> None:
        self._started = time.monotonic()
        self._handle: Any = None
        self._notebook = in_notebook()

    def __call__(self, progress: Progress) -> None:
        """Shows it."""
        seconds = time.monotonic() - self._started
        told = f"{progress.share:4.0%}  {progress.text()}  {seconds:.0f} s"
        if self._notebook:
            self._show(f"<progress value='{progress.share:.4f}' max='1'></progress> {html.escape(told)}")
        elif sys.stderr.isatty():
            done = round(WIDTH * progress.share)
            room = max(shutil.get_terminal_size((NARROWEST, 24)).columns - 1, 1)
            line = "█" * done + "░" * (WIDTH - done) + " " + told
            sys.stderr.write(f"\r{line[:room]:<{room}}")
            sys.stderr.flush()

    def close(self) -> None:
        """Leaves it as it is."""
        if not self._notebook and sys.stderr.isatty():
            sys.stderr.write("\n")

    def _show(self, text: str) -> None:
        from IPython.display import HTML, display

        if self._handle is None:
            self._handle = display(HTML(text), display_id=True)
        else:
            self._handle.update(HTML(text))


def in_notebook() -> bool:
    """Whether this runs in a notebook, which shows HTML."""
    shell = sys.modules.get("IPython")
    return shell is not None and type(shell.get_ipython()).__name__ == "ZMQInteractiveShell"
