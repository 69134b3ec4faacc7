"""What a client is sent, without a network: every row once, pictures only when something changed."""

import base64
import time
from concurrent.futures import Future
from typing import Any

import msgpack
import numpy as np
import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from app.encoding import JSON, MSGPACK, Codec, to_json
from app.experiments import read_experiment
from app.schemas.requests import Play, Reset, Subscribe
from app.sessions.session import Session
from app.stream import messages
from app.stream.subscription import Subscription
from engine import Experiment, InvalidInput, Layer, Trainer, catalogue_data, resolve
from engine.training.metrics_row import measures
from tests.app.conftest import rows_of, strict

FAR = 1e9  # a moment at which everything is due


def decode(message: str | bytes) -> Any:
    return strict(message) if isinstance(message, str) else msgpack.unpackb(message)


def look(subscription: Subscription, now: float = FAR) -> list[Any]:
    due, _, _ = subscription.pending(now)
    return [decode(message) for message in subscription.render(due)] if due else []


def subscribed(session: Session, codec: Codec = JSON, **wish: Any) -> Subscription:
    subscription = Subscription(session, codec)
    subscription.subscribe(Subscribe(type="subscribe", **wish))
    return subscription


@pytest.fixture
def session() -> Session:
    return Session("one", Trainer(resolve(Experiment())))


def test_first_of_all_a_hello_then_everything(session: Session) -> None:
    subscription = subscribed(session)
    messages = look(subscription)
    assert [message["type"] for message in messages] == [
        "hello",
        "state",
        "metrics",
        "boundary",
        "neurons",
        "parameters",
    ]
    hello = messages[0]
    assert (hello["protocol"], hello["session"], hello["run"]) == (1, "one", session.run_id)
    assert (hello["state"], hello["seq"], hello["recovered"]) == ("ready", 0, False)
    assert hello["experiment"] == session.experiment_data
    assert look(subscription) == [], "nothing has changed"


@pytest.mark.parametrize("off", ["metrics", "boundary", "neurons", "parameters"])
def test_null_turns_a_kind_off(session: Session, off: str) -> None:
    subscription = subscribed(session, **{off: None})
    types = {message["type"] for message in look(subscription)}
    assert off not in types and len(types) == 5


def test_both_subprotocols_say_the_same(session: Session) -> None:
    session.trainer.step_once("epoch", 3)
    in_json, in_msgpack = look(subscribed(session)), look(subscribed(session, MSGPACK))

    def as_text(value: Any) -> Any:
        if isinstance(value, bytes):
            return base64.b64encode(value).decode()
        if isinstance(value, dict):
            return {key: as_text(item) for key, item in value.items()}
        return [as_text(item) for item in value] if isinstance(value, list) else value

    for told in (in_json, in_msgpack):  # whose columns are written in two ways
        told[2]["columns"] = repr(rows_of(told[2]))
    assert as_text(in_msgpack) == in_json


def picture(session: Session, kind: str, resolution: int = 10) -> Any:
    (message,) = [
        message
        for message in look(subscribed(session, MSGPACK, **{kind: {"resolution": resolution}}))
        if message["type"] == kind
    ]
    return message


def test_the_boundary_is_the_trainers(session: Session) -> None:
    session.trainer.step_once("epoch", 5)
    message, values = picture(session, "boundary"), session.trainer.boundary(10).values[0]
    assert (message["width"], message["height"], message["domain"]) == (10, 10, [-6, 6, -6, 6])
    shown = message["low"] + np.frombuffer(message["data"], np.uint8) / 255 * (message["high"] - message["low"])
    np.testing.assert_allclose(shown.reshape(10, 10), values, atol=(values.max() - values.min()) / 509)


def test_with_several_classes_the_boundary_is_the_class_and_its_probability() -> None:
    session = Session("one", Trainer(resolve(Experiment())))
    session.patch(b'{"dataset": {"name": "blobs", "classes": 5}}', reset=True).result(0)
    session.trainer.step_once("epoch", 5)
    message, values = picture(session, "boundary"), session.trainer.boundary(10).values
    assert message["classes"] == 5
    np.testing.assert_array_equal(np.frombuffer(message["data"], np.uint8), values.argmax(axis=0).ravel())
    confidence = np.frombuffer(message["confidence"], np.uint8) / 255
    np.testing.assert_allclose(confidence, values.max(axis=0).ravel(), atol=1 / 509)


def test_the_neurons_are_the_trainers(session: Session) -> None:
    message, maps = picture(session, "neurons"), session.trainer.neurons(10)
    assert [layer["units"] for layer in message["layers"]] == [4, 2, 1]
    for layer, expected in zip(message["layers"], maps, strict=True):
        shown = layer["low"] + np.frombuffer(layer["data"], np.uint8) / 255 * (layer["high"] - layer["low"])
        np.testing.assert_allclose(shown.reshape(-1, 10, 10), expected, atol=(expected.max() - expected.min()) / 509)


def test_the_parameters_are_the_trainers(session: Session) -> None:
    (message,) = [message for message in look(subscribed(session, MSGPACK)) if message["type"] == "parameters"]
    for layer, expected in zip(message["layers"], session.trainer.parameters(), strict=True):
        shape = layer["fan_in"], layer["fan_out"]
        np.testing.assert_array_equal(np.frombuffer(layer["weights"], "<f4").reshape(shape), expected.weights)
        np.testing.assert_array_equal(np.frombuffer(layer["biases"], "<f4"), expected.biases)


def numbers(data: bytes) -> np.ndarray:
    return np.frombuffer(data, "<f4")


@pytest.mark.parametrize(
    "experiment",
    [
        {},
        {"output": {"activation": "tanh"}, "loss": "hinge"},
        {"dataset": {"name": "blobs", "classes": 4}},
        {"dataset": {"name": "regression_bumps"}},
        {"task": "multilabel", "dataset": {"name": "discs"}},
    ],
)
def test_answers_are_what_is_said_of_the_points(experiment: dict[str, Any]) -> None:
    session = Session("one", Trainer(resolve(read_experiment(to_json(experiment)))))
    session.trainer.step_once("epoch", 5)
    subscription = subscribed(session, MSGPACK, predictions={})
    (message,) = [message for message in look(subscription) if message["type"] == "predictions"]
    data = session.trainer.data
    for name, part in data.parts.items():
        if not len(part):
            assert name not in message["parts"]
            continue
        told = message["parts"][name]
        outputs, losses = session.trainer.evaluate(name)
        assert told["count"] == len(part)
        np.testing.assert_allclose(numbers(told["losses"]), losses, rtol=1e-6)
        if data.task == "regression":
            np.testing.assert_allclose(numbers(told["predicted"]), outputs[0], rtol=1e-6)
            continue
        right = measures(session.trainer, session.trainer.at_once(name))[
            ("accuracy", "exact_match")[data.task == "multilabel"]
        ]
        assert 1 - np.frombuffer(told["wrong"], np.uint8).mean() == pytest.approx(right)
        if data.task != "multilabel":
            said = [data.classes.index(label) for label in session.trainer.predict(part.points.tolist())[1]]
            assert numbers(told["predicted"]).tolist() == said
            assert ((numbers(told["confidence"]) >= 0) & (numbers(told["confidence"]) <= 1)).all()


def test_pictures_of_another_plane() -> None:
    session = Session("one", Trainer(resolve(read_experiment(b'{"dataset": {"name": "iris"}}'))))
    for axes in ([0, 3], "principal"):
        plane = {"axes": axes, "domain": [-1.0, 1.0, 0.0, 2.0]}
        messages = {message["type"]: message for message in look(subscribed(session, MSGPACK, plane=plane))}
        wanted = session.trainer.boundary(64, tuple(axes) if axes != "principal" else "principal", (-1, 1, 0, 2)).values
        assert (messages["boundary"]["axes"], messages["boundary"]["domain"]) == (axes, [-1, 1, 0, 2])
        np.testing.assert_array_equal(np.frombuffer(messages["boundary"]["data"], np.uint8), wanted.argmax(0).ravel())
    with pytest.raises(InvalidInput, match="two columns"):
        subscribed(session, plane={"axes": [0, 9]})
    with pytest.raises(InvalidInput, match="part of the plane"):
        subscribed(session, plane={"domain": [1.0, -1.0, 0.0, 1.0]})


def test_columns_that_a_new_run_does_not_have_are_passed_over() -> None:
    session = Session("one", Trainer(resolve(read_experiment(b'{"dataset": {"name": "iris"}}'))))
    subscription = subscribed(session, plane={"axes": [2, 3], "domain": [-1.0, 1.0, 0.0, 2.0]})
    look(subscription)
    session.patch(b'{"dataset": {"name": "circle"}, "task": null, "features": null}', reset=True).result(0)
    (message,) = [message for message in look(subscription) if message["type"] == "boundary"]
    assert (message["axes"], message["domain"]) == ([0, 1], [-6, 6, -6, 6])


def test_pictures_of_the_past_stay_while_rows_go_on(session: Session) -> None:
    session.trainer.step_once("epoch", 3)
    then = {m["type"]: m for m in look(subscribed(session, MSGPACK)) if m["type"] in messages.PICTURES}
    session.trainer.step_once("epoch", 4)
    arrived = session.at(3, lambda trainer: trainer)
    assert isinstance(arrived, Future)
    while not arrived.done():
        session.run(1.0)
    subscription = Subscription(session, MSGPACK)
    subscription.subscribe(Subscribe(type="subscribe", epoch=3), arrived.result())
    shown = {message["type"]: message for message in look(subscription)}
    for kind, message in then.items():
        assert shown[kind] == message | {"past": True}, kind
    session.trainer.step_once("epoch", 1)
    session.revision += 1
    assert {message["type"] for message in look(subscription, 2 * FAR)} == {"state", "metrics"}
    subscription.subscribe(Subscribe(type="subscribe"))
    assert {m["epoch"] for m in look(subscription, 3 * FAR) if m["type"] in messages.PICTURES} == {8}


def test_many_rows_come_in_several_messages_without_a_gap(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("app.stream.messages.MOST_ROWS", 200)
    session.trainer.step_once("epoch", 450)
    subscription = subscribed(session, boundary=None, neurons=None, parameters=None)
    sizes, rows = [], []
    while messages := look(subscription):
        for message in messages:
            if message["type"] == "metrics":
                assert message["run"] == session.run_id
                sizes.append(message["count"])
                rows += rows_of(message)
    assert sizes == [200, 200, 51]
    assert [row["seq"] for row in rows] == list(range(451))


def test_rows_are_gathered_no_more_often_than_asked(session: Session) -> None:
    subscription = subscribed(session, metrics={"max_fps": 2}, boundary=None, neurons=None, parameters=None)
    now = time.monotonic()
    look(subscription, now)
    session.trainer.step_once("epoch", 3)
    due, wait_s, _ = subscription.pending(now + 0.1)
    assert "metrics" not in due and 0 < wait_s <= 0.5
    messages = look(subscription, now + 0.6)
    assert [row["seq"] for message in messages if message["type"] == "metrics" for row in rows_of(message)] == [1, 2, 3]


def test_a_slow_viewer_gets_one_new_picture_not_many_old_ones(session: Session) -> None:
    subscription = subscribed(session)
    look(subscription)
    for _ in range(50):
        session.trainer.step_once("epoch", 1)
        session.revision += 1
    pictures = [message for message in look(subscription) if message["type"] == "boundary"]
    assert [message["step"] for message in pictures] == [session.trainer.step]


def test_viewers_share_a_picture(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    drawn: list[int] = []
    original = session.trainer.boundary
    monkeypatch.setattr(
        session.trainer, "boundary", lambda resolution, *plane: drawn.append(resolution) or original(resolution)
    )
    for _ in range(3):
        look(subscribed(session))
    look(subscribed(session, MSGPACK))
    assert drawn == [64, 64], "once for each subprotocol"
    session.revision += 1
    look(subscribed(session))
    assert len(drawn) == 3


def test_what_happens_to_the_session_does_not_wait_for_its_turn(session: Session) -> None:
    subscription, now = subscribed(session), time.monotonic()
    look(subscription, now)
    assert not subscription.urgent()
    session.play(Play(command="play", rate=1.0))
    assert subscription.urgent()
    (message,) = look(subscription, now)
    assert (message["type"], message["state"], message["rate"]) == ("state", "running", 1.0)
    session.patch(b'{"batch_size": 20}', reset=False).result(0)
    hello = look(subscription, now)[0]
    assert (hello["type"], hello["recovered"], hello["experiment"]["batch_size"]) == ("hello", True, 20)


def test_after_a_reset_everything_comes_anew(session: Session) -> None:
    subscription = subscribed(session)
    look(subscription)
    session.trainer.step_once("epoch", 5)
    look(subscription)
    session.reset(Reset(command="reset"))
    messages = look(subscription)
    assert messages[0]["type"] == "hello" and messages[0]["recovered"] is False
    assert messages[0]["run"] == session.run_id
    assert [row["seq"] for message in messages if message["type"] == "metrics" for row in rows_of(message)] == [0]


def resume(session: Session, run: str | None, since: int | None) -> tuple[bool, list[int]]:
    subscription = subscribed(session, run=run, since=since)
    messages = look(subscription)
    seqs = [row["seq"] for message in messages if message["type"] == "metrics" for row in rows_of(message)]
    return messages[0]["recovered"], seqs


def test_never_a_silent_hole(session: Session) -> None:
    session.trainer.step_once("epoch", 5)
    everything = list(range(6))
    assert resume(session, session.run_id, 3) == (True, [4, 5])
    assert resume(session, session.run_id, 5) == (True, [])
    assert resume(session, session.run_id, -1) == (True, everything)
    assert resume(session, session.run_id, 6) == (False, everything), "from the future"
    assert resume(session, "0000000000000000", 3) == (False, everything), "of another run"
    assert resume(session, None, 3) == (False, everything)
    assert resume(session, session.run_id, None) == (False, everything)
    assert resume(session, None, None) == (False, everything)
    old = session.run_id
    session.reset(Reset(command="reset"))
    assert resume(session, old, 0) == (False, [0]), "of the run before the reset"


def test_another_subscription_goes_on_where_the_first_was(session: Session) -> None:
    subscription = subscribed(session)
    look(subscription)
    session.trainer.step_once("epoch", 2)
    subscription.subscribe(Subscribe(type="subscribe", boundary={"resolution": 9}))
    messages = look(subscription)
    assert messages[0]["type"] == "hello" and messages[0]["recovered"] is True
    by_type = {message["type"]: message for message in messages}
    assert [row["seq"] for row in rows_of(by_type["metrics"])] == [1, 2]
    assert by_type["boundary"]["width"] == 9


def test_large_networks_are_drawn_more_rarely(session: Session) -> None:
    def wait_s(kind: str) -> float:
        subscription = subscribed(session)
        look(subscription)
        return subscription._channels[kind].due - time.monotonic()

    assert wait_s("neurons") < 0.2 and wait_s("parameters") < 0.2
    session.patch(b'{"layers": [{"units": 100}, {"units": 100}]}', reset=True).result(0)
    assert wait_s("neurons") > 0.8 and wait_s("parameters") > 1.2


@pytest.mark.parametrize("loss_and_output", ["binary", "multiclass", "regression"])
@pytest.mark.parametrize(
    "activation", [e["name"] for e in catalogue_data()["families"]["activation"]["entries"] if "hidden" in e["places"]]
)
def test_a_run_that_explodes_is_told_in_strict_json(activation: str, loss_and_output: str) -> None:
    data = {"binary": "circle", "multiclass": "blobs", "regression": "regression_plane"}[loss_and_output]
    session = Session("one", Trainer(resolve(Experiment())))
    body = {
        "dataset": data,
        "layers": [{"activation": activation, "units": 8}],
        "optimizer": {"name": "sgd", "learning_rate": 1e9},
    }
    session.patch(to_json(body), reset=True).result(0)
    session.play(Play(command="play", rate=None))
    for _ in range(20):
        session.run(0.001)
    messages = look(subscribed(session, predictions={}))
    types = {message["type"] for message in messages}
    assert types == {"hello", "state", "metrics", "boundary", "neurons", "parameters", "predictions"}
    state = messages[1]
    assert state["state"] in {"running", "diverged"}
    assert state["state"] == "running" or state["reason"]
    session.reset(Reset(command="reset"))
    assert look(subscribed(session))[1]["state"] == "ready"


class CutAndResume(RuleBasedStateMachine):
    """A client that is cut off at any moment and comes back: it has every row of the run once, in order."""

    @initialize()
    def begin(self) -> None:
        self.session = Session("one", Trainer(resolve(Experiment(layers=(Layer(units=1),)))))
        self.run: str | None = None
        self.rows: list[dict[str, Any]] = []
        self.connect()

    def connect(self) -> None:
        since = self.rows[-1]["seq"] if self.rows else None
        self.subscription = subscribed(
            self.session, run=self.run, since=since, boundary=None, neurons=None, parameters=None
        )

    @rule(epochs=st.integers(1, 300))
    def train(self, epochs: int) -> None:
        self.session.trainer.step_once("epoch", epochs)

    @rule()
    def reset(self) -> None:
        self.session.reset(Reset(command="reset"))

    @rule(lost=st.integers(0, 3))
    def read_and_lose(self, lost: int) -> None:
        """The last few messages never arrive, and the connection is gone."""
        messages = look(self.subscription)
        for message in messages[: len(messages) - lost]:
            self.receive(message)
        if lost:
            self.connect()

    @rule()
    def read(self) -> None:
        for message in look(self.subscription):
            self.receive(message)

    def receive(self, message: dict[str, Any]) -> None:
        if message["type"] == "hello":
            if not message["recovered"]:
                self.rows = []
            self.run = message["run"]
        elif message["type"] == "metrics":
            self.rows += rows_of(message)

    @invariant()
    def no_hole(self) -> None:
        assert [row["seq"] for row in self.rows] == list(range(len(self.rows)))

    def teardown(self) -> None:
        while messages := look(self.subscription):
            for message in messages:
                self.receive(message)
        columns = strict(JSON.encode(self.session.trainer.history.columns()))
        assert self.run == self.session.run_id
        for name, column in columns.items():
            told = np.array([row[name] for row in self.rows])
            np.testing.assert_array_equal(told, np.array(column, float), name)


CutAndResume.TestCase.settings = settings(max_examples=30, stateful_step_count=20, deadline=None)
TestCutAndResume = CutAndResume.TestCase
