"""The pace: how many steps are due when, with a clock of our own."""

import math

import pytest

from app.sessions.pacing import PATIENCE_S, TICK_S, WINDOW_S, Pace, Speedometer


def test_flat_out_has_no_target_and_is_always_due() -> None:
    pace = Pace(math.inf, 10.0, 5)
    assert pace.target(11.0) is None
    assert pace.due(11.0, 5) == 11.0


@pytest.mark.parametrize("rate", [0.1, 2.5, 750.0, 1e6])
def test_over_time_the_rate_is_kept(rate: float) -> None:
    pace, now, step = Pace(rate, 100.0, 7), 100.0, 7
    while now < 160.0:
        now = max(pace.due(now, step), now + 1e-4)
        target = pace.target(now)
        assert target is not None
        step = max(step, target)
    assert step - 7 == pytest.approx((now - 100.0) * rate, abs=rate * 1e-3 + 1)


def test_slices_keep_a_distance() -> None:
    pace = Pace(1e6, 0.0, 0)
    assert pace.due(1.0, 1_000_000) == pytest.approx(1.0 + TICK_S)
    assert pace.due(1.0, 999_999) == 1.0, "who is behind is due now"


def test_slow_paces_wait_for_the_next_step() -> None:
    assert Pace(0.5, 0.0, 0).due(0.0, 0) == pytest.approx(2.0)


def test_what_was_missed_is_drop_backlog() -> None:
    pace = Pace(1000.0, 0.0, 0)
    pace.drop_backlog(PATIENCE_S / 2, 0)
    assert pace.target(PATIENCE_S / 2) == 125, "a little may be caught up"
    pace.drop_backlog(60.0, 0)
    assert pace.target(60.0) == 0
    assert pace.target(60.0105) == 10


def test_speed_is_that_of_the_last_second() -> None:
    speed, now, step = Speedometer(), 50.0, 0
    assert speed.steps_per_second == 0
    for steps_per_second in (100, 1000):
        for _ in range(300):
            now += 0.01
            step += steps_per_second // 100
            speed.mark(now, step)
        assert speed.steps_per_second == pytest.approx(steps_per_second, rel=0.02)
    now += 10
    speed.mark(now, step)
    assert speed.steps_per_second < 1000 * WINDOW_S / 10
