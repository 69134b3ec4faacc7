// The network's answer as a picture: a color for every place of the plane, the line of the decision, lines of equal
// answers.

import { contourPath } from "../../draw/contour.js";
import { decided, Heatmap, rescaled } from "../../draw/heatmap.js";
import { targetScale } from "../../palette.js";
import { boxOf, domainOf, isCurve, pixelOf, sameAxes } from "../../plane.js";

/** @import { BoundaryFrame, DatasetPoints, Domain } from "../../types.js" */
/** @import { Palette } from "../../draw/colors.js" */
/** @import { Box, View } from "../../plane.js" */

const LIKELY = 127.5; // the byte of a probability of one half
const SHARES = [0.1, 0.2, 0.3, 0.4, 0.6, 0.7, 0.8, 0.9]; // of the way from no to yes; the decision has its own line
const CERTAINTIES = [0.5, 0.7, 0.9];
const LEVELS = 9; // lines of a regression

/** @typedef {{ hard: boolean, contours: boolean, view: View }} Look */

/** A picture that is kept from one painting to the next. */
export class AnswerPicture {
  #picture = new Heatmap();

  /** @param {CanvasRenderingContext2D} context @param {Box} box @param {BoundaryFrame} frame
   * @param {DatasetPoints} points
   * @param {Palette} palette @param {Look} look */
  draw(context, box, frame, points, palette, { hard, contours, view }) {
    if (!sameAxes(frame.axes, view.axes ?? points.axes)) return;
    const domain = domainOf(points, view);
    const ink = palette.css("text");
    if (isCurve(points)) return drawCurve(context, frame, domain, box, ink);
    fill(this.#picture, frame, points, palette, hard);
    const there = boxOf(frame.domain, domain, box);
    this.#picture.draw(context, there);
    context.strokeStyle = ink;
    context.lineJoin = "round";
    if (contours) {
      context.lineWidth = 0.75;
      context.globalAlpha = 0.55;
      for (const level of levels(frame, points))
        context.stroke(contourPath(frame.confidence ?? frame.data, frame.width, frame.height, level, there));
      context.globalAlpha = 1;
    }
    context.lineWidth = 1.5;
    drawDecision(context, frame, points, there);
  }
}

/** @type {(context: CanvasRenderingContext2D, frame: BoundaryFrame, domain: Domain, box: Box, color: string)
 *    => void} */
function drawCurve(context, { data, width, low, high, domain: drawn }, domain, box, color) {
  const path = new Path2D();
  for (let at = 0; at < width; at += 1) {
    const u = drawn[0] + (at / (width - 1)) * (drawn[1] - drawn[0]);
    path.lineTo(...pixelOf(domain, box, [u, low + (data[at] / 255) * (high - low)]));
  }
  context.strokeStyle = color;
  context.lineWidth = 2;
  context.lineJoin = "round";
  context.stroke(path);
}

/** @type {(picture: Heatmap, frame: BoundaryFrame, points: DatasetPoints, palette: Palette, hard: boolean) => void} */
function fill(picture, frame, { targets, parts }, palette, hard) {
  const { data, confidence, width, height, low, high } = frame;
  if (confidence) {
    // What is less likely than this is not shown: the winner of several classes never is, and a label does not hold.
    const several = targets.kind === "multilabel";
    const least = several ? LIKELY : 255 / Math.max(targets.classes?.length ?? 2, 2);
    const strength = (/** @type {number} */ index) =>
      hard
        ? several && confidence[index] < LIKELY
          ? 0
          : 255
        : Math.max(0, Math.round(((confidence[index] - least) / (255 - least)) * 255));
    picture.each(width, height, (index) => [palette.strength[data[index] % 10], strength(index)]);
  } else if (targets.kind === "regression") {
    const { middle, limit } = targetScale(parts.train?.targets ?? []);
    picture.fill(data, width, height, rescaled(palette.diverging, low, high, limit, middle));
  } else {
    const { middle, limit } = decision(targets);
    picture.fill(
      data,
      width,
      height,
      hard ? decided(palette.diverging, low, high, middle) : rescaled(palette.diverging, low, high, limit, middle),
    );
  }
}

/** Where an answer turns from no to yes, and how far away the surest ones are.
 * @type {(targets: DatasetPoints["targets"]) => { middle: number, limit: number }} */
export function decision({ range }) {
  const [no, yes] = range ?? [0, 1];
  return { middle: (no + yes) / 2, limit: (yes - no) / 2 };
}

/** The answers, as bytes of the frame, along which lines are drawn.
 * @type {(frame: BoundaryFrame, points: DatasetPoints) => number[]} */
export function levels({ confidence, low, high }, { targets, parts }) {
  if (confidence) return CERTAINTIES.map((share) => share * 255);
  const [first, last] = targets.range ?? ends(targetScale(parts.train?.targets ?? []));
  const shares = targets.range ? SHARES : Array.from({ length: LEVELS }, (_, index) => (index + 1) / (LEVELS + 1));
  return shares
    .map((share) => ((first + share * (last - first) - low) / (high - low)) * 255)
    .filter((byte) => byte > 0 && byte < 255);
}

/** @type {(scale: { middle: number, limit: number }) => [number, number]} */
const ends = ({ middle, limit }) => [middle - limit, middle + limit];

/** @type {(context: CanvasRenderingContext2D, frame: BoundaryFrame, points: DatasetPoints, box: Box) => void} */
function drawDecision(context, { data, confidence, width, height, low, high }, { targets }, box) {
  if (targets.kind === "regression") return;
  if (!confidence) {
    const { middle } = decision(targets);
    if (low < middle && middle < high)
      context.stroke(contourPath(data, width, height, ((middle - low) / (high - low)) * 255, box));
    return;
  }
  for (const winner of new Set(data)) {
    // Where two classes compete, the winner's probability is 1/2 on the border, so what is above it says how far it is.
    // Several labels: where the likeliest one does not hold, none does.
    const lead = (/** @type {number} */ index) => Math.max(confidence[index] - LIKELY, 0.5);
    const holds = (/** @type {number} */ index) =>
      data[index] === winner && (targets.kind !== "multilabel" || confidence[index] > LIKELY);
    const signed = Array.from(data, (_, index) => (holds(index) ? lead(index) : -lead(index)));
    context.stroke(contourPath(signed, width, height, 0, box));
  }
}
