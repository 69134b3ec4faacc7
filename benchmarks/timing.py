"""Timing that other work on the machine does not mislead: contestants take turns, and medians are taken over rounds."""

import statistics
import time
from collections.abc import Callable, Mapping
from typing import NamedTuple


class Timing(NamedTuple):
    """Seconds for one repetition over all rounds, and how many cores were busy meanwhile."""

    median: float
    best: float
    worst: float
    cores: float


class Effort(NamedTuple):
    """How many rounds to run, and about how many seconds each contestant gets in each."""

    rounds: int
    seconds: float


def interleave(contestants: Mapping[str, Callable[[int], object]], effort: Effort) -> dict[str, Timing]:
    """Times each contestant, a function of how often to repeat its work; in every round each has one turn."""
    repetitions = {name: _enough(run, effort.seconds) for name, run in contestants.items()}
    wall: dict[str, list[float]] = {name: [] for name in contestants}
    busy: dict[str, list[float]] = {name: [] for name in contestants}
    for _ in range(effort.rounds):
        for name, run in contestants.items():
            seconds, cpu_seconds = stopwatch(run, repetitions[name])
            wall[name].append(seconds / repetitions[name])
            busy[name].append(cpu_seconds / seconds)
    return {
        name: Timing(statistics.median(times), min(times), max(times), statistics.median(busy[name]))
        for name, times in wall.items()
    }


def stopwatch(run: Callable[[int], object], repetitions: int) -> tuple[float, float]:
    """The seconds that passed, and those that the cores spent on it."""
    wall, busy = time.perf_counter(), time.process_time()
    run(repetitions)
    return time.perf_counter() - wall, time.process_time() - busy


def repeated(call: Callable[[], object]) -> Callable[[int], None]:
    """A contestant that makes the same call again and again."""

    def run(repetitions: int) -> None:
        for _ in range(repetitions):
            call()

    return run


def _enough(run: Callable[[int], object], seconds: float) -> int:
    """How many repetitions last about that long."""
    run(1)  # whatever is compiled or loaded on first use
    repetitions = 1
    while True:
        taken = min(stopwatch(run, repetitions)[0] for _ in range(2))
        if taken >= seconds / 4:
            return max(1, round(repetitions * seconds / taken))
        repetitions *= 4
