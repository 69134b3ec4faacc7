"""Exports: a session as a file."""

from typing import TYPE_CHECKING, Annotated, Any, Literal

from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import Response

from app.exports import FORMATS
from app.routes.shared import Id, RegistryDep, problems

router = APIRouter(prefix="/api/sessions/{id}", tags=["exports"])

if TYPE_CHECKING:
    FormatName = str
else:
    FormatName = Literal[tuple(FORMATS)]

HELP = "; ".join(f"`{name}`: {entry.help}" for name, entry in FORMATS.items())
CONTENT: dict[str, Any] = {
    entry.media_type: {"schema": {"type": "object" if "json" in entry.media_type else "string"}}
    for entry in FORMATS.values()
}


@router.get(
    "/export",
    operation_id="export_session",
    responses=problems(404, 409, 422) | {200: {"content": CONTENT}},
    response_class=Response,
)
async def export_session(
    id: Id, request: Request, registry: RegistryDep, format: Annotated[FormatName, Query(description=HELP)] = "json"
) -> Response:
    """The session as a file, which checks itself on five points."""
    session, chosen = await registry.session(id), FORMATS[format]
    address = str(request.base_url)
    body = await registry.look(id, lambda session: chosen.write(session.trainer, address))
    name = f"gradlab-{session.trainer.experiment.dataset.name}-epoch{int(session.trainer.epoch)}{chosen.suffix}"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return Response(body, headers=headers, media_type=chosen.media_type)
