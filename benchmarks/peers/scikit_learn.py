"""scikit-learn's MLPRegressor: one call of `fit` for all epochs, so that checking its input costs it nothing."""

import warnings

from sklearn.exceptions import ConvergenceWarning
from sklearn.neural_network import MLPRegressor

from benchmarks.peers import Layers, Task


class Peer:
    """Its loss is half the mean squared error, hence twice the learning rate."""

    def __init__(self, task: Task) -> None:
        self._model = MLPRegressor(
            hidden_layer_sizes=task.units,
            activation="tanh",
            solver="sgd",
            alpha=0,
            batch_size=task.batch,
            learning_rate_init=2 * task.learning_rate,
            momentum=0,
            nesterovs_momentum=False,
            shuffle=False,
            tol=0,
            n_iter_no_change=10**9,
            warm_start=True,
        )
        self._x, self._t = task.x, task.t.ravel()
        self._parts, self._threshold = ((task.x, self._t), (task.x_test, task.t_test.ravel())), task.threshold
        self._model.partial_fit(self._x, self._t)  # makes the arrays, which then get the common starting weights
        for (W, b), w, c in zip(task.layers, self._model.coefs_, self._model.intercepts_, strict=True):
            w[:], c[:] = W, b

    def train(self, epochs: int) -> None:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", ConvergenceWarning)  # it says that it stopped when it was told to
            self._model.set_params(max_iter=epochs).fit(self._x, self._t)

    def train_measured(self, epochs: int) -> list[float]:
        for _ in range(epochs):
            self.train(1)
            measures = []
            for x, t in self._parts:
                outputs = self._model.predict(x)
                right = (outputs > self._threshold) == (t > self._threshold)
                measures += [float(((outputs - t) ** 2).mean()), float(right.mean())]
        return measures

    def layers(self) -> Layers:
        return [(W.copy(), b.copy()) for W, b in zip(self._model.coefs_, self._model.intercepts_, strict=True)]
