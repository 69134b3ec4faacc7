"""Uploaded tables: upload a CSV file, list the tables, look at one, delete it."""

from typing import Annotated

from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import Response

from app.encoding import JSONResponse
from app.files.csv_import import Missing, Options
from app.files.csv_text import MOST_COLUMNS, MOST_ROWS, Encoding
from app.offload import offload
from app.problems import Problem
from app.routes.shared import UploadsDep, problems
from app.schemas.responses import UploadAnswer, UploadList
from engine.components.tasks import TaskName

router = APIRouter(prefix="/api/datasets", tags=["datasets"])

CSV_TYPES = ("text/csv", "application/csv", "text/tab-separated-values", "application/vnd.ms-excel")
EXAMPLE = "size,bedrooms,price\n110,3,295\n76,2,171\n142,4,374\n155,3,446\n98,2,240\n"
DOCUMENTED = {
    "requestBody": {
        "required": True,
        "content": {"text/csv": {"schema": {"type": "string"}, "examples": {"houses": {"value": EXAMPLE}}}},
    }
}


@router.post(
    "",
    operation_id="upload_dataset",
    status_code=201,
    response_model=UploadAnswer,
    responses=problems(413, 415, 422, 429),
    openapi_extra=DOCUMENTED,
)
async def upload_dataset(
    request: Request,
    uploads: UploadsDep,
    name: Annotated[str, Query(max_length=200, description="What to call it.")] = "table",
    target: Annotated[str | None, Query(description="The column to predict; the last one if not given.")] = None,
    task: Annotated[TaskName | None, Query(description="What kind of answer it is; found out if not given.")] = None,
    header: Annotated[bool | None, Query(description="Whether the first row is names; found out if not given.")] = None,
    delimiter: Annotated[
        str | None, Query(max_length=20, description="comma, semicolon, tab or bar; found out if not given.")
    ] = None,
    missing: Annotated[
        Missing, Query(description="Missing values: become the training part's mean, or drop their row.")
    ] = "impute",
    encoding: Annotated[Encoding | None, Query(description="UTF-8 if not given.")] = None,
    column: Annotated[
        list[str] | None,
        Query(max_length=MOST_COLUMNS, description="A column to learn from; repeat it for each. All if not given."),
    ] = None,
    rows: Annotated[
        int | None,
        Query(ge=1, le=MOST_ROWS, description="Take so many of the rows, drawn at random, each class its share."),
    ] = None,
    seed: Annotated[int, Query(ge=0, le=2**32 - 1, description="Which rows are drawn.")] = 0,
) -> Response:
    """Uploads a CSV file. The answer says what was found in it, and its `dataset` is what an experiment names it by.

    Columns of words become one input of 0 and 1 for each word, dates the days since the first; inputs, and the target
    of a regression, are standardized by the training part. At most 20,000 rows and 64 columns are taken: of a larger
    file choose with `rows` and `column`. Nobody else sees the table.
    """
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind not in CSV_TYPES:
        raise Problem(415, "Send the file itself, with Content-Type: text/csv.", headers={"Accept": "text/csv"})
    options = Options(
        name=name,
        target=target,
        task=task,
        header=header,
        delimiter=delimiter,
        missing=missing,
        encoding=encoding,
        columns=tuple(column) if column else None,
        rows=rows,
        seed=seed,
    )
    body = await request.body()
    found = await offload(uploads.add, body, options)
    await uploads.save()
    location = f"{request.scope.get('root_path', '')}/api/datasets/{found['id']}"
    return JSONResponse(found, 201, {"Location": location})


@router.get("", operation_id="list_uploads", response_model=UploadList)
async def list_datasets(uploads: UploadsDep) -> Response:
    """The uploaded tables, the newest first."""
    return JSONResponse({"datasets": uploads.list()})


@router.get("/{id}", operation_id="get_upload", response_model=UploadAnswer, responses=problems(404))
async def get_dataset(id: str, uploads: UploadsDep) -> Response:
    """What was found in one file, with its first rows."""
    return JSONResponse(uploads.get(id))


@router.delete("/{id}", operation_id="delete_upload", status_code=204, responses=problems(404, 409))
async def delete_dataset(id: str, uploads: UploadsDep) -> Response:
    """Deletes an uploaded table that no session learns from. It can be restored for 10 minutes."""
    uploads.delete(id)
    await uploads.save()
    return Response(status_code=204)


@router.post("/{id}/restore", operation_id="restore_upload", response_model=UploadAnswer, responses=problems(404, 429))
async def restore_dataset(id: str, uploads: UploadsDep) -> Response:
    """Brings back a table that was deleted less than 10 minutes ago."""
    found = uploads.restore(id)
    await uploads.save()
    return JSONResponse(found)
