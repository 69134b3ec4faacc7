// The one store: every fact the page knows, declared once, and the pure transitions between states.
// It holds no DOM and no redraw flags. What follows from facts is computed where it is shown.

import { patched } from "./experiment.js";
import { EMPTY, extended, lastOf } from "./history.js";
import { WHOLE } from "./plane.js";
import { renewed } from "./prediction.js";
import { tableEntry } from "./uploads.js";
import { partOf, weightValue, withWeights } from "./weights.js";

/** @import { PredictionsFrame, BoundaryFrame, Catalogue, Change, Course, DatasetPoints, Diagnosis, Distributed,
 *    Distributions, Evaluation, Experiment, Hello, Inspection, Moment, NeuronsFrame, Note,
 *    ParametersFrame, Patch, Phase, Problem, Schema, Session, Standing, Table,
 *    StepUnit, Until, WeightChange } from "./types.js" */
/** @import { View } from "./plane.js" */
/** @import { Answer, Trial } from "./prediction.js" */
/** @import { Treatment } from "./fix_result.js" */
/** @import { History, Rows } from "./history.js" */

/** @typedef {"starting" | "open" | "quiet" | "lost" | "gone" | "ended" | "unknown"} Connection */
/** @typedef {"data" | "network" | "output" | "charts"} Tab */
/** The tabs of the dock, by the names of their help.
 * @typedef {keyof typeof import("./strings.js").strings.dock.help} Dock */
/** @typedef {"paint" | "flip" | "erase"} Tool */
/** @typedef {"system" | "light" | "dark"} Theme */

/** A table that was deleted, and what is to be done again once it is back.
 * @typedef {{ id: string, retry: "undo" | "redo" | "train" | null }} LostTable */

/** Something to tell the user; `undo`: with a button that takes back the change it speaks of; `lost`: with one that
 * brings a table back; `openTable`: with one that opens a file.
 * @typedef {{ kind: "notice" | "refusal", text: string, undo?: boolean, lost?: LostTable,
 *    openTable?: boolean }} Word */

/** A change that can be undone or redone: what its fields were, which places in them it touched, and when it was made;
 * or weights that were edited, as they were and as they became.
 * @typedef {{ fields: Patch, places: string, at: number, weights?: { before: WeightChange[],
 *    after: WeightChange[] } }} Undoable */

/** Another session to go to: the run before it was forked, or the fork.
 * @typedef {{ session: string, epoch: number, forked: boolean }} Sibling */

/** @typedef {typeof INITIAL} State */

/** @template T @param {T} value @returns {T} */
const fact = (value) => value;

export const INITIAL = Object.freeze({
  // What the server offers.
  catalogue: fact(/** @type {Catalogue | null} */ (null)),
  schema: fact(/** @type {Schema | null} */ (null)),
  /** What the server must do before it can train, in its words. */
  waitingFor: fact(/** @type {string | null} */ (null)),
  connection: fact(/** @type {Connection} */ ("starting")),

  // The experiment: as it is shown, changes of a moment ago included; and as the server confirmed it.
  experiment: fact(/** @type {Experiment | null} */ (null)),
  confirmed: fact(/** @type {Experiment | null} */ (null)),
  /** How many numbers the confirmed network learns. */
  parameterCount: fact(/** @type {number} */ (0)),
  /** What Undo takes back, newest last; and what Redo makes again. */
  past: fact(/** @type {Undoable[]} */ ([])),
  future: fact(/** @type {Undoable[]} */ ([])),

  // The session that trains it.
  session: fact(/** @type {string | null} */ (null)),
  /** Whether it is this visitor's own; else it can only be watched. */
  own: fact(/** @type {boolean} */ (true)),
  run: fact(/** @type {string | null} */ (null)),
  phase: fact(/** @type {Phase} */ ("ready")),
  /** Whether the user wants it to play; the server's phase follows a moment later. */
  playing: fact(/** @type {boolean} */ (false)),
  /** Whether it makes a single step just now: running, but not playing. */
  stepping: fact(/** @type {boolean} */ (false)),
  /** Whether Step was pressed last, and nothing was changed since. */
  stepped: fact(/** @type {boolean} */ (false)),
  /** Grows on the server with every change of state: tells which of two messages is the newer one. */
  stage: fact(/** @type {number} */ (0)),
  reason: fact(/** @type {string | null} */ (null)),
  warning: fact(/** @type {string | null} */ (null)),
  notes: fact(/** @type {Note[]} */ ([])),
  epoch: fact(/** @type {number} */ (0)),
  step: fact(/** @type {number} */ (0)),
  stepsPerSecond: fact(/** @type {number | null} */ (null)),
  /** How good the network was when the server last answered, and what the update before that learned from. */
  measured: fact(
    /** @type {Pick<Session, "step" | "epoch"> & { metrics: Session["metrics"], update: Session["last_update"] }
     *    | null} */ (null),
  ),

  // What the run has shown of itself so far.
  history: fact(/** @type {History} */ (EMPTY)),
  journal: fact(/** @type {Change[]} */ ([])),
  points: fact(/** @type {DatasetPoints | null} */ (null)),
  boundary: fact(/** @type {BoundaryFrame | null} */ (null)),
  neurons: fact(/** @type {NeuronsFrame | null} */ (null)),
  parameters: fact(/** @type {ParametersFrame | null} */ (null)),

  /** The prediction for each point. */
  predictions: fact(/** @type {PredictionsFrame | null} */ (null)),
  /** The epoch that pictures, weights and figures are of; null: now. */
  visit: fact(/** @type {number | null} */ (null)),
  /** The run that this one was forked from, or its fork. */
  sibling: fact(/** @type {Sibling | null} */ (null)),

  /** What is wrong with it, as far as the doctor knows; and what was last done about it. */
  diagnosis: fact(/** @type {Diagnosis | null} */ (null)),
  /** How good its answers are, beyond one number. */
  evaluation: fact(/** @type {Evaluation | null} */ (null)),
  /** What was found out about the unit or weight that is looked at. */
  inspection: fact(/** @type {Inspection | null} */ (null)),
  treatment: fact(/** @type {Treatment | null} */ (null)),
  /** The user's own values, and the prediction for them. */
  trial: fact(/** @type {Trial | null} */ (null)),
  prediction: fact(/** @type {Answer | null} */ (null)),

  // The page itself.
  word: fact(/** @type {Word | null} */ (null)),
  /** Whether this visitor has pressed Play before. */
  hasPlayed: fact(/** @type {boolean} */ (false)),
  /** The last run that has clearly learned. */
  learnedRun: fact(/** @type {string | null} */ (null)),
  suggestionsClosed: fact(/** @type {boolean} */ (false)),
  /** Epochs per second; null: as fast as the server can. */
  rate: fact(/** @type {number | null} */ (30)),
  /** Where Play ends. */
  until: fact(/** @type {Until | null} */ (null)),
  /** How far the Step button goes. */
  stepUnit: fact(/** @type {StepUnit} */ ("epoch")),
  showTest: fact(/** @type {boolean} */ (false)),
  showValidation: fact(/** @type {boolean} */ (false)),
  markWrong: fact(/** @type {boolean} */ (false)),
  hardClasses: fact(/** @type {boolean} */ (false)),
  contours: fact(/** @type {boolean} */ (false)),
  /** Which plane is looked at, and which part of it. */
  view: fact(/** @type {View} */ (WHOLE)),
  /** What a click on the plane does to the points; with which class or value points are painted. */
  tool: fact(/** @type {Tool | null} */ (null)),
  brush: fact(/** @type {number} */ (1)),
  logLoss: fact(/** @type {boolean} */ (false)),
  logEpochs: fact(/** @type {boolean} */ (false)),
  /** How much of each value of a curve comes from those before. */
  smoothing: fact(/** @type {number} */ (0)),
  /** What the strip of layers shows. */
  layerQuantity: fact(/** @type {import("./history.js").LayerQuantity} */ ("gradient_norm")),
  /** What the distributions are of; now, and along the run. */
  distributed: fact(/** @type {Distributed} */ ("pre_activations")),
  distributions: fact(/** @type {Distributions | null} */ (null)),
  course: fact(/** @type {Course | null} */ (null)),
  dock: fact(/** @type {Dock} */ ("curves")),
  tab: fact(/** @type {Tab} */ ("network")),
  drawerOpen: fact(/** @type {boolean} */ (false)),
  theme: fact(/** @type {Theme} */ ("system")),
  /** The scheme that is shown: the theme, or what the system prefers. */
  scheme: fact(/** @type {"light" | "dark"} */ ("light")),
  /** Which part of the experiment is being edited: `layers.0`, `output`, `optimizer`, ... */
  editing: fact(/** @type {string | null} */ (null)),
  /** Which pictures are on screen; the others are neither fetched nor drawn. */
  visible: fact(/** @type {Record<string, boolean>} */ ({})),
});

/** The state, and the listeners to its changes. */
export class Store {
  /** @param {Partial<State>} remembered */
  constructor(remembered = {}) {
    /** @type {State} */
    this.state = { ...INITIAL, ...remembered };
    /** @type {Set<(state: State, before: State) => void>} */
    this.listeners = new Set();
  }

  /** Replaces the state by what `transition` makes of it.
   * @template {unknown[]} A
   * @param {(state: State, ...given: A) => State} transition @param {A} given */
  apply(transition, ...given) {
    const before = this.state;
    this.state = transition(before, ...given);
    if (this.state === before) return;
    for (const listener of this.listeners) listener(this.state, before);
  }

  /** @param {(state: State, before: State) => void} listener @returns {() => void} how to stop listening */
  subscribe(listener) {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }
}

// ---- transitions: (state, ...) => state ----

/** Facts about the page itself that need no thought.
 * @type {(state: State, change: Partial<State>) => State} */
export function set(state, change) {
  return { ...state, ...change };
}

/** A new picture or the like; ignored if it shows the present while an earlier epoch is looked at, or the reverse.
 * @type {(state: State, frame: Moment, change: Partial<State>) => State} */
export function pictureArrived(state, { past }, change) {
  return past === (state.visit !== null) ? { ...state, ...change } : state;
}

/** The points of the data set; another one is looked at as a whole.
 * @type {(state: State, points: DatasetPoints) => State} */
export function pointsArrived(state, points) {
  const same = state.points?.columns.join() === points.columns.join();
  return {
    ...state,
    points,
    view: same ? state.view : WHOLE,
    predictions: null,
    trial: renewed(state.trial, state.points, points),
  };
}

/** The server's session, new or changed. Its experiment is the confirmed one. The stream may have been quicker.
 * @type {(state: State, session: Session) => State} */
export function sessionArrived(state, session) {
  if (session.id === state.session && session.stage < state.stage) return state;
  return {
    ...measured(begun(state, session.run), session),
    session: session.id,
    own: session.access === "own",
    experiment: session.experiment,
    confirmed: session.experiment,
    parameterCount: session.parameter_count,
    phase: session.state,
    stage: session.stage,
    reason: session.reason,
    warning: session.warning ?? null,
    notes: session.notes ?? [],
    step: session.step,
    epoch: session.epoch,
  };
}

/** How good the network is now; of another run that comes too late.
 * @type {(state: State, session: Session) => State} */
export function measured(state, { run, step, epoch, metrics, last_update: update }) {
  return run === state.run ? { ...state, measured: { step, epoch, metrics, update } } : state;
}

/** The tables that were uploaded to this server, which can be chosen like data sets.
 * @type {(state: State, tables: Table[]) => State} */
export function tablesArrived(state, tables) {
  return state.catalogue ? { ...state, catalogue: { ...state.catalogue, tables: tables.map(tableEntry) } } : state;
}

/** The state at the beginning of a run; the same state if the run is known.
 * @type {(state: State, run: string) => State} */
function begun(state, run) {
  if (run === state.run) return state;
  return {
    ...state,
    run,
    history: EMPTY,
    journal: [],
    diagnosis: null,
    evaluation: null,
    distributions: null,
    course: null,
    predictions: null,
    prediction: null,
    visit: null,
    step: 0,
    epoch: 0,
    stepsPerSecond: null,
    measured: null,
    stepped: false,
    reason: null,
    warning: null,
  };
}

/** Nothing comes any more although something should; or it does again.
 * @type {(state: State, quiet: boolean) => State} */
export function fellQuiet(state, quiet) {
  const from = quiet ? "open" : "quiet";
  return state.connection === from ? { ...state, connection: quiet ? "quiet" : "open" } : state;
}

/** The stream begins, or begins again: after a lost connection, a new run, or a change of the experiment.
 * @type {(state: State, hello: Hello) => State} */
export function greeted(state, hello) {
  const settled = state.experiment === state.confirmed; // else a newer change is on its way to the server
  const next = {
    ...begun(state, hello.run),
    connection: /** @type {Connection} */ ("open"),
    own: hello.access === "own",
    experiment: settled ? hello.experiment : state.experiment,
    confirmed: hello.experiment,
    parameterCount: hello.parameter_count,
    notes: hello.notes,
  };
  return phaseChanged(hello.recovered ? next : { ...next, history: EMPTY }, hello);
}

/** @type {(state: State, rows: Rows) => State} */
export function rowsArrived(state, rows) {
  const history = extended(state.history, rows);
  if (history === state.history) return state;
  const reached = (/** @type {"step" | "epoch"} */ name) => Math.max(state[name], lastOf(history, name) ?? 0);
  return { ...state, history, step: reached("step"), epoch: reached("epoch") };
}

/** @type {(state: State, standing: Standing) => State} */
export function phaseChanged(state, standing) {
  if (standing.stage < state.stage) return state;
  const running = state.playing || !state.stepping;
  const playing = { running, ready: state.playing, paused: false, finished: false, diverged: false, failed: false };
  return {
    ...state,
    phase: standing.state,
    stage: standing.stage,
    playing: playing[standing.state],
    reason: standing.reason,
    warning: standing.warning,
    epoch: standing.epoch,
    step: standing.step,
    stepsPerSecond: standing.steps_per_second,
  };
}

/** The user changes the experiment: shown at once. What changes within a moment (a slider that is dragged) is undone as
 * one.
 * @type {(state: State, patch: Patch, at: number) => State} */
export function experimentChanged(state, patch, at) {
  if (!state.experiment) return state;
  const { past, experiment } = state;
  const last = past.at(-1);
  const after = patched(experiment, patch);
  const places = differences(experiment, after).join();
  const goesOn = last && at - last.at < ONE_CHANGE_MS && last.places === places;
  const change = { fields: goesOn ? last.fields : only(experiment, patch), places, at };
  return {
    ...state,
    experiment: after,
    past: [...(goesOn ? past.slice(0, -1) : past.slice(-MOST_CHANGES + 1)), change],
    future: [],
    word: null,
    stepped: false,
  };
}

/** The user edits weights: shown at once, until the next frame comes. A slider that is dragged is undone as one; `at`
 * is NaN for a separate change.
 * @type {(state: State, after: WeightChange[], at: number) => State} */
export function weightsChanged(state, after, at) {
  const { parameters, past } = state;
  if (!parameters) return state;
  const places = after.map(partOf).join();
  const last = past.at(-1);
  const goesOn = last?.weights && at - last.at < ONE_CHANGE_MS && last.places === places;
  const before = goesOn
    ? last.weights?.before
    : after.map((place) => ({ ...place, value: weightValue(parameters, place) ?? 0 }));
  const change = { fields: {}, places, at, weights: { before: before ?? [], after } };
  return {
    ...state,
    parameters: withWeights(parameters, after),
    past: [...(goesOn ? past.slice(0, -1) : past.slice(-MOST_CHANGES + 1)), change],
    future: [],
    word: null,
    stepped: false,
  };
}

const ONE_CHANGE_MS = 1000;
const MOST_CHANGES = 100;

/** @type {(state: State) => State} */
export const undone = (state) => moved(state, "past", "future");

/** @type {(state: State) => State} */
export const redone = (state) => moved(state, "future", "past");

/** The newest change of one pile taken back, and put on the other.
 * @type {(state: State, from: "past" | "future", to: "past" | "future") => State} */
function moved(state, from, to) {
  const { experiment } = state;
  const change = state[from].at(-1);
  if (!experiment || !change) return state;
  if (change.weights) return { ...state, [from]: state[from].slice(0, -1), [to]: [...state[to], change], word: null };
  return {
    ...state,
    experiment: { ...experiment, ...change.fields },
    [from]: state[from].slice(0, -1),
    [to]: [...state[to], { fields: only(experiment, change.fields), places: "", at: 0 }],
    word: null,
  };
}

/** Of an experiment the fields that a patch touches.
 * @type {(experiment: Experiment, patch: Patch) => Patch} */
function only(experiment, patch) {
  return Object.fromEntries(Object.entries(experiment).filter(([field]) => field in patch));
}

/** Where two values differ, as dotted paths.
 * @type {(one: any, other: any, path?: string) => string[]} */
function differences(one, other, path = "") {
  if (one === other) return [];
  const both = [one, other].every((value) => typeof value === "object" && value !== null);
  if (!both || (Array.isArray(one) && one.length !== other.length)) return [path];
  const keys = new Set([...Object.keys(one), ...Object.keys(other)]);
  return [...keys].flatMap((key) => differences(one[key], other[key], `${path}.${key}`));
}

/** The server refused what was asked: the page shows again what holds, and why. If it was a change, what could be
 * undone and redone is as before it; if of weights, so are they, as no frame may come to correct them. `ways` lead out
 * of it.
 * @type {(state: State, text: string, before?: Pick<State, "past" | "future"> & Partial<Pick<State, "parameters">>,
 *    ways?: Partial<Word>) => State} */
export function refused(state, text, before, ways) {
  return { ...state, ...before, experiment: state.confirmed, word: { kind: "refusal", text, ...ways } };
}

/** Opens the editor of a part of the experiment, such as `layers.0`, or closes it if it is open.
 * @type {(state: State, part: string) => State} */
export function editorToggled(state, part) {
  return { ...state, editing: state.editing === part ? null : part };
}

/** @type {(state: State, word: Word | null) => State} */
export function told(state, word) {
  return { ...state, word };
}

/** What a document of problems says, in plain words.
 * @type {(problem: Problem) => string} */
export function problemText(problem) {
  const errors = problem.errors ?? [];
  const sentences = errors.length > 0 ? errors.map((error) => error.message) : [problem.detail || problem.title];
  return [...new Set(sentences.map(sentence))].join(" ");
}

/** @type {(text: string) => string} */
function sentence(text) {
  const trimmed = text.trim();
  const begun = trimmed.charAt(0).toUpperCase() + trimmed.slice(1);
  return /[.!?]$/.test(begun) ? begun : `${begun}.`;
}
