// The plane that is looked at: which columns it lies along, which part of it is shown, and where points are on it.
// Pure.

/** @import { Axes, BoundaryFrame, DatasetPoints, Domain, Target } from "./types.js" */

/** What the user looks at; null stands for the columns that tell most, and for where the points are.
 * @typedef {{ axes: Axes | null, domain: Domain | null }} View */
/** @typedef {{ x: number, y: number, width: number, height: number }} Box */
/** @typedef {(point: number[], target: Target) => [across: number, upwards: number]} Locate */

const MARGIN = 0.1; // around the points, as the server has it
const CLOSEST = 1e-3; // of the whole
const FARTHEST = 1e3;

/** @type {View} */
export const WHOLE = Object.freeze({ axes: null, domain: null });

/** Whether the answer is one number over one column: then it is drawn as a curve.
 * @type {(points: DatasetPoints) => boolean} */
export function isCurve({ columns, targets }) {
  return columns.length === 1 && targets.kind === "regression";
}

/** Where the points of a plane are drawn.
 * @type {(points: DatasetPoints, axes: Axes | null) => Locate} */
export function locator(points, axes) {
  if (isCurve(points)) return (point, target) => [point[0], Number(target)];
  if (axes === "principal" && points.principal) {
    const { rows, shift } = points.principal;
    const along = (/** @type {number[]} */ point, /** @type {0 | 1} */ direction) =>
      point.reduce((sum, value, column) => sum + value * rows[direction][column], -shift[direction]);
    return (point) => [along(point, 0), along(point, 1)];
  }
  const [first, second] = Array.isArray(axes) ? axes : points.axes;
  return (point) => [point[first], point[second]];
}

/** The part of the plane that is shown.
 * @type {(points: DatasetPoints, view: View) => Domain} */
export function domainOf(points, { axes, domain }) {
  return domain ?? wholeOf(points, axes);
}

/** The part of a plane where the points are.
 * @type {(points: DatasetPoints, axes: Axes | null) => Domain} */
export function wholeOf(points, axes) {
  if (axes === null || sameAxes(axes, points.axes)) return points.domain;
  const locate = locator(points, axes);
  const all = Object.values(points.parts).flatMap((part) =>
    part.points.map((point, index) => locate(point, part.targets[index])),
  );
  return /** @type {Domain} */ (
    [0, 1].flatMap((direction) => {
      const [low, high] = extent(all.map((at) => at[direction]));
      const margin = high > low ? (high - low) * MARGIN : 1;
      return [low - margin, high + margin];
    })
  );
}

/** @type {(numbers: number[]) => [number, number]} */
function extent(numbers) {
  let [low, high] = [Infinity, -Infinity];
  for (const number of numbers) [low, high] = [Math.min(low, number), Math.max(high, number)];
  return [low, high];
}

/** @type {(one: Axes | null, other: Axes | null) => boolean} */
export function sameAxes(one, other) {
  return String(one) === String(other);
}

/** A part of the plane nearer or farther, with the place `at` staying where it is.
 * @type {(domain: Domain, factor: number, at: [number, number], whole: Domain) => Domain} */
export function zoomed(domain, factor, at, whole) {
  const share = (domain[1] - domain[0]) / (whole[1] - whole[0]);
  const allowed = Math.min(Math.max(share * factor, CLOSEST), FARTHEST) / share;
  const [u, v] = at;
  return [
    u + (domain[0] - u) * allowed,
    u + (domain[1] - u) * allowed,
    v + (domain[2] - v) * allowed,
    v + (domain[3] - v) * allowed,
  ];
}

/** A part of the plane, moved by fractions of its size.
 * @type {(domain: Domain, right: number, up: number) => Domain} */
export function panned(domain, right, up) {
  const [across, upwards] = [(domain[1] - domain[0]) * right, (domain[3] - domain[2]) * up];
  return [domain[0] + across, domain[1] + across, domain[2] + upwards, domain[3] + upwards];
}

/** The place on the plane under a pixel of the picture.
 * @type {(domain: Domain, box: Box, x: number, y: number) => [number, number]} */
export function placeAt(domain, box, x, y) {
  const [right, up] = [(x - box.x) / box.width, 1 - (y - box.y) / box.height];
  return [domain[0] + right * (domain[1] - domain[0]), domain[2] + up * (domain[3] - domain[2])];
}

/** The pixel of a place.
 * @type {(domain: Domain, box: Box, at: [number, number]) => [number, number]} */
export function pixelOf(domain, box, [u, v]) {
  const right = (u - domain[0]) / (domain[1] - domain[0]);
  const up = (v - domain[2]) / (domain[3] - domain[2]);
  return [box.x + right * box.width, box.y + (1 - up) * box.height];
}

/** Where a picture of one part of the plane lies on a picture of another.
 * @type {(picture: Domain, domain: Domain, box: Box) => Box} */
export function boxOf(picture, domain, box) {
  const [x, y] = pixelOf(domain, box, [picture[0], picture[3]]);
  const [right, bottom] = pixelOf(domain, box, [picture[1], picture[2]]);
  return { x, y, width: right - x, height: bottom - y };
}

/** What a frame says at a place: the value, or the class and how likely it is; null outside.
 * @type {(frame: BoundaryFrame, at: [number, number]) => { value: number, confidence?: number } | null} */
export function answerAt({ data, confidence, width, height, low, high, domain }, [u, v]) {
  const column = Math.round(((u - domain[0]) / (domain[1] - domain[0])) * (width - 1));
  const row = Math.round((1 - (v - domain[2]) / (domain[3] - domain[2])) * (height - 1));
  if (!(column >= 0 && row >= 0 && column < width && row < height)) return null;
  const at = row * width + column;
  if (confidence) return { value: data[at], confidence: confidence[at] / 255 };
  return { value: low + (data[at] / 255) * (high - low) };
}
