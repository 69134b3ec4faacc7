"""`gradlab doctor`: finds what was broken, says what to do, and is content with a sound installation."""

import shutil
import socket
from pathlib import Path

import pytest

from app.cli import checkup
from app.routes.pages import PageMissing
from tests.app.cli.conftest import Run, as_process


def test_a_sound_installation_is_sound(run: Run) -> None:
    result = run("doctor")
    assert result.exit_code == 0, result.output
    lines = result.output.splitlines()
    assert [name for name in checkup.CHECKS if not any(f"  {name}: " in line for line in lines)] == []
    assert lines[-1] == "Everything that gradlab needs is there."
    assert "bad" not in result.output


def test_as_a_process(tmp_path: Path) -> None:
    done = as_process("doctor", cwd=tmp_path)
    assert done.returncode == 0 and "Everything that gradlab needs is there." in done.stdout, done.stdout


def test_a_page_that_is_not_there(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def missing() -> None:
        raise PageMissing("Files that the page needs are missing.\nRun this and that.")

    monkeypatch.setattr(checkup, "check_files", missing)
    result = run("doctor")
    assert result.exit_code == 1 and "Something is wrong." in result.output
    assert "bad   page: Files that the page needs are missing.\n      Run this and that.\n" in result.output


def test_a_package_that_is_missing_or_too_old(monkeypatch: pytest.MonkeyPatch) -> None:
    wanted = ["no-such-package>=1", "numpy>=1,<1.1", "pytest>=1; extra == 'test'"]
    monkeypatch.setattr(checkup, "requires", lambda _: wanted)
    found = checkup.packages()
    assert found.state == "bad" and "pip install" in found.advice
    assert "no-such-package is missing" in found.found and "<1.1,>=1 is needed" in found.found
    assert "pytest" not in found.found


def test_a_cache_folder_that_cannot_be_made(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("not a folder")
    monkeypatch.setattr(checkup, "cache_folder", lambda: tmp_path / "file" / "cache")
    monkeypatch.setattr(checkup, "is_kept", lambda _: False)
    found = checkup.kernels()
    assert found.state == "bad" and "GRADLAB_CACHE_DIR" in found.advice
    monkeypatch.setattr(checkup, "is_kept", lambda _: True)
    assert checkup.kernels().state == "good", "compiled beforehand, as in the image"


def test_kernels_that_are_not_compiled_are_a_note(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(checkup, "cache_folder", lambda: tmp_path)
    monkeypatch.setattr(checkup, "is_kept", lambda name: name == "common")
    found = checkup.kernels()
    assert found.state == "note" and "float32, float64" in found.found and "python -m engine" in found.advice


def test_a_port_that_is_taken_is_a_note(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        monkeypatch.setenv("GRADLAB_PORT", str(taken.getsockname()[1]))
        found = checkup.port()
    assert found.state == "note" and "--port 0" in found.advice


def test_a_variable_that_cannot_be_read(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GRADLAB_WORKERS", "several")
    result = run("doctor")
    assert result.exit_code == 1 and "GRADLAB_WORKERS is 'several'." in result.output


@pytest.mark.parametrize(("free", "state"), [(10 << 30, "good"), (500 << 20, "note"), (10 << 20, "bad")])
def test_room_on_the_disk(monkeypatch: pytest.MonkeyPatch, free: int, state: str) -> None:
    monkeypatch.setattr(checkup.shutil, "disk_usage", lambda _: shutil._ntuple_diskusage(free, 0, free))
    found = checkup.disk()
    assert found.state == state and bool(found.advice) == (state != "good")


def test_a_database_that_is_not_there_yet_is_made_later(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    file = tmp_path / "new" / "gradlab.db"
    monkeypatch.setenv("GRADLAB_DATABASE_URL", f"sqlite:///{file}")
    found = checkup.database()
    assert found.state == "good" and str(file) in found.found
    assert not file.parent.exists(), "a doctor only looks"


@pytest.mark.parametrize(
    ("url", "state"), [("memory", "good"), ("mysql://x", "bad"), ("sqlite:////dev/null/gradlab.db", "bad")]
)
def test_other_databases(monkeypatch: pytest.MonkeyPatch, url: str, state: str) -> None:
    monkeypatch.setenv("GRADLAB_DATABASE_URL", url)
    assert checkup.database().state == state


def test_a_database_that_cannot_be_reached(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("psycopg")
    with socket.create_server(("127.0.0.1", 0)) as nobody:
        port = nobody.getsockname()[1]
    monkeypatch.setenv("GRADLAB_DATABASE_URL", f"postgresql://gradlab:hunter2@127.0.0.1:{port}/gradlab")
    found = checkup.database()
    assert found.state == "bad" and "cannot be reached" in found.found and "hunter2" not in found.found + found.advice


def test_a_file_that_is_no_database(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "file.db").write_text("this is a letter, not a database " * 100)
    monkeypatch.setenv("GRADLAB_DATABASE_URL", f"sqlite:///{tmp_path / 'file.db'}")
    found = checkup.database()
    assert found.state == "bad" and "damaged" in found.found
