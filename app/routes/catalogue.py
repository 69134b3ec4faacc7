"""What can be chosen: the catalogue of everything, and the schema of an experiment."""

from typing import Any

from fastapi import APIRouter
from starlette.responses import Response

from app import __version__
from app.encoding import JSONResponse, to_json
from app.experiments import EXPERIMENT
from engine import catalogue

router = APIRouter(prefix="/api", tags=["catalogue"])


@router.get("/catalogue", operation_id="get_catalogue", response_model=dict[str, Any])
def get_catalogue() -> Response:
    """Everything that can be chosen, as data: activations, losses, optimizers, data sets, with their bounds."""
    return JSONResponse(to_json({"version": __version__} | catalogue()))


@router.get("/schema", operation_id="get_schema", response_model=dict[str, Any])
def get_schema() -> Response:
    """The JSON Schema of an experiment."""
    return JSONResponse(to_json(EXPERIMENT.schema))
