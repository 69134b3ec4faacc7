"""Experiments: read from a request, and changed by a merge patch (RFC 7396).

The classes and their bounds are the engine's own; nothing is described twice.
"""

from dataclasses import fields
from typing import Any

from pydantic import ValidationError

from app.problems import invalid
from app.validation import Checker, parse, written_path
from engine import FAMILIES, Experiment, FieldError, to_data

EXPERIMENT: Checker[Experiment] = Checker(Experiment, "an experiment")


def read_experiment(body: bytes) -> Experiment:
    """The experiment in a request; an empty body is the default one. Raises Problem."""
    return EXPERIMENT.read(body or b"{}")


def patched(experiment: Experiment, patch: bytes) -> Experiment:
    """The experiment after a merge patch, validated as a whole.

    Lists are replaced whole. Where the patch chooses another entry, the arguments of the old one that the new one does
    not have go. A null is kept where the field may be null, else the field goes back to its default. Raises Problem.
    """
    change = parse(patch)
    if not isinstance(change, dict):
        raise invalid([FieldError("", change, "an object", "a merge patch is an object")])
    document = _merge(to_data(experiment), change)
    try:
        return EXPERIMENT.validated(document)
    except ValidationError as error:
        if not _drop_nulls(document, change, error):
            raise invalid(EXPERIMENT.explain(error, document)) from None
    return EXPERIMENT.check(document)


def _merge(target: Any, patch: Any) -> Any:
    """RFC 7396, but nulls are kept for now, and entries are known by their names."""
    if not isinstance(patch, dict):
        return patch
    patch = _with_name(patch)
    target = {"name": target} if isinstance(target, str) else target if isinstance(target, dict) else {}
    if "name" in patch and patch["name"] != target.get("name"):
        arguments = _arguments(patch["name"])
        target = {key: value for key, value in target.items() if key in arguments}
    return target | {key: _merge(target.get(key), value) for key, value in patch.items()}


def _with_name(patch: dict[str, Any]) -> dict[str, Any]:
    """A patch in which a field implies the name (`points`), with the name."""
    implied = [name for family in FAMILIES for name in family.given if name in patch]
    return {"name": implied[0], **patch} if implied and "name" not in patch else patch


def _arguments(name: Any) -> set[str]:
    """The fields of the entry named `name`, in any family."""
    found: set[str] = set()
    for family in FAMILIES:
        try:
            kind = family.types[family.resolve(name)]
        except ValueError:
            continue
        found |= {item.name for item in fields(kind)}
    return found


def _drop_nulls(document: dict[str, Any], patch: Any, error: ValidationError) -> bool:
    """Removes the nulls of the patch that are refused; says whether there were any."""
    dropped = False
    for detail in error.errors(include_url=False):
        path = written_path(detail["loc"], document)
        holder, given = document, patch
        for part in path[:-1]:
            holder = holder[part]  # type: ignore[index]
            given = given.get(part) if isinstance(given, dict) else None
        if path and isinstance(given, dict) and path[-1] in given and given[path[-1]] is None:
            dropped = holder.pop(path[-1], holder) is None or dropped  # type: ignore[arg-type]
    return dropped
