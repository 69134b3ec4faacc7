"""A server that others on the network could read along with starts only if that is wanted."""

from pathlib import Path

import pytest

from app.settings import Settings
from tests.app.cli.conftest import Run, as_process


@pytest.mark.parametrize("host", ["0.0.0.0", "192.168.7.7", "::"])
def test_without_tls_others_are_not_served(run: Run, host: str) -> None:
    result = run("serve", "--host", host)
    assert result.exit_code == 2
    assert "--insecure-lan" in result.output and "GRADLAB_BEHIND_TLS=true" in result.output


def test_with_the_option_they_are(tmp_path: Path) -> None:
    """It comes as far as to listen, on an address that this machine does not have."""
    done = as_process("serve", "--no-store", "--insecure-lan", "--host", "192.0.2.1", cwd=tmp_path)
    assert done.returncode == 1 and "Cannot listen on 192.0.2.1" in done.stderr


def test_who_can_read_along() -> None:
    assert not Settings().in_the_open and not Settings(host="0.0.0.0", behind_tls=True).in_the_open
    assert Settings(host="0.0.0.0").in_the_open
