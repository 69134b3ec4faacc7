"""Health: whether the server lives, whether it can train, and figures for Prometheus."""

from collections import Counter

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from app import __version__
from app.encoding import JSONResponse
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
    registry = request.app.state.registry
    lines = registry.list()
    states = Counter(line["state"] for line in lines)
    figures = [
        ("gradlab_sessions_created_total", "counter", "Sessions made since the start.", registry.created),
        ("gradlab_watchers", "gauge", "Open streams.", sum(line["watchers"] for line in lines)),
        ("gradlab_steps_per_second", "gauge", "Training steps per second, all sessions.", _speed(lines)),
    ]
    text = [
        "# HELP gradlab_sessions Sessions by state.",
        "# TYPE gradlab_sessions gauge",
        *(f'gradlab_sessions{{state="{state}"}} {count}' for state, count in sorted(states.items())),
    ]
    for name, kind, help, value in figures:
        text += [f"# HELP {name} {help}", f"# TYPE {name} {kind}", f"{name} {value}"]
    return Response("\n".join(text) + "\n", media_type="text/plain; version=0.0.4; charset=utf-8")


def _speed(lines: list[dict[str, float]]) -> float:
    return sum(line["steps_per_second"] for line in lines)
