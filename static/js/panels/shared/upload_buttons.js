// Buttons for the user's tables: to open one, and to restore one that was deleted.

import { restoreTable } from "../../api.js";
import { datasetPatch } from "../../experiment.js";
import { fileButton, textButton } from "../../fields.js";
import { icons } from "../../icons.js";
import { told } from "../../store.js";
import { strings } from "../../strings.js";
import { ACCEPTED } from "../../uploads.js";
import { failureText } from "./failure_text.js";

/** @import { Page } from "../../main.js" */
/** @import { LostTable } from "../../store.js" */

const words = strings.tables;

/** @param {Pick<Page, "tables">} page */
export const openButton = ({ tables }) =>
  fileButton({
    text: words.open,
    help: words.openHelp,
    accept: ACCEPTED,
    class: "open-table",
    icon: icons.file,
    pick: (file) => tables.open(file),
  });

/** Restores a table that was deleted.
 * @param {Pick<Page, "store" | "actions">} page @param {LostTable} lost */
export function restoreButton(page, lost) {
  const [text, help] = lost.retry ? [words.restore, words.restoreHelp] : [words.undo, words.undoHelp];
  return textButton({ text, help, click: () => void restore(page, lost) });
}

/** Restores a table, and then retries what failed without it.
 * @param {Pick<Page, "store" | "actions">} page @param {LostTable} lost */
async function restore({ store, actions }, { id, retry }) {
  try {
    const { name } = await restoreTable(id);
    await actions.polling.tables();
    if (retry === "undo") actions.undo();
    else if (retry === "redo") actions.redo();
    else if (retry === "train") trainOn(id);
    if (!retry) store.apply(told, { kind: "notice", text: words.restored(name) });
  } catch (error) {
    const text = failureText(error, { 404: words.notRestored });
    store.apply(told, { kind: "refusal", text, openTable: text === words.notRestored });
  }

  /** @param {string} id */
  function trainOn(id) {
    const { experiment, catalogue } = store.state;
    const entry = catalogue?.tables?.find(({ table }) => table?.id === id);
    if (experiment && catalogue && entry) actions.change(datasetPatch(experiment, catalogue, entry));
  }
}
