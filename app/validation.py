"""Validation: from the bytes of a request to values that can be trusted, or a problem that names every wrong field.

pydantic says what is wrong in its own words and with the tags of its unions in the path. Here that becomes the field as
the client wrote it, what was given, and what the JSON Schema allows there.
"""

import difflib
import re
from collections.abc import Iterator
from typing import Any, Generic, TypeVar

import pydantic_core
from pydantic import TypeAdapter, ValidationError

from app.problems import MOST_ERRORS, invalid, showable
from engine import FieldError

T = TypeVar("T")
Path = tuple[str | int, ...]
KINDS = {
    "integer": "a whole number",
    "number": "a number",
    "string": "text",
    "boolean": "true or false",
    "array": "a list",
    "object": "an object",
    "null": "null",
}
UNTAGGED = {"union_tag_invalid", "union_tag_not_found"}
UNEXPECTED = {"unexpected_keyword_argument", "extra_forbidden"}


class Checker(Generic[T]):
    """Reads one type strictly from JSON."""

    def __init__(self, type: Any, what: str) -> None:
        self.adapter: TypeAdapter[T] = TypeAdapter(type)
        self.what = what
        self.schema = self.adapter.json_schema()

    def read(self, body: bytes) -> T:
        """The value in `body`. Raises Problem 422 naming each field that is wrong."""
        document = parse(body)
        try:
            return self.adapter.validate_json(body)
        except ValidationError as error:
            raise invalid(self.explain(error, document)) from None

    def explain(self, error: ValidationError, document: Any) -> list[FieldError]:
        """pydantic's errors as ours."""
        details = error.errors(include_url=False, include_context=True)[: MOST_ERRORS + 1]
        return [self._explain(detail, document) for detail in details]

    def _explain(self, detail: Any, document: Any) -> FieldError:
        path = written_path(detail["loc"], document)
        if detail["type"] == "missing":
            path = (*written_path(detail["loc"][:-1], document), detail["loc"][-1])
        field = ".".join(map(str, path))
        given = detail["input"]
        if detail["type"] in UNEXPECTED:
            known = sorted({name for node in self._nodes(path[:-1], document) for name in node.get("properties", {})})
            if path[-1] in known:
                return FieldError(field, given, f"only one of: {', '.join(known)}", "does not go with the other fields")
            close = difflib.get_close_matches(str(path[-1]), known, n=1)
            hint = f" Did you mean '{close[0]}'?" if close else ""
            return FieldError(field, given, f"one of: {', '.join(known)}", f"unknown field '{path[-1]}'.{hint}")
        if detail["type"] in UNTAGGED:
            return self._explain_tag(path, detail["ctx"]["discriminator"].strip("'"), document)
        if detail["type"] == "missing":
            return FieldError(field, None, self._expected(path, document), "this field is needed")
        if detail["type"] == "value_error":
            message = str(detail["ctx"]["error"])
            choices = re.search(r"one of:? (.*)$", message)
            return FieldError(field, given, f"one of: {choices[1]}" if choices else message, message)
        expected = self._expected(path, document)
        return FieldError(field, given, expected, f"must be {expected}, not {spoken(given)}")

    def _explain_tag(self, path: Path, name: str, document: Any) -> FieldError:
        """Which of several shapes is meant cannot be told, because the field that says so is missing or unknown."""
        while not isinstance(_follow(document, path), dict):  # a tag that was taken for a field
            path = path[:-1]
        nodes = [node["properties"][name] for node in self._nodes(path, document) if name in node.get("properties", {})]
        known = [node.get("const", node.get("default")) for node in nodes]
        given = _item(_follow(document, path), name)
        close = difflib.get_close_matches(str(given), known, n=1)
        hint = f" Did you mean '{close[0]}'?" if close else ""
        message = "this field is needed." if given is None else f"unknown {name} {spoken(given)}.{hint}"
        expected = f"one of: {', '.join(dict.fromkeys(known))}"
        return FieldError(".".join(map(str, (*path, name))), given, expected, message)

    def _expected(self, path: Path, document: Any) -> str:
        words = [word for node in self._nodes(path, document) for word in allowed(node)]
        return " or ".join(dict.fromkeys(words)) or self.what

    def _nodes(self, path: Path, document: Any) -> list[dict[str, Any]]:
        """The parts of the JSON Schema that speak of this path."""
        nodes, value = list(self._alternatives(self.schema, document)), document
        for part in path:
            inner = [schema for node in nodes for schema in _step(node, part)]
            value = _item(value, part)
            nodes = [node for schema in inner for node in self._alternatives(schema, value)]
        return nodes

    def _alternatives(self, schema: dict[str, Any], value: Any) -> Iterator[dict[str, Any]]:
        """A schema without references and unions; of a tagged union only the member that the value names."""
        if "$ref" in schema:
            schema = self.schema["$defs"][schema["$ref"].rsplit("/", 1)[-1]]
        mapping = schema.get("discriminator", {}).get("mapping", {})
        tag = _item(value, schema.get("discriminator", {}).get("propertyName", ""))
        if isinstance(tag, str) and tag in mapping:
            member = mapping[tag]  # a reference, or a union of its own
            yield from self._alternatives({"$ref": member} if isinstance(member, str) else member, value)
            return
        members = schema.get("anyOf", schema.get("oneOf"))
        if members is None:
            yield schema
        for member in members or ():
            yield from self._alternatives(member, value)


def parse(body: bytes) -> Any:
    """JSON as plain values. NaN and infinities are let through here, to be refused by name at their field."""
    try:
        return pydantic_core.from_json(body, allow_inf_nan=True)
    except ValueError as error:
        raise invalid([FieldError("", None, "JSON", f"this is not JSON: {error}")]) from None


def unparse(value: Any) -> bytes:
    """Plain values as JSON, NaN and infinities kept, so that validation can refuse them."""
    return pydantic_core.to_json(value, inf_nan_mode="constants")


def written_path(location: Path, document: Any) -> Path:
    """A pydantic location without the union tags that are not in the document: its longest reading as keys of it."""
    if not location:
        return ()
    part, rest = location[0], location[1:]
    readings = [written_path(rest, document)]
    if _has(document, part):
        readings.append((part, *written_path(rest, _item(document, part))))
    return max(readings, key=len)


def spoken(given: Any) -> str:
    """What was given, in a sentence."""
    if isinstance(given, dict):
        return "an object"
    if isinstance(given, list | tuple):
        return f"a list of {len(given)} items"
    return unparse(showable(given)).decode()


def allowed(schema: dict[str, Any]) -> list[str]:
    """What a simple schema allows, in words: `1 to 64`."""
    if "const" in schema:
        return [repr(schema["const"])]
    if "enum" in schema:
        return [f"one of: {', '.join(map(str, schema['enum']))}"]
    kind = schema.get("type", "")
    least, most = schema.get("minimum"), schema.get("maximum")
    above, below = schema.get("exclusiveMinimum"), schema.get("exclusiveMaximum")
    if least is not None and most is not None:
        return [f"{_number(least)} to {_number(most)}"]
    bounds = [
        f"{word} {_number(bound)}"
        for word, bound in (("at least", least), ("more than", above), ("at most", most), ("less than", below))
        if bound is not None
    ]
    if bounds:
        return [" and ".join(bounds)]
    fewest, longest = schema.get("minItems"), schema.get("maxItems")
    if kind == "array" and longest is not None:
        return [f"a list of {fewest or 0} to {longest} items"]
    return [KINDS[kind]] if kind in KINDS else []


def _number(value: float) -> str:
    return str(int(value)) if value == int(value) else str(value)


def _step(schema: dict[str, Any], part: str | int) -> Iterator[dict[str, Any]]:
    if isinstance(part, int) and isinstance(schema.get("items"), dict):
        yield schema["items"]
    elif part in schema.get("properties", {}):
        yield schema["properties"][part]


def _has(value: Any, part: str | int) -> bool:
    return part in value if isinstance(value, dict) else isinstance(value, list) and part in range(len(value))


def _follow(value: Any, path: Path) -> Any:
    for part in path:
        value = _item(value, part)
    return value


def _item(value: Any, part: str | int) -> Any:
    if isinstance(value, dict):
        return value.get(part)
    if isinstance(value, list) and isinstance(part, int) and part < len(value):
        return value[part]
    return None
