"""Exports and imported links: the same bytes as over REST, in files or on the standard output."""

import json
import runpy
from pathlib import Path

import numpy as np
import pytest

from app.cli import Format
from app.exports import FORMATS
from app.files import session_file
from app.files.tf_playground_link import imported
from engine import Experiment, Trainer, resolve
from tests.app.cli.conftest import Run, as_process

LINK = "https://playground.tensorflow.org/#dataset=spiral&networkShape=8,8&seed=0.12345&batchSize=0"


@pytest.fixture
def trainer(tmp_path: Path) -> Trainer:
    """A trained network, which lies in run.gradlab.json."""
    trainer = Trainer(resolve(Experiment()))
    trainer.step_once("epoch", 3)
    (tmp_path / "run.gradlab.json").write_bytes(session_file.write(trainer))
    return trainer


def test_every_format_but_our_own_can_be_had() -> None:
    assert set(Format) == FORMATS.keys() - {"json"}


@pytest.mark.parametrize("format", Format)
def test_it_is_the_export_that_rest_gives(run: Run, trainer: Trainer, tmp_path: Path, format: Format) -> None:
    result = run("export", "run.gradlab.json", format)
    assert result.exit_code == 0, result.output
    written = tmp_path / f"run{FORMATS[format].suffix}"
    assert f"{written.name}." in result.output
    assert written.read_bytes() == FORMATS[format].write(trainer, "http://127.0.0.1:8000/")


def test_an_exported_program_runs(run: Run, trainer: Trainer, tmp_path: Path) -> None:
    run("export", "run.gradlab.json", "numpy", "-o", "network.py")
    predict = runpy.run_path(str(tmp_path / "network.py"))["predict"]
    points = np.array([[1.0, 2.0], [-3.0, 0.5]])
    np.testing.assert_allclose(predict(points), trainer.predict(points.tolist())[0], rtol=1e-5)


def test_an_experiment_has_nothing_to_export(run: Run) -> None:
    result = run("export", "-", "onnx", input="{}")
    assert result.exit_code == 2 and "gradlab train FILE -o run.gradlab.json" in result.output


def test_a_damaged_session_is_told_in_a_sentence(run: Run, trainer: Trainer, tmp_path: Path) -> None:
    file = tmp_path / "run.gradlab.json"
    file.write_bytes(file.read_bytes().replace(b'"step":', b'"step": ', 1))
    result = run("export", file.name, "onnx")
    assert result.exit_code == 2 and "run.gradlab.json: checksum: this file was changed" in result.output


def test_an_export_on_the_standard_output_is_nothing_else(trainer: Trainer, tmp_path: Path) -> None:
    done = as_process("export", "run.gradlab.json", "pytorch", "--output", "-", cwd=tmp_path)
    assert done.returncode == 0 and done.stdout == FORMATS["pytorch"].write(trainer, "").decode()


def test_a_link_becomes_an_experiment_that_can_be_trained(run: Run, tmp_path: Path) -> None:
    result = run("import-link", LINK, "-o", "spiral.json")
    assert result.exit_code == 0 and "batchSize=0 is not between 1 and" in result.output
    assert json.loads((tmp_path / "spiral.json").read_text()) == imported(LINK)["experiment"]
    assert run("train", "spiral.json", "--epochs", "2").exit_code == 0


def test_a_link_on_the_standard_output_can_be_piped(tmp_path: Path) -> None:
    done = as_process("import-link", LINK, cwd=tmp_path)
    assert done.returncode == 0 and json.loads(done.stdout) == imported(LINK)["experiment"]
    assert "batchSize=0" in done.stderr


def test_another_link_is_refused_in_a_sentence(run: Run) -> None:
    result = run("import-link", "https://example.org/")
    assert result.exit_code == 2 and "only links to playground.tensorflow.org can be opened" in result.output
