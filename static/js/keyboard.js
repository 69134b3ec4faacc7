// The keys that work everywhere on the page, except where the focused control needs them itself.

/** @import { Actions } from "./actions.js" */

const TYPES = "input:not([type=checkbox]):not([type=range]), textarea, select, [contenteditable]";

/** @param {Actions} actions @param {() => void} help */
export function listenToKeys(actions, help) {
  document.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.altKey) return;
    const target = /** @type {Element} */ (event.target);
    if (target.closest("dialog, [role=dialog]") || target.matches(TYPES)) return;
    const deed = event.ctrlKey || event.metaKey ? withControl(event) : deedOf(event.key, target);
    if (!deed) return;
    event.preventDefault();
    deed();
  });

  /** @type {(event: KeyboardEvent) => (() => void) | null} */
  function withControl({ key, shiftKey }) {
    const letter = key.toLowerCase();
    if (letter === "y" || (letter === "z" && shiftKey)) return () => actions.redo();
    return letter === "z" ? () => actions.undo() : null;
  }

  /** @type {(key: string, target: Element) => (() => void) | null} */
  function deedOf(key, target) {
    switch (key) {
      case " ":
        // Space presses whatever button has the focus; the page's own meaning is for everywhere else.
        return target.matches("button, input, summary, a[href]") ? null : () => actions.toggle();
      case "ArrowLeft":
      case "ArrowRight":
        if (target.matches("input, .unit, [role=tab], [tabindex='0'], [role=separator]")) return null;
        return () => (key === "ArrowLeft" ? actions.backward() : actions.forward());
      case "r":
      case "R":
        return () => actions.reset();
      case "?":
        return help;
      default:
        return null;
    }
  }
}
