"""Time travel: how far back a run can be looked at, and forks from its past.

Most views take an `epoch` themselves.
"""

from typing import Annotated, Any

from fastapi import APIRouter, Depends
from starlette.requests import Request
from starlette.responses import Response

from app.encoding import JSONResponse
from app.routes.shared import Id, RegistryDep, body_of, documented, in_json, problems
from app.routes.views import moment
from app.schemas.requests import Fork
from app.schemas.responses import SessionAnswer, TimelineAnswer
from app.sessions.session import Session
from app.validation import Checker, unparse

router = APIRouter(prefix="/api/sessions/{id}", tags=["time travel"])

FORK: Checker[Fork] = Checker(Fork, "a fork")
FORKS = {
    "a new session": {"epoch": 40, "patch": {"optimizer": {"learning_rate": 0.001}}},
    "back in the same session": {"epoch": 40, "into": "same"},
}


@router.get("/history", operation_id="get_history", response_model=TimelineAnswer, responses=problems(404))
async def get_history(id: Id, registry: RegistryDep) -> Response:
    """The epochs that can be visited, and the changes made on the way."""

    def tell(session: Session) -> dict[str, Any]:
        trainer = session.trainer
        changes = [entry.as_data() | {"what": {}} for entry in trainer.journal.entries]
        kept = trainer.timeline.as_data()
        return moment(session, trainer) | {"last": int(trainer.epoch), **kept, "changes": changes}

    return JSONResponse(await registry.look(id, in_json(tell)))


@router.post(
    "/fork",
    operation_id="fork_session",
    status_code=201,
    response_model=SessionAnswer,
    responses=problems(404, 409, 413, 415, 422, 429) | {200: {"description": "The same session, with a new run."}},
    openapi_extra=documented("Fork", FORKS),
)
async def fork_session(
    id: Id, request: Request, registry: RegistryDep, given: Annotated[Fork, Depends(body_of(FORK))]
) -> Response:
    """Continues from an earlier epoch, in a new session or in this one; without a patch, exactly as this run did.

    The new run has the past of this one: its history, its journal, and every epoch can be visited. A patch may change
    what can change without a reset.
    """
    patch = None if given.patch is None else unparse(given.patch)
    trainer = await registry.look(id, lambda session: session.fork(given.epoch, patch))
    if given.into == "same":
        return JSONResponse(await registry.change(id, in_json(lambda session: session.take_up(trainer))))
    new = await registry.create(trainer.experiment, trainer)
    location = f"{request.scope.get('root_path', '')}/api/sessions/{new}"
    return JSONResponse(await registry.look(new, in_json(Session.describe)), 201, {"Location": location})
