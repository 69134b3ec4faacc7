// The websocket: the one module that listens to a session's stream. It comes back by itself when the connection is
// lost, and asks for what it missed.

import { decode, encode } from "./msgpack.js";

/** @import { Command, ServerMessage, Subscription } from "./types.js" */

const PROTOCOL = "gradlab.v1.msgpack";
const FIRST_DELAY_MS = 500;
const LONGEST_DELAY_MS = 8000;
const QUIET_MS = 2500; // after this the page says that nothing comes
const SILENCE_MS = 10_000; // a connection may die without a word: a sleeping laptop, a wireless network that is gone
const CHECK_MS = 1000;
const ENDED = 4404; // how the server closes the stream of a session that somebody has ended

/** How long to wait before the attempt after `failures` failed ones: a random share of a growing time ("full jitter"),
 * so that a room full of pages does not come back at the same moment.
 * @type {(failures: number, random?: () => number) => number} */
export function delayAfter(failures, random = Math.random) {
  return random() * Math.min(LONGEST_DELAY_MS, FIRST_DELAY_MS * 2 ** failures);
}

/**
 * @typedef {object} Listener
 * @property {() => { run: string | null, since: number }} progress what the page has already
 * @property {() => Subscription} wishes what the page wants to see
 * @property {(message: ServerMessage) => void} receive
 * @property {(quiet: boolean) => void} quiet whether nothing comes although something should
 * @property {() => void} lost the connection was lost; it is being tried again
 * @property {() => Promise<boolean>} exists whether the session is still there, asked after a failed attempt
 * @property {() => boolean} busy whether the server has something to tell all the time
 * @property {(ended: boolean)
 *    => void} gone it is not: no further attempts; whether it was ended while the server goes on
 */

/** A stream that stays open until it is closed. */
export class Stream {
  /** @type {WebSocket | null} */
  #socket = null;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;
  #failures = 0;
  #closed = false;
  #wished = "";
  #heard = 0;
  #quiet = false;
  /** @type {ReturnType<typeof setInterval>} */
  #checks;

  /** @param {string} address @param {Listener} listener */
  constructor(address, listener) {
    this.address = address;
    this.listener = listener;
    this.#checks = setInterval(() => this.#check(), CHECK_MS);
    this.#connect();
  }

  /** Sends the subscription, if it has changed; returns whether it has. */
  subscribe() {
    const wishes = this.listener.wishes();
    const text = JSON.stringify(wishes);
    if (this.#socket?.readyState !== WebSocket.OPEN || text === this.#wished) return false;
    this.#wished = text;
    this.#socket.send(encode({ type: "subscribe", ...this.listener.progress(), ...wishes }));
    return true;
  }

  /** Sends a command on its way, without waiting for an answer; false if there is no connection.
   * @param {Command} command */
  send(command) {
    if (this.#socket?.readyState !== WebSocket.OPEN) return false;
    this.#socket.send(encode({ type: "command", ...command }));
    return true;
  }

  /** Tries again at once, when there is reason to hope. */
  retry() {
    if (this.#closed || this.#socket) return;
    clearTimeout(this.#timer);
    this.#connect();
  }

  close() {
    this.#closed = true;
    clearTimeout(this.#timer);
    clearInterval(this.#checks);
    this.#socket?.close();
  }

  #connect() {
    const socket = new WebSocket(this.address, [PROTOCOL]);
    socket.binaryType = "arraybuffer";
    socket.onopen = () => {
      this.#failures = 0;
      this.#wished = "";
      this.subscribe();
    };
    socket.onmessage = ({ data }) => {
      this.#heard = performance.now();
      this.#tellQuiet(false);
      if (!this.#closed) this.listener.receive(/** @type {ServerMessage} */ (decode(data)));
    };
    socket.onclose = ({ code }) => (code === ENDED ? this.#giveUp(true) : this.#comeBack());
    this.#socket = socket;
    this.#heard = performance.now();
  }

  /** Gives up a connection on which nothing comes although something should. */
  #check() {
    const socket = this.#socket;
    if (!socket || (socket.readyState === WebSocket.OPEN && !this.listener.busy())) this.#heard = performance.now();
    this.#tellQuiet(performance.now() - this.#heard > QUIET_MS);
    if (socket && performance.now() - this.#heard > SILENCE_MS) {
      socket.onopen = socket.onmessage = socket.onclose = null;
      socket.close();
      void this.#comeBack();
    }
  }

  /** @param {boolean} ended */
  #giveUp(ended) {
    if (this.#closed) return;
    this.close();
    this.listener.gone(ended);
  }

  /** @param {boolean} quiet */
  #tellQuiet(quiet) {
    if (quiet === this.#quiet || this.#closed) return;
    this.#quiet = quiet;
    this.listener.quiet(quiet);
  }

  async #comeBack() {
    this.#socket = null;
    if (this.#closed) return;
    this.listener.lost();
    const exists = await this.listener.exists();
    if (this.#closed || this.#socket) return;
    if (!exists) return this.#giveUp(false);
    this.#timer = setTimeout(() => this.#connect(), delayAfter(this.#failures));
    this.#failures += 1;
  }
}
