// The picture of the output and the time strip.

import { count } from "../format.js";

export const output = {
  title: "Output",
  canvas: (/** @type {string} */ shown) => `What the network predicts everywhere on the plane. ${shown}`,
  show: "Show",
  /** What a chip says, its full name, and its explanation. @type {[string, string, string]} */
  showTest: ["Test", "Test points", "Also shows the points that the network does not train on, with a dark outline."],
  /** @type {[string, string, string]} */
  showValidation: [
    "Validation",
    "Validation points",
    "Also shows the points used for choices such as early stopping, with a violet outline.",
  ],
  /** @type {[string, string, string]} */
  markWrong: ["Mistakes", "Mistakes", "Circles every point that the network currently gets wrong."],
  /** @type {[string, string, string]} */
  hard: ["Hard", "Hard classes", "Shows only the predicted class, not the confidence."],
  /** @type {[string, string, string]} */
  contours: [
    "Contours",
    "Contours",
    "Lines of equal output, as on a topographic map. Where they are close together, the output changes quickly.",
  ],
  brush: (/** @type {string} */ name) => `${name}: paint points`,
  brushHelp:
    "Then click or drag on the picture to add training points of this kind. The network keeps what it has learned " +
    "and continues with the new data.",
  target: "target",
  loss: "Loss",
  lossHelp: "How wrong the predictions are. Training minimizes it on the training points.",
  train: "Train",
  test: "Test",
  other: "other columns at their mean",
  tryOwn: "Try your own values",
  tryOwnHelp:
    "A form with one field for each column. It shows what the network predicts for your values, and what influenced " +
    "it most.",
  waiting: "The picture appears when the network is ready.",
  decision: "The line is the decision boundary.",
};

export const points = {
  name: { train: "Training point", validation: "Validation point", test: "Test point" },
  target: "target",
  answer: "prediction",
  right: "correct prediction",
  wrong: "wrong prediction",
  loss: "loss",
  none: "none",
  more: (/** @type {number} */ left) => `and ${left} more`,
};

export const plane = {
  name: "The plane: predictions and points",
  help:
    "Point at anything to read its values. Drag to move, + and \u2212 zoom, 0 shows all, n and p go from point " +
    "to point.",
  tool: "Tools",
  nearer: "Zoom in",
  nearerHelp: "Shows a smaller part of the plane, enlarged. Also: Ctrl and the mouse wheel, two fingers, or the + key.",
  farther: "Zoom out",
  fartherHelp:
    "Shows more of the plane, including where there is no data. Also: Ctrl and the mouse wheel, two fingers, or the " +
    "\u2212 key.",
  whole: "Show all points",
  wholeHelp: "Returns to the part of the plane with the data. Key: 0.",
  plane: "Plane",
  planeHelp:
    "Which two columns are shown; the other columns are fixed at their means. The principal plane is the one along " +
    "which the points vary the most.",
  across: "Column from left to right",
  upwards: "Column from bottom to top",
  principal: "principal plane",
  columns: "two columns",
  first: "1st principal direction",
  second: "2nd principal direction",
  here: "place",
  tools: { flip: "Flip labels", erase: "Erase points" },
  toolHelp: {
    flip:
      "Click a point to give it another class. A few wrong labels show how the network contorts itself to fit " +
      "them.",
    erase: "Drag over points to remove them.",
  },
  tooFew: "The network needs at least two training points.",
};

export const time = {
  title: "Time",
  canvas: (/** @type {number} */ epochs, /** @type {number} */ changes) =>
    `The training loss over the whole run: ${count(epochs)} epochs, ` +
    `${changes === 1 ? "1 change" : `${changes} changes`}.`,
  empty: "The loss of the whole run will appear here.",
  handle: "Epoch shown",
  handleHelp:
    "Drag it back to see the network, the output and all numbers at an earlier epoch. Arrow keys move by one epoch; " +
    "End returns to now.",
  now: (/** @type {number} */ epoch) => `Now, epoch ${count(epoch)}`,
  past: (/** @type {number} */ epoch, /** @type {number} */ last) => `Epoch ${count(epoch)} of ${count(last)}`,
  toOriginal: (/** @type {number} */ epoch) => `To the first run (forked at ${count(epoch)})`,
  toOriginalHelp: "Goes back to the run that this one was forked from. This one stays as it is.",
  toFork: (/** @type {number} */ epoch) => `To the fork (from ${count(epoch)})`,
  toForkHelp: "Goes to the run that was forked from this one. This one stays as it is.",
  other: {
    resume: (/** @type {number} */ epoch) => `Epoch ${count(epoch)}: continued after it had finished`,
    step: (/** @type {number} */ epoch) => `Epoch ${count(epoch)}: single samples`,
  },
  change: (/** @type {number} */ epoch, /** @type {string} */ what) => `Epoch ${count(epoch)}: ${what} changed`,
};
