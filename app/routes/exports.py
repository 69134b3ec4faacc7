"""Exports: a session as a file."""

from typing import Literal

from fastapi import APIRouter
from starlette.responses import Response

from app import session_file
from app.routes.shared import Id, RegistryDep, problems

router = APIRouter(prefix="/api/sessions/{id}", tags=["exports"])


@router.get(
    "/export",
    operation_id="export_session",
    responses=problems(404, 409, 422) | {200: {"content": {"application/json": {"schema": {"type": "object"}}}}},
    response_class=Response,
)
async def export_session(id: Id, registry: RegistryDep, format: Literal["json"] = "json") -> Response:
    """The session as a file. `json` carries all of the run: POST /api/sessions takes it up again."""
    registry.session(id)
    body = await registry.render(id, lambda session: session_file.write(session.trainer))
    return Response(
        body,
        headers={"Content-Disposition": 'attachment; filename="gradlab-session.json"'},
        media_type="application/json",
    )
