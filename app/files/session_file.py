"""Session files: a whole run as one JSON document, which this version of gradlab, or a later one, can continue.

It carries the experiment, the journal, the parameters, the history, and everything else that the future of the run
depends on; an uploaded table too. The checksum finds accidents, not attacks: everything is checked when the file is
read, and five points must give the same outputs as before.
"""

import hashlib
from collections.abc import Callable
from dataclasses import replace
from typing import Any, Literal, Protocol

import numpy as np
from pydantic import Field

from app import __version__
from app.encoding import to_json
from app.experiments import EXPERIMENT
from app.files.table_file import FileTable, Packed, pack, read_table, refusal, table_data, unpack
from app.problems import Problem, invalid
from app.schemas.requests import Strict
from app.validation import ANYTHING, Bounds, Checker, parse
from engine import LIMITS, EngineError, Experiment, Resolved, Trainer, fixed_differences, resolve, to_data
from engine.compute import kernel
from engine.data.uploads import Table, Tables
from engine.training.checkpoints import Checkpoint
from engine.training.journal import Entry, Journal

FORMAT = "gradlab session"
VERSION = 2  # 2: batch normalization's parameters are named as in Keras
CHECKED = 5  # points
TOLERANCE = 1e-5
MOST_STEPS = 2**53
# A file that gradlab wrote may be larger than other requests: it repeats the points of its experiment, for example, for
# each change.
BOUNDS = Bounds(containers=500_000, values=2_000_000, fields=1_000_000)
LONGEST_TEXT = 16 << 20  # an array


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
    table = trainer.experiment.source.table
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
        "history": pack(trainer.history.table),
        "state": {
            **{name: pack(getattr(checkpoint, name)) for name in ("parameters", "slots", "running", "mask")},
            "clock": pack(checkpoint.clock),
            "order": pack(checkpoint.order.astype("<u2")),
            "memory": {
                "factor": plateau.factor,
                "plateau_best": plateau.best if np.isfinite(plateau.best) else None,
                "plateau_since": plateau.since,
                "watch_best": watch.best,
                "watch_best_epoch": watch.best_epoch,
                "watch_since": watch.since,
                "best_parameters": pack(best[0]) if best else None,
                "best_running": pack(best[1]) if best else None,
                "stopped": stopped,
            },
        },
        "table": table_data(table) if table else None,
        "check": {"points": points, "outputs": trainer.predict_points(points)[0].astype(float)},
    }
    body = to_json(document)
    return body[:-1] + b',"checksum":"' + _checksum(body).encode() + b'"}'


class Adopting(Protocol):
    """Uploads to which the table in a file is added."""

    @property
    def tables(self) -> Tables:
        """What an experiment may learn from."""

    def adopt(self, table: Table) -> str:
        """Keeps a table, and gives its id."""


def read(body: bytes, uploads: Adopting, check: Callable[[Resolved], Resolved]) -> Trainer:
    """The run in a file, whose table is kept among the uploads. Raises Problem, with the reason, if it cannot be
    continued, and whatever `check` raises for an experiment of it.
    """
    try:
        document = parse(body, BOUNDS if _is_untouched(body) else ANYTHING)
    except Problem as problem:
        raise refusal("", f"this file is damaged: {problem.detail}") from None
    version = document.get("version") if isinstance(document, dict) else None
    if isinstance(version, int) and version > VERSION:
        made = document.get("gradlab")
        raise refusal(
            "version", f"this file was written by a newer gradlab ({str(made)[:20]}); this one is {__version__}"
        )
    given = FILE.check(document)
    if not _is_untouched(body):
        raise refusal("checksum", "this file was changed after it was written, or is damaged")
    try:
        with np.errstate(all="ignore"):
            return _restored(given, uploads, check)
    except EngineError as error:
        raise Problem(422, f"This file is inconsistent: {error}", getattr(error, "errors", ())) from None


def _restored(given: SessionFile, uploads: Adopting, check: Callable[[Resolved], Resolved]) -> Trainer:
    upload = uploads.adopt(read_table(given.table)) if given.table else None

    def read(field: str, data: dict[str, Any]) -> Resolved:
        return check(resolve(_experiment(field, data, upload), uploads.tables))

    trainer = Trainer(read("experiment", given.experiment))

    def changed(field: str, data: dict[str, Any]) -> Resolved:
        """An experiment that the run can have reached without a reset."""
        experiment = read(field, data)
        fixed = fixed_differences(trainer.experiment, experiment)
        if fixed:
            raise refusal(f"{field}.{fixed[0]}", "this cannot change during a run")
        return experiment

    experiment = changed("asked", given.asked)
    state, own, clock = given.state, trainer.checkpoint(), unpack("state.clock", given.state.clock)
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
    mask = unpack("state.mask", state.mask)
    order = unpack("state.order", state.order)
    samples = len(trainer.data.parts["train"])
    if clock.shape != own.clock.shape or not (clock.min() >= 0 and clock.max() <= MOST_STEPS):
        raise refusal("state.clock", "this position is not possible in this run")
    if clock[kernel.IN_EPOCH] >= samples or clock[kernel.IN_BATCH]:
        raise refusal("state.clock", "this position is not possible in this run")
    if (
        order.ndim != 1
        or not order.size
        or order.dtype.kind != "u"
        or order.max() >= samples
        or (mask.size and mask.shape != own.parameters.shape)
    ):
        raise refusal("state", "this state does not belong to this network and data")
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
    trainer.history.take(unpack("history", given.history))
    entries = [
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
    trainer.journal = Journal(trainer.journal.experiment, entries, len(entries) + (not given.complete))
    _check(trainer, given.check)
    if trainer.epoch == int(trainer.epoch) and trainer.diverged is None:
        trainer.pass_by(between=True)
    return trainer


def _check(trainer: Trainer, check: Check) -> None:
    """Raises Problem if the network's outputs differ from those when the file was written."""
    data, given = trainer.data, check.points[:CHECKED]
    if any(len(point) != len(data.columns) for point in given):
        raise refusal("check", "the check points do not fit the network")
    outputs = trainer.predict_points(np.array(given, float).reshape(-1, len(data.columns)))[0].astype(float)
    expected = np.array(check.outputs, float)
    if expected.shape != outputs.shape:
        raise refusal("check", "the check points do not fit the network")
    apart = np.abs(outputs - expected) / (data.unit + np.abs(expected - data.target_mean))
    if (np.isfinite(expected) & ~(apart <= TOLERANCE)).any():
        raise refusal("check", "the network's outputs for the five check points differ from those in the file")


def _experiment(field: str, data: dict[str, Any], upload: str | None) -> Experiment:
    dataset = data.get("dataset")
    if upload and isinstance(dataset, dict) and "upload" in dataset:
        data = data | {"dataset": dataset | {"upload": upload}}
    try:
        return EXPERIMENT.check(data)
    except Problem as problem:
        errors = [replace(error, field=f"{field}.{error.field}") for error in problem.errors]
        raise invalid(errors) from None


def _like(name: str, packed: Packed, own: np.ndarray) -> np.ndarray:
    """A finite array of the same shape as this run's."""
    array = unpack(f"state.{name}", packed)
    if array.shape != own.shape or not np.isfinite(array).all():
        raise refusal(f"state.{name}", "its shape does not match this network, or a number in it is not finite")
    return array.astype(own.dtype)


def _is_untouched(body: bytes) -> bool:
    """Whether a file is unchanged since it was written."""
    whole, _, end = body.rpartition(b',"checksum":"')
    return end.rstrip() == _checksum(whole + b"}").encode() + b'"}'


def _checksum(body: bytes) -> str:
    return hashlib.sha256(body).hexdigest()
