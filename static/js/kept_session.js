// Which session this tab of the browser shows: kept for a reload, and copied by the browser with a duplicated tab.

import { isObject } from "./experiment.js";

const KEPT = "gradlab.session";

/** @typedef {{ id: string, hash: string, playing: boolean, left: boolean }} Kept */

/** @type {() => Kept | null} */
export function keptSession() {
  try {
    const kept = JSON.parse(sessionStorage.getItem(KEPT) ?? "null");
    return isObject(kept) && typeof kept.id === "string" ? /** @type {Kept} */ (kept) : null;
  } catch {
    return null;
  }
}

/** @param {Kept} kept */
export function keepSession(kept) {
  try {
    sessionStorage.setItem(KEPT, JSON.stringify(kept));
  } catch {
    // Without storage a reload begins anew.
  }
}
