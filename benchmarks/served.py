"""A real server, for what is measured over HTTP."""

import os
import re
import subprocess
import sys
import tempfile
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
    """The address of a server of our own with an empty database, and its process."""
    command = [str(Path(sys.executable).parent / "gradlab"), "serve", "--port", "0"]
    with tempfile.TemporaryDirectory() as folder:
        environment = os.environ | {"GRADLAB_DATABASE_URL": f"sqlite:///{folder}/gradlab.db"}
        with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) as process:
            try:
                line = process.stdout.readline() if process.stdout else ""
                found = re.search(r"http://\S+", line)
                if not found:
                    raise SystemExit(f"the server did not start: {line}")
                yield found[0].rstrip("/") + "/", process.pid
            finally:
                process.terminate()
