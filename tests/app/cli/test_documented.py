"""The README's commands, run as they stand there, and the help."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from app.routes.pages import ROOT
from tests.app.cli.conftest import Run, environment

COMMANDS = ("serve", "backup", "train", "export", "import-link", "doctor", "token", "openapi")


def test_the_readme_s_commands_run(tmp_path: Path) -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    section = re.search(r"## Use it from the command line\n.*?```\n(.*?)```", readme, re.DOTALL)
    assert section
    gradlab = tmp_path / "bin" / "gradlab"
    gradlab.parent.mkdir()
    gradlab.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m app.cli "$@"\n')
    gradlab.chmod(0o755)
    variables = environment()
    variables["PATH"] = f"{gradlab.parent}:{variables['PATH']}"
    for line in section[1].splitlines():
        if ".png" in line:
            pytest.importorskip("matplotlib")
        done = subprocess.run(["sh", "-c", line], cwd=tmp_path, env=variables, capture_output=True, text=True)
        assert done.returncode == 0, f"{line}\n{done.stdout}{done.stderr}"
    assert {"spiral.csv", "spiral.onnx", "xor.json", "xor.png"} <= {path.name for path in tmp_path.iterdir()}


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_explains_itself(run: Run, command: str) -> None:
    result = run(command, "--help")
    assert result.exit_code == 0 and len(result.output.splitlines()) > 5
    assert f" {command} " in run("--help").output
