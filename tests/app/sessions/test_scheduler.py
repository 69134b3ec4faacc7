"""The scheduler: fair by processor time, one thread at a time for each piece of work, faults contained."""

import math
import threading
import time
from collections.abc import Iterator
from concurrent.futures import CancelledError

import pytest

from app.sessions.scheduler import (
    CREDIT_S,
    HEAD_START_S,
    LONGEST_SLICE_S,
    SHORTEST_SLICE_S,
    Closed,
    Scheduler,
    processor_time,
)
from tests.app.conftest import PATIENCE_S, until


class Burner:
    """Work that uses as much processor time as it is given, times `greed`, until it has had `slices` slices."""

    awaited = False  # nobody waits for its slices

    def __init__(self, slices: float = math.inf, greed: float = 1.0) -> None:
        self.left = slices
        self.greed = greed
        self.used_s = 0.0
        self.asked: list[float] = []
        self.failed: Exception | None = None
        self.closed = False
        self.playing = True
        self._inside = threading.Lock()

    def due(self) -> float:
        return 0.0 if self.playing and self.left > 0 else math.inf

    def run(self, seconds: float) -> None:
        assert self._inside.acquire(blocking=False), "two threads at once"
        self.asked.append(seconds)
        self.left -= 1
        begun = processor_time()
        while processor_time() - begun < seconds * self.greed:
            pass
        self.used_s += processor_time() - begun
        self._inside.release()

    def look(self) -> float:
        assert self._inside.acquire(blocking=False), "two threads at once"
        self._inside.release()
        return self.used_s

    def fail(self, error: Exception) -> None:
        self.failed = error
        self.playing = False

    def close(self) -> None:
        self.closed = True


@pytest.fixture
def scheduler() -> Iterator[Scheduler[Burner]]:
    scheduler: Scheduler[Burner] = Scheduler(2)
    yield scheduler
    scheduler.shutdown()


def open_all(scheduler: Scheduler[Burner], **works: Burner) -> None:
    for id, work in works.items():
        scheduler.open(id, lambda work=work: work).result(PATIENCE_S)


@pytest.mark.parametrize("workers", [1, 2])
def test_shares_are_even_by_processor_time_not_by_count(workers: int) -> None:
    scheduler: Scheduler[Burner] = Scheduler(workers)
    works = {f"modest {n}": Burner() for n in range(6)} | {"greedy": Burner(greed=8)}
    open_all(scheduler, **works)
    before = {id: work.used_s for id, work in works.items()}
    until(lambda: sum(work.used_s for work in works.values()) > 2.0)
    scheduler.shutdown()
    used = {id: work.used_s - before[id] for id, work in works.items()}
    # What they had while not all had come is in `before`; a slice or two of the greedy one is the grain.
    grain_s = 4 * 8 * LONGEST_SLICE_S + CREDIT_S
    assert max(used.values()) - min(used.values()) < grain_s, used
    slices = {id: len(work.asked) for id, work in works.items()}
    assert slices["greedy"] < min(slice for id, slice in slices.items() if id != "greedy"), slices


def test_slices_are_long_alone_and_short_in_company(scheduler: Scheduler[Burner]) -> None:
    alone = Burner(slices=5)
    open_all(scheduler, alone=alone)
    until(lambda: alone.left == 0)
    assert alone.asked == [LONGEST_SLICE_S] * 5
    crowd = {str(n): Burner() for n in range(12)}
    open_all(scheduler, **crowd)
    for work in crowd.values():
        work.asked.clear()
    until(lambda: all(len(work.asked) >= 3 for work in crowd.values()))
    assert {work.asked[-1] for work in crowd.values()} == {SHORTEST_SLICE_S}


def test_jobs_run_between_slices_and_are_not_held_up(scheduler: Scheduler[Burner]) -> None:
    works = {str(n): Burner() for n in range(20)}
    open_all(scheduler, **works)
    for _ in range(3):
        looks = [scheduler.snapshot(id, Burner.look) for id in works]
        assert all(look.result(PATIENCE_S) >= 0 for look in looks)


def test_a_job_that_arrives_waits_for_slices_under_way_only() -> None:
    scheduler: Scheduler[Burner] = Scheduler(1)
    works = {str(n): Burner() for n in range(10)}
    open_all(scheduler, **works)
    until(lambda: all(len(work.asked) >= 2 for work in works.values()))
    began = sum(len(work.asked) for work in works.values())
    seen = scheduler.snapshot("0", lambda _: sum(len(work.asked) for work in works.values())).result(PATIENCE_S)
    scheduler.shutdown()
    # The one under way, and what one thread may have begun before the job was put.
    assert seen - began <= 3


def test_looking_all_the_time_does_not_starve_the_others() -> None:
    scheduler: Scheduler[Burner] = Scheduler(1)
    quiet, watched = Burner(), Burner(slices=0)
    open_all(scheduler, quiet=quiet, watched=watched)

    def burn(_: Burner) -> None:
        begun = processor_time()
        while processor_time() - begun < 0.02:
            pass

    until(lambda: len(quiet.asked) > 3)
    before, looked_s = quiet.used_s, 0.0
    while looked_s < 1.0:  # as a viewer of something large: the next look is asked for at once
        scheduler.snapshot("watched", burn).result(PATIENCE_S)
        looked_s += 0.02
    trained_s = quiet.used_s - before
    scheduler.shutdown()
    assert trained_s > looked_s - HEAD_START_S - CREDIT_S - 0.1, (trained_s, looked_s)


def test_work_that_cannot_say_when_it_is_due_fails_and_leaves_the_threads_alive(scheduler: Scheduler[Burner]) -> None:
    class Broken(Burner):
        def due(self) -> float:
            raise ZeroDivisionError

    broken = Broken()
    open_all(scheduler, broken=broken, other=Burner(slices=0))
    until(lambda: isinstance(broken.failed, ZeroDivisionError))
    for _ in range(4):
        assert scheduler.snapshot("other", Burner.look).result(PATIENCE_S) == 0


def test_what_a_client_waits_for_goes_first_but_does_not_starve_the_others() -> None:
    scheduler: Scheduler[Burner] = Scheduler(1)
    others = {str(n): Burner() for n in range(8)}
    asked = Burner(slices=16)  # about what it has in credit and as a head start
    asked.awaited, asked.playing = True, False
    open_all(scheduler, asked=asked, **others)
    until(lambda: min(len(other.asked) for other in others.values()) > 3)

    def ask(work: Burner) -> int:
        work.playing = True
        return sum(len(other.asked) for other in others.values())

    before = scheduler.command("asked", ask).result(PATIENCE_S)
    until(lambda: asked.left == 0)
    assert sum(len(other.asked) for other in others.values()) - before <= 24, "not a round for each of its slices"
    asked.left = math.inf
    scheduler.command("asked", ask).result(PATIENCE_S)
    until(lambda: len(asked.asked) > 60)
    assert asked.used_s < min(other.used_s for other in others.values()) + 0.2
    scheduler.shutdown()


def test_work_that_slept_does_not_make_up_for_it(scheduler: Scheduler[Burner]) -> None:
    others = {str(n): Burner() for n in range(3)}
    sleeper = Burner()
    sleeper.playing = False
    open_all(scheduler, sleeper=sleeper, **others)
    until(lambda: sum(work.used_s for work in others.values()) > 0.6)
    before = {id: work.used_s for id, work in others.items()}

    def wake(work: Burner) -> None:
        work.playing = True

    scheduler.command("sleeper", wake).result(PATIENCE_S)
    until(lambda: sleeper.used_s > 0.1)
    trained = [work.used_s - before[id] for id, work in others.items()]
    assert min(trained) > sleeper.used_s - CREDIT_S - 6 * LONGEST_SLICE_S, (trained, sleeper.used_s)


def test_a_slice_that_raises_fails_its_own_work_only(
    scheduler: Scheduler[Burner], caplog: pytest.LogCaptureFixture
) -> None:
    class Broken(Burner):
        def run(self, seconds: float) -> None:
            raise ZeroDivisionError("a bug")

    broken, sound = Broken(), Burner()
    open_all(scheduler, broken=broken, sound=sound)
    until(lambda: broken.failed)
    asked = len(sound.asked)
    until(lambda: len(sound.asked) > asked + 3)
    assert scheduler.snapshot("broken", lambda work: work is broken).result(PATIENCE_S), "it can still be looked at"
    assert "a bug" in caplog.text


def test_a_job_that_raises_tells_who_asked(scheduler: Scheduler[Burner]) -> None:
    open_all(scheduler, one=Burner(slices=0))
    with pytest.raises(ZeroDivisionError):
        scheduler.command("one", lambda _: 1 // 0).result(PATIENCE_S)
    assert scheduler.snapshot("one", lambda work: work.left).result(PATIENCE_S) == 0


def test_work_that_cannot_be_made_is_not_kept(scheduler: Scheduler[Burner]) -> None:
    with pytest.raises(ZeroDivisionError):
        scheduler.open("none", lambda: 1 // 0).result(PATIENCE_S)  # type: ignore[arg-type,return-value]
    with pytest.raises(Closed):
        scheduler.snapshot("none", Burner.look).result(PATIENCE_S)


def test_idle_threads_sleep(scheduler: Scheduler[Burner]) -> None:
    works = {str(n): Burner(slices=0) for n in range(5)}
    open_all(scheduler, **works)
    waits = 0
    original = scheduler._choose

    def counting(now: float) -> object:
        nonlocal waits
        waits += 1
        return original(now)

    until(lambda: scheduler._waiting == 2)
    scheduler._choose = counting  # type: ignore[method-assign,assignment]
    before = time.process_time()
    time.sleep(0.2)  # nothing to wait for: that nothing happens is what is tested
    assert waits == 0
    assert time.process_time() - before < 0.1
    assert scheduler.snapshot("0", Burner.look).result(PATIENCE_S) == 0, "and they wake up"


def test_work_that_is_due_in_ages_leaves_the_threads_alive(scheduler: Scheduler[Burner]) -> None:
    class Patient(Burner):
        def due(self) -> float:
            return 1e300

    open_all(scheduler, patient=Patient())
    until(lambda: scheduler._waiting == 2)
    assert scheduler.snapshot("patient", Burner.look).result(PATIENCE_S) == 0


def test_listeners_hear_of_slices_and_commands_not_of_looks(scheduler: Scheduler[Burner]) -> None:
    work = Burner(slices=0)
    open_all(scheduler, one=work)
    heard: list[str] = []
    unsubscribe = scheduler.subscribe("one", lambda: heard.append("change"))
    scheduler.subscribe("one", lambda: 1 // 0)  # a listener's fault harms nobody
    scheduler.snapshot("one", Burner.look).result(PATIENCE_S)
    scheduler.snapshot("one", Burner.look).result(PATIENCE_S)
    assert heard == []
    scheduler.command("one", lambda work: setattr(work, "left", 3)).result(PATIENCE_S)
    until(lambda: len(heard) == 4)
    unsubscribe()
    scheduler.command("one", Burner.look).result(PATIENCE_S)
    scheduler.command("one", Burner.look).result(PATIENCE_S)
    assert len(heard) == 4


def test_listeners_hear_at_once_of_work_that_cannot_say_when_it_is_due(scheduler: Scheduler[Burner]) -> None:
    work = Burner(slices=0)
    open_all(scheduler, one=work)
    heard: list[Exception | None] = []
    scheduler.subscribe("one", lambda: heard.append(work.failed))
    scheduler.snapshot("one", lambda work: setattr(work, "left", "many")).result(PATIENCE_S)
    until(lambda: bool(heard))
    assert [type(error) for error in heard] == [TypeError], "after it was told itself"


def test_closing_ends_what_waits(scheduler: Scheduler[Burner]) -> None:
    work = Burner(slices=0)
    open_all(scheduler, one=work)
    entered, leave = threading.Event(), threading.Event()

    def hold(_: Burner) -> str:
        entered.set()
        leave.wait(PATIENCE_S)
        return "done"

    holding = scheduler.command("one", hold)
    entered.wait(PATIENCE_S)
    waiting = scheduler.snapshot("one", Burner.look)
    given_up = scheduler.snapshot("one", Burner.look)
    given_up.cancel()
    told: list[bool] = []
    scheduler.subscribe("one", lambda: told.append(work.closed))
    scheduler.close("one")
    assert not work.closed, "a thread still holds it"
    leave.set()
    assert holding.result(PATIENCE_S) == "done"
    with pytest.raises(Closed):
        waiting.result(PATIENCE_S)
    with pytest.raises(CancelledError):
        given_up.result(PATIENCE_S)
    until(lambda: work.closed)
    until(lambda: told)
    with pytest.raises(Closed):
        scheduler.command("one", Burner.look).result(PATIENCE_S)
    with pytest.raises(Closed):
        scheduler.subscribe("one", lambda: None)
    scheduler.close("one")  # once more does no harm


def test_nothing_runs_before_the_preparation() -> None:
    gate, order = threading.Event(), []

    def prepare() -> None:
        gate.wait(PATIENCE_S)
        order.append("prepared")

    scheduler: Scheduler[Burner] = Scheduler(1, prepare)
    made = scheduler.open("one", lambda: order.append("made") or Burner(slices=0))
    assert not made.done()
    gate.set()
    made.result(PATIENCE_S)
    scheduler.shutdown()
    assert order == ["prepared", "made"]


def test_a_preparation_that_fails_is_logged_and_the_host_works(caplog: pytest.LogCaptureFixture) -> None:
    scheduler: Scheduler[Burner] = Scheduler(1, lambda: 1 // 0)  # type: ignore[arg-type,return-value]
    open_all(scheduler, one=Burner(slices=0))
    scheduler.shutdown()
    assert "preparation" in caplog.text


def test_shutdown_closes_everything() -> None:
    scheduler: Scheduler[Burner] = Scheduler(2)
    works = {str(n): Burner() for n in range(4)}
    open_all(scheduler, **works)
    scheduler.shutdown()
    assert all(work.closed for work in works.values())
    assert not any(thread.is_alive() for thread in scheduler._threads)
    with pytest.raises(Closed):
        scheduler.open("late", Burner).result(PATIENCE_S)
