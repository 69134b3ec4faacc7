"""`gradlab train`: the same run as anywhere else, every end with its exit code, and results that can be read."""

import csv
import json
import signal
import subprocess
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest

from app.cli.files import OneTable
from app.files import session_file
from engine import Experiment, Trainer, resolve
from engine.data.datasets import UploadedData
from engine.data.uploads import Table
from tests.app.cli.conftest import COMMAND, Run, as_process, environment
from tests.app.conftest import until

XOR = '{"dataset": "xor", "layers": [{"units": 8, "activation": "relu"}]}'
HOPELESS = """{"dataset": "plane", "task": "regression", "layers": [{"units": 4, "activation": "relu"}],
  "optimizer": {"name": "sgd", "learning_rate": 1000}}"""


@pytest.fixture
def xor(tmp_path: Path) -> str:
    (tmp_path / "xor.json").write_text(XOR)
    return "xor.json"


def test_it_is_the_run_that_the_engine_makes(run: Run, tmp_path: Path) -> None:
    (tmp_path / "default.json").write_text("{}")
    result = run("train", "default.json", "--epochs", "7", "-o", "result.json")
    assert result.exit_code == 0, result.output
    told = json.loads((tmp_path / "result.json").read_text())
    trainer = Trainer(resolve(Experiment()))
    trainer.step_once("epoch", 7)
    row = trainer.row()
    assert told["metrics"] == {part: row[part] for part in ("train", "test")}
    assert told["history"]["train_loss"] == trainer.history.columns()["train_loss"]
    assert told["ended"] == "Epoch 7 is reached." and told["epoch"] == 7
    assert "Epoch 7 is reached." in result.output and "accuracy" in result.output
    assert f"{row['test']['loss']:.4g}" in result.output


def test_a_session_file_is_trained_on_to_the_same_bytes(run: Run, tmp_path: Path, xor: str) -> None:
    run("train", xor, "--epochs", "5", "-o", "a.gradlab.json")
    run("train", "a.gradlab.json", "--epochs", "5", "-o", "b.gradlab.json")
    run("train", xor, "--epochs", "10", "-o", "c.gradlab.json")
    assert (tmp_path / "b.gradlab.json").read_bytes() == (tmp_path / "c.gradlab.json").read_bytes()
    trainer = session_file.read((tmp_path / "b.gradlab.json").read_bytes(), OneTable(), lambda it: it)
    assert trainer.epoch == 10


def test_a_session_of_an_uploaded_table_is_trained_on_without_a_server(run: Run, tmp_path: Path) -> None:
    draw = np.random.default_rng(0)
    points = draw.normal(size=(40, 3))
    table = Table("a table", ("a", "b", "c"), points, points[:, 0] * 2, "regression", None, ())
    trainer = Trainer(resolve(Experiment(dataset=UploadedData(upload="its id")), {"its id": table}))
    (tmp_path / "table.gradlab.json").write_bytes(session_file.write(trainer))
    result = run("train", "table.gradlab.json", "--epochs", "3", "-o", "result.json")
    assert result.exit_code == 0, result.output
    trainer.step_once("epoch", 3)
    assert json.loads((tmp_path / "result.json").read_text())["metrics"]["test"] == trainer.row()["test"]


def test_the_history_as_csv(run: Run, tmp_path: Path, xor: str) -> None:
    run("train", xor, "--epochs", "12", "-o", "history.csv")
    with (tmp_path / "history.csv").open() as file:
        rows = list(csv.DictReader(file))
    assert [float(row["epoch"]) for row in rows] == list(range(13))
    assert float(rows[-1]["train_loss"]) < float(rows[0]["train_loss"])


@pytest.mark.skipif(find_spec("matplotlib") is None, reason="matplotlib is not installed")
def test_the_curves_as_a_picture(run: Run, tmp_path: Path, xor: str) -> None:
    assert run("train", xor, "-o", "curves.png").exit_code == 0
    assert (tmp_path / "curves.png").read_bytes().startswith(b"\x89PNG")


def test_a_picture_without_matplotlib_is_refused_before_training(
    run: Run, monkeypatch: pytest.MonkeyPatch, xor: str
) -> None:
    monkeypatch.setattr("app.cli.results.find_spec", lambda _: None)
    result = run("train", xor, "-o", "curves.png")
    assert result.exit_code == 2 and "pip install matplotlib" in result.output and "Training" not in result.output


def test_a_target_ends_it_and_a_missed_one_has_a_code_of_its_own(run: Run, xor: str) -> None:
    result = run("train", xor, "--until", "train_accuracy=0.9", "--epochs", "1000")
    assert result.exit_code == 0 and "Train accuracy reached 0.9" in result.output
    result = run("train", xor, "--until", "train_loss=-1", "--epochs", "3")
    assert result.exit_code == 3 and "Epoch 3 is reached." in result.output


def test_the_clock_ends_it(run: Run, xor: str) -> None:
    result = run("train", xor, "--seconds", "0.1")
    assert result.exit_code == 0 and "The time is over." in result.output


def test_divergence_is_a_result_with_a_code(run: Run, tmp_path: Path) -> None:
    result = run("train", "-", "-o", "result.json", input=HOPELESS)
    assert result.exit_code == 1 and "Training diverged" in result.output
    assert json.loads((tmp_path / "result.json").read_text())["diverged"] is True


def test_early_stopping_ends_it(run: Run) -> None:
    rule = '{"dataset": "xor", "early_stopping": {"monitor": "train_loss", "patience": 1, "min_delta": 100}}'
    result = run("train", "-", input=rule)
    assert result.exit_code == 0 and "Early stopping" in result.output


@pytest.mark.parametrize(
    ("arguments", "input", "said"),
    [
        (["nothing.json"], None, "nothing.json: No such file or directory."),
        (["-"], '{"datase": "xor"}', "unknown field 'datase'. Did you mean 'dataset'?"),
        (["-"], "{", "The standard input: "),
        (["-"], '{"format":"gradlab session"}', "The standard input: "),
        (["-", "--until", "test_accuracy"], XOR, "METRIC=TARGET"),
        (["-", "--until", "test_accuracy=nan"], XOR, "METRIC=TARGET"),
        (["-", "--until", "test_f1=1"], XOR, "one of: train_loss, train_accuracy"),
        (["-", "-o", "result.xyz"], XOR, "*.gradlab.json, *.json, *.csv, *.png"),
        (["-", "-o", "nowhere/result.json"], XOR, "There is no such folder."),
        (["-", "--epochs", "0"], XOR, "--epochs"),
    ],
)
def test_what_is_wrong_is_told_in_a_sentence(run: Run, arguments: list[str], input: str | None, said: str) -> None:
    result = run("train", *arguments, input=input)
    assert result.exit_code == 2
    assert said in result.output and "Traceback" not in result.output


def test_quiet_is_quiet(run: Run, tmp_path: Path, xor: str) -> None:
    result = run("train", xor, "--quiet", "-o", "history.csv")
    assert result.output == "" and (tmp_path / "history.csv").exists()


def test_as_a_process_it_reads_the_standard_input(tmp_path: Path) -> None:
    done = as_process("train", "-", "--epochs", "3", cwd=tmp_path, input=XOR)
    assert done.returncode == 0 and "Epoch 3 is reached." in done.stdout, done.stderr


def test_ctrl_c_ends_it_with_what_there_is(tmp_path: Path) -> None:
    command = [*COMMAND, "train", "-", "--until", "train_loss=-1", "-o", "result.json", "-o", "run.gradlab.json"]
    with (tmp_path / "errors").open("w") as errors, (tmp_path / "xor.json").open("w+") as experiment:
        experiment.write(XOR)
        experiment.seek(0)
        process = subprocess.Popen(
            command, cwd=tmp_path, env=environment(), stdin=experiment, stdout=subprocess.PIPE, stderr=errors, text=True
        )
        with process:
            until(lambda: "Training." in (tmp_path / "errors").read_text())
            process.send_signal(signal.SIGINT)
            output, _ = process.communicate(timeout=60)
    assert process.returncode == 130 and "Ended by Ctrl+C." in output
    told = json.loads((tmp_path / "result.json").read_text())
    assert told["ended"] == "Ended by Ctrl+C."
    session_file.read((tmp_path / "run.gradlab.json").read_bytes(), OneTable(), lambda it: it)
