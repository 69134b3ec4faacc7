"""Problems: documents that can always be written, and that show nothing of the server's insides."""

import logging
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from starlette.exceptions import HTTPException

from app.problems import Problem, not_found, showable, to_problem
from engine import FieldError, InvalidInput
from tests.app.conftest import strict

anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.binary(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


@given(anything)
def test_whatever_was_given_can_be_shown_and_is_short(given: Any) -> None:
    problem = Problem(422, "no", [FieldError("a", given, "b", "c")])
    body = problem.response().body
    strict(bytes(body))
    assert len(body) < 1500


def test_numbers_that_json_lacks_are_named() -> None:
    assert [showable(float(name)) for name in ("nan", "inf", "-inf")] == ["NaN", "Infinity", "-Infinity"]
    assert showable(2**70) == str(2**70)


def test_the_engines_errors_are_422() -> None:
    error = FieldError("x.0", [1], "2 numbers", "this sample has 1 number")
    document = to_problem(InvalidInput(error)).as_data()
    assert document["status"] == 422 and document["title"] == "Unprocessable Content"
    assert document["errors"][0]["field"] == "x.0" and "1 number" in document["detail"]


@pytest.mark.parametrize(
    ("status", "title"), [(413, "Content Too Large"), (414, "URI Too Long"), (416, "Range Not Satisfiable")]
)
def test_a_title_is_the_same_with_every_version_of_python(status: int, title: str) -> None:
    assert Problem(status, "").as_data()["title"] == title


def test_what_is_unknown_is_500_and_logged(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.ERROR):
        document = to_problem(RuntimeError("the password is 123\r\nforged line")).as_data()
    assert document["status"] == 500 and "123" not in str(document)
    assert "RuntimeError" in caplog.text


@pytest.mark.parametrize("status", [400, 401, 404, 405, 413, 418, 499, 599])
def test_any_status_has_a_document(status: int) -> None:
    document = strict(bytes(to_problem(HTTPException(status)).response().body))
    assert document["status"] == status and document["title"] and document["detail"]
    assert set(document) == {"type", "title", "status", "detail", "errors"}


def test_not_found_does_not_tell_why() -> None:
    assert not_found().as_data()["status"] == 404


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/none", 404),
        ("GET", "/api/none", 404),
        ("GET", "/api/sessions/", 404),
        ("PUT", "/api/sessions", 405),
        ("DELETE", "/api/catalogue", 405),
        ("POST", "/static/css/base.css", 405),
        ("POST", "/", 405),
        ("BREW", "/api/sessions", 405),
    ],
)
async def test_the_frameworks_own_errors_are_documents(
    client: httpx.AsyncClient, method: str, path: str, status: int
) -> None:
    response = await client.request(method, path)
    assert response.status_code == status
    assert response.headers["content-type"] == "application/problem+json"
    assert strict(response.text)["status"] == status
