"""Pacing: which step a session should have reached by now, and how fast it actually trains."""

import math
from collections import deque

TICK_S = 0.020  # slices of a slow session come no closer together than this
WINDOW_S = 1.0  # over which speed is measured
PATIENCE_S = 0.25  # steps missed for longer than this are dropped: no rush after a delay


class Pace:
    """Steps per second from a moment and a step on; infinity means as fast as the share allows."""

    def __init__(self, steps_per_second: float, now: float, step: int) -> None:
        self.steps_per_second = steps_per_second
        self._since = now
        self._first = step

    def target(self, now: float) -> int | None:
        """The step that should be reached by now; None if there is no limit."""
        if math.isinf(self.steps_per_second):
            return None
        return self._first + int((now - self._since) * self.steps_per_second)

    def due(self, now: float, step: int) -> float:
        """When the next slice is due."""
        target = self.target(now)
        if target is None or step < target:
            return now
        next_step = self._since + (step + 1 - self._first) / self.steps_per_second
        return max(next_step, now + TICK_S)

    def drop_backlog(self, now: float, step: int) -> None:
        """Restarts the count from here if training has fallen too far behind."""
        target = self.target(now)
        if target is not None and target - step > self.steps_per_second * PATIENCE_S + 1:
            self._since, self._first = now, step


class Speedometer:
    """Steps per second over about the last second."""

    def __init__(self) -> None:
        self.steps_per_second = 0.0
        self._marks: deque[tuple[float, int]] = deque()

    def mark(self, now: float, step: int) -> None:
        """Records how far training is."""
        marks = self._marks
        if not marks or now - marks[-1][0] > WINDOW_S / 10:
            marks.append((now, step))
        while now - marks[0][0] > WINDOW_S and len(marks) > 2:
            marks.popleft()
        (since, first), (until, last) = marks[0], marks[-1]
        self.steps_per_second = (last - first) / (until - since) if until > since else 0.0
