"""Problems: how every error is reported to a client, as RFC 9457 problem documents.

A problem names each field that is wrong, what was given and what is allowed. A fault of ours is logged and answered
with 500 and nothing of its insides.
"""

import logging
import math
from collections.abc import Iterable, Sequence
from http import HTTPStatus
from typing import Any

import orjson
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import HTTPConnection
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.encoding import JSONResponse
from engine import EngineError, FieldError

log = logging.getLogger("gradlab")

MOST_ERRORS = 20
LONGEST_GIVEN_BYTES = 200
LONGEST_MESSAGE = 1_000  # characters; a list of all choices fits
MEDIA_TYPE = "application/problem+json"


class Problem(Exception):
    """Raised anywhere in the app to answer with a problem document."""

    def __init__(
        self,
        status: int,
        detail: str,
        errors: Iterable[FieldError] = (),
        *,
        type: str = "about:blank",
        title: str | None = None,
        headers: dict[str, str] | None = None,
    ) -> None:
        super().__init__(detail)
        self.status = status
        self.detail = detail
        self.errors = tuple(errors)
        self.type = type
        self.title = title or _phrase(status)
        self.headers = headers
        self.more: dict[str, Any] = {}  # extension members, which RFC 9457 allows

    def as_data(self) -> dict[str, Any]:
        """The document."""
        return {
            "type": self.type,
            "title": self.title,
            "status": self.status,
            "detail": shortened(self.detail),
            "errors": [
                {
                    "field": error.field,
                    "given": showable(error.given),
                    "expected": error.expected,
                    "message": shortened(error.message),
                }
                for error in self.errors[:MOST_ERRORS]
            ],
            **self.more,
        }

    def response(self) -> JSONResponse:
        """The HTTP answer."""
        return JSONResponse(self.as_data(), self.status, self.headers, MEDIA_TYPE)


def not_found(what: str = "There is nothing here.") -> Problem:
    """404: also for a session that exists but is not yours."""
    return Problem(404, what)


def invalid(errors: Sequence[FieldError], what: str = "The request cannot be carried out as it is written.") -> Problem:
    """422 with what is wrong in each field; the first becomes the detail."""
    detail = f"{errors[0].field}: {errors[0].message}" if errors and errors[0].field else ""
    return Problem(422, detail or (errors[0].message if errors else what), errors)


def stopping() -> Problem:
    """503: the server is about to end."""
    return Problem(503, "The server is stopping.", headers={"Retry-After": "5"})


def needs_reset(fields: Sequence[str]) -> Problem:
    """409: these fields cannot change during a run."""
    return Problem(
        409,
        f"{', '.join(fields)} cannot change during a run. Send the same patch with ?reset=true to restart.",
        [FieldError(name, None, "a reset", "cannot change during a run") for name in fields],
        type="urn:gradlab:needs-reset",
        title="This change needs a reset",
    )


def from_engine(error: EngineError) -> Problem:
    """What the engine refused."""
    return invalid(error.errors)


def shortened(message: str) -> str:
    """A message that repeats what was given, at a readable length."""
    return message if len(message) <= LONGEST_MESSAGE else f"{message[:LONGEST_MESSAGE]}..."


def showable(given: Any) -> Any:
    """What was given, as JSON can hold it, at a readable length."""
    if isinstance(given, float) and not math.isfinite(given):
        return "NaN" if math.isnan(given) else "Infinity" if given > 0 else "-Infinity"
    try:
        if _is_short(given) and len(orjson.dumps(given)) <= LONGEST_GIVEN_BYTES:
            return given
    except TypeError:
        return f"{str(given)[:LONGEST_GIVEN_BYTES]}"
    if isinstance(given, str):
        return given[: LONGEST_GIVEN_BYTES // 4] + "..."
    return f"{'an object' if isinstance(given, dict) else 'a list'} of {len(given)} items"


def _is_short(given: Any) -> bool:
    """Whether it may be short enough to show, judged by its first few values."""
    left, values = LONGEST_GIVEN_BYTES, [given]
    while values and left >= 0:
        value = values.pop()
        left -= len(value) if isinstance(value, str | list | tuple | dict) else 1
        if left >= 0 and isinstance(value, list | tuple | dict):
            values += [*value, *value.values()] if isinstance(value, dict) else value
    return left >= 0


def to_problem(error: Exception) -> Problem:
    """The problem for an exception. An unknown one is a bug: it is logged here and answered with 500."""
    match error:
        case Problem():
            return error
        case EngineError():
            return from_engine(error)
        case RequestValidationError():
            return invalid([_parameter_error(item) for item in error.errors()])
        case HTTPException():
            return Problem(error.status_code, _sentence(error.status_code), headers=_headers(error))
    log.error("unexpected %s", type(error).__name__, exc_info=error)
    return Problem(500, "Something went wrong on the server. It was logged; other sessions are not affected.")


async def answer(connection: HTTPConnection, error: Exception) -> JSONResponse:
    """The exception handler of the app."""
    return to_problem(error).response()


class Faults:
    """Turns exceptions that no handler knows into a 500, inside the middleware that puts headers on every answer."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        started = False

        async def watch(message: Message) -> None:
            nonlocal started
            started = started or message["type"] == "http.response.start"
            await send(message)

        try:
            await self.app(scope, receive, watch)
        except Exception as error:
            problem = to_problem(error)
            if scope["type"] == "http" and not started:
                await problem.response()(scope, receive, send)
            elif scope["type"] == "http":
                raise


# RFC 9110 renamed these, and Python 3.13 followed: a title must not depend on the version of Python.
RENAMED = {
    413: "Content Too Large",
    414: "URI Too Long",
    416: "Range Not Satisfiable",
    422: "Unprocessable Content",
}


def _phrase(status: int) -> str:
    if status in RENAMED:
        return RENAMED[status]
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return "Error"


def _sentence(status: int) -> str:
    sentences = {
        404: "There is nothing here.",
        405: "This method is not allowed here.",
        413: "The body is too large.",
    }
    return sentences.get(status, f"{_phrase(status)}.")


def _headers(error: HTTPException) -> dict[str, str] | None:
    return dict(error.headers) if error.headers else None


def _parameter_error(item: Any) -> FieldError:
    """One of FastAPI's errors about a parameter of the path or the query."""
    context = item.get("ctx") or {}
    low, high = context.get("ge", context.get("gt")), context.get("le", context.get("lt"))
    expected = context.get("expected") or item["msg"].removeprefix("Input should be ")
    if low is not None or high is not None:
        expected = f"at least {low}" if low is not None else f"at most {high}"
    return FieldError(str(item["loc"][-1]), item.get("input"), str(expected), f"expected {expected}")
