"""What the engine may know: nothing of the web, of the clock, or of randomness that is not its own."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import engine

ROOT = Path(engine.__file__).parent
FILES = sorted(ROOT.rglob("*.py"))
FORBIDDEN = {
    "the web": {"fastapi", "starlette", "uvicorn", "pydantic", "websockets", "httpx", "http", "socket", "app"},
    "the clock": {"time"},
    "randomness of its own": {"random", "secrets", "uuid"},
    "threads": {"threading", "asyncio", "concurrent", "multiprocessing"},
}


def imports(path: Path) -> Iterator[str]:
    """The dotted names of all modules that a file imports, wherever it does."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.module or ""
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_the_engine_knows_nothing_of(path: Path) -> None:
    roots = {name.split(".")[0] for name in imports(path)}
    for what, modules in FORBIDDEN.items():
        assert not roots & modules, f"{path.name} must know nothing of {what}"


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_dates_are_never_those_of_today(path: Path) -> None:
    asked = {node.attr for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Attribute)}
    assert not asked & {"now", "utcnow", "today"}, f"{path.name} must know nothing of the clock"


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_no_global_random_numbers(path: Path) -> None:
    allowed = {"Generator", "Philox", "SeedSequence"}
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Attribute):
            owner = node.value
            if owner.attr == "random" and isinstance(owner.value, ast.Name) and owner.value.id == "np":
                assert node.attr in allowed, f"line {node.lineno}: np.random.{node.attr}"


def test_imports_point_one_way() -> None:
    """No circles: modules can be put in an order in which each imports only those before it."""
    modules = {".".join(["engine", *path.relative_to(ROOT).with_suffix("").parts]): path for path in FILES}
    modules = {name: path for name, path in modules.items() if "__" not in name}
    needs = {name: {other for other in imports(path) if other in modules} for name, path in modules.items()}
    while needs:
        free = [name for name, others in needs.items() if not others & set(needs)]
        assert free, f"these import each other in a circle: {sorted(needs)}"
        needs = {name: others for name, others in needs.items() if name not in free}


def test_all_that_is_offered_exists_and_is_sorted() -> None:
    assert all(hasattr(engine, name) for name in engine.__all__)
    public = [name for name in engine.__all__ if name != "warm_up"]
    assert set(public) <= set(vars(engine))
    assert len(set(engine.__all__)) == len(engine.__all__)


def test_the_page_on_the_architecture_names_what_exists() -> None:
    """Every path, and every folder of a table, in ARCHITECTURE.md is there."""
    root = ROOT.parent
    named = re.findall(r"`([\w/.]+)`", (root / "ARCHITECTURE.md").read_text())
    paths = {name for name in named if name.startswith(("engine/", "app/", "tests/", "static/", "templates/"))}
    assert len(paths) > 10
    assert not [path for path in sorted(paths) if not (root / path).exists()]
    folders = {name for name in named if re.fullmatch(r"\w+/", name)}
    assert not [name for name in sorted(folders) if not list(root.glob(name)) + list(root.glob(f"*/**/{name}"))]
