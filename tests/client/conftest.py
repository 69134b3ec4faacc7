"""What the client's tests share: the real server, a network that can be cut, and clients of both."""

from collections.abc import Iterator

import pytest
from gradlab_client import Client, Session

from app.settings import Settings
from tests.app.conftest import PATIENCE_S, RealServer
from tests.browser.relay import Relay


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture(scope="session")
def server() -> Iterator[RealServer]:
    server = RealServer(Settings(workers=2, max_sessions=10_000))
    yield server
    server.stop()


@pytest.fixture(scope="session")
def url(server: RealServer) -> str:
    return f"http://{server.address}"


@pytest.fixture
def client(url: str) -> Iterator[Client]:
    with Client(url, patience_s=PATIENCE_S) as client:
        yield client


@pytest.fixture
def session(client: Client) -> Session:
    """A session of the default experiment that has trained for a while."""
    session = client.create()
    session.train(epochs=20)
    return session


@pytest.fixture
def relay(server: RealServer) -> Iterator[Relay]:
    """A network between a client and the server."""
    relay = Relay(server.address)
    yield relay
    relay.close()
