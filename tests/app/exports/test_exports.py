"""Every format says what gradlab says, whatever stands in the network; and says so itself."""

import json
import os
import subprocess
import sys
import warnings
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import pytest

from app.exports import FORMATS
from app.exports.description import described
from app.exports.spelling import KERAS, NUMPY, TORCH, spelled
from engine import Experiment, Layer, Output, Trainer, resolve
from engine.components.activations import ACTIVATIONS
from engine.components.batch_norm import BatchNormalization
from engine.components.features import FEATURES
from engine.data.datasets import DATASETS, PlaygroundData, UploadedData
from engine.data.given_points import GivenPoints
from engine.data.uploads import Table
from engine.experiment import Input
from tests.app.conftest import RealServer, strict

HIDDEN = [name for name, entry in ACTIVATIONS.items() if "hidden" in entry.places]
BEFORE, AFTER = BatchNormalization(position="before"), BatchNormalization(position="after")
ADDRESS = "http://localhost/"


def network(*layers: Layer, data: str = "circle", **choices: Any) -> Experiment:
    return replace(Experiment(dataset=DATASETS.choice(data, samples=60), layers=layers), **choices)


def with_activation(name: str) -> Experiment:
    """Bare, and normalized before and after, in one network."""
    choice = ACTIVATIONS.choice(name)
    return network(
        Layer(3, activation=choice),
        Layer(4, activation=choice, batch_normalization=BEFORE, dropout=0.2),
        Layer(3, activation=choice, batch_normalization=AFTER),
    )


CASES: dict[str, Experiment] = {
    **{name: with_activation(name) for name in HIDDEN},
    "no hidden layer": network(),
    "all features": network(Layer(3), features=tuple(FEATURES), input=Input(dropout=0.1)),
    "classes": network(Layer(4), data="iris"),
    "labels": network(Layer(4), data="discs"),
    "a regression in its own unit": network(Layer(4), data="houses"),
    "many columns": network(Layer(4), data="digits"),
    "a curve": network(Layer(4), data="sine_curve") if "sine_curve" in DATASETS else network(Layer(2)),
    "tanh output": network(Layer(4), output=Output(activation=ACTIVATIONS.choice("tanh"))),
    "float64": network(
        Layer(4, activation=ACTIVATIONS.choice("gelu"), batch_normalization=BEFORE), precision="float64"
    ),
    "float64 logarithms": replace(with_activation("mish"), precision="float64"),
    "a replay": Experiment(dataset=PlaygroundData(shape="spiral", seed_text="x"), layers=(Layer(3),)),
    "own points": Experiment(
        dataset=GivenPoints(
            points=((0, 0, 1), (0, 1, 1), (1, 0, 2), (1, 1, 1)), targets=(0, 1, 2, 0), test_fraction=0.0
        )
    ),
    "hostile names": Experiment(dataset=UploadedData(upload="hostile"), layers=(Layer(2),)),
}
HOSTILE = ('"""\nraise SystemExit(\'column\')\n"""', "'); raise SystemExit('column') #", "\\")


def hostile_table() -> Table:
    draw = np.random.default_rng(0)
    points, targets = draw.normal(size=(40, 3)), draw.integers(0, 3, 40).astype(float)
    return Table('"""\nraise SystemExit(\'name\')', HOSTILE, points, targets, "multiclass", HOSTILE)


def trained(experiment: Experiment, epochs: int = 4) -> Trainer:
    trainer = Trainer(resolve(experiment, {"hostile": hostile_table()}))
    trainer.step_once("epoch", epochs)
    assert trainer.diverged is None
    return trainer


def beyond(trainer: Trainer) -> list[list[float]]:
    """Raw points, some of them far outside the data."""
    points = trainer.data.parts["train"].points
    return [*points[:20].tolist(), *(points[:5] * 10).tolist(), *(points[:5] * -3).tolist()]


def agree(trainer: Trainer, found: Any, points: list[list[float]], format: str = "") -> None:
    wanted = trainer.predict(points)[0].astype(float)
    exact = 1e-10 if trainer.experiment.precision == "float64" and format != "onnx" else 1e-5
    found = np.asarray(found, float)
    assert found.shape == wanted.shape
    apart = np.abs(found - wanted) / (1 + np.abs(wanted))
    assert apart.max() <= exact, apart.max()


def run_source(source: bytes) -> dict[str, Any]:
    scope: dict[str, Any] = {"__name__": "exported"}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        exec(compile(source, "exported", "exec"), scope)
        assert scope["check"](), "its own check fails"
    return scope


def python_says(format: str, trainer: Trainer, points: list[list[float]]) -> Any:
    scope = run_source(FORMATS[format].write(trainer, ADDRESS))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return scope["predict"](points)


def onnx_says(_: str, trainer: Trainer, points: list[list[float]]) -> Any:
    runtime = pytest.importorskip("onnxruntime")
    session = runtime.InferenceSession(FORMATS["onnx"].write(trainer, ADDRESS))
    notes = session.get_modelmeta().custom_metadata_map

    def answers(x: Any) -> Any:
        return session.run(None, {"x": np.array(x, float)})[0]

    apart = np.abs(answers(json.loads(notes["points"])) - np.array(json.loads(notes["outputs"])))
    assert apart.max() <= 1e-5 * (1 + np.abs(json.loads(notes["outputs"])).max())
    assert json.loads(notes["columns"]) == list(trainer.data.columns)
    return answers(points)


SAYS: dict[str, Callable[[str, Trainer, list[list[float]]], Any]] = {
    "numpy": python_says,
    "pytorch": python_says,
    "keras": python_says,
    "onnx": onnx_says,
}


@pytest.fixture(autouse=True)
def keras_on_jax(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KERAS_BACKEND", "jax")


@pytest.mark.parametrize("format", SAYS)
@pytest.mark.parametrize("name", CASES)
def test_what_is_exported_says_what_the_network_says(name: str, format: str) -> None:
    for module in {"pytorch": ["torch"], "keras": ["keras", "jax"]}.get(format, []):
        pytest.importorskip(module)
    if format == "keras" and CASES[name].precision == "float64":
        pytest.skip("JAX chooses its precision once for each process")
    trainer = trained(CASES[name])
    points = beyond(trainer)
    agree(trainer, SAYS[format](format, trainer, points), points, format)


@pytest.mark.parametrize("format", ["numpy", "keras"])
def test_a_file_checks_itself_when_it_is_run(format: str, tmp_path: Path) -> None:
    pytest.importorskip("keras")
    source = FORMATS[format].write(trained(CASES["float64"]), ADDRESS)
    spoilt = source.replace(b"BIASES_1 = [", b"BIASES_1 = [1+", 1)
    for text, code in ((source, 0), (spoilt, 1)):
        path = tmp_path / "network.py"
        path.write_bytes(text)
        environment = {**os.environ, "KERAS_BACKEND": "jax"}
        found = subprocess.run([sys.executable, path], capture_output=True, text=True, env=environment, check=False)
        assert found.returncode == code, found.stderr


def test_pruned_weights_stay_away() -> None:
    trainer = trained(CASES["tanh"])
    layers = trainer.as_given()
    mask = np.ones_like(layers[1]["weights"])
    mask[0] = 0
    trainer.set_parameters([layers[0], layers[1] | {"mask": mask}, *layers[2:]])
    scope = run_source(FORMATS["numpy"].write(trainer, ADDRESS))
    assert scope["WEIGHTS_2"][0] == [0.0] * 4
    agree(trainer, scope["predict"](beyond(trainer)), beyond(trainer))


def test_untrained_and_diverged_networks_say_so() -> None:
    assert b"has not been trained" in FORMATS["numpy"].write(Trainer(resolve(network(Layer(2)))), ADDRESS)
    diverged = Trainer(resolve(network(Layer(2), data="regression_plane")))
    diverged.diverged = "It did."
    assert any("diverged" in line for line in described(diverged).header)


@pytest.mark.parametrize("words", [NUMPY, TORCH, KERAS], ids=["numpy", "torch", "keras"])
@pytest.mark.parametrize("name", [name for name, entry in ACTIVATIONS.items() if not (entry.joint or entry.grouped)])
def test_every_activation_stays_finite_far_out(name: str, words: dict[str, str]) -> None:
    entry = ACTIVATIONS[name]
    values = {argument.name: float(argument.default) for argument in entry.arguments}
    values |= {"slope": -0.25} if entry.slope else {}
    text = spelled(entry.formula, words, values)
    z = np.array([-100.0, -20.0, -1e-3, 0.0, 0.5, 30.0, 100.0])
    if words is NUMPY:
        import math

        scope: dict[str, Any] = {"np": np, "z": z, "erf": np.vectorize(math.erf)}
        with np.errstate(all="ignore"):
            found = eval(text, scope)
    elif words is TORCH:
        torch = pytest.importorskip("torch")
        found = eval(text, {"torch": torch, "z": torch.tensor(z)}).numpy()
    else:
        keras = pytest.importorskip("keras")
        found = np.asarray(eval(text, {"ops": keras.ops, "np": np, "z": keras.ops.convert_to_tensor(z, "float32")}))
    if entry.slope:
        wanted = [entry.function(float(x), -0.25) for x in z]
    else:
        wanted = [entry.function(float(x), *(float(argument.default) for argument in entry.arguments)) for x in z]
    assert np.isfinite(found).all() and found == pytest.approx(np.array(wanted), rel=1e-5, abs=1e-6)


@pytest.mark.anyio
async def test_a_notebook_makes_the_run_again(http: httpx.AsyncClient, server: RealServer) -> None:
    nbformat, nbclient = pytest.importorskip("nbformat"), pytest.importorskip("nbclient")
    experiment = {"dataset": {"name": "xor", "samples": 80}, "optimizer": "adam", "layers": [{"units": 3}]}
    address = f"/api/sessions/{(await http.post('/api/sessions', json=experiment)).json()['id']}"
    await http.post(f"{address}/train", json={"epochs": 30})
    await http.patch(address, json={"batch_size": 7})
    await http.post(f"{address}/commands", json={"command": "step", "unit": "sample", "count": 5})
    parameters = (await http.get(f"{address}/parameters")).json()
    parameters["layers"][0]["biases"][0] = 0.5
    await http.put(f"{address}/parameters", json=parameters)
    await http.post(f"{address}/train", json={"epochs": 20})
    response = await http.get(f"{address}/export?format=notebook")
    assert response.headers["content-disposition"] == 'attachment; filename="gradlab-xor-epoch50.ipynb"'
    book = nbformat.reads(response.text, as_version=4)
    nbformat.validate(book)
    await nbclient.NotebookClient(book, timeout=60).async_execute()
    assert "largest difference on 5 rows: 0.0e+00" in str(book.cells), "the same run to the last bit"
    wrong = nbformat.reads(response.text.replace("ROWS = json.loads('[[", "ROWS = json.loads('[[1"), as_version=4)
    with pytest.raises(nbclient.exceptions.CellExecutionError, match="not the run that was exported"):
        await nbclient.NotebookClient(wrong, timeout=60).async_execute()


@pytest.mark.anyio
async def test_exports_over_rest(client: httpx.AsyncClient, session: dict[str, Any]) -> None:
    address = f"/api/sessions/{session['id']}/export"
    for name, entry in FORMATS.items():
        response = await client.get(f"{address}?format={name}")
        assert response.status_code == 200 and response.headers["content-type"].startswith(entry.media_type)
        assert f'filename="gradlab-circle-epoch0{entry.suffix}"' in response.headers["content-disposition"]
    problem = await client.get(f"{address}?format=tensorflow")
    assert problem.status_code == 422
    assert strict(problem.text)["errors"][0]["field"] == "format" and "'numpy'" in problem.text.replace('\\"', "'")
    assert (await client.get("/api/sessions/none/export?format=numpy")).status_code == 404
