// Ten shapes for ten classes, so that color is never the only difference. Radius 1 around the origin.

/** @type {(count: number, turn: number, inner?: number) => [number, number][]} */
function polygon(count, turn, inner) {
  const points = inner === undefined ? count : count * 2;
  return Array.from({ length: points }, (_, index) => {
    const radius = inner !== undefined && index % 2 === 1 ? inner : 1;
    const angle = turn + (index / points) * 2 * Math.PI;
    return [radius * Math.sin(angle), -radius * Math.cos(angle)];
  });
}

/** @type {(arm: number, turn: number) => [number, number][]} */
function cross(arm, turn) {
  const outline = [
    [-arm, -1],
    [arm, -1],
    [arm, -arm],
    [1, -arm],
    [1, arm],
    [arm, arm],
    [arm, 1],
    [-arm, 1],
    [-arm, arm],
    [-1, arm],
    [-1, -arm],
    [-arm, -arm],
  ];
  return outline.map(([x, y]) => [x * Math.cos(turn) - y * Math.sin(turn), x * Math.sin(turn) + y * Math.cos(turn)]);
}

/** Outlines, each with the size that makes it look as large as the circle. null is the circle.
 * @type {{ outline: [number, number][] | null, size: number }[]} */
export const SHAPES = [
  { outline: null, size: 1 },
  { outline: polygon(4, Math.PI / 4), size: 1.25 },
  { outline: polygon(3, 0), size: 1.4 },
  { outline: polygon(4, 0), size: 1.35 },
  { outline: polygon(3, Math.PI), size: 1.4 },
  { outline: cross(0.38, 0), size: 1.15 },
  { outline: polygon(5, 0, 0.45), size: 1.5 },
  { outline: cross(0.38, Math.PI / 4), size: 1.15 },
  { outline: polygon(6, 0), size: 1.1 },
  { outline: polygon(4, 0, 0.35), size: 1.5 },
];

/** Adds the shape of a class to a path.
 * @type {(path: Path2D, shape: number, x: number, y: number, radius: number) => void} */
export function addShape(path, shape, x, y, radius) {
  const { outline, size } = SHAPES[shape % SHAPES.length];
  if (!outline) {
    path.moveTo(x + radius, y);
    path.arc(x, y, radius, 0, 2 * Math.PI);
    return;
  }
  outline.forEach(([px, py], index) => {
    if (index === 0) path.moveTo(x + px * size * radius, y + py * size * radius);
    else path.lineTo(x + px * size * radius, y + py * size * radius);
  });
  path.closePath();
}

/** The shape as an SVG path, for legends.
 * @type {(shape: number, radius: number) => string} */
export function shapePath(shape, radius) {
  const { outline, size } = SHAPES[shape % SHAPES.length];
  const round = (/** @type {number} */ value) => value.toFixed(2);
  if (!outline) return `M${radius} 0A${radius} ${radius} 0 1 1 ${-radius} 0A${radius} ${radius} 0 1 1 ${radius} 0Z`;
  return `M${outline.map(([x, y]) => `${round(x * size * radius)} ${round(y * size * radius)}`).join("L")}Z`;
}
