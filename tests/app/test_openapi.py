"""The API keeps to its own description: schemathesis makes requests from it, good and bad, and checks the answers."""

from collections.abc import Iterator
from typing import Any

import httpx
import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi import checks

from app.main import create_app
from app.schemas.requests import MOST_EPOCHS, MOST_SECONDS
from app.settings import Settings
from tests.app.conftest import RealServer

EXAMPLES = 25  # more of them find more: try 1,000 before a release
QUICK = settings(deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))
CHECKS = [
    not_a_server_error,
    checks.status_code_conformance,
    checks.content_type_conformance,
    checks.response_headers_conformance,
    checks.response_schema_conformance,
    checks.negative_data_rejection,
    checks.unsupported_method,
    checks.ignored_auth,
]


BODILESS = {"restore_upload", "identify", "create_token", "share_session"}  # all they need is in their path


def test_every_operation_is_named_and_explained() -> None:
    names = set()
    for path, operations in create_app(Settings()).openapi()["paths"].items():
        for method, operation in operations.items():
            names.add(operation["operationId"])
            assert operation["description"], path
            assert operation["operationId"].replace("_", "").isalpha()
            if "{id}" in path:
                assert "404" in operation["responses"], path
            if method in {"post", "put", "patch"} and operation["operationId"] not in BODILESS:
                assert {"413", "415", "422"} <= set(operation["responses"]), path
                for content in operation["requestBody"]["content"].values():
                    assert content["examples"], path
    assert len(names) == sum(len(operations) for operations in create_app(Settings()).openapi()["paths"].values())


def test_every_reference_leads_somewhere() -> None:
    document = create_app(Settings()).openapi()

    def references(node: Any) -> Iterator[str]:
        if isinstance(node, dict):
            yield from [node["$ref"]] if isinstance(node.get("$ref"), str) else []
            node = list(node.values())
        for item in node if isinstance(node, list) else []:
            yield from references(item)

    for reference in references(document):
        node = document
        for part in reference.removeprefix("#/").split("/"):
            node = node[part]
    assert document["openapi"].startswith("3.1")


def test_the_examples_are_accepted() -> None:
    from app.experiments import read_experiment
    from app.routes.training import COMMAND, TRAIN
    from app.routes.views import PARAMETERS, PREDICT
    from app.validation import unparse
    from engine import resolve

    readers: dict[str, Any] = {
        "create_session": lambda body: resolve(read_experiment(body)),
        "send_command": COMMAND.read,
        "train": TRAIN.read,
        "put_parameters": PARAMETERS.read,
        "predict": PREDICT.read,
    }
    for operations in create_app(Settings()).openapi()["paths"].values():
        for operation in operations.values():
            if operation["operationId"] in readers:
                (content,) = operation["requestBody"]["content"].values()
                for example in content["examples"].values():
                    readers[operation["operationId"]](unparse(example["value"]))


def shortened(case: schemathesis.Case) -> None:
    """Orders to train are kept short, so that the test is."""
    body = case.body
    if case.operation.path.endswith("/train") and isinstance(body, dict):
        if body.get("epochs") in range(3, MOST_EPOCHS + 1):
            body["epochs"] = 2
        seconds = body.get("seconds")
        if type(seconds) in {float, int} and 0.01 < seconds <= MOST_SECONDS:  # True stays what it is: wrong
            body["seconds"] = 0.01
    if isinstance(body, dict) and body.get("fine_tune_epochs") in range(3, MOST_EPOCHS + 1):
        body["fine_tune_epochs"] = 2


@pytest.fixture(scope="module")
def api(server: RealServer) -> Any:
    api = schemathesis.openapi.from_url(f"http://{server.address}/openapi.json")
    api.config.checks.negative_data_rejection.expected_statuses = ["404", "409", "413", "415", "422", "429"]
    return api


@pytest.fixture(scope="module")
def some_id(server: RealServer) -> Iterator[str]:
    with httpx.Client(base_url=f"http://{server.address}", timeout=60) as client:
        id = client.post("/api/sessions", json={}).json()["id"]
        yield id
        client.delete(f"/api/sessions/{id}")


def can_be_wrong(operation: dict[str, Any]) -> bool:
    return "requestBody" in operation or any(where["in"] == "query" for where in operation.get("parameters", ()))


CASES = [
    (method, path, mode)
    for path, operations in create_app(Settings()).openapi()["paths"].items()
    for method, operation in operations.items()
    for mode in schemathesis.GenerationMode
    if mode.is_positive or can_be_wrong(operation)
]


@pytest.mark.parametrize(("method", "path", "mode"), CASES)
def test_the_api_keeps_to_its_description(
    api: Any, some_id: str, method: str, path: str, mode: schemathesis.GenerationMode
) -> None:
    cases = api[path][method].as_strategy(generation_mode=mode)

    @settings(QUICK, max_examples=EXAMPLES)
    @given(case=cases, known=st.booleans())
    def check(case: schemathesis.Case, known: bool) -> None:
        shortened(case)
        if known and "id" in case.path_parameters and method != "delete":
            case.path_parameters["id"] = some_id
        case.call_and_validate(checks=CHECKS)

    check()


def test_whole_stories_keep_to_it(api: Any) -> None:
    """Sessions are made, used, ended and used again, in orders that nobody thought of."""

    class Stories(api.as_state_machine()):  # type: ignore[misc]
        def before_call(self, case: schemathesis.Case) -> None:
            shortened(case)

        def validate_response(self, response: Any, case: schemathesis.Case, **_: Any) -> None:
            checked = [*CHECKS, checks.use_after_free, checks.ensure_resource_availability]
            case.validate_response(response, checks=checked)

    Stories.run(settings=settings(QUICK, max_examples=10))
