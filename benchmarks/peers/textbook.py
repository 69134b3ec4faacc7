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

    def layers(self) -> Layers:
        return [(W.copy(), b.copy()) for W, b in self._layers]
