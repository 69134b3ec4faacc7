// The network's answer: everywhere on the plane, with the points it should get right, and how well it does in numbers.

import { html, nothing, render, svg } from "lit";
import { historyNow } from "../../current_step.js";
import { shapePath } from "../../draw/shapes.js";
import { textButton } from "../../fields.js";
import { percent, quantity } from "../../format.js";
import { indexAt } from "../../history.js";
import { isPaintable } from "../../paint.js";
import { paletteOf, targetLook, targetScale } from "../../palette.js";
import { set } from "../../store.js";
import { strings } from "../../strings.js";
import { planeView, rounded } from "./plane_view.js";

/** @import { Page } from "../../main.js" */
/** @import { State } from "../../store.js" */
/** @import { DatasetPoints } from "../../types.js" */
/** @import { Palette } from "../../draw/colors.js" */

const words = strings.output;

/** @param {HTMLElement} root @param {Page} page */
export function outputPanel(root, page) {
  const { store, loop } = page;
  root.ariaLabel = words.title;
  render(frame(), root);
  const part = (/** @type {string} */ name) => /** @type {HTMLElement} */ (root.querySelector(`.${name}`));
  planeView(part("picture"), part("axes-menus"), page);

  loop.watch(
    (state) => [historyNow(state), state.experiment?.task, state.confirmed, state.visit],
    () => render(figures(store.state), part("figures")),
  );
  loop.watch(
    ({ points, scheme, view, tool, brush, own }) => [points, scheme, view.axes, tool, brush, own],
    (points, scheme, ..._) => render(points ? legend(points, paletteOf(scheme)) : nothing, part("legend")),
  );
  loop.watch(
    ({ showTest, showValidation, markWrong, hardClasses, contours, points }) => [
      showTest,
      showValidation,
      markWrong,
      hardClasses,
      contours,
      points,
    ],
    () => render(switches(store.state), part("switches")),
  );

  function frame() {
    return html`
      <div class="panel-head"><h2>${words.title}</h2><div class="axes-menus"></div></div>
      <div class="figures"></div>
      <div class="picture"></div>
      <div class="legend"></div>
      <div class="switches" role="group" aria-label=${words.show}></div>
      ${textButton({ text: words.tryOwn, help: words.tryOwnHelp, class: "try-own", click: tryOwn })}
    `;
  }

  /** Where the charts are in another part of the page, the way to the form that is among them. */
  function tryOwn() {
    store.apply(set, { tab: "charts", dock: "predict" });
    requestAnimationFrame(() => document.getElementById("tab-predict")?.focus());
  }

  /** What is shown besides; each only where it makes sense.
   * @param {State} state */
  function switches(state) {
    const { points } = state;
    const kind = points?.targets.kind;
    /** @type {[keyof State, [string, string, string], boolean][]} */
    const all = [
      ["showTest", words.showTest, Boolean(points?.parts.test)],
      ["showValidation", words.showValidation, Boolean(points?.parts.validation)],
      ["markWrong", words.markWrong, kind !== "regression"],
      ["hardClasses", words.hard, kind !== "regression"],
      ["contours", words.contours, points?.columns.length !== 1],
    ];
    return html`<span class="label" aria-hidden="true">${words.show}</span>
      ${all
        .filter(([, , fits]) => fits)
        .map(
          ([
            fact,
            [label, name, help],
          ]) => html`<button type="button" class="chip" aria-pressed=${state[fact] === true ? "true" : "false"}
        aria-label=${name} aria-description=${help}
        @click=${() => store.apply(set, { [fact]: !store.state[fact] })}>${label}</button>`,
        )}`;
  }

  /** Losses and the task's metrics, of training and test.
   * @param {State} state */
  function figures(state) {
    const { catalogue, experiment, visit } = state;
    if (!catalogue || !experiment) return nothing;
    const history = historyNow(state);
    const at = visit === null ? history.length - 1 : indexAt(history, visit);
    const value = (/** @type {string} */ column) => history.columns[column]?.[at] ?? null;
    const metrics = catalogue.families.metric.entries.filter(({ tasks }) => !tasks || tasks.includes(experiment.task));
    const rows = [
      { name: "loss", label: words.loss, help: words.lossHelp, format: quantity },
      ...metrics.map(({ name, label, summary, share }) => ({
        name,
        label,
        help: summary,
        format: share ? percent : quantity,
      })),
    ];
    return html`<table class="numbers">
      <thead><tr><td></td><th scope="col"><i class="swatch train"></i>${words.train}</th><th scope="col"><i
        class="swatch test"></i>${words.test}</th></tr></thead>
      <tbody>${rows.map(
        ({ name, label, help, format }) => html`<tr>
          <th scope="row" aria-description=${help}>${label}</th>
          <td><output data-value="train-${name.replaceAll("_", "-")}">${format(value(`train_${name}`))}</output></td>
          <td><output data-value="test-${name.replaceAll("_", "-")}">${format(value(`test_${name}`))}</output></td>
        </tr>`,
      )}</tbody>
    </table>`;
  }

  /** What the colors mean; where points can be painted, a click on a color takes it up as a brush.
   * @type {(points: DatasetPoints, palette: Palette) => unknown} */
  function legend(points, palette) {
    const { targets, columns, parts } = points;
    const regression = targets.kind === "regression";
    const scale = targetScale(parts.train?.targets ?? []);
    const look = targetLook(palette, targets.kind, scale);
    const values = regression
      ? [scale.middle - scale.limit, scale.middle + scale.limit]
      : (targets.classes ?? []).map((_, index) => index);
    const names = values.map((value) =>
      entry(
        points,
        value,
        regression ? rounded(value) : (targets.classes?.[value] ?? ""),
        look(targets.kind === "multilabel" ? oneLabel(value) : value),
      ),
    );
    const others =
      columns.length > 2 && store.state.view.axes !== "principal"
        ? html`<span class="caption">${words.other}</span>`
        : nothing;
    return names.length === 2 && targets.kind !== "multilabel"
      ? html`<div class="ramp">${names[0]}<span class="scale"></span>${names[1]}${others}</div>`
      : html`<div class="classes">${names}${others}</div>`;
  }

  /** @type {(points: DatasetPoints, value: number, name: string, look: { color: string, shape: number }) => unknown} */
  function entry(points, value, name, { color, shape }) {
    const { tool, brush, own } = store.state;
    const shown = html`<svg viewBox="-8 -8 16 16" width="14" height="14"
      aria-hidden="true">${svg`<path d=${shapePath(shape, 5)} fill=${color}/>`}</svg>${name}`;
    if (!own || !isPaintable(points) || points.columns.length === 1) return html`<span class="class">${shown}</span>`;
    const taken = tool === "paint" && brush === value;
    return html`<button type="button" class="class" aria-pressed=${taken ? "true" : "false"}
      aria-label=${words.brush(name)}
      aria-description=${words.brushHelp}
      @click=${() => store.apply(set, { tool: taken ? null : "paint", brush: value })}>${shown}</button>`;
  }
}

/** Several labels of which one holds.
 * @type {(label: number) => number[]} */
const oneLabel = (label) => Array.from({ length: label + 1 }, (_, index) => Number(index === label));
