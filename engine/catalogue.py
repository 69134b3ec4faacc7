"""The catalogue: every family's menu as plain data, for the API, the page and the documentation."""

from dataclasses import asdict
from functools import cache
from typing import Any

from engine.components.activations import ACTIVATIONS
from engine.components.constraints import CONSTRAINTS
from engine.components.features import FEATURES
from engine.components.initializers import INITIALIZERS
from engine.components.losses import LOSSES
from engine.components.optimizers import OPTIMIZERS
from engine.components.registry import Family
from engine.components.regularizers import REGULARIZERS
from engine.components.schedules import SCHEDULES
from engine.components.tasks import TASKS
from engine.data.datasets import DATASETS
from engine.experiment import Experiment, to_data
from engine.insight.diagnosis.diagnosis import FINDINGS
from engine.insight.pruning.criteria import CRITERIA
from engine.limits import LIMITS
from engine.resolve import resolve
from engine.training.metrics import METRICS

FAMILIES: tuple[Family[Any], ...] = (
    TASKS,
    DATASETS,
    FEATURES,
    ACTIVATIONS,
    INITIALIZERS,
    REGULARIZERS,
    CONSTRAINTS,
    LOSSES,
    OPTIMIZERS,
    SCHEDULES,
    METRICS,
    CRITERIA,
    FINDINGS,
)

CONVENTIONS = (
    "Binary targets and labels are 0 and 1; class numbers count from 0.",
    "Where the output runs from -1 to 1, or the loss is hinge, the network is taught -1 and 1 for no and yes.",
    "The loss is the mean over samples; penalties are reported apart from it.",
    "Class weights count in every reported loss, of the validation and test parts too; metrics are not weighted.",
    "l2 adds rate * sum of w^2, l1 adds rate * sum of |w|, as in Keras; biases are not penalized.",
    "l2 is part of the gradient. l1 is a proximal step: after each update, whatever the optimizer, every weight moves "
    "toward 0 by the schedule's learning rate times the rate and stops there, so useless weights are exactly 0. "
    "Constraints come after it.",
    "Optimizers follow PyTorch, their default arguments aside: momentum's velocity is momentum * v + g, and epsilon is "
    "added outside the square root (in AdaDelta inside, in AdaMax to the gradient's size). Weight decay spares biases.",
    "Batch normalization follows Keras: momentum is the share of the running means that stays, the variance is the "
    "biased one (divided by n), and epsilon is 0.001.",
    "A row's learning rate is that of the next update.",
    "Early stopping counts its patience as Keras does, reduce_on_plateau as PyTorch does. Both look after every epoch, "
    "whether or not a row is recorded.",
    "Normal initializers draw from plain normal distributions, unless `truncated` is set.",
    "fan_in and fan_out count weights: a bias has a fan_in of 1, and maxout's fan_out counts every piece of its units.",
    "Dropout's rate is the share that is dropped; what stays is scaled up, so that nothing changes when evaluating.",
    "An entry without arguments is written as its name, one with arguments as an object with its name.",
)


@cache
def catalogue_data() -> dict[str, Any]:
    """Everything that can be chosen, as data."""
    default = resolve(Experiment())
    layer, output = default.layers[0], default.output
    chosen = {
        "task": default.task,
        "dataset": default.dataset.name,
        "activation": layer.activation.name,
        "initializer": layer.initializer.name,
        "loss": default.loss.name,
        "optimizer": default.optimizer.name,
        "schedule": default.schedule.name,
        "output_activation": output.activation.name,
    }
    return {
        "conventions": list(CONVENTIONS),
        "limits": asdict(LIMITS),
        "default_experiment": to_data(default),
        "families": {family.name: family.as_data(chosen.get(family.name)) for family in FAMILIES},
    }
