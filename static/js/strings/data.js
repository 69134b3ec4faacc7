// The data, and tables of your own.

import { count } from "../format.js";
import { isolated, list, plural, size } from "./phrases.js";

/** @import { FoundTable, Table, TableColumn } from "../types.js" */

export const data = {
  title: "Data",
  sets: "Data sets",
  /** Data that is no entry of the catalogue. @type {Record<string, string>} */
  given: { points: "Your own points", upload: "Uploaded table", tensorflow_playground: "TensorFlow Playground" },
  newSeed: "New data",
  newSeedHelp: "Generates new points of the same kind.",
  features: "Features",
  columns: "Columns",
  featureHelp: (/** @type {string} */ summary) => `${summary} Switches this input of the network on or off.`,
  columnHelp: "A column of the table. Switches this input of the network on or off.",
  find: "Find a column",
  findHelp: "Shows only the columns whose names contain what you type.",
  shown: (/** @type {number} */ found, /** @type {number} */ all) => `${count(found)} of ${plural(all, "column")}`,
  lastFeature: "The network needs at least one input.",
  split: (/** @type {number} */ train, /** @type {number} */ test) =>
    `${count(train)} points to train on, ${count(test)} to test on.`,
};

export const tables = {
  title: "Your own table",
  open: "Open a CSV file",
  openHelp:
    "Learn from your own table: a CSV file, which every spreadsheet program can save. You can also drop the file " +
    "anywhere on this page. Nobody else can see it.",
  openAnother: "Open another file",
  drop: "Drop the file to learn from it",
  shared: "The table stays on this server until you delete it. Nobody else can see it. Cancel removes it now.",
  list: "Your tables",
  choose: (/** @type {Table} */ { target }) =>
    `Learn from this table: predict ${isolated(target)} from the other columns.`,
  size: (/** @type {Table} */ { rows, inputs }) => `${plural(rows, "row")}, ${plural(inputs.length, "input")}`,
  classCount: (/** @type {number} */ classes) => plural(classes, "class", "classes"),
  look: (/** @type {string} */ name) => `Look at ${isolated(name)}`,
  lookHelp: "Its columns, its first rows, and which columns the network uses.",

  discard: (/** @type {string} */ name) => `Delete ${isolated(name)}`,
  discardHelp: "Removes the table from this server, after asking you. Your file is not affected.",
  discardTitle: "Delete this table?",
  discardText: (/** @type {Table} */ { name, rows, inputs }) =>
    `\u201c${isolated(name)}\u201d (${plural(rows, "row")}, ${plural(inputs.length, "input")}) will be removed ` +
    "from this server. You can undo this for 10 minutes. Your file is not affected.",
  discardNow: "Delete",
  discardNowHelp: "Removes the table from this server. Undo brings it back for 10 minutes.",
  keep: "Keep it",
  keepHelp: "Closes this window. Nothing is deleted.",
  usedTitle: "This table is in use",
  used: (/** @type {string} */ name, /** @type {boolean} */ here, /** @type {number} */ others) =>
    `\u201c${isolated(name)}\u201d cannot be deleted yet: ${list([
      ...(here ? ["this page"] : []),
      ...(others > 0 ? [plural(others, here ? "other page" : "page", here ? "other pages" : "pages")] : []),
    ])} ${(here ? 1 : 0) + others === 1 ? "is" : "are"} learning from it. Choose other data there first.`,
  usedElsewhere: (/** @type {string} */ name) =>
    `\u201c${isolated(name)}\u201d cannot be deleted yet: another page is learning from it.`,
  deleted: (/** @type {string} */ name) => `\u201c${isolated(name)}\u201d was deleted.`,
  undo: "Undo",
  undoHelp: "Brings the table back. Possible for 10 minutes.",
  restore: "Restore the table",
  restoreHelp: "Brings the deleted table back and learns from it. Possible for 10 minutes after it was deleted.",
  restored: (/** @type {string} */ name) => `\u201c${isolated(name)}\u201d is back.`,
  notRestored:
    "The table cannot be restored: it was deleted more than 10 minutes ago, or the server was restarted. Open the " +
    "CSV file again.",
  lost: "The table of that experiment was deleted, so nothing was changed. Restore it, or open the CSV file again.",

  reading: (/** @type {string} */ file, /** @type {number} */ bytes) =>
    `Reading ${isolated(file)} (${size(bytes)}) \u2026`,
  tooLarge: (/** @type {number} */ bytes, /** @type {number} */ limit) =>
    `The file has ${size(bytes)}; the maximum is ${size(limit)}. ` +
    "Leave out rows or columns, save it again, and open that.",
  unreadable: "The file could not be sent: the server did not answer, or the file was moved or is a folder. Try again.",
  wayOut: "Fix the file and open it again, or change below how it is read.",

  large: (/** @type {number} */ rows, /** @type {number} */ columns) =>
    `This file has ${plural(rows, "row")} and ${plural(columns, "column")}. That is more than the limit.`,
  largeRows: (/** @type {number} */ most) => `Choose how many rows to take, up to ${count(most)}.`,
  largeColumns: (/** @type {number} */ most) => `Choose which columns to keep, up to ${count(most)}.`,
  rows: "Rows to take",
  rowsHelp: "They are chosen at random. When predicting classes, each class keeps its share.",
  rowsOf: (/** @type {number} */ all) => `of ${count(all)}, chosen at random; classes keep their shares`,
  rowsWrong: (/** @type {number} */ most) => `Enter a whole number from 1 to ${count(most)}.`,
  seed: "Seed",
  seedHelp: "Another seed chooses other rows; the same seed chooses the same ones again.",
  seedWrong: (/** @type {number} */ most) => `Enter a whole number from 0 to ${count(most)}.`,
  readAgain: "Read this selection",
  readAgainHelp: "Sends the file again and takes only these rows and columns of it.",
  tooMany: (/** @type {number} */ chosen, /** @type {number} */ most) =>
    `${count(chosen)} chosen, the maximum is ${count(most)}`,

  name: "Name",
  nameHelp: "What this page calls the table.",
  target: "Predict",
  targetHelp: "The column that the network learns to predict from the others.",
  task: "As",
  taskHelp:
    "Classification predicts one of two or more classes; regression predicts a number. Detected from the column " +
    "unless you choose.",
  detected: (/** @type {string} */ found) =>
    found ? `Detected: ${found.charAt(0).toLowerCase()}${found.slice(1)}` : "Detect",
  header: "First row",
  headerHelp: "Whether the first row holds column names or data.",
  headers: { true: "column names", false: "data" },
  delimiter: "Separator",
  delimiterHelp: "The character between the columns.",
  delimiters: { comma: "comma", semicolon: "semicolon", tab: "tab", bar: "bar |" },
  missing: "Missing values",
  missingHelp:
    "What to do with an empty cell: fill it with the mean of the column over the training rows, or leave out its row.",
  missings: { impute: "fill with the mean", drop: "leave out the row" },
  encoding: "Text encoding",
  encodingHelp:
    "How the file stores its characters. Change it if letters look wrong: old spreadsheets use Windows-1252.",
  encodings: { "utf-8": "UTF-8", "utf-16": "UTF-16", "windows-1252": "Windows-1252" },
  more: "More",
  moreHelp: "How the file is read: first row, separator, missing values, text encoding.",
  closed: "The file itself is not kept. To predict another column, open the file again.",

  found: (/** @type {FoundTable} */ { rows, columns }) =>
    `${plural(rows, "row")}, ${plural(columns.length, "column")}.`,
  classes: (/** @type {FoundTable} */ { target, classes }) =>
    `\u201c${isolated(target)}\u201d has ${plural(classes?.length ?? 0, "class", "classes")}: ` +
    "the network learns to tell them apart.",
  number: (/** @type {FoundTable} */ { target }) =>
    `\u201c${isolated(target)}\u201d is a number: the network learns to predict it.`,
  preview: "The first rows",
  previewHelp: "The first rows, as they are in the file. Scroll sideways to see all columns.",
  kinds: {
    number: "number",
    date: "date",
    text: (/** @type {number} */ inputs) => plural(inputs, "category", "categories"),
    unused: "left out",
    target: "to predict",
    off: "not used",
  },
  inputs: (/** @type {number} */ used, /** @type {number} */ all) => `Inputs: ${used} of ${plural(all, "column")}`,
  inputHelp: (/** @type {TableColumn} */ { type, inputs, note }) =>
    note ||
    {
      text: `Categories: ${inputs.length} inputs of 0 or 1, one for each category.`,
      date: "A column of dates: one input of the network.",
      number: "A column of numbers: one input of the network.",
    }[type],
  inputUnread: "Keeps this column of the file.",
  find: "Find a column",
  findHelp: "Shows only the columns whose names contain what you type.",
  shown: (/** @type {number} */ found, /** @type {number} */ all) => `${count(found)} of ${plural(all, "column")}`,
  all: "All",
  allHelp: "Selects every column that can be used.",
  none: "None",
  noneHelp: "Clears all columns, so that you can choose a few.",
  noInput: "The network needs at least one column to learn from: choose one under Inputs.",
  warnings: "Good to know",
  note: (/** @type {TableColumn} */ { name, note }) =>
    `\u201c${isolated(name)}\u201d: ${note.charAt(0).toLowerCase()}${note.slice(1)}`,
  gaps: (/** @type {TableColumn} */ { name, missing, type }) =>
    `\u201c${isolated(name)}\u201d: ${missing === 1 ? "1 value is" : `${count(missing)} values are`} missing; ${
      type === "text"
        ? "there, the inputs of all its categories are 0."
        : "the mean of the training rows is used instead."
    }`,
  use: "Use this table",
  useHelp: "The network learns from this table from now on. Undo restores the previous data.",
  cancel: "Cancel",
  cancelHelp: "Closes this window and discards the file.",
};
