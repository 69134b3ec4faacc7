"""Writes client/gradlab_client/answers.py, the Python client's types of what the API answers and of an experiment.

Reads the API's description on standard input. With --check it only says whether the file is up to date.
"""

import json
import keyword
import re
import sys
import textwrap
from collections.abc import Iterator
from pathlib import Path
from typing import Any

FILE = Path(__file__).parents[1] / "client/gradlab_client/answers.py"
HEAD = '''"""What the server answers, and what an experiment may say. Made by scripts/types: do not edit."""

from collections.abc import Mapping, Sequence
from typing import Any, Literal, NotRequired, TypedDict

#: Something that can be chosen: its name, or its name with arguments such as {"name": "l2", "rate": 0.01}.
Choice = str | Mapping[str, Any]
'''
PLAIN = {"number": "float", "integer": "int", "string": "str", "boolean": "bool", "null": "None"}
REFERENCE = re.compile(r'"\$ref": "#/components/schemas/(\w+)"')
WIDTH = 120
INDENTED: dict[str, Any] = {"initial_indent": "    ", "subsequent_indent": "    "}

Schema = dict[str, Any]


def is_choice(schema: Schema) -> bool:
    """Whether it is one of a menu's entries."""
    return bool(schema.get("discriminator", {}).get("propertyName") == "name")


def is_sent(schema: Schema) -> bool:
    """Whether it is a part of an experiment, where every field may be left open."""
    return any("x-live" in field for field in schema.get("properties", {}).values())


def type_of(schema: Schema, array: str = "list") -> str:
    """The annotation for a schema."""
    members = schema.get("anyOf") or schema.get("oneOf") or schema.get("allOf")
    if "$ref" in schema:
        return str(schema["$ref"]).rsplit("/", 1)[1]
    if members and any(map(is_choice, members)):
        return " | ".join(["Choice"] + ["None"] * any(member.get("type") == "null" for member in members))
    if members:
        types = dict.fromkeys(type_of(member, array) for member in members)
        return " | ".join(sorted(types, key="None".__eq__))
    if "enum" in schema:
        return f"Literal[{', '.join(map(json.dumps, schema['enum']))}]"
    if schema.get("type") == "array":
        items = schema.get("prefixItems", [schema.get("items", {})])
        return f"{array}[{' | '.join(dict.fromkeys(type_of(item, array) for item in items))}]"
    if schema.get("type") == "object":
        values = schema.get("additionalProperties", True)
        return f"dict[str, {'Any' if values is True else type_of(values, array)}]"
    return PLAIN.get(schema.get("type", ""), "Any")


def reachable(schemas: dict[str, Schema], roots: list[str]) -> list[str]:
    """The names of the schemas that answers are made of, parts first; a menu's entries are all of one type."""
    found: list[str] = []

    def visit(name: str) -> None:
        if name not in found:
            fields = schemas[name].get("properties", {}).values()
            for part in REFERENCE.findall(json.dumps([field for field in fields if "Choice" not in type_of(field)])):
                visit(part)
            found.append(name)

    for root in roots:
        visit(root)
    return found


def lines_of(name: str, schema: Schema) -> Iterator[str]:
    """A schema as a TypedDict."""
    sent = is_sent(schema)
    yield f"\n\nclass {name}(TypedDict{', total=False' if sent else ''}):"
    paragraphs = [" ".join(text.split()) for text in schema.get("description", "").split("\n\n")]
    if len(paragraphs) == 1:
        yield textwrap.fill(f'"""{paragraphs[0]}"""', WIDTH, **INDENTED) + "\n"
    else:
        filled = "\n\n".join(textwrap.fill(text, WIDTH, **INDENTED) for text in paragraphs)
        yield f'    """{filled.strip()}\n    """\n'
    for field, told in schema["properties"].items():
        if keyword.iskeyword(field):
            raise SystemExit(f"{name}.{field} cannot be a field of a class.")
        if text := told.get("description"):
            yield textwrap.fill(" ".join(text.split()), WIDTH, initial_indent="    # ", subsequent_indent="    # ")
        annotation = type_of(told, "Sequence" if sent else "list")
        optional = not sent and field not in schema.get("required", [])
        line = f"    {field}: {f'NotRequired[{annotation}]' if optional else annotation}"
        if len(line) > WIDTH:  # a long list of names
            line = line.replace("[", "[\n        ", 1).replace(", ", ",\n        ").replace("]", ",\n    ]")
        yield line


def main() -> None:
    """Writes, or compares."""
    document = json.load(sys.stdin)
    schemas: dict[str, Schema] = document["components"]["schemas"]
    answers = [
        answer
        for path in document["paths"].values()
        for operation in path.values()
        for status, answer in operation["responses"].items()
        if status < "3"
    ]
    roots = ["Experiment", *REFERENCE.findall(json.dumps(answers))]
    made = HEAD + "\n".join(line for name in reachable(schemas, roots) for line in lines_of(name, schemas[name])) + "\n"
    if "--check" not in sys.argv:
        FILE.write_text(made, encoding="utf-8")
    elif FILE.read_text(encoding="utf-8") != made:
        raise SystemExit("client/gradlab_client/answers.py does not say what the API says. Run ./scripts/types.")


main()
