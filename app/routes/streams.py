"""The stream's address."""

from fastapi import APIRouter
from starlette.websockets import WebSocket

from app.routes.shared import Id, RegistryDep
from app.stream.connection import stream

router = APIRouter(prefix="/api/sessions/{id}")


@router.websocket("/stream")
async def watch_session(websocket: WebSocket, id: Id, registry: RegistryDep) -> None:
    """A session, live; see `stream`."""
    await stream(websocket, id, registry)
