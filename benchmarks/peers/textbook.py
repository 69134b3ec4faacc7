"""NumPy as a good textbook has it: a whole batch at a time, one matrix product per layer."""

import numpy as np

from benchmarks.peers import Layers, Task


class Peer:
    """Samples are rows: z = a W + b."""

    def __init__(self, task: Task) -> None:
        self._layers = [(W.copy(), b.copy()) for W, b in task.layers]
        starts = range(0, len(task.x), task.batch)
        self._batches = [(task.x[i : i + task.batch], task.t[i : i + task.batch]) for i in starts]
        self._learning_rate = task.learning_rate
        self._parts, self._threshold = ((task.x, task.t), (task.x_test, task.t_test)), task.threshold

    def train(self, epochs: int) -> None:
        for _ in range(epochs):
            for x, t in self._batches:
                self._step(x, t)

    def _step(self, x: np.ndarray, t: np.ndarray) -> None:
        activations = [x]
        for W, b in self._layers[:-1]:
            activations.append(np.tanh(activations[-1] @ W + b))  # (batch, units)
        W, b = self._layers[-1]
        delta = (activations[-1] @ W + b - t) * (2 / t.size)  # dL/dz of the output, L = mean of (a - t)^2
        for (W, b), a in zip(reversed(self._layers), reversed(activations), strict=True):
            dW, db = a.T @ delta, delta.sum(axis=0)
            if a is not x:
                delta = (delta @ W.T) * (1 - a * a)  # tanh' = 1 - tanh^2
            W -= self._learning_rate * dW
            b -= self._learning_rate * db

    def train_measured(self, epochs: int) -> list[float]:
        for _ in range(epochs):
            self.train(1)
            measures = [measure for x, t in self._parts for measure in self._measure(x, t)]
        return measures

    def _measure(self, x: np.ndarray, t: np.ndarray) -> tuple[float, float]:
        for W, b in self._layers[:-1]:
            x = np.tanh(x @ W + b)
        W, b = self._layers[-1]
        outputs = x @ W + b
        right = (outputs > self._threshold) == (t > self._threshold)
        return float(((outputs - t) ** 2).mean()), float(right.mean())

    def layers(self) -> Layers:
        return [(W.copy(), b.copy()) for W, b in self._layers]
