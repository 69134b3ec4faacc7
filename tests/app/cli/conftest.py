"""What the tests of the command line share: a command in this process, and one as a process of its own."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from app.cli import app
from app.routes.pages import ROOT
from tests.app.conftest import PATIENCE_S

COMMAND = [sys.executable, "-m", "app.cli"]
Run = Callable[..., Result]
PLAIN = {"COLUMNS": "120", "NO_COLOR": "1", "TERM": "dumb"}


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Runs a command in a folder of its own."""
    monkeypatch.chdir(tmp_path)

    def run(*arguments: str, input: str | bytes | None = None) -> Result:
        return CliRunner().invoke(app, arguments, input=input, env=PLAIN)

    return run


def environment() -> dict[str, str]:
    """Of a process that runs the code under test, whatever is installed."""
    return os.environ | PLAIN | {"PYTHONPATH": str(ROOT)}


def as_process(*arguments: str, cwd: Path, **options: Any) -> subprocess.CompletedProcess[str]:
    """A command as a process, to its end."""
    return subprocess.run(
        [*COMMAND, *arguments],
        cwd=cwd,
        env=environment(),
        capture_output=True,
        text=True,
        check=False,
        timeout=PATIENCE_S * 5,
        **options,
    )
