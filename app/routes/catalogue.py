"""What can be chosen: the catalogue of everything, and the schema of an experiment."""

from typing import Any

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from app import __version__
from app.encoding import JSONResponse, to_json
from app.experiments import EXPERIMENT
from app.schemas.catalogue import CatalogueAnswer
from engine import catalogue_data

router = APIRouter(prefix="/api", tags=["catalogue"])


@router.get("/catalogue", operation_id="get_catalogue", response_model=CatalogueAnswer)
def get_catalogue(request: Request) -> Response:
    """Everything that can be chosen, as data: activations, losses, optimizers, data sets, with their bounds."""
    data = catalogue_data()
    limits = data["limits"] | {"upload_bytes": request.app.state.registry.settings.upload_limit_bytes}
    return JSONResponse(to_json({"version": __version__} | data | {"limits": limits}))


@router.get("/schema", operation_id="get_schema", response_model=dict[str, Any])
def get_schema() -> Response:
    """The JSON Schema of an experiment."""
    return JSONResponse(to_json(EXPERIMENT.schema))
