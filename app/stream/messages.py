"""The messages of the stream, made on worker threads while the session holds still.

Pictures are made only when a client is ready for them, and shared by clients that ask for the same one at the
same step. Grids are one byte per value, row 0 at the top (highest x2).
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from app.encoding import Codec, to_grid
from app.schemas.responses import Right
from app.sessions.session import Session
from engine import Axes, Data, Domain, InvalidInput, Model, Part, labels

PROTOCOL = 1
MOST_ROWS = 1_000  # in one message: more would hold up other sessions while they are written
SHOWN_CLASSES = 2
KEPT = 32  # pictures of one moment
PREDICTED = 3_000  # points of each part, the first ones: more are not drawn


def hello(session: Session, recovered: bool, access: Right = "own") -> dict[str, Any]:
    """What the session is; first of all, and again when its experiment or run has changed."""
    return {
        "type": "hello",
        "protocol": PROTOCOL,
        "session": session.id,
        "access": access,
        "run": session.run_id,
        "seq": session.trainer.history.last_seq,
        "recovered": recovered,
        "experiment": session.experiment_data,
        "parameter_count": session.trainer.parameter_count,
        "notes": [vars(note) for note in session.trainer.notes],
        **_standing(session),
    }


def state(session: Session) -> dict[str, Any]:
    """Where the session stands."""
    return {"type": "state", **_standing(session)}


def _standing(session: Session) -> dict[str, Any]:
    return {
        "state": session.state,
        "stage": session.stage,
        "reason": session.reason,
        "warning": session.trainer.warning,
        "step": session.trainer.step,
        "epoch": session.trainer.epoch,
        "steps_per_second": session.steps_per_second,
        "rate": session.rate,
    }


def metrics(session: Session, since: int) -> dict[str, Any]:
    """The rows after `since` by column, as many as fit in one message; `seq` is the number of the first one."""
    columns = session.trainer.history.arrays(since, MOST_ROWS)
    return {
        "type": "metrics",
        "run": session.run_id,
        "seq": since + 1,
        "count": len(columns["step"]),
        "columns": columns,
    }


@dataclass(frozen=True)
class Scene:
    """What pictures show: which plane, which part of it, and which epoch if not the present one."""

    axes: Axes | None = None
    domain: Domain | None = None
    epoch: int | None = None

    def fitted(self, data: Data) -> "Scene":
        """The same for these data; columns that they do not have are passed over."""
        if self.axes is None:
            return self
        try:
            data.projection(self.axes)
        except InvalidInput:
            return Scene(epoch=self.epoch)
        return self


def boundary(model: Model, scene: Scene, resolution: int) -> dict[str, Any]:
    """The output over the plane; with several classes or labels the winning one and its probability."""
    picture = model.boundary(resolution, scene.axes, scene.domain)
    message = {
        "width": picture.width,
        "height": picture.height,
        "axes": scene.axes or model.data.axes,
        "domain": picture.domain,
        "classes": len(model.data.classes) if model.data.classes else None,
    }
    values = picture.values
    if len(values) <= SHOWN_CLASSES and model.task != "multilabel":
        return message | to_grid(values[-1])
    no, yes = picture.range
    winner = values.argmax(axis=0).astype(np.uint8)
    confidence = np.clip((np.nan_to_num(values.max(axis=0)) - no) / (yes - no), 0, 1) * 255
    grids = {"data": winner.tobytes(), "confidence": np.rint(confidence).astype(np.uint8).tobytes()}
    return message | {"low": 0.0, "high": 255.0} | grids


def neurons(model: Model, scene: Scene, resolution: int) -> dict[str, Any]:
    """Every unit's activation over the plane; each layer has its own scale."""
    maps = model.neurons(resolution, scene.axes, scene.domain)
    layers = [{"units": len(layer)} | to_grid(layer) for layer in maps]
    return {"width": resolution, "height": resolution, "layers": layers}


def parameters(model: Model, scene: Scene, resolution: int) -> dict[str, Any]:
    """Weights and biases as float32 bytes (little endian), weights row by row, one row for each input."""
    layers = [
        {
            "fan_in": layer.weights.shape[0],
            "fan_out": layer.weights.shape[1],
            "weights": floats(layer.weights),
            "biases": floats(layer.biases),
        }
        for layer in model.parameters()
    ]
    return {"layers": layers}


def predictions(model: Model, scene: Scene, resolution: int) -> dict[str, Any]:
    """The predictions for the first points of each part: their confidence, their loss, and whether they are wrong."""
    parts = {name: _predictions(model, part) for name, part in model.data.parts.items() if len(part)}
    return {"parts": parts}


@np.errstate(all="ignore")  # what is not finite is shown, not warned of
def _predictions(model: Model, part: Part) -> dict[str, Any]:
    count = min(len(part), PREDICTED)
    data, samples = model.data, (part.x[:, :count], part.t[:, :count], part.weights[:count])
    outputs, losses = model.answer(tuple(map(np.ascontiguousarray, samples)))  # type: ignore[arg-type]
    message = {"count": count, "losses": floats(losses)}
    if model.task == "regression":
        return message | {"predicted": floats(data.in_units(outputs)[0])}
    if model.task == "multilabel":
        wrong = ((outputs > data.threshold) != (part.targets[:count].T > 0.5)).any(axis=0)
        return message | {"wrong": to_bits(wrong)}
    said = labels(outputs, data.threshold)
    sure = (outputs.max(axis=0) - data.no) / (data.yes - data.no)
    wrong = said != part.targets[:count].astype(int)
    return message | {"predicted": floats(said), "confidence": floats(sure), "wrong": to_bits(wrong)}


def floats(numbers: np.ndarray) -> bytes:
    """Numbers as float32, little endian."""
    return numbers.astype("<f4").tobytes()


def to_bits(flags: np.ndarray) -> bytes:
    """A byte for each, 0 or 1."""
    return flags.astype(np.uint8).tobytes()


PICTURES: dict[str, Callable[[Model, Scene, int], dict[str, Any]]] = {
    "boundary": boundary,
    "neurons": neurons,
    "parameters": parameters,
    "predictions": predictions,
}


def picture(
    session: Session, kind: str, resolution: int, codec: Codec, scene: Scene, past: Model | None = None
) -> str | bytes:
    """An encoded picture of the present, or of the past; of the present the one made before, if nothing has changed."""
    if past:
        return codec.encode(_drawn(past, kind, scene, resolution))
    key = kind, resolution, codec.name, scene
    if session.frames_revision != session.revision or len(session.frames) >= KEPT:
        session.frames.clear()
        session.frames_revision = session.revision
    if key not in session.frames:
        session.frames[key] = codec.encode(_drawn(session.trainer, kind, scene, resolution))
    return session.frames[key]


def _drawn(model: Model, kind: str, scene: Scene, resolution: int) -> dict[str, Any]:
    moment = {"type": kind, "step": model.step, "epoch": model.epoch, "past": scene.epoch is not None}
    return moment | PICTURES[kind](model, scene.fitted(model.data), resolution)
