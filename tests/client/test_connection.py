"""Servers that are not there, go away or are of another version; and how long that is waited for."""

import json
import socket
import threading
import time
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import gradlab_client
import numpy as np
import pytest
from gradlab_client import Client, Interrupted, Session, TooMany, Unreachable, VersionMismatch
from gradlab_client.connection import Backoff, Connection, plain, probes, release, to_json

from app import __version__
from tests.browser.relay import Relay


class Stub:
    """A server that gives ready answers, the last one for good: a status, headers, and what is sent in JSON."""

    def __init__(self, *answers: tuple[int, dict[str, str], Any]) -> None:
        left = list(answers)

        class Answers(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                status, headers, value = left.pop(0) if len(left) > 1 else left[0]
                self.send_response(status)
                for name, text in headers.items():
                    self.send_header(name, text)
                self.end_headers()
                self.wfile.write(json.dumps(value).encode())

            do_POST = do_GET

            def log_message(self, *_: object) -> None:
                pass

        self.server = HTTPServer(("127.0.0.1", 0), Answers)
        self.url = f"http://127.0.0.1:{self.server.server_port}"

    def __enter__(self) -> str:
        self.thread = threading.Thread(target=self.server.serve_forever)
        self.thread.start()
        return self.url

    def __exit__(self, *_: object) -> None:
        self.server.shutdown()
        self.thread.join()
        self.server.server_close()


ALIVE = (200, {}, {"status": "ok", "version": __version__})


def test_a_server_that_is_not_running_is_told_at_once() -> None:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    before = time.monotonic()
    with (
        Client(f"http://127.0.0.1:{port}") as client,
        pytest.raises(Unreachable, match=r"Start one with `gradlab serve`"),
    ):
        client.create()
    assert time.monotonic() - before < 30


def test_what_is_not_gradlab_is_told() -> None:
    with Stub((200, {}, "hello")) as url, Client(url) as client, pytest.raises(Unreachable, match="is not gradlab"):
        client.sessions()


def test_an_address_that_is_none_is_told() -> None:
    with pytest.raises(ValueError, match="'school:8000' is not the address of a server"):
        Client("school:8000")


def test_another_version_is_told(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gradlab_client.connection.VERSION", "7.2.1")
    with Client(url) as client, pytest.raises(VersionMismatch, match=f"gradlab {__version__}, .*gradlab-client 0.1"):
        client.sessions()


@pytest.mark.parametrize(("number", "fits"), [("0.1.0", "0.1"), ("0.1.9", "0.1"), ("1.0.0", "1"), ("1.4.2", "1")])
def test_which_versions_fit(number: str, fits: str) -> None:
    assert release(number) == fits


def test_both_are_of_one_version() -> None:
    assert gradlab_client.__version__ == __version__


def test_the_token_is_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    assert "Authorization" not in Connection("http://localhost:8000", None, 1).headers
    assert Connection("http://localhost:8000", "secret", 1).headers["Authorization"] == "Bearer secret"
    monkeypatch.setenv("GRADLAB_TOKEN", "other")
    assert Connection("http://localhost:8000", None, 1).headers["Authorization"] == "Bearer other"


@pytest.mark.anyio
async def test_waiting_grows_at_random_to_its_end(monkeypatch: pytest.MonkeyPatch) -> None:
    waited: list[float] = []

    async def sleep(seconds: float) -> None:
        waited.append(seconds)

    monkeypatch.setattr("gradlab_client.connection.asyncio.sleep", sleep)
    backoff, lost = Backoff(60), Unreachable("gone")
    for _ in range(200):
        await backoff.wait(lost)
    assert max(waited[:1]) <= 0.25 and max(waited[:2]) <= 0.5 and max(waited) <= 5
    assert min(waited) < 1 < 4 < max(waited) and 2 < np.mean(waited[10:]) < 3, "evenly from 0 to 5 s"
    await Backoff(60).wait(lost, least_s=30)
    assert waited[-1] >= 30
    with pytest.raises(Unreachable, match="gone"):
        await Backoff(0).wait(lost)


def test_a_proxy_is_used_except_for_this_computer(monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as proxy, pytest.MonkeyPatch.context() as environment:
        environment.setenv("http_proxy", f"http://127.0.0.1:{proxy.getsockname()[1]}")
        environment.setenv("no_proxy", "elsewhere.example")
        with Client(url) as client:
            assert client.create().get()["state"] == "ready"
        with Client("http://school.example") as client:

            def ask() -> None:
                with pytest.raises(Unreachable):
                    client.sessions()

            asking = threading.Thread(target=ask)
            asking.start()
            connection, _ = proxy.accept()
            with connection:
                assert connection.recv(1000).startswith(b"GET http://school.example/healthz")
            asking.join()


def test_silent_connections_are_probed(client: Client) -> None:
    response = client._loop.run(client._inner._connection.send("GET", "/api/sessions"))
    kept = response.extensions["network_stream"].get_extra_info("socket")
    assert (socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1) in probes()
    assert [kept.getsockopt(level, name) for level, name, _ in probes()] == [value for *_, value in probes()]


@pytest.mark.parametrize("status", [429, 503])
def test_a_server_says_when_to_come_back(status: int) -> None:
    with Stub(ALIVE, (status, {"Retry-After": "1"}, {}), (200, {}, {"sessions": []})) as url, Client(url) as client:
        before = time.monotonic()
        assert client.sessions() == {"sessions": []}
        assert time.monotonic() - before >= 1


def test_nobody_waits_for_longer_than_their_patience() -> None:
    full = 429, {"Retry-After": "3600"}, {"detail": "full"}
    with Stub(ALIVE, full) as url, Client(url) as client, pytest.raises(TooMany, match="full"):
        client.sessions()


def test_questions_are_asked_again_after_a_cut(relay: Relay) -> None:
    with Client(f"http://{relay.address}") as client:
        session = client.create()
        relay.cut()
        threading.Timer(0.5, relay.mend).start()
        assert session.get()["state"] == "ready"
        relay.cut()
        threading.Timer(0.5, relay.mend).start()
        assert session.predict([[1.0, 2.0]]).outputs.shape == (1, 1)


def test_a_server_that_stays_away_is_given_up(relay: Relay) -> None:
    with Client(f"http://{relay.address}", patience_s=0.5) as client:
        session = client.create()
        relay.cut()
        with pytest.raises(Unreachable, match="No gradlab server answers"):
            session.get()


def test_what_must_not_be_done_twice_is_not(relay: Relay, client: Client) -> None:
    with Client(f"http://{relay.address}") as other:
        session = other.create()
        relay.freeze()
        caught: list[Interrupted] = []

        def step() -> None:
            with pytest.raises(Interrupted, match="may have been carried out") as info:
                session.step("batch", 1)
            caught.append(info.value)

        stepping = threading.Thread(target=step)
        stepping.start()
        time.sleep(0.3)  # it has been sent
        relay.cut()
        stepping.join()
        relay.thaw()
        relay.mend()
        assert caught and client.session(session.id).get()["step"] in {0, 1}


def test_training_for_a_time_and_with_an_end(session: Session) -> None:
    before = time.monotonic()
    assert session.train(seconds=0.2)["epoch"] > 20
    assert 0.2 <= time.monotonic() - before < 30
    for arguments in ({}, {"epochs": 1, "seconds": 1.0}):
        with pytest.raises(ValueError, match=r"train\(epochs=100\)"):
            session.train(**arguments)
    session.reset()
    session.patch({"optimizer": {"learning_rate": 1e6}, "loss": "mse", "output": {"activation": "linear"}}, reset=True)
    assert session.train(500)["state"] == "diverged"
    with pytest.raises(gradlab_client.NotPossible, match=r"session\.diagnosis"):
        session.train(1)


def test_numbers_of_every_kind_travel() -> None:
    day = np.datetime64("2024-01-31")
    given = {
        "a": np.float32(0.5),
        "b": [np.int64(3), float("nan")],
        "c": np.eye(2, dtype=int),
        "d": (True, None),
        "e": day,
    }
    assert plain(given) == {"a": 0.5, "b": [3, None], "c": [[1, 0], [0, 1]], "d": [True, None], "e": "2024-01-31"}
    with pytest.raises(ValueError, match="not JSON compliant"):
        to_json([float("inf")])


def test_frames_are_predicted_by_the_names_of_their_columns(client: Client) -> None:
    import pandas
    import polars

    table = b"size,city,price\n" + b"".join(
        b"%d,%s,%d\n" % (7 * n % 13, (b"Rome", b"Bari")[n % 2], 3 * n) for n in range(40)
    )
    session = client.create(dataset=client.upload(table, task="regression")["dataset"])
    session.train(20)
    rows = {"city": ["Rome", "Bari"], "size": [12.0, None]}
    expected = session.predict([{"city": "Rome", "size": 12.0}, {"city": "Bari", "size": None}]).outputs
    np.testing.assert_array_equal(session.predict(pandas.DataFrame(rows)).outputs, expected)
    np.testing.assert_array_equal(session.predict(polars.DataFrame(rows)).outputs, expected)
