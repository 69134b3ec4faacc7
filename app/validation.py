"""Validation: from the bytes of a request to values that can be trusted, or a problem that names every wrong field.

pydantic says what is wrong in its own words and with the tags of its unions in the path. Here that becomes the field as
the client wrote it, what was given, and what the JSON Schema allows there.

A body may be hostile, so each step has a bound: its lists and objects are counted before they are parsed, their sizes
are checked before they are validated, and validation stops at the first wrong item of a list (a million errors cost far
more than a million values). pydantic reads the parsed document and not the text, because it copies whatever JSON it
refuses, once for each error.
"""

import difflib
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, Generic, TypeVar

import pydantic_core
from pydantic import TypeAdapter, ValidationError
from pydantic_core import SchemaValidator

from app.problems import MOST_ERRORS, Problem, invalid, showable
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


def schemas_of(adapters: dict[str, TypeAdapter[Any]]) -> dict[str, Any]:
    """The JSON Schemas of these types, and of all that they consist of, as components of an API's description."""
    shared: dict[str, Any]
    own, shared = TypeAdapter.json_schemas(
        [(name, "validation", adapter) for name, adapter in adapters.items()],
        ref_template="#/components/schemas/{model}",
    )
    named = {name: schema for (name, _), schema in own.items() if schema != {"$ref": f"#/components/schemas/{name}"}}
    return {**shared.get("$defs", {}), **named}


@dataclass(frozen=True)
class Bounds:
    """How much a body may hold, counted before it is parsed: what is beyond this takes too long to parse."""

    containers: int = 100_000  # lists and objects
    values: int = 1_000_000
    fields: int = 50_000  # and ten more for each object

    def check(self, body: bytes) -> None:
        """Raises Problem 422. Brackets and commas in texts count too: these are bounds, not exact numbers."""
        objects = body.count(b"{")
        for count, most, what in (
            (body.count(b"[") + objects, self.containers, "lists and objects"),
            (body.count(b","), self.values, "values"),
            (body.count(b":"), self.fields + 10 * objects, "fields"),
        ):
            if count > most:
                raise _too_large("", f"{count} {what}", f"at most {most} {what}")


ANYTHING = Bounds()
SPARE_CONTAINERS = 20_000  # for brackets in texts, and so that small mistakes are explained by their field
MOST_FIELDS = 128  # of one object
LONGEST_TEXT = 10_000  # characters
FEW_VALUES = 5_000  # of so many, every wrong one is looked for; of more, the first in each list
LONGEST_NAME = 60  # of a field, in an answer


class Checker(Generic[T]):
    """Reads one type strictly from JSON.

    A body with more lists and objects than its schema allows is refused before it is parsed, one with a longer text
    before it is validated.
    """

    def __init__(self, type: Any, what: str, bounds: Bounds = ANYTHING, longest_text: int = LONGEST_TEXT) -> None:
        self.adapter: TypeAdapter[T] = TypeAdapter(type)
        self.what = what
        self.schema = self.adapter.json_schema()
        allowed = most_containers_of(self.schema, self.schema.get("$defs", {}), bounds.containers)
        self.bounds = replace(bounds, containers=min(allowed + SPARE_CONTAINERS, bounds.containers))
        self.longest_text = longest_text
        self._thorough, self._quick = (_document_validator(self.adapter.core_schema, fail) for fail in (False, True))

    def read(self, body: bytes) -> T:
        """The value in `body`. Raises Problem 422 naming the fields that are wrong."""
        return self.check(parse(body, self.bounds))

    def check(self, document: Any) -> T:
        """The value of a parsed document. Raises Problem 422 naming the fields that are wrong."""
        try:
            return self.validated(document)
        except ValidationError as error:
            raise invalid(self.explain(error, document)) from None

    def validated(self, document: Any) -> T:
        """The same, but raises pydantic's ValidationError; Problem 422 only where a part of it is too large."""
        few = _survey(document, self.longest_text) <= FEW_VALUES
        value: T = (self._thorough if few else self._quick).validate_python(document)
        return value

    def explain(self, error: ValidationError, document: Any) -> list[FieldError]:
        """pydantic's first errors as ours."""
        details = error.errors(include_url=False, include_context=True)[: MOST_ERRORS + 1]
        return [self._explain(detail, document) for detail in details]

    def _explain(self, detail: Any, document: Any) -> FieldError:
        path = written_path(detail["loc"], document)
        if detail["type"] == "missing":
            path = (*written_path(detail["loc"][:-1], document), detail["loc"][-1])
        field = _named(path)
        given = detail["input"]
        if detail["type"] in UNEXPECTED:
            known = sorted({name for node in self._nodes(path[:-1], document) for name in node.get("properties", {})})
            if path[-1] in known:
                return FieldError(field, given, f"only one of: {', '.join(known)}", "does not go with the other fields")
            hint, name = _hint(path[-1], known), _named(path[-1:])
            return FieldError(field, given, f"one of: {', '.join(known)}", f"unknown field '{name}'.{hint}")
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
        """An error: it is unclear which shape is meant, because the field that says so is missing or unknown."""
        while not isinstance(_follow(document, path), dict):  # a tag that was taken for a field
            path = path[:-1]
        nodes = [node["properties"][name] for node in self._nodes(path, document) if name in node.get("properties", {})]
        known = [node.get("const", node.get("default")) for node in nodes]
        given = _item(_follow(document, path), name)
        message = "this field is needed." if given is None else f"unknown {name} {spoken(given)}.{_hint(given, known)}"
        expected = f"one of: {', '.join(dict.fromkeys(known))}"
        return FieldError(_named((*path, name)), given, expected, message)

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
            member = mapping[tag]  # a reference, or a nested union
            yield from self._alternatives({"$ref": member} if isinstance(member, str) else member, value)
            return
        members = schema.get("anyOf", schema.get("oneOf"))
        if members is None:
            yield schema
        for member in members or ():
            yield from self._alternatives(member, value)


def parse(body: bytes, bounds: Bounds = ANYTHING) -> Any:
    """JSON as plain values. NaN and infinities are let through here, to be refused by name at their field.

    Raises Problem 422 for what is not JSON or beyond the bounds.
    """
    bounds.check(body)
    try:
        return pydantic_core.from_json(body, allow_inf_nan=True)
    except ValueError as error:
        raise invalid([FieldError("", None, "JSON", f"this is not JSON: {error}")]) from None


def unparse(value: Any) -> bytes:
    """Plain values as JSON, NaN and infinities kept, so that validation can refuse them."""
    return pydantic_core.to_json(value, inf_nan_mode="constants")


def _document_validator(schema: Any, fail_fast: bool) -> SchemaValidator:
    # Without "prebuilt" pydantic takes the classes' own validators, and the changed schema has no effect on them.
    return SchemaValidator(_for_documents(schema, fail_fast), _use_prebuilt=False)


def _for_documents(schema: Any, fail_fast: bool) -> Any:
    """A pydantic core schema that reads parsed JSON just as strictly: objects and lists for classes and tuples.

    With `fail_fast`, a list is left at its first wrong item.
    """
    if isinstance(schema, list | tuple):
        return type(schema)(_for_documents(item, fail_fast) for item in schema)
    if not isinstance(schema, dict):
        return schema
    changed = {
        key: value if key in {"default", "metadata"} else _for_documents(value, fail_fast)
        for key, value in schema.items()
    }
    kind = changed.get("type")  # or a field of this name
    if kind in ("model", "dataclass", "tuple"):
        changed["strict"] = False
    if fail_fast and kind in ("list", "tuple"):
        changed["fail_fast"] = True
    return changed


def most_containers_of(schema: dict[str, Any], definitions: dict[str, Any], most: int) -> int:
    """How many lists and objects a value of this schema can have; `most` where the schema does not say."""

    def of(inner: dict[str, Any]) -> int:
        return most_containers_of(inner, definitions, most)

    if "$ref" in schema:
        return of(definitions[schema["$ref"].rsplit("/", 1)[-1]])
    members = schema.get("anyOf", schema.get("oneOf"))
    if members:
        return max(map(of, members))
    if not schema.keys() - {"title", "description", "default", "examples"}:  # anything at all
        return most
    if schema.get("type") == "array":
        each = max([of(schema.get("items", {})), *map(of, schema.get("prefixItems", ()))])
        return min(most, 1 + each * schema.get("maxItems", most)) if each else 1
    if schema.get("type") != "object":
        return 0
    further = schema.get("additionalProperties", True)
    each = of(further) if isinstance(further, dict) else most if further else 0
    return min(most, 1 + sum(map(of, schema.get("properties", {}).values())) + each * MOST_FIELDS)


def _survey(document: Any, longest_text: int) -> int:
    """How many values a document holds. Raises Problem 422 for an object or a text that is too large."""
    count = 1
    containers: list[tuple[Path, Any]] = [((), document)] if isinstance(document, dict | list) else []
    while containers:
        path, value = containers.pop()
        count += len(value)
        if isinstance(value, dict) and len(value) > MOST_FIELDS:
            raise _too_large(_named(path), f"an object of {len(value)} fields", f"at most {MOST_FIELDS} fields")
        for key, item in value.items() if isinstance(value, dict) else enumerate(value):
            kind = type(item)
            if kind is list or kind is dict:
                containers.append(((*path, key), item))
            elif kind is str and len(item) > longest_text:
                given = f"a text of {len(item)} characters"
                raise _too_large(_named((*path, key)), given, f"at most {longest_text} characters")
    return count


def _too_large(field: str, given: str, expected: str) -> Problem:
    return invalid([FieldError(field, given, expected, f"too many: {given}; the limit is {expected}")])


def _named(path: Path) -> str:
    """A field's name as an answer gives it: dotted, and no longer than a reader wants."""
    return ".".join(name if len(name := str(part)) <= LONGEST_NAME else f"{name[:LONGEST_NAME]}..." for part in path)


def _hint(given: Any, known: Sequence[str]) -> str:
    """A suggestion, where a known name is near to what was given."""
    name = str(given) if isinstance(given, str | int | float) else ""
    close = difflib.get_close_matches(name, known, n=1) if len(name) <= LONGEST_NAME else []
    return f" Did you mean '{close[0]}'?" if close else ""


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
