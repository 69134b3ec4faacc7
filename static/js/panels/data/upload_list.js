// Uploaded tables in the data panel: a button to open one, and those on the server.

import { html, nothing } from "lit";
import { datasetPatch } from "../../experiment.js";
import { iconButton } from "../../fields.js";
import { icons } from "../../icons.js";
import { strings } from "../../strings.js";
import { discardTable } from "./discard.js";

/** @import { Page } from "../../main.js" */
/** @import { Catalogue, Entry, Experiment, Table } from "../../types.js" */

const words = strings.tables;

/** @type {(page: Page, catalogue: Catalogue, experiment: Experiment) => unknown} */
export function tableList(page, catalogue, experiment) {
  const { tables = [] } = catalogue;
  if (tables.length === 0) return nothing;
  return html`<ul class="table-list" aria-label=${words.list}>
    ${tables.map((entry) => entry.table && row(page, catalogue, experiment, entry, entry.table))}
  </ul>`;
}

/** @type {(page: Page, catalogue: Catalogue, experiment: Experiment, entry: Entry, table: Table) => unknown} */
function row(page, catalogue, experiment, entry, table) {
  const { actions, store, tables } = page;
  const current = experiment.dataset.name === "upload" && experiment.dataset.upload === table.id;
  const task = catalogue.families.task.entries.find(({ name }) => name === table.task)?.label ?? table.task;
  const choose = () => {
    if (!current) actions.change(datasetPatch(experiment, catalogue, entry));
  };
  return html`<li>
    <button type="button" class="table-choice" aria-pressed=${current ? "true" : "false"}
      aria-description=${entry.summary} @click=${choose}>
      <bdi>${table.name}</bdi><span>${words.size(table)} \u00b7 ${
        table.classes ? words.classCount(table.classes.length) : task
      }</span>
    </button>
    ${iconButton({
      icon: icons.look,
      name: words.look(table.name),
      help: words.lookHelp,
      click: () => void tables.look(table.id, store.state.experiment),
    })}
    ${iconButton({
      icon: icons.discard,
      name: words.discard(table.name),
      help: words.discardHelp,
      click: () => void discardTable(page, table),
    })}
  </li>`;
}
