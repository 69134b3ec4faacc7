"""TensorFlow Playground's engine in Node, from a checkout of github.com/tensorflow/playground."""

import json
import subprocess
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.peers import Layers, Task

SCRIPT = Path(__file__).with_suffix(".js")
MOST_WEIGHTS = 2_000  # larger networks take it minutes for what the others do in a second


class Peer:
    """A process that trains, and answers line by line: an order costs some 50 us, a turn is a thousand times longer."""

    def __init__(self, task: Task, checkout: Path) -> None:
        self._process = subprocess.Popen(
            ["node", str(SCRIPT), str(checkout)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        layers = [{"weights": W.tolist(), "biases": b.tolist()} for W, b in task.layers]
        self._order(
            "build",
            layers=layers,
            x=task.x.tolist(),
            t=task.t.tolist(),
            xTest=task.x_test.tolist(),
            tTest=task.t_test.tolist(),
            threshold=task.threshold,
            batch=task.batch,
            learningRate=task.learning_rate,
        )

    def _order(self, order: str, **what: Any) -> Any:
        assert self._process.stdin and self._process.stdout
        self._process.stdin.write(json.dumps({"order": order, **what}) + "\n")
        self._process.stdin.flush()
        answer = self._process.stdout.readline()
        if not answer:
            raise RuntimeError("TensorFlow Playground's process has ended: see its message above")
        return json.loads(answer)

    def train(self, epochs: int) -> None:
        self._order("train", epochs=epochs)

    def train_measured(self, epochs: int) -> list[float]:
        measures: list[float] = self._order("trainMeasured", epochs=epochs)
        return measures

    def layers(self) -> Layers:
        return [(np.array(layer["weights"]), np.array(layer["biases"])) for layer in self._order("layers")]

    def __del__(self) -> None:
        self._process.kill()
