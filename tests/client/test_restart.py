"""The server is cut off, stopped or started again in the middle of a script, which goes on."""

import secrets
import signal
import threading
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

import numpy as np
import pytest
from gradlab_client import Client, Hello, Metrics, NotFound, Progress, Session, Unreachable

from app.settings import Settings
from tests.app.conftest import PATIENCE_S, RealServer, ServerProcess, until
from tests.browser.relay import Relay

LARGE = {"dataset": {"name": "spiral", "samples": 5000}, "layers": [{"units": 64}, {"units": 64}], "batch_size": 10}


def once(deed: Callable[[], object]) -> Callable[[Progress], None]:
    """A report that does something at the first row that comes in."""
    left = [deed]

    def report(_: Progress) -> None:
        if left:
            left.pop()()

    return report


def test_training_goes_on_after_a_cut_and_ends_where_it_should(relay: Relay, client: Client) -> None:
    with Client(f"http://{relay.address}") as other:
        session = other.create(LARGE)
        cuts: list[float] = []

        def cut() -> None:
            relay.cut()
            cuts.append(client.session(session.id).get()["epoch"])
            threading.Timer(0.5, relay.mend).start()

        now = session.train(epochs=60, progress=once(cut))
        assert 0 < cuts[0] < 60 and now["epoch"] == 60 and now["state"] == "paused"
        undisturbed = client.create(LARGE)
        undisturbed.train(epochs=60)
        for name, column in undisturbed.metrics().items():
            np.testing.assert_array_equal(session.metrics()[name], column)


def test_a_script_goes_on_after_the_server_was_killed_and_started_again(tmp_path: Path, client: Client) -> None:
    """And what it trains is, to the last bit, what would have come of it without that."""
    server = ServerProcess(tmp_path / "gradlab.db")

    def kill() -> None:
        server.end(signal.SIGKILL)
        server.start()

    try:
        with Client(f"http://{server.address}") as other:
            session = other.create(LARGE)
            now = session.train(epochs=60, progress=once(kill))
            assert now["epoch"] == 60 and now["id"] == session.id
            undisturbed = client.create(LARGE)
            undisturbed.train(epochs=60)
            for name, column in undisturbed.metrics().items():
                np.testing.assert_array_equal(session.metrics()[name], column)
    finally:
        server.end(signal.SIGKILL)


def test_a_session_that_the_restarted_server_does_not_know_is_told(relay: Relay, server: RealServer) -> None:
    first = RealServer(Settings(workers=1))
    relay.target = first.address
    with Client(f"http://{relay.address}") as client:
        session = client.create(LARGE)
        stopping = threading.Thread(target=first.stop)

        def restart() -> None:
            stopping.start()
            relay.target = server.address

        with pytest.raises(NotFound, match=r"client.sessions\(\) names the sessions"):
            session.train(epochs=500, progress=once(restart))
        stopping.join()


def test_training_on_a_server_that_stops_for_good_is_given_up() -> None:
    server = RealServer(Settings(workers=1))
    with Client(f"http://{server.address}", patience_s=0.5) as client:
        session = client.create(LARGE)

        def train() -> None:
            with pytest.raises(Unreachable):
                session.train(10_000)

        training = threading.Thread(target=train)
        training.start()
        until(lambda: session.get()["state"] == "running")
        server.stop()
        training.join()


class Restarted:
    """A server behind a relay that is started again and then knows a session as it was when it was last stored."""

    def __init__(self, relay: Relay, ending: ExitStack, monkeypatch: pytest.MonkeyPatch) -> None:
        self.relay, self.ending, self.monkeypatch = relay, ending, monkeypatch
        self.running = self._start()
        self.client = ending.enter_context(Client(f"http://{relay.address}", patience_s=PATIENCE_S))

    def _start(self) -> RealServer:
        server = RealServer(Settings(workers=2))
        self.ending.callback(server.stop)
        self.relay.target = server.address
        return server

    def store(self, session: Session) -> Callable[[], None]:
        """Stores a session; what it gives stops the server and starts another that has it."""
        file, ids = session.export(), {16: session.id, 8: session.get()["run"]}

        def restart() -> None:
            self.running.stop()
            self.relay.cut()
            self._start()
            with self.monkeypatch.context() as patched:
                patched.setattr(secrets, "token_hex", ids.__getitem__)
                self.client_of_new(file)
            self.relay.mend()

        return restart

    def client_of_new(self, file: bytes) -> None:
        with Client(f"http://{self.relay.target}") as direct:
            direct._loop.run(direct._inner._connection.send("POST", "/api/sessions", body=file))


@pytest.fixture
def restarted(relay: Relay, monkeypatch: pytest.MonkeyPatch) -> Restarted:
    with ExitStack() as ending:
        yield Restarted(relay, ending, monkeypatch)


def test_the_stream_begins_anew_where_the_restarted_server_lost_rows(restarted: Restarted) -> None:
    session = restarted.client.create()
    session.train(epochs=50)
    restart = restarted.store(session)
    session.play(rate=300)
    hellos, rows = list[Hello](), list[float]()
    for message in session.stream(follow=True):
        if isinstance(message, Hello):
            hellos.append(message)
            rows = rows if message.recovered else []
        if isinstance(message, Metrics):
            rows += message["seq"].tolist()
            assert rows == list(range(len(rows)))
        if len(hellos) == 1 and len(rows) > 150:
            restart()
        if len(hellos) > 1 and len(rows) == 51:
            session.play(rate=None, until={"epochs": 100})
        if len(hellos) > 1 and len(rows) == 101:
            break
    assert [hello.recovered for hello in hellos] == [False] * len(hellos)
    assert len({hello.run for hello in hellos}) == 1
