"""What the tests of the storage share: a store in memory, in a file and in PostgreSQL, which is started for them."""

import glob
import os
import shutil
import signal
import subprocess
import tempfile
import uuid
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest

from app.storage import Facts, Recovery, Store
from engine import Trainer, resolve
from engine.compute import kernel
from engine.experiment import Experiment
from tests.app.conftest import until


class PostgreSQL:
    """A server of its own, in a folder of its own, that listens on a socket there and nowhere else."""

    def __init__(self, programs: Path) -> None:
        import psycopg

        self.folder = Path(tempfile.mkdtemp(prefix="gradlab-"))
        self.user: list[str] = []
        if os.getuid() == 0:  # which PostgreSQL does not run as
            shutil.chown(self.folder, "postgres")
            self.user = ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"]
        self.programs, self.data = programs, self.folder / "data"
        make = [programs / "initdb", "-D", self.data, "-U", "gradlab", "-A", "trust", "-E", "UTF8", "--no-sync"]
        subprocess.run([*self.user, *make], check=True, capture_output=True, cwd=self.folder)
        self.start()
        self.connect = lambda: psycopg.connect(f"host={self.folder} user=gradlab dbname=postgres", autocommit=True)
        until(self.answers)

    def start(self) -> None:
        serve = [self.programs / "postgres", "-D", self.data, "-k", self.folder, "-c", "listen_addresses="]
        quiet: dict[str, Any] = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        self.process = subprocess.Popen([*self.user, *serve, "-c", "fsync=off"], cwd=self.folder, **quiet)

    def stop(self) -> None:
        self.process.send_signal(signal.SIGINT)  # it cuts its connections
        self.process.wait()

    def answers(self) -> bool:
        import psycopg

        try:
            self.connect().close()
        except psycopg.OperationalError:
            return False
        return True

    def database(self) -> str:
        """The URL of a new database."""
        name = f"gradlab_{uuid.uuid4().hex}"
        with self.connect() as connection:
            connection.execute(f"CREATE DATABASE {name}")
        return f"postgresql://gradlab@/{name}?host={self.folder}"


@pytest.fixture(scope="session")
def postgresql() -> Iterator[PostgreSQL]:
    pytest.importorskip("psycopg", reason="the driver of PostgreSQL is not installed")
    programs = sorted(glob.glob("/usr/lib/postgresql/*/bin/initdb"))
    if not programs:
        pytest.skip("PostgreSQL is not installed. On Debian: apt-get install postgresql")
    server = PostgreSQL(Path(programs[-1]).parent)
    yield server
    server.stop()
    shutil.rmtree(server.folder)


@pytest.fixture(params=["memory", "file", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The URL of an empty database of each kind."""
    if request.param == "file":
        return f"sqlite:///{tmp_path / 'data' / 'gradlab.db'}"
    return request.getfixturevalue("postgresql").database() if request.param == "postgresql" else "memory"


@pytest.fixture
async def store(url: str, anyio_backend: str) -> AsyncIterator[Store]:
    store = Store(url)
    await store.open()
    yield store
    await store.close()


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "gradlab.db"


@pytest.fixture
async def file_store(file: Path, anyio_backend: str) -> AsyncIterator[Store]:
    store = Store(f"sqlite:///{file}")
    await store.open()
    yield store
    await store.close()


def trainer_of(**choices: Any) -> Trainer:
    return Trainer(resolve(Experiment(**choices)))


def facts_of(id: str = "a", run: str = "1", **others: Any) -> Facts:
    return Facts(**{"id": id, "run": run, "created": 1.5, "touched": 2.5, **others})


async def recovered(store: Store, id: str = "a", **tables: Any) -> Recovery:
    recovery = Recovery(await store.load(id), **tables)
    while not recovery.done:
        recovery.advance(100_000)
    return recovery


def state_of(trainer: Trainer) -> dict[str, Any]:
    """All that the past and the future of a run consist of, in a form that compares."""
    checkpoint = trainer.checkpoint()
    plateau, watch, best, stopped, diverged = checkpoint.memory
    arrays = ("parameters", "slots", "running", "mask", "order")
    return {
        "clock": checkpoint.clock[: kernel.CHUNKS].tolist(),  # which only counts what the last slice did
        **{name: (getattr(checkpoint, name).dtype, getattr(checkpoint, name).tobytes()) for name in arrays},
        "asked": checkpoint.experiment.asked,
        "plateau": vars(plateau),
        "watch": vars(watch),
        "best": best and [array.tobytes() for array in best],
        "stopped": stopped,
        "diverged": diverged,
        "history": trainer.history.table.tobytes(),
        "journal": comparable(trainer.journal.as_data()),
        "numbers": (trainer.journal.made, trainer.journal._numbers),
        "experiments": [entry.experiment.asked for entry in trainer.journal.entries],
    }


def comparable(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: comparable(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [comparable(item) for item in value]
    return (value.dtype.str, value.shape, value.tobytes()) if hasattr(value, "tobytes") else value
