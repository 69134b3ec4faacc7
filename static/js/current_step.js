// What is known of the very step at which training rests: the history has a row only every so many steps.

import { extended, lastOf } from "./history.js";

/** @import { History, Rows } from "./history.js" */
/** @import { State } from "./store.js" */
/** @import { LastUpdate } from "./types.js" */

/** Whether training cannot continue without a reset.
 * @type {(phase: State["phase"]) => boolean} */
export const isStuck = (phase) => phase === "diverged" || phase === "failed";

/** @type {(state: State) => boolean} */
const isAtRest = ({ phase, playing, stepping }) => phase !== "running" && !playing && !stepping;

/** Whether the server has yet to be asked how good the network is at this step.
 * @type {(state: State) => boolean} */
export const isUnmeasured = (state) =>
  isAtRest(state) && state.step > 0 && ![lastOf(state.history, "step"), state.measured?.step].includes(state.step);

/** @type {{ history: History, measured: State["measured"], shown: History } | null} */
let known = null;

/** The history up to now: at rest with a last row of this very step, which says nothing of the layers. The same one as
 * long as nothing changes.
 * @type {(state: State) => History} */
export function historyNow(state) {
  const { history, measured } = state;
  const between =
    measured &&
    isAtRest(state) &&
    measured.step === state.step &&
    measured.step > (lastOf(history, "step") ?? Infinity);
  if (!between) return history;
  if (known?.history !== history || known.measured !== measured) {
    const { step, epoch, metrics } = measured;
    /** @type {Rows["columns"]} */
    const columns = { step: [step], epoch: [epoch], penalty: [metrics.penalty] };
    for (const part of /** @type {const} */ (["train", "validation", "test"])) {
      for (const [measure, value] of Object.entries(metrics[part] ?? {})) columns[`${part}_${measure}`] = [value];
    }
    const rows = { seq: (lastOf(history, "seq") ?? -1) + 1, count: 1, columns };
    known = { history, measured, shown: extended(history, rows) };
  }
  return known.shown;
}

/** What the step made last by Step learned from, if it was of one sample or one batch.
 * @type {(state: State) => LastUpdate | null} */
export function lastStep({ stepUnit, stepped, stepping, playing, visit, measured, step }) {
  if (!stepped || stepUnit === "epoch" || playing || visit !== null || !measured) return null;
  return stepping || measured.step === step ? measured.update : null;
}
