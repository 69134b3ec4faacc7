// The history of a run by column: what the charts draw. Rows come in order and are never lost or counted twice.
// A history is a value: extending it leaves the old one as it was (they share arrays; each knows its own length).

/** @import { Row } from "./types.js" */

/** @typedef {(number | null)[]} Column */
/** @typedef {{ length: number, columns: Record<string, Column>, layers: Record<LayerQuantity, Column[]> }} History */
/** @typedef {typeof LAYER_QUANTITIES[number]} LayerQuantity */

/** What is told of each layer, and kept. */
export const LAYER_QUANTITIES = /** @type {const} */ (["gradient_norm", "update_ratio", "saturated", "dead"]);

/** @type {History} */
export const EMPTY = Object.freeze({
  length: 0,
  columns: {},
  layers: { gradient_norm: [], update_ratio: [], saturated: [], dead: [] },
});

const PARTS = /** @type {const} */ (["train", "validation", "test"]);

/** The history with further rows; those it has already are passed over.
 * @type {(history: History, rows: Row[]) => History} */
export function extended(history, rows) {
  const last = lastOf(history, "seq") ?? -1;
  const fresh = rows.filter((row) => row.seq > last);
  if (fresh.length === 0) return history;
  const columns = Object.fromEntries(
    Object.entries(history.columns).map(([name, column]) => [name, owned(column, history.length)]),
  );
  const layers = /** @type {History["layers"]} */ (
    Object.fromEntries(
      LAYER_QUANTITIES.map((name) => [name, history.layers[name].map((column) => owned(column, history.length))]),
    )
  );
  let { length } = history;
  for (const row of fresh) {
    // What the row lacks stays null.
    for (const column of [...Object.values(columns), ...Object.values(layers).flat()]) column[length] = null;
    for (const [name, value] of cells(row)) {
      columns[name] ??= new Array(length).fill(null);
      columns[name][length] = value;
    }
    row.layers.forEach((layer, index) => {
      for (const name of LAYER_QUANTITIES) {
        layers[name][index] ??= new Array(length).fill(null);
        layers[name][index][length] = layer[name] ?? null;
      }
    });
    length += 1;
  }
  return { length, columns, layers };
}

/** An array of exactly so many values that may be pushed to: the same one, unless a newer history uses it already.
 * @template T @param {T[]} column @param {number} length @returns {T[]} */
function owned(column, length) {
  return column.length === length ? column : column.slice(0, length);
}

/** @type {(row: Row) => [string, number | null][]} */
function cells(row) {
  /** @type {[string, number | null][]} */
  const found = [
    ["seq", row.seq],
    ["step", row.step],
    ["epoch", row.epoch],
    ["penalty", row.penalty],
  ];
  for (const part of PARTS) {
    for (const [measure, value] of Object.entries(row[part] ?? {})) found.push([`${part}_${measure}`, value]);
  }
  return found;
}

/** One column, as long as the history is.
 * @type {(history: History, name: string) => (number | null)[]} */
export function columnOf(history, name) {
  const column = history.columns[name];
  return column ? trimmed(column, history.length) : new Array(history.length).fill(null);
}

/** A quantity of each layer.
 * @type {(history: History, name: LayerQuantity) => Column[]} */
export function layerColumns(history, name) {
  return history.layers[name].map((column) => trimmed(column, history.length));
}

/** The row with the least of a column; -1 if it has no numbers.
 * @type {(history: History, name: string) => number} */
export function leastAt(history, name) {
  const column = history.columns[name] ?? [];
  let best = -1;
  for (let row = 0; row < history.length; row += 1) {
    const value = column[row];
    if (value !== null && value !== undefined && (best < 0 || value < /** @type {number} */ (column[best]))) best = row;
  }
  return best;
}

/** A column made smooth: an exponential moving average of which each value keeps the share `weight` of the one before.
 * It is corrected for beginning at 0 (Kingma and Ba, 2015). What is missing stays missing.
 * @type {(column: Column, weight: number) => Column} */
export function smoothed(column, weight) {
  let average = 0;
  let seen = 1; // 1 minus the weight of all values so far
  return column.map((value) => {
    if (value === null) return null;
    average = weight * average + (1 - weight) * value;
    seen *= weight;
    return average / (1 - seen);
  });
}

/** The newest value of a column.
 * @type {(history: History, name: string) => number | null} */
export function lastOf(history, name) {
  return history.columns[name]?.[history.length - 1] ?? null;
}

/** @template T @param {T[]} column @param {number} length @returns {T[]} */
function trimmed(column, length) {
  return column.length === length ? column : column.slice(0, length);
}

/** The row of an epoch, or the last one before it; -1 if there is none.
 * @type {(history: History, epoch: number) => number} */
export function indexAt(history, epoch) {
  const epochs = history.columns.epoch ?? [];
  let [low, high] = [0, history.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((epochs[middle] ?? 0) <= epoch) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}
