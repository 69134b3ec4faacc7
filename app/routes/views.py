"""Views: what can be seen of a session's training, network and data."""

import csv
import io
import math
from collections.abc import Callable
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Query
from starlette.responses import Response

from app.encoding import JSONResponse
from app.problems import invalid
from app.routes.shared import Epoch, Id, RegistryDep, at, body_of, documented, in_json, problems
from app.schemas.insight import DiagnosisAnswer
from app.schemas.requests import ParameterChanges, Parameters, Plane, Predict
from app.schemas.responses import (
    BoundaryAnswer,
    ChangesAnswer,
    DatasetAnswer,
    History,
    NeuronsAnswer,
    ParametersAnswer,
    Prediction,
)
from app.sessions.session import Session
from app.stream.subscription import plane_of
from app.validation import Checker
from engine import LIMITS, Axes, Domain, FieldError, Model, Trainer
from engine.insight.diagnosis.diagnosis import examine

router = APIRouter(prefix="/api/sessions/{id}", tags=["views"])


def moment(session: Session, model: Model) -> dict[str, Any]:
    """What every answer about a network begins with: which run, and where in it."""
    return {"run": session.run_id, "step": model.step, "epoch": model.epoch}


PARAMETERS: Checker[Parameters] = Checker(Parameters, "parameters")
CHANGES: Checker[ParameterChanges] = Checker(ParameterChanges, "changes of parameters")
LAST_BIAS = {"layer": 2, "unit": 0, "value": 0}
PREDICT: Checker[Predict] = Checker(Predict, "samples")
CSV: dict[str, Any] = {"text/csv": {"schema": {"type": "string"}}}
RESOLUTIONS = {"minimum": 2, "maximum": LIMITS.resolution}  # which the engine checks, in better words
MOST_MAP_VALUES = 2_000_000  # of all units' maps in one answer, about 20 MB
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


@router.get(
    "/metrics",
    operation_id="get_metrics",
    response_model=History,
    responses=problems(404, 422) | {200: {"content": CSV}},
)
async def get_metrics(
    id: Id,
    registry: RegistryDep,
    since: Annotated[int, Query(ge=-1, le=2**53, description="Only rows numbered above this one.")] = -1,
    format: Literal["json", "csv"] = "json",
) -> Response:
    """The history, by column."""

    def columns(session: Session) -> dict[str, Any]:
        history = session.trainer.history
        answer = {"run": session.run_id, "since": since, "last": history.last_seq}
        return answer | {"columns": history.columns(min(since, history.last_seq))}

    if format == "json":
        return JSONResponse(await registry.look(id, in_json(columns)))
    text = await registry.look(id, lambda session: to_csv(columns(session)["columns"]))
    return Response(text, headers={"Content-Disposition": 'attachment; filename="metrics.csv"'}, media_type="text/csv")


def to_csv(columns: dict[str, list[Any]]) -> str:
    """Columns as CSV (RFC 4180); one with a number for each layer becomes several, `gradient_norm_1` and so on."""
    flat: dict[str, list[Any]] = {}
    for name, values in columns.items():
        if values and isinstance(values[0], list):
            for index in range(len(values[0])):
                flat[f"{name}_{index + 1}"] = [row[index] for row in values]
        else:
            flat[name] = values
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow([harmless(name) for name in flat])
    for row in zip(*flat.values(), strict=True):
        writer.writerow([harmless(cell) for cell in row])
    return text.getvalue()


def harmless(cell: Any) -> Any:
    """A cell that no spreadsheet takes for a formula; numbers that are not finite are left empty."""
    if isinstance(cell, str) and cell.startswith(FORMULA_STARTS):
        return "'" + cell
    if isinstance(cell, float):
        return cell if abs(cell) < float("inf") else None  # also false for NaN
    return cell


def plane(
    axes: Annotated[
        str | None, Query(max_length=20, description="Two columns such as `0,2`, or `principal`.", examples=["0,2"])
    ] = None,
    domain: Annotated[
        str | None, Query(max_length=200, description="From, to across and from, to upwards.", examples=["-6,6,-6,6"])
    ] = None,
) -> tuple[Axes | None, Domain | None]:
    """Which plane a picture shows, and which part of it; the two columns that tell most, where the points are."""
    wish: dict[str, Any] = {"axes": axes}
    if axes not in (None, "principal"):
        wish["axes"] = _numbers("axes", axes, int, 2)
    if domain is not None:
        wish["domain"] = _numbers("domain", domain, float, 4)
    return plane_of(Plane.model_construct(**wish))


def _numbers(field: str, text: str | None, kind: Callable[[str], Any], count: int) -> list[Any]:
    """So many numbers with commas between them. Raises Problem."""
    try:
        numbers = [kind(part) for part in str(text).split(",")]
    except ValueError:
        numbers = []
    if len(numbers) != count:
        raise invalid(
            [FieldError(field, text, f"{count} numbers", f"{field} must be {count} numbers separated by commas")]
        )
    return numbers


PlaneDep = Annotated[tuple[Axes | None, Domain | None], Depends(plane)]
Resolution = Annotated[int, Query(json_schema_extra=RESOLUTIONS, description="Points each way.")]


@router.get("/boundary", operation_id="get_boundary", response_model=BoundaryAnswer, responses=problems(404, 422))
async def get_boundary(
    id: Id, registry: RegistryDep, shown: PlaneDep, resolution: Resolution = 100, epoch: Epoch = None
) -> Response:
    """The network's output over the plane."""

    def draw(session: Session, model: Model) -> dict[str, Any]:
        picture = model.boundary(resolution, *shown)
        values = picture.values[0] if len(picture.values) == 1 else picture.values
        return moment(session, model) | {
            "width": picture.width,
            "height": picture.height,
            "domain": list(picture.domain),
            "values": values,
        }

    return JSONResponse(await registry.look(id, in_json(at(epoch, draw))))


@router.get("/neurons", operation_id="get_neurons", response_model=NeuronsAnswer, responses=problems(404, 422))
async def get_neurons(
    id: Id, registry: RegistryDep, shown: PlaneDep, resolution: Resolution = 20, epoch: Epoch = None
) -> Response:
    """What every unit gives over the plane."""

    def draw(session: Session, model: Model) -> dict[str, Any]:
        finest = min(LIMITS.resolution, math.isqrt(MOST_MAP_VALUES // session.units))
        if resolution > finest:
            message = f"{resolution} points each way are too many for a network with {session.units} units"
            raise invalid([FieldError("resolution", resolution, f"2 to {finest}", message)])
        layers = [
            {"name": model.layer_name(index), "units": maps}
            for index, maps in enumerate(model.neurons(resolution, *shown))
        ]
        axes, domain = shown
        size = {"width": resolution, "height": resolution, "domain": domain or model.data.domain_of(axes)}
        return moment(session, model) | size | {"layers": layers}

    return JSONResponse(await registry.look(id, in_json(at(epoch, draw))))


@router.get("/parameters", operation_id="get_parameters", response_model=ParametersAnswer, responses=problems(404, 422))
async def get_parameters(id: Id, registry: RegistryDep, epoch: Epoch = None) -> Response:
    """Weights and biases, exact."""
    return JSONResponse(await registry.look(id, in_json(at(epoch, Session.parameters))))


@router.put(
    "/parameters",
    operation_id="put_parameters",
    response_model=ParametersAnswer,
    responses=problems(404, 409, 413, 415, 422),
    openapi_extra=documented("Parameters", {"a single unit": {"layers": [{"weights": [[1], [-1]], "biases": [0]}]}}),
)
async def put_parameters(
    id: Id, registry: RegistryDep, given: Annotated[Parameters, Depends(body_of(PARAMETERS))]
) -> Response:
    """Puts in other weights and biases, at the next step. Takes what GET answers, and answers the same."""

    def change(session: Session) -> Any:
        return session.set_parameters([layer.model_dump(exclude_none=True) for layer in given.layers])

    return JSONResponse(await registry.change(id, in_json(change)))


@router.patch(
    "/parameters",
    operation_id="patch_parameters",
    response_model=ChangesAnswer,
    responses=problems(404, 409, 413, 415, 422),
    openapi_extra=documented(
        "ParameterChanges",
        {"a weight and a bias": {"changes": [{"layer": 0, "input": 1, "unit": 2, "value": 0.5}, LAST_BIAS]}},
    ),
)
async def patch_parameters(
    id: Id, registry: RegistryDep, given: Annotated[ParameterChanges, Depends(body_of(CHANGES))]
) -> Response:
    """Changes single weights and biases at the next step, and answers with what they were before."""
    return JSONResponse(await registry.change(id, in_json(lambda session: session.change_parameters(given.changes))))


@router.post(
    "/predict",
    operation_id="predict",
    response_model=Prediction,
    responses=problems(404, 413, 415, 422),
    openapi_extra=documented("Predict", {"two samples": {"x": [[1.0, 2.0], [-1.0, 2.0]]}}),
)
async def predict(
    id: Id, registry: RegistryDep, given: Annotated[Predict, Depends(body_of(PREDICT))], epoch: Epoch = None
) -> Response:
    """What the network says of rows, given as the table has them; `fields` of the data set says in which order.

    With `explain`, also by how much each field moves each answer, compared with the field's typical value.
    """

    def answer(_: Session, trainer: Trainer) -> dict[str, Any]:
        moves = trainer.moved(given.x) if given.explain else []
        outputs, labels = trainer.predict(given.x)
        told = [[{"field": name, "change": change} for name, change in row] for row in moves]
        return {"outputs": outputs.astype(float), "labels": labels} | ({"moved": told} if given.explain else {})

    return JSONResponse(await registry.look(id, in_json(at(epoch, answer))))


@router.get("/dataset", operation_id="get_dataset", response_model=DatasetAnswer, responses=problems(404))
async def get_dataset(id: Id, registry: RegistryDep) -> Response:
    """The points that it learns from and is tested on."""
    return JSONResponse(await registry.look(id, in_json(lambda session: session.trainer.data.as_data())))


@router.get("/diagnosis", operation_id="diagnose", response_model=DiagnosisAnswer, responses=problems(404, 422))
async def get_diagnosis(id: Id, registry: RegistryDep, epoch: Epoch = None) -> Response:
    """What is wrong with the run so far, by which numbers it shows, the likely cause, and patches that help."""

    def answer(session: Session, trainer: Trainer) -> dict[str, Any]:
        found = examine(trainer)
        return moment(session, trainer) | {"healthy": not found.findings} | vars(found)

    return JSONResponse(await registry.look(id, in_json(at(epoch, answer))))
