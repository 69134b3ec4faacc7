"""gradlab's engine: small neural networks, trained fast, that can be looked into at every step.

Read `reference.py` first: one training step as you would write it by hand. Then the families: `activations`, `losses`,
`initializers`, `regularizers`, `constraints`, `optimizers`, `schedules`, `datasets` (made in `plane` and `tables`; also
`uploads`, and `playground` for TensorFlow Playground's). Then `experiment`, `network`, `kernel`, `model` and `trainer`;
`projection` says what of
their space is drawn, `travel` goes back along a run, and `insight` looks into a network.
"""

from engine.catalogue import Choice, Family
from engine.completion import Completion, Note, complete
from engine.data import Data, Part
from engine.errors import EngineError, FieldError, InvalidExperiment, InvalidInput
from engine.experiment import Experiment, Layer, Output, differences, fixed_differences, to_data
from engine.history import History
from engine.insight.diagnosis import Finding, diagnose
from engine.menus import FAMILIES, catalogue
from engine.metrics import labels
from engine.model import Boundary, LayerParameters, Model
from engine.projection import Axes, Domain, check_domain
from engine.settings import LIMITS, Limits
from engine.trainer import Trainer
from engine.travel import Visit

__all__ = [
    "FAMILIES",
    "LIMITS",
    "Axes",
    "Boundary",
    "Choice",
    "Completion",
    "Data",
    "Domain",
    "EngineError",
    "Experiment",
    "Family",
    "FieldError",
    "Finding",
    "History",
    "InvalidExperiment",
    "InvalidInput",
    "Layer",
    "LayerParameters",
    "Limits",
    "Model",
    "Note",
    "Output",
    "Part",
    "Trainer",
    "Visit",
    "catalogue",
    "check_domain",
    "complete",
    "diagnose",
    "differences",
    "fixed_differences",
    "labels",
    "to_data",
    "warm_up",
]


def warm_up(precision: str = "float32") -> None:
    """Compiles the kernels, or loads them from the cache: up to 20 s the first time, then under a second."""
    trainer = Trainer(Experiment(precision=precision))  # type: ignore[arg-type]
    trainer.step_once("batch", 1)
    trainer.boundary(2)
