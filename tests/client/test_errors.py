"""What the server refuses arrives as an error with its words, its fields, and what can be done."""

import gradlab_client
import pytest
from gradlab_client import Client, Invalid, NotFound, NotPossible, Problem, Session, TooMany
from gradlab_client.errors import problem_of

from app.settings import Settings
from tests.app.conftest import RealServer


def test_each_wrong_field_is_named(client: Client) -> None:
    with pytest.raises(Invalid) as caught:
        client.create(layers=[{"units": 0, "activation": "rleu"}], batch_size=-1)
    problem = caught.value
    assert problem.status == 422 and problem.title == "Unprocessable Content"
    assert [error.field for error in problem.errors] == ["layers.0.units", "layers.0.activation", "batch_size"]
    assert problem.errors[0].given == 0 and problem.errors[0].expected == "1 to 512"
    assert "  layers.0.activation: unknown activation 'rleu'. Did you mean 'relu'?" in str(problem)


def test_what_needs_a_reset_says_how(session: Session) -> None:
    with pytest.raises(NotPossible, match=r"session\.patch\(\.\.\., reset=True\)") as caught:
        session.patch({"layers": [{"units": 3}]})
    assert caught.value.type == "urn:gradlab:needs-reset" and caught.value.status == 409
    assert session.patch({"layers": [{"units": 3}]}, reset=True)["parameter_count"] == 13


def test_a_session_that_is_gone_is_not_found(client: Client, session: Session) -> None:
    session.delete()
    session.delete()
    for ask in (session.get, session.metrics, lambda: session.train(1), lambda: client.session(session.id)):
        with pytest.raises(NotFound, match=r"client\.sessions\(\)"):
            ask()


def test_a_full_server_says_when_to_come_back() -> None:
    server = RealServer(Settings(workers=1, sessions_each=1))
    with Client(f"http://{server.address}") as client:
        client.create()
        with pytest.raises(TooMany, match=r"session\.delete\(\)"):
            client.create()
    server.stop()


def test_an_error_without_a_document_is_still_one() -> None:
    problem = problem_of(418, {})
    assert type(problem) is Problem and str(problem) == "Error 418" and problem.errors == ()


@pytest.mark.parametrize("name", gradlab_client.__all__)
def test_everything_public_is_there_and_explained(name: str) -> None:
    assert isinstance(getattr(gradlab_client, name), str) or getattr(gradlab_client, name).__doc__ or name == "Message"
