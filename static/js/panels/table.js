// A table of one's own in a window: what was found in the file, what is to be predicted, from which columns, and how the
// file is read. The server reads it: each change sends the file again, and what was read before is deleted there.

import { html, live, nothing } from "lit";
import * as api from "../api.js";
import { tablePatch } from "../experiment.js";
import { fileButton, menu, textButton, toggle } from "../fields.js";
import { icons } from "../icons.js";
import { problemText } from "../store.js";
import { strings } from "../strings.js";
import { ACCEPTED, columnsWithout, firstOptions, inputsOf, saidOptions, summaryOf, tableEntry, warningsOf } from "../tables.js";

/** @import { Page } from "../main.js" */
/** @import { Experiment, FoundTable, TableColumn, TableOptions } from "../types.js" */

/** What the window shows. `columns` are those that can be predicted, `without` those that the network does not get.
 * @typedef {{ file: File | null, options: TableOptions, found: FoundTable | null, columns: string[], without: Set<string>,
 *    problem: string, reading: boolean }} Draft */

/** @typedef {{ open: (file: File) => void, look: (id: string, experiment: Experiment | null) => Promise<void> }} TableWindow */

const words = strings.tables;
const TASKS = ["binary", "multiclass", "regression"]; // what a single column can be predicted as

/** @param {Pick<Page, "store" | "session" | "dialogs">} page @returns {TableWindow} */
export function tableWindow({ store, session, dialogs }) {
  /** @type {Draft | null} */
  let draft = null;
  /** The newest reading; those before it are of no interest any more. */
  let reading = Promise.resolve();
  let turn = 0;
  addEventListener("pagehide", () => forget(draft)); // nobody is left to use it

  /** @param {File} file */
  function open(file) {
    forget(draft);
    draft = { file, options: firstOptions(file), found: null, columns: [], without: new Set(), problem: "", reading: false };
    read({});
  }

  /** @type {TableWindow["look"]} */
  async function look(id, experiment) {
    try {
      const found = await api.getTable(id);
      forget(draft);
      const current = experiment?.dataset.name === "upload" && experiment.dataset.upload === id;
      const without = current ? columnsWithout(found, experiment.features) : new Set(/** @type {string[]} */ ([]));
      draft = { file: null, options: firstOptions(found), found, columns: [], without, problem: "", reading: false };
      show();
    } catch (error) {
      session.tellRefusal(reason(error));
      void session.questions.tables().catch(() => undefined);
    }
  }

  /** Has the file read by the server, with other options than before.
   * @param {Partial<TableOptions>} change */
  function read(change) {
    if (draft) reading = readAnew(draft, change, ++turn);
  }

  /** @type {(mine: Draft, change: Partial<TableOptions>, now: number) => Promise<void>} */
  async function readAnew(mine, change, now) {
    const { file } = mine;
    if (!file) return;
    const limit = store.state.catalogue?.limits.upload_bytes ?? Infinity;
    mine.options = { ...mine.options, ...change };
    mine.problem = file.size > limit ? words.tooLarge(file.size, limit) : "";
    mine.reading = !mine.problem;
    show();
    if (mine.problem) return;
    const before = mine.found;
    try {
      if (before) await api.deleteTable(before.id).catch(() => undefined);
      const found = await api.uploadTable(file, saidOptions(mine.options));
      if (now !== turn || draft !== mine) return void api.deleteTable(found.id).catch(() => undefined);
      mine.found = found;
      mine.columns = found.preview.names;
    } catch (error) {
      if (now !== turn || draft !== mine) return;
      mine.found = null;
      mine.columns = (error instanceof api.Refusal && error.problem.columns) || [];
      mine.problem = reason(error);
    }
    mine.reading = false;
    show();
  }

  /** Deletes on the server what was read for a window that is not used.
   * @param {Draft | null} left */
  function forget(left) {
    if (left?.file && left.found) void api.deleteTable(left.found.id).catch(() => undefined);
  }

  function closed() {
    forget(draft);
    draft = null;
  }

  /** The network learns from the table. A name that was typed a moment ago is still being read. */
  async function use() {
    await reading;
    const { experiment, catalogue } = store.state;
    if (!draft?.found || !experiment || !catalogue) return;
    const { found, without } = draft;
    const features = inputsOf(found, without);
    if (features.length === 0) {
      draft.problem = words.noInput;
      return show();
    }
    draft = null;
    dialogs.close();
    session.change(tablePatch(experiment, catalogue, tableEntry(found), features));
    await session.questions.tables();
  }

  // ---- what it looks like ----

  function show() {
    if (draft) dialogs.open(words.title, body(draft), { wide: true, closed, actions: actions(draft) });
  }

  /** @param {Draft} draft */
  const body = ({ file, options, found, columns, without, problem, reading }) => html`
    <div class="table-status" role="status">
      ${reading && file ? html`<progress aria-label=${words.reading(file.name, file.size)}></progress><p>${words.reading(file.name, file.size)}</p>` : nothing}
      ${problem && !reading ? html`<div class="problem"><p>${problem}</p>${found ? nothing : html`<p>${words.wayOut}</p>`}</div>` : nothing}
      ${found && !problem && !reading ? html`<p>${summaryOf(found)}</p>` : nothing}
    </div>
    ${file ? choices(options, found, columns) : nothing}
    ${found ? html`${preview(found, without)}${inputs(found, without)}${warnings(found)}` : nothing}
    ${file ? more(options, found, Boolean(problem)) : html`<p class="summary">${words.closed}</p>`}
  `;

  /** @param {Draft} draft */
  const actions = ({ found, reading }) => html`
    ${fileButton({ text: words.openAnother, help: words.openHelp, accept: ACCEPTED, class: "quiet", icon: icons.file, pick: open })}
    ${textButton({ text: words.cancel, help: words.cancelHelp, click: () => dialogs.close() })}
    ${textButton({ text: words.use, help: words.useHelp, class: "primary", disabled: !found && !reading, click: () => void use() })}
  `;

  /** What it is called, what is to be predicted, and as what.
   * @type {(options: TableOptions, found: FoundTable | null, columns: string[]) => unknown} */
  function choices(options, found, columns) {
    const target = options.target || found?.target || columns.at(-1) || ""; // the last one unless another is said
    const entries = store.state.catalogue?.families.task.entries.filter(({ name }) => TASKS.includes(name)) ?? [];
    const guess = entries.find(({ name }) => name === found?.task)?.label ?? "";
    return html`<div class="table-choices">
      <div class="setting"><span class="label" aria-hidden="true">${words.name}</span>
        <input type="text" class="text" maxlength="60" autocomplete="off" spellcheck="false" dir="auto" aria-label=${words.name} aria-description=${words.nameHelp}
          .value=${live(options.name)} @change=${(/** @type {Event} */ event) => read({ name: /** @type {HTMLInputElement} */ (event.target).value })}></div>
      ${columns.length === 0
        ? nothing
        : setting(words.target, words.targetHelp, target, columns.map((name) => ({ value: name, label: name })), (name) => read({ target: name, task: "" }))}
      ${setting(words.task, words.taskHelp, options.task, [foundOut(guess), ...entries.map(({ name, label }) => ({ value: name, label }))], (task) => read({ task }))}
    </div>`;
  }

  /** @type {(found: FoundTable, without: Set<string>) => unknown} */
  function inputs({ columns }, without) {
    const usable = columns.filter(({ role }) => role === "input");
    const used = usable.filter(({ name }) => !without.has(name)).length;
    /** @param {Iterable<string>} names */
    const leaveOut = (names) => {
      if (draft) Object.assign(draft, { without: new Set(names), problem: "" });
      show();
    };
    return html`<fieldset class="table-inputs">
      <legend>${words.inputs(used, usable.length)}</legend>
      ${textButton({ text: words.all, help: words.allHelp, class: "quiet", click: () => leaveOut([]) })}
      ${textButton({ text: words.none, help: words.noneHelp, class: "quiet", click: () => leaveOut(usable.map(({ name }) => name)) })}
      <div class="table-columns">
        ${usable.map((column) => toggle({
          label: column.name,
          help: words.inputHelp(column),
          checked: !without.has(column.name),
          change: (checked) => leaveOut(checked ? [...without].filter((name) => name !== column.name) : [...without, column.name]),
        }))}
      </div>
    </fieldset>`;
  }

  /** How the file is read.
   * @type {(options: TableOptions, found: FoundTable | null, needed: boolean) => unknown} */
  function more(options, found, needed) {
    const { headers, delimiters, missings, encodings } = words;
    const delimiter = { ",": delimiters.comma, ";": delimiters.semicolon, "\t": delimiters.tab, "|": delimiters.bar }[found?.delimiter ?? ""] ?? "";
    const header = found ? headers[found.header ? "true" : "false"] : "";
    return html`<details class="table-more" ?open=${needed}><summary aria-description=${words.moreHelp}>${words.more}</summary>
      <div class="table-choices">
        ${setting(words.header, words.headerHelp, options.header, [foundOut(header), ...items(headers)], (header) => read({ header, target: "" }))}
        ${setting(words.delimiter, words.delimiterHelp, options.delimiter, [foundOut(delimiter), ...items(delimiters)], (delimiter) => read({ delimiter, target: "" }))}
        ${setting(words.missing, words.missingHelp, options.missing, items(words.missings), (missing) => read({ missing }))}
        ${setting(words.encoding, words.encodingHelp, options.encoding, [foundOut(""), ...items(encodings)], (encoding) => read({ encoding, target: "" }))}
      </div></details>`;
  }

  return { open, look };
}

/** The first rows as they stand in the file; columns that the network does not get are pale.
 * @type {(found: FoundTable, without: Set<string>) => unknown} */
function preview({ columns, preview: { names, rows } }, without) {
  const byName = new Map(columns.map((column) => [column.name, column]));
  const looks = names.map((name) => {
    const column = byName.get(name);
    const role = column?.role === "input" && without.has(name) ? "off" : (column?.role ?? "unused");
    return { role, kind: column ? kindOf(column, role) : "" };
  });
  return html`<div class="preview" role="region" tabindex="0" aria-label=${words.preview} aria-description=${words.previewHelp}>
    <table><thead><tr>${names.map((name, index) => html`<th scope="col" data-role=${looks[index].role}><bdi>${name}</bdi><span>${looks[index].kind}</span></th>`)}</tr></thead>
    <tbody>${rows.map((row) => html`<tr>${row.map((cell, index) => html`<td data-role=${looks[index]?.role}><bdi>${cell}</bdi></td>`)}</tr>`)}</tbody></table>
  </div>`;
}

/** @type {(column: TableColumn, role: string) => string} */
function kindOf({ type, inputs }, role) {
  const { number, text, unused, target, off } = words.kinds;
  if (role !== "input") return { unused, target, off }[role] ?? "";
  return type === "number" ? number : text(inputs.length);
}

/** @type {(found: FoundTable) => unknown} */
function warnings(found) {
  const list = warningsOf(found);
  if (list.length === 0) return nothing;
  return html`<div class="table-warnings"><h3>${words.warnings}</h3><ul>${list.map((text) => html`<li>${text}</li>`)}</ul></div>`;
}

/** A menu below its name.
 * @type {(label: string, help: string, value: string, items: { value: string, label: string }[], change: (value: string) => void) => unknown} */
const setting = (label, help, value, items, change) => html`<div class="setting"><span class="label" aria-hidden="true">${label}</span>
  ${menu({ label, help, value, items, change, hideLabel: true })}</div>`;

/** @type {(found: string) => { value: string, label: string }} */
const foundOut = (found) => ({ value: "", label: words.foundOut(found) });

/** @type {(names: Record<string, string>) => { value: string, label: string }[]} */
const items = (names) => Object.entries(names).map(([value, label]) => ({ value, label }));

/** @type {(error: unknown) => string} */
function reason(error) {
  if (error instanceof api.Refusal) return problemText(error.problem);
  if (error instanceof api.Unreachable) return words.unreadable;
  throw error;
}
