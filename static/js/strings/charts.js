// The panels at the bottom of the page.

import { count, epochOf } from "../format.js";
import { isolated, list, plural, score, told } from "./phrases.js";

/** @import { DataField } from "../types.js" */

export const dock = {
  label: "Charts",
  curves: "Curves",
  gradients: "Gradients",
  distributions: "Distributions",
  errors: "Errors",
  predict: "Predict",
  doctor: "Doctor",
  help: {
    curves: "Loss and accuracy over time.",
    gradients: "How large the gradient is in each layer: shows vanishing and exploding gradients.",
    distributions: "The distributions of each layer's values, now and over the run.",
    errors:
      "Which classes are confused and how well each is detected; or, in a regression, how far predictions are from " +
      "targets.",
    predict: "Try your own values: see what the network predicts for them, and what influenced it most.",
    doctor: "What is wrong with this run, the evidence, the likely cause, and how to fix it.",
  },
  loss: "Loss",
  accuracy: "Accuracy",
  train: "train",
  test: "test",
  validation: "validation",
  log: "Log scale",
  logHelp: "Each grid line is ten times the one below, so small losses stay visible.",
  logEpochs: "Log epochs",
  logEpochsHelp: "Gives early epochs as much space as later ones.",
  smoothing: "Smoothing",
  smoothingHelp: "Draws an exponential moving average over a pale line of the original values.",
  penalty: "penalty",
  penaltyHelp: "The data loss and the regularization penalty. Training minimizes their sum.",
  plotHelp:
    "Point at it, or press the arrow keys, to read the values of an epoch. Dashed lines mark changes. The ring marks " +
    "the best epoch.",
  best: (/** @type {string} */ part, /** @type {string} */ value, /** @type {number} */ epoch) =>
    `best ${part} ${value} at epoch ${epochOf(epoch)}`,
  stopped: (/** @type {number} */ epoch) => `stopped at epoch ${epochOf(epoch)}`,
  resize: "Height of the charts",
  resizeHelp: "Drag it, or press the up and down arrow keys. Your browser remembers it.",
  gradientNorm: "Gradient norm per layer",
  gradientNormHelp:
    "The length of the loss's gradient with respect to the layer's weights and biases. If the lines of the first " +
    "layers lie far below the last one, their gradients vanish and they hardly learn.",
  epoch: "epoch",
  empty: "Press Play to see the curves.",
  chart: (/** @type {string} */ title, /** @type {string} */ values) => `${title} over the epochs. Now: ${values}.`,
  none: "nothing yet",
};

export const strip = {
  title: "Layers over time",
  help:
    "One row per layer, with the output on top, from the first epoch on the left to now on the right. Shows at a " +
    "glance which layers hardly learn and which are unstable.",
  show: "Quantity shown for the layers",
  showHelp:
    "Gradient norm: how strongly the loss depends on a layer's weights. Update ratio: how much each update changes " +
    "the weights, relative to their size. Saturated: how often the activation is flat. Dead: units that are flat for " +
    "every sample.",
  quantities: {
    gradient_norm: "Gradient norm",
    update_ratio: "Update ratio",
    saturated: "Saturated",
    dead: "Dead units",
  },
  /** @type {Record<"gradient_norm" | "update_ratio" | "saturated" | "dead", [string, string]>} */
  ends: {
    gradient_norm: ["vanishing (1e\u22128)", "exploding (1e4)"],
    update_ratio: ["frozen (1e\u22128)", "unstable (10)"],
    saturated: ["", "all"],
    dead: ["", "all"],
  },
  none: "none",
  fine: "fine",
  nothing: "nothing yet",
  zero: "exactly 0",
  broken: "not finite",
  spoken: (/** @type {string} */ quantity, /** @type {string} */ layers) =>
    `${quantity} of each layer over time. Now: ${layers}.`,
};

export const distributions = {
  title: "Distributions of every layer",
  waiting: "The distributions appear as soon as there is a run.",
  show: "Quantity",
  names: {
    weights: "Weights",
    pre_activations: "Pre-activations",
    activations: "Activations",
    gradients: "Gradients",
    errors: "Errors",
  },
  help: {
    weights:
      "The weights of each layer. With L1 regularization, many are 0; with too large an initializer, they are spread " +
      "widely.",
    pre_activations: "What the activations take in. Far out on either side, most activations saturate.",
    activations: "What the units pass to the next layer. If they shrink from layer to layer, the signal is lost.",
    gradients:
      "The gradient of the loss with respect to each weight. If it shrinks toward the first layer, it vanishes.",
    errors: "The gradient of the loss with respect to each pre-activation, for single samples.",
  },
  mean: "mean",
  std: "std",
  spoken: (/** @type {string} */ what, /** @type {string} */ layer, /** @type {string} */ told) =>
    `${what} of ${layer}: ${told}`,
  course: (/** @type {string} */ what, /** @type {string} */ layer) =>
    `${what} of ${layer} over the run, from the start at the top to now at the bottom; darker means more`,
  notFinite: (/** @type {number} */ numbers) => `${count(numbers)} are not finite`,
};

export const errors = {
  waiting: "The errors appear as soon as there is a run.",
  part: { train: "Training", validation: "Validation", test: "Test" },
  samples: (/** @type {number} */ samples, /** @type {number} */ all) =>
    samples < all ? `${count(samples)} of ${count(all)} samples, chosen at random` : `${count(samples)} samples`,
  confusion: "Confusion",
  confusionHelp: "Rows: the true class. Columns: the predicted class. Correct predictions are on the diagonal.",
  classes: "Each class against the rest",
  /** @type {[string, string][]} */
  columns: [
    ["Precision", "Of the samples predicted as this class, the share that belong to it."],
    ["Recall", "Of the samples that belong to this class, the share predicted as it."],
    ["F1", "The harmonic mean of precision and recall."],
    ["AUC", "The area under the ROC curve: 0.5 is guessing, 1 is perfect."],
  ],
  roc: "ROC",
  rocHelp:
    "The true positive rate against the false positive rate as the threshold falls. The closer to the upper left " +
    "corner, the better.",
  calibration: "Calibration error",
  calibrationHelp: "The difference between the confidence of the predictions and how often they are correct.",
  mae: "Mean absolute error",
  rmse: "Root mean squared error",
  r2: "R\u00b2",
  bias: "Mean residual",
  scatter: "Prediction against target",
  scatterHelp: "Each point is a sample. On the diagonal, the prediction equals the target.",
};

export const predict = {
  title: "Try your own values",
  waiting: "You can try your own values as soon as there is a run.",
  sample: "Next sample",
  sampleHelp: "Fills in the values of the next sample from the data. Change some to see what happens.",
  typical: "Typical values",
  typicalHelp: "Fills in the mean of each numeric column and the most common category of the others.",
  part: { train: "training data", validation: "validation data", test: "test data" },
  from: (/** @type {string} */ part, /** @type {number} */ index, /** @type {number} */ all) =>
    `Sample ${count(index + 1)} of ${count(all)} from the ${part}`,
  own: "Your own values",
  unknown: "not known",
  help: (/** @type {DataField} */ { type, low, high, typical }) =>
    (low !== null && high !== null ? `In the data: ${told(low)} to ${told(high)}. ` : "") +
    (typical !== null ? `Typical: ${told(typical)}. ` : "") +
    (type === "text" ? "Choose \u201cnot known\u201d for a missing value." : "Leave it empty if it is not known."),
  notANumber: "Enter a number, or leave it empty.",
  notADate: "Enter a whole date, or leave it empty.",
  unused: (/** @type {number} */ columns) =>
    `${plural(columns, "column")} of the data ${columns === 1 ? "is" : "are"} not used by this network.`,
  answer: "Prediction",
  probability: (/** @type {string} */ share) => `probability ${share}`,
  output: (/** @type {string} */ value) => `output ${value}`,
  none: "none",
  right: (/** @type {string} */ truth) => `Correct: the sample\u2019s label is ${isolated(truth)}.`,
  wrong: (/** @type {string} */ truth) => `Wrong: the sample\u2019s label is ${isolated(truth)}.`,
  truth: (/** @type {string} */ truth, /** @type {string} */ off) =>
    `True value ${truth}; the prediction is off by ${off}.`,
  fix: "Fix the marked values to see a prediction.",
  moved: "What influenced it most",
  movedNumber: "Change compared with the typical value of each column.",
  movedClass: (/** @type {string} */ label) =>
    `Change in the probability of ${isolated(label)}, in percentage points, ` +
    "compared with the typical value of each column.",
  nothingMoved: "Nothing: every value is typical or makes no difference here.",
  movedBy: (/** @type {string} */ field, /** @type {string} */ change) => `${isolated(field)}: ${change}`,
};

export const doctor = {
  waiting: "The doctor checks the run as soon as there is one.",
  healthyAtFirst: "No problems found. Press Play: the doctor checks as the network trains.",
  healthy: "Healthy: the network has learned what this data can teach it.",
  learning:
    "No problem found so far, but the network has not learned this data yet. Let it train longer; if it stops " +
    "improving, try more units or other settings.",
  severity: { critical: "serious", warning: "worth a look" },
  fixAnew: "Changes this and starts a new run, because it only helps from the beginning. Undo reverts it.",
  fixNow: "Changes this while training continues. Undo reverts it.",
  undo: "Undo this fix",
  undoHelp: "Brings back the settings from before this fix. A fix that started a new run is undone with a new run.",
  outcomes: {
    early: "Too early to tell.",
    helped: "It helped.",
    same: "It did not help.",
    worse: "It made things worse.",
  },
  outcome: (
    /** @type {import("../fix_result.js").Treatment} */ { finding, fix, epoch },
    /** @type {import("../fix_result.js").Verdict} */ { outcome, gone, part, before, after, found },
  ) => {
    const measure = before.measure.replaceAll("_", " ");
    const figures =
      `${part} ${measure} ${score(before)} before, ${score(after)} now; ` +
      `${part} loss ${score(before, "loss")} before, ${score(after, "loss")} now`;
    const problem = gone ? `no more ${finding.label.toLowerCase()}` : `still ${finding.label.toLowerCase()}`;
    const news = found.length > 0 ? `, but now ${list(found.map((label) => label.toLowerCase()))}` : "";
    return outcome === "early"
      ? `${fix.label} will be evaluated at epoch ${count(Math.ceil(epoch))}. So far: ${figures}.`
      : `${fix.label}: ${problem}${news}; ${figures}.`;
  },
};
