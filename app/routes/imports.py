"""Experiments from elsewhere: links of TensorFlow Playground."""

from typing import Annotated

from fastapi import APIRouter, Depends
from starlette.responses import Response

from app.encoding import JSONResponse
from app.experiments import read_experiment
from app.files.tf_playground_link import imported
from app.offload import offload
from app.routes.shared import body_of, documented, problems
from app.schemas.requests import Import
from app.schemas.responses import ImportAnswer
from app.validation import Checker, unparse
from engine import resolve, to_data

router = APIRouter(prefix="/api/import", tags=["import"])

IMPORT: Checker[Import] = Checker(Import, "a link")
LINKS = {
    "a spiral": {
        "url": "https://playground.tensorflow.org/#activation=relu&batchSize=10&dataset=spiral&regDataset=reg-plane"
        "&learningRate=0.03&networkShape=8,8&seed=0.12345&x=true&y=true&sinX=true"
    }
}


@router.post(
    "/tensorflow-playground",
    operation_id="import_tensorflow_playground",
    response_model=ImportAnswer,
    responses=problems(413, 415, 422),
    openapi_extra=documented("Import", LINKS),
)
async def import_tensorflow_playground(order: Annotated[Import, Depends(body_of(IMPORT))]) -> Response:
    """The experiment of a TensorFlow Playground link, which replays the very same run; make a session of it.

    Data, order, split and starting weights are the original's to the last bit, and so are its rules of training.
    `changes` names what in the link had to be corrected.
    """

    def read() -> dict[str, object]:
        found = imported(order.url)
        experiment = resolve(read_experiment(unparse(found["experiment"])))
        return {"experiment": to_data(experiment), "changes": found["changes"]}

    return JSONResponse(await offload(read))
