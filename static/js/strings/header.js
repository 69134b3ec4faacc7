// The header, the tabs, the status line, and the dialogs opened from them.

import { count, setting } from "../format.js";
import { allowed, fieldName, isolated, list, plural } from "./phrases.js";

/** @import { NumberSpec } from "../types.js" */

export const header = {
  play: "Play",
  playHelp: "Trains the network, epoch after epoch, until you press Pause. Key: Space.",
  pause: "Pause",
  pauseHelp: "Stops training where it is. Key: Space.",
  step: "Step",
  stepHelp: "Trains a little, then pauses. Choose next to it how far it goes. Key: right arrow.",
  stepUnit: "Step size",
  stepUnitHelp: "How far Step goes: one sample, one batch, or one epoch (every training point once).",
  units: { sample: "Sample", batch: "Batch", epoch: "Epoch" },
  reset: "Reset",
  resetHelp: "Goes back to epoch 0 with the same starting weights, so training will go the same way again. Key: R.",
  newSeed: "New weights",
  newSeedHelp: "Goes back to epoch 0 with new random starting weights. See whether it still learns.",
  epoch: "Epoch",
  clockHelp:
    "How many times the network has seen all the training points. The bar shows progress through the current epoch.",
  fraction: "Progress through the current epoch",
  stepCount: "step",
  stepsPerSecond: "steps/s",
  speed: "Speed",
  speedHelp: "How many epochs to train per second. Max speed is as fast as the server can go.",
  rate: (/** @type {number | null} */ rate) =>
    rate === null ? "Max speed" : rate === 1 ? "1 epoch/s" : `${rate} epochs/s`,
  data: "Data",
  dataHelp: "Opens and closes the data panel.",
  undo: "Undo",
  undoHelp: "Reverts your last change. Keys: Ctrl+Z.",
  redo: "Redo",
  redoHelp: "Restores the change that Undo reverted. Keys: Ctrl+Shift+Z.",
  share: "Share",
  shareHelp: "Gets links to this experiment, and to this session.",
  help: "Help",
  helpHelp: "How this page works, and its keyboard shortcuts. Key: question mark.",
  theme: { system: "Theme: same as system", light: "Theme: light", dark: "Theme: dark" },
  themeHelp: "Switches between light, dark, and your system's setting.",
};

export const tabs = {
  label: "Parts of the page",
  data: "Data",
  network: "Network",
  output: "Output",
  charts: "Charts",
};

export const tabHelp = {
  data: "What the network learns from.",
  network: "The layers, and how they are trained.",
  output: "What the network predicts, everywhere on the plane.",
  charts: "Loss, accuracy and gradients over time.",
};

export const status = {
  firstVisit: (/** @type {string} */ what) => `Press Play: the network learns to ${what}. Watch the output change.`,
  goals: {
    binary: "tell the orange points from the blue ones",
    multiclass: "tell the classes apart",
    multilabel: "tell which labels apply",
    regression: "predict a number for each point",
    table: (/** @type {string} */ target) => `predict ${isolated(target)}`,
  },
  ready: "Ready. Press Play, or change the settings first.",
  running: (/** @type {number} */ samples, /** @type {number} */ batch) =>
    `Training: each epoch shows the network all ${count(samples)} training points once, ${count(batch)} at a time.`,
  paused: "Paused. Play continues from here; Reset starts over.",
  /** After a step by one sample or one batch. `point`: what the only sample is. */
  stepped: (
    /** @type {number} */ step,
    /** @type {{ index: number, target: string } | null} */ point,
    /** @type {number} */ samples,
  ) =>
    point
      ? `Step ${count(step)} trained on point ${count(point.index + 1)} (${point.target}):`
      : `Step ${count(step)} trained on a batch of ${plural(samples, "point")}:`,
  lossMoved: (
    /** @type {string} */ before,
    /** @type {string} */ after,
    /** @type {boolean} */ one,
    /** @type {number} */ direction,
  ) =>
    direction === 0
      ? `${one ? "its loss" : "their mean loss"} stayed at ${after}.`
      : `${one ? "its loss" : "their mean loss"} ${direction < 0 ? "fell" : "rose"} from ${before} to ${after}.`,
  seen: (/** @type {number} */ epoch, /** @type {number} */ seen, /** @type {number} */ all) =>
    seen === 0
      ? `That completed epoch ${count(epoch)}.`
      : `Epoch ${count(epoch + 1)}: ${count(seen)} of ${count(all)} training points seen.`,
  finished: (/** @type {string} */ reason) => `Finished. ${reason}`,
  failed: (/** @type {string} */ reason) => `The server stopped this session: ${reason}`,
  diverged: "Training diverged.",
  learned: "It learned this. Try next:",
  tryThis: "Try next:",
  loading: "Loading the menus from the server \u2026",
  waitingFor: (/** @type {string} */ what) => `The server is getting ready: ${what}`,
  compiling: "This happens once and takes about 10 seconds.",
  lost: "The connection to the server was lost. Reconnecting \u2026",
  quiet: "No response from the server. Reconnecting \u2026",
  unreachableAtStart: "The server cannot be reached. Trying again \u2026",
  gone: "The server no longer has this session: it was ended, it was idle for too long, or the server was restarted.",
  ended: "This session was ended by another page or a script.",
  copied: (/** @type {number} */ epoch) =>
    `This tab is a copy of another one. It continues independently from epoch ${count(epoch)}.`,
  startAgain: "Restart this experiment",
  unknown:
    "This server knows you by a cookie, which your browser does not keep. Allow cookies for this site, then reload " +
    "the page.",
  reload: "Reload",
  watching: "You are watching someone else\u2019s session live. You cannot change it.",
  ownCopy: (/** @type {number} */ epoch) =>
    `This is your own copy. It starts at epoch ${count(epoch)}, and only you can change it.`,
  copy: "Make my own copy",
  copyHelp: "Starts a session of your own from this epoch, which you can change. The other one is not affected.",
  unshared: "You can no longer watch this session: it has ended, or its owner stopped sharing it.",
  linkEnded: "This link no longer works: its session has ended, or its owner stopped sharing it.",
  unreachable: "The server did not answer, so nothing was changed. Try again.",
  startedAgain: (/** @type {string[]} */ fields) => `Restarted, because ${list(fields.map(fieldName))} changed.`,
  linkIgnored: (/** @type {string[]} */ parts) =>
    "The link has parts that gradlab does not understand. They were ignored: " +
    `${parts.slice(0, 5).join(", ")}${parts.length > 5 ? " \u2026" : "."}`,
  linkRefused: (/** @type {string} */ why) =>
    `The link's experiment cannot be trained: ${why} The default experiment is shown instead.`,
  tableUnknown:
    "The table of this experiment is no longer on this server. Restore it if it was deleted in the last 10 minutes, " +
    "or open the CSV file again. Until then the network learns from the default data.",
  past: (/** @type {number} */ epoch, /** @type {number} */ last) =>
    `You are looking at epoch ${count(epoch)} of ${count(last)}.`,
  resume: "Continue from here",
  resumeHelp: "Continues the run from this epoch, exactly as it was. Everything after it is discarded.",
  fork: "Fork",
  forkHelp: "Starts a second run from this epoch. The first one stays as it is, and you can return to it.",
  back: "Back to now",
  backHelp: "Shows the latest epoch again.",
  reset: "Reset",
  lowerRate: (/** @type {number} */ rate) => `Reset with learning rate ${setting(rate)}`,
  retry: "Try now",
  dismiss: "Close this message",
  undo: "Go back",
  undoHelp: "Reverts this suggestion and restores the previous experiment.",
  actionHelp: "Resolves what the message describes.",
};

export const suggestions = {
  deeper: "Make it deep with sigmoid",
  deeperHelp: "Six sigmoid layers: watch the gradient vanish in the first layers.",
  deeperWord:
    "Six sigmoid layers. Look at Gradients below: the lines of the first layers lie far below the last one, so they " +
    "hardly learn.",
  zeros: "Start from zeros",
  zerosHelp: "Every weight starts at 0: all units of a layer stay identical.",
  zerosWord:
    "All weights started at 0. All units of a layer get the same gradient, so they stay identical and the network " +
    "cannot learn.",
  sparse: "Add an L1 penalty",
  sparseHelp: "A penalty on the size of the weights: watch many become zero.",
  sparseWord:
    "With L1 regularization, weights that help little shrink to zero. Watch their lines in the network disappear.",
  close: "Close the suggestions",
  closeHelp: "They will not appear again.",
};

export const share = {
  title: "Share",
  experiment: "A link to this experiment",
  text: "Anyone who opens this link gets the same data, the same network and the same starting weights, at epoch 0.",
  withoutTable:
    "The link refers to your table but does not contain it. It works only for you, on this server, until you delete " +
    "the table. Share your file along with the link.",
  withoutData:
    "You have painted too many points for a link: anyone who opens it gets the same network, but the default data.",
  leavesOut: "It does not contain what the network has learned so far, or when you made changes.",
  field: "Link",
  fieldHelp: "The address of this experiment. Select and copy it.",
  copy: "Copy",
  copyHelp: "Puts the link on the clipboard.",
  copied: "Copied",
  byHand: "Press Ctrl+C (or \u2318C) to copy what is marked.",
  watch: "A link to watch this live",
  watchText:
    "Anyone who opens this link sees your session as it is now and while you change it. They cannot change it, but " +
    "they can make a copy of their own.",
  watchField: "Link to watch",
  watchCopy: "Copy link",
  watchOnce: "The link is shown only now. A new one replaces it.",
  make: "Make a link",
  makeHelp: "Makes a link to watch this session. A link made earlier stops working.",
  takeBack: "Stop sharing",
  takeBackHelp: "The link stops working, and whoever is watching is disconnected.",
  takenBack: "Nobody else can watch this session now.",
};

export const tokens = {
  title: "Use your sessions in a script",
  text: "A script that sends this token can do everything with your sessions that you can do here.",
  field: "Token",
  fieldHelp: "The new token. Select and copy it; it cannot be shown again.",
  once: "Copy the token now: it cannot be shown again.",
  make: "Make a token",
  makeHelp: "Makes a token for your scripts.",
  copy: "Copy token",
  copyHelp: "Puts the token on the clipboard.",
  list: "Your tokens",
  made: (/** @type {string} */ id, /** @type {string} */ created) =>
    `${id}, made ${new Date(created).toLocaleString("en", { dateStyle: "medium", timeStyle: "short" })}`,
  revoke: (/** @type {string} */ id) => `Revoke ${id}`,
  revokeHelp: "Scripts can no longer use this token; those that are connected are disconnected.",
};

export const help = {
  title: "How this page works",
  text: [
    "Data flows from the left, through the network in the middle, to the output on the right. Time runs along the " +
      "bottom.",
    "Each square in the network is a unit. Its picture shows the unit's output at every point of the plane: blue is " +
      "positive, orange is negative.",
    "Each line is a weight: blue is positive, orange is negative, thick is strong, dashed gray is exactly 0. " +
      "Training changes the weights to make the loss smaller.",
    "Click a unit for details, or a line or a dot to change that weight or bias. Point at a data point to see what " +
      "the network predicts for it. Choose a color below the picture to paint your own points.",
    "Drag the handle in the time strip back: everything shows that epoch, and you can continue from there.",
    "You can change everything during training. If a change needs a restart, the page says so and continues.",
    "To learn what a control does, hover over it, move to it with the Tab key, or touch and hold it.",
  ],
  keys: "Keys",
  list: [
    ["Space", "Play, pause"],
    ["\u2192", "Step; at an earlier epoch, one epoch forward"],
    ["\u2190", "Back one epoch"],
    ["R", "Reset"],
    ["Ctrl+Z", "Undo the last change"],
    ["Ctrl+Shift+Z", "Redo it"],
    ["Arrows", "On a unit: to the next one. On a chart: from epoch to epoch. On the picture: pan"],
    ["+ \u2212 0", "On the picture: zoom in, zoom out, show all"],
    ["N, P", "On the picture: to the next or previous point"],
    ["?", "This help"],
    ["Esc", "Close what is open"],
  ],
};

export const fields = {
  refused: (/** @type {NumberSpec} */ spec, /** @type {string} */ text, /** @type {string} */ stays) => {
    const given = text.trim() ? `, not \u201c${text.trim().slice(0, 30)}\u201d` : "";
    return `${spec.label} must be ${allowed(spec)}${given}.${stays ? ` It stays at ${stays}.` : ""}`;
  },
};
