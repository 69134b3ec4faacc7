"""The recipes in docs/recipes.md run against the real server, and in all three languages they print the same."""

import math
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.routes.pages import ROOT
from app.settings import Settings
from tests.app.conftest import PATIENCE_S, RealServer

DOCUMENTED = "http://127.0.0.1:8000"
TOOLS = {"sh": ["curl", "jq"], "python": [], "js": ["node"]}
COMMANDS: dict[str, list[str]] = {
    "sh": ["sh", "-eu"],
    "python": [sys.executable],
    "js": ["node", "--experimental-websocket"],  # Node.js 22 has it without being told
}
ENDINGS = {"sh": "sh", "python": "py", "js": "mjs"}


def recipes() -> dict[str, dict[str, str]]:
    """By heading, each language's lines; what stands before the first heading begins them all."""
    text = (ROOT / "docs/recipes.md").read_text("utf-8")
    first, *sections = re.split(r"^## ", text, flags=re.MULTILINE)
    beginning = dict(re.findall(r"```(\w+)\n(.*?)```", first, re.DOTALL))
    return {
        section.partition("\n")[0]: {
            language: beginning[language] + lines
            for language, lines in re.findall(r"```(\w+)\n(.*?)```", section, re.DOTALL)
        }
        for section in sections
    }


RECIPES = recipes()


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    server = RealServer(Settings(workers=2))
    yield f"http://{server.address}"
    server.stop()


def said(language: str, lines: str, folder: Path, address: str) -> list[str]:
    """The words and numbers that a recipe prints."""
    for tool in TOOLS[language]:
        if shutil.which(tool) is None:
            pytest.skip(f"{tool} is not installed")
    folder.mkdir()
    program = folder / f"recipe.{ENDINGS[language]}"
    program.write_text(lines.replace(DOCUMENTED, address), "utf-8")
    variables = os.environ | {"NO_PROXY": "127.0.0.1", "no_proxy": "127.0.0.1", "NODE_NO_WARNINGS": "1"}
    done = subprocess.run(
        [*COMMANDS[language], program], cwd=folder, env=variables, capture_output=True, text=True, timeout=PATIENCE_S
    )
    assert done.returncode == 0 and done.stderr == "", f"{language}\n{done.stdout}{done.stderr}"
    assert done.stdout.strip(), f"{language} prints nothing"
    return done.stdout.replace(",", " ").split()


def test_every_recipe_is_in_all_three_languages() -> None:
    assert len(RECIPES) >= 9
    for heading, languages in RECIPES.items():
        assert list(languages) == list(COMMANDS), heading


@pytest.mark.parametrize("heading", RECIPES)
def test_a_recipe_prints_the_same_in_all_three_languages(heading: str, address: str, tmp_path: Path) -> None:
    printed = {
        language: said(language, lines, tmp_path / language, address) for language, lines in RECIPES[heading].items()
    }
    expected = printed["python"]
    assert "null" not in expected and "None" not in expected and "undefined" not in expected
    for language, words in printed.items():
        assert len(words) == len(expected) and all(map(same, words, expected)), f"{language}: {words}, not {expected}"


def same(one: str, other: str) -> bool:
    """Whether two words are the same, or two numbers."""
    try:
        return math.isclose(float(one), float(other), rel_tol=1e-9)
    except ValueError:
        return one == other
