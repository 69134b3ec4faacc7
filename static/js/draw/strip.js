// A quantity of every layer over the whole run as a strip: a row for each layer, a column for each moment.

/** @import { Rgb, Table } from "./colors.js" */
/** @import { Column } from "../history.js" */

/** How a quantity is colored: where the scale begins and ends, by powers of ten or as it is.
 * @typedef {{ low: number, high: number, log: boolean }} Range */

export const ZERO = -1;
export const BROKEN = -2;
export const MISSING = -3;

/** The strip as bytes of a scale, or ZERO, BROKEN, MISSING: a row for each layer, the last one first, `width` columns
 * that share the rows of the history evenly. Of several rows the last one counts.
 * @type {(layers: Column[], length: number, width: number, range: Range) => { width: number, cells: Int16Array }} */
export function strip(layers, length, width, range) {
  const columns = Math.max(Math.min(width, length), 1);
  const cells = new Int16Array(columns * layers.length);
  layers.forEach((column, layer) => {
    const row = layers.length - 1 - layer;
    for (let at = 0; at < columns; at += 1) {
      const index = Math.min(Math.floor(((at + 1) * length) / columns) - 1, length - 1);
      cells[row * columns + at] = cellOf(index < 0 ? undefined : column[index], range, index);
    }
  });
  return { width: columns, cells };
}

/** @type {(value: number | null | undefined, range: Range, index: number) => number} */
function cellOf(value, { low, high, log }, index) {
  if (value === undefined) return MISSING;
  // Before the first update, some have no value.
  if (value === null || !Number.isFinite(value)) return index === 0 ? MISSING : BROKEN;
  if (log && value === 0) return ZERO;
  const at = log ? Math.log10(value) : value;
  return Math.round(Math.min(Math.max((at - low) / (high - low), 0), 1) * 255);
}

/** @type {(context: CanvasRenderingContext2D, box: { x: number, y: number, width: number, height: number },
 *    strip: { width: number, cells: Int16Array },
 *    rows: number, table: Table, special: Record<number, Rgb>) => void} */
export function drawStrip(context, box, { width, cells }, rows, table, special) {
  if (rows === 0) return;
  const picture = new OffscreenCanvas(width, rows);
  const image = new ImageData(width, rows);
  cells.forEach((cell, index) => {
    const [red, green, blue] = cell >= 0 ? table.subarray(cell * 3, cell * 3 + 3) : special[cell];
    image.data.set([red, green, blue, cell === MISSING ? 0 : 255], index * 4);
  });
  picture.getContext("2d")?.putImageData(image, 0, 0);
  context.imageSmoothingEnabled = false;
  context.drawImage(picture, box.x, box.y, box.width, box.height);
}
