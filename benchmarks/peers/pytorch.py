"""PyTorch, eager, as its tutorials have it."""

import torch

from benchmarks.peers import Layers, Task


class Peer:
    """`nn.Sequential`, `nn.MSELoss`, `optim.SGD`; batches are cut once, before training."""

    def __init__(self, task: Task) -> None:
        torch.set_num_threads(1)
        modules: list[torch.nn.Module] = []
        for W, b in task.layers:
            linear = torch.nn.Linear(*W.shape)
            with torch.no_grad():
                linear.weight.copy_(torch.from_numpy(W.T.copy()))
                linear.bias.copy_(torch.from_numpy(b))
            modules += [linear, torch.nn.Tanh()]
        self._model = torch.nn.Sequential(*modules[:-1])  # the output is linear
        self._loss = torch.nn.MSELoss()
        self._optimizer = torch.optim.SGD(self._model.parameters(), lr=task.learning_rate)
        pairs = zip(torch.from_numpy(task.x).split(task.batch), torch.from_numpy(task.t).split(task.batch), strict=True)
        self._batches = list(pairs)
        parts = (task.x, task.t), (task.x_test, task.t_test)
        self._parts = [(torch.from_numpy(x), torch.from_numpy(t)) for x, t in parts]
        self._threshold = task.threshold

    def train(self, epochs: int) -> None:
        for _ in range(epochs):
            for x, t in self._batches:
                self._optimizer.zero_grad()
                self._loss(self._model(x), t).backward()
                self._optimizer.step()

    def train_measured(self, epochs: int) -> list[float]:
        for _ in range(epochs):
            self.train(1)
            measures = []
            with torch.no_grad():
                for x, t in self._parts:
                    outputs = self._model(x)
                    right = (outputs > self._threshold) == (t > self._threshold)
                    measures += [self._loss(outputs, t).item(), right.float().mean().item()]
        return measures

    def layers(self) -> Layers:
        linears = [module for module in self._model if isinstance(module, torch.nn.Linear)]
        return [(m.weight.detach().numpy().T.copy(), m.bias.detach().numpy().copy()) for m in linears]
