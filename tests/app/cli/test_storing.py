"""Commands and the database: what cannot be used is told in a sentence, and a backup has everything."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from tests.app.cli.conftest import Run
from tests.app.conftest import ServerProcess


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("mysql://root@localhost/x", "is no database"),
        ("sqlite:////proc/nowhere/gradlab.db", "The database cannot be used"),
        ("postgresql://nobody@127.0.0.1:1/x", "The database cannot be used"),
    ],
)
def test_a_database_that_cannot_be_used_is_told_in_two_lines(
    run: Run, monkeypatch: pytest.MonkeyPatch, url: str, said: str
) -> None:
    monkeypatch.setenv("GRADLAB_DATABASE_URL", url)
    result = run("serve", "--port", "0")
    assert result.exit_code == 1 and said in result.output and "--no-store" in result.output
    assert result.output.count("\n") == 2 and "Traceback" not in result.output


def test_a_backup_while_the_server_runs_has_everything(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    server = ServerProcess(tmp_path / "gradlab.db")
    try:
        ids = {server.http.post("/api/sessions", json={"seed": seed}).json()["id"] for seed in range(3)}
        monkeypatch.setenv("GRADLAB_DATABASE_URL", f"sqlite:///{server.database}")
        result = run("backup", "copy.db")
        assert result.exit_code == 0 and "copy.db holds everything" in result.output
        assert run("backup", "copy.db").exit_code == 1, "an older copy is not overwritten"
    finally:
        server.end()
    with closing(sqlite3.connect(tmp_path / "copy.db")) as connection:
        assert {id for (id,) in connection.execute("SELECT id FROM sessions")} == ids
    server = ServerProcess(tmp_path / "copy.db")
    try:
        assert {line["id"] for line in server.http.get("/api/sessions").json()["sessions"]} == ids
    finally:
        server.end()
