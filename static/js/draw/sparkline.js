// A whole run as one small line, with marks where something changed.

const EDGE = 6; // kept free on both sides, for half a handle

/** @type {(context: CanvasRenderingContext2D, width: number, height: number, line: { x: ArrayLike<number | null>,
 *    y: ArrayLike<number | null>, length: number, marks: number[] },
 *    colors: { line: string, fill: string, mark: string }) => void} */
export function drawSparkline(context, width, height, { x, y, length, marks }, colors) {
  if (length < 2) return;
  const first = x[0] ?? 0;
  const span = (x[length - 1] ?? 0) - first || 1;
  let high = 0;
  for (let index = 0; index < length; index += 1) high = Math.max(high, y[index] ?? 0);
  const across = (/** @type {number} */ at) => EDGE + ((at - first) / span) * (width - 2 * EDGE);
  const up = (/** @type {number} */ value) => height - 2 - (value / (high || 1)) * (height - 6);

  const path = new Path2D();
  let drawn = -Infinity;
  for (let index = 0; index < length; index += 1) {
    const value = y[index];
    const at = across(x[index] ?? 0);
    if (value === null || (at - drawn < 0.5 && index < length - 1)) continue; // no more points than pixels
    if (drawn === -Infinity) path.moveTo(at, up(value));
    else path.lineTo(at, up(value));
    drawn = at;
  }
  context.fillStyle = colors.fill;
  const area = new Path2D(path);
  area.lineTo(width - EDGE, height);
  area.lineTo(EDGE, height);
  context.fill(area);
  context.strokeStyle = colors.line;
  context.lineWidth = 1.5;
  context.lineJoin = "round";
  context.stroke(path);

  context.fillStyle = colors.mark;
  for (const mark of marks) {
    const at = across(mark);
    context.fillRect(at - 0.75, 4, 1.5, height - 4);
    context.beginPath();
    context.arc(at, 4, 3, 0, 2 * Math.PI);
    context.fill();
  }
}
