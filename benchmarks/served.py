"""A real server, for what is measured over HTTP."""

import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def server() -> Iterator[str]:
    """The address of a server of our own."""
    with served() as (address, _):
        yield address


@contextmanager
def served() -> Iterator[tuple[str, int]]:
    """The address of a server of our own, and its process."""
    command = [str(Path(sys.executable).parent / "gradlab"), "serve", "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            line = process.stdout.readline() if process.stdout else ""
            found = re.search(r"http://\S+", line)
            if not found:
                raise SystemExit(f"the server did not start: {line}")
            yield found[0].rstrip("/") + "/", process.pid
        finally:
            process.terminate()
