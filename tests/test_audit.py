"""What `scripts/audit` does without the internet: no secret is tracked, and the bill of materials is complete."""

import json
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from app.routes.pages import ROOT

SCAN = [sys.executable, ROOT / "scripts/find-secrets.py"]
UV = Path(sys.executable).with_name("uv")
# In two parts, or they would be found here.
PLANTED = {
    "key.txt": "-----BEGIN RSA PRIVATE " + "KEY-----",
    "deploy.sh": "export AWS_ACCESS_KEY_ID=AKIA" + "IOSFODNN7EXAMPLE",
    "push.yml": "token: ghp_" + "a1" * 18,
    "settings.py": 'DATABASE_PASSWORD = "correct1' + 'horse2battery"',
    "log.txt": "eyJhbGciOiJIUzI1NiJ9" + ".eyJzdWIiOiIxMjM0NTY3ODkwIn0.x",
    ".env": "HARMLESS=1",
}


def test_no_secret_is_tracked() -> None:
    done = subprocess.run(SCAN, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout
    assert re.fullmatch(r"No secrets in \d{3,} files\.\n", done.stdout)


def test_planted_secrets_are_found_and_not_shown(tmp_path: Path) -> None:
    subprocess.run(["git", "init", "--quiet"], cwd=tmp_path, check=True)
    for name, text in PLANTED.items():
        (tmp_path / name).write_text(f"\n{text}\n")
    (tmp_path / "fine.py").write_text('token = "a word"\npassword = read("password")\nsecret: SecretStr = Field("")\n')
    subprocess.run(["git", "add", "--all", "--force"], cwd=tmp_path, check=True)
    done = subprocess.run([*SCAN, tmp_path], capture_output=True, text=True, check=False)
    lines = {Path(line.partition(":")[0]).name: line for line in done.stdout.splitlines()}
    assert done.returncode == 1 and lines.keys() == PLANTED.keys(), done.stdout
    for name, text in PLANTED.items():
        assert text not in done.stdout
        assert f"{name}:2: " in lines[name] or name == ".env"


@pytest.mark.skipif(not UV.exists(), reason="uv is not installed")
def test_the_bill_of_materials_has_every_package_in_its_version() -> None:
    command = [UV, "export", "--quiet", "--frozen", "--offline", "--all-extras", "--format", "cyclonedx1.5"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    bill = json.loads(done.stdout)
    assert bill["bomFormat"] == "CycloneDX" and bill["specVersion"] == "1.5"
    named = {part["name"]: part["version"] for part in bill["components"] if "version" in part}
    locked = tomllib.loads((ROOT / "uv.lock").read_text())["package"]
    versions = {(package["name"], package.get("version")) for package in locked}
    assert all((name, version) in versions or name.startswith("gradlab") for name, version in named.items())
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    for line in project["dependencies"]:
        assert re.split(r"[>=<;\[ ]", line)[0] in named, line


def test_the_script_calls_what_it_promises() -> None:
    script = (ROOT / "scripts/audit").read_text()
    for part in ("find-secrets.py", "cyclonedx1.5", "npm sbom", "uv audit", "npm audit"):
        assert part in script
    assert "scripts/audit" not in (ROOT / "scripts/test").read_text(), "the tests need no internet"
