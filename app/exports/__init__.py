"""Exports: a session as a file that goes on without gradlab. Each format is one module and one row of the table."""

from collections.abc import Callable
from dataclasses import dataclass

from app.exports import keras_source, notebook, numpy_source, onnx_model, torch_source
from app.files import session_file
from engine import Trainer

PYTHON = "text/x-python"


@dataclass(frozen=True)
class Format:
    """How a session is written: `write(trainer, address)`, where the address is this server's."""

    media_type: str
    suffix: str
    help: str
    write: Callable[[Trainer, str], bytes]


FORMATS = {
    "json": Format(
        "application/json",
        ".gradlab.json",
        "All of the run; POST /api/sessions takes it up again.",
        lambda trainer, _: session_file.write(trainer),
    ),
    "numpy": Format(
        PYTHON, "_numpy.py", "Python that needs only NumPy.", lambda trainer, _: numpy_source.write(trainer)
    ),
    "pytorch": Format(PYTHON, "_pytorch.py", "A PyTorch module.", lambda trainer, _: torch_source.write(trainer)),
    "keras": Format(PYTHON, "_keras.py", "A Keras 3 model.", lambda trainer, _: keras_source.write(trainer)),
    "onnx": Format(
        "application/octet-stream", ".onnx", "A model for ONNX runtimes.", lambda trainer, _: onnx_model.write(trainer)
    ),
    "notebook": Format(
        "application/x-ipynb+json", ".ipynb", "A notebook that makes the same run over REST.", notebook.write
    ),
}
