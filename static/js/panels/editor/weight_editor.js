// One weight or bias: its value now, another one, and what it is worth.

import { html, nothing } from "lit";
import { slider, textButton } from "../../fields.js";
import { percent, quantity } from "../../format.js";
import { weightName } from "../../names.js";
import { strings } from "../../strings.js";
import { placeOf, sumsOf, weightValue } from "../../weights.js";

/** @import { Page } from "../../main.js" */
/** @import { State } from "../../store.js" */
/** @import { AblationCost, NumberSpec } from "../../types.js" */

const words = strings.weight;
const USUAL = 3; // the slider's ends, unless the weight is larger

/** The editor of a weight; null where there is none.
 * @type {(page: Page, part: string, state: State) => { title: string, body: unknown } | null} */
export function weightEditor({ actions }, part, state) {
  const place = placeOf(part);
  const value = place ? weightValue(state.parameters, place) : undefined;
  if (!place || value === undefined) return null;
  const change = (/** @type {number} */ to, sliding = false) => actions.setWeights([{ ...place, value: to }], sliding);
  const own = state.parameters?.layers[place.layer];
  const units = state.experiment?.layers[place.layer]?.units ?? own?.fan_out ?? 1;
  // The cost is that of the whole connection, which in a maxout layer has one weight per piece.
  const sums = own && place.input !== null ? sumsOf(own, units, place.unit % units) : [place.unit];
  const off = () => actions.setWeights(sums.map((unit) => ({ ...place, unit, value: 0 })));
  const cost = state.inspection?.part === part ? state.inspection.cost : null;
  const title = weightName(state, place);
  return {
    title: title.charAt(0).toUpperCase() + title.slice(1),
    body: html`
      <p class="summary">${place.input === null ? words.bias : words.weight}</p>
      ${slider({
        spec: weightSpec(words.value),
        value: short(value),
        usual: Math.max(USUAL, Math.ceil(Math.abs(value))),
        sink: { change, slide: (to) => change(to, true), refuse: actions.tellRefusal },
      })}
      ${place.input === null ? nothing : costLine(cost, words.without)}
      <div class="actions">
        ${textButton({ text: place.input === null ? words.zero : words.off, help: words.zeroHelp, click: off })}
      </div>
    `,
  };
}

/** What a field for a weight needs to know.
 * @type {(label: string) => NumberSpec} */
export const weightSpec = (label) => ({
  label,
  help: words.valueHelp,
  minimum: null,
  maximum: null,
  integer: false,
  scale: "linear",
  unit: null,
});

/** As many digits as are worth showing.
 * @type {(value: number) => number} */
export const short = (value) => Number(value.toPrecision(4));

/** What it would cost to do without.
 * @type {(cost: AblationCost | null, without: string) => unknown} */
export function costLine(cost, without) {
  if (!cost) return html`<p class="summary">${words.asking}</p>`;
  const rows = Object.keys(cost.before).slice(0, 2);
  const show = (/** @type {string} */ name, /** @type {number | null | undefined} */ value) =>
    /accuracy|match/.test(name) ? percent(value) : quantity(value);
  return html`<table class="cost numbers" aria-label=${without}>
    <thead><tr><th scope="col">${words.part[cost.part]}</th><th scope="col">${words.now}</th><th
      scope="col">${without}</th></tr></thead>
    <tbody>${rows.map(
      (name) =>
        html`<tr><th
          scope="row">${name.replaceAll("_", " ")}</th><td>${show(
            name,
            cost.before[name],
          )}</td><td>${show(name, cost.after[name])}</td></tr>`,
    )}</tbody>
  </table>`;
}
