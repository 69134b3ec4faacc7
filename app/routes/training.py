"""Training: commands, and orders to train that are answered when they are done."""

from typing import Annotated

from fastapi import APIRouter, Depends
from starlette.requests import Request
from starlette.responses import Response

from app.routes.shared import Id, RegistryDep, body_of, documented, in_json, problems, unless_gone
from app.schemas.requests import Command, Train
from app.schemas.responses import SessionAnswer
from app.validation import Checker

router = APIRouter(prefix="/api/sessions/{id}", tags=["training"])

COMMAND: Checker[Command] = Checker(Command, "a command")
TRAIN: Checker[Train] = Checker(Train, "epochs or seconds")
COMMANDS = {
    "play": {"command": "play", "rate": 30, "until": {"epochs": 500}},
    "play flat out to a target": {
        "command": "play",
        "rate": None,
        "until": {"metric": "test_accuracy", "target": 0.95},
    },
    "pause": {"command": "pause"},
    "reset": {"command": "reset", "seed": "new"},
    "step": {"command": "step", "unit": "batch", "count": 1},
}


@router.post(
    "/commands",
    operation_id="send_command",
    response_model=SessionAnswer,
    responses=problems(404, 409, 413, 415, 422),
    openapi_extra=documented("Command", COMMANDS),
)
async def send_command(
    id: Id, request: Request, registry: RegistryDep, command: Annotated[Command, Depends(body_of(COMMAND))]
) -> Response:
    """Plays, pauses, resets or steps; answers with the session."""
    return await unless_gone(request, registry.change(id, in_json(lambda session: session.execute(command))))


@router.post(
    "/train",
    operation_id="train",
    response_model=SessionAnswer,
    responses=problems(404, 409, 413, 415, 422),
    openapi_extra=documented("Train", {"epochs": {"epochs": 100}, "seconds": {"seconds": 2}}),
)
async def train(
    id: Id, request: Request, registry: RegistryDep, order: Annotated[Train, Depends(body_of(TRAIN))]
) -> Response:
    """Trains at full speed and answers with the session when it is done.

    It ends early if the network diverges, if the session is paused or reset, or if the client disconnects.
    """
    return await unless_gone(request, registry.change(id, in_json(lambda session: session.train(order))))
