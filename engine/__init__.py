"""gradlab's engine: small neural networks, trained fast, that can be looked into at every step.

Begin here: `reference` is one training step as you would write it by hand. Then `components` (what can be chosen),
`experiment` (every choice of a run), `data`, `network`, `compute` (the compiled step) and `training`; `insight` looks
into a trained network. All that other code needs of the engine is offered by this module.
"""

from engine.catalogue import FAMILIES, catalogue_data
from engine.compilation import KERNELS, cache_folder, is_kept, kernel_for, warm_up
from engine.components.registry import Choice, Family
from engine.data.dataset import Data, Part
from engine.data.projection import Axes, Domain, check_domain
from engine.errors import EngineError, FieldError, InvalidExperiment, InvalidInput
from engine.experiment import Experiment, Layer, Note, Output, Resolved, differences, fixed_differences, to_data
from engine.insight.diagnosis.diagnosis import Finding, diagnose
from engine.limits import LIMITS, Limits
from engine.network.model import Boundary, LayerParameters, Model
from engine.resolve import resolve
from engine.training.history import History
from engine.training.metrics import labels
from engine.training.time_travel import Visit
from engine.training.trainer import Trainer

__all__ = [
    "FAMILIES",
    "KERNELS",
    "LIMITS",
    "Axes",
    "Boundary",
    "Choice",
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
    "Resolved",
    "Trainer",
    "Visit",
    "cache_folder",
    "catalogue_data",
    "check_domain",
    "diagnose",
    "differences",
    "fixed_differences",
    "is_kept",
    "kernel_for",
    "labels",
    "resolve",
    "to_data",
    "warm_up",
]
