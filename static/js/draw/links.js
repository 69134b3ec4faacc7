// Weights as lines between units: blue positive, orange negative, thick strong, nearly nothing for nearly zero. Exactly
// zero is dashed and gray: nothing passes along it.

/** @typedef {{ x: number, y: number }} Point */

const THICKEST = 6;
const FULL_WEIGHT = 2.5; // a weight of this size is drawn thickest
const DEAD = [2, 5]; // dashes of a weight that is exactly 0
const BUCKETS = 12; // lines of about the same width are drawn in one go

/**
 * @typedef {object} Links
 * @property {Point[]} from where lines begin, one for each input of the layer
 * @property {Point[]} to where they end, one for each unit
 * @property {ArrayLike<number>} weights one row for each input
 */

/** @type {(context: CanvasRenderingContext2D, layers: Links[],
 *    colors: { negative: string, positive: string, zero: string }) => void} */
export function drawLinks(context, layers, colors) {
  const buckets = Array.from({ length: BUCKETS * 2 }, () => new Path2D());
  const zero = new Path2D();
  for (const { from, to, weights } of layers) {
    from.forEach((start, row) => {
      to.forEach((end, column) => {
        const weight = weights[row * to.length + column];
        const size = Math.min(Math.abs(weight) / FULL_WEIGHT, 1);
        const bucket = Math.ceil(size * BUCKETS) - 1;
        const path = bucket < 0 ? zero : buckets[weight > 0 ? BUCKETS + bucket : bucket];
        addLink(path, start, end);
      });
    });
  }
  context.strokeStyle = colors.zero;
  context.lineWidth = 1;
  context.setLineDash(DEAD);
  context.stroke(zero);
  context.setLineDash([]);
  // Weak ones first, so that strong ones lie above.
  for (let bucket = 0; bucket < BUCKETS; bucket += 1) {
    const size = (bucket + 1) / BUCKETS;
    context.lineWidth = Math.max(0.6, size * THICKEST);
    context.globalAlpha = 0.35 + 0.55 * size;
    context.strokeStyle = colors.negative;
    context.stroke(buckets[bucket]);
    context.strokeStyle = colors.positive;
    context.stroke(buckets[BUCKETS + bucket]);
  }
  context.globalAlpha = 1;
}

/** The curve of one link.
 * @type {(path: Path2D, start: Point, end: Point) => void} */
export function addLink(path, start, end) {
  const middle = (start.x + end.x) / 2;
  path.moveTo(start.x, start.y);
  path.bezierCurveTo(middle, start.y, middle, end.y, end.x, end.y);
}
