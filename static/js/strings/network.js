// The network and how it is trained.

import { count, memory } from "../format.js";

export const network = {
  title: "Network",
  inputs: "Inputs",
  layer: (/** @type {number} */ index) => `Layer ${index + 1}`,
  output: "Output",
  summary: (/** @type {number[]} */ sizes, /** @type {number} */ parameters, /** @type {number} */ bytes) =>
    `${sizes.join(" \u2192 ")} \u00b7 ${count(parameters)} weights and biases, ${memory(parameters * bytes)}`,
  unit: (/** @type {string} */ layer, /** @type {number} */ unit) => `${layer}, unit ${unit + 1}`,
  unitHelp:
    "This unit's output across the plane. Click for its formula, curve, effect and weights. Arrow keys: the other " +
    "units.",
  zeros: (/** @type {number} */ zeros, /** @type {number} */ all) =>
    all === 1 ? `its weight is ${zeros ? "0" : "not 0"}` : `${count(zeros)} of ${count(all)} weights are 0`,
  zerosShort: (/** @type {number} */ zeros, /** @type {number} */ all) => `${count(zeros)}/${count(all)} are 0`,
  zerosHelp:
    "Weights into this layer that are exactly 0, drawn as dashed gray lines: no signal passes through them. L1 " +
    "regularization makes useless weights exactly 0; pruning sets them to 0.",
  unitAlone: (/** @type {number} */ unit) => `unit ${unit + 1}`,
  weightOf: (/** @type {string} */ from, /** @type {string} */ to) =>
    `weight from ${from} to ${to.charAt(0).toLowerCase()}${to.slice(1)}`,
  biasOf: (/** @type {string} */ unit) => `bias of ${unit.charAt(0).toLowerCase()}${unit.slice(1)}`,
  marks: { constraint: "\u2264", dropout: "drop", normalized: "norm" },
  grip: "Drag sideways to move the layer",
  canvas: (/** @type {number[]} */ sizes) =>
    `The network, ${sizes.join(" to ")} units. ` +
    "Each square shows one unit's output across the plane; each line is a weight.",
  region: "The network's layers, from the input on the left to the output on the right",
  regionHelp:
    "Squares are units: each shows its output across the plane; click one for details. Lines are weights, dots are " +
    "biases: blue is positive, orange is negative, thick is strong, dashed gray is exactly 0; click one to change it.",
  layers: "Hidden layers",
  addLayer: "Add a layer",
  addLayerHelp: "Adds a hidden layer before the output, so the network can learn more complex functions.",
  removeLayer: "Remove the last layer",
  removeLayerHelp: "Removes the last hidden layer. With no hidden layers, the model is linear.",
  fewerUnits: (/** @type {string} */ layer) => `${layer}: fewer units`,
  moreUnits: (/** @type {string} */ layer) => `${layer}: more units`,
  unitsOf: (/** @type {string} */ layer) => `${layer}: units`,
  settingsOf: (/** @type {string} */ layer) => `${layer}: settings`,
  settingsHelp: "Activation, initializer, regularizer and their arguments.",
};

export const stopCondition = {
  title: "When to stop",
  open: "Play until",
  label: "Play until",
  help: "When training stops automatically. Press Play again to continue without a limit.",
  never: "I press Pause",
  early: "it stops improving",
  atEpoch: "an epoch",
  reaches: (/** @type {string} */ metric) => `${metric} reaches`,
  epoch: (/** @type {number} */ epoch) => `epoch ${count(epoch)}`,
  metric: (/** @type {string} */ metric, /** @type {string} */ target) => `${metric} ${target}`,
  epochLabel: "Epoch",
  epochHelp: "Training stops at the end of this epoch.",
  targetLabel: "Target",
  targetHelp: "Training stops when accuracy (0 to 1) reaches at least this, or when a loss or an error falls to this.",
};

export const weight = {
  weight:
    "How strongly this input counts in the unit's weighted sum. Change it to see what happens; training continues " +
    "from there.",
  bias: "The constant added to the unit's weighted sum. Change it to see what happens; training continues from there.",
  value: "value",
  valueHelp: "Any number. It takes effect at the next step; Undo reverts it.",
  past: "This is an earlier epoch, so its weights cannot be changed. Return to now first, or continue from here.",
  zero: "Set to 0",
  off: "Switch it off: set to 0",
  zeroHelp: "Training may change it again. Undo reverts it.",
  asking: "Measuring its effect \u2026",
  without: "without it",
  now: "now",
  part: { train: "Training points", validation: "Validation points", test: "Test points" },
};

export const unit = {
  previous: "Previous unit",
  next: "Next unit",
  stepHelp: "Goes to another unit of the same layer.",
  of: (/** @type {number} */ unit, /** @type {number} */ all) => `${unit} of ${count(all)}`,
  map: "This unit's output across the plane, with the points",
  sum: "sum",
  output: "output",
  /** `normalized`: where a layer normalizes, before or after its activation. */
  applied: (/** @type {string} */ activation, /** @type {string | undefined} */ normalized) => {
    const name = `${activation.charAt(0).toLowerCase()}${activation.slice(1)}`;
    if (normalized === "after") return `${name}(sum), normalized`;
    return `${name}(${normalized ? "normalized sum" : "sum"})`;
  },
  largest: "the largest of these sums",
  more: (/** @type {number} */ terms) => `and ${count(terms)} more`,
  curve: (/** @type {string} */ activation) =>
    `The curve of ${activation}, with the distribution of this unit's pre-activations`,
  sums: "Bars: distribution of this unit's pre-activations over the training points.",
  flat: (/** @type {string} */ share) =>
    `For ${share} of them the unit is saturated: almost no gradient reaches its weights.`,
  without: "without the unit",
  off: "Switch it off",
  offHelp:
    "Sets all weights from this unit to 0, so it has no effect. Training may change them again. Undo reverts it.",
  weights: "Its weights and bias",
  weightsHelp: "You can change each of them.",
  bias: "bias",
  piece: (/** @type {number} */ piece) => `(piece ${piece})`,
  weightFrom: (/** @type {string} */ name) => `weight from ${name}`,
};

export const editor = {
  moveLeft: "Move left",
  moveRight: "Move right",
  moveHelp: "Changes the order of the layers. You can also drag a layer's name in the network.",
  close: "Close",
  closeHelp: "Closes this panel. Key: Escape.",
  none: "None",
  applyToAll: "Use these settings for all hidden layers",
  applyToAllHelp: "Copies everything except the number of units, which each layer keeps.",
  insertAfter: "Add a layer after this one",
  insertAfterHelp: "Adds another hidden layer just like this one.",
  remove: "Remove this layer",
  removeHelp: "Removes this layer from the network.",
  usedWhen: "Use it",
  hazard: "Watch out",
  source: "Source",
  range: "Range",
  from: (/** @type {string} */ low, /** @type {string} */ high) => `${low} to ${high}`,
  formula: "Formula",
  derivative: "Derivative",
  value: "value",
  slope: "derivative",
  curve: (/** @type {string} */ label) => `The curve of ${label} and of its derivative`,
  more: (/** @type {string} */ name) => `About ${name}`,
  moreHelp: "The formula, when to use it, what can go wrong, and its source.",
  fullBatch: "All samples at once (full batch)",
  fullBatchHelp: "Each update uses every training sample: smoother, but fewer updates for the same amount of work.",
  balanced: "Balanced class weights",
  outputUnits: "The data determine the number of outputs.",
};

export const training = {
  title: "Training",
  more: "More",
  moreHelp: "Clipping, early stopping, noise, schedule, seed and the rest.",
  slower: (/** @type {string} */ what) => `${what}: smaller`,
  faster: (/** @type {string} */ what) => `${what}: larger`,
  open: (/** @type {string} */ what, /** @type {string} */ value) => `${what}: ${value}`,
  full: "all",
};
