"""The formulas of a trace, and the numbers in them that are neither parameters nor values of units.

i counts what enters a layer, j its units, k the outputs, or the sums of a maxout unit: z_jk is the k-th sum of unit j.
What enters the activation is y where batch normalization comes before it, else z.
"""

from collections.abc import Mapping
from typing import Any, Literal

from engine.components.activations import ACTIVATIONS, Activation
from engine.components.constraints import CONSTRAINTS
from engine.components.formulas import katex, renamed
from engine.components.losses import LOSSES
from engine.components.optimizers import OPTIMIZERS
from engine.components.registry import Choice, Entry, Family
from engine.components.regularizers import REGULARIZERS
from engine.components.schedules import SCHEDULES
from engine.experiment import Layer, Resolved, ResolvedOutput
from engine.training.trainer import Trainer

Mode = Literal["training", "evaluation"]
TRAINING: Mode = "training"
EVALUATION: Mode = "evaluation"


def printed(formulas: Any) -> Any:
    """Formulas as KaTeX, in the same places."""
    if isinstance(formulas, dict):
        return {name: printed(formula) for name, formula in formulas.items()}
    if isinstance(formulas, list):
        return [printed(formula) for formula in formulas]
    return katex(formulas) if formulas else None


def arguments(model: Trainer, length: float) -> dict[str, dict[str, float]]:
    """The numbers in the formulas of a whole trace; `length` is that of the gradient before it is clipped."""
    experiment, data = model.experiment, model.data
    target = {"mean": data.target_mean, "spread": data.target_spread}
    if experiment.task != "regression":
        classes = data.outputs if experiment.task == "multiclass" else 2
        target = {"smoothing": experiment.label_smoothing, "classes": float(classes)}
    clipping = experiment.clipping
    return {
        "target": target,
        "loss": _numbers(LOSSES, experiment.loss),
        "schedule": {"learning_rate": model.base_rate, "t": model.epoch, **_numbers(SCHEDULES, experiment.schedule)},
        "clipping": {"threshold": clipping.threshold, "length": length} if clipping else {},
        "update": {
            **_numbers(OPTIMIZERS, experiment.optimizer),
            "learning_rate": model.learning_rate,
            "step": float(model.step + 1),
        },
    }


def arguments_of_layer(experiment: Resolved, index: int, mode: str) -> dict[str, dict[str, float]]:
    """The numbers in the formulas of one layer."""
    layer = experiment.all_layers[index]
    dropout = _dropout(experiment, index) if mode == TRAINING else 0.0
    return {
        "dropout": {"p": dropout} if dropout else {},
        "activation": _numbers(ACTIVATIONS, layer.activation),
        "regularizer": _numbers(REGULARIZERS, layer.regularizer),
        "constraint": _numbers(CONSTRAINTS, layer.constraint),
    }


def written(model: Trainer, mode: str) -> dict[str, Any]:
    """The formula of every kind of number in a trace; None where nothing is computed."""
    experiment = model.experiment
    schedule = SCHEDULES.of(experiment.schedule)
    loss = LOSSES.of(experiment.loss)
    return {
        "wanted": _wanted(model),
        "layers": [_of_layer(model, index, mode) for index in range(len(experiment.all_layers))],
        "loss": _weight(experiment) + f"({loss.over(model.data.outputs)})",
        "learning_rate": f"learning_rate = learning_rate * ({schedule.formula})" if schedule.formula else None,
        "update": OPTIMIZERS.of(experiment.optimizer).formula,
    }


def _numbers(family: Family[Any], choice: Choice | None) -> dict[str, float]:
    if choice is None:
        return {}
    entry: Entry = family.of(choice)
    return {argument.name: float(getattr(choice, argument.name)) for argument in entry.arguments}


def _dropout(experiment: Resolved, index: int) -> float:
    """The share that is dropped of what enters a layer."""
    return experiment.layers[index - 1].dropout if index else experiment.input.dropout


def _weight(experiment: Resolved) -> str:
    return "weight * " if experiment.class_weight is not None else ""


def _wanted(model: Trainer) -> str:
    """What the outputs should be, from the answer y: in classification 1 for what is so, else 0."""
    data, smoothing = model.data, model.experiment.label_smoothing
    if model.experiment.task == "regression":
        return "t_k = (y_k - mean) / spread"
    share = "(1 - smoothing) * y_k + smoothing / classes" if smoothing else "y_k"
    return f"t_k = 2 * ({share}) - 1" if data.no < 0 else f"t_k = {share}"


def _of_layer(model: Trainer, index: int, mode: str) -> dict[str, Any]:
    experiment = model.experiment
    layer = experiment.all_layers[index]
    activation = ACTIVATIONS.of(layer.activation)
    last = index == len(experiment.layers)
    u = "jk" if activation.grouped else "j"
    names = _names(layer, activation, u)
    penalty = REGULARIZERS.of(layer.regularizer) if layer.regularizer else None
    plain = not (activation.joint or activation.grouped)
    shrunk = penalty if penalty and penalty.l1_rate and not model.data.rules.penalties_last else None
    return {
        "inputs": _inputs(experiment, index, mode),
        "pre_activations": f"z_{u} = sum_i(x_i * w_i{u}) + b_{u}",
        "normalization": _normalization(layer, u),
        "activation": f"a_j = {renamed(activation.formula, names)}",
        "derivative": f"derivative_j = {renamed(activation.derivative_formula, names)}" if plain else None,
        "errors": _error_of_output(model) if last else _errors(experiment, index, mode),
        "deltas": _output_delta(model, activation) if last else _delta(layer, activation, u, mode),
        "gradients": _gradients(layer, activation, u, names),
        "total_gradients": _totals(model, layer, activation),
        "penalty": f"sum({penalty.formula})" if penalty else None,
        "shrinkage": shrunk.shrinkage_formula if shrunk else None,
        "updated": _updates(model, layer, activation),
    }


def _position(layer: Layer | ResolvedOutput) -> str | None:
    normalization = layer.batch_normalization if isinstance(layer, Layer) else None
    return normalization.position if normalization else None


def _names(layer: Layer | ResolvedOutput, activation: Activation, u: str) -> Mapping[str, str]:
    """What the names in an activation's formulas are called in a layer."""
    entering = "y" if _position(layer) == "before" else "z"
    names = {"z": f"{entering}_j"} if not activation.joint else {}
    if activation.grouped:
        names["z_k"] = f"{entering}_{u}"
    return names | ({"slope": "slope_j"} if activation.slope else {})


def _inputs(experiment: Resolved, index: int, mode: str) -> str | None:
    """What enters a layer, from what the layer below gave, or the input."""
    noisy = index == 0 and experiment.input.noise and mode == TRAINING
    given = "a_i + noise_i" if noisy else "a_i"
    if mode == TRAINING and _dropout(experiment, index):
        return f"kept_i = r_i / (1 - p); x_i = kept_i * ({given})"
    return f"x_i = {given}"


def _normalization(layer: Layer | ResolvedOutput, u: str) -> str | None:
    match _position(layer):
        case "before":
            return f"h_{u} = (z_{u} - mu_{u}) / s_{u}; y_{u} = gamma_{u} * h_{u} + beta_{u}"
        case "after":
            return "h_j = (a_j - mu_j) / s_j; y_j = gamma_j * h_j + beta_j"
    return None


def _errors(experiment: Resolved, index: int, mode: str) -> str:
    dropped = mode == TRAINING and _dropout(experiment, index + 1)
    above = ACTIVATIONS.of(experiment.all_layers[index + 1].activation)
    u = "jk" if above.grouped else "j"
    return f"e_i = {'kept_i * ' if dropped else ''}sum_{u}(w_i{u} * delta_{u})"


def _shares(model: Trainer) -> str:
    """What the loss is divided by where it is the mean over several outputs."""
    loss, outputs = model.experiment.loss, model.data.outputs
    return f" / {outputs}" if LOSSES.of(loss).mean_over_outputs and outputs > 1 else ""


def _joined(experiment: Resolved) -> bool:
    """Whether loss and output activation are taken together."""
    return LOSSES.of(experiment.loss).joined == experiment.output.activation.name


def _error_of_output(model: Trainer) -> str | None:
    experiment = model.experiment
    if _joined(experiment):
        return None
    derivative = renamed(LOSSES.of(experiment.loss).derivative_formula, {"a": "a_j", "t": "t_j"})
    return f"e_j = {_weight(experiment)}({derivative}){_shares(model)}"


def _output_delta(model: Trainer, activation: Activation) -> str:
    if _joined(model.experiment):
        return f"delta_j = {_weight(model.experiment)}(a_j - t_j){_shares(model)}"
    if activation.joint:
        return "delta_j = a_j * (e_j - sum_k(a_k * e_k))"
    return "delta_j = e_j * derivative_j"


def _delta(layer: Layer | ResolvedOutput, activation: Activation, u: str, mode: str) -> str:
    """A hidden unit's dL/dz from its error e. With batch normalization the sample is a batch of its own in training."""
    match _position(layer):
        case "before":
            back = f"d_{u} = {_through(layer, activation, 'e_j', u)}; "
            return back + f"delta_{u} = gamma_{u} / s_{u} * {_spread(f'd_{u}', u, mode)}"
        case "after":
            back = f"d_j = gamma_j / s_j * {_spread('e_j', 'j', mode)}; "
            return back + f"delta_{u} = {_through(layer, activation, 'd_j', u)}"
    return f"delta_{u} = {_through(layer, activation, 'e_j', u)}"


def _spread(error: str, u: str, mode: str) -> str:
    """What is left of an error once the mean and the variance that it moves are taken into account."""
    return f"({error} - (1 + h_{u} ** 2) * {error})" if mode == TRAINING else error


def _through(layer: Layer | ResolvedOutput, activation: Activation, error: str, u: str) -> str:
    """An error through the activation: a maxout unit hands it to its largest sum."""
    if activation.grouped:
        return f"({error} if {'y' if _position(layer) == 'before' else 'z'}_{u} >= a_j else 0)"
    return f"{error} * derivative_j"


def _gradients(
    layer: Layer | ResolvedOutput, activation: Activation, u: str, names: Mapping[str, str]
) -> dict[str, str]:
    formulas = {"weights": f"x_i * delta_{u}", "biases": f"delta_{u}"}
    position = _position(layer)
    if position:
        v, error = (u, _through(layer, activation, "e_j", u)) if position == "before" else ("j", "e_j")
        formulas |= {"gamma": f"{error} * h_{v}", "beta": error}
    if activation.learned:
        error = "d_j" if position == "after" else "e_j"
        formulas["slopes"] = f"{error} * {renamed(activation.slope_derivative_formula, names)}"
    return formulas


def _parameters(layer: Layer | ResolvedOutput, activation: Activation) -> list[str]:
    normal = ["gamma", "beta"] if _position(layer) else []
    return ["weights", "biases", *normal, *(["slopes"] if activation.learned else [])]


def _totals(model: Trainer, layer: Layer | ResolvedOutput, activation: Activation) -> dict[str, str | None]:
    """From the data loss's gradient to what the optimizer gets."""
    penalty = REGULARIZERS.of(layer.regularizer) if layer.regularizer and not model.data.rules.penalties_last else None
    clipping = model.experiment.clipping
    further = ["g = mask * g"] if model.state.mask.size else []
    if clipping:
        by_value = "g = max(-threshold, min(threshold, g))"
        further.append(by_value if clipping.by == "value" else "g = g * threshold / max(length, threshold)")
    smooth = [f"g = g + {penalty.smooth_formula}"] if penalty and penalty.smooth_formula else []
    return {
        name: "; ".join([*(smooth if name == "weights" else []), *further]) or None
        for name in _parameters(layer, activation)
    }


def _updates(model: Trainer, layer: Layer | ResolvedOutput, activation: Activation) -> dict[str, str]:
    """From a parameter to what becomes of it; for weights also those of one unit together."""
    optimizer = OPTIMIZERS.of(model.experiment.optimizer)
    penalty = REGULARIZERS.of(layer.regularizer) if layer.regularizer else None
    masked = ["w = mask * w"] if model.state.mask.size else []
    weights = [optimizer.rule(decays=True)]
    taken_off = penalty if model.data.rules.penalties_last else None
    if taken_off:
        weights.insert(0, "w_old = w")
    elif penalty and penalty.shrinkage_formula:
        weights.append(f"w = {penalty.shrinkage_formula}")
    if layer.constraint:
        weights.append(f"w = {CONSTRAINTS.of(layer.constraint).formula}")
    if taken_off:
        moved = f"w - learning_rate * ({renamed(taken_off.derivative_formula, {'w': 'w_old'})})"
        severed = f"q = {moved}; w = 0 if w * q < 0 else q"
        weights.append(severed if taken_off.name == "l1" else f"w = {moved}")
    formulas = {name: "; ".join([optimizer.rule(decays=False), *masked]) for name in _parameters(layer, activation)}
    return formulas | {"weights": "; ".join([*weights, *masked])}
