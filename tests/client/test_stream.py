"""The live stream: every row once and in order, whatever is cut."""

import threading
import time
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from gradlab_client import Boundary, Client, Hello, Metrics, Neurons, NotFound, Parameters, Session, State
from gradlab_client.messages import Cursor, Hole
from hypothesis import given
from hypothesis import strategies as st

from tests.browser.relay import Relay


def watched(session: Session, **wish: Any) -> list[Any]:
    return list(session.stream(**wish))


def joined(messages: list[Any]) -> dict[str, np.ndarray]:
    rows = [message for message in messages if isinstance(message, Metrics)]
    return {name: np.concatenate([row[name] for row in rows]) for name in rows[0]}


def assert_whole(messages: list[Any], session: Session) -> None:
    """What came is the history, bit by bit."""
    streamed, history = joined(messages), session.metrics()
    assert streamed.keys() == history.keys()
    for name, column in history.items():
        np.testing.assert_array_equal(streamed[name], column, strict=True)


def test_it_brings_the_history_and_ends_with_the_training(session: Session) -> None:
    session.play(rate=None, until={"epochs": 3000})
    messages = watched(session)
    assert isinstance(messages[0], Hello) and not messages[0].recovered
    assert session.get()["epoch"] == 3000
    assert_whole(messages, session)


def test_it_brings_pictures_as_arrays(session: Session) -> None:
    messages = watched(session, boundary=True, neurons=True, parameters=True, resolution=30)
    session.play(rate=100, until={"epochs": 60})
    messages = watched(session, boundary=True, neurons=True, parameters=True, resolution=30, max_fps=60)
    (boundary, *_) = (message for message in messages if isinstance(message, Boundary))
    (neurons, *_) = (message for message in messages if isinstance(message, Neurons))
    (parameters, *_) = (message for message in messages if isinstance(message, Parameters))
    exact = session.boundary(resolution=30, epoch=int(boundary.epoch)) if boundary.epoch.is_integer() else boundary
    assert boundary.values.shape == (30, 30) and boundary.domain == exact.domain
    np.testing.assert_allclose(boundary.values, exact.values, atol=1 / 255)
    assert [layer.shape for layer in neurons.layers] == [(4, 20, 20), (2, 20, 20), (1, 20, 20)]
    assert [layer.weights.shape for layer in parameters.layers] == [(2, 4), (4, 2), (2, 1)]
    assert any(isinstance(message, State) for message in messages)


def test_classes_come_with_their_confidence(client: Client) -> None:
    session = client.create(dataset="blobs")
    session.play(rate=100, until={"epochs": 30})
    (picture, *_) = (m for m in watched(session, boundary=True, resolution=20) if isinstance(m, Boundary))
    assert picture.confidence is not None and 0 <= picture.confidence.min() <= picture.confidence.max() <= 1
    exact = session.boundary(resolution=20)
    assert set(np.unique(picture.values)) <= {0, 1, 2} and exact.outputs is not None
    assert exact.outputs.shape == (3, 20, 20)
    np.testing.assert_array_equal(exact.values, exact.outputs.argmax(axis=0))


def test_cuts_leave_neither_holes_nor_duplicates(relay: Relay, client: Client) -> None:
    with Client(f"http://{relay.address}") as other:
        session = other.create()
        session.play(rate=300, until={"epochs": 900})
        messages, cuts = [], 0
        for message in session.stream(boundary=True, max_fps=60):
            messages.append(message)
            if isinstance(message, Metrics) and message["seq"][-1] > 150 * (cuts + 1) and cuts < 4:
                cuts += 1
                relay.cut()
                threading.Timer(0.05 * cuts, relay.mend).start()
        hellos = [message for message in messages if isinstance(message, Hello)]
        assert cuts == 4 and [hello.recovered for hello in hellos] == [False, *[True] * (len(hellos) - 1)]
        assert len(hellos) > 1
        assert_whole(messages, session)


def test_a_reset_begins_anew(client: Client) -> None:
    session = client.create()
    session.train(10)
    messages, runs = [], []
    for message in session.stream(follow=True):
        if isinstance(message, Hello):
            messages = []
            runs.append(message.run)
            assert not message.recovered
        messages.append(message)
        rows = joined(messages)["seq"] if any(isinstance(m, Metrics) for m in messages) else []
        if len(runs) == 1 and len(rows) == 11:
            session.reset()
        if len(runs) == 2 and len(rows) == 1:
            break
    assert runs[0] != runs[1]
    assert_whole(messages, session)


def test_the_stream_of_a_session_that_is_deleted_is_not_found(session: Session) -> None:
    with pytest.raises(NotFound, match="session has ended"):
        for _ in session.stream(follow=True):
            session.delete()
    with pytest.raises(NotFound, match="no session with this id"):
        next(session.stream())


def test_a_slow_reader_gets_every_row(client: Client) -> None:
    session = client.create()
    session.play(rate=None, until={"epochs": 2000})
    messages = []
    for message in session.stream(boundary=True, max_fps=60):
        messages.append(message)
        time.sleep(0.02)
    assert_whole(messages, session)


# What may happen: rows come, overlapping or leaving some out; the connection is cut; the run is another one.
EVENTS = st.lists(st.one_of(st.tuples(st.integers(-3, 3), st.integers(0, 4)), st.sampled_from(["cut", "reset"])))


@given(EVENTS)
def test_the_cursor_takes_each_row_once(events: list[Any]) -> None:
    run, cursor, taken = 0, Cursor(), list[int]()
    cursor.greeted({"run": "0", "recovered": False})
    for event in events:
        match event:
            case "cut":
                claim = cursor.claim()
                assert claim == {"run": str(run), "since": len(taken) - 1}
                assert cursor.greeted({"run": str(run), "recovered": True})
            case "reset":
                run, taken = run + 1, []
                assert not cursor.greeted({"run": str(run), "recovered": True})
            case (shift, count):
                first = max(len(taken) + shift, 0)
                numbers = list(range(first, first + count))
                message = {"run": str(run), "seq": first, "count": count, "columns": {"epoch": numbers}}
                if first > len(taken):
                    with pytest.raises(Hole):
                        cursor.new_rows(message)
                else:
                    columns = cursor.new_rows(message)
                    assert columns["seq"] == columns["epoch"]
                    taken += columns["seq"]
        assert taken == list(range(len(taken))) and all(b - a == 1 for a, b in pairwise(taken))


def test_rows_of_another_run_are_a_hole() -> None:
    cursor = Cursor("now", 4)
    with pytest.raises(Hole):
        cursor.new_rows({"run": "before", "seq": 5, "count": 1, "columns": {}})
