// Single weights and biases: where they are drawn, which one is meant by a place, what they are called. Pure geometry.

/** @import { LayerParameters, ParametersFrame, WeightChange, WeightPlace } from "./types.js" */
/** @import { Layout } from "./layout.js" */
/** @import { Links, Point } from "./draw/links.js" */

/** @typedef {{ x: number, y: number, width: number, height: number }} Box */

export const MOST_LINKS = 2000; // beyond, weights are shown as tables between the columns
const SMALL_TILE = 24;
const WIDEST_TABLE = 160;
const LOWEST_TABLE = 24;
const BESIDE = 6; // pixels between a table and the units
const ROUNDS = 24; // halvings, until a curve's parameter is exact enough

/** Whether a frame of weights belongs to this layout, and not to the network of a moment ago.
 * @type {(parameters: ParametersFrame, layout: Layout) => boolean} */
export function fits({ layers }, { columns }) {
  return (
    layers.length === columns.length - 1 &&
    layers.every(
      (layer, index) =>
        layer.fan_in === columns[index].cells.length && layer.fan_out % columns[index + 1].cells.length === 0,
    )
  );
}

/** @type {(parameters: ParametersFrame) => boolean} */
export const isLarge = ({ layers }) => layers.reduce((sum, { weights }) => sum + weights.length, 0) > MOST_LINKS;

/** How many weights of each layer are exactly 0, and of how many.
 * @type {(parameters: ParametersFrame) => { zeros: number, all: number }[]} */
export function zerosOf({ layers }) {
  return layers.map(({ weights }) => {
    let zeros = 0;
    for (let at = 0; at < weights.length; at += 1) zeros += Number(weights[at] === 0);
    return { zeros, all: weights.length };
  });
}

/** The lines before each layer.
 * @type {(parameters: ParametersFrame, layout: Layout) => Links[]} */
export function linksOf({ layers }, { columns, tile }) {
  const half = tile / 2;
  return layers.map((layer, index) => ({
    from: columns[index].cells.map(({ x, y }) => ({ x: x + tile, y: y + half })),
    to: columns[index + 1].cells.map(({ x, y }) => ({ x, y: y + half })),
    weights: strongest(layer, columns[index + 1].cells.length),
  }));
}

/** The weights to draw, one for each line. A maxout unit has several sums: of each input the strongest weight.
 * @type {(layer: LayerParameters, units: number) => Float32Array} */
function strongest(layer, units) {
  const { weights, fan_in: inputs, fan_out: sums } = layer;
  if (sums === units) return weights;
  return Float32Array.from({ length: inputs * units }, (_, at) => {
    const input = Math.floor(at / units);
    return weights[input * sums + strongestSum(layer, units, input, at % units)];
  });
}

/** The sum of a unit to which an input contributes most; most units have but one.
 * @type {(layer: LayerParameters, units: number, input: number, unit: number) => number} */
function strongestSum({ weights, fan_out: sums }, units, input, unit) {
  let best = unit;
  for (let sum = unit; sum < sums; sum += units) {
    if (Math.abs(weights[input * sums + sum]) > Math.abs(weights[input * sums + best])) best = sum;
  }
  return best;
}

/** The sums of a unit, by number: one, or several in a maxout layer.
 * @type {(layer: LayerParameters, units: number, unit: number) => number[]} */
export function sumsOf({ fan_out: sums }, units, unit) {
  return Array.from({ length: sums / units }, (_, piece) => unit + piece * units);
}

/** How large the dot of a bias is: it must fit between small units.
 * @type {(tile: number) => number} */
export const biasRadius = (tile) => (tile < SMALL_TILE ? 2 : 4);

/** Where a unit's bias is drawn: at its lower left corner, outside.
 * @type {(cell: Point, tile: number) => Point} */
export const biasPoint = ({ x, y }, tile) => ({ x: x - biasRadius(tile), y: y + tile - biasRadius(tile) });

/** The box of the table of weights before a layer.
 * @type {(layout: Layout, index: number, rows: number, columns: number) => Box} */
export function tableBox({ columns: shown, tile, height: room }, index, rows, columns) {
  const x = Math.max(...shown[index].cells.map((cell) => cell.x)) + tile + BESIDE;
  const width = Math.min(Math.min(...shown[index + 1].cells.map((cell) => cell.x)) - BESIDE - x, WIDEST_TABLE);
  const height = Math.min(room, Math.max(LOWEST_TABLE, (rows / columns) * width));
  return { x, y: (room - height) / 2, width, height };
}

/** The weight or bias that is meant by a place, if one is within `reach` pixels.
 * @type {(parameters: ParametersFrame, layout: Layout, x: number, y: number, reach: number) => WeightPlace | null} */
export function weightAt(parameters, layout, x, y, reach) {
  const bias = biasAt(layout, x, y, reach + 3);
  if (bias) return bias;
  return isLarge(parameters) ? cellAt(parameters, layout, x, y) : linkAt(parameters, layout, x, y, reach);
}

/** The nearest of the biases: where units are small, a finger reaches several.
 * @type {(layout: Layout, x: number, y: number, reach: number) => WeightPlace | null} */
function biasAt({ columns, tile }, x, y, reach) {
  /** @type {WeightPlace | null} */
  let found = null;
  let nearest = reach;
  columns.slice(1).forEach(({ cells }, layer) => {
    cells.forEach((cell, unit) => {
      const point = biasPoint(cell, tile);
      const far = Math.hypot(point.x - x, point.y - y);
      if (far > nearest) return;
      nearest = far;
      found = { layer, input: null, unit };
    });
  });
  return found;
}

/** @type {(parameters: ParametersFrame, layout: Layout, x: number, y: number) => WeightPlace | null} */
function cellAt({ layers }, layout, x, y) {
  for (let layer = 0; layer < layers.length; layer += 1) {
    const { fan_in: rows, fan_out: columns } = layers[layer];
    const box = tableBox(layout, layer, rows, columns);
    const unit = Math.floor(((x - box.x) / box.width) * columns);
    const input = Math.floor(((y - box.y) / box.height) * rows);
    if (unit >= 0 && unit < columns && input >= 0 && input < rows) return { layer, input, unit };
  }
  return null;
}

/** The nearest of the curves.
 * @type {(parameters: ParametersFrame, layout: Layout, x: number, y: number, reach: number) => WeightPlace | null} */
function linkAt(parameters, layout, x, y, reach) {
  /** @type {WeightPlace | null} */
  let found = null;
  let nearest = reach;
  linksOf(parameters, layout).forEach(({ from, to }, layer) => {
    from.forEach((start, input) => {
      to.forEach((end, unit) => {
        const far = distance(start, end, x, y);
        if (far > nearest) return;
        nearest = far;
        found = { layer, input, unit: strongestSum(parameters.layers[layer], to.length, input, unit) };
      });
    });
  });
  return found;
}

/** How far a place is from the curve of a link, about: along the vertical, made shorter by the slope.
 * @type {(start: Point, end: Point, x: number, y: number) => number} */
export function distance(start, end, x, y) {
  if (x < start.x || x > end.x) return Infinity;
  const t = parameterAt((x - start.x) / (end.x - start.x));
  const at = start.y + (end.y - start.y) * t * t * (3 - 2 * t);
  const slope = ((end.y - start.y) * 6 * t * (1 - t)) / ((end.x - start.x) * (1.5 - 3 * t + 3 * t * t));
  return Math.abs(y - at) / Math.hypot(1, slope);
}

/** Where on the curve its share of the way across is: 1.5 t - 1.5 t^2 + t^3 = share. It rises all the way.
 * @type {(share: number) => number} */
function parameterAt(share) {
  let [low, high] = [0, 1];
  for (let round = 0; round < ROUNDS; round += 1) {
    const t = (low + high) / 2;
    if (t * (1.5 + t * (t - 1.5)) < share) low = t;
    else high = t;
  }
  return (low + high) / 2;
}

/** Its value in a frame; undefined if that has no such weight.
 * @type {(parameters: ParametersFrame | null, place: WeightPlace) => number | undefined} */
export function weightValue(parameters, { layer, input, unit }) {
  const found = parameters?.layers[layer];
  if (!found || unit >= found.fan_out || (input ?? 0) >= found.fan_in) return undefined;
  return input === null ? found.biases[unit] : found.weights[input * found.fan_out + unit];
}

/** A frame with other values for some weights.
 * @type {(parameters: ParametersFrame, changes: WeightChange[]) => ParametersFrame} */
export function withWeights(parameters, changes) {
  const touched = new Set(changes.map(({ layer }) => layer));
  const layers = parameters.layers.map((layer, index) =>
    touched.has(index) ? { ...layer, weights: layer.weights.slice(), biases: layer.biases.slice() } : layer,
  );
  for (const { layer, input, unit, value } of changes) {
    if (input === null) layers[layer].biases[unit] = value;
    else layers[layer].weights[input * layers[layer].fan_out + unit] = value;
  }
  return { ...parameters, layers };
}

/** A weight as the part of the page that edits it: `weight.0.1.2`, or `bias.0.2`.
 * @type {(place: WeightPlace) => string} */
export const partOf = ({ layer, input, unit }) =>
  input === null ? `bias.${layer}.${unit}` : `weight.${layer}.${input}.${unit}`;

/** @type {(part: string) => WeightPlace | null} */
export function placeOf(part) {
  const [kind, ...numbers] = part.split(".");
  const [layer, ...rest] = numbers.map(Number);
  if (kind === "bias") return { layer, input: null, unit: rest[0] };
  return kind === "weight" ? { layer, input: rest[0], unit: rest[1] } : null;
}

/** The terms of a sum, the strongest first.
 * @type {(layer: LayerParameters, sum: number) => { input: number, weight: number }[]} */
export function termsOf({ weights, fan_in: inputs, fan_out: sums }, sum) {
  const terms = Array.from({ length: inputs }, (_, input) => ({ input, weight: weights[input * sums + sum] }));
  return terms.sort((one, other) => Math.abs(other.weight) - Math.abs(one.weight));
}
