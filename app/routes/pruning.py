"""Pruning: what a network can do without is taken away, and can be brought back."""

import time
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Query
from starlette.requests import Request
from starlette.responses import Response

from app.encoding import JSONResponse
from app.routes.shared import Id, RegistryDep, body_of, documented, in_json, problems, unless_gone
from app.routes.views import moment
from app.schemas.insight import PruneAnswer, TradeoffAnswer
from app.schemas.requests import CriterionName, Prune
from app.schemas.responses import SessionAnswer
from app.sessions.session import Session
from app.validation import Checker
from engine import Model, Trainer
from engine.data.dataset import Samples
from engine.insight.pruning.criteria import CRITERIA
from engine.insight.pruning.pruning import Amount, PrunedSize, Pruning, Stop, Tradeoff

router = APIRouter(prefix="/api/sessions/{id}/prune", tags=["pruning"])

PRUNE: Checker[Prune] = Checker(Prune, "what to prune")
PRUNINGS = {
    "half of the weights": {"criterion": "magnitude", "fraction": 0.5},
    "units, in steps": {
        "criterion": "redundancy",
        "fraction": 0.6,
        "steps": 4,
        "fine_tune_epochs": 20,
        "stop": {"metric": "test_accuracy", "drop": 0.02},
    },
}
TIMINGS = 7


@router.post(
    "",
    operation_id="prune_session",
    response_model=PruneAnswer,
    responses=problems(404, 409, 413, 415, 422),
    openapi_extra=documented("Prune", PRUNINGS),
)
async def prune(
    id: Id, request: Request, registry: RegistryDep, given: Annotated[Prune, Depends(body_of(PRUNE))]
) -> Response:
    """Prunes weights, which stay 0 from then on, or neurons, which are removed. Training stops; the run is a new one.

    Neurons leave a smaller network, whose run restarts with the weights that are left.
    """
    amount = Amount(given.fraction, given.threshold, given.scope)
    stop = Stop(given.stop.metric, given.stop.drop) if given.stop else None

    def begin(trainer: Trainer) -> Pruning:
        return Pruning(trainer, CRITERIA[given.criterion], amount, given.steps, given.fine_tune_epochs, stop)

    def told(session: Session, pruning: Pruning) -> dict[str, Any]:
        report = {
            "samples": counted(pruning.samples),
            "before": timed(pruning.before, pruning.run),
            "after": timed(pruning.report(), pruning.trainer),
            "steps": pruning.steps,
            "stopped": pruning.stopped,
        }
        return {"report": report, "session": session.describe()}

    def preview(session: Session) -> Any:
        return session.run_in_background(lambda: begin(session.trainer), lambda pruning: told(session, pruning))

    def do(session: Session) -> Any:
        return session.prune(begin, lambda pruning: told(session, pruning))

    work = registry.look(id, in_json(preview)) if given.preview else registry.change(id, in_json(do))
    return await unless_gone(request, work)


def timed(size: PrunedSize, model: Model) -> dict[str, Any]:
    """A network's size, and how long it takes."""
    return vars(size) | {"inference_us": inference_us(model)}


def counted(samples: dict[str, Samples]) -> dict[str, int]:
    """How many there are of each part."""
    return {part: x.shape[1] for part, (x, _, _) in samples.items()}


def inference_us(model: Model) -> float:
    """The time for one sample of the training part, all of which go through the network: the median of some rounds."""
    samples = model.coverage("train")["samples"]
    times: list[float] = []
    for _ in range(TIMINGS):
        before = time.perf_counter()
        model.evaluate("train")
        times.append(time.perf_counter() - before)
    return sorted(times)[TIMINGS // 2] / int(samples) * 1e6


@router.delete("", operation_id="undo_prune", response_model=SessionAnswer, responses=problems(404, 409))
async def undo(id: Id, registry: RegistryDep) -> Response:
    """Brings back the network as it was before it was pruned last, up to five times."""
    return JSONResponse(await registry.change(id, in_json(Session.undo_prune)))


@router.get("/tradeoff", operation_id="get_tradeoff", response_model=TradeoffAnswer, responses=problems(404, 422))
async def get_tradeoff(
    id: Id,
    registry: RegistryDep,
    criterion: CriterionName = "magnitude",
    scope: Literal["network", "layer"] = "network",
    points: Annotated[int, Query(ge=2, le=100, description="Shares that are tried, evenly from 0 on.")] = 20,
) -> Response:
    """What would be left of the quality at each share, without training in between. Nothing is changed."""

    def begin(session: Session) -> Any:
        def finish(tradeoff: Tradeoff) -> dict[str, Any]:
            found = {"criterion": criterion, "samples": counted(tradeoff.samples), "points": tradeoff.result}
            return moment(session, tradeoff.model) | found

        return session.run_in_background(lambda: Tradeoff(session.trainer, CRITERIA[criterion], scope, points), finish)

    return JSONResponse(await registry.look(id, in_json(begin)))
