"""The API's description (OpenAPI 3.1), completed with the bodies that we read ourselves and the stream's messages."""

from functools import cache
from typing import Any

from fastapi.openapi.utils import get_openapi
from pydantic import TypeAdapter

from app import __version__
from app.experiments import EXPERIMENT
from app.routes import ROUTERS
from app.schemas.requests import (
    Ablation,
    Command,
    Fork,
    Import,
    Join,
    ParameterChanges,
    Parameters,
    Predict,
    Prune,
    Subscribe,
    Train,
)
from app.schemas.responses import ProblemDocument
from app.schemas.stream import CommandMessage, PatchMessage, ServerMessage
from app.validation import schemas_of

DESCRIPTION = """\
Train small neural networks and look inside. Errors are problem documents (RFC 9457) that name each wrong field, what
was given and what is allowed. Numbers that are not finite are null. The websocket at `/api/sessions/{id}/stream` sends
what happens while it happens: each is a `ServerMessage`. A client sends `Subscribe`,
`PatchMessage` or `CommandMessage`. `/asyncapi.json` describes it.
"""
SCHEMAS: dict[str, TypeAdapter[Any]] = {
    "Experiment": EXPERIMENT.adapter,
    "Command": TypeAdapter(Command),
    "Fork": TypeAdapter(Fork),
    "Train": TypeAdapter(Train),
    "Parameters": TypeAdapter(Parameters),
    "ParameterChanges": TypeAdapter(ParameterChanges),
    "Predict": TypeAdapter(Predict),
    "Ablation": TypeAdapter(Ablation),
    "Prune": TypeAdapter(Prune),
    "Import": TypeAdapter(Import),
    "Join": TypeAdapter(Join),
    "ProblemDocument": TypeAdapter(ProblemDocument),
    "ServerMessage": TypeAdapter(ServerMessage),
    "Subscribe": TypeAdapter(Subscribe),
    "PatchMessage": TypeAdapter(PatchMessage),
    "CommandMessage": TypeAdapter(CommandMessage),
}
MERGE_PATCH = {
    "type": "object",
    "description": "A part of an experiment: what is to change.",
    "additionalProperties": True,
}


@cache
def describe_api() -> dict[str, Any]:
    """The document at /openapi.json. It is shared: a change of it affects every caller."""
    routes = [route for router in ROUTERS for route in router.routes]
    document = get_openapi(title="gradlab", version=__version__, description=DESCRIPTION, routes=routes)
    schemas = document.setdefault("components", {}).setdefault("schemas", {})
    schemas |= schemas_of(SCHEMAS)
    schemas["MergePatch"] = MERGE_PATCH
    for unused in ("HTTPValidationError", "ValidationError"):  # FastAPI's own errors, which we never send
        schemas.pop(unused, None)
    _drop_own_errors(document)
    return document


def _drop_own_errors(document: dict[str, Any]) -> None:
    """FastAPI documents a 422 of its own wherever there is a parameter; we document ours."""
    for operations in document["paths"].values():
        for operation in operations.values():
            content = operation["responses"].get("422", {}).get("content", {})
            if "HTTPValidationError" in str(content.get("application/json", {})):
                del operation["responses"]["422"]
