"""Nothing that a client sends keeps the others waiting.

How long they wait is measured by `python -m benchmarks.attack`. Here is what must hold for it on any machine: large
bodies are read, and large answers written, aside from the event loop; sizes are checked before anything is validated;
no more errors are collected than can be explained.
"""

import threading
from collections.abc import Iterator
from typing import Any

import httpx
import msgpack
import numpy as np
import orjson
import pydantic_core
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from app import encoding, problems
from app.encoding import MOST_AT_ONCE, to_json
from app.main import create_app
from app.offload import SMALL_BYTES, read_body
from app.settings import Settings
from app.validation import FEW_VALUES, MOST_FIELDS, Checker
from benchmarks.attack import FIELDS, hostile, hostile_anywhere
from tests.app.conftest import strict

pytestmark = pytest.mark.anyio
SIZE = 64 << 10
LARGE = 1_000  # values that may be written on the event loop
OPERATIONS = {
    operation["operationId"]: (method.upper(), path, min(operation["requestBody"]["content"]))
    for path, methods in create_app(Settings()).openapi()["paths"].items()
    for method, operation in methods.items()
    if "requestBody" in operation
}


class Watch:
    """What was parsed and written on the event loop, and how many errors were collected at once."""

    def __init__(self) -> None:
        self.loop = threading.current_thread()
        self.parsed = 0  # bytes, by anyone
        self.parsed_on_loop = self.written_on_loop = self.written_at_once = self.errors = 0

    def on_loop(self) -> bool:
        return threading.current_thread() is self.loop


@pytest.fixture
def watch(monkeypatch: pytest.MonkeyPatch) -> Iterator[Watch]:
    watch = Watch()
    from_json, dumps, explain = pydantic_core.from_json, encoding._dumps, Checker.explain

    def parse(data: bytes, **options: Any) -> Any:
        watch.parsed += len(data)
        if watch.on_loop():
            watch.parsed_on_loop = max(watch.parsed_on_loop, len(data))
        return from_json(data, **options)

    def write(value: Any) -> bytes:
        weight = encoding._weight(value)
        watch.written_at_once = max(watch.written_at_once, weight)
        if watch.on_loop():
            watch.written_on_loop = max(watch.written_on_loop, weight)
        return dumps(value)

    def count(checker: Checker[Any], error: ValidationError, document: Any) -> Any:
        watch.errors = max(watch.errors, error.error_count())
        return explain(checker, error, document)

    monkeypatch.setattr(pydantic_core, "from_json", parse)
    monkeypatch.setattr(encoding, "_dumps", write)
    monkeypatch.setattr(Checker, "explain", count)
    yield watch


def test_every_operation_with_a_body_is_attacked() -> None:
    assert OPERATIONS.keys() == FIELDS.keys() | {"upload_dataset"}


@pytest.mark.parametrize("operation", FIELDS)
async def test_the_worst_bodies_are_refused_aside_from_the_event_loop(
    client: httpx.AsyncClient, session: dict[str, Any], watch: Watch, operation: str
) -> None:
    method, path, kind = OPERATIONS[operation]
    bodies = [*hostile_anywhere(SIZE), *(body for field in FIELDS[operation] for body in hostile(SIZE, field))]
    for name, body in bodies:
        response = await client.request(
            method, path.replace("{id}", session["id"]), content=body, headers={"content-type": kind}
        )
        if response.status_code == 200 and name in {"x: rows of numbers", "x: rows of texts"}:
            continue  # which are right: an empty text is a gap
        assert 400 <= response.status_code < 500, name
        problem = strict(response.text)
        assert problem["detail"], name
        assert len(response.content) < 30_000, name
        assert len(problem["errors"]) <= problems.MOST_ERRORS, name
    assert watch.parsed_on_loop <= SMALL_BYTES
    assert watch.errors <= FEW_VALUES
    assert watch.written_on_loop <= LARGE


@pytest.mark.parametrize("item", ["[]", "{}", "0", '""', '["",""]', '{"a":0}', "[[0]]", "null"])
@pytest.mark.parametrize("field", ["x", "entries", "check", "parameters", "state"])
async def test_one_wrong_session_file_does_not_stop_everybody(
    client: httpx.AsyncClient, watch: Watch, item: str, field: str
) -> None:
    start = f'{{"format":"gradlab session","version":1,"{field}":['
    for inner, end in ((start, "]}"), (start[:-1] + '{"points":[', "]}}")):
        for count in (20_000, 600_000):
            body = (inner + ",".join([item] * count) + end).encode()
            response = await client.post("/api/sessions", content=body, headers={"content-type": "application/json"})
            assert response.status_code == 422
            assert len(response.content) < 30_000
    assert watch.parsed_on_loop == 0
    assert watch.errors <= MOST_FIELDS


@pytest.mark.parametrize("item", ["[]", "{}", "[[]]"])
async def test_too_many_lists_are_refused_before_they_are_parsed(
    client: httpx.AsyncClient, watch: Watch, item: str
) -> None:
    for field in ("x", "entries"):
        body = f'{{"format":"gradlab session","version":1,"{field}":[{",".join([item] * 3_000_000)}]}}'.encode()
        response = await client.post("/api/sessions", content=body, headers={"content-type": "application/json"})
        assert response.status_code == 422
        assert "lists and objects" in response.json()["detail"]
    assert watch.parsed == 0


async def test_too_many_values_or_fields_are_refused_before_they_are_parsed(
    client: httpx.AsyncClient, watch: Watch
) -> None:
    start = '{"format":"gradlab session","version":1,'
    fields = ",".join(f'"{n:x}":0' for n in range(300_000))
    for body, what in ((f'{start}"x":[{",".join("0" * 1_500_000)}]}}', "values"), (f"{start}{fields}}}", "fields")):
        response = await client.post("/api/sessions", content=body, headers=JSON)
        assert response.status_code == 422 and what in response.json()["detail"]
    assert watch.parsed == 0


async def test_items_are_bounded_by_the_schema_of_each_body(
    client: httpx.AsyncClient, session: dict[str, Any], watch: Watch
) -> None:
    at = f"/api/sessions/{session['id']}"
    rows = ",".join(["[0,0]"] * 19_000)
    assert (await client.post(f"{at}/predict", content=f'{{"x":[{rows}]}}', headers=JSON)).status_code == 200
    before = watch.parsed
    for path, start in (("predict", '{"x":[' + rows + ","), ("train", '{"epochs":['), ("commands", '{"command":[')):
        body = start + ",".join(["[]"] * 50_000) + "]}"
        response = await client.post(f"{at}/{path}", content=body, headers=JSON)
        assert response.status_code == 422
        assert "lists and objects" in response.json()["detail"], path
    assert watch.parsed == before


JSON = {"content-type": "application/json"}


@pytest.mark.parametrize("count", [MOST_FIELDS + 1, 50_000])
async def test_an_object_with_too_many_fields_is_refused_before_it_is_validated(
    client: httpx.AsyncClient, watch: Watch, count: int
) -> None:
    for body in ({str(n): n for n in range(count)}, {"layers": [{str(n): n for n in range(count)}]}):
        response = await client.post("/api/sessions", json=body)
        assert response.status_code == 422
        assert response.json()["errors"][0]["expected"] == f"at most {MOST_FIELDS} fields"
    assert watch.errors == 0


async def test_a_field_that_is_given_very_often_is_one_field(client: httpx.AsyncClient, watch: Watch) -> None:
    body = '{"seed":1,' + ",".join(['"seed":2'] * 50_000) + "}"
    response = await client.post("/api/sessions", content=body, headers=JSON)
    assert (response.status_code, response.json()["experiment"]["seed"]) == (201, 2)


async def test_long_names_are_shortened_in_the_answer(client: httpx.AsyncClient) -> None:
    for body in ({"k" * 500_000: 1}, {"layers": [{"k" * 50_000 + str(n): 1 for n in range(9)}]}):
        response = await client.post("/api/sessions", json=body)
        assert response.status_code == 422 and len(response.content) < 30_000
    for body in ({"loss": "k" * 500_000}, {"loss": "k" * 9_000}, {"dataset": {"name": "k" * 9_000}}):
        response = await client.post("/api/sessions", json=body)
        assert response.status_code == 422 and len(response.content) < 30_000


async def test_the_largest_that_is_allowed_is_read_and_answered_aside(client: httpx.AsyncClient, watch: Watch) -> None:
    points = np.random.default_rng(0).normal(size=(20_000, 2)).round(6).tolist()
    data = {"points": points, "targets": [n % 2 for n in range(20_000)]}
    made = await client.post("/api/sessions", json={"dataset": data})
    assert made.status_code == 201
    at = f"/api/sessions/{made.json()['id']}"
    assert (await client.patch(at, json={"seed": 1}, params={"reset": True})).status_code == 200
    for command in ("play", "pause", "reset"):
        assert (await client.post(f"{at}/commands", json={"command": command})).status_code == 200
    assert (await client.post(f"{at}/train", json={"epochs": 1})).status_code == 200
    assert (await client.post(f"{at}/fork", json={"epoch": 0, "into": "same"})).status_code == 200
    assert (await client.post(f"{at}/predict", json={"x": points})).status_code == 200
    for view in ("", "/journal", "/dataset", "/metrics", "/trace", "/evaluation", "/parameters", "/history"):
        assert (await client.get(at + view)).status_code == 200
    file = (await client.get(f"{at}/export")).content
    assert (await client.post("/api/sessions", content=file, headers=JSON)).status_code == 201
    assert watch.parsed_on_loop <= SMALL_BYTES
    assert watch.written_on_loop <= LARGE
    assert watch.written_at_once <= 2 * MOST_AT_ONCE


async def test_maps_that_are_too_large_for_an_answer_are_refused(client: httpx.AsyncClient) -> None:
    made = await client.post("/api/sessions", json={"layers": [{"units": 200}] * 10})
    at = f"/api/sessions/{made.json()['id']}/neurons"
    assert (await client.get(at, params={"resolution": 20})).status_code == 200
    refused = await client.get(at, params={"resolution": 100})
    assert refused.status_code == 422
    finest = int(refused.json()["errors"][0]["expected"].split()[-1])
    assert (await client.get(at, params={"resolution": finest})).status_code == 200
    assert (await client.get(at, params={"resolution": finest + 1})).status_code == 422


async def test_messages_are_read_aside_too(watch: Watch) -> None:
    from app.stream.connection import MESSAGES, _read_msgpack

    size = (64 << 10) - 64
    bodies = [(MESSAGES.read, body) for _, body in (*hostile_anywhere(size), *hostile(size, "type"))]
    bodies += [
        (_read_msgpack, body)
        for body in (
            msgpack.packb([[]] * 30_000),
            msgpack.packb({n: 0 for n in range(9_000)}),
            msgpack.packb({"type": "patch", "patch": {str(n): 0 for n in range(6_000)}}),
            b"\x91" * size,
            b"\xdd\xff\xff\xff\xff" * 10_000,
            b"\xc7\x04\xff" * 20_000,
        )
    ]
    for read, body in bodies:
        with pytest.raises(problems.Problem) as refused:
            await read_body(read, body)
        assert refused.value.status == 422
    assert watch.parsed_on_loop == 0
    assert watch.errors <= FEW_VALUES


async def test_the_event_loop_goes_on_while_a_body_is_read() -> None:
    """The reader waits for the event loop to do something else, which it can only if it does not wait itself."""
    import asyncio

    done, loop = threading.Event(), asyncio.get_running_loop()

    def read(body: bytes) -> bool:
        loop.call_soon_threadsafe(done.set)
        return done.wait(timeout=60)

    assert await read_body(read, b" " * (SMALL_BYTES + 1))


json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**53), 2**53)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner) | st.lists(inner).map(tuple),
)


@given(json_values, st.sampled_from([1, 2, 5, 1_000]))
def test_json_in_pieces_is_the_same_json(value: Any, at_once: int) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(encoding, "MOST_AT_ONCE", at_once)
        assert orjson.loads(to_json(value)) == orjson.loads(orjson.dumps(value))


@pytest.mark.parametrize("shape", [(0,), (1,), (50_000,), (0, 3), (1, 50_000), (50_000, 1), (300, 3, 100), (2, 0, 2)])
def test_arrays_in_pieces_are_the_same_json(shape: tuple[int, ...]) -> None:
    array = np.random.default_rng(0).normal(size=shape)
    for value in (array, array.T, {"a": array, "b": [array, {"c": array[:0]}], "d": b"bytes"}):
        expected = orjson.dumps(value, default=encoding._other, option=orjson.OPT_SERIALIZE_NUMPY)
        assert to_json(value) == expected


async def test_wrong_rows_are_told_by_their_first(client: httpx.AsyncClient, session: dict[str, Any]) -> None:
    address = f"/api/sessions/{session['id']}/predict"
    for cell in ("word", True, [], {}):
        response = await client.post(address, json={"x": [[cell, cell]] * 10_000})
        assert response.status_code == 422
        problem = strict(response.text)
        assert problem["errors"][0]["field"] == "x.0.x1"
        assert len(problem["errors"]) <= problems.MOST_ERRORS
