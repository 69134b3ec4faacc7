"""The host: runs many pieces of work on a few threads, so that each gets its fair share of the processor.

Work that wants to go on gets a short slice of time in turn: always the piece that has used the least processor time so
far. Between slices, jobs (a look, a change) run on the same threads; so nothing is ever touched by two threads at once,
and whoever asks (the event loop) never computes. A host knows nothing of HTTP: the same one can run inside an actor on
another machine.
"""

import logging
import math
import threading
import time
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import Any, Generic, Protocol, TypeVar

log = logging.getLogger("gradlab")

SHORTEST_SLICE_S = 0.002
LONGEST_SLICE_S = 0.010
ROUND_S = 0.020  # so long, at most, until everyone had a slice; slices shrink towards the shortest to keep it
# Work with a job waiting goes before work without, unless it is this far ahead in processor time: looking is quick,
# but nobody can starve the others by looking at something large all the time.
HEAD_START_S = 0.050
# Work that slept does not get back all the time it left to others, or it would hold them up for as long.
CREDIT_S = 0.020
LONGEST_WAIT_S = 60.0  # threads cannot wait for any time there is

# Processor time of this thread; on systems where that clock is coarse (Windows), the time that passed.
_precise = time.get_clock_info("thread_time").resolution < 1e-4
processor_time: Callable[[], float] = time.thread_time if _precise else time.perf_counter


class Work(Protocol):
    """What a host runs."""

    def due(self) -> float:
        """The moment (`time.monotonic`) from which it wants a slice; infinity if it wants none."""

    def run(self, seconds: float) -> None:
        """Goes on for about so long."""

    def fail(self, error: Exception) -> None:
        """Is told that its slice raised an error."""

    def close(self) -> None:
        """Is told that it will not be run again."""


W = TypeVar("W", bound=Work)
T = TypeVar("T")


class Closed(Exception):
    """Raised by a future whose work was closed before its job could run."""


@dataclass
class _Job:
    run: Callable[[Any], Any]
    future: Future[Any]
    tells: bool


@dataclass(eq=False)
class _Seat(Generic[W]):
    """A piece of work's place in the house."""

    work: W | None = None
    jobs: deque[_Job] = field(default_factory=deque)
    listeners: tuple[Callable[[], None], ...] = ()
    used_s: float = 0.0
    due: float = math.inf
    held: bool = False
    closed: bool = False


class Host(Generic[W]):
    """Threads that share the processor among what was opened. `prepare` runs first, before any job."""

    def __init__(self, workers: int, prepare: Callable[[], None] = lambda: None) -> None:
        self._seats: dict[str, _Seat[W]] = {}
        self._active: dict[_Seat[W], None] = {}  # those with a job or a due time, in order of coming
        self._wake = threading.Condition(threading.Lock())
        self._frontier_s = 0.0  # the least processor time used among those that want to run
        self._waiting = 0
        self._stopping = False
        self._threads = [
            threading.Thread(target=self._serve, name=f"worker-{index}", daemon=True) for index in range(workers)
        ]
        self._starter = threading.Thread(target=self._start, args=(prepare,), name="starter", daemon=True)
        self._starter.start()

    # The interface: all return at once.

    def open(self, id: str, make: Callable[[], W]) -> Future[W]:
        """Takes in a piece of work, which is made on a worker thread. The future raises what `make` raises."""
        seat: _Seat[W] = _Seat()

        def begin(_: Any) -> W:
            try:
                seat.work = make()
            except BaseException:
                self.close(id)
                raise
            return seat.work

        with self._wake:
            self._seats[id] = seat
            return self._put(seat, begin, tells=False)

    def command(self, id: str, job: Callable[[W], T]) -> Future[T]:
        """Runs a job that changes the work, between slices; the listeners are told afterwards."""
        with self._wake:
            return self._put(self._seats.get(id), job, tells=True)

    def snapshot(self, id: str, job: Callable[[W], T]) -> Future[T]:
        """Runs a job that only looks."""
        with self._wake:
            return self._put(self._seats.get(id), job, tells=False)

    def subscribe(self, id: str, listener: Callable[[], None]) -> Callable[[], None]:
        """Has `listener` called on a worker thread after every slice and command, until the result is called."""
        with self._wake:
            seat = self._seats.get(id)
            if seat is None:
                raise Closed
            seat.listeners = (*seat.listeners, listener)

        def unsubscribe() -> None:
            with self._wake:
                seat.listeners = tuple(other for other in seat.listeners if other is not listener)

        return unsubscribe

    def close(self, id: str) -> None:
        """Ends a piece of work; jobs that still waited raise Closed, and listeners are told a last time."""
        with self._wake:
            seat = self._seats.pop(id, None)
            if seat is None:
                return
            seat.closed = True
            self._active.pop(seat, None)
            held = seat.held
        if not held:  # else the thread that holds it does this
            self._bury(seat)

    def _bury(self, seat: _Seat[W]) -> None:
        for job in seat.jobs:
            if job.future.set_running_or_notify_cancel():
                job.future.set_exception(Closed())
        if seat.work is not None:
            seat.work.close()
        _tell(seat.listeners)

    def used_s(self, id: str) -> float:
        """Processor time that a piece of work has used, with what it was credited while it slept."""
        return self._seats[id].used_s

    @property
    def stopping(self) -> bool:
        """Whether it has been told to end."""
        return self._stopping

    def shutdown(self, timeout_s: float = 5.0) -> None:
        """Ends after the slices under way, closes everything, and waits so long for the threads."""
        with self._wake:
            self._stopping = True
            self._wake.notify_all()
        deadline = time.monotonic() + timeout_s
        for thread in self._threads:
            if thread.ident is not None:
                thread.join(max(0.0, deadline - time.monotonic()))
        for id in list(self._seats):
            self.close(id)

    # The threads

    def _start(self, prepare: Callable[[], None]) -> None:
        try:
            prepare()
        except Exception:
            log.exception("the preparation failed")
        for thread in self._threads:
            thread.start()

    def _put(self, seat: _Seat[W] | None, run: Callable[[Any], Any], tells: bool) -> Future[Any]:
        future: Future[Any] = Future()
        if seat is None or self._stopping:
            future.set_exception(Closed())
            return future
        seat.jobs.append(_Job(run, future, tells))
        self._active[seat] = None
        if self._waiting:
            self._wake.notify()
        return future

    def _serve(self) -> None:
        while (turn := self._take()) is not None:
            seat, job, seconds = turn
            before = processor_time()
            tell = self._slice(seat, seconds) if job is None else self._do(seat, job)
            spent_s = processor_time() - before
            self._give_back(seat, spent_s)
            if tell:
                _tell(seat.listeners)
            del turn, seat, job  # what was closed must not live on in a thread that waits

    def _do(self, seat: _Seat[W], job: _Job) -> bool:
        if not job.future.set_running_or_notify_cancel():
            return False
        try:
            job.future.set_result(job.run(seat.work))
        except BaseException as error:
            job.future.set_exception(error)
        return job.tells

    def _slice(self, seat: _Seat[W], seconds: float) -> bool:
        work = seat.work
        if work is None:
            return False
        try:
            work.run(seconds)
        except Exception as error:
            log.exception("a slice failed")
            work.fail(error)
        return True

    def _take(self) -> tuple[_Seat[W], _Job | None, float] | None:
        """Waits for the next turn; None when the host is stopping."""
        with self._wake:
            while not self._stopping:
                seat, wanting, next_due = self._choose(time.monotonic())
                if seat is not None:
                    seat.held = True
                    job = seat.jobs.popleft() if seat.jobs else None
                    return seat, job, min(LONGEST_SLICE_S, max(SHORTEST_SLICE_S, ROUND_S / max(wanting, 1)))
                self._waiting += 1
                self._wake.wait(min(max(0.0, next_due - time.monotonic()), LONGEST_WAIT_S))
                self._waiting -= 1
            return None

    def _choose(self, now: float) -> tuple[_Seat[W] | None, int, float]:
        """Whose turn it is, how many want to train, and when the next one falls due if nobody does."""
        best: _Seat[W] | None = None
        best_key = least_used = next_due = math.inf
        wanting = 0
        for seat in self._active:
            if seat.due <= now:
                wanting += 1
            elif not seat.jobs:
                if not seat.held:
                    next_due = min(next_due, seat.due)
                continue
            seat.used_s = max(seat.used_s, self._frontier_s - CREDIT_S)
            least_used = min(least_used, seat.used_s)
            if seat.held:
                continue
            key = seat.used_s - (HEAD_START_S if seat.jobs else 0.0)
            if key < best_key:
                best, best_key = seat, key
        if best is not None:
            self._frontier_s = max(self._frontier_s, least_used)
        return best, wanting, next_due

    def _give_back(self, seat: _Seat[W], spent_s: float) -> None:
        due = seat.work.due() if seat.work is not None else math.inf
        with self._wake:
            seat.used_s += spent_s
            seat.held = False
            seat.due = due
            if seat.closed or not (seat.jobs or due < math.inf):
                self._active.pop(seat, None)
            else:
                self._active[seat] = None
            if self._waiting and len(self._active) > 1:  # this thread takes one of them itself
                self._wake.notify()
        if seat.closed:
            self._bury(seat)


def _tell(listeners: tuple[Callable[[], None], ...]) -> None:
    for listener in listeners:
        try:
            listener()
        except Exception:  # a listener must not take a worker with it
            log.exception("a listener failed")
