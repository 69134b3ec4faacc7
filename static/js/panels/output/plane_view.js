// The plane with the answer and the points on it: looked at from near and far, asked about its points, painted on.

import { html, nothing, render } from "lit";
import { lastStep } from "../../current_step.js";
import { Canvas } from "../../draw/canvas.js";
import { iconButton, menu } from "../../fields.js";
import { percent, quantity } from "../../format.js";
import { listenToPointers } from "../../gestures.js";
import { icons } from "../../icons.js";
import { className, spokenColumn } from "../../names.js";
import { erased, flipped, isEnough, isPaintable, painted, paintedPatch } from "../../paint.js";
import { paletteOf } from "../../palette.js";
import { placeAtPointer } from "../../placement.js";
import {
  answerAt,
  domainOf,
  isCurve,
  locator,
  panned,
  pixelOf,
  placeAt,
  sameAxes,
  WHOLE,
  wholeOf,
  zoomed,
} from "../../plane.js";
import { set } from "../../store.js";
import { strings } from "../../strings.js";
import { aboutPoint, drawScatter, spotsNear } from "../shared/scatter.js";
import { AnswerPicture } from "./answer_picture.js";

/** @import { Page } from "../../main.js" */
/** @import { State, Tool } from "../../store.js" */
/** @import { Axes, DatasetPoints } from "../../types.js" */
/** @import { Spot } from "../../paint.js" */

const words = strings.plane;
const REACH = { mouse: 9, touch: 20 }; // pixels around a point that mean it
const TOOLS = /** @type {const} */ (["flip", "erase"]);
const RUBBER = 12;
const SPRAY = 14; // pixels between points that are painted in one stroke
const NEARER = 0.7;
const STEP = 0.1; // of the picture, for each press of an arrow key

/** @param {HTMLElement} root @param {HTMLElement} menus where the columns are chosen @param {Page} page */
export function planeView(root, menus, { store, actions, loop }) {
  render(frame(), root);
  const part = (/** @type {string} */ name) => /** @type {HTMLElement} */ (root.querySelector(`.${name}`));
  const map = new Canvas(/** @type {HTMLCanvasElement} */ (root.querySelector("canvas.map")));
  const over = new Canvas(/** @type {HTMLCanvasElement} */ (root.querySelector("canvas.points")));
  const bubble = part("bubble");
  const picture = new AnswerPicture();
  /** Where the pointer is, and the point it means. @type {{ x: number, y: number, spot: Spot | null } | null} */
  let pointer = null;
  /** Where the last point of a stroke was painted. @type {{ x: number, y: number } | null} */
  let last = null;
  let edited = false;

  loop.watch(
    ({ boundary, points, scheme, hardClasses, contours, view, visible }) => [
      boundary,
      points,
      scheme,
      hardClasses,
      contours,
      view,
      visible.output,
    ],
    (boundary, points, scheme, hard, contours, view, visible) => {
      if (!boundary || !points || !visible) return;
      map.paint((context, width, height) =>
        picture.draw(context, { x: 0, y: 0, width, height }, boundary, points, paletteOf(scheme), {
          hard,
          contours,
          view,
        }),
      );
      map.element.dataset.step = String(boundary.step);
      map.element.dataset.epoch = String(boundary.epoch);
    },
  );
  loop.watch(
    (state) => {
      const { points, scheme, showTest, showValidation, markWrong, predictions, view, visible } = state;
      return [
        points,
        scheme,
        showTest,
        showValidation,
        markWrong,
        markWrong && predictions,
        view,
        visible.output,
        lastStep(state),
      ];
    },
    () => {
      drawPoints();
      over.element.dataset.trained = lastStep(store.state)?.samples.join() ?? "";
    },
  );
  loop.watch(
    ({ points, view, predictions, boundary }) => [points, view, predictions, boundary],
    () => {
      if (pointer) tell();
    },
  );
  loop.watch(
    ({ points, view }) => [points, view],
    (points, _) => render(points ? axes(store.state, points) : nothing, part("axes")),
  );
  loop.watch(
    ({ points, view, tool, own }) => [points, view, tool, own],
    (points, view, tool, _) => {
      render(points ? toolbar(store.state, points) : nothing, part("plane-tools"));
      render(points && points.columns.length > 2 ? axesMenus(view.axes, points) : nothing, menus);
      over.element.style.touchAction = tool ? "none" : "pan-y";
      over.element.dataset.tool = tool ?? "";
    },
  );

  function frame() {
    return html`
      <div class="plane-tools" role="group" aria-label=${words.tool}></div>
      <div class="plane">
        <canvas class="map" role="img" aria-label=${strings.output.canvas("")}></canvas>
        <canvas class="points" tabindex="0" role="group" aria-label=${words.name} aria-describedby="plane-help"
          @keydown=${keys}></canvas>
        <div class="axes" aria-hidden="true"></div>
      </div>
      <div class="bubble" role="status" hidden></div>
      <p id="plane-help" hidden>${words.help}</p>
    `;
  }

  const box = () => ({ x: 0, y: 0, width: over.element.clientWidth, height: over.element.clientHeight });

  function drawPoints() {
    const { points, visible, scheme } = store.state;
    if (!points || !visible.output) return;
    over.paint((context, width, height) =>
      drawScatter(context, { x: 0, y: 0, width, height }, store.state, paletteOf(scheme), pointer?.spot ?? null),
    );
  }

  // ---- pointing, and moving about ----

  listenToPointers(over.element, {
    drawing: () => store.state.tool !== null,
    point: (x, y, type) => {
      const [spot = null] = spotsNear(store.state, box(), x, y, type === "mouse" ? REACH.mouse : REACH.touch);
      pointer = { x, y, spot };
      tell();
      drawPoints();
    },
    leave: forget,
    draw,
    drawn: submit,
    drag: (right, down) => {
      const { width, height } = box();
      move((domain) => panned(domain, -right / width, down / height));
      forget();
    },
    zoom: (factor, x, y) => zoom(factor, x, y),
  });

  function forget() {
    pointer = null;
    bubble.hidden = true;
    drawPoints();
  }

  /** @param {(domain: import("../../types.js").Domain, points: DatasetPoints)
   *    => import("../../types.js").Domain} change */
  function move(change) {
    const { points, view } = store.state;
    if (points) store.apply(set, { view: { ...view, domain: change(domainOf(points, view), points) } });
  }

  /** @type {(factor: number, x?: number, y?: number) => void} */
  function zoom(factor, x = box().width / 2, y = box().height / 2) {
    move((domain, points) =>
      zoomed(domain, factor, placeAt(domain, box(), x, y), wholeOf(points, store.state.view.axes)),
    );
  }

  const whole = () => store.apply(set, { view: { ...store.state.view, domain: null } });

  /** @param {KeyboardEvent} event */
  function keys(event) {
    /** @type {Record<string, () => void>} */
    const deeds = {
      "+": () => zoom(NEARER),
      "=": () => zoom(NEARER),
      "-": () => zoom(1 / NEARER),
      0: whole,
      ArrowLeft: () => move((domain) => panned(domain, -STEP, 0)),
      ArrowRight: () => move((domain) => panned(domain, STEP, 0)),
      ArrowUp: () => move((domain) => panned(domain, 0, STEP)),
      ArrowDown: () => move((domain) => panned(domain, 0, -STEP)),
      n: () => next(1),
      p: () => next(-1),
      Escape: () => {
        forget();
        store.apply(set, { tool: null });
      },
    };
    const deed = deeds[event.key];
    if (!deed || event.ctrlKey || event.metaKey || event.altKey) return;
    event.preventDefault();
    deed();
  }

  /** The next of the training points, for those who do not point. @param {1 | -1} direction */
  function next(direction) {
    const { points, view } = store.state;
    const part = points?.parts.train;
    if (!points || !part) return;
    const count = part.points.length;
    const index = pointer?.spot?.part === "train" ? (pointer.spot.index + direction + count) % count : 0;
    const [x, y] = pixelOf(
      domainOf(points, view),
      box(),
      locator(points, view.axes)(part.points[index], part.targets[index]),
    );
    pointer = { x, y, spot: { part: "train", index } };
    tell();
    drawPoints();
  }

  // ---- what is under the pointer ----

  function tell() {
    const { points, tool } = store.state;
    if (!pointer || !points) return;
    const content = pointer.spot
      ? aboutPoint(store.state, pointer.spot)
      : tool
        ? nothing
        : aboutPlace(store.state, points);
    bubble.hidden = content === nothing;
    render(content, bubble);
    const { left, top } = over.element.getBoundingClientRect();
    if (!bubble.hidden) placeAtPointer(bubble, left + pointer.x, top + pointer.y);
  }

  /** A place without a point: where it is, and what the network says there.
   * @type {(state: State, points: DatasetPoints) => unknown} */
  function aboutPlace({ boundary, view }, points) {
    if (!pointer || !boundary || isCurve(points) || !sameAxes(boundary.axes, view.axes ?? points.axes)) return nothing;
    const at = placeAt(domainOf(points, view), box(), pointer.x, pointer.y);
    const told = answerAt(boundary, at);
    if (!told) return nothing;
    const answer =
      told.confidence === undefined
        ? quantity(told.value)
        : `${className(told.value, points)} (${percent(told.confidence)})`;
    return html`<dl
      class="numbers"><dt>${words.here}</dt><dd>${at
        .map((value) => value.toFixed(2).replace("-", "\u2212"))
        .join(", ")}</dd>
      <dt>${strings.points.answer}</dt><dd>${answer}</dd></dl>`;
  }

  // ---- painting ----

  /** @type {(x: number, y: number, first: boolean) => void} */
  function draw(x, y, first) {
    const { points, tool, brush, view } = store.state;
    if (!points || !tool) return;
    if (first) last = null;
    let after = points;
    if (tool === "paint") {
      if (last && Math.hypot(x - last.x, y - last.y) < SPRAY) return;
      last = { x, y };
      after = painted(points, placeAt(domainOf(points, view), box(), x, y), brush);
    } else if (tool === "erase") {
      after = erased(points, spotsNear(store.state, box(), x, y, RUBBER));
    } else if (first) {
      const [spot] = spotsNear(store.state, box(), x, y, REACH.touch);
      if (spot) after = flipped(points, spot);
    }
    if (after === points) return;
    edited = true;
    store.apply(set, { points: after, predictions: null });
  }

  /** A stroke is over: what is seen becomes the data. */
  function submit() {
    const { points, experiment } = store.state;
    if (!edited || !points || !experiment) return;
    edited = false;
    if (!isEnough(points)) actions.tellRefusal(words.tooFew);
    actions.change(paintedPatch(points, experiment), { reset: true, keep: true });
  }

  // ---- around it ----

  /** @type {(state: State, points: DatasetPoints) => unknown} */
  function axes({ view }, points) {
    const domain = domainOf(points, view);
    const [across, upwards] = axisNames(points, view.axes);
    return html`
      <span class="x low">${rounded(domain[0])}</span><span class="x name">${across}</span><span
        class="x high">${rounded(domain[1])}</span>
      <span class="y high">${rounded(domain[3])}</span><span class="y name">${upwards}</span><span
        class="y low">${rounded(domain[2])}</span>
    `;
  }

  /** @type {(state: State, points: DatasetPoints) => unknown} */
  const toolbar = ({ view, tool, own }, points) => html`
    ${iconButton({ icon: icons.plus, name: words.nearer, help: words.nearerHelp, click: () => zoom(NEARER) })}
    ${iconButton({ icon: icons.minus, name: words.farther, help: words.fartherHelp, click: () => zoom(1 / NEARER) })}
    ${iconButton({
      icon: icons.fit,
      name: words.whole,
      help: words.wholeHelp,
      disabled: view.domain === null,
      click: whole,
    })}
    ${
      own && isPaintable(points)
        ? TOOLS.map(
            (each) => html`<button type="button" class="icon-button" aria-pressed=${tool === each ? "true" : "false"}
      aria-label=${words.tools[each]} aria-description=${words.toolHelp[each]}
      @click=${() => take(each)}>${icons[each]}</button>`,
          )
        : nothing
    }
  `;

  /** Takes up a tool, or puts it down. @type {(next: Tool, value?: number) => void} */
  function take(next, value) {
    const { tool, brush } = store.state;
    const same = tool === next && (value === undefined || value === brush);
    store.apply(set, { tool: same ? null : next, brush: value ?? brush });
    forget();
  }

  /** @type {(axes: Axes | null, points: DatasetPoints) => unknown} */
  function axesMenus(chosen, points) {
    const [across, upwards] = Array.isArray(chosen) ? chosen : points.axes;
    const columns = points.columns.map((name, index) => ({ value: String(index), label: spokenColumn(name) }));
    const look = (/** @type {Axes | null} */ axes) => store.apply(set, { view: { ...WHOLE, axes } });
    const place = (/** @type {0 | 1} */ direction) => (/** @type {string} */ value) => {
      if (value === "principal") return look("principal");
      const others = /** @type {[number, number]} */ ([across, upwards]);
      const column = Number(value);
      if (others[1 - direction] === column) others[1 - direction] = others[direction]; // the two change places
      others[direction] = column;
      look(others);
    };
    if (chosen === "principal") {
      return menu({
        label: words.plane,
        help: words.planeHelp,
        hideLabel: true,
        value: "principal",
        items: [
          { value: "principal", label: words.principal },
          { value: "columns", label: words.columns },
        ],
        change: () => look(null),
      });
    }
    return html`
      ${menu({
        label: words.across,
        help: words.planeHelp,
        hideLabel: true,
        value: String(across),
        items: [...columns, { value: "principal", label: words.principal }],
        change: place(0),
      })}
      ${menu({
        label: words.upwards,
        help: words.planeHelp,
        hideLabel: true,
        value: String(upwards),
        items: columns,
        change: place(1),
      })}
    `;
  }
}

/** What the axes are called.
 * @type {(points: DatasetPoints, axes: Axes | null) => [string, string]} */
function axisNames(points, axes) {
  if (axes === "principal") return [words.first, words.second];
  const [first, second] = axes ?? points.axes;
  return [
    spokenColumn(points.columns[first]),
    isCurve(points) ? strings.output.target : spokenColumn(points.columns[second]),
  ];
}

/** A number for the end of an axis.
 * @type {(value: number) => string} */
export function rounded(value) {
  return String(Number(value.toPrecision(2))).replace("-", "\u2212");
}
