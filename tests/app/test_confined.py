"""The server runs as the image runs it: everything read-only but /tmp and the data folder, and no capability at all.

This needs no container engine, only Linux and a user who may mount. Where there is none, it is skipped.
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from app.routes.pages import ROOT
from engine import KERNELS, cache_folder, warm_up
from tests.app.conftest import PATIENCE_S, until

DATA = "/tmp/data"
CONFINED = f"""
set -e
mount --make-rprivate /
mount -t tmpfs -o mode=1777 tmpfs /tmp
mkdir {DATA}
awk '$2 !~ "^/(proc|sys|dev|tmp)" {{print $2}}' /proc/self/mounts | while read -r place; do
  mount -o remount,bind,ro "$place"
done
exec setpriv --bounding-set=-all --inh-caps=-all --no-new-privs "$@"
"""


def can_mount() -> bool:
    if not all(map(shutil.which, ("unshare", "setpriv", "mount", "awk"))):
        return False
    return not subprocess.run(["unshare", "--mount", "true"], capture_output=True, check=False).returncode


pytestmark = pytest.mark.skipif(not can_mount(), reason="only where file systems can be mounted: on Linux, as root")


@pytest.fixture
def address() -> Iterator[str]:
    """Of a confined server, whose kernels are compiled already, as the image's are."""
    if Path(sys.executable).resolve().is_relative_to("/tmp") or ROOT.is_relative_to("/tmp"):
        pytest.skip("gradlab is in /tmp, which is emptied here")
    for kernel in KERNELS:
        warm_up(kernel)
    command = [sys.executable, "-m", "app.cli", "serve", "--port", "0"]
    variables = os.environ | {
        "GRADLAB_CACHE_DIR": str(cache_folder().parent),
        "GRADLAB_DATABASE_URL": f"sqlite:///{DATA}/gradlab.db",
        "HOME": "/tmp",
        "PYTHONDONTWRITEBYTECODE": "1",
    }
    process = subprocess.Popen(
        ["unshare", "--mount", "sh", "-c", CONFINED, "sh", *command],
        cwd=ROOT,
        env=variables,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    with process:
        assert process.stdout is not None
        said = process.stdout.readline()
        yield said.split()[3] if said.startswith("gradlab is at ") else said
        status = Path(f"/proc/{process.pid}/status").read_text()
        assert "CapEff:\t0000000000000000" in status and "NoNewPrivs:\t1" in status
        mounts = Path(f"/proc/{process.pid}/mounts").read_text()
        assert next(line for line in mounts.splitlines() if " / " in line).split()[3].startswith("ro")
        process.terminate()
        _, errors = process.communicate(timeout=PATIENCE_S)
    assert process.returncode == 0 and errors == "", errors


def test_a_confined_server_trains_stores_and_ends_in_good_order(address: str) -> None:
    with httpx.Client(base_url=address, timeout=PATIENCE_S) as client:
        until(lambda: client.get("/readyz").status_code == 200)
        id = client.post("/api/sessions", json={}).json()["id"]
        trained = client.post(f"/api/sessions/{id}/train", json={"epochs": 20}).json()
        assert trained["epoch"] == 20
        assert client.get("/").status_code == 200
        assert 'gradlab_refusals_total{status="50' not in client.get("/metrics").text.replace('"503"', "not ready yet")
