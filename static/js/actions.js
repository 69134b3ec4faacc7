// What the user can do with a session. Each deed shows at once in the store; the server's answer confirms it or takes it
// back, with a word. Deeds are sent one after the other, in order; patches that wait are sent as one.

import * as api from "./api.js";
import { combined, isObject, renames } from "./experiment.js";
import { lastOf } from "./history.js";
import { decodeLink } from "./link.js";
import { Polling } from "./polling.js";
import { isStuck } from "./standing.js";
import * as store from "./store.js";
import { Stream } from "./stream.js";
import { strings } from "./strings.js";
import { lostTable } from "./uploads.js";
import { partOf } from "./weights.js";
import { answersFrame, parametersFrame, subscription } from "./frames.js";

/** @import { Command, Moment, Patch, ServerMessage, Session, StepUnit, Until, WeightChange } from "./types.js" */

const POLL_MS = 500;
const RETRY_MS = 2000;
const NOTICE_MS = 12_000;
const SEEDS = 2 ** 32;
const KEPT = "gradlab.session";

/** @typedef {{ patch: Patch, reset: boolean, keep: boolean }} Waiting */

/** @type {(milliseconds: number) => Promise<void>} */
const pause = (milliseconds) => new Promise((done) => setTimeout(done, milliseconds));

export class Actions {
  /** @type {Stream | null} */
  #stream = null;
  /** Deeds run one after the other. @type {Promise<void>} */
  #deeds = Promise.resolve();
  /** The newest patch, as long as it waits for its turn. @type {Waiting | null} */
  #waiting = null;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #noticeTimer;
  /** The newest weights, as long as they wait for their turn. @type {WeightChange[] | null} */
  #weights = null;
  /** Whether the server is on its way to an earlier epoch. */
  #travelling = false;

  /** @param {store.Store} page */
  constructor(page) {
    this.store = page;
    this.polling = new Polling(page);
  }

  // ---- beginning ----

  /** Loads the menus, waits until the server can train, and begins what the address asks for. */
  async start() {
    const ready = this.#untilReady();
    const [catalogue, schema, tables] = await this.#patiently(() => Promise.all([api.getCatalogue(), api.getSchema(), api.getTables()]));
    this.store.apply(store.set, { catalogue, schema });
    this.store.apply(store.tablesArrived, tables);
    await ready;
    if (!(await this.#resumed())) await this.open(location.hash);
  }

  /** Begins the experiment of a link. If the server refuses it, the default one, and says why.
   * @param {string} fragment */
  async open(fragment) {
    const { catalogue } = this.store.state;
    if (!catalogue) return;
    const { experiment, ignored } = decodeLink(fragment, catalogue);
    this.store.apply(store.set, { past: [], future: [] });
    const refused = await this.#createOr(experiment, strings.words.linkRefused);
    if (!refused && ignored.length > 0) this.#tell(strings.words.linkIgnored(ignored));
  }

  /** The same experiment once more, after the server has forgotten the session. */
  async startAgain() {
    const { experiment } = this.store.state;
    this.store.apply(store.set, { session: null, connection: "starting" }); // nothing can be asked of the old one
    await this.#untilReady();
    await this.#createOr(/** @type {Patch} */ (/** @type {unknown} */ (experiment ?? {})), (why) => why);
  }

  /** Begins an experiment. If the server refuses it, the default one, and says why. If it only lacks the table, what
   * does not depend on the data stays.
   * @param {Patch} experiment @param {(why: string) => string} words @returns {Promise<boolean>} whether it was refused */
  async #createOr(experiment, words) {
    try {
      if (isObject(experiment.dataset) && experiment.dataset.name === "upload") await this.#patiently(() => this.polling.tables());
      await this.#create(experiment);
      return false;
    } catch (error) {
      if (!(error instanceof api.Refusal)) throw error;
      const lacking = lostTable(error.problem);
      const { layers, optimizer, schedule, seed } = experiment;
      if (lacking !== null) await this.#createOr({ layers, optimizer, schedule, seed }, words);
      else await this.#create({});
      /** @type {Partial<store.Word>} */
      const ways = lacking === null ? {} : { openTable: true, lost: { id: lacking, then: "learn" } };
      const text = lacking === null ? words(store.problemText(error.problem)) : strings.words.tableUnknown;
      this.store.apply(store.told, { kind: "refusal", text, ...ways });
      return true;
    }
  }

  /** @param {Patch} experiment */
  async #create(experiment) {
    const before = this.store.state.session;
    const session = await this.#patiently(() => api.createSession(experiment));
    this.#enter(session);
    if (before) void api.deleteSession(before).catch(() => undefined);
    this.store.apply(store.set, { playing: false });
  }

  /** A reload of the page comes back to its session. What is kept of a page that was not left is a copy, as browsers make
   * them for a tab that is duplicated: it goes on with a fork of its own, unless that page is gone. */
  async #resumed() {
    const kept = keptSession();
    if (!kept || kept.hash !== location.hash) return false;
    try {
      const found = await api.getSession(kept.id);
      const copied = !kept.left && found.watchers > 0;
      const epoch = Math.floor(found.epoch);
      this.#enter(copied ? await api.forkSession(kept.id, epoch, "new") : found);
      if (kept.playing) this.play();
      if (copied) this.#tell(strings.words.copied(epoch));
      return true;
    } catch {
      return false;
    }
  }

  /** @param {Session} session */
  #enter(session) {
    this.#stream?.close();
    this.store.apply(store.sessionArrived, session);
    this.#stream = new Stream(api.streamAddress(session.id), {
      progress: () => ({ run: this.store.state.run, since: lastOf(this.store.state.history, "seq") ?? -1 }),
      wishes: () => subscription(this.store.state, isLocal()),
      receive: (message) => this.#receive(message),
      quiet: (quiet) => this.store.apply(store.fellQuiet, quiet),
      lost: () => this.store.apply(store.set, { connection: "lost" }),
      exists: () => this.#exists(),
      busy: () => this.store.state.playing,
      gone: (ended) => this.store.apply(store.set, { connection: ended ? "ended" : "gone", playing: false }),
    });
    void this.polling.points();
    void this.polling.journal();
  }

  /** Asks again and again while the server cannot be reached.
   * @template T @param {() => Promise<T>} question @returns {Promise<T>} */
  async #patiently(question) {
    for (;;) {
      try {
        return await question();
      } catch (error) {
        if (!isPassing(error)) throw error;
        this.store.apply(store.set, { connection: "lost" });
        await pause(RETRY_MS * Math.random() + POLL_MS);
      }
    }
  }

  async #untilReady() {
    for (;;) {
      const waitingFor = await this.#patiently(api.getWaitingFor);
      this.store.apply(store.set, { waitingFor, connection: "starting" });
      if (waitingFor === null) return;
      await pause(POLL_MS);
    }
  }

  async #exists() {
    const { session } = this.store.state;
    if (!session) return false;
    try {
      await api.getSession(session);
      return true;
    } catch (error) {
      return !(error instanceof api.Refusal && error.problem.status === 404);
    }
  }

  // ---- listening ----

  /** @param {ServerMessage} message */
  #receive(message) {
    const page = this.store;
    switch (message.type) {
      case "hello":
        this.#travelling &&= this.store.state.visit !== null;
        page.apply(store.greeted, message);
        void this.polling.points();
        break;
      case "metrics":
        page.apply(store.rowsArrived, message.rows);
        break;
      case "state":
        page.apply(store.phaseChanged, message);
        break;
      case "boundary":
        this.#pictured(message, { boundary: message });
        break;
      case "neurons":
        this.#pictured(message, { neurons: message });
        break;
      case "parameters":
        this.#pictured(message, { parameters: parametersFrame(message) });
        break;
      case "answers":
        this.#pictured(message, { answers: answersFrame(message) });
        break;
      case "error":
        if (this.#travelling) page.apply(store.set, { visit: null });
        this.#travelling = false;
        page.apply(store.told, { kind: "refusal", text: store.problemText(message) });
        break;
    }
  }

  /** @param {Moment} frame @param {Partial<store.State>} change */
  #pictured(frame, change) {
    this.store.apply(store.pictureArrived, frame, change);
    if (!frame.past || !this.#travelling) return;
    this.#travelling = false;
    this.subscribe();
  }

  /** What the page wants to see has changed. One epoch is gone to at a time: a handle is dragged past many. */
  subscribe() {
    const { visit } = this.store.state;
    if (visit !== null && this.#travelling) return;
    const sent = this.#stream?.subscribe() ?? false;
    this.#travelling = visit !== null && (sent || this.#travelling);
  }

  /** The network is back, or the page is shown again. */
  retry() {
    this.#stream?.retry();
  }

  // ---- deeds ----

  play() {
    if (this.#isStuck()) return;
    if (this.store.state.phase === "finished") this.store.apply(store.set, { until: null }); // the end was reached
    this.store.apply(store.set, { playing: true, hasPlayed: true, stepped: false, word: null, visit: null });
    this.#command(this.#playing());
  }

  /** Whether there is no going on without a reset: the page says why, and the ways out, and keeps saying it. */
  #isStuck() {
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
    if (this.store.state.playing) this.pause();
    else this.play();
  }

  /** @param {StepUnit} unit */
  step(unit = "epoch") {
    if (this.#isStuck()) return;
    this.store.apply(store.set, { playing: false, stepping: true, stepped: true, hasPlayed: true, word: null, visit: null });
    this.#command({ command: "step", unit, count: 1 }, () => this.store.apply(store.set, { stepping: false }));
  }

  reset() {
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
   * `keep`: a new start begins with what was learnt; `word` says what to look at */
  change(patch, { reset = false, keep = false, play = false, word } = {}) {
    const before = this.#undoable();
    this.store.apply(store.experimentChanged, patch, performance.now());
    if (play) this.store.apply(store.set, { playing: true, hasPlayed: true });
    if (word) this.#tell(word, true);
    this.#submit(patch, before, { reset, keep, told: Boolean(word) || keep });
  }

  /** Gives weights and biases other values.
   * @param {WeightChange[]} changes @param {boolean} [sliding] whether further ones may follow that are one change with it */
  setWeights(changes, sliding = false) {
    const { visit, parameters } = this.store.state;
    if (visit !== null) {
      this.tellRefusal(strings.weight.past);
      return this.store.apply(store.set, { parameters: parameters && { ...parameters } }); // fields show again what holds
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
    const waiting = (this.#weights = [...changes]);
    this.#do(async () => {
      const { session } = this.store.state;
      if (this.#weights === waiting) this.#weights = null;
      if (session) await api.patchParameters(session, waiting);
      await this.polling.journal();
    }, before);
  }

  /** Takes back the last change.
   * @param {boolean} [told] whether it needs no word that the run starts again */
  undo(told = false) {
    const before = this.#undoable();
    const change = before.past.at(-1);
    this.store.apply(store.undone);
    if (change?.weights) this.#sendWeights(change.weights.before, before);
    else if (change) this.#submit(change.fields, before, { told, keep: this.#isPainting(change), again: "undo" });
  }

  /** Makes again what was undone last. */
  redo() {
    const before = this.#undoable();
    const change = before.future.at(-1);
    this.store.apply(store.redone);
    if (change?.weights) this.#sendWeights(change.weights.after, before);
    else if (change) this.#submit(change.fields, before, { keep: this.#isPainting(change), again: "redo" });
  }

  /** Whether a change paints points, or takes that back: then the network keeps what it has learnt.
   * @param {store.Undoable} change */
  #isPainting({ fields }) {
    const names = [fields, this.store.state.confirmed].map((part) => /** @type {Patch | null} */ (part)?.dataset).map((data) => isObject(data) && data.name);
    return Object.keys(fields).join() === "dataset" && names.includes("points");
  }

  /** @returns {Pick<store.State, "past" | "future">} */
  #undoable() {
    const { past, future } = this.store.state;
    return { past, future };
  }

  /** Sends a change. If the server refuses it, `before` is what can be undone and redone.
   * @param {Patch} patch @param {Pick<store.State, "past" | "future">} before
   * @param {{ reset?: boolean, keep?: boolean, told?: boolean, again?: store.LostTable["then"] }} options `told`: the user
   * knows what happens; `again`: what made the change, and makes it again once a table that it needs is back */
  #submit(patch, before, { reset = false, keep = false, told = false, again = "learn" } = {}) {
    const last = this.#waiting;
    if (last && !renames(last.patch, patch)) {
      Object.assign(last, { patch: combined(last.patch, patch), reset: reset || last.reset, keep: keep && last.keep });
      return;
    }
    const waiting = (this.#waiting = { patch, reset, keep });
    this.#do(() => this.#sendPatch(waiting, told), before, again);
  }

  /** @param {Waiting} waiting @param {boolean} told */
  async #sendPatch(waiting, told) {
    const { session, run, playing, phase } = this.store.state;
    if (this.#waiting === waiting) this.#waiting = null;
    if (!session) return;
    const untouched = phase === "ready" && !playing; // nothing is lost by a reset
    const answer = await this.#patch(session, { ...waiting, reset: waiting.reset || untouched }, told);
    this.#confirm(answer);
    const restarted = answer.run !== run;
    if (restarted && playing && answer.state !== "running") {
      this.#confirm(await api.sendCommand(session, this.#playing()));
    }
    if (!restarted) await this.polling.journal();
  }

  /** Sends a patch; where it needs a reset, sends it again with one, and says so.
   * @param {string} session @param {Waiting} waiting @param {boolean} told */
  async #patch(session, { patch, reset, keep }, told) {
    try {
      return await api.patchSession(session, patch, reset, keep);
    } catch (error) {
      if (!(error instanceof api.Refusal) || error.problem.type !== "urn:gradlab:needs-reset") throw error;
      const { step } = this.store.state;
      const answer = await api.patchSession(session, patch, true, keep);
      const fields = (error.problem.errors ?? []).map(({ field }) => field);
      if (step > 0 && !told) this.#tell(strings.words.startedAgain(fields));
      return answer;
    }
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

  /** @param {() => Promise<void>} deed @param {Pick<store.State, "past" | "future">} [before] @param {store.LostTable["then"]} [again] */
  #do(deed, before, again = null) {
    this.#deeds = this.#deeds.then(deed).catch((error) => this.#failed(error, before, again));
  }

  /** @type {(error: unknown, before: Pick<store.State, "past" | "future"> | undefined, again: store.LostTable["then"]) => void} */
  #failed(error, before, again) {
    if (error instanceof api.Refusal) {
      const gone = error.problem.status === 404;
      const lost = lostTable(error.problem);
      if (lost !== null) this.store.apply(store.refused, strings.tables.lost, before, { openTable: true, lost: { id: lost, then: again } });
      else if (gone) this.store.apply(store.set, { connection: "gone", playing: false });
      else this.store.apply(store.refused, store.problemText(error.problem), before);
      void this.polling.points(true); // points that were painted may have been refused
      if (this.store.state.phase !== "running") this.store.apply(store.set, { playing: false });
    } else if (error instanceof api.Unreachable) {
      this.store.apply(store.refused, strings.words.unreachable, before);
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

  /** One epoch on: towards now, and from there by training. */
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

  /** Makes a run of its own that goes on from the epoch that is looked at, and goes there. */
  fork() {
    this.#do(async () => {
      const { session, visit } = this.store.state;
      if (!session || visit === null) return;
      this.#stop();
      this.#enter(await api.forkSession(session, visit, "new"));
      this.store.apply(store.set, { playing: false, sibling: { session, epoch: visit, forked: false } });
    });
  }

  /** Goes from a fork to the run it came from, or back. */
  visitSibling() {
    this.#do(async () => {
      const { session, sibling } = this.store.state;
      if (!session || !sibling) return;
      const found = await api.getSession(sibling.session);
      this.#stop();
      this.#enter(found);
      this.store.apply(store.set, { playing: false, sibling: { session, epoch: sibling.epoch, forked: !sibling.forked } });
    });
  }

  /** Whoever leaves a run leaves it paused: it would train unseen. */
  #stop() {
    if (this.store.state.playing) this.#stream?.send({ command: "pause" });
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
    const { session, playing } = this.store.state;
    if (session) keepSession({ id: session, hash: location.hash, playing, left });
  }

  /** The page is being left: training would go on unseen. A reload comes back to it. */
  leave() {
    const { playing } = this.store.state;
    this.keep(true);
    if (playing) this.#stream?.send({ command: "pause" });
  }

  /** Back by the browser's history, with the page as it was left. */
  comeBack() {
    if (keptSession()?.playing) this.play();
    this.keep();
    this.retry();
  }
}

/** @type {(error: unknown) => boolean} */
function isPassing(error) {
  return error instanceof api.Unreachable || (error instanceof api.Refusal && [429, 502, 503, 504].includes(error.problem.status));
}

function isLocal() {
  return ["127.0.0.1", "localhost", "[::1]"].includes(location.hostname);
}

/** @typedef {{ id: string, hash: string, playing: boolean, left: boolean }} Kept */

/** @type {() => Kept | null} */
function keptSession() {
  try {
    const kept = JSON.parse(sessionStorage.getItem(KEPT) ?? "null");
    return isObject(kept) && typeof kept.id === "string" ? /** @type {Kept} */ (kept) : null;
  } catch {
    return null;
  }
}

/** @param {Kept} kept */
function keepSession(kept) {
  try {
    sessionStorage.setItem(KEPT, JSON.stringify(kept));
  } catch {
    // Without storage a reload begins anew.
  }
}
