"""What the server answers, and what an experiment may say. Made by scripts/types: do not edit."""

from collections.abc import Mapping, Sequence
from typing import Any, Literal, NotRequired, TypedDict

#: Something that can be chosen: its name, or its name with arguments such as {"name": "l2", "rate": 0.01}.
Choice = str | Mapping[str, Any]


class Input(TypedDict, total=False):
    """The input layer: what happens to the inputs in training, and never when evaluating."""

    # The share of the inputs that are switched off at random in each training step, for each sample.
    dropout: float
    # The standard deviation of the normal noise added to every input in each training step.
    noise: float


class BatchNormalization(TypedDict, total=False):
    """Keeps the numbers inside the network in a range where it learns well, whatever the layers below do."""

    # Before the activation, on the pre-activations, as first published; or after it, on its outputs.
    position: Literal["before", "after"]
    # The share of the moving averages that is kept at each update, as in Keras (PyTorch's is 1 minus this). Smaller
    # follows the batches faster.
    momentum: float
    # Added to the variance to avoid division by zero. The batch's variance is divided by n.
    epsilon: float


class Layer(TypedDict, total=False):
    """A hidden layer: so many units, each with the same activation."""

    # How many units the layer has.
    units: int
    # The function a unit applies to the weighted sum of its inputs. It lets a network learn nonlinear functions.
    activation: Choice
    # The starting weights. They decide whether signals and gradients keep their size from layer to layer.
    initializer: Choice
    # The starting biases. An initializer that depends on the width of the layer uses a fan_in of 1 for them.
    bias_initializer: Choice
    # A penalty on large weights, added to the loss. It helps against overfitting.
    regularizer: Choice | None
    # A condition that the weights into each unit meet after every update.
    constraint: Choice | None
    # Brings each unit to mean 0 and variance 1 over the batch, then applies a learned scale and shift.
    batch_normalization: BatchNormalization | None
    # The share of the layer's units that are switched off at random in each training step, for each sample.
    dropout: float


class Output(TypedDict, total=False):
    """The output layer: the task and the data decide how many units it has."""

    # The activation of the output. Null: sigmoid, softmax or linear, depending on the task.
    activation: Choice | None
    # The starting weights. They decide whether signals and gradients keep their size from layer to layer.
    initializer: Choice
    # The starting biases. An initializer that depends on the width of the layer uses a fan_in of 1 for them.
    bias_initializer: Choice
    # A penalty on large weights, added to the loss. It helps against overfitting.
    regularizer: Choice | None
    # A condition that the weights into each unit meet after every update.
    constraint: Choice | None


class Clipping(TypedDict, total=False):
    """A limit to the gradient of each update: a remedy against exploding ones (Pascanu, Mikolov and Bengio, 2013)."""

    # Limit the norm of the whole gradient, which keeps its direction; or limit each component.
    by: Literal["norm", "value"]
    # The largest norm or component allowed.
    threshold: float


class EarlyStopping(TypedDict, total=False):
    """Ends training when a quantity has not become better for a while."""

    # What is watched after every epoch. Watching the test part would spoil it as a judge.
    monitor: Literal[
        "validation_loss",
        "validation_accuracy",
        "validation_binary_accuracy",
        "validation_exact_match",
        "validation_mean_absolute_error",
        "train_loss",
        "train_accuracy",
        "train_binary_accuracy",
        "train_exact_match",
        "train_mean_absolute_error",
        "test_loss",
        "test_accuracy",
        "test_binary_accuracy",
        "test_exact_match",
        "test_mean_absolute_error",
    ]
    # Training stops when this many epochs in a row have brought nothing better. As in Keras: 0 and 1 both stop at the
    # first such epoch.
    patience: int
    # How much better a value must be to count as better.
    min_delta: float
    # Goes back to the weights of the best epoch when early stopping ends the run. If anything else ends or pauses it,
    # the weights stay as they are, and the reason given names the best epoch.
    restore_best: bool


class Experiment(TypedDict, total=False):
    """Every choice that reproduces a run; every field is optional."""

    # What kind of answer to learn. Null: the task of the data set.
    task: Literal["binary", "multiclass", "multilabel", "regression"] | None
    # The data that the network learns from.
    dataset: Choice
    # The inputs of the network. Null: x1 and x2, or every column of a table.
    features: Sequence[str] | None
    # What happens to the inputs in training.
    input: Input
    # In order, from the input to the output. Without hidden layers the model is linear.
    layers: Sequence[Layer]
    # The layer that gives the answer.
    output: Output
    # How wrong a prediction is, as one number. Training minimizes its mean over the training samples. Null: the usual
    # one for the task.
    loss: Choice | None
    # How a gradient becomes a change of the weights.
    optimizer: Choice
    # How the learning rate changes during training.
    schedule: Choice
    # How many samples each update uses. Null: all of them (full batch).
    batch_size: int | None
    # Shortens gradients that are too long. Null: no limit.
    clipping: Clipping | None
    # Ends training when a metric no longer improves.
    early_stopping: EarlyStopping | None
    # How much each class counts in the loss: one number per class, or balanced, which makes rare classes count more.
    # The reported losses carry these weights, those of the validation and test parts too; metrics do not.
    class_weight: str | Sequence[float] | None
    # The share of each target that is spread evenly over all classes, to prevent overconfidence.
    label_smoothing: float
    # Shuffle the samples before every epoch.
    shuffle: bool
    # float32 is fast; float64 is for comparing numbers exactly.
    precision: Literal["float32", "float64"]
    # Determines the starting weights and the order of the samples.
    seed: int


class ArgumentAnswer(TypedDict):
    """What an entry can be tuned with."""

    name: str
    label: str
    help: str
    default: bool | float | str
    minimum: float | None
    maximum: float | None
    kind: Literal["number", "integer", "boolean", "option"]
    # How a slider should move.
    scale: Literal["linear", "log"]
    # Of the kind `option`: what can be chosen.
    options: list[str]


class SampledCurve(TypedDict):
    """A function and its derivative, sampled at x."""

    x: list[float]
    value: list[float | None]
    derivative: list[float | None]


class ScheduleCourse(TypedDict):
    """What the learning rate is multiplied by, over a thousand epochs."""

    x: list[float]
    value: list[float]


class Saturation(TypedDict):
    """Below and above which sums the derivative is nearly 0 for good; null where it never is."""

    below: float | None
    above: float | None


class SampleBounds(TypedDict):
    """How many samples a data set can have."""

    minimum: int
    default: int
    maximum: int


class PointsPreview(TypedDict):
    """Some points of a data set."""

    points: list[list[float]]
    targets: list[float | list[float]]


class FeatureMap(TypedDict):
    """A feature over the plane, one byte for each point, in base64. Row 0 is at the top."""

    width: int
    height: int
    low: float
    high: float
    data: str


class EntryAnswer(TypedDict):
    """One thing that can be chosen. Formulas are KaTeX."""

    name: str
    label: str
    summary: str
    # When to choose it.
    when: str
    # What can go wrong.
    hazard: str
    source: str
    formula: str | None
    aliases: list[str]
    # The tasks it is for; null for all. The usual one comes first.
    tasks: list[Literal["binary", "multiclass", "multilabel", "regression"]] | None
    arguments: list[ArgumentAnswer]
    derivative_formula: NotRequired[str]
    # Of a regularizer: what it does to a weight after the update.
    shrinkage_formula: NotRequired[str]
    curve: NotRequired[SampledCurve | None]
    course: NotRequired[ScheduleCourse | None]
    # Of an activation: the lowest and the highest output.
    range: NotRequired[list[float | None]]
    # Of an activation: the layers that can have it.
    places: NotRequired[list[Literal["hidden", "output"]]]
    monotonic: NotRequired[bool]
    zero_centered: NotRequired[bool]
    saturates: NotRequired[Saturation | None]
    # Of a task: the usual output activation.
    output: NotRequired[str]
    # Of a task: the usual loss.
    loss: NotRequired[str]
    # Of a loss: the output activations that it goes with.
    outputs: NotRequired[list[str]]
    # Of a data set.
    columns: NotRequired[list[str]]
    # Of a data set: how many classes or labels it has.
    classes: NotRequired[int | None]
    samples: NotRequired[SampleBounds | None]
    preview: NotRequired[PointsPreview | None]
    map: NotRequired[FeatureMap | None]
    # Of a metric: whether it is a share, of which more is better.
    share: NotRequired[bool]
    # Of a criterion: what it prunes.
    what: NotRequired[Literal["weights", "neurons"] | None]
    severity: NotRequired[Literal["critical", "warning"] | None]
    # Of a finding: when it looks wrong but is not.
    exception: NotRequired[str]


class FamilyAnswer(TypedDict):
    """One menu."""

    label: str
    help: str
    default: str | None
    entries: list[EntryAnswer]


class CatalogueAnswer(TypedDict):
    """Everything that can be chosen."""

    version: str
    conventions: list[str]
    limits: dict[str, float]
    default_experiment: Experiment
    families: dict[str, FamilyAnswer]


class TokenLine(TypedDict):
    """A token of a script, of which only the id is known."""

    id: str
    # When, in UTC (ISO 8601).
    created: str


class TokenList(TypedDict):
    """The asker's tokens."""

    tokens: list[TokenLine]


class NewToken(TypedDict):
    """A token that was just made."""

    id: str
    # When, in UTC (ISO 8601).
    created: str
    # What to send as `Authorization: Bearer TOKEN`. It is shown this once.
    token: str


class ColumnAnswer(TypedDict):
    """One column of an uploaded file: what it holds, and which inputs it became."""

    name: str
    type: Literal["number", "text", "date"]
    role: Literal["input", "target", "unused"]
    missing: int
    inputs: list[str]
    note: str
    low: NotRequired[float | None]
    high: NotRequired[float | None]
    mean: NotRequired[float | None]
    words: NotRequired[list[str] | None]


class PreviewAnswer(TypedDict):
    """The first rows as they stand in the file."""

    names: list[str]
    rows: list[list[str]]


class UploadAnswer(TypedDict):
    """What was found in an uploaded file; `dropped` rows lacked a value that was needed."""

    id: str
    created: str
    dataset: dict[str, str]
    name: str
    rows: int
    inputs: list[str]
    task: Literal["binary", "multiclass", "multilabel", "regression"]
    target: str
    classes: list[str] | None
    dropped: int
    delimiter: str
    decimal: str
    header: bool
    columns: list[ColumnAnswer]
    # What was assumed or left out when the file was read.
    notes: list[str]
    preview: PreviewAnswer


class UploadLine(TypedDict):
    """A line in the list of uploaded tables."""

    id: str
    created: str
    dataset: dict[str, str]
    name: str
    rows: int
    inputs: list[str]
    task: Literal["binary", "multiclass", "multilabel", "regression"]
    target: str
    classes: list[str] | None
    # How many sessions learn from it.
    uses: int


class UploadList(TypedDict):
    """The uploaded tables, the newest first."""

    datasets: list[UploadLine]


class ImportAnswer(TypedDict):
    """An experiment made from something else; `changes` says what could not be taken as it was."""

    experiment: Experiment
    changes: list[str]


class Summary(TypedDict):
    """Where a session stands."""

    id: str
    # Changes with every reset.
    run: str
    state: Literal["ready", "running", "paused", "finished", "diverged", "failed"]
    # Grows with every change of state: tells which of two answers is the newer one.
    stage: int
    # Why it is in this state, in words.
    reason: str | None
    step: int
    epoch: float
    steps_per_second: float
    # How many clients listen to its stream.
    watchers: int


class SessionList(TypedDict):
    """The asker's own sessions."""

    sessions: list[Summary]


class UntilEpochs(TypedDict):
    """Play to the end of this epoch of the run."""

    epochs: int


class UntilMetric(TypedDict):
    """Play until a metric is at least (shares such as accuracy) or at most (losses and errors) its target."""

    metric: str
    target: float


class NoteAnswer(TypedDict):
    """Something to know about a field that is not an error."""

    field: str
    message: str


class Metrics(TypedDict):
    """How good the network is at this step; parts without samples are null.

    Recorded steps are measured over all samples, others too unless a large network has many of them.
    """

    train: dict[str, float | None] | None
    validation: dict[str, float | None] | None
    test: dict[str, float | None] | None
    penalty: float | None
    # Over how many samples of each part. Fewer than the part has: a fixed draw of 2,000, because no row is recorded at
    # this step and measuring all samples would take too long.
    samples: dict[str, int]


class LastUpdate(TypedDict):
    """What the last update learned from, and what it did. Losses are means over its batch, without the penalty."""

    # Indices of training samples.
    samples: list[int]
    loss_before: float | None
    # With the present weights.
    loss: float | None


class SessionAnswer(TypedDict):
    """A session."""

    id: str
    # Changes with every reset.
    run: str
    state: Literal["ready", "running", "paused", "finished", "diverged", "failed"]
    # Grows with every change of state: tells which of two answers is the newer one.
    stage: int
    # Why it is in this state, in words.
    reason: str | None
    step: int
    epoch: float
    steps_per_second: float
    # How many clients listen to its stream.
    watchers: int
    # What the asker may do with it: everything, or look at it by its link.
    access: Literal["own", "read"]
    warning: str | None
    # Epochs per second while it plays; null is flat out.
    rate: float | None
    # Where playing ends.
    until: UntilEpochs | UntilMetric | None
    experiment: Experiment
    # How many numbers the network learns.
    parameter_count: int
    notes: list[NoteAnswer]
    metrics: Metrics
    # Null while training, at step 0, after weights were set, and for batches of over 1,000 samples.
    last_update: LastUpdate | None


class JournalEntry(TypedDict):
    """A change that was made to a run."""

    seq: int
    step: int
    epoch: float
    kind: Literal["patch", "parameters", "step", "resume"]
    what: dict[str, Any]


class JournalAnswer(TypedDict):
    """What a run began with and every change since: together they reproduce it."""

    run: str
    experiment: Experiment
    # False if there were too many changes to keep.
    complete: bool
    entries: list[JournalEntry]


class ShareAnswer(TypedDict):
    """A link to look at a session."""

    secret: str


class Joined(TypedDict):
    """What a link leads to."""

    # The session's id.
    session: str


class History(TypedDict):
    """The recorded rows after `since`, by column.

    Losses and metrics are over all samples of their part, dropout and noise off; losses carry the class weights, in the
    validation and test parts too. Columns with a list in each row have a number for each layer, hidden layers first.
    """

    run: str
    since: int
    last: int
    # `learning_rate` is that of the next update. Per layer: `gradient_norm` of the data loss, `weight_norm`,
    # `update_ratio` (the last update over the weights), `saturated` (share of outputs whose derivative is under 0.01),
    # `dead` (share of units whose derivative is 0 for every sample), `mean` and `std` of the activations, and
    # `zero_weights`: how many weights are exactly 0.
    columns: dict[str, list[Any]]


class BoundaryAnswer(TypedDict):
    """The output over the plane, row 0 at the highest x2; one such grid for each class if there are several."""

    run: str
    step: int
    epoch: float
    width: int
    height: int
    domain: list[float]
    values: list[list[float | None]] | list[list[list[float | None]]]


class NeuronMaps(TypedDict):
    """What each unit of a layer gives over the plane, row 0 at the highest x2."""

    name: str
    units: list[list[list[float | None]]]


class NeuronsAnswer(TypedDict):
    """Hidden layers in order, the output layer last."""

    run: str
    step: int
    epoch: float
    width: int
    height: int
    domain: list[float]
    layers: list[NeuronMaps]


class LayerAnswer(TypedDict):
    """What one layer has learned; a normalized one has gamma, beta, a moving mean and a moving variance."""

    weights: list[list[float]]
    biases: list[float]
    gamma: NotRequired[list[float] | None]
    beta: NotRequired[list[float] | None]
    slopes: NotRequired[list[float] | None]
    moving_mean: NotRequired[list[float] | None]
    moving_variance: NotRequired[list[float] | None]
    # 1, or 0 for weights that were pruned.
    mask: NotRequired[list[list[float]] | None]


class ParametersAnswer(TypedDict):
    """Weights and biases, hidden layers in order, the output layer last."""

    run: str
    step: int
    epoch: float
    layers: list[LayerAnswer]


class ChangeAnswer(TypedDict):
    """A weight, or a bias, and its value."""

    layer: int
    unit: int
    input: int | None
    value: float


class ChangesAnswer(TypedDict):
    """What was changed, as it was before: sent again, it takes the change back."""

    run: str
    step: int
    epoch: float
    before: list[ChangeAnswer]


class MoveAnswer(TypedDict):
    """By how much a field moved an output away from what it would be if the field were typical."""

    field: str
    # Of the predicted class's probability, or in the target's unit.
    change: float | None


class Prediction(TypedDict):
    """What the network says of each row."""

    outputs: list[list[float | None]]
    labels: list[str | float | list[str] | None]
    # Of each row, the largest first; only where `explain` was asked for.
    moved: NotRequired[list[list[MoveAnswer]] | None]


class FieldAnswer(TypedDict):
    """One value of a row that is to be predicted: numbers as they are, dates as ISO text, or one of some words."""

    name: str
    type: Literal["number", "text", "date"]
    words: list[str] | None
    low: float | str | None
    high: float | str | None
    # The mean, or the commonest word.
    typical: float | str | None


class Targets(TypedDict):
    """What the targets mean."""

    kind: Literal["binary", "multiclass", "multilabel", "regression"]
    classes: list[str] | None
    # The answers that mean no and yes; null in a regression.
    range: list[float] | None


class ProjectionAnswer(TypedDict):
    """A point x is drawn at `rows x - shift`."""

    rows: list[list[float]]
    shift: list[float]


class PartAnswer(TypedDict):
    """Raw points and their targets."""

    points: list[list[float]]
    targets: list[float | list[float]]


class DatasetAnswer(TypedDict):
    """The points, for drawing: words have become one column for each word, dates the days since the first."""

    columns: list[str]
    # In the order in which `predict` takes a row.
    fields: list[FieldAnswer]
    targets: Targets
    domain: list[float]
    axes: list[int]
    # Where the points spread most; null for a plane.
    principal: ProjectionAnswer | None
    parts: dict[str, PartAnswer]


class Fix(TypedDict):
    """A change that helps, as a merge patch of the present experiment."""

    label: str
    # To send with PATCH as it is.
    patch: dict[str, Any]
    # Whether it helps only a new run: send it with `reset=true`.
    needs_reset: bool


class Finding(TypedDict):
    """One thing that is wrong with a run. What its name means is an entry of the family `finding`."""

    name: str
    label: str
    severity: Literal["critical", "warning"]
    # Where: from 0, the output last; none at all means the whole network.
    layers: list[int]
    # The numbers by which it shows.
    evidence: dict[str, float | None]
    # These numbers in a sentence.
    summary: str
    # The likely cause.
    cause: str
    # What helps, the likeliest first.
    fixes: list[Fix]


class Score(TypedDict):
    """How good the answers for one part are: compare it before and after a fix.

    `measure` is balanced accuracy where the classes are uneven: a network that never answers with a rare class must not
    look good. `value` is a share of right answers, or of a regression the mean absolute error in the target's unit.
    """

    # A metric's name, or balanced_accuracy where the classes are uneven.
    measure: str
    value: float | None
    # The standard error of the value.
    noise: float | None
    loss: float | None


class DiagnosisAnswer(TypedDict):
    """What is wrong with a run, the worst first; consequences of what is named are left out."""

    findings: list[Finding]
    # By part, where there is such a part.
    scores: dict[str, Score]
    # Whether it has learned clearly less than nearest neighbors know.
    falls_short: bool
    run: str
    step: int
    epoch: float
    healthy: bool


class TimelineAnswer(TypedDict):
    """How far back this run can be looked at, which is to its beginning, and what is kept for that."""

    run: str
    step: int
    epoch: float
    # The last whole epoch; all from 0 to it can be visited.
    last: int
    # Epochs between two checkpoints.
    stride: int
    # The epochs of the checkpoints: these are shown soonest.
    kept: list[int]
    bytes: int
    # The journal without what was changed.
    changes: list[JournalEntry]


class Normalization(TypedDict):
    """How batch normalization moved a layer's numbers."""

    position: Literal["before", "after"]
    means: list[float | None]
    # The square root of variance + epsilon.
    deviations: list[float | None]
    normalized: list[float | None]
    scaled: list[float | None]


class TracedLayer(TypedDict):
    """One layer on the way forward and back; parameters, gradients and what becomes of them are by name."""

    name: str
    activation: str
    # What enters, after dropout.
    inputs: list[float | None]
    # What dropout multiplied each input with.
    kept: list[float | None] | None
    parameters: dict[str, list[float | None] | list[list[float | None]]]
    # The other numbers in this layer's formulas.
    arguments: dict[str, dict[str, float | None]]
    # 0 for parameters that stay 0 for good.
    mask: dict[str, list[float | None] | list[list[float | None]]] | None
    pre_activations: list[float | None]
    normalization: Normalization | None
    # Of an activation whose slope differs from unit to unit.
    slopes: list[float | None] | None
    activations: list[float | None]
    outputs: list[float | None]
    derivatives: list[float | None] | None
    # dL/da; null where loss and activation are taken together.
    errors: list[float | None] | None
    # dL/dz.
    deltas: list[float | None]
    # Of the data loss.
    gradients: dict[str, list[float | None] | list[list[float | None]]]
    # With the smooth part of the penalty, and clipped: what the optimizer gets.
    total_gradients: dict[str, list[float | None] | list[list[float | None]]]
    # How far an L1 penalty moves each weight toward 0 after the update.
    shrinkage: float | None
    # What the optimizer remembers before the update, by the names in its formula.
    memory: dict[str, dict[str, list[float | None] | list[list[float | None]]]]
    memory_after: dict[str, dict[str, list[float | None] | list[list[float | None]]]]
    updated: dict[str, list[float | None] | list[list[float | None]]]
    # The outputs after the update.
    again: list[float | None]


class TraceAnswer(TypedDict):
    """One sample forward, its error back, the update, and the sample once more."""

    run: str
    step: int
    epoch: float
    part: Literal["train", "validation", "test"]
    sample: int
    mode: Literal["training", "evaluation"]
    point: list[float | None]
    columns: list[str]
    features: list[str]
    inputs: list[float | None]
    # What is added to the inputs.
    noise: list[float | None] | None
    target: float | list[float | None] | None
    # What the outputs should be.
    wanted: list[float | None]
    weight: float | None
    layers: list[TracedLayer]
    loss: float | None
    loss_again: float | None
    penalty: float | None
    learning_rate: float | None
    # Other numbers in the formulas of the targets, the loss, the schedule, clipping and the update: in the schedule's
    # formula t is the time in epochs, in the update's it is `step`, the number of this update.
    arguments: dict[str, dict[str, float | None]]
    # KaTeX of every kind of number; null where nothing is computed. i counts what enters a layer, j its units, k the
    # outputs or the sums of a maxout unit. e is an error, the delta of z is dL/dz, h what is normalized, r 1 for what
    # dropout keeps and 0 for the rest. A hidden unit's error comes from the layer above.
    formulas: dict[str, Any]


class Histogram(TypedDict):
    """How often numbers fall into equal bins from low to high; quantiles are 0, 5, 25, 50, 75, 95 and 100 %.

    Without finite numbers the ends are NaN and the lists empty.
    """

    low: float | None
    high: float | None
    counts: list[int]
    mean: float | None
    std: float | None
    quantiles: list[float | None]
    not_finite: int


class LayerDistributions(TypedDict):
    """The histograms of one layer's weights and, over the measured training samples, of its `pre_activations` (what its
    activation takes in), `activations`, `gradients` (of the mean loss, by weight) and `errors` (dL/dz of one
    sample)."""

    name: str
    weights: Histogram
    pre_activations: Histogram
    activations: Histogram
    gradients: Histogram
    errors: Histogram


class DistributionsAnswer(TypedDict):
    """Hidden layers in order, the output layer last."""

    run: str
    step: int
    epoch: float
    # How many samples were looked at: all, or a fixed draw of 2,000 where that takes too long.
    samples: int
    # How many samples the part has.
    all: int
    layers: list[LayerDistributions]


class MomentDistributions(TypedDict):
    """The distributions at one epoch."""

    step: int
    epoch: float
    layers: list[LayerDistributions]


class CourseAnswer(TypedDict):
    """The distributions along a run, oldest first."""

    run: str
    step: int
    epoch: float
    moments: list[MomentDistributions]


class UnitHistogram(TypedDict):
    """How often a unit's activation gets sums in equal bins from low to high."""

    low: float
    high: float
    counts: list[int]


class UnitsAnswer(TypedDict):
    """One for each unit of a layer; in a maxout layer one for each piece of each."""

    run: str
    step: int
    epoch: float
    # How many samples were looked at: all, or a fixed draw of 2,000 where that takes too long.
    samples: int
    # How many samples the part has.
    all: int
    name: str
    units: list[UnitHistogram]


class Roc(TypedDict):
    """The ROC curve: both rates as the threshold falls; empty where there is none."""

    false_positive_rate: list[float]
    true_positive_rate: list[float]


class ClassEvaluation(TypedDict):
    """One class, or label, against the rest."""

    name: str
    # How many samples belong to the class.
    support: int
    # How many samples were predicted as this class.
    predicted: int
    true_positives: int
    precision: float | None
    recall: float | None
    f1: float | None
    roc: Roc
    auc: float | None


class Calibration(TypedDict):
    """In ten bins of confidence: the mean confidence, and the share of predictions that are correct."""

    counts: list[int]
    confidence: list[float | None]
    accuracy: list[float | None]
    error: float | None


class Regression(TypedDict):
    """How far predictions are from targets, in the target's unit; residuals are prediction minus target."""

    mean_absolute_error: float | None
    root_mean_squared_error: float | None
    r2: float | None
    bias: float | None
    residuals: Histogram
    targets: list[float | None]
    predictions: list[float | None]


class PartEvaluation(TypedDict):
    """One part of the data. What does not go with the task is None."""

    # How many samples were looked at: all, or a fixed draw of 2,000 where that takes too long.
    samples: int
    # How many samples the part has.
    all: int
    measures: dict[str, float | None]
    # Row: true class; column: predicted class.
    confusion: NotRequired[list[list[int]] | None]
    classes: NotRequired[list[ClassEvaluation] | None]
    calibration: NotRequired[Calibration | None]
    regression: NotRequired[Regression | None]


class EvaluationAnswer(TypedDict):
    """How good the predictions are, part by part."""

    run: str
    step: int
    epoch: float
    classes: list[str] | None
    parts: dict[str, PartEvaluation]


class AblationAnswer(TypedDict):
    """What it costs to switch something off."""

    run: str
    step: int
    epoch: float
    # How many samples were looked at: all, or a fixed draw of 2,000 where that takes too long.
    samples: int
    # How many samples the part has.
    all: int
    part: Literal["train", "validation", "test"]
    before: dict[str, float | None]
    after: dict[str, float | None]


class RankedPart(TypedDict):
    """What is left without this part, and by how much the loss grows."""

    kind: Literal["feature", "layer", "unit", "connection"]
    layer: int | None
    unit: int | None
    input: int | None
    name: str
    after: dict[str, float | None]
    cost: float | None


class RankingAnswer(TypedDict):
    """What matters most, the costliest first."""

    run: str
    step: int
    epoch: float
    # How many samples were looked at: all, or a fixed draw of 2,000 where that takes too long.
    samples: int
    # How many samples the part has.
    all: int
    part: Literal["train", "validation", "test"]
    before: dict[str, float | None]
    parts: list[RankedPart]


class LayerSpread(TypedDict):
    """Standard deviations over the training samples, and the length of the gradient."""

    name: str
    activations: float | None
    errors: float | None
    gradient: float | None


class SpreadAnswer(TypedDict):
    """How activations and errors spread from layer to layer in a network that has not begun to learn."""

    layers: list[LayerSpread]


class TimedSize(TypedDict):
    """And how long it takes."""

    units: int
    parameters: int
    nonzero: int
    bytes: int
    sparse_bytes: int
    flops: int
    effective_flops: int
    measures: dict[str, dict[str, float | None]]
    undone: NotRequired[bool]
    # Measured, for one sample among many.
    inference_us: float | None


class PrunedSize(TypedDict):
    """How large and how good a network is, at first or after a step and its training; `undone` if it was taken back."""

    units: int
    parameters: int
    nonzero: int
    bytes: int
    sparse_bytes: int
    flops: int
    effective_flops: int
    measures: dict[str, dict[str, float | None]]
    undone: NotRequired[bool]


class PruneReport(TypedDict):
    """What pruning did."""

    # Of each part, over how many samples: all, or a fixed draw of 2,000 where that takes too long.
    samples: dict[str, int]
    before: TimedSize
    after: TimedSize
    steps: list[PrunedSize]
    # Why it ended early, in words.
    stopped: str | None


class PruneAnswer(TypedDict):
    """The report, and the session with the pruned network; in a preview it is as it was."""

    report: PruneReport
    session: SessionAnswer


class TradeoffPoint(TypedDict):
    """What is left of the quality when a share is pruned."""

    fraction: float
    measures: dict[str, dict[str, float | None]]


class TradeoffAnswer(TypedDict):
    """The trade-off, without training in between."""

    run: str
    step: int
    epoch: float
    criterion: str
    # Of each part, over how many samples: all, or a fixed draw of 2,000 where that takes too long.
    samples: dict[str, int]
    points: list[TradeoffPoint]


class Alive(TypedDict):
    """The server runs."""

    status: str
    version: str


class Ready(TypedDict):
    """The server can train."""

    ready: bool
