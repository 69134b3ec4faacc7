// Where the units of the network lie: columns from left to right, units from top to bottom. Pure geometry.

/** @typedef {{ x: number, y: number }} Cell the left upper corner of a unit's square */
/** @typedef {{ left: number, width: number, cells: Cell[] }} Column */
/** @typedef {{ width: number, height: number, tile: number, columns: Column[] }} Layout */

export const LARGEST_TILE = 52;
export const SMALLEST_TILE = 16;
const GAP = 0.22; // between units, as a share of their size
const NARROWEST = 80; // a column must hold its header
export const LABEL = 44; // left of the inputs, for their names
const NAMED = 32; // so many inputs stand one below the other beside their names, if need be higher than the panel
const LINKS = 28; // between columns, for the lines
const SHARE = 0.42; // of a column's width, for its squares
const MOST = 4096; // units in a column that are laid out: more than any network may have

/** The layout of a network with so many units in each column, and so much room for the names of the inputs. It takes
 * the same short time whatever it is asked for.
 * @type {(units: number[], width: number, height: number, label?: number) => Layout} */
export function networkLayout(units, width, height, label = LABEL) {
  const counts = units.map((count) => Math.min(Math.max(Math.floor(count) || 0, 0), MOST));
  const most = Math.max(...counts, 1);
  const fitting = Math.floor(Math.min(height / (most + (most - 1) * GAP), (width / counts.length) * SHARE));
  let tile = Math.min(Math.max(fitting, SMALLEST_TILE), LARGEST_TILE);
  while (tile > SMALLEST_TILE && most * (tile + gapOf(tile)) - gapOf(tile) > height) tile -= 1; // gaps are rounded
  const gap = gapOf(tile);
  const perColumn = Math.max(1, Math.floor((height + gap) / (tile + gap)));
  const inOne = counts.map((count, index) => index === 0 && count <= NAMED);
  const folds = counts.map((count, index) => (inOne[index] ? 1 : Math.ceil(count / perColumn)));
  const tall = Math.max(height, inOne[0] ? counts[0] * (tile + gap) - gap : 0);
  const least = folds.map((fold, index) =>
    Math.max(NARROWEST, fold * (tile + gap) + (index === 0 ? label : 0) + LINKS),
  );
  const spare = Math.max(0, width - sum(least)) / counts.length;
  let left = 0;
  const columns = counts.map((count, index) => {
    const column = { left, width: least[index] + spare, cells: /** @type {Cell[]} */ ([]) };
    const rows = Math.ceil(count / folds[index]) || 1;
    const used = folds[index] * (tile + gap) - gap;
    const x = left + Math.max((column.width - used) / 2, inOne[index] ? label : 0);
    const y = Math.max(0, (height - (rows * (tile + gap) - gap)) / 2);
    column.cells = Array.from({ length: count }, (_, unit) => ({
      x: Math.round(x + Math.floor(unit / rows) * (tile + gap)),
      y: Math.round(y + (unit % rows) * (tile + gap)),
    }));
    left += column.width;
    return column;
  });
  return { width: Math.max(left, width), height: tall, tile, columns };
}

/** Between units of this size.
 * @type {(tile: number) => number} */
const gapOf = (tile) => Math.max(2, Math.round(tile * GAP));

/** @type {(numbers: number[]) => number} */
function sum(numbers) {
  return numbers.reduce((total, number) => total + number, 0);
}
