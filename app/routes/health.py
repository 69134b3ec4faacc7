"""Health: whether the server lives, whether it can train, and figures for Prometheus."""

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from app import __version__
from app.encoding import JSONResponse
from app.metrics import MEDIA_TYPE
from app.schemas.responses import Alive, Ready, Waiting

router = APIRouter(tags=["health"])


@router.get("/healthz", operation_id="get_health", response_model=Alive)
async def get_health() -> Response:
    """That the server runs, and which version."""
    return JSONResponse({"status": "ok", "version": __version__})


@router.get(
    "/readyz",
    operation_id="get_readiness",
    response_model=Ready,
    responses={503: {"model": Waiting, "description": "Not yet; sessions can be made meanwhile and wait."}},
)
async def get_readiness(request: Request) -> Response:
    """Whether the server can train, or what it waits for."""
    waiting_for = request.app.state.readiness.waiting_for
    if waiting_for:
        return JSONResponse({"waiting_for": waiting_for}, 503, {"Retry-After": "1"})
    return JSONResponse({"ready": True})


@router.get(
    "/metrics",
    operation_id="get_server_metrics",
    response_class=PlainTextResponse,
    responses={200: {"content": {"text/plain": {"schema": {"type": "string"}}}}},
)
async def get_server_metrics(request: Request) -> Response:
    """Figures about the server, for Prometheus. Nothing about single sessions."""
    return Response(request.app.state.metrics.text(), media_type=MEDIA_TYPE)
