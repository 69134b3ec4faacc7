"""The blocking methods have the types of the async ones: mypy checks this, nothing runs it."""

from collections.abc import Generator
from typing import assert_type

import gradlab_client
from gradlab_client import AsyncClient, AsyncSession, Client, Message, Metrics, Prediction, Session, answers


def waiting(client: Client) -> None:
    session = client.create(dataset="xor", layers=[{"units": 8}], optimizer={"name": "adam", "learning_rate": 0.01})
    assert_type(session, Session)
    assert_type(session.train(epochs=3, progress=True), answers.SessionAnswer)
    assert_type(session.metrics(), Metrics)
    assert_type(session.predict([[0.0, 1.0]], explain=True), Prediction)
    assert_type(session.diagnosis()["findings"][0]["fixes"][0]["label"], str)
    assert_type(session.fork(2), Session)
    assert_type(session.stream(boundary=True), Generator[Message])
    assert_type(session.export("onnx"), bytes)
    assert_type(client.session(session.id), Session)
    assert_type(client.sessions()["sessions"][0]["state"] == "running", bool)
    client.create(units=8)  # type: ignore[call-arg] # no field of an experiment
    session.train(epoch=3)  # type: ignore[call-arg]
    session.export("tensorflow")  # type: ignore[arg-type]


async def awaited(client: AsyncClient) -> None:
    session = await client.create({"dataset": "iris"}, seed=1)
    assert_type(session, AsyncSession)
    assert_type(await session.train(seconds=1), answers.SessionAnswer)
    async for message in session.stream():
        assert_type(message, gradlab_client.Message)
