"""Session files: a whole run as one JSON document, which this version of gradlab, or a later one, can continue.

It carries the experiment, the journal, the parameters, the history, and everything else that the future of the run
depends on; an uploaded table too. Long rows of numbers are base64 of little-endian bytes, so that they come back
exactly. The checksum finds accidents, not attacks: everything is checked when the file is read, and five points must
give the same outputs as before.
"""

import base64
import binascii
import hashlib
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Annotated, Any, Literal

import numpy as np
from pydantic import Field

from app import __version__
from app.encoding import to_json
from app.experiments import EXPERIMENT
from app.files.csv_columns import LARGEST
from app.files.uploads import Uploads
from app.problems import Problem, invalid
from app.schemas.requests import Strict
from app.validation import ANYTHING, Bounds, Checker, parse
from engine import LIMITS, EngineError, Experiment, FieldError, Resolved, Trainer, fixed_differences, resolve, to_data
from engine.compute import kernel
from engine.data.cells import DateOrder, NumberFormat
from engine.data.fields import Field as TableField
from engine.data.uploads import Table
from engine.training.checkpoints import Checkpoint
from engine.training.journal import Entry

FORMAT = "gradlab session"
VERSION = 2  # 2: batch normalization's parameters are named as in Keras
CHECKED = 5  # points
TOLERANCE = 1e-5
MOST_STEPS = 2**53
# A file that gradlab wrote may be larger than other requests: it repeats the points of its experiment, for example, for
# each change.
BOUNDS = Bounds(containers=500_000, values=2_000_000, fields=1_000_000)
LONGEST_TEXT = 16 << 20  # an array


class Packed(Strict):
    """An array: its type, its shape and its bytes in base64."""

    type: Literal["<f4", "<f8", "<i8", "|u1", "<u2"]
    shape: list[int] = Field(max_length=2)
    data: str


class Memory(Strict):
    """The state of the schedule and early stopping; `stopped` says why training ended, if it did."""

    factor: float
    plateau_best: float | None
    plateau_since: float
    watch_best: float | None
    watch_best_epoch: float
    watch_since: float
    best_parameters: Packed | None
    best_running: Packed | None
    stopped: str | None = Field(max_length=1_000)


class State(Strict):
    """The state of the run."""

    parameters: Packed
    slots: Packed
    running: Packed
    mask: Packed
    clock: Packed
    order: Packed
    memory: Memory


class FileEntry(Strict):
    """An entry of the journal; `experiment` is what was asked for from then on."""

    seq: int
    step: int
    epoch: float
    kind: Literal["patch", "parameters", "step", "resume"]
    what: dict[str, Any]
    experiment: dict[str, Any]


class FileField(Strict):
    """A column of an uploaded table as its file had it; see `engine.data.fields`."""

    name: str = Field(max_length=300)
    type: Literal["number", "text", "date"]
    words: list[Annotated[str, Field(max_length=5_000)]] = Field(default=[], max_length=20)
    inputs: list[Annotated[str, Field(max_length=5_000)]] = Field(default=[], max_length=20)
    start: str = Field(default="", max_length=40)
    order: DateOrder = "ymd"
    decimal: Literal[".", ","] = "."
    thousands: Literal["", ".", ",", " ", "'"] = ""


class FileTable(Strict):
    """An uploaded table. `fields` say how its rows are written; without them, all columns are numbers."""

    name: str = Field(max_length=300)
    columns: list[str] = Field(min_length=1, max_length=64)
    points: Packed
    targets: Packed
    task: Literal["binary", "multiclass", "regression"]
    classes: list[str] | None = Field(max_length=20)
    fields: list[FileField] | None = Field(default=None, max_length=64)


class Check(Strict):
    """Raw points and the network's outputs for them."""

    points: list[list[float]] = Field(max_length=CHECKED)
    outputs: list[list[float | None]] = Field(max_length=CHECKED)


class SessionFile(Strict):
    """A run. `parameters`, `step` and `epoch` are for people to read; only `state` is used."""

    format: Literal["gradlab session"]
    version: int
    gradlab: str = Field(max_length=100)
    experiment: dict[str, Any]
    asked: dict[str, Any]
    entries: list[FileEntry] = Field(max_length=10_000)
    complete: bool
    step: int
    epoch: float
    diverged: str | None = Field(max_length=1_000)
    parameters: list[dict[str, Any]] = Field(max_length=LIMITS.layers + 1)
    history: Packed
    state: State
    table: FileTable | None
    check: Check
    checksum: str


FILE: Checker[SessionFile] = Checker(SessionFile, "a session file", BOUNDS, LONGEST_TEXT)


def is_session_file(body: bytes) -> bool:
    """Whether the body of a request looks like one."""
    return FORMAT.encode() in body[:200]


def write(trainer: Trainer) -> bytes:
    """The file of a run at rest."""
    checkpoint = trainer.checkpoint()
    plateau, watch, best, stopped, _ = checkpoint.memory
    points = next(part.points for part in trainer.data.parts.values() if len(part))[:CHECKED]
    document = {
        "format": FORMAT,
        "version": VERSION,
        "gradlab": __version__,
        "experiment": to_data(trainer.journal.experiment),
        "asked": to_data(trainer.asked),
        "entries": [
            entry.as_data() | {"experiment": to_data(entry.experiment.asked)} for entry in trainer.journal.entries
        ],
        "complete": trainer.journal.complete,
        "step": trainer.step,
        "epoch": trainer.epoch,
        "diverged": trainer.diverged,
        "parameters": trainer.as_given(),
        "history": _pack(trainer.history.table),
        "state": {
            **{name: _pack(getattr(checkpoint, name)) for name in ("parameters", "slots", "running", "mask")},
            "clock": _pack(checkpoint.clock),
            "order": _pack(checkpoint.order.astype("<u2")),
            "memory": {
                "factor": plateau.factor,
                "plateau_best": plateau.best if np.isfinite(plateau.best) else None,
                "plateau_since": plateau.since,
                "watch_best": watch.best,
                "watch_best_epoch": watch.best_epoch,
                "watch_since": watch.since,
                "best_parameters": _pack(best[0]) if best else None,
                "best_running": _pack(best[1]) if best else None,
                "stopped": stopped,
            },
        },
        "table": _table_data(trainer.experiment.source.table),
        "check": {"points": points, "outputs": trainer.predict_points(points)[0].astype(float)},
    }
    body = to_json(document)
    return body[:-1] + b',"checksum":"' + _checksum(body).encode() + b'"}'


def read(body: bytes, uploads: Uploads, check: Callable[[Resolved], Resolved]) -> Trainer:
    """The run in a file, whose table is kept among the uploads. Raises Problem, with the reason, if it cannot be
    continued, and whatever `check` raises for an experiment of it.
    """
    try:
        document = parse(body, BOUNDS if _is_untouched(body) else ANYTHING)
    except Problem as problem:
        raise _refusal("", f"this file is damaged: {problem.detail}") from None
    version = document.get("version") if isinstance(document, dict) else None
    if isinstance(version, int) and version > VERSION:
        made = document.get("gradlab")
        raise _refusal(
            "version", f"this file was written by a newer gradlab ({str(made)[:20]}); this one is {__version__}"
        )
    given = FILE.check(document)
    if not _is_untouched(body):
        raise _refusal("checksum", "this file was changed after it was written, or is damaged")
    try:
        with np.errstate(all="ignore"):
            return _restored(given, uploads, check)
    except EngineError as error:
        raise Problem(422, f"This file is inconsistent: {error}", getattr(error, "errors", ())) from None


def _restored(given: SessionFile, uploads: Uploads, check: Callable[[Resolved], Resolved]) -> Trainer:
    upload = uploads.adopt(_table(given.table)) if given.table else None

    def read(field: str, data: dict[str, Any]) -> Resolved:
        return check(resolve(_experiment(field, data, upload), uploads.tables))

    trainer = Trainer(read("experiment", given.experiment))

    def changed(field: str, data: dict[str, Any]) -> Resolved:
        """An experiment that the run can have reached without a reset."""
        experiment = read(field, data)
        fixed = fixed_differences(trainer.experiment, experiment)
        if fixed:
            raise _refusal(f"{field}.{fixed[0]}", "this cannot change during a run")
        return experiment

    experiment = changed("asked", given.asked)
    state, own, clock = given.state, trainer.checkpoint(), _unpack("state.clock", given.state.clock)
    memory = state.memory
    plateau, watch, *_ = own.memory
    plateau.factor, plateau.since = memory.factor, memory.plateau_since
    plateau.best = np.inf if memory.plateau_best is None else memory.plateau_best
    watch.best, watch.best_epoch, watch.since = memory.watch_best, memory.watch_best_epoch, memory.watch_since
    best = None
    if memory.best_parameters and memory.best_running:
        best = (
            _like("best_parameters", memory.best_parameters, own.parameters),
            _like("best_running", memory.best_running, own.running),
        )
    mask = _unpack("state.mask", state.mask)
    order = _unpack("state.order", state.order)
    samples = len(trainer.data.parts["train"])
    if clock.shape != own.clock.shape or not (clock.min() >= 0 and clock.max() <= MOST_STEPS):
        raise _refusal("state.clock", "this position is not possible in this run")
    if clock[kernel.IN_EPOCH] >= samples or clock[kernel.IN_BATCH]:
        raise _refusal("state.clock", "this position is not possible in this run")
    if (
        order.ndim != 1
        or not order.size
        or order.dtype.kind != "u"
        or order.max() >= samples
        or (mask.size and mask.shape != own.parameters.shape)
    ):
        raise _refusal("state", "this state does not belong to this network and data")
    trainer.restore(
        Checkpoint(
            experiment,
            _like("parameters", state.parameters, own.parameters),
            _like("slots", state.slots, own.slots),
            _like("running", state.running, own.running),
            mask.astype(own.parameters.dtype),
            clock,
            order,
            (plateau, watch, best, memory.stopped, given.diverged),
        )
    )
    trainer.history.take(_unpack("history", given.history))
    trainer.journal.entries = [
        Entry(
            index,
            entry.step,
            entry.epoch,
            entry.kind,
            entry.what,
            changed(f"entries.{index}.experiment", entry.experiment),
        )
        for index, entry in enumerate(given.entries)
    ]
    trainer.journal.made = len(given.entries) + (not given.complete)
    _check(trainer, given.check)
    if trainer.epoch == int(trainer.epoch) and trainer.diverged is None:
        trainer.pass_by(between=True)
    return trainer


def _check(trainer: Trainer, check: Check) -> None:
    """Raises Problem if the network's outputs differ from those when the file was written."""
    data, given = trainer.data, check.points[:CHECKED]
    if any(len(point) != len(data.columns) for point in given):
        raise _refusal("check", "the check points do not fit the network")
    outputs = trainer.predict_points(np.array(given, float).reshape(-1, len(data.columns)))[0].astype(float)
    expected = np.array(check.outputs, float)
    if expected.shape != outputs.shape:
        raise _refusal("check", "the check points do not fit the network")
    apart = np.abs(outputs - expected) / (data.unit + np.abs(expected - data.target_mean))
    if (np.isfinite(expected) & ~(apart <= TOLERANCE)).any():
        raise _refusal("check", "the network's outputs for the five check points differ from those in the file")


def _experiment(field: str, data: dict[str, Any], upload: str | None) -> Experiment:
    dataset = data.get("dataset")
    if upload and isinstance(dataset, dict) and "upload" in dataset:
        data = data | {"dataset": dataset | {"upload": upload}}
    try:
        return EXPERIMENT.check(data)
    except Problem as problem:
        errors = [replace(error, field=f"{field}.{error.field}") for error in problem.errors]
        raise invalid(errors) from None


def _table_data(table: Table | None) -> dict[str, Any] | None:
    if table is None:
        return None
    arrays = {"points": _pack(table.points), "targets": _pack(np.asarray(table.targets, np.float64))}
    fields = [_field_data(field) for field in table.recipe] or None
    facts = {"name": table.name, "columns": table.columns, "task": table.task, "classes": table.classes}
    return facts | arrays | {"fields": fields}


def _field_data(field: TableField) -> dict[str, Any]:
    data = {name: getattr(field, name) for name in ("name", "type", "words", "inputs", "start", "order")}
    return data | {"decimal": field.format.decimal, "thousands": field.format.thousands}


def _recipe(given: FileTable) -> tuple[TableField, ...]:
    """The recipe of a table. Raises Problem if it does not produce the table's columns."""
    recipe = []
    for index, field in enumerate(given.fields or ()):
        where = f"table.fields.{index}"
        try:
            if field.type == "date" and datetime.fromisoformat(field.start).tzinfo is not None:
                raise ValueError
        except ValueError:
            raise _refusal(f"{where}.start", "a date column needs a start date without a time zone") from None
        words, inputs = tuple(field.words), tuple(field.inputs)
        text = field.type == "text"
        if len(words) != len(inputs) or bool(words) != text or len(set(words)) < len(words):
            raise _refusal(f"{where}.words", "a column of words needs distinct words, and one input for each")
        signs = NumberFormat(field.decimal, field.thousands)
        recipe.append(TableField(field.name, field.type, words, inputs, field.start, field.order, signs))
    made = [column for field in recipe for column in field.columns]
    if given.fields is not None and made != given.columns:
        raise _refusal("table.fields", "the fields do not match the columns of the table")
    if len({field.name for field in recipe}) < len(recipe):
        raise _refusal("table.fields", "two fields have the same name")
    return tuple(recipe)


def _table(given: FileTable) -> Table:
    points, targets = _unpack("table.points", given.points), _unpack("table.targets", given.targets)
    rows = len(targets)
    if targets.ndim != 1 or points.shape != (rows, len(given.columns)) or not 2 <= rows <= 20_000:
        raise _refusal("table", "the size of the table does not match its columns")
    whole = given.task != "regression"
    most = len(given.classes or ())
    if not np.isfinite(targets).all() or np.isinf(points).any() or (np.abs(np.nan_to_num(points)) > LARGEST).any():
        raise _refusal("table", "a number in the table is too large or not finite")
    if whole and ((targets != np.round(targets)).any() or targets.min() < 0 or targets.max() >= most):
        raise _refusal("table.targets", f"classes are whole numbers from 0 to {most - 1}")
    classes = tuple(given.classes) if given.classes is not None else None
    return Table(given.name, tuple(given.columns), points, targets, given.task, classes, _recipe(given))


def _pack(array: np.ndarray) -> dict[str, Any]:
    little = np.ascontiguousarray(array, array.dtype.newbyteorder("<"))
    kind = "<i8" if array.dtype.kind == "i" else little.dtype.str
    return {"type": kind, "shape": list(array.shape), "data": base64.b64encode(little.tobytes()).decode()}


def _unpack(field: str, packed: Packed) -> np.ndarray:
    kind = np.dtype(packed.type)
    try:
        data = base64.b64decode(packed.data, validate=True)
    except (binascii.Error, ValueError):
        raise _refusal(f"{field}.data", "this is not valid base64") from None
    if any(length < 0 for length in packed.shape) or len(data) != kind.itemsize * int(
        np.prod(packed.shape, dtype=object)
    ):
        raise _refusal(field, "the data does not match the shape")
    return np.frombuffer(data, kind).reshape(packed.shape).copy()


def _like(name: str, packed: Packed, own: np.ndarray) -> np.ndarray:
    """A finite array of the same shape as this run's."""
    array = _unpack(f"state.{name}", packed)
    if array.shape != own.shape or not np.isfinite(array).all():
        raise _refusal(f"state.{name}", "its shape does not match this network, or a number in it is not finite")
    return array.astype(own.dtype)


def _is_untouched(body: bytes) -> bool:
    """Whether a file is unchanged since it was written."""
    whole, _, end = body.rpartition(b',"checksum":"')
    return end.rstrip() == _checksum(whole + b"}").encode() + b'"}'


def _checksum(body: bytes) -> str:
    return hashlib.sha256(body).hexdigest()


def _refusal(field: str, message: str) -> Exception:
    return invalid([FieldError(field, None, "a session file as gradlab writes it", message)])
