// The errors: which classes are confused, how well each is found, and ROC; or how far answers are from their targets.

import { html, nothing, render, svg } from "lit";
import { curvePath } from "../../draw/curve.js";
import { percent, quantity } from "../../format.js";
import { strings } from "../../strings.js";

/** @import { Page } from "../../main.js" */
/** @import { State } from "../../store.js" */
/** @import { ClassEvaluation, PartEvaluation } from "../../types.js" */

const words = strings.errors;
const PARTS = /** @type {const} */ (["train", "validation", "test"]);
const MOST_NAMED = 12; // classes whose names fit beside a table
const PLOT = { width: 180, height: 180 };

/** @param {HTMLElement} root @param {Page} page */
export function errorsPanel(root, { store, actions, loop }) {
  loop.watch(
    ({ evaluation, dock }) => [evaluation, dock],
    () => {
      if (store.state.dock === "errors") render(template(store.state), root);
    },
  );
  loop.watch(
    ({ history, visible, phase, dock, confirmed }) => [visible.dock, history, phase, dock, confirmed],
    (visible, _history, _phase, dock, _confirmed) => {
      if (visible && dock === "errors") actions.polling.evaluate();
    },
  );
}

/** @param {State} state */
function template({ evaluation }) {
  if (!evaluation) return html`<p class="empty-note">${words.waiting}</p>`;
  const { classes, parts } = evaluation;
  return html`<div class="evaluations">
    ${PARTS.map((name) =>
      parts[name]
        ? html`<section class="evaluation">
      <h3>${words.part[name]} <span class="caption">${words.samples(parts[name].samples, parts[name].all)}</span></h3>
      ${classes ? classification(parts[name], classes) : regression(parts[name])}
    </section>`
        : nothing,
    )}
  </div>`;
}

/** @type {(part: PartEvaluation, names: string[]) => unknown} */
function classification({ confusion, classes: rows, calibration }, names) {
  const classes = rows ?? [];
  return html`<div class="evaluation-body">
    ${confusion ? confusionTable(confusion, names) : nothing}
    ${classTable(classes)}
    ${classes.some(({ roc }) => roc.true_positive_rate.length > 0) ? rocPlot(classes) : nothing}
  </div>
  ${
    calibration
      ? html`<p class="caption" aria-description=${words.calibrationHelp}>${words.calibration} <b
        class="numbers">${percent(calibration.error)}</b></p>`
      : nothing
  }`;
}

/** @type {(confusion: number[][], names: string[]) => unknown} */
const confusionTable = (
  confusion,
  names,
) => html`<table class="confusion numbers" aria-description=${words.confusionHelp}>
  <caption>${words.confusion}</caption>
  <thead><tr><td></td>${names.map((name) => html`<th scope="col">${short(name, names)}</th>`)}</tr></thead>
  <tbody>${confusion.map((row, truth) => {
    const all = row.reduce((sum, count) => sum + count, 0);
    return html`<tr><th scope="row">${short(names[truth], names)}</th>${row.map(
      (count, said) => html`<td
      class=${said === truth ? "right" : "wrong"} .style=${`--share: ${all ? count / all : 0}`}>${count}</td>`,
    )}</tr>`;
  })}</tbody>
</table>`;

/** @type {(name: string, names: string[]) => string} */
const short = (name, names) => (names.length > MOST_NAMED ? name.slice(0, 3) : name);

/** @type {(classes: ClassEvaluation[]) => unknown} */
const classTable = (classes) => html`<table class="numbers">
  <caption>${words.classes}</caption>
  <thead><tr><td></td>${words.columns.map(
    ([label, help]) => html`<th scope="col" aria-description=${help}>${label}</th>`,
  )}</tr></thead>
  <tbody>${classes.map(
    ({ name, precision, recall, f1, auc }) => html`<tr><th scope="row">${name}</th>
    <td>${percent(precision)}</td><td>${percent(recall)}</td><td>${percent(f1)}</td><td>${quantity(auc)}</td></tr>`,
  )}</tbody>
</table>`;

/** Of two classes one curve says it all.
 * @type {(classes: ClassEvaluation[]) => unknown} */
function rocPlot(classes) {
  const { width, height } = PLOT;
  const whole = { x: /** @type {[number, number]} */ ([0, 1]), y: /** @type {[number, number]} */ ([0, 1]) };
  const shown = classes.length === 2 ? classes.slice(1) : classes;
  const color = (/** @type {ClassEvaluation} */ one) => `stroke: var(--class-${classes.indexOf(one) % 10})`;
  return html`<figure class="small-plot"><figcaption>${words.roc}</figcaption>
    <svg viewBox="0 0 ${width} ${height}" role="img" aria-label=${words.rocHelp}>
      ${svg`<path class="axis" d="M0 ${height}L${width} 0"/>`}
      ${shown.map(
        (one) =>
          svg`<path class="line" .style=${color(one)}
            d=${curvePath(one.roc.false_positive_rate, one.roc.true_positive_rate, whole, width, height)}/>`,
      )}
    </svg></figure>`;
}

/** @type {(part: PartEvaluation) => unknown} */
function regression({ regression: told }) {
  if (!told) return nothing;
  const rows = [
    [words.mae, told.mean_absolute_error],
    [words.rmse, told.root_mean_squared_error],
    [words.r2, told.r2],
    [words.bias, told.bias],
  ];
  return html`<div class="evaluation-body">
    <table class="numbers"><tbody>${rows.map(
      ([label, value]) =>
        html`<tr><th scope="row">${label}</th><td>${quantity(/** @type {number | null} */ (value))}</td></tr>`,
    )}</tbody></table>
    ${scatter(told.targets, told.predictions)}
  </div>`;
}

/** Answers over targets: on the diagonal all is right.
 * @type {(targets: (number | null)[], answers: (number | null)[]) => unknown} */
function scatter(targets, answers) {
  const { width, height } = PLOT;
  const pairs = targets.flatMap((target, index) => {
    const answer = answers[index];
    return target === null || answer === null ? [] : [{ target, answer }];
  });
  if (pairs.length === 0) return nothing;
  const all = pairs.flatMap(({ target, answer }) => [target, answer]);
  const low = Math.min(...all);
  const span = Math.max(...all) - low || 1;
  const at = (/** @type {number} */ value) => ((value - low) / span) * (width - 8) + 4;
  const dots = pairs
    .map(({ target, answer }) => `M${at(target).toFixed(1)} ${(height - at(answer)).toFixed(1)}h0`)
    .join("");
  return html`<figure class="small-plot"><figcaption>${words.scatter}</figcaption>
    <svg viewBox="0 0 ${width} ${height}" role="img" aria-label=${words.scatterHelp}>
      ${svg`<path class="axis" d="M0 ${height}L${width} 0"/><path class="dots" d=${dots}/>`}
    </svg></figure>`;
}
