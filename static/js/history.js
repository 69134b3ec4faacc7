// The history of a run by column: what the charts draw. Rows come in order and are never lost or counted twice.
// A history is a value: extending it leaves the old one as it was (they share arrays; each knows its own length).

/** @typedef {(number | null)[]} Column */
/** @typedef {{ length: number, columns: Record<string, Column>, layers: Record<LayerQuantity, Column[]> }} History */
/** @typedef {typeof LAYER_QUANTITIES[number]} LayerQuantity */

/** Rows by column, numbered from `seq` on: a number for each row, or of a layer's quantity for each row and layer.
 * @typedef {{ seq: number, count: number, columns: Record<string, ArrayLike<number | null>> }} Rows */

/** What is recorded for each layer. */
export const LAYER_QUANTITIES = /** @type {const} */ (["gradient_norm", "update_ratio", "saturated", "dead"]);

/** @type {History} */
export const EMPTY = Object.freeze({
  length: 0,
  columns: {},
  layers: { gradient_norm: [], update_ratio: [], saturated: [], dead: [] },
});

/** The history with further rows; those it has already are passed over.
 * @type {(history: History, rows: Rows) => History} */
export function extended(history, { seq, count, columns }) {
  const known = Math.max(0, (lastOf(history, "seq") ?? -1) + 1 - seq);
  if (known >= count) return history;
  const length = history.length + count - known;

  /** @type {(column: Column | undefined, valueAt: (row: number) => number | null | undefined) => Column} */
  const longer = (column = new Array(history.length).fill(null), valueAt) => {
    const own = column.length === history.length ? column : column.slice(0, history.length); // a newer one uses it
    for (let row = known; row < count; row += 1) {
      const value = valueAt(row);
      own.push(Number.isFinite(value) ? /** @type {number} */ (value) : null);
    }
    return own;
  };

  /** @type {Rows["columns"]} */
  const given = { ...columns, seq: Array.from({ length: count }, (_, row) => seq + row) };
  /** @type {History["columns"]} */
  const flat = {};
  for (const name of new Set([...Object.keys(history.columns), ...Object.keys(given)])) {
    const column = given[name];
    if (!column || column.length === count) flat[name] = longer(history.columns[name], (row) => column?.[row]);
  }
  const layers = /** @type {History["layers"]} */ (
    Object.fromEntries(
      LAYER_QUANTITIES.map((name) => {
        const of = Math.max(history.layers[name].length, (columns[name]?.length ?? 0) / count);
        const layer = (/** @type {number} */ index) =>
          longer(history.layers[name][index], (row) => columns[name]?.[row * of + index]);
        return [name, Array.from({ length: of }, (_, index) => layer(index))];
      }),
    )
  );
  return { length, columns: flat, layers };
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
