"""What routes share: where the registry is found, how bodies are read, how errors are documented."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from concurrent.futures import Future
from typing import Annotated, Any, TypeVar

from fastapi import Depends, Path, Query
from starlette.requests import HTTPConnection, Request
from starlette.responses import Response

from app.encoding import JSONResponse, to_json
from app.identity import actor_of
from app.offload import read_body
from app.problems import MEDIA_TYPE, Problem
from app.sessions.access import Access, OwnUploads
from app.sessions.jobs import then
from app.sessions.session import Session
from app.validation import Checker
from engine import Trainer

T = TypeVar("T")

JSON_TYPES = {"application/json"}
PATCH_TYPES = JSON_TYPES | {"application/merge-patch+json"}
MEANINGS = {
    401: "This server does not know who you are.",
    404: "There is nothing of that id.",
    409: "Not possible in the current state; `detail` says why.",
    413: "The body is too large.",
    415: "The body is not of the type that is expected.",
    422: "Something in the request is not allowed; `errors` names each field.",
    429: "There are too many already.",
    503: "The server is stopping.",
}


def _access(connection: HTTPConnection) -> Access:
    return Access(connection.app.state.registry, actor_of(connection))


def _uploads(connection: HTTPConnection) -> OwnUploads:
    return OwnUploads(connection.app.state.uploads, actor_of(connection))


RegistryDep = Annotated[Access, Depends(_access)]
UploadsDep = Annotated[OwnUploads, Depends(_uploads)]
Id = Annotated[str, Path(description="The session's id.", examples=["0123456789abcdef0123456789abcdef"])]
Epoch = Annotated[
    int | None, Query(description="A whole epoch that the run has passed; the present moment if it is left out.")
]


def at(epoch: int | None, job: Callable[[Session, Trainer], Any]) -> Callable[[Session], Any]:
    """A job that looks at the network now, or as it was at an earlier epoch."""
    return lambda session: session.at(epoch, lambda trainer: job(session, trainer))


def in_json(job: Callable[[Session], Any]) -> Callable[[Session], bytes | Future[bytes]]:
    """A job whose result is written as JSON where it is made: on a worker."""

    def write(session: Session) -> bytes | Future[bytes]:
        result = job(session)
        return then(result, to_json) if isinstance(result, Future) else to_json(result)

    return write


async def json_body(request: Request) -> bytes:
    """The body, which must be declared as JSON unless it is empty. Raises Problem 415."""
    return await _body(request, JSON_TYPES)


async def patch_body(request: Request) -> bytes:
    """The body of a merge patch."""
    return await _body(request, PATCH_TYPES)


async def _body(request: Request, types: set[str]) -> bytes:
    body = await request.body()
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind not in types and (body or kind):
        raise Problem(
            415,
            f"Send JSON, with Content-Type: {' or '.join(sorted(types))}.",
            headers={"Accept": ", ".join(sorted(types))},
        )
    return body


def body_of(checker: Checker[T]) -> Callable[[Request], Awaitable[T]]:
    """A dependency that reads a JSON body."""

    async def read(request: Request) -> T:
        return await read_body(checker.read, await json_body(request))

    return read


def documented(schema: str, examples: dict[str, Any], types: set[str] = JSON_TYPES, required: bool = True) -> Any:
    """The documentation of a body that we read ourselves; `schema` is the name of a component."""
    content = {
        "schema": {"$ref": f"#/components/schemas/{schema}"},
        "examples": {name: {"value": value} for name, value in examples.items()},
    }
    return {"requestBody": {"required": required, "content": {kind: content for kind in sorted(types)}}}


def problems(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """The documentation of errors."""
    content = {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/ProblemDocument"}}}
    return {status: {"description": MEANINGS[status], "content": content} for status in statuses}


async def unless_gone(request: Request, work: Coroutine[Any, Any, Any]) -> Response:
    """What `work` gives; it is given up when the client goes away."""
    task = asyncio.ensure_future(work)
    gone = asyncio.ensure_future(_disconnected(request))
    try:
        await asyncio.wait({task, gone}, return_when=asyncio.FIRST_COMPLETED)
        if not task.done():
            return Response(status_code=499)  # the client has gone
        return JSONResponse(task.result())
    finally:
        task.cancel()
        gone.cancel()


async def _disconnected(request: Request) -> None:
    while (await request.receive())["type"] != "http.disconnect":
        pass
