"""Reading links of TensorFlow Playground: an experiment that replays what the link shows there.

Invalid values are corrected and reported, because the original does not validate its links.
"""

import math
from typing import Any
from urllib.parse import unquote, urlsplit

from app.problems import invalid
from engine import LIMITS, FieldError
from engine.data.cells import written
from engine.data.tf_playground import SAMPLES

HOST = "playground.tensorflow.org"
LONGEST = 4_000
LONGEST_SEED = 64
DATASETS = {"circle": "circle", "xor": "xor", "gauss": "gauss", "spiral": "spiral"}
REGRESSIONS = {"reg-plane": "plane", "reg-gauss": "bumps"}
FEATURES = {
    "x": "x1",
    "y": "x2",
    "xSquared": "x1_squared",
    "ySquared": "x2_squared",
    "xTimesY": "x1_x2",
    "sinX": "sin_x1",
    "sinY": "sin_x2",
}
USUAL_FEATURES = ("x", "y")
ACTIVATIONS = ("tanh", "relu", "sigmoid", "linear")
USUAL_SEED = "0.5"
LOUDEST, USUALLY_LOUDEST = 80, 50
UNIFORM = {"name": "random_uniform", "minval": -0.5, "maxval": 0.5}


def imported(url: str) -> dict[str, Any]:
    """`{"experiment": ..., "changes": [...]}` of a link. Raises Problem 422 if it is not one."""
    link = Link(_pairs(url))
    return {"experiment": link.experiment(), "changes": link.changes}


def _refusal(given: str, message: str) -> Exception:
    expected = f"a link to {HOST}"
    return invalid([FieldError("url", given, expected, message)])


def _pairs(url: str) -> dict[str, str]:
    """The pairs after `#`, each key with its last value."""
    if len(url) > LONGEST:
        raise _refusal(f"{url[:60]}...", f"this link is longer than {LONGEST} characters")
    try:
        parts = urlsplit(url.strip().encode("utf-8", "replace").decode())  # half a surrogate pair is not text
        host = parts.hostname
    except ValueError as error:
        raise _refusal(url, f"this is not a link: {error}") from None
    if parts.scheme not in {"http", "https"} or not host:
        raise _refusal(url, "this is not a link")
    if host != HOST:
        raise _refusal(url, f"this is a link to {host}, but only links to {HOST} can be opened")
    pairs = (pair.partition("=") for pair in parts.fragment.split("&"))
    return {unquote(key): unquote(value) for key, _, value in pairs if key}


class Link:
    """The keys of one link as an experiment, and `changes`: what had to be corrected, in words."""

    def __init__(self, pairs: dict[str, str]) -> None:
        self._pairs = pairs
        self.changes: list[str] = []

    def experiment(self) -> dict[str, Any]:
        """The experiment, as the API takes it."""
        regression = self._option("problem", ("classification", "regression")) == "regression"
        key, sets = ("regDataset", REGRESSIONS) if regression else ("dataset", DATASETS)
        shape = sets[self._option(key, tuple(sets))]
        zero = self._boolean("initZero", False)
        weights, biases = ("zeros", "zeros") if zero else (UNIFORM, {"name": "constant", "value": 0.1})
        layer = {"initializer": weights, "bias_initializer": biases, "regularizer": self._regularizer()}
        activation = self._option("activation", ACTIVATIONS)
        samples = SAMPLES[shape]
        training = math.floor(samples * self._number("percTrainData", 50, 1, 100) / 100)
        return {
            "task": "regression" if regression else "binary",
            "dataset": {
                "name": "tensorflow_playground",
                "shape": shape,
                "seed_text": self._seed(),
                "noise": self._noise() / 100,
                "test_fraction": (samples - training) / samples,
            },
            "features": self._features(),
            "layers": [{"units": units, "activation": activation, **layer} for units in self._layers()],
            "output": {"activation": "linear" if regression else "tanh", **layer},
            "loss": "half_mean_squared_error",
            "optimizer": {"name": "sgd", "learning_rate": self._number("learningRate", 0.03, 0, 1_000)},
            "batch_size": self._batch_size(training),
            "shuffle": False,
            "precision": "float64",
        }

    def _given(self, key: str) -> str | None:
        value = self._pairs.get(key, "").strip()
        return value or None

    def _change(self, key: str, given: str, taken: object, why: str) -> None:
        shown = given if len(given) <= 60 else f"{given[:60]}..."
        self.changes.append(f"{key}={shown} {why}, so {taken} is used.")

    def _option(self, key: str, options: tuple[str, ...]) -> str:
        """One of the options; the first is the default."""
        given = self._given(key)
        if given is None or given in options:
            return given or options[0]
        self._change(key, given, options[0], f"is not one of {', '.join(options)}")
        return options[0]

    def _boolean(self, key: str, default: bool) -> bool:
        given = self._given(key)
        return default if given is None else given != "false"

    def _number(self, key: str, default: float, low: float, high: float) -> float:
        given = self._given(key)
        if given is None:
            return default
        number = _parsed(given)
        if number is None:
            self._change(key, given, written(default), "is not a number")
            return default
        if not low <= number <= high:
            number = min(max(number, low), high)
            self._change(key, given, written(number), f"is not between {written(low)} and {written(high)}")
        return number

    def _whole(self, key: str, default: int, low: int, high: int) -> int:
        number = self._number(key, default, low, high)
        whole = math.floor(number)
        if whole != number:
            self._change(key, self._given(key) or "", whole, "is not a whole number")
        return whole

    def _noise(self) -> float:
        given = self._given("noise")
        number = _parsed(given) if given else None
        if given and number is not None and number > LOUDEST:
            self._change("noise", given, USUALLY_LOUDEST, f"is above {LOUDEST}")
            return USUALLY_LOUDEST
        return self._number("noise", 0, 0, LOUDEST)

    def _seed(self) -> str:
        given = self._given("seed")
        if given is None:
            self.changes.append(
                f"The link has no seed. The original would draw a new one each time; here {USUAL_SEED} is used."
            )
            return USUAL_SEED
        if len(given) > LONGEST_SEED:
            self._change("seed", given, given[:LONGEST_SEED], f"is longer than {LONGEST_SEED} characters")
        return given[:LONGEST_SEED]

    def _features(self) -> list[str]:
        # As in the original, hiding a control turns its feature off.
        chosen = [
            name
            for name in FEATURES
            if self._boolean(name, name in USUAL_FEATURES) and self._given(f"{name}_hide") != "true"
        ]
        if not chosen:
            self.changes.append("The link turns every feature off, so x and y are used.")
        return [FEATURES[name] for name in chosen or USUAL_FEATURES]

    def _layers(self) -> list[int]:
        if "networkShape" not in self._pairs:
            return [4, 2]
        given = self._pairs["networkShape"].strip()
        sizes = [self._units(text) for text in given.split(",")] if given else []
        if len(sizes) > LIMITS.layers:
            self._change("networkShape", given, f"the first {LIMITS.layers}", f"has {len(sizes)} hidden layers")
        return sizes[: LIMITS.layers]

    def _units(self, text: str) -> int:
        number = _parsed(text)
        most = LIMITS.units
        if number is not None and 1 <= number <= most and number == int(number):
            return int(number)
        units = 1 if number is None else int(min(max(number, 1), most))
        self._change("networkShape", text or "nothing", units, f"is not a number of units between 1 and {most}")
        return units

    def _batch_size(self, training: int) -> int:
        size = self._whole("batchSize", 10, 1, LIMITS.samples)
        if size > training:
            self._change(
                "batchSize",
                str(size),
                training,
                f"is more than the {training} training samples, and the original would never update a weight",
            )
        return min(size, training)

    def _regularizer(self) -> dict[str, Any] | None:
        name = self._option("regularization", ("none", "L1", "L2"))
        rate = self._number("regularizationRate", 0, 0, 10)
        if name == "none" or rate == 0:
            return None
        # Its L2 adds the rate times half the square; ours adds the rate times the square.
        return {"name": "l1", "rate": rate} if name == "L1" else {"name": "l2", "rate": rate / 2}


def _parsed(text: str) -> float | None:
    """A finite number, or None."""
    try:
        number = float(text)
    except ValueError:
        return None
    return number if math.isfinite(number) else None
