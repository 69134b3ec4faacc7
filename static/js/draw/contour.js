// Lines of equal value over a grid: where the network's decision changes.

import { contours } from "d3";

/** @typedef {{ x: number, y: number, width: number, height: number }} Box */

/** The lines as one path in a box.
 * @type {(values: ArrayLike<number>, width: number, height: number, threshold: number, box: Box) => Path2D} */
export function contourPath(values, width, height, threshold, box) {
  const path = new Path2D();
  const shape = contours()
    .size([width, height])
    .contour(/** @type {number[]} */ (values), threshold);
  for (const polygon of shape.coordinates) {
    for (const ring of polygon) addInner(path, ring, width, height, box);
  }
  return path;
}

/** d3 closes rings along the edge of the grid; only what runs inside is a line of equal value.
 * @type {(path: Path2D, ring: number[][], width: number, height: number, box: Box) => void} */
function addInner(path, ring, width, height, box) {
  // Values lie at pixel centers (0.5, 1.5, ...); the first and the last lie on the edge of the box.
  const x = (/** @type {number} */ at) => box.x + ((at - 0.5) / (width - 1)) * box.width;
  const y = (/** @type {number} */ at) => box.y + ((at - 0.5) / (height - 1)) * box.height;
  const outside = (/** @type {[number, number]} */ [px, py]) =>
    px <= 0.5 || py <= 0.5 || px >= width - 0.5 || py >= height - 0.5;
  let drawing = false;
  for (const point of /** @type {[number, number][]} */ (ring)) {
    const leaves = outside(point);
    if (drawing) path.lineTo(x(clamp(point[0], width)), y(clamp(point[1], height)));
    else if (!leaves) path.moveTo(x(point[0]), y(point[1]));
    drawing = !leaves;
  }
}

/** @type {(at: number, size: number) => number} */
function clamp(at, size) {
  return Math.min(Math.max(at, 0.5), size - 0.5);
}
