"""Links with which others can watch a session live, without changing it."""

from typing import Annotated

from fastapi import APIRouter, Depends
from starlette.responses import Response

from app.encoding import JSONResponse
from app.routes.shared import Id, RegistryDep, body_of, documented, problems
from app.schemas.requests import Join
from app.schemas.responses import Joined, ShareAnswer
from app.validation import Checker

router = APIRouter(prefix="/api", tags=["sharing"])

JOIN: Checker[Join] = Checker(Join, "the secret of a link")
EXAMPLES = {"the secret of a link": {"secret": "what-follows-watch-in-the-link"}}


@router.post(
    "/sessions/{id}/share", operation_id="share_session", response_model=ShareAnswer, responses=problems(401, 404)
)
async def share_session(id: Id, registry: RegistryDep) -> Response:
    """Makes a secret with which others can look at the session, on the page by a link that ends in `#watch=SECRET`.

    One made before is no longer good, and whoever used it is let out. It is shown this once.
    """
    return JSONResponse({"secret": await registry.share(id)})


@router.delete("/sessions/{id}/share", operation_id="unshare_session", status_code=204, responses=problems(401, 404))
async def unshare_session(id: Id, registry: RegistryDep) -> Response:
    """Takes the link back: whoever used it can no longer look, and their streams are closed."""
    await registry.unshare(id)
    return Response(status_code=204)


@router.post(
    "/shares",
    operation_id="join_session",
    response_model=Joined,
    responses=problems(401, 404, 413, 415, 422),
    openapi_extra=documented("Join", EXAMPLES),
)
async def join_session(registry: RegistryDep, given: Annotated[Join, Depends(body_of(JOIN))]) -> Response:
    """Uses a link: you can look at its session from now on, follow its stream, and fork it into one of your own."""
    return JSONResponse({"session": await registry.join(given.secret)})
