// One unit, closely: its picture, its sum in numbers, its activation with the sums it gets, what it is worth, its
// weights.

import { html, nothing, ref, svg } from "lit";
import { curvePath, flatShare, originIn, windowOf } from "../../draw/curve.js";
import { Heatmap } from "../../draw/heatmap.js";
import { chosen } from "../../experiment.js";
import { changing, iconButton, numberInput, textButton } from "../../fields.js";
import { percent } from "../../format.js";
import { icons } from "../../icons.js";
import { inputName, layerName } from "../../names.js";
import { paletteOf } from "../../palette.js";
import { set } from "../../store.js";
import { strings } from "../../strings.js";
import { sumsOf, termsOf } from "../../weights.js";
import { drawScatter } from "../shared/scatter.js";
import { unitTables } from "../shared/unit_colors.js";
import { costLine, short, weightSpec } from "./weight_editor.js";

/** @import { Page } from "../../main.js" */
/** @import { State } from "../../store.js" */
/** @import { Curve, Entry, LayerParameters, UnitHistogram } from "../../types.js" */

const words = strings.unit;
const MAP = 272;
const CURVE = { width: 272, height: 110 };
const TALLEST = 4;
const TERMS = 6; // of a sum that are written out
const picture = new Heatmap();

/** The view of a unit such as `unit.0.2`; null where there is none.
 * @type {(page: Page, part: string, state: State) => { title: string, body: unknown } | null} */
export function unitView(page, part, state) {
  const { store, actions } = page;
  const [, layer, unit] = part.split(".").map(Number);
  const { experiment, parameters, catalogue, inspection } = state;
  const own = parameters?.layers[layer];
  const last = experiment?.layers.length ?? 0;
  const units = own ? (experiment?.layers[layer]?.units ?? own.fan_out) : 0;
  if (!experiment || !catalogue || !own || unit >= units) return null;
  const entry = chosen(catalogue, "activation", (experiment.layers[layer] ?? experiment.output).activation);
  const found = inspection?.part === part ? inspection : null;
  const to = (/** @type {number} */ next) =>
    store.apply(set, { editing: `unit.${layer}.${(next + units) % units}`, inspection: null });
  const pieces = sumsOf(own, units, unit);
  return {
    title: strings.network.unit(layerName(layer, last), unit),
    body: html`
      <div class="unit-steps">
        ${iconButton({
          icon: icons.previous,
          name: words.previous,
          help: words.stepHelp,
          disabled: units < 2,
          click: () => to(unit - 1),
        })}
        <span class="caption">${words.of(unit + 1, units)}</span>
        ${iconButton({
          icon: icons.next,
          name: words.next,
          help: words.stepHelp,
          disabled: units < 2,
          click: () => to(unit + 1),
        })}
      </div>
      <canvas class="unit-map" width=${MAP * 2} height=${MAP * 2} role="img" aria-label=${words.map}
        ${ref((canvas) => drawMap(canvas, state, layer, unit))}></canvas>
      <div class="equation numbers">
        ${pieces.map((sum, piece) => equation(state, layer, sum, own, pieces.length > 1 ? words.piece(piece + 1) : ""))}
        <p>${words.output} = ${
          pieces.length > 1
            ? words.largest
            : words.applied(entry?.label ?? "", experiment.layers[layer]?.batch_normalization?.position)
        }</p>
      </div>
      ${entry?.curve ? activation(entry, entry.curve, found?.units[unit]) : nothing}
      ${layer < last ? costLine(found?.cost ?? null, words.without) : nothing}
      ${pieces.map((sum, piece) =>
        weights(page, state, layer, sum, own, pieces.length > 1 ? words.piece(piece + 1) : ""),
      )}
      <div class="actions">
        ${
          layer < last
            ? textButton({
                text: words.off,
                help: words.offHelp,
                disabled: !state.own,
                click: () => switchOff(parameters.layers[layer + 1]),
              })
            : nothing
        }
      </div>
    `,
  };

  /** Sets all weights from the unit to the next layer to 0. @param {LayerParameters} following */
  function switchOff(following) {
    actions.setWeights(
      Array.from({ length: following.fan_out }, (_, to) => ({ layer: layer + 1, input: unit, unit: to, value: 0 })),
    );
  }
}

/** @type {(canvas: Element | undefined, state: State, layer: number, unit: number) => void} */
function drawMap(canvas, state, layer, unit) {
  const maps = state.neurons?.layers[layer];
  if (!(canvas instanceof HTMLCanvasElement) || !maps || !state.neurons || unit >= maps.units) return;
  const { width, height } = state.neurons;
  const palette = paletteOf(state.scheme);
  const [table] = unitTables(state, maps, layer === state.neurons.layers.length - 1, palette).slice(unit);
  picture.fill(maps.data.subarray(unit * width * height, (unit + 1) * width * height), width, height, table);
  const context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
  context.setTransform(2, 0, 0, 2, 0, 0);
  const box = { x: 0, y: 0, width: MAP, height: MAP };
  picture.draw(context, box);
  context.globalAlpha = 0.8;
  drawScatter(context, box, state, palette, null);
  context.globalAlpha = 1;
}

/** What one of its sums is, in numbers.
 * @type {(state: State, layer: number, sum: number, own: LayerParameters, piece: string) => unknown} */
function equation(state, layer, sum, own, piece) {
  const terms = termsOf(own, sum);
  const shown = terms.slice(0, TERMS);
  const parts = [
    ...shown.map(({ input, weight }) => ({ value: weight, name: inputName(state, layer, input) })),
    { value: own.biases[sum], name: "" },
  ];
  return html`<p>${words.sum}${piece ? ` ${piece}` : nothing} = ${parts.map(({ value, name }, index) => {
    const sign = index === 0 ? (value < 0 ? "\u2212" : "") : value < 0 ? " \u2212 " : " + ";
    const tone = value < 0 ? "negative" : value > 0 ? "positive" : "";
    const left =
      name || terms.length <= TERMS ? nothing : html` <span class="caption">${words.more(terms.length - TERMS)}</span>`;
    return html`${left}<span
      class=${tone}>${sign}${Math.abs(value).toFixed(2)}</span>${name ? html`\u2009${name}` : nothing}`;
  })}</p>`;
}

/** The activation's curve over the sums that the unit gets.
 * @type {(entry: Entry, curve: Curve, histogram?: UnitHistogram) => unknown} */
function activation(entry, curve, { low, high, counts } = { low: 0, high: 0, counts: [] }) {
  const { width, height } = CURVE;
  const shown = windowOf(curve.x, [curve.value], TALLEST);
  const zero = originIn(shown, width, height);
  const most = Math.max(...counts, 1);
  const bin = (high - low) / counts.length;
  const across = (/** @type {number} */ at) => ((at - shown.x[0]) / (shown.x[1] - shown.x[0])) * width;
  const bars = counts.map((count, index) => {
    const [left, right] = [across(low + index * bin), across(low + (index + 1) * bin)];
    const tall = (count / most) * height * 0.9;
    return count > 0
      ? `M${left.toFixed(1)} ${height}V${(height - tall).toFixed(1)}H${Math.max(right, left + 1).toFixed(1)}V${height}Z`
      : "";
  });
  const flat = flatShare(curve, low, bin, counts);
  return html`<svg class="large-curve" viewBox="0 0 ${width} ${height}" role="img"
    aria-label=${words.curve(entry.label)}>
      ${svg`<path class="bars" d=${bars.join("")}/>
        <path class="axis" d="M0 ${zero.y.toFixed(1)}H${width}M${zero.x.toFixed(1)} 0V${height}"/>
        <path class="line" d=${curvePath(curve.x, curve.value, shown, width, height)}/>`}
    </svg>
    <p class="summary">${words.sums}${flat > 0 ? html` ${words.flat(percent(flat))}` : nothing}</p>`;
}

/** Its bias and its weights, each to be changed.
 * @type {(page: Page, state: State, layer: number, sum: number, own: LayerParameters, piece: string) => unknown} */
function weights({ actions }, state, layer, sum, own, piece) {
  const inputs = Array.from({ length: own.fan_in }, (_, input) => input);
  const row = (/** @type {number | null} */ input, /** @type {number} */ value, /** @type {string} */ name) => {
    const spec = weightSpec(input === null ? words.bias : words.weightFrom(name));
    const change = (/** @type {number} */ to) => actions.setWeights([{ layer, input, unit: sum, value: to }]);
    return html`<li><span class="label"
      aria-hidden="true">${name}</span>${numberInput(spec, short(value), {
        change,
        refuse: actions.tellRefusal,
      })}</li>`;
  };
  return html`<details class="unit-weights">
    <summary aria-description=${words.weightsHelp}>${words.weights} ${piece}</summary>
    ${changing(
      state.own,
      html`<ul>
        ${row(null, own.biases[sum], words.bias)}
        ${inputs.map((input) => row(input, own.weights[input * own.fan_out + sum], inputName(state, layer, input)))}
      </ul>`,
    )}
  </details>`;
}
