"""Frames: the messages of the stream, made on worker threads while the session holds still.

Pictures are made only when somebody is ready for them, and shared among viewers who ask for the same one at the same
step. Grids are one byte per value, row 0 at the top (highest x2).
"""

from collections.abc import Callable
from typing import Any

import numpy as np

from app.encoding import Codec, to_grid
from app.sessions import Session

PROTOCOL = 1
MOST_ROWS = 200  # in one message: more would hold up other sessions while they are written
SHOWN_CLASSES = 2


def hello(session: Session, recovered: bool) -> dict[str, Any]:
    """What the session is; first of all, and again when its experiment or run has changed."""
    return {
        "type": "hello",
        "protocol": PROTOCOL,
        "session": session.id,
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
    """The rows after `since`, as many as fit in one message."""
    history = session.trainer.history
    last = min(history.last_seq, since + MOST_ROWS)
    return {
        "type": "metrics",
        "run": session.run_id,
        "rows": [history.row(seq) for seq in range(since + 1, last + 1)],
    }


def boundary(session: Session, resolution: int) -> dict[str, Any]:
    """The output over the plane; with several classes or labels the winning one and its probability."""
    picture = session.trainer.boundary(resolution)
    message = {
        "type": "boundary",
        "step": picture.step,
        "width": picture.width,
        "height": picture.height,
        "domain": list(picture.domain),
        "classes": session.classes,
    }
    values = picture.values
    if len(values) <= SHOWN_CLASSES and session.trainer.task != "multilabel":
        return message | to_grid(values[-1])
    no, yes = picture.range
    winner = values.argmax(axis=0).astype(np.uint8)
    confidence = np.clip((np.nan_to_num(values.max(axis=0)) - no) / (yes - no), 0, 1) * 255
    grids = {"data": winner.tobytes(), "confidence": np.rint(confidence).astype(np.uint8).tobytes()}
    return message | {"low": 0.0, "high": 255.0} | grids


def neurons(session: Session, resolution: int) -> dict[str, Any]:
    """Every unit's activation over the plane; each layer has its own scale."""
    maps = session.trainer.neurons(resolution)
    layers = [{"units": len(layer)} | to_grid(layer) for layer in maps]
    step = session.trainer.step
    return {"type": "neurons", "step": step, "width": resolution, "height": resolution, "layers": layers}


def parameters(session: Session) -> dict[str, Any]:
    """Weights and biases as float32 bytes (little endian), weights row by row, one row for each input."""
    layers = [
        {
            "fan_in": layer.weights.shape[0],
            "fan_out": layer.weights.shape[1],
            "weights": layer.weights.astype("<f4").tobytes(),
            "biases": layer.biases.astype("<f4").tobytes(),
        }
        for layer in session.trainer.parameters()
    ]
    return {"type": "parameters", "step": session.trainer.step, "layers": layers}


PICTURES: dict[str, Callable[[Session, int], dict[str, Any]]] = {
    "boundary": boundary,
    "neurons": neurons,
    "parameters": lambda session, _: parameters(session),
}


def picture(session: Session, kind: str, resolution: int, codec: Codec) -> str | bytes:
    """An encoded picture; the one made before, if nothing has changed since."""
    key = kind, resolution, codec.name
    if session.frames_revision != session.revision:
        session.frames.clear()
        session.frames_revision = session.revision
    if key not in session.frames:
        session.frames[key] = codec.encode(PICTURES[kind](session, resolution))
    return session.frames[key]
