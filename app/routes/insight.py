"""Insight: traces, distributions, evaluation, and what parts of a network are worth."""

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Query
from starlette.responses import Response

from app.encoding import JSONResponse, to_json
from app.experiments import read_experiment
from app.limits import check_size
from app.offload import offload
from app.problems import invalid
from app.routes.shared import (
    Epoch,
    Id,
    RegistryDep,
    UploadsDep,
    at,
    body_of,
    documented,
    in_json,
    json_body,
    problems,
)
from app.routes.views import moment
from app.schemas.insight import (
    AblationAnswer,
    CourseAnswer,
    DistributionsAnswer,
    EvaluationAnswer,
    RankingAnswer,
    SpreadAnswer,
    TraceAnswer,
    UnitsAnswer,
)
from app.schemas.requests import Ablation
from app.sessions.session import Session
from app.validation import Checker
from engine import LIMITS, FieldError, Model, Trainer, resolve
from engine.insight import ablation, distributions, evaluation, trace
from engine.training.time_travel import Course

router = APIRouter(tags=["insight"])

SESSION = "/api/sessions/{id}"
ABLATION: Checker[Ablation] = Checker(Ablation, "parts to switch off")
ABLATIONS = {
    "a unit and a connection": {"off": [{"layer": 0, "unit": 2}, {"layer": 1, "unit": 0, "input": 3}]},
    "a feature": {"off": [{"input": 1}], "part": "train"},
}
Bins = Annotated[int, Query(ge=2, le=LIMITS.bins, description="Bins of a histogram.")]
PartName = Annotated[
    Literal["train", "validation", "test"] | None,
    Query(description="A part of the data; the test part, or the training part where there is none, if left out."),
]


def part_of(model: Model, part: str | None) -> str:
    """The part that is meant. Raises Problem for one without samples."""
    measured = model.data.measured
    chosen = part or ("test" if "test" in measured else "train")
    if chosen not in measured:
        known = ", ".join(measured)
        raise invalid([FieldError("part", chosen, known, f"this data has no {chosen} part; it has {known}")])
    return chosen


@router.get(f"{SESSION}/trace", operation_id="get_trace", response_model=TraceAnswer, responses=problems(404, 422))
async def get_trace(
    id: Id,
    registry: RegistryDep,
    sample: Annotated[int, Query(description="Its number in its part, from 0.")] = 0,
    part: Literal["train", "validation", "test"] = "train",
    mode: Annotated[
        Literal["training", "evaluation"] | None,
        Query(description="With noise and dropout or without; without, if a layer is normalized, unless told."),
    ] = None,
    epoch: Epoch = None,
) -> Response:
    """One sample forward, its error back, the update, and the sample once more: every number and its formula."""

    def look(session: Session, trainer: Trainer) -> dict[str, Any]:
        return moment(session, trainer) | vars(trace.trace(trainer, sample, part, mode))

    return JSONResponse(await registry.look(id, in_json(at(epoch, look))))


@router.get(
    f"{SESSION}/distributions",
    operation_id="get_distributions",
    response_model=DistributionsAnswer,
    responses=problems(404, 422),
)
async def get_distributions(id: Id, registry: RegistryDep, bins: Bins = 40, epoch: Epoch = None) -> Response:
    """Histograms of each layer's weights, pre-activations, activations, gradients and errors."""

    def look(session: Session, model: Model) -> dict[str, Any]:
        return moment(session, model) | model.coverage("train") | {"layers": distributions.distributions(model, bins)}

    return JSONResponse(await registry.look(id, in_json(at(epoch, look))))


@router.get(
    f"{SESSION}/distributions/course",
    operation_id="get_distributions_course",
    response_model=CourseAnswer,
    responses=problems(404, 422),
)
async def get_course(
    id: Id,
    registry: RegistryDep,
    moments: Annotated[int, Query(ge=2, le=LIMITS.moments, description="At most so many epochs.")] = 20,
    bins: Bins = 40,
) -> Response:
    """The distributions along the run, at evenly chosen epochs; of a long run, among those with checkpoints."""

    def begin(session: Session) -> Any:
        def finish(course: Course[distributions.MomentDistributions]) -> dict[str, Any]:
            return moment(session, session.trainer) | {"moments": course.result}

        return session.run_in_background(lambda: distributions.along(session.trainer, moments, bins), finish)

    return JSONResponse(await registry.look(id, in_json(begin)))


@router.get(
    f"{SESSION}/distributions/layers/{{layer}}",
    operation_id="get_unit_distributions",
    response_model=UnitsAnswer,
    responses=problems(404, 422),
)
async def get_unit_distributions(
    id: Id, layer: int, registry: RegistryDep, bins: Bins = 40, epoch: Epoch = None
) -> Response:
    """Histograms of what each unit's activation gets, to be drawn on its curve. The output layer comes last."""

    def look(session: Session, model: Model) -> dict[str, Any]:
        last = len(model.network.layers) - 1
        if not 0 <= layer <= last:
            raise invalid([FieldError("layer", layer, f"0 to {last}", f"this network has layers 0 to {last}")])
        units = distributions.unit_distributions(model, layer, bins)
        told = {"name": model.layer_name(layer), "units": units}
        return moment(session, model) | model.coverage("train") | told

    return JSONResponse(await registry.look(id, in_json(at(epoch, look))))


@router.get(
    f"{SESSION}/evaluation",
    operation_id="get_evaluation",
    response_model=EvaluationAnswer,
    responses=problems(404, 422),
)
async def get_evaluation(id: Id, registry: RegistryDep, epoch: Epoch = None) -> Response:
    """Confusion, precision, recall, F1, ROC and calibration, or residuals, for each part of the data."""

    def look(session: Session, model: Model) -> dict[str, Any]:
        parts = {part: evaluation.evaluation(model, part) for part in model.data.measured}
        return moment(session, model) | {"classes": model.data.classes, "parts": parts}

    return JSONResponse(await registry.look(id, in_json(at(epoch, look))))


@router.post(
    f"{SESSION}/ablation",
    operation_id="ablate",
    response_model=AblationAnswer,
    responses=problems(404, 413, 415, 422),
    openapi_extra=documented("Ablation", ABLATIONS),
)
async def ablate(
    id: Id, registry: RegistryDep, given: Annotated[Ablation, Depends(body_of(ABLATION))], epoch: Epoch = None
) -> Response:
    """What it costs to switch something off. The network stays as it is."""
    off = [ablation.Part(part.layer, part.unit, part.input) for part in given.off]

    def look(session: Session, model: Model) -> dict[str, Any]:
        return moment(session, model) | vars(ablation.cost(model, off, part_of(model, given.part)))

    return JSONResponse(await registry.look(id, in_json(at(epoch, look))))


@router.get(
    f"{SESSION}/ablation", operation_id="get_ablation", response_model=RankingAnswer, responses=problems(404, 422)
)
async def get_ablation(
    id: Id,
    registry: RegistryDep,
    part: PartName = None,
    connections: Annotated[bool, Query(description="Connections too, if there are at most 2,000.")] = False,
) -> Response:
    """What each feature, unit and layer is worth: what it costs to switch it off, the costliest first."""

    def begin(session: Session) -> Any:
        of = part_of(session.trainer, part)
        return session.run_in_background(
            lambda: ablation.Ranking(session.trainer, of, connections),
            lambda ranking: moment(session, ranking.model) | vars(ranking.result),
        )

    return JSONResponse(await registry.look(id, in_json(begin)))


@router.post(
    "/api/spread",
    operation_id="get_spread",
    response_model=SpreadAnswer,
    responses=problems(413, 415, 422),
    openapi_extra=documented(
        "Experiment",
        {"ten layers of tanh": {"layers": [{"units": 32, "initializer": "random_normal"}] * 10}},
        required=False,
    ),
)
async def get_spread(
    registry: RegistryDep, uploads: UploadsDep, body: Annotated[bytes, Depends(json_body)]
) -> Response:
    """How activations and errors spread from layer to layer before an experiment's network has begun to learn."""
    tables = uploads.tables
    experiment = await offload(lambda: resolve(read_experiment(body), tables))
    check_size(experiment, registry.settings.caps)
    await registry.readiness.compiled(experiment)
    return JSONResponse(await offload(lambda: to_json({"layers": distributions.spread(Trainer(experiment))})))
