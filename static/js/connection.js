// The page's session on the server: how the page opens it, listens to it, and returns to it.

import * as api from "./api.js";
import { isObject } from "./experiment.js";
import { parametersFrame, predictionsFrame, rowsOf, subscription } from "./frames.js";
import { lastOf } from "./history.js";
import { decodeLink, watchSecret } from "./link.js";
import { savedSession } from "./saved_session.js";
import * as store from "./store.js";
import { Stream } from "./stream.js";
import { strings } from "./strings.js";
import { lostTable } from "./uploads.js";

/** @import { Polling } from "./polling.js" */
/** @import { Command, Moment, Patch, ServerMessage, Session } from "./types.js" */

const POLL_MS = 500;
const RETRY_MS = 2000;

/** @type {(milliseconds: number) => Promise<void>} */
const pause = (milliseconds) => new Promise((done) => setTimeout(done, milliseconds));

export class Connection {
  /** @type {Stream | null} */
  #stream = null;
  /** Whether the server is on its way to an earlier epoch. */
  #traveling = false;

  /** @param {store.Store} page @param {Polling} polling
   * @param {{ play: () => void, tell: (text: string) => void }} then what the page does with a session that goes on,
   *    and with a notice */
  constructor(page, polling, { play, tell }) {
    this.store = page;
    this.polling = polling;
    this.play = play;
    this.tell = tell;
  }

  // ---- beginning ----

  /** Loads the menus, waits until the server can train, and begins what the address asks for. */
  async start() {
    try {
      await this.#identified();
      await this.#begin();
    } catch (error) {
      if (!isUnknown(error)) throw error;
      this.store.apply(store.set, { connection: "unknown" }); // this browser keeps no cookies
    }
  }

  /** Where several people use the server, it knows this browser from here on. */
  async #identified() {
    if (isShared()) await this.#patiently(api.identify);
  }

  async #begin() {
    const ready = this.#untilReady();
    const [catalogue, schema, tables] = await this.#patiently(() =>
      Promise.all([api.getCatalogue(), api.getSchema(), api.getTables()]),
    );
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
    this.store.apply(store.set, { past: [], future: [] });
    const secret = watchSecret(fragment);
    if (secret) return this.#watch(secret);
    const { experiment, ignored } = decodeLink(fragment, catalogue);
    const refused = await this.#createOr(experiment, strings.status.linkRefused);
    if (!refused && ignored.length > 0) this.tell(strings.status.linkIgnored(ignored));
  }

  /** Shows somebody else's session by the secret of a link; if that is no longer good, the default experiment.
   * @param {string} secret */
  async #watch(secret) {
    const { session, own } = this.store.state;
    try {
      const id = await this.#patiently(() => api.joinSession(secret));
      const found = await this.#patiently(() => api.getSession(id));
      this.store.apply(store.set, { tool: null, sibling: null });
      this.enter(found);
      if (session && own && session !== id) void api.deleteSession(session).catch(() => undefined);
    } catch (error) {
      if (!(error instanceof api.Refusal) || isUnknown(error)) throw error;
      await this.#create({});
      this.store.apply(store.told, { kind: "refusal", text: strings.status.linkEnded });
    }
  }

  /** The same experiment once more, after the server has forgotten the session. */
  async startAgain() {
    const { experiment } = this.store.state;
    this.store.apply(store.set, { session: null, connection: "starting" }); // nothing can be asked of the old one
    await this.#untilReady();
    await this.#identified();
    await this.#createOr(/** @type {Patch} */ (/** @type {unknown} */ (experiment ?? {})), (why) => why);
  }

  /** Begins an experiment. If the server refuses it, the default one, and says why. If it only lacks the table, what
   * does not depend on the data stays.
   * @param {Patch} experiment @param {(why: string) => string} words
   * @returns {Promise<boolean>} whether it was refused */
  async #createOr(experiment, words) {
    try {
      if (isObject(experiment.dataset) && experiment.dataset.name === "upload")
        await this.#patiently(() => this.polling.tables());
      await this.#create(experiment);
      return false;
    } catch (error) {
      if (!(error instanceof api.Refusal)) throw error;
      const lacking = lostTable(error.problem);
      const { layers, optimizer, schedule, seed } = experiment;
      if (lacking !== null) await this.#createOr({ layers, optimizer, schedule, seed }, words);
      else await this.#create({});
      /** @type {Partial<store.Word>} */
      const ways = lacking === null ? {} : { openTable: true, lost: { id: lacking, retry: "train" } };
      const text = lacking === null ? words(store.problemText(error.problem)) : strings.status.tableUnknown;
      this.store.apply(store.told, { kind: "refusal", text, ...ways });
      return true;
    }
  }

  /** @param {Patch} experiment */
  async #create(experiment) {
    const { session: before, own } = this.store.state;
    const session = await this.#patiently(() => api.createSession(experiment));
    this.enter(session);
    if (before && own) void api.deleteSession(before).catch(() => undefined);
    this.store.apply(store.set, { playing: false });
  }

  /** A reload of the page comes back to its session. What is saved of a page that was not left is a copy, as browsers
   * make them for a tab that is duplicated: it goes on with a fork of its own, unless that page is gone. */
  async #resumed() {
    const saved = savedSession();
    if (!saved || saved.hash !== location.hash || watchSecret(location.hash)) return false;
    try {
      const found = await api.getSession(saved.id);
      const copied = !saved.left && found.watchers > 0;
      const epoch = Math.floor(found.epoch);
      this.enter(copied ? await api.forkSession(saved.id, epoch, "new") : found);
      if (saved.playing) this.play();
      if (copied) this.tell(strings.status.copied(epoch));
      return true;
    } catch (error) {
      if (isUnknown(error)) throw error;
      return false;
    }
  }

  /** Shows a session, and listens to it. @param {Session} session */
  enter(session) {
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
      return !(error instanceof api.Refusal && [401, 404].includes(error.problem.status));
    }
  }

  // ---- listening ----

  /** @param {ServerMessage} message */
  #receive(message) {
    const page = this.store;
    switch (message.type) {
      case "hello":
        this.#traveling &&= this.store.state.visit !== null;
        page.apply(store.greeted, message);
        void this.polling.points();
        break;
      case "metrics":
        page.apply(store.rowsArrived, rowsOf(message));
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
      case "predictions":
        this.#pictured(message, { predictions: predictionsFrame(message) });
        break;
      case "error":
        if (this.#traveling) page.apply(store.set, { visit: null });
        this.#traveling = false;
        page.apply(store.told, { kind: "refusal", text: store.problemText(message) });
        break;
    }
  }

  /** @param {Moment} frame @param {Partial<store.State>} change */
  #pictured(frame, change) {
    this.store.apply(store.pictureArrived, frame, change);
    if (!frame.past || !this.#traveling) return;
    this.#traveling = false;
    this.subscribe();
  }

  /** The subscription has changed. Only one epoch is fetched at a time, because a dragged handle passes many. */
  subscribe() {
    const { visit } = this.store.state;
    if (visit !== null && this.#traveling) return;
    const sent = this.#stream?.subscribe() ?? false;
    this.#traveling = visit !== null && (sent || this.#traveling);
  }

  /** The network is back, or the page is shown again. */
  retry() {
    this.#stream?.retry();
  }

  /** Tells the server something that needs no answer. @param {Command} command */
  send(command) {
    this.#stream?.send(command);
  }
}

/** @type {(error: unknown) => boolean} */
function isPassing(error) {
  return (
    error instanceof api.Unreachable ||
    (error instanceof api.Refusal && [429, 502, 503, 504].includes(error.problem.status))
  );
}

/** @type {(error: unknown) => boolean} */
const isUnknown = (error) => error instanceof api.Refusal && error.problem.status === 401;

/** Whether several people use this server, each with what is theirs. */
export const isShared = () => document.body.hasAttribute("data-shared");

function isLocal() {
  return ["127.0.0.1", "localhost", "[::1]"].includes(location.hostname);
}
