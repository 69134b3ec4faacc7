// The window that lies over the whole page, and one of the things it shows: the help.

import { html, nothing, render } from "lit";
import { iconButton } from "../../fields.js";
import { icons } from "../../icons.js";
import { strings } from "../../strings.js";

/** What else a window has: buttons below, more room, and what to do once it is closed.
 * @typedef {{ actions?: unknown, wide?: boolean, closed?: () => void }} Extras */
/** @typedef {{ help: () => void, open: (title: string, body: unknown, extras?: Extras) => void,
 *    close: () => void }} Dialogs */

/** @type {(root: HTMLDialogElement) => Dialogs} */
export function dialogs(root) {
  root.addEventListener("click", (event) => {
    if (event.target === root) root.close(); // outside, on the backdrop
  });

  /** @type {(() => void) | undefined} */
  let whenClosed;
  root.addEventListener("close", () => {
    const closed = whenClosed;
    whenClosed = undefined;
    closed?.();
  });

  /** Opens the window, or shows something else in it.
   * @type {(title: string, body: unknown, extras?: Extras) => void} */
  function open(title, body, { actions, wide = false, closed } = {}) {
    if (whenClosed !== closed) whenClosed?.(); // what was shown before is over
    whenClosed = closed;
    root.ariaLabel = title;
    root.classList.toggle("wide", wide);
    const close = iconButton({
      icon: icons.close,
      name: strings.editor.close,
      help: strings.editor.closeHelp,
      click: () => root.close(),
    });
    render(
      html`<div class="panel-head"><h2>${title}</h2>${close}</div><div class="dialog-body" tabindex="-1"
        ?autofocus=${wide}>${body}</div>
      ${actions ? html`<div class="dialog-actions">${actions}</div>` : nothing}`,
      root,
    );
    if (!root.open) root.showModal();
  }

  function help() {
    const words = strings.help;
    open(
      words.title,
      html`${words.text.map((text) => html`<p>${text}</p>`)}
        <h3>${words.keys}</h3>
        <dl class="keyboard">${words.list.map(
          ([key, meaning]) => html`<dt><kbd>${key}</kbd></dt><dd>${meaning}</dd>`,
        )}</dl>`,
    );
  }

  return { help, open, close: () => root.close() };
}
