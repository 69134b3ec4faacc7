// Tables of one's own, as values: a table as an entry that can be chosen, and what there is to say about a file.

import { strings } from "./strings.js";

/** @import { Entry, FoundTable, Table, TableOptions } from "./types.js" */

const words = strings.tables;
const LONGEST_NAME = 60;
const FEWEST_SAMPLES = 2;

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
});

/** The options that were said; the server finds out the others.
 * @type {(options: TableOptions) => Partial<TableOptions>} */
export function saidOptions(options) {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== ""));
}

/** What was found, in a sentence or two.
 * @type {(found: FoundTable) => string} */
export function summaryOf(found) {
  return `${words.found(found)} ${found.classes ? words.classes(found) : words.number(found)}`;
}

/** What the user should know about how the file was read.
 * @type {(found: FoundTable) => string[]} */
export function warningsOf({ columns, dropped, decimal }) {
  return [
    ...(dropped > 0 ? [words.dropped(dropped)] : []),
    ...(decimal === "," ? [words.decimalComma] : []),
    ...columns.filter(({ note }) => note).map(words.note),
    ...columns.filter(({ missing, role }) => missing > 0 && role === "input").map(words.gaps),
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
  return new Set(columns.filter(({ role, inputs }) => role === "input" && !inputs.some((input) => features.includes(input))).map(({ name }) => name));
}
