"""Where compiled code is kept."""

import tempfile
from pathlib import Path
from typing import Any

import pytest

from engine.compute import jit


@pytest.fixture
def chosen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder that GRADLAB_CACHE_DIR leads to; temporary files have one of their own."""
    monkeypatch.setenv("GRADLAB_CACHE_DIR", str(tmp_path / "kernels"))
    (tmp_path / "temporary").mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "temporary"))
    return tmp_path / "kernels" / jit._fingerprint()


@pytest.fixture
def read_only(chosen: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A kernel that was compiled into it, and a file system that takes no more: root may write to anything else."""
    (chosen / "engine_1").mkdir(parents=True)
    (chosen / "engine_1" / "kernel.nbi").write_bytes(b"compiled")
    open_file = tempfile.TemporaryFile

    def refuse(*, dir: Path) -> Any:
        if chosen.parent in dir.parents:
            raise OSError(30, "Read-only file system")
        return open_file(dir=dir)

    monkeypatch.setattr(tempfile, "TemporaryFile", refuse)


def test_compiled_code_is_kept_where_it_is_told(chosen: Path) -> None:
    assert jit._cache_folder() == chosen and chosen.is_dir()


@pytest.mark.usefixtures("read_only")
def test_what_was_compiled_is_used_on_a_read_only_file_system(chosen: Path, tmp_path: Path) -> None:
    for _ in ("the first start", "the second"):
        folder = jit._cache_folder()
        assert folder.is_relative_to(tmp_path / "temporary")
        assert (folder / "engine_1" / "kernel.nbi").read_bytes() == b"compiled"


def test_a_cache_folder_that_cannot_be_made_is_no_obstacle(chosen: Path, tmp_path: Path) -> None:
    chosen.parent.write_text("a file where the folder should be")
    assert jit._cache_folder().is_relative_to(tmp_path / "temporary")
