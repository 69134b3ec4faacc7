"""Every method does what it says, and together they reach every address of the API."""

import re
from collections.abc import Callable
from typing import Any, get_args

import httpx
import numpy as np
import pytest
from gradlab_client import Client, NotFound, Session
from gradlab_client.inspection import Format

from app.exports import FORMATS
from app.main import create_app
from app.settings import Settings

LINK = "https://playground.tensorflow.org/#dataset=spiral&networkShape=8,8&seed=0.12345"
TABLE = b"size,bedrooms,price\n110,3,295\n76,2,171\n142,4,374\n155,3,446\n98,2,240\n"
NOT_FOR_SCRIPTS = {"get_readiness", "get_server_metrics", "identify"}


def look(session: Session) -> None:
    assert session.get()["epoch"] == 20
    assert session.metrics(since=15)["seq"].tolist() == [16, 17, 18, 19, 20]
    assert session.boundary(resolution=7, domain=(-1.0, 1.0, -2.0, 2.0)).domain == (-1, 1, -2, 2)
    assert not np.array_equal(session.boundary(epoch=0).values, session.boundary().values)
    assert [layer.shape for layer in session.neurons(10).layers] == [(4, 10, 10), (2, 10, 10), (1, 10, 10)]
    assert session.dataset()["columns"] == ["x1", "x2"]
    assert session.trace(3, "test")["sample"] == 3
    assert session.diagnosis(epoch=10)["epoch"] == 10
    assert len(session.distributions(bins=5)["layers"]) == 3
    assert len(session.distributions_course(moments=3)["moments"]) == 3
    assert len(session.unit_distributions(0)["units"]) == 4
    assert session.evaluation()["parts"].keys() == {"train", "test"}
    assert session.ablation("train")["part"] == "train"
    assert session.ablate([{"layer": 0, "unit": 2}, {"input": 1}])["before"]["loss"] is not None
    assert len(session.tradeoff(points=4)["points"]) == 4
    assert session.history()["last"] == 20
    assert session.journal()["entries"] == []
    assert b"class" in session.export("pytorch")


def predict(session: Session) -> None:
    prediction = session.predict(np.zeros((3, 2)), explain=True)
    assert prediction.outputs.shape == (3, 1) and len(prediction.labels) == 3 and prediction.moved is not None
    assert session.predict([[0, 0]], epoch=0).outputs != prediction.outputs[0]


def steer(session: Session) -> None:
    assert session.step("sample", 2)["step"] == session.get()["step"]
    assert session.play(rate=1.0)["state"] == "running"
    assert session.pause()["state"] == "paused"
    assert session.patch({"batch_size": 20}, reset=True)["epoch"] == 0
    assert session.train(3)["epoch"] == 3
    assert session.fork(2, into="same").id == session.id and session.get()["epoch"] == 2
    fork = session.fork(1, {"optimizer": {"learning_rate": 0.5}})
    assert fork.id != session.id and fork.get()["epoch"] == 1
    assert session.reset("new")["step"] == 0
    fork.delete()


def change(session: Session) -> None:
    before = session.parameters()
    told = session.change_parameters([{"layer": 0, "input": 1, "unit": 2, "value": 0.5}])
    assert session.parameters().layers[0].weights[1, 2] == 0.5
    session.change_parameters(told["before"])
    np.testing.assert_array_equal(session.parameters().layers[0].weights, before.layers[0].weights)
    doubled = [{"weights": 2 * layer.weights, "biases": layer.biases} for layer in before.layers]
    np.testing.assert_array_equal(session.set_parameters(doubled).layers[2].weights, 2 * before.layers[2].weights)


def prune(session: Session) -> None:
    report = session.prune(0.5, steps=2, fine_tune_epochs=1, stop={"metric": "test_accuracy", "drop": 0.9})["report"]
    assert report["after"]["nonzero"] < report["before"]["nonzero"]
    assert "mask" in session.parameters().layers[0].further
    np.testing.assert_array_equal(session.set_parameters(session.parameters()).layers[0].further["mask"].shape, (2, 4))
    session.undo_prune()
    assert "mask" not in session.parameters().layers[0].further


def test_every_method_and_with_them_every_address(client: Client, session: Session, tmp_path: Any) -> None:
    reached: set[tuple[str, str]] = set()

    async def note(request: httpx.Request) -> None:
        reached.add((request.method.lower(), request.url.path))

    client._inner._connection._http.event_hooks["request"].append(note)
    client._inner._connection._greeted = False
    for deed in (look, predict, steer, change, prune):
        deed(session)
        session.reset()
        session.train(20)
    assert {"relu", "tanh"} <= {entry["name"] for entry in client.catalogue()["families"]["activation"]["entries"]}
    assert "learning_rate" in str(client.schema())
    assert len(client.spread(layers=[{"units": 8}] * 3)["layers"]) == 4
    assert client.import_link(LINK)["changes"] == []
    assert client.create({"dataset": "xor"}, seed=5).get()["experiment"]["seed"] == 5
    assert session.id in {line["id"] for line in client.sessions()["sessions"]}
    assert repr(client.session(session.id)) == repr(session)
    assert client.join(session.share()).id == session.id
    session.unshare()
    with pytest.raises(NotFound):
        client.join("an old secret")
    token = client.create_token()
    assert token["id"] in {line["id"] for line in client.tokens()["tokens"]} and token["token"]
    client.revoke_token(token["id"])
    assert token["id"] not in {line["id"] for line in client.tokens()["tokens"]}
    session.save(tmp_path / "run.json")
    taken = client.load(tmp_path / "run.json")
    for name, column in session.metrics().items():
        np.testing.assert_array_equal(taken.metrics()[name], column)
    session.delete()
    (tmp_path / "houses.csv").write_bytes(TABLE)
    table = client.upload(tmp_path / "houses.csv", target="price", columns=["size"])
    assert table["name"] == "houses" and table["inputs"] == ["size"] == client.get_upload(table["id"])["inputs"]
    client.delete_upload(table["id"])
    assert table["id"] not in {line["id"] for line in client.uploads()["datasets"]}
    assert client.restore_upload(table["id"])["id"] == table["id"]

    for path, operations in create_app(Settings()).openapi()["paths"].items():
        pattern = re.sub(r"\{\w+\}", "[^/]+", path)
        for method, operation in operations.items():
            found = any(method == used and re.fullmatch(pattern, place) for used, place in reached)
            assert found != (operation["operationId"] in NOT_FOR_SCRIPTS), (method, path)


def test_every_format_can_be_exported() -> None:
    assert set(get_args(Format)) == set(FORMATS)


@pytest.mark.parametrize("make", [lambda x: x, np.array, tuple])
def test_points_are_given_as_lists_or_arrays(client: Client, make: Callable[[Any], Any]) -> None:
    points, targets = [[0, 0], [0, 1], [1, 0], [1, 1]], [0, 1, 1, 0]
    session = client.create(dataset={"points": make(points), "targets": make(targets), "test_fraction": 0})
    assert sorted(session.dataset()["parts"]["train"]["points"]) == points
