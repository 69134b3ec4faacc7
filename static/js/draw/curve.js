// A sampled function as a line: the tiny icon of an activation, or the larger curve that explains it.

/** @typedef {{ x: [number, number], y: [number, number] }} Window the part of the plane that is shown */

const FLAT = 0.01; // a derivative below it is called saturated

/** The window that shows these lines, with zero in it.
 * @type {(x: number[], lines: (number | null)[][], limit?: number) => Window} */
export function windowOf(x, lines, limit = Infinity) {
  const values = lines.flat().filter((value) => value !== null && Math.abs(value) <= limit);
  const numbers = /** @type {number[]} */ (values);
  const low = Math.min(0, ...numbers);
  const high = Math.max(0, ...numbers);
  const margin = (high - low || 1) * 0.06;
  return { x: [x[0], x[x.length - 1]], y: [low - margin, high + margin] };
}

/** The line as an SVG path in a box of this size. Values that are missing interrupt it.
 * @type {(x: number[], y: (number | null)[], shown: Window, width: number, height: number) => string} */
export function curvePath(x, y, shown, width, height) {
  let path = "";
  let drawing = false;
  x.forEach((at, index) => {
    const value = y[index];
    if (value === null || at < shown.x[0] || at > shown.x[1]) {
      drawing = false;
      return;
    }
    const px = ((at - shown.x[0]) / (shown.x[1] - shown.x[0])) * width;
    const share = (value - shown.y[0]) / (shown.y[1] - shown.y[0]);
    const py = height - Math.min(Math.max(share, -0.5), 1.5) * height;
    path += `${drawing ? "L" : "M"}${px.toFixed(1)} ${py.toFixed(1)}`;
    drawing = true;
  });
  return path;
}

/** Where zero lies in the box.
 * @type {(shown: Window, width: number, height: number) => { x: number, y: number }} */
export function originIn(shown, width, height) {
  return {
    x: (-shown.x[0] / (shown.x[1] - shown.x[0])) * width,
    y: height + (shown.y[0] / (shown.y[1] - shown.y[0])) * height,
  };
}

/** For which share of counted places, in bins from `low` on, the function hardly changes. It continues
 * beyond its ends.
 * @type {(curve: { x: number[], derivative: (number | null)[] }, low: number, bin: number, counts: number[])
 *    => number} */
export function flatShare({ x, derivative }, low, bin, counts) {
  const all = counts.reduce((sum, count) => sum + count, 0);
  const step = (x[x.length - 1] - x[0]) / (x.length - 1);
  const flat = counts.reduce((sum, count, index) => {
    const at = Math.round((low + (index + 0.5) * bin - x[0]) / step);
    const slope = derivative[Math.min(Math.max(at, 0), x.length - 1)];
    return slope !== null && Math.abs(slope) < FLAT ? sum + count : sum;
  }, 0);
  return all > 0 ? flat / all : 0;
}
