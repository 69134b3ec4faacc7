"""Every example runs: those of the README, in order, and that of each docstring."""

import contextlib
import doctest
import importlib
import io
import pkgutil
import re
from pathlib import Path
from typing import Any

import gradlab_client
import numpy as np
import onnxruntime
import pytest
from gradlab_client import Client, Session

from app.routes.pages import ROOT

MODULES = [
    importlib.import_module(f"gradlab_client.{found.name}") for found in pkgutil.iter_modules(gradlab_client.__path__)
]
DOCTESTS = [
    test for module in MODULES for test in doctest.DocTestFinder().find(module, module.__name__) if test.examples
]


def blocks() -> list[str]:
    return re.findall(r"```python\n(.*?)```", (ROOT / "client/README.md").read_text("utf-8"), re.DOTALL)


def test_the_readme_runs_and_its_first_example_trains_plots_and_exports(
    url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GRADLAB_URL", url)
    monkeypatch.chdir(tmp_path)
    first, *others = blocks()
    assert len([line for line in first.splitlines() if line.strip()]) <= 10
    names: dict[str, Any] = {}
    with contextlib.redirect_stdout(io.StringIO()) as printed:
        exec(first, names)
        epoch, accuracy = map(float, printed.getvalue().split())
        assert epoch == 200 and accuracy > 0.9
        assert (tmp_path / "spiral.png").read_bytes().startswith(b"\x89PNG")
        network = onnxruntime.InferenceSession(tmp_path / "spiral.onnx")
        points = np.array([[1.0, 2.0], [-3.0, 0.5]])
        (outputs, *_) = network.run(None, {network.get_inputs()[0].name: points})
        expected = names["session"].predict(points).outputs
        np.testing.assert_allclose(np.ravel(outputs)[-2:], expected.ravel(), atol=1e-5)
        for block in others:
            exec(block, names)
    assert "layers.0.activation unknown activation 'rleu'. Did you mean 'relu'?" in printed.getvalue()
    names["client"].close()


@pytest.mark.parametrize("test", DOCTESTS, ids=lambda test: test.name)
def test_the_example_of_a_docstring(
    test: doctest.DocTest, client: Client, session: Session, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GRADLAB_URL", url)
    test.globs = {
        "client": client,
        "session": session,
        "gradlab_client": gradlab_client,
        "link": "https://playground.tensorflow.org/#dataset=spiral",
    }
    failures = io.StringIO()
    result = doctest.DocTestRunner(verbose=False).run(test, out=failures.write, clear_globs=False)
    assert result.failed == 0, failures.getvalue()


def test_both_readmes_have_the_same_first_example() -> None:
    assert blocks()[0] in (ROOT / "README.md").read_text("utf-8")


def test_the_readme_names_every_method() -> None:
    named = set(re.findall(r"`(\w+)`", (ROOT / "client/README.md").read_text("utf-8")))
    public = {name for name in vars(Session) if not name.startswith("_")} - {"id"}
    assert public <= named, public - named
