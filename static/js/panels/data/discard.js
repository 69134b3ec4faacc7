// Deleting a table, which other pages may use as well: asked first, and undone afterwards.

import { html } from "lit";
import { deleteTable } from "../../api.js";
import { textButton } from "../../fields.js";
import { told } from "../../store.js";
import { strings } from "../../strings.js";
import { failureText } from "../shared/failure_text.js";

/** @import { Page } from "../../main.js" */
/** @import { Table } from "../../types.js" */

const words = strings.tables;

/** Asks whether a table is to be deleted; one that is in use cannot be.
 * @param {Pick<Page, "store" | "actions" | "dialogs">} page @param {Table} table */
export async function discardTable(page, table) {
  const { store, actions, dialogs } = page;
  await actions.polling.tables().catch(() => undefined); // who uses it now
  const found = store.state.catalogue?.tables?.find((entry) => entry.table?.id === table.id)?.table ?? table;
  const { dataset } = store.state.confirmed ?? {};
  const here = dataset?.name === "upload" && dataset.upload === table.id;
  const others = Math.max((found.uses ?? 0) - Number(here), 0);
  const close = (/** @type {string} */ text) =>
    textButton({ text, help: words.keepHelp, focus: true, click: () => dialogs.close() });
  if (here || others > 0) {
    return dialogs.open(words.usedTitle, html`<p>${words.used(found.name, here, others)}</p>`, {
      actions: close(strings.editor.close),
    });
  }
  dialogs.open(words.discardTitle, html`<p>${words.discardText(found)}</p>`, {
    actions: html`${close(words.keep)}
      ${textButton({
        text: words.discardNow,
        help: words.discardNowHelp,
        class: "danger",
        click: () => void discard(page, found),
      })}`,
  });
}

/** @param {Pick<Page, "store" | "actions" | "dialogs">} page @param {Table} table */
async function discard({ store, actions, dialogs }, { id, name }) {
  dialogs.close();
  try {
    await deleteTable(id);
    store.apply(told, { kind: "notice", text: words.deleted(name), lost: { id, retry: null } });
    /** @type {HTMLElement | null} */ (document.querySelector(".open-table"))?.focus(); // its own button goes away
  } catch (error) {
    const text = failureText(error, { 404: "", 409: words.usedElsewhere(name) });
    if (text) actions.tellRefusal(text);
  }
  await actions.polling.tables().catch(() => undefined);
}
