"""The scheduler: runs many pieces of work on a few threads, so that each gets its fair share of the processor.

Work that wants to go on gets a short slice of time in turn: always the piece that has used the least processor time so
far. Between slices, jobs (a look, a change) run on the same threads; so nothing is ever touched by two threads at once,
and whoever asks (the event loop) never computes. The scheduler knows nothing of HTTP.
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
ROUND_S = 0.020  # the longest time until everyone has had a slice; slices shrink toward the shortest to keep it
# Work that a client waits for, or with a job waiting, goes before the rest, unless it is this far ahead in processor
# time: most questions are quick, but no session can starve the others by asking for something large all the time.
HEAD_START_S = 0.050
# What takes several slices gets less of it: a session that has asked for much still gets quick answers.
HEAD_START_OF_SLICES_S = 0.025
# Work that was idle gets only this much credit, or it would block the others for as long as it was idle.
CREDIT_S = 0.020
LONGEST_WAIT_S = 60.0  # threads cannot wait for any time there is

# Processor time of this thread; on systems where that clock is coarse (Windows), the time that passed.
_precise = time.get_clock_info("thread_time").resolution < 1e-4
processor_time: Callable[[], float] = time.thread_time if _precise else time.perf_counter


class Work(Protocol):
    """What a scheduler runs."""

    def due(self) -> float:
        """The time (`time.monotonic`) from which it wants a slice; infinity if it wants none."""

    @property
    def awaited(self) -> bool:
        """Whether a client waits for what its slices do."""

    def run(self, seconds: float) -> None:
        """Works for about this long."""

    def fail(self, error: Exception) -> None:
        """Called when a slice raised an error."""

    def close(self) -> None:
        """Called when it will not be run again."""


W = TypeVar("W", bound=Work)
T = TypeVar("T")


class Closed(Exception):
    """Raised by a future whose work was closed before its job could run."""


@dataclass
class _Job:
    run: Callable[[Any], Any]
    future: Future[Any]
    notifies: bool


@dataclass(eq=False)
class _Slot(Generic[W]):
    """A piece of work, with the jobs that wait for it."""

    work: W | None = None
    jobs: deque[_Job] = field(default_factory=deque)
    listeners: tuple[Callable[[], None], ...] = ()
    used_s: float = 0.0
    due: float = math.inf
    awaited: bool = False
    running: bool = False
    closed: bool = False


class Scheduler(Generic[W]):
    """Threads that share the processor among what was opened. `prepare` runs first, before any job."""

    def __init__(self, workers: int, prepare: Callable[[], None] = lambda: None) -> None:
        self._slots: dict[str, _Slot[W]] = {}
        self._active: dict[_Slot[W], None] = {}  # those with a job or a due time, in order of coming
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
        slot: _Slot[W] = _Slot()

        def begin(_: Any) -> W:
            try:
                slot.work = make()
            except BaseException:
                self.close(id)
                raise
            return slot.work

        with self._wake:
            self._slots[id] = slot
            return self._put(slot, begin, notifies=False)

    def command(self, id: str, job: Callable[[W], T]) -> Future[T]:
        """Runs a job that changes the work, between slices, and then notifies the listeners."""
        with self._wake:
            return self._put(self._slots.get(id), job, notifies=True)

    def snapshot(self, id: str, job: Callable[[W], T]) -> Future[T]:
        """Runs a job that only looks."""
        with self._wake:
            return self._put(self._slots.get(id), job, notifies=False)

    def subscribe(self, id: str, listener: Callable[[], None]) -> Callable[[], None]:
        """Has `listener` called on a worker thread after every slice, command and fault, until the result is called."""
        with self._wake:
            slot = self._slots.get(id)
            if slot is None:
                raise Closed
            slot.listeners = (*slot.listeners, listener)

        def unsubscribe() -> None:
            with self._wake:
                slot.listeners = tuple(other for other in slot.listeners if other is not listener)

        return unsubscribe

    def close(self, id: str) -> None:
        """Ends a piece of work. Jobs that are waiting raise Closed; listeners are notified once more."""
        with self._wake:
            slot = self._slots.pop(id, None)
            if slot is None:
                return
            slot.closed = True
            self._active.pop(slot, None)
            running = slot.running
        if not running:  # else the thread that runs it does this
            self._close(slot)

    def _close(self, slot: _Slot[W]) -> None:
        for job in slot.jobs:
            if job.future.set_running_or_notify_cancel():
                job.future.set_exception(Closed())
        if slot.work is not None:
            slot.work.close()
        _notify(slot.listeners)

    def used_s(self, id: str) -> float:
        """Processor time that a piece of work has used, with what it was credited while it slept."""
        return self._slots[id].used_s

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
        for id in list(self._slots):
            self.close(id)

    # The threads

    def _start(self, prepare: Callable[[], None]) -> None:
        try:
            prepare()
        except Exception:
            log.exception("the preparation failed")
        for thread in self._threads:
            thread.start()

    def _put(self, slot: _Slot[W] | None, run: Callable[[Any], Any], notifies: bool) -> Future[Any]:
        future: Future[Any] = Future()
        if slot is None or self._stopping:
            future.set_exception(Closed())
            return future
        slot.jobs.append(_Job(run, future, notifies))
        self._active[slot] = None
        if self._waiting:
            self._wake.notify()
        return future

    def _serve(self) -> None:
        while (turn := self._take()) is not None:
            slot, job, seconds = turn
            before = processor_time()
            tell = self._run_slice(slot, seconds) if job is None else self._run_job(slot, job)
            spent_s = processor_time() - before
            sound = self._release(slot, spent_s)
            if tell or not sound:
                _notify(slot.listeners)
            del turn, slot, job  # what was closed must not live on in a thread that waits

    def _run_job(self, slot: _Slot[W], job: _Job) -> bool:
        if not job.future.set_running_or_notify_cancel():
            return False
        try:
            job.future.set_result(job.run(slot.work))
        except BaseException as error:
            job.future.set_exception(error)
        return job.notifies

    def _run_slice(self, slot: _Slot[W], seconds: float) -> bool:
        work = slot.work
        if work is None:
            return False
        try:
            work.run(seconds)
        except Exception as error:
            _fail(work, error)
        return True

    def _take(self) -> tuple[_Slot[W], _Job | None, float] | None:
        """Waits for the next turn; None when the scheduler is stopping."""
        with self._wake:
            while not self._stopping:
                slot, ready, next_due = self._choose(time.monotonic())
                if slot is not None:
                    slot.running = True
                    job = slot.jobs.popleft() if slot.jobs else None
                    return slot, job, min(LONGEST_SLICE_S, max(SHORTEST_SLICE_S, ROUND_S / max(ready, 1)))
                self._waiting += 1
                self._wake.wait(min(max(0.0, next_due - time.monotonic()), LONGEST_WAIT_S))
                self._waiting -= 1
            return None

    def _choose(self, now: float) -> tuple[_Slot[W] | None, int, float]:
        """Whose turn it is, how many want to train, and when the next one is due if none does."""
        best: _Slot[W] | None = None
        best_key = least_used = next_due = math.inf
        ready = 0
        for slot in self._active:
            if slot.due <= now:
                ready += 1
            elif not slot.jobs:
                if not slot.running:
                    next_due = min(next_due, slot.due)
                continue
            slot.used_s = max(slot.used_s, self._frontier_s - CREDIT_S)
            least_used = min(least_used, slot.used_s)
            if slot.running:
                continue
            key = slot.used_s - (HEAD_START_S if slot.jobs else HEAD_START_OF_SLICES_S if slot.awaited else 0.0)
            if key < best_key:
                best, best_key = slot, key
        if best is not None:
            self._frontier_s = max(self._frontier_s, least_used)
        return best, ready, next_due

    def _release(self, slot: _Slot[W], spent_s: float) -> bool:
        """Ends a turn; returns whether the work could say when it wants the next."""
        due, awaited, sound = _plans(slot.work) if slot.work is not None else (math.inf, False, True)
        with self._wake:
            slot.used_s += spent_s
            slot.running = False
            slot.due, slot.awaited = due, awaited
            if slot.closed or not (slot.jobs or due < math.inf):
                self._active.pop(slot, None)
            else:
                self._active[slot] = None
            if self._waiting and len(self._active) > 1:  # this thread takes one of them itself
                self._wake.notify()
        if slot.closed:
            self._close(slot)
        return sound


def _plans(work: Work) -> tuple[float, bool, bool]:
    """When it is due next, whether a client waits for it, and whether it could say so; after a fault, never."""
    try:
        return work.due(), work.awaited, True
    except Exception as error:
        _fail(work, error)
        return math.inf, False, False


def _fail(work: Work, error: Exception) -> None:
    """Tells work of its fault; it must not take a worker with it."""
    log.error("a piece of work failed", exc_info=error)
    try:
        work.fail(error)
    except Exception:
        log.exception("it could not be told so")


def _notify(listeners: tuple[Callable[[], None], ...]) -> None:
    for listener in listeners:
        try:
            listener()
        except Exception:  # a listener must not take a worker with it
            log.exception("a listener failed")
