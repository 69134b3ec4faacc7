"""JAX at its best: the whole training loop compiled into one function, `lax.scan` over the batches."""

import os

# One thread: a pool of one, and products computed where they are called. Either alone is slower, or not one thread.
os.environ["NPROC"] = "1"
os.environ["XLA_FLAGS"] = f"{os.environ.get('XLA_FLAGS', '')} --xla_cpu_multi_thread_eigen=false"

import jax
import jax.numpy as jnp
import numpy as np

from benchmarks.peers import Layers, Task


class Peer:
    """`jit` compiles anew for every architecture and batch size; the loss is computed only where it is wanted."""

    def __init__(self, task: Task) -> None:
        shape = len(task.x) // task.batch, task.batch, -1
        self._batches = jnp.asarray(task.x.reshape(shape)), jnp.asarray(task.t.reshape(shape))
        self._layers = [(jnp.asarray(W), jnp.asarray(b)) for W, b in task.layers]

        def outputs(layers, x):
            *hidden, (W, b) = layers
            for V, c in hidden:
                x = jnp.tanh(x @ V + c)
            return x @ W + b

        def loss(layers, x, t):
            return jnp.mean((outputs(layers, x) - t) ** 2)

        def step(layers, batch):
            gradients = jax.grad(loss)(layers, *batch)
            return jax.tree.map(lambda p, g: p - task.learning_rate * g, layers, gradients), None

        def train(layers, batches, epochs):
            return jax.lax.fori_loop(0, epochs, lambda _, now: jax.lax.scan(step, now, batches)[0], layers)

        parts = [(jnp.asarray(x), jnp.asarray(t)) for x, t in ((task.x, task.t), (task.x_test, task.t_test))]

        def measure(layers):
            measures = []
            for x, t in parts:
                found = outputs(layers, x)
                right = (found > task.threshold) == (t > task.threshold)
                measures += [jnp.mean((found - t) ** 2), right.mean()]
            return jnp.stack(measures)

        def train_measured(layers, batches, epochs):
            def epoch(_, now):
                layers = jax.lax.scan(step, now[0], batches)[0]
                return layers, measure(layers)

            return jax.lax.fori_loop(0, epochs, epoch, (layers, jnp.zeros(4)))

        self._train, self._train_measured = jax.jit(train), jax.jit(train_measured)

    def train(self, epochs: int) -> None:
        self._layers = jax.block_until_ready(self._train(self._layers, self._batches, epochs))

    def train_measured(self, epochs: int) -> list[float]:
        found = self._train_measured(self._layers, self._batches, epochs)
        self._layers, measures = jax.block_until_ready(found)
        return measures.tolist()

    def layers(self) -> Layers:
        return [(np.array(W), np.array(b)) for W, b in self._layers]
