// The network's answer: everywhere on the plane, with the points it should get right, and how well it does in numbers.

import { scaleLinear } from "d3";
import { html, nothing, render, svg } from "lit";
import { toggle } from "../fields.js";
import { percent, quantity } from "../format.js";
import { lastOf } from "../history.js";
import { paletteOf, targetLook, targetScale } from "../palette.js";
import { Canvas } from "../draw/canvas.js";
import { contourPath } from "../draw/contour.js";
import { Heatmap, decided, rescaled } from "../draw/heatmap.js";
import { drawPoints } from "../draw/points.js";
import { shapePath } from "../draw/shapes.js";
import { set } from "../store.js";
import { strings } from "../strings.js";

/** @import { Page } from "../main.js" */
/** @import { State } from "../store.js" */
/** @import { BoundaryFrame, DatasetPoints, Part, Task } from "../types.js" */
/** @import { Palette } from "../draw/colours.js" */
/** @import { Box } from "../draw/points.js" */

const words = strings.output;
const LIKELY = 127.5; // the byte of a probability of one half
const MOST_POINTS = 3000;

/** @param {HTMLElement} root @param {Page} page */
export function outputPanel(root, page) {
  const { store, frames } = page;
  root.ariaLabel = words.title;
  render(frame(), root);
  const part = (/** @type {string} */ name) => /** @type {HTMLElement} */ (root.querySelector(`.${name}`));
  const map = new Canvas(/** @type {HTMLCanvasElement} */ (root.querySelector("canvas.map")));
  const over = new Canvas(/** @type {HTMLCanvasElement} */ (root.querySelector("canvas.points")));
  const picture = new Heatmap();

  frames.watch(
    ({ boundary, points, scheme, hardClasses, visible }) => [boundary, points, scheme, hardClasses, visible.output],
    (boundary, points, scheme, hard, visible) => {
      if (!boundary || !points || !visible) return;
      const palette = paletteOf(scheme);
      fillPicture(picture, boundary, points, palette, hard);
      const line = palette.css("text");
      map.paint((context, width, height) => {
        const box = { x: 0, y: 0, width, height };
        if (isCurve(points)) return drawCurve(context, boundary, points, box, line);
        picture.draw(context, box);
        drawDecision(context, boundary, points, box, line);
      });
      map.element.dataset.step = String(boundary.step);
    },
  );
  frames.watch(
    ({ points, scheme, showTest, visible }) => [points, scheme, showTest, visible.output],
    (points, scheme, showTest, visible) => {
      if (points && visible) over.paint((context, width, height) => drawAllPoints(context, width, height, points, paletteOf(scheme), showTest));
    },
  );
  frames.watch(
    ({ history, experiment, confirmed }) => [history, experiment?.task, confirmed],
    () => render(figures(store.state), part("figures")),
  );
  frames.watch(
    ({ points, scheme }) => [points, scheme],
    (points, scheme) => render(points ? legend(points, paletteOf(scheme)) : nothing, part("legend")),
  );
  frames.watch(
    ({ showTest, hardClasses, experiment }) => [showTest, hardClasses, experiment?.task],
    (showTest, hardClasses, task) => render(switches(showTest, hardClasses, task), part("switches")),
  );
  frames.watch(
    ({ points }) => [points],
    (points) => render(points ? axes(points) : nothing, part("axes")),
  );

  function frame() {
    return html`
      <div class="panel-head"><h2>${words.title}</h2><div class="switches"></div></div>
      <div class="figures"></div>
      <div class="plane">
        <canvas class="map" role="img" aria-label=${words.canvas("")}></canvas>
        <canvas class="points" aria-hidden="true"></canvas>
        <div class="axes" aria-hidden="true"></div>
      </div>
      <div class="legend"></div>
    `;
  }

  /** @type {(showTest: boolean, hardClasses: boolean, task: Task | undefined) => unknown} */
  const switches = (showTest, hardClasses, task) => html`
    ${toggle({ label: words.showTest, help: words.showTestHelp, checked: showTest, change: (checked) => store.apply(set, { showTest: checked }) })}
    ${task === "regression"
      ? nothing
      : toggle({ label: words.hard, help: words.hardHelp, checked: hardClasses, change: (checked) => store.apply(set, { hardClasses: checked }) })}
  `;

  /** Losses and the task's metrics, of training and test.
   * @param {State} state */
  function figures({ catalogue, experiment, history }) {
    if (!catalogue || !experiment) return nothing;
    const metrics = catalogue.families.metric.entries.filter(({ tasks }) => !tasks || tasks.includes(experiment.task));
    const rows = [
      { name: "loss", label: words.loss, help: words.lossHelp, format: quantity },
      ...metrics.map(({ name, label, summary, share }) => ({ name, label, help: summary, format: share ? percent : quantity })),
    ];
    return html`<table class="numbers">
      <thead><tr><td></td><th scope="col"><i class="swatch train"></i>${words.train}</th><th scope="col"><i class="swatch test"></i>${words.test}</th></tr></thead>
      <tbody>${rows.map(
        ({ name, label, help, format }) => html`<tr>
          <th scope="row" aria-description=${help}>${label}</th>
          <td><output data-value="train-${name.replaceAll("_", "-")}">${format(lastOf(history, `train_${name}`))}</output></td>
          <td><output data-value="test-${name.replaceAll("_", "-")}">${format(lastOf(history, `test_${name}`))}</output></td>
        </tr>`,
      )}</tbody>
    </table>`;
  }

  /** @type {(points: DatasetPoints, palette: Palette) => unknown} */
  function legend({ targets, columns, parts }, palette) {
    if (targets.kind === "regression") {
      const { middle, limit } = targetScale(parts.train?.targets ?? []);
      return html`<div class="ramp"><span class="numbers">${rounded(middle - limit)}</span><span class="scale"></span><span class="numbers">${rounded(middle + limit)}</span></div>`;
    }
    const look = targetLook(palette, targets.kind);
    const names = (targets.classes ?? []).map((name, index) => {
      const { colour, shape } = look(index);
      return html`<span class="class"><svg viewBox="-8 -8 16 16" width="14" height="14" aria-hidden="true">${svg`<path d=${shapePath(shape, 5)} fill=${colour}/>`}</svg>${name}</span>`;
    });
    return html`${targets.kind === "binary"
      ? html`<div class="ramp">${names[0]}<span class="scale"></span>${names[1]}</div>`
      : html`<div class="classes">${names}</div>`}
    ${columns.length > 2 ? html`<p class="summary">${words.other}</p>` : nothing}`;
  }

  /** @type {(points: DatasetPoints) => unknown} */
  function axes(points) {
    const { columns, axes: [first, second], domain } = points;
    const spoken = (/** @type {string} */ name) => name.replaceAll("_", " ").replace(/^x1$/, "x\u2081").replace(/^x2$/, "x\u2082");
    return html`
      <span class="x low">${rounded(domain[0])}</span><span class="x name">${spoken(columns[first])}</span><span class="x high">${rounded(domain[1])}</span>
      <span class="y high">${rounded(domain[3])}</span><span class="y name">${isCurve(points) ? words.target : spoken(columns[second])}</span><span class="y low">${rounded(domain[2])}</span>
    `;
  }
}

/** A number for the end of an axis.
 * @type {(value: number) => string} */
function rounded(value) {
  return String(Number(value.toPrecision(2))).replace("-", "\u2212");
}

/** Whether the answer is one number over one column: then it is drawn as a curve.
 * @type {(points: DatasetPoints) => boolean} */
function isCurve({ columns, targets }) {
  return columns.length === 1 && targets.kind === "regression";
}

/** @type {(context: CanvasRenderingContext2D, frame: BoundaryFrame, points: DatasetPoints, box: Box, colour: string) => void} */
function drawCurve(context, { data, width, low, high }, { domain }, box, colour) {
  const y = scaleLinear([domain[2], domain[3]], [box.y + box.height, box.y]);
  const path = new Path2D();
  for (let at = 0; at < width; at += 1) {
    path.lineTo(box.x + (at / (width - 1)) * box.width, y(low + (data[at] / 255) * (high - low)));
  }
  context.strokeStyle = colour;
  context.lineWidth = 2;
  context.lineJoin = "round";
  context.stroke(path);
}

/** @type {(picture: Heatmap, frame: BoundaryFrame, points: DatasetPoints, palette: Palette, hard: boolean) => void} */
function fillPicture(picture, frame, { targets, parts }, palette, hard) {
  const { data, confidence, width, height, low, high } = frame;
  if (confidence) {
    // What is less likely than this is not shown: the winner of several classes never is, and a label does not hold.
    const several = targets.kind === "multilabel";
    const least = several ? LIKELY : 255 / Math.max(targets.classes?.length ?? 2, 2);
    const strength = (/** @type {number} */ index) =>
      hard ? (several && confidence[index] < LIKELY ? 0 : 255) : Math.max(0, Math.round(((confidence[index] - least) / (255 - least)) * 255));
    picture.each(width, height, (index) => [palette.strength[data[index] % 10], strength(index)]);
  } else if (targets.kind === "regression") {
    const { middle, limit } = targetScale(parts.train?.targets ?? []);
    picture.fill(data, width, height, rescaled(palette.diverging, low, high, limit, middle));
  } else {
    const { middle, limit } = decision(targets);
    picture.fill(data, width, height, hard ? decided(palette.diverging, low, high, middle) : rescaled(palette.diverging, low, high, limit, middle));
  }
}

/** Where an answer turns from no to yes, and how far away the surest ones are.
 * @type {(targets: DatasetPoints["targets"]) => { middle: number, limit: number }} */
function decision({ range }) {
  const [no, yes] = range ?? [0, 1];
  return { middle: (no + yes) / 2, limit: (yes - no) / 2 };
}

/** @type {(context: CanvasRenderingContext2D, frame: BoundaryFrame, points: DatasetPoints, box: Box, colour: string) => void} */
function drawDecision(context, frame, { targets }, box, colour) {
  if (targets.kind === "regression") return;
  const { data, confidence, width, height, low, high } = frame;
  context.strokeStyle = colour;
  context.lineWidth = 1.5;
  context.lineJoin = "round";
  if (!confidence) {
    const { middle } = decision(targets);
    if (!(low < middle && middle < high)) return;
    context.stroke(contourPath(data, width, height, ((middle - low) / (high - low)) * 255, box));
    return;
  }
  for (const winner of new Set(data)) {
    // Where two classes compete, the winner's probability is 1/2 on the border, so what is above it says how far it is.
    // Several labels: where the likeliest one does not hold, none does.
    const lead = (/** @type {number} */ index) => Math.max(confidence[index] - LIKELY, 0.5);
    const holds = (/** @type {number} */ index) => data[index] === winner && (targets.kind !== "multilabel" || confidence[index] > LIKELY);
    const signed = Array.from(data, (_, index) => (holds(index) ? lead(index) : -lead(index)));
    context.stroke(contourPath(signed, width, height, 0, box));
  }
}

/** @type {(context: CanvasRenderingContext2D, width: number, height: number, points: DatasetPoints, palette: Palette, showTest: boolean) => void} */
function drawAllPoints(context, width, height, points, palette, showTest) {
  const { parts, targets, domain } = points;
  const look = targetLook(palette, targets.kind, targetScale(parts.train?.targets ?? []));
  const box = { x: 0, y: 0, width, height };
  /** @type {[Part, string][]} */
  const shown = [["train", palette.css(targets.kind === "regression" ? "muted" : "outline")], ...(showTest ? [/** @type {[Part, string]} */ (["test", palette.css("text")])] : [])];
  for (const [name, outline] of shown) {
    const part = parts[name];
    if (!part) continue;
    const some = { points: part.points.slice(0, MOST_POINTS), targets: part.targets.slice(0, MOST_POINTS) };
    const radius = some.points.length > 600 ? 2.2 : 3;
    const { at, axes } = isCurve(points)
      ? { at: some.points.map(([x], index) => [x, Number(some.targets[index])]), axes: [0, 1] }
      : { at: some.points, axes: points.axes };
    drawPoints(context, box, { points: at, targets: some.targets, axes, domain, look, radius, outline, outlineWidth: 1 });
  }
}
