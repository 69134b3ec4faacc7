// Which session this tab of the browser shows: saved for a reload. A browser that duplicates a tab copies it, too.

import { isObject } from "./experiment.js";

const KEY = "gradlab.session";

/** @typedef {{ id: string, hash: string, playing: boolean, left: boolean }} Saved */

/** @type {() => Saved | null} */
export function savedSession() {
  try {
    const saved = JSON.parse(sessionStorage.getItem(KEY) ?? "null");
    return isObject(saved) && typeof saved.id === "string" ? /** @type {Saved} */ (saved) : null;
  } catch {
    return null;
  }
}

/** @param {Saved} session */
export function saveSession(session) {
  try {
    sessionStorage.setItem(KEY, JSON.stringify(session));
  } catch {
    // Without storage, a reload starts a new session.
  }
}
