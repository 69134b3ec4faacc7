// The two windows that lie over the whole page: the link to share, and the help.

import { html, nothing, render } from "lit";
import { iconButton, textButton } from "../fields.js";
import { icons } from "../icons.js";
import { strings } from "../strings.js";

/** @typedef {{ share: (whole?: boolean) => void, help: () => void }} Dialogs */

/** @type {(root: HTMLDialogElement) => Dialogs} */
export function dialogs(root) {
  root.addEventListener("click", (event) => {
    if (event.target === root) root.close(); // outside, on the backdrop
  });

  /** @type {(title: string, body: unknown) => void} */
  function open(title, body) {
    root.ariaLabel = title;
    const close = iconButton({ icon: icons.close, name: strings.editor.close, help: strings.editor.closeHelp, click: () => root.close() });
    render(html`<div class="panel-head"><h2>${title}</h2>${close}</div><div class="dialog-body">${body}</div>`, root);
    if (!root.open) root.showModal();
  }

  /** @param {boolean} whole whether the link carries the data @param {string} [outcome] what came of copying */
  function share(whole, outcome) {
    const words = strings.share;
    const copy = async () => share(whole, (await copied(field())) ? words.copied : words.byHand);
    open(
      words.title,
      html`<p>${whole ? words.text : words.withoutData}</p>
        <div class="copy"><input type="text" readonly aria-label=${words.field} aria-description=${words.fieldHelp} .value=${location.href}
          @focus=${(/** @type {Event} */ event) => /** @type {HTMLInputElement} */ (event.target).select()}>
          ${textButton({ text: words.copy, help: words.copyHelp, class: "primary", click: () => void copy() })}</div>
        <p class="outcome" role="status">${outcome ?? nothing}</p>
        <p class="summary">${words.leavesOut}</p>`,
    );
    field().select();
  }

  const field = () => /** @type {HTMLInputElement} */ (root.querySelector("input"));

  function help() {
    const words = strings.help;
    open(
      words.title,
      html`${words.text.map((text) => html`<p>${text}</p>`)}
        <h3>${words.keys}</h3>
        <dl class="keyboard">${words.list.map(([key, meaning]) => html`<dt><kbd>${key}</kbd></dt><dd>${meaning}</dd>`)}</dl>`,
    );
  }

  return { share: (whole = true) => share(whole), help };
}

/** Whether the text of a field could be put on the clipboard. On plain http there is only the old way.
 * @type {(field: HTMLInputElement) => Promise<boolean>} */
async function copied(field) {
  try {
    await navigator.clipboard.writeText(field.value);
    return true;
  } catch {
    field.focus();
    field.select();
    return document.execCommand("copy");
  }
}
