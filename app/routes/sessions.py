"""Sessions: make one, look at it, change it, end it."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query
from starlette.requests import Request
from starlette.responses import Response

from app.encoding import JSONResponse
from app.experiments import read_experiment
from app.files.session_file import is_session_file, read
from app.offload import offload
from app.problems import Problem
from app.routes.shared import (
    PATCH_TYPES,
    Id,
    RegistryDep,
    UploadsDep,
    documented,
    in_json,
    json_body,
    patch_body,
    problems,
)
from app.schemas.responses import JournalAnswer, SessionAnswer, SessionList
from app.sessions.session import Session
from engine import resolve

router = APIRouter(prefix="/api/sessions", tags=["sessions"])

EXPERIMENTS = {
    "the default": {},
    "exclusive or": {
        "dataset": {"name": "xor"},
        "layers": [{"units": 8, "activation": "relu", "initializer": "he_normal"}],
        "optimizer": {"name": "adam", "learning_rate": 0.01},
    },
    "own points": {
        "dataset": {"points": [[0, 0], [0, 1], [1, 0], [1, 1]], "targets": [0, 1, 1, 0], "test_fraction": 0}
    },
}
PATCHES = {
    "a smaller learning rate": {"optimizer": {"learning_rate": 0.001}},
    "other data (with ?reset=true)": {"dataset": {"name": "iris"}},
}


@router.post(
    "",
    operation_id="create_session",
    status_code=201,
    response_model=SessionAnswer,
    responses=problems(413, 415, 422, 429),
    openapi_extra=documented("Experiment", EXPERIMENTS, required=False),
)
async def create_session(
    request: Request, registry: RegistryDep, uploads: UploadsDep, body: Annotated[bytes, Depends(json_body)]
) -> Response:
    """Makes a session from an experiment, or from a session file that was exported as `json`.

    Every field of an experiment is optional; the answer holds the complete experiment. A file's run continues where it
    stood.
    """
    if is_session_file(body):
        readiness = registry.readiness
        trainer = await readiness.when_compiled(lambda: offload(read, body, uploads, registry.check))
        await uploads.save()
        id = await registry.create(trainer.experiment, trainer)
    else:
        limit = registry.settings.body_limit_bytes
        if len(body) > limit:
            raise Problem(413, f"The body is larger than {limit} bytes and is not a session file.")
        tables = uploads.tables
        id = await registry.create(await offload(lambda: resolve(read_experiment(body), tables)))
    location = f"{request.scope.get('root_path', '')}/api/sessions/{id}"
    return JSONResponse(await registry.look(id, in_json(Session.describe)), 201, {"Location": location})


@router.get("", operation_id="list_sessions", response_model=SessionList)
async def list_sessions(registry: RegistryDep) -> Response:
    """Your sessions, oldest first."""
    return JSONResponse({"sessions": registry.list()})


@router.get("/{id}", operation_id="get_session", response_model=SessionAnswer, responses=problems(404))
async def get_session(id: Id, registry: RegistryDep) -> Response:
    """The session, with the metrics of its present step."""
    access = registry.right(id)
    return JSONResponse(await registry.look(id, in_json(lambda session: session.describe(access))))


@router.delete("/{id}", operation_id="delete_session", status_code=204, responses=problems(404, 422))
async def delete_session(
    id: Id,
    registry: RegistryDep,
    unless_watched: Annotated[bool, Query(description="Leave it alone if a client listens to its stream.")] = False,
) -> Response:
    """Ends the session."""
    await registry.delete(id, unless_watched)
    return Response(status_code=204)


@router.patch(
    "/{id}",
    operation_id="patch_session",
    response_model=SessionAnswer,
    responses=problems(404, 409, 413, 415, 422),
    openapi_extra=documented("MergePatch", PATCHES, PATCH_TYPES),
)
async def patch_session(
    id: Id,
    registry: RegistryDep,
    body: Annotated[bytes, Depends(patch_body)],
    reset: Annotated[bool, Query(description="Start a new run, which can change anything.")] = False,
    keep: Annotated[
        bool, Query(description="With `reset`: begin with what was learned, if the network has the same shape.")
    ] = False,
    play: Annotated[bool, Query(description="With `reset`: play on if the session plays.")] = False,
) -> Response:
    """Changes the experiment by a JSON merge patch (RFC 7396).

    Lists are replaced whole. What can change during a run does so at the next step and is noted in the journal;
    anything else needs `?reset=true`. The schema says which field is which (`x-live`). Null stays null where the field
    may be null, else it means the default.
    """
    return JSONResponse(await registry.change(id, in_json(lambda session: session.patch(body, reset, keep, play))))


@router.get("/{id}/journal", operation_id="get_journal", response_model=JournalAnswer, responses=problems(404))
async def get_journal(id: Id, registry: RegistryDep) -> Response:
    """Every change made to this run, with its step."""
    return JSONResponse(
        await registry.look(id, in_json(lambda session: {"run": session.run_id, **session.trainer.journal.as_data()}))
    )
