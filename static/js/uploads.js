// Uploaded tables as values: a table as an entry of the menu, and the texts about a file.

import { strings } from "./strings.js";

/** @import { Entry, FoundTable, LargeFile, Problem, Table, TableOptions } from "./types.js" */

const words = strings.tables;
const LONGEST_NAME = 60;
const FEWEST_SAMPLES = 2;
const LARGEST_SEED = 2 ** 32 - 1;
const TOO_LARGE = "urn:gradlab:too-large";

/** What spreadsheets and people call such files. */
export const ACCEPTED = ".csv,.tsv,.txt,text/csv,text/tab-separated-values";

/** A table as an entry of the catalogue.
 * @type {(table: Table) => Entry} */
export const tableEntry = (table) => ({
  name: "upload",
  label: table.name,
  summary: words.choose(table),
  when: "",
  hazard: "",
  source: "",
  formula: null,
  aliases: [],
  tasks: [table.task],
  arguments: [],
  columns: table.inputs,
  classes: table.classes?.length ?? null,
  samples: { minimum: FEWEST_SAMPLES, default: table.rows, maximum: table.rows },
  standardize: true,
  table,
});

/** How a file is read at first: all is found out.
 * @type {(file: { name: string }) => TableOptions} */
export const firstOptions = ({ name }) => ({
  name: name.replace(/\.[^.]*$/, "").slice(0, LONGEST_NAME),
  target: "",
  task: "",
  header: "",
  delimiter: "",
  missing: "impute",
  encoding: "",
  column: null,
  rows: "",
  seed: "",
});

/** The options that were said, a list as several of one name; the server finds out the others.
 * @type {(options: TableOptions) => [string, string][]} */
export function saidOptions(options) {
  return Object.entries(options).flatMap(([name, value]) =>
    value === "" || value === null ? [] : [value].flat().map((one) => /** @type {[string, string]} */ ([name, one])),
  );
}

/** The file that was too large to be taken whole; null if something else was wrong.
 * @type {(problem: Problem) => LargeFile | null} */
export function largeFile({ type, columns, rows, limits }) {
  return type === TOO_LARGE && columns && rows && limits ? { columns, rows, limits } : null;
}

/** As much of a large file as can be taken, unless the user has already chosen: a share of the rows, and the first
 * columns.
 * @type {(options: TableOptions, large: LargeFile) => TableOptions} */
export function firstSelection(options, { columns, rows, limits }) {
  const inputs = columns.filter((name) => name !== targetOf(options, columns));
  return {
    ...options,
    rows: rows > limits.rows ? options.rows || String(limits.rows) : "",
    seed: rows > limits.rows ? options.seed || "0" : "",
    column: columns.length > limits.columns + 1 ? (options.column ?? inputs.slice(0, limits.columns)) : options.column,
  };
}

/** What is wrong with the choice of a part of a large file, by field.
 * @type {(options: TableOptions, large: LargeFile) => { rows?: string, seed?: string, column?: string }} */
export function selectionProblems({ rows, seed, column }, { rows: all, limits }) {
  const share = all > limits.rows;
  return {
    ...(share && !isWhole(rows, 1, limits.rows) ? { rows: words.rowsWrong(limits.rows) } : {}),
    ...(share && !isWhole(seed, 0, LARGEST_SEED) ? { seed: words.seedWrong(LARGEST_SEED) } : {}),
    ...(column && column.length > limits.columns ? { column: words.tooMany(column.length, limits.columns) } : {}),
    ...(column?.length === 0 ? { column: words.noInput } : {}),
  };
}

/** @type {(text: string, low: number, high: number) => boolean} */
const isWhole = (text, low, high) => /^\d+$/.test(text) && Number(text) >= low && Number(text) <= high;

/** The column to predict: the last one unless another is said.
 * @type {(options: Pick<TableOptions, "target">, columns: string[]) => string} */
export const targetOf = ({ target }, columns) => target || (columns.at(-1) ?? "");

/** The table whose absence made the server refuse an experiment; null if it was something else.
 * @type {(problem: Problem) => string | null} */
export function lostTable({ errors = [] }) {
  const given = errors.find(({ field }) => field === "dataset.upload")?.given;
  return typeof given === "string" ? given : null;
}

/** What was found, in a sentence or two.
 * @type {(found: FoundTable) => string} */
export function summaryOf(found) {
  return `${words.found(found)} ${found.classes ? words.classes(found) : words.number(found)}`;
}

/** What the user should know: about the table as a whole, and about its columns; of gaps where they are filled.
 * @type {(found: FoundTable, chosen: Set<string>) => string[]} */
export function warningsOf({ columns, notes }, chosen) {
  return [
    ...notes,
    ...columns.filter(({ note }) => note).map(words.note),
    ...columns.filter(({ missing, name }) => missing > 0 && chosen.has(name)).map(words.gaps),
  ];
}

/** The inputs that the network gets if these columns are left out, in the table's order.
 * @type {(found: FoundTable, without: Set<string>) => string[]} */
export function inputsOf({ columns }, without) {
  return columns.filter(({ name, role }) => role === "input" && !without.has(name)).flatMap(({ inputs }) => inputs);
}

/** The columns of a table that the network does not get, though it could: of these features none is theirs.
 * @type {(found: FoundTable, features: string[]) => Set<string>} */
export function columnsWithout({ columns }, features) {
  return new Set(
    columns
      .filter(({ role, inputs }) => role === "input" && !inputs.some((input) => features.includes(input)))
      .map(({ name }) => name),
  );
}
