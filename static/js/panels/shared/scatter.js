// The points of the data on the plane: which ones are shown, how they look, which one is under the pointer, what it
// says.

import { html, nothing } from "lit";
import { lastStep } from "../../current_step.js";
import { drawPoints, drawRings } from "../../draw/points.js";
import { percent, quantity } from "../../format.js";
import { className, spokenColumn, targetWords } from "../../names.js";
import { targetLook, targetScale } from "../../palette.js";
import { domainOf, locator, pixelOf } from "../../plane.js";
import { strings } from "../../strings.js";

/** @import { State } from "../../store.js" */
/** @import { DatasetPoints, Part, PartPredictions } from "../../types.js" */
/** @import { Palette } from "../../draw/colors.js" */
/** @import { Box } from "../../plane.js" */
/** @import { Spot } from "../../paint.js" */

const words = strings.points;
const MOST_POINTS = 3000;
const MANY = 600; // more are drawn smaller
const MOST_COLUMNS = 8; // whose values fit in a bubble

/** The parts that are shown.
 * @type {(state: Pick<State, "showTest" | "showValidation">) => Part[]} */
export const shownParts = ({ showTest, showValidation }) => [
  "train",
  ...(showValidation ? /** @type {Part[]} */ (["validation"]) : []),
  ...(showTest ? /** @type {Part[]} */ (["test"]) : []),
];

/** @param {CanvasRenderingContext2D} context @param {Box} box @param {State} state @param {Palette} palette
 * @param {Spot | null} spot the one under the pointer */
export function drawScatter(context, box, state, palette, spot) {
  const { points, view, predictions, markWrong } = state;
  if (!points) return;
  const step = lastStep(state);
  const { parts, targets } = points;
  const look = targetLook(palette, targets.kind, targetScale(parts.train?.targets ?? []));
  const domain = domainOf(points, view);
  const locate = locator(points, view.axes);
  const outlines = {
    train: palette.css(targets.kind === "regression" ? "muted" : "outline"),
    validation: palette.css("validation"),
    test: palette.css("text"),
  };
  for (const name of shownParts(state)) {
    const part = parts[name];
    if (!part) continue;
    const some = { points: part.points.slice(0, MOST_POINTS), targets: part.targets.slice(0, MOST_POINTS) };
    const at = some.points.map((point, index) => locate(point, some.targets[index]));
    const radius = some.points.length > MANY ? 2.2 : 3;
    const scatter = {
      points: at,
      targets: some.targets,
      axes: [0, 1],
      domain,
      look,
      radius,
      outline: outlines[name],
      outlineWidth: 1,
    };
    drawPoints(context, box, scatter);
    const wrong = predictions?.parts[name]?.wrong;
    if (markWrong && wrong?.length === at.length)
      drawRings(
        context,
        at.filter((_, index) => wrong[index]).map((place) => pixelOf(domain, box, place)),
        radius + 2.5,
        palette.css("text"),
        1,
      );
    if (name === "train" && step)
      drawStep(
        context,
        step.samples.flatMap((index) =>
          part.points[index] ? [pixelOf(domain, box, locate(part.points[index], part.targets[index]))] : [],
        ),
        radius,
        palette,
      );
    if (spot?.part === name && at[spot.index])
      drawRings(context, [pixelOf(domain, box, at[spot.index])], radius + 5, palette.css("text"), 2);
  }
}

/** Marks the points that the last step trained on; a single one so that it is found at once.
 * @type {(context: CanvasRenderingContext2D, places: [number, number][], radius: number, palette: Palette) => void} */
function drawStep(context, places, radius, palette) {
  const single = places.length === 1;
  drawRings(context, places, radius + 3, palette.css("outline"), single ? 6 : 4.5);
  drawRings(context, places, radius + 3, palette.css("text"), single ? 2.5 : 1.5);
  if (single) drawRings(context, places, radius + 9, palette.css("text"), 1);
}

/** The points within some pixels of a place, the nearest first.
 * @type {(state: State, box: Box, x: number, y: number, radius: number) => Spot[]} */
export function spotsNear(state, box, x, y, radius) {
  const { points, view } = state;
  if (!points) return [];
  const domain = domainOf(points, view);
  const locate = locator(points, view.axes);
  const found = shownParts(state).flatMap((name) => {
    const part = points.parts[name];
    return (part?.points ?? []).slice(0, MOST_POINTS).flatMap((point, index) => {
      const [px, py] = pixelOf(
        domain,
        box,
        locate(point, /** @type {import("../../types.js").Points} */ (part).targets[index]),
      );
      const far = Math.hypot(px - x, py - y);
      return far <= radius ? [{ part: name, index, far }] : [];
    });
  });
  return found.sort((one, other) => one.far - other.far).map(({ part, index }) => ({ part, index }));
}

/** All about one point.
 * @type {(state: State, spot: Spot) => unknown} */
export function aboutPoint({ points, predictions }, { part: name, index }) {
  const part = points?.parts[name];
  if (!points || !part?.points[index]) return nothing;
  const { columns } = points;
  const found = predictions?.parts[name];
  const shown = columns.slice(0, MOST_COLUMNS);
  return html`<b>${words.name[name]} ${index + 1}</b>
    <dl class="numbers">
      ${shown.map((column, at) => html`<dt>${spokenColumn(column)}</dt><dd>${quantity(part.points[index][at])}</dd>`)}
      ${columns.length > shown.length ? html`<dt>${words.more(columns.length - shown.length)}</dt><dd></dd>` : nothing}
      <dt>${words.target}</dt><dd>${targetWords(part.targets[index], points)}</dd>
      ${found && index < found.count ? predictionRows(found, index, points) : nothing}
    </dl>`;
}

/** @type {(found: PartPredictions, index: number, points: DatasetPoints) => unknown} */
function predictionRows({ predicted, confidence, wrong, losses }, index, points) {
  const prediction =
    predicted &&
    (points.targets.kind === "regression" ? quantity(predicted[index]) : className(predicted[index], points));
  // With one output, how likely yes is: of a no the rest.
  const certain =
    confidence && (points.targets.kind === "binary" && !predicted?.[index] ? 1 - confidence[index] : confidence[index]);
  return html`
    ${
      prediction === undefined
        ? nothing
        : html`<dt>${wrong ? (wrong[index] ? words.wrong : words.right) : words.answer}</dt><dd
          class=${wrong?.[index] ? "wrong" : ""}>${prediction}${
            certain === undefined ? nothing : html` (${percent(certain)})`
          }</dd>`
    }
    ${wrong && prediction === undefined ? html`<dt>${wrong[index] ? words.wrong : words.right}</dt><dd></dd>` : nothing}
    <dt>${words.loss}</dt><dd>${quantity(losses[index])}</dd>`;
}
