// What the user can do with a session. Each action shows at once in the store; the server's answer confirms it or
// undoes it, with a message. Actions are sent one after the other, in order; patches that wait are sent as one.

import * as api from "./api.js";
import { Connection } from "./connection.js";
import { isStuck } from "./current_step.js";
import { combined, isObject, patched, renames } from "./experiment.js";
import { Polling } from "./polling.js";
import { savedSession, saveSession } from "./saved_session.js";
import { fixedDifferences } from "./schema.js";
import * as store from "./store.js";
import { strings } from "./strings.js";
import { lostTable } from "./uploads.js";
import { partOf } from "./weights.js";

/** @import { Command, Patch, Session, StepUnit, Until, WeightChange } from "./types.js" */

const NOTICE_MS = 12_000;
const SEEDS = 2 ** 32;

/** @typedef {{ patch: Patch, reset: boolean, keep: boolean }} Waiting */

export class Actions {
  /** Requests are sent one at a time. @type {Promise<void>} */
  #queue = Promise.resolve();
  /** The newest patch, as long as it waits for its turn. @type {Waiting | null} */
  #waiting = null;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #noticeTimer;
  /** The newest weights, as long as they wait for their turn. @type {WeightChange[] | null} */
  #weights = null;

  /** @param {store.Store} page */
  constructor(page) {
    this.store = page;
    this.polling = new Polling(page);
    this.connection = new Connection(page, this.polling, { play: () => this.play(), tell: (text) => this.#tell(text) });
  }

  // ---- actions ----

  play() {
    if (this.#isStuck()) return;
    if (this.store.state.phase === "finished") this.store.apply(store.set, { until: null }); // the end was reached
    this.store.apply(store.set, { playing: true, hasPlayed: true, stepped: false, word: null, visit: null });
    this.#command(this.#playing());
  }

  /** Whether the session is somebody else's, which the line of words says: nothing is changed then. */
  get #watches() {
    return !this.store.state.own;
  }

  /** Whether there is no going on: the session is somebody else's, or wants a reset. The page says which, and the ways
   * out, and keeps saying it. */
  #isStuck() {
    if (this.#watches) return true;
    const stuck = isStuck(this.store.state.phase);
    if (stuck) this.store.apply(store.told, null);
    return stuck;
  }

  /** @returns {Command} */
  #playing() {
    const { rate, until } = this.store.state;
    return { command: "play", rate, until };
  }

  pause() {
    this.store.apply(store.set, { playing: false });
    this.#command({ command: "pause" });
  }

  toggle() {
    if (this.#watches) return;
    if (this.store.state.playing) this.pause();
    else this.play();
  }

  /** @param {StepUnit} unit */
  step(unit = "epoch") {
    if (this.#isStuck()) return;
    this.store.apply(store.set, {
      playing: false,
      stepping: true,
      stepped: true,
      hasPlayed: true,
      word: null,
      visit: null,
    });
    this.#command({ command: "step", unit, count: 1 }, () => this.store.apply(store.set, { stepping: false }));
  }

  reset() {
    if (this.#watches) return;
    this.store.apply(store.set, { playing: false, word: null });
    this.#command({ command: "reset", seed: "same" });
  }

  /** Back to the beginning with other starting weights; Undo goes back to the ones before. */
  newWeights() {
    this.store.apply(store.set, { playing: false });
    this.change({ seed: Math.floor(Math.random() * SEEDS) }, { reset: true });
  }

  /** @param {number | null} rate */
  setRate(rate) {
    this.store.apply(store.set, { rate });
    if (this.store.state.playing) this.#command(this.#playing());
  }

  /** Where playing ends from now on. @param {Until | null} until */
  setUntil(until) {
    this.store.apply(store.set, { until });
    if (this.store.state.playing) this.#command(this.#playing());
  }

  /** Changes the experiment: while it runs if that is possible, else with a new start.
   * @param {Patch} patch @param {{ reset?: boolean, keep?: boolean, play?: boolean, word?: string }} options
   * `keep`: a new start begins with what was learned; `word` says what to look at */
  change(patch, { reset = false, keep = false, play = false, word } = {}) {
    if (this.#watches) return;
    const before = this.#undoable();
    this.store.apply(store.experimentChanged, patch, performance.now());
    if (play) this.store.apply(store.set, { playing: true, hasPlayed: true });
    if (word) this.#tell(word, true);
    this.#submit(patch, before, { reset, keep, told: Boolean(word) || keep });
  }

  /** Gives weights and biases other values.
   * @param {WeightChange[]} changes
   * @param {boolean} [sliding] whether further ones may follow that are one change with it */
  setWeights(changes, sliding = false) {
    if (this.#watches) return;
    const { visit, parameters } = this.store.state;
    if (visit !== null) {
      this.tellRefusal(strings.weight.past);
      // The fields show the true values again.
      return this.store.apply(store.set, { parameters: parameters && { ...parameters } });
    }
    const before = { ...this.#undoable(), parameters };
    this.store.apply(store.weightsChanged, changes, sliding ? performance.now() : NaN);
    this.#sendWeights(changes, before);
  }

  /** @param {WeightChange[]} changes @param {Pick<store.State, "past" | "future">} before */
  #sendWeights(changes, before) {
    const last = this.#weights;
    if (last?.map(partOf).join() === changes.map(partOf).join()) {
      last.splice(0, last.length, ...changes); // still waiting: the newest values are enough
      return;
    }
    const waiting = [...changes];
    this.#weights = waiting;
    this.#do(async () => {
      const { session } = this.store.state;
      if (this.#weights === waiting) this.#weights = null;
      if (session) await api.patchParameters(session, waiting);
      await this.polling.journal();
    }, before);
  }

  /** Takes back the last change.
   * @param {boolean} [told] whether the user needs no notice that the run restarts */
  undo(told = false) {
    const before = this.#undoable();
    const change = before.past.at(-1);
    this.store.apply(store.undone);
    if (change?.weights) this.#sendWeights(change.weights.before, before);
    else if (change) this.#submit(change.fields, before, { told, keep: this.#isPainting(change), retry: "undo" });
  }

  /** Redoes what was undone last. */
  redo() {
    const before = this.#undoable();
    const change = before.future.at(-1);
    this.store.apply(store.redone);
    if (change?.weights) this.#sendWeights(change.weights.after, before);
    else if (change) this.#submit(change.fields, before, { keep: this.#isPainting(change), retry: "redo" });
  }

  /** Whether a change paints points, or takes that back: then the network keeps what it has learned.
   * @param {store.Undoable} change */
  #isPainting({ fields }) {
    const names = [fields, this.store.state.confirmed]
      .map((part) => /** @type {Patch | null} */ (part)?.dataset)
      .map((data) => isObject(data) && data.name);
    return Object.keys(fields).join() === "dataset" && names.includes("points");
  }

  /** @returns {Pick<store.State, "past" | "future">} */
  #undoable() {
    const { past, future } = this.store.state;
    return { past, future };
  }

  /** Sends a change. If the server refuses it, `before` is what can be undone and redone.
   * @param {Patch} patch @param {Pick<store.State, "past" | "future">} before
   * @param {{ reset?: boolean, keep?: boolean, told?: boolean,
   *    retry?: store.LostTable["retry"] }} options `told`: the user
   * knows what happens; `retry`: what made the change, and makes it again once a table that it needs is back */
  #submit(patch, before, { reset = false, keep = false, told = false, retry = "train" } = {}) {
    const last = this.#waiting;
    if (last && !renames(last.patch, patch)) {
      Object.assign(last, { patch: combined(last.patch, patch), reset: reset || last.reset, keep: keep && last.keep });
      return;
    }
    const waiting = { patch, reset, keep };
    this.#waiting = waiting;
    this.#do(() => this.#sendPatch(waiting, told), before, retry);
  }

  /** Sends a change in one request: the schema says whether it needs a new run.
   * @param {Waiting} waiting @param {boolean} told */
  async #sendPatch(waiting, told) {
    const { session, run, playing, phase, step, schema, confirmed } = this.store.state;
    if (this.#waiting === waiting) this.#waiting = null;
    if (!session || !schema) return;
    const { patch, keep } = waiting;
    const fixed = fixedDifferences(schema, confirmed, patched(confirmed, patch));
    if (fixed.length > 0 && step > 0 && !told && !waiting.reset) this.#tell(strings.status.startedAgain(fixed));
    const untouched = phase === "ready" && !playing; // nothing is lost by a reset
    const reset = waiting.reset || untouched || fixed.length > 0;
    const answer = await api.patchSession(session, patch, reset, keep, playing);
    this.#confirm(answer);
    const restarted = answer.run !== run;
    if (restarted && playing && answer.state !== "running") {
      const played = api.sendCommand(session, this.#playing());
      await played.then((found) => this.#confirm(found)).catch((error) => this.#failed(error)); // the change holds
    }
    if (!restarted) await this.polling.journal();
  }

  /** @param {Command} command @param {() => void} [after] */
  #command(command, after) {
    this.#do(async () => {
      const { session, phase } = this.store.state;
      try {
        if (session) this.#confirm(await api.sendCommand(session, command));
        if (phase === "finished") await this.polling.journal(); // which notes that training went on
      } finally {
        after?.();
      }
    });
  }

  /** The server's answer holds, unless the user has already changed something more.
   * @param {Session} session */
  #confirm(session) {
    if (session.id !== this.store.state.session) return;
    const { experiment, playing } = this.store.state;
    this.store.apply(store.sessionArrived, session);
    this.store.apply(store.set, { playing });
    if (this.#waiting && experiment) this.store.apply(store.set, { experiment });
    void this.polling.points();
  }

  /** @param {() => Promise<void>} deed @param {Pick<store.State, "past" | "future">} [before]
   * @param {store.LostTable["retry"]} [retry] */
  #do(deed, before, retry) {
    this.#queue = this.#queue.then(deed).catch((error) => this.#failed(error, before, retry));
  }

  /** @param {unknown} error @param {Pick<store.State, "past" | "future">} [before]
   * @param {store.LostTable["retry"]} [retry] */
  #failed(error, before, retry = null) {
    if (error instanceof api.Refusal) {
      const gone = error.problem.status === 404;
      const lost = lostTable(error.problem);
      if (lost !== null)
        this.store.apply(store.refused, strings.tables.lost, before, {
          openTable: true,
          lost: { id: lost, retry },
        });
      else if (gone) this.store.apply(store.set, { connection: "gone", playing: false });
      else this.store.apply(store.refused, store.problemText(error.problem), before);
      void this.polling.points(true); // points that were painted may have been refused
      if (this.store.state.phase !== "running") this.store.apply(store.set, { playing: false });
    } else if (error instanceof api.Unreachable) {
      this.store.apply(store.refused, strings.status.unreachable, before);
      this.store.apply(store.set, { playing: this.store.state.phase === "running" });
    } else {
      reportError(error);
    }
  }

  // ---- the past ----

  /** Shows an earlier epoch of the run, or the present again. @param {number | null} epoch */
  look(epoch) {
    this.store.apply(store.set, { visit: epoch });
  }

  /** One epoch back. */
  backward() {
    const { visit, epoch } = this.store.state;
    if (epoch > 0) this.look(Math.max(visit === null ? Math.ceil(epoch) - 1 : visit - 1, 0));
  }

  /** One epoch on: toward now, and from there by training. */
  forward() {
    const { visit, epoch } = this.store.state;
    if (visit === null) this.step();
    else this.look(visit + 1 < epoch ? visit + 1 : null);
  }

  /** Goes on from the epoch that is looked at; what came after it is forgotten. */
  resume() {
    this.#do(async () => {
      const { session, visit } = this.store.state;
      if (session && visit !== null) this.#confirm(await api.forkSession(session, visit, "same"));
    });
  }

  /** Forks the run at the epoch that is shown, and opens the fork: of a run that is watched, a copy of one's own. */
  fork() {
    this.#do(async () => {
      const { session, visit, epoch: now, own } = this.store.state;
      const epoch = visit ?? Math.floor(now);
      if (!session) return;
      this.#stop();
      this.connection.enter(await api.forkSession(session, epoch, "new"));
      this.store.apply(store.set, { playing: false, sibling: own ? { session, epoch, forked: false } : null });
      if (!own) this.#tell(strings.status.ownCopy(epoch));
    });
  }

  /** Goes from a fork to the run it came from, or back. */
  visitSibling() {
    this.#do(async () => {
      const { session, sibling } = this.store.state;
      if (!session || !sibling) return;
      const found = await api.getSession(sibling.session);
      this.#stop();
      this.connection.enter(found);
      this.store.apply(store.set, {
        playing: false,
        sibling: { session, epoch: sibling.epoch, forked: !sibling.forked },
      });
    });
  }

  /** Whoever leaves a run leaves it paused: it would train unseen. */
  #stop() {
    const { playing, own } = this.store.state;
    if (playing && own) this.connection.send({ command: "pause" });
  }

  /** What cannot be, said without asking the server.
   * @param {string} text */
  tellRefusal = (text) => this.store.apply(store.told, { kind: "refusal", text });

  /** @param {string} text @param {boolean} [undo] */
  #tell(text, undo = false) {
    const word = { kind: /** @type {const} */ ("notice"), text, undo };
    clearTimeout(this.#noticeTimer);
    this.store.apply(store.told, word);
    this.#noticeTimer = setTimeout(() => {
      if (this.store.state.word === word && !undo) this.store.apply(store.told, null);
    }, NOTICE_MS);
  }

  // ---- leaving ----

  /** Keeps for a reload which session this is. @param {boolean} [left] whether the page is being left */
  keep(left = false) {
    const { session, playing, own } = this.store.state;
    if (session && own) saveSession({ id: session, hash: location.hash, playing, left });
  }

  /** The page is being left, so training pauses. A reload returns to the session. */
  leave() {
    this.keep(true);
    this.#stop();
  }

  /** Back by the browser's history, with the page as it was left. */
  comeBack() {
    if (savedSession()?.playing) this.play();
    this.keep();
    this.connection.retry();
  }
}
