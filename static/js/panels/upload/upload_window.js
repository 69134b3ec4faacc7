// A table of one's own in a window: what was found in the file, what is to be predicted, from which columns, and how
// the file is read. The server reads it: each change sends the file again, and what was read before is deleted there.

import { html, live, nothing } from "lit";
import * as api from "../../api.js";
import { tablePatch } from "../../experiment.js";
import { fileButton, menu, textButton } from "../../fields.js";
import { icons } from "../../icons.js";
import { problemText } from "../../store.js";
import { strings } from "../../strings.js";
import {
  ACCEPTED,
  columnsWithout,
  firstOptions,
  firstSelection,
  inputsOf,
  largeFile,
  saidOptions,
  selectionProblems,
  summaryOf,
  tableEntry,
  targetOf,
} from "../../uploads.js";
import { columnChoice } from "./column_choice.js";
import { preview, warnings } from "./preview.js";

/** @import { Page } from "../../main.js" */
/** @import { Experiment, FoundTable, LargeFile, TableOptions } from "../../types.js" */

/** What the window shows. `stored` is the table that the server keeps for it, `columns` are those that can be
 * predicted; `without` those that the network does not get, of a table whose file is not at hand; `large` tells of a
 * file of which only a part can be taken.
 * @typedef {{ file: File | null, options: TableOptions, found: FoundTable | null, stored: string | null,
 *    large: LargeFile | null, columns: string[],
 *    without: Set<string>, sought: string, problem: string, reading: boolean }} Draft */

/** @typedef {{ open: (file: File) => void, look: (id: string, experiment: Experiment | null)
 *    => Promise<void> }} UploadWindow */

const words = strings.tables;
const TASKS = ["binary", "multiclass", "regression"]; // what a single column can be predicted as
const SOON_MS = 400; // several columns are often changed one after the other

/** @param {Pick<Page, "store" | "actions" | "dialogs">} page @returns {UploadWindow} */
export function uploadWindow({ store, actions, dialogs }) {
  /** @type {Draft | null} */
  let draft = null;
  /** The newest reading; those before it are of no interest any more. */
  let reading = Promise.resolve();
  let turn = 0;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let soon;
  addEventListener("pagehide", () => forget(draft)); // nobody is left to use it

  /** @type {(draft: Pick<Draft, "file" | "options"> & Partial<Draft>) => Draft} */
  const begun = (given) => ({
    found: null,
    stored: null,
    large: null,
    columns: [],
    without: new Set(),
    sought: "",
    problem: "",
    reading: false,
    ...given,
  });

  /** @param {File} file */
  function open(file) {
    forget(draft);
    draft = begun({ file, options: firstOptions(file) });
    read({});
  }

  /** @type {UploadWindow["look"]} */
  async function look(id, experiment) {
    try {
      const found = await api.getTable(id);
      forget(draft);
      const current = experiment?.dataset.name === "upload" && experiment.dataset.upload === id;
      draft = begun({
        file: null,
        options: firstOptions(found),
        found,
        without: current ? columnsWithout(found, experiment.features) : new Set(),
      });
      show();
    } catch (error) {
      actions.tellRefusal(reason(error));
      void actions.polling.tables().catch(() => undefined);
    }
  }

  /** Has the file read by the server, with other options than before.
   * @param {Partial<TableOptions>} change */
  function read(change) {
    clearTimeout(soon);
    soon = undefined;
    if (draft) reading = readAnew(draft, change, ++turn);
  }

  /** @type {(mine: Draft, change: Partial<TableOptions>, now: number) => Promise<void>} */
  async function readAnew(mine, change, now) {
    const { file } = mine;
    if (!file) return;
    const limit = store.state.catalogue?.limits.upload_bytes ?? Infinity;
    mine.options = { ...mine.options, ...change };
    mine.problem = file.size > limit ? words.tooLarge(file.size, limit) : "";
    mine.reading = !mine.problem && isSound(mine);
    show();
    if (!mine.reading) return;
    try {
      await discard(mine);
      const found = await api.uploadTable(file, saidOptions(mine.options));
      if (now !== turn || draft !== mine) return void api.deleteTable(found.id).catch(() => undefined);
      mine.found = found;
      mine.stored = found.id;
      mine.columns = mine.large?.columns ?? found.preview.names;
    } catch (error) {
      if (now !== turn || draft !== mine) return;
      mine.found = null;
      const problem = error instanceof api.Refusal ? error.problem : null;
      mine.columns = mine.large?.columns ?? problem?.columns ?? [];
      const large = problem && largeFile(problem);
      if (large) {
        Object.assign(mine, { large, columns: large.columns, options: firstSelection(mine.options, large) });
      } else mine.problem = reason(error);
    }
    mine.reading = false;
    show();
  }

  /** Whether the file can be sent as it is asked for. @param {Draft} draft */
  const isSound = ({ options, large }) =>
    options.column?.length !== 0 && (!large || Object.keys(selectionProblems(options, large)).length === 0);

  /** Deletes what the server keeps for a window, once: several changes may follow each other quickly.
   * @param {Draft} of */
  async function discard(of) {
    const { stored } = of;
    of.stored = null;
    if (stored !== null) await api.deleteTable(stored).catch(() => undefined);
  }

  /** Deletes on the server what was read for a window that is not used.
   * @param {Draft | null} left */
  function forget(left) {
    clearTimeout(soon);
    soon = undefined;
    if (left) void discard(left);
  }

  function closed() {
    forget(draft);
    draft = null;
  }

  /** The network learns from the table. What was changed a moment ago is still being read. */
  async function use() {
    if (soon !== undefined) read({});
    await reading;
    const { experiment, catalogue } = store.state;
    if (!draft?.found || !experiment || !catalogue || !isSound(draft)) return;
    const { found, without } = draft;
    const features = inputsOf(found, without);
    if (features.length === 0) {
      draft.problem = words.noInput;
      return show();
    }
    draft = null;
    dialogs.close();
    actions.change(tablePatch(experiment, catalogue, tableEntry(found), features));
    await actions.polling.tables();
  }

  // ---- what it looks like ----

  function show() {
    if (draft) dialogs.open(words.title, body(draft), { wide: true, closed, actions: buttons(draft) });
  }

  /** @param {Draft} draft */
  const body = (draft) => html`
    ${status(draft)}
    ${draft.large ? rowChoice(draft.options, draft.large) : nothing}
    ${draft.file ? choices(draft) : nothing}
    ${draft.found ? preview(draft.found, chosenOf(draft)) : nothing}
    ${draft.found || draft.large ? inputs(draft) : nothing}
    ${draft.found ? warnings(draft.found, chosenOf(draft)) : nothing}
    ${draft.file ? more(draft) : html`<p class="summary">${words.closed}</p>`}
    ${draft.file ? html`<p class="summary">${words.shared}</p>` : nothing}
  `;

  /** @param {Draft} draft */
  function status({ file, found, large, problem, reading }) {
    const told = found ? summaryOf(found) : large ? largeText(large) : "";
    return html`<div class="table-status" role="status">
      ${
        reading && file
          ? html`<progress
            aria-label=${words.reading(file.name, file.size)}></progress><p>${words.reading(file.name, file.size)}</p>`
          : nothing
      }
      ${
        problem && !reading
          ? html`<div class="problem"><p>${problem}</p>${found ? nothing : html`<p>${words.wayOut}</p>`}</div>`
          : nothing
      }
      ${told && !problem && !reading ? html`<p>${told}</p>` : nothing}
    </div>`;
  }

  /** @param {Draft} draft */
  const buttons = ({ found, reading, large, options }) => html`
    ${fileButton({
      text: words.openAnother,
      help: words.openHelp,
      accept: ACCEPTED,
      class: "quiet",
      icon: icons.file,
      pick: open,
    })}
    ${textButton({ text: words.cancel, help: words.cancelHelp, click: () => dialogs.close() })}
    ${
      large && !found
        ? textButton({
            text: words.readAgain,
            help: words.readAgainHelp,
            class: "primary",
            disabled: reading || Object.keys(selectionProblems(options, large)).length > 0,
            click: () => read({}),
          })
        : textButton({
            text: words.use,
            help: words.useHelp,
            class: "primary",
            disabled: !found && !reading,
            click: () => void use(),
          })
    }
  `;

  /** What it is called, what is to be predicted, and as what.
   * @param {Draft} draft */
  function choices({ options, found, columns }) {
    const target = options.target || found?.target || targetOf(options, columns);
    const entries = store.state.catalogue?.families.task.entries.filter(({ name }) => TASKS.includes(name)) ?? [];
    const guess = entries.find(({ name }) => name === found?.task)?.label ?? "";
    return html`<div class="table-choices">
      <div class="setting"><span class="label" aria-hidden="true">${words.name}</span>
        <input type="text" class="text" maxlength="60" autocomplete="off" spellcheck="false" dir="auto"
          aria-label=${words.name} aria-description=${words.nameHelp}
          .value=${live(options.name)}
          @change=${(/** @type {Event} */ event) => readOrWait({ name: textIn(event) })}></div>
      ${
        columns.length === 0
          ? nothing
          : setting(
              words.target,
              words.targetHelp,
              target,
              columns.map((name) => ({ value: name, label: name })),
              predict,
            )
      }
      ${setting(
        words.task,
        words.taskHelp,
        options.task,
        [detected(guess), ...entries.map(({ name, label }) => ({ value: name, label }))],
        (task) => readOrWait({ task }),
      )}
    </div>`;

    /** Another column to predict: it is no input any more, and the one before becomes one.
     * @param {string} name */
    function predict(name) {
      const column = options.column && [...options.column.filter((each) => each !== name), target];
      readOrWait({ target: name, task: "", column: column && inOrder(columns, column) });
    }
  }

  /** Of a large file nothing is sent before a part of it was chosen.
   * @param {Partial<TableOptions>} change */
  function readOrWait(change) {
    if (!draft) return;
    if (!draft.large || draft.found) return read(change);
    draft.options = { ...draft.options, ...change };
    show();
  }

  /** A share of the rows of a large file.
   * @type {(options: TableOptions, large: LargeFile) => unknown} */
  function rowChoice(options, large) {
    if (large.rows <= large.limits.rows) return nothing;
    const problems = selectionProblems(options, large);
    return html`<div class="table-rows">
      ${wholeNumber("rows", words.rows, words.rowsHelp, options.rows, problems.rows)}
      <span class="caption">${words.rowsOf(large.rows)}</span>
      ${wholeNumber("seed", words.seed, words.seedHelp, options.seed, problems.seed)}
    </div>`;
  }

  /** @type {(field: "rows" | "seed", label: string, help: string, value: string, problem: string | undefined)
   *    => unknown} */
  const wholeNumber = (
    field,
    label,
    help,
    value,
    problem,
  ) => html`<div class="setting"><span class="label" aria-hidden="true">${label}</span>
    <input type="text" class="number" inputmode="numeric" autocomplete="off" aria-label=${label}
      aria-description=${help}
      aria-invalid=${problem ? "true" : "false"} aria-errormessage="table-${field}-problem" .value=${live(value)}
      @input=${(/** @type {Event} */ event) => select({ [field]: textIn(event).trim().replace(/[ ,_]/g, "") })}>
    <p class="field-problem" id="table-${field}-problem" role="status">${problem ?? nothing}</p></div>`;

  /** Another part of the file. What is read already is read anew after a moment, and a large file when it is asked for.
   * @param {Partial<TableOptions>} change */
  function select(change) {
    if (!draft) return;
    Object.assign(draft, { options: { ...draft.options, ...change }, problem: "" });
    clearTimeout(soon);
    soon = draft.found ? setTimeout(() => read({}), SOON_MS) : undefined;
    show();
  }

  /** @param {Draft} draft */
  function inputs(draft) {
    const { found, large, options, columns, sought } = draft;
    const target = found?.target ?? targetOf(options, columns);
    const names =
      large?.columns ??
      found?.columns
        .filter(({ role, inputs }) => role !== "target" && (draft.file || inputs.length > 0))
        .map(({ name }) => name) ??
      [];
    const byName = new Map(found?.columns.map((column) => [column.name, column]));
    const items = names
      .filter((name) => name !== target)
      .map((name) => {
        const column = byName.get(name);
        return { name, help: column ? words.inputHelp(column) : words.inputUnread };
      });
    const problems = large
      ? selectionProblems(options, large)
      : options.column?.length === 0
        ? { column: words.noInput }
        : {};
    return columnChoice({
      items,
      chosen: chosenOf(draft),
      problem: problems.column ?? "",
      sought,
      find: (text) => {
        draft.sought = text;
        show();
      },
      choose: (chosen) => {
        if (draft.file) return select({ column: chosen });
        draft.without = new Set(names.filter((name) => !chosen.includes(name)));
        draft.problem = "";
        show();
      },
    });
  }

  /** How the file is read.
   * @param {Draft} draft */
  function more({ options, found, problem }) {
    const { headers, delimiters, missings, encodings } = words;
    const delimiter =
      { ",": delimiters.comma, ";": delimiters.semicolon, "\t": delimiters.tab, "|": delimiters.bar }[
        found?.delimiter ?? ""
      ] ?? "";
    const header = found ? headers[found.header ? "true" : "false"] : "";
    /** Other columns are found then: nothing is known of them yet. @param {Partial<TableOptions>} change */
    const anew = (change) => {
      if (draft) draft.large = null;
      read({ ...change, target: "", column: null, rows: "", seed: "" });
    };
    return html`<details class="table-more" ?open=${Boolean(problem)}><summary
      aria-description=${words.moreHelp}>${words.more}</summary>
      <div class="table-choices">
        ${setting(words.header, words.headerHelp, options.header, [detected(header), ...items(headers)], (header) =>
          anew({ header }),
        )}
        ${setting(
          words.delimiter,
          words.delimiterHelp,
          options.delimiter,
          [detected(delimiter), ...items(delimiters)],
          (delimiter) => anew({ delimiter }),
        )}
        ${setting(words.missing, words.missingHelp, options.missing, items(missings), (missing) =>
          readOrWait({ missing }),
        )}
        ${setting(
          words.encoding,
          words.encodingHelp,
          options.encoding,
          [detected(""), ...items(encodings)],
          (encoding) => anew({ encoding }),
        )}
      </div></details>`;
  }

  return { open, look };
}

/** The columns that become inputs: those that were chosen, else those that were found to be of use.
 * @param {Draft} draft @returns {Set<string>} */
function chosenOf({ options, found, without }) {
  const useful =
    found?.columns.filter(({ role, name }) => role === "input" && !without.has(name)).map(({ name }) => name) ?? [];
  return new Set(options.column ?? useful);
}

/** @type {(large: LargeFile) => string} */
function largeText({ rows, columns, limits }) {
  return [
    words.large(rows, columns.length),
    ...(rows > limits.rows ? [words.largeRows(limits.rows)] : []),
    ...(columns.length > limits.columns + 1 ? [words.largeColumns(limits.columns)] : []),
  ].join(" ");
}

/** @type {(order: string[], names: string[]) => string[]} */
const inOrder = (order, names) => order.filter((name) => names.includes(name));

/** @type {(event: Event) => string} */
const textIn = (event) => /** @type {HTMLInputElement} */ (event.target).value;

/** A menu below its name.
 * @type {(label: string, help: string, value: string, items: { value: string, label: string }[],
 *    change: (value: string) => void) => unknown} */
const setting = (
  label,
  help,
  value,
  items,
  change,
) => html`<div class="setting"><span class="label" aria-hidden="true">${label}</span>
  ${menu({ label, help, value, items, change, hideLabel: true })}</div>`;

/** @type {(found: string) => { value: string, label: string }} */
const detected = (found) => ({ value: "", label: words.detected(found) });

/** @type {(names: Record<string, string>) => { value: string, label: string }[]} */
const items = (names) => Object.entries(names).map(([value, label]) => ({ value, label }));

/** @type {(error: unknown) => string} */
function reason(error) {
  if (error instanceof api.Refusal) return problemText(error.problem);
  if (error instanceof api.Unreachable) return words.unreadable;
  throw error;
}
