// Points of a data set over a plane: colored and shaped by their class, or colored by their value.

import { pixelOf } from "../plane.js";
import { addShape } from "./shapes.js";

/** @import { Domain, Target } from "../types.js" */
/** @import { Box } from "../plane.js" */

/**
 * @typedef {object} Scatter
 * @property {number[][]} points
 * @property {number[]} axes the two columns that are drawn
 * @property {Target[]} targets
 * @property {Domain} domain
 * @property {(target: Target) => { color: string, shape: number }} look
 * @property {number} radius
 * @property {string} outline
 * @property {number} outlineWidth
 */

/** Draws points, those that look the same in one go.
 * @type {(context: CanvasRenderingContext2D, box: Box, scatter: Scatter) => void} */
export function drawPoints(context, box, scatter) {
  const { points, targets, axes, domain, look, radius } = scatter;
  /** @type {Map<string, Path2D>} */
  const paths = new Map();
  points.forEach((point, index) => {
    const { color, shape } = look(targets[index]);
    const path = paths.get(color) ?? new Path2D();
    paths.set(color, path);
    const [x, y] = pixelOf(domain, box, [point[axes[0]], point[axes[1]]]);
    addShape(path, shape, x, y, radius);
  });
  context.lineJoin = "round";
  for (const [color, path] of paths) {
    if (scatter.outlineWidth > 0) {
      context.strokeStyle = scatter.outline;
      context.lineWidth = scatter.outlineWidth * 2;
      context.stroke(path);
    }
    context.fillStyle = color;
    context.fill(path);
  }
}

/** Rings around some points.
 * @type {(context: CanvasRenderingContext2D, places: [number, number][], radius: number, color: string, width: number)
 *    => void} */
export function drawRings(context, places, radius, color, width) {
  const path = new Path2D();
  for (const [x, y] of places) {
    path.moveTo(x + radius, y);
    path.arc(x, y, radius, 0, 2 * Math.PI);
  }
  context.strokeStyle = color;
  context.lineWidth = width;
  context.stroke(path);
}
