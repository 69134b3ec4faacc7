// How many pixels of the screen a CSS pixel has. It changes when the window moves to another screen or is zoomed.
// It is looked up rather than listened for: a media query does not tell of every change (of an emulated screen, say).

const LOOK_MS = 250;
/** @type {Set<() => void>} */
const listeners = new Set();

/** Calls back whenever the ratio has changed.
 * @param {() => void} changed */
export function onPixelRatio(changed) {
  if (listeners.size === 0) look(devicePixelRatio);
  listeners.add(changed);
}

/** @param {number} before */
function look(before) {
  setTimeout(() => {
    const ratio = devicePixelRatio;
    if (ratio !== before) for (const changed of listeners) changed();
    look(ratio);
  }, LOOK_MS);
}
