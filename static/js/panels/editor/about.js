// One thing that can be chosen, explained: its curve, its formula, when to choose it and what goes wrong.

import { html, nothing, ref, svg } from "lit";
import { curvePath, originIn, windowOf } from "../../draw/curve.js";
import { setting } from "../../format.js";
import { strings } from "../../strings.js";

/** @import { Curve, Entry } from "../../types.js" */

const words = strings.editor;
const LARGE = { width: 272, height: 120 };
const TALLEST = 4;

/** Everything the catalogue says about an entry.
 * @type {(entry: Entry) => unknown} */
export function about(entry) {
  const rows = [
    entry.formula ? [words.formula, formula(entry.formula)] : null,
    entry.derivative_formula ? [words.derivative, formula(entry.derivative_formula)] : null,
    entry.range
      ? [words.range, words.from(bound(entry.range[0], "\u2212\u221e"), bound(entry.range[1], "\u221e"))]
      : null,
    entry.when ? [words.usedWhen, entry.when] : null,
    entry.hazard ? [words.hazard, entry.hazard] : null,
    entry.source ? [words.source, entry.source] : null,
  ];
  return html`<div class="about">
    <p>${entry.summary}</p>
    ${entry.curve ? largeCurve(entry.curve, entry.label) : nothing}
    <dl>${rows.map((row) => (row ? html`<dt>${row[0]}</dt><dd>${row[1]}</dd>` : nothing))}</dl>
  </div>`;
}

/** @type {(value: number | null, unbounded: string) => string} */
function bound(value, unbounded) {
  return value === null ? unbounded : setting(Number(value.toPrecision(3))).replace("-", "\u2212");
}

/** @type {(curve: Curve, label: string) => unknown} */
function largeCurve(curve, label) {
  const { width, height } = LARGE;
  const shown = windowOf(curve.x, [curve.value, curve.derivative], TALLEST);
  const zero = originIn(shown, width, height);
  return html`<svg class="large-curve" viewBox="0 0 ${width} ${height}" role="img" aria-label=${words.curve(label)}>
      ${svg`<path class="axis" d="M0 ${zero.y.toFixed(1)}H${width}M${zero.x.toFixed(1)} 0V${height}"/>
        <path class="slope" d=${curvePath(curve.x, curve.derivative, shown, width, height)}/>
        <path class="line" d=${curvePath(curve.x, curve.value, shown, width, height)}/>`}
    </svg>
    <p class="keys"><span class="key line">${words.value}</span><span class="key slope">${words.slope}</span></p>`;
}

/** A formula, set by KaTeX once it is loaded; its source until then.
 * @type {(source: string) => unknown} */
function formula(source) {
  return html`<span class="formula" ${ref((element) => void typeset(element, source))}></span>`;
}

/** @type {(element: Element | undefined, source: string) => Promise<void>} */
async function typeset(element, source) {
  if (!(element instanceof HTMLElement) || element.dataset.source === source) return;
  element.dataset.source = source;
  const { default: katex } = await import("katex");
  if (element.dataset.source === source) katex.render(source, element, { throwOnError: false });
}
