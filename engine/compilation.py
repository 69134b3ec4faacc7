"""Compilation: which kernels there are, and compiling each before somebody waits for it.

The common kernel is a small one, for what a first lesson uses (see `jit.COMMON`): it is compiled in half the time.
"""

from pathlib import Path

import llvmlite.binding  # type: ignore[import-untyped]
import numba

from engine.components.optimizers import OPTIMIZERS
from engine.experiment import Experiment, Resolved
from engine.network.network import is_common
from engine.resolve import resolve
from engine.training.trainer import Trainer

# By name, in the order in which they are wanted: an experiment that it trains.
KERNELS = {
    "common": Experiment(),
    "float32": Experiment(optimizer=OPTIMIZERS.choice("adam")),
    "float64": Experiment(precision="float64"),
}


def kernel_for(experiment: Resolved) -> str:
    """The name of the kernel that trains it."""
    return "common" if is_common(experiment) else experiment.precision


def warm_up(kernel: str = "common") -> None:
    """Compiles a kernel, or loads it from the cache: up to 20 s the first time, then a quarter of a second."""
    trainer = Trainer(resolve(KERNELS[kernel]))
    trainer.step_once("batch", 1)
    trainer.boundary(2)
    _mark(kernel).touch()


def is_kept(kernel: str) -> bool:
    """Whether the cache holds a kernel, compiled for this processor."""
    return _mark(kernel).exists()


def cache_folder() -> Path:
    """Where compiled kernels of these sources are kept."""
    return Path(numba.config.CACHE_DIR)  # type: ignore[attr-defined]


def _mark(kernel: str) -> Path:
    processor = numba.config.CPU_NAME or llvmlite.binding.get_host_cpu_name()  # type: ignore[attr-defined]
    return cache_folder() / f"{kernel} for {processor}"
