// Over each column of the network its name and what is set there; on each unit a button that opens its view.

import { html, nothing } from "lit";
import { chosen, layerPatch, moveLayerPatch, nameOf } from "../../experiment.js";
import { changing, iconButton, numberInput } from "../../fields.js";
import { icons } from "../../icons.js";
import { LABEL } from "../../layout.js";
import { featureLabel, layerName } from "../../names.js";
import { layerColor, paletteOf } from "../../palette.js";
import { numberSpec } from "../../schema.js";
import { editorToggled } from "../../store.js";
import { strings } from "../../strings.js";
import { activationIcon } from "../shared/activation_icon.js";

/** @import { Page } from "../../main.js" */
/** @import { State } from "../../store.js" */
/** @import { Catalogue, Choice, Experiment, Layer } from "../../types.js" */
/** @import { Column, Layout } from "../../layout.js" */

const words = strings.network;
const LETTER = 7; // the width of one, or a little more
const MOST_LABEL = 96;
const TWO_LINES = 28; // a square as high as two lines of a name
export const HEAD = 108; // the height of the columns' headers
const MOST_BUTTONS = 700; // more units are found by the pointer alone
const SENTENCE = 150; // pixels that a count of zeros needs in words
const GRABBED = 8; // pixels that a header must be dragged to move its layer

/** All that lies over the pictures.
 * @type {(page: Page, layout: Layout, open: (event: MouseEvent, part: string) => void, focus: string | null,
 *    zeros: { zeros: number, all: number }[] | null) => unknown} */
export function columnHeads({ store, actions }, layout, open, focus, zeros) {
  const { experiment, catalogue, editing, scheme, own } = store.state;
  if (!experiment || !catalogue) return nothing;
  const [first, ...others] = layout.columns;
  const last = others.length - 1;
  const unitCount = others.reduce((sum, { cells }) => sum + cells.length, 0);
  return [
    html`<div class="head" .style=${at(first)}><h3>${words.inputs}</h3></div>`,
    experiment.features.map((feature, index) => featureName(feature, first, index, layout.tile, catalogue)),
    others.map((column, index) =>
      index === last
        ? outputHead(column, experiment, catalogue)
        : layerHead(column, index, experiment.layers[index], experiment, catalogue),
    ),
    unitCount > MOST_BUTTONS
      ? nothing
      : others.map((column, layer) => column.cells.map((cell, unit) => unitButton(cell, layer, unit, last))),
  ];

  /** @type {(cell: { x: number, y: number }, layer: number, unit: number, last: number) => unknown} */
  function unitButton({ x, y }, layer, unit, last) {
    const part = `unit.${layer}.${unit}`;
    const style = `left: ${x}px; top: ${HEAD + y}px; width: ${layout.tile}px; height: ${layout.tile}px`;
    return html`<button type="button" class="unit" data-opens=${part} .style=${style}
      tabindex=${part === (focus ?? "unit.0.0") ? 0 : -1}
      aria-haspopup="dialog" aria-expanded=${editing === part ? "true" : "false"}
      aria-label=${words.unit(layerName(layer, last), unit)} aria-description=${words.unitHelp}
      @click=${(/** @type {MouseEvent} */ event) => open(event, part)}></button>`;
  }

  /** @type {(column: Column, index: number, layer: Layer | undefined, experiment: Experiment, catalogue: Catalogue)
   *    => unknown} */
  function layerHead(column, index, layer, experiment, catalogue) {
    if (!layer) return nothing;
    const name = words.layer(index);
    const spec = { ...numberSpec(store.state.schema, "layers.0.units"), label: words.unitsOf(name) };
    const change = (/** @type {number} */ units) =>
      actions.change(layerPatch(store.state.experiment ?? experiment, index, { units }));
    return html`<div class="head" .style=${at(column)}>
      <h3 class="grip" title=${words.grip} @pointerdown=${(/** @type {PointerEvent} */ event) => grab(event, index)}>
        ${swatch(index, experiment.layers.length + 1)}${name}${markers(layer, catalogue)}</h3>
      <div class="stepper">${changing(
        own,
        html`${iconButton({
          icon: icons.minus,
          name: words.fewerUnits(name),
          help: spec.help,
          disabled: layer.units <= (spec.minimum ?? 1),
          click: () => change(layer.units - 1),
        })}
        ${numberInput(spec, layer.units, { change, refuse: actions.tellRefusal })}
        ${iconButton({
          icon: icons.plus,
          name: words.moreUnits(name),
          help: spec.help,
          disabled: layer.units >= (spec.maximum ?? 512),
          click: () => change(layer.units + 1),
        })}`,
      )}</div>
      ${settingsButton(`layers.${index}`, name, layer, catalogue)}
      ${zeroCount(column, layer, zeros?.[index])}
    </div>`;
  }

  /** A header that is dragged sideways takes its layer along. @param {PointerEvent} event @param {number} index */
  function grab(event, index) {
    if (!own) return;
    const grip = /** @type {HTMLElement} */ (event.currentTarget);
    const head = /** @type {HTMLElement} */ (grip.closest(".head"));
    const start = event.clientX;
    grip.setPointerCapture(event.pointerId);
    const target = (/** @type {PointerEvent} */ { clientX }) => {
      const middle = others[index].left + others[index].width / 2 + clientX - start;
      const nearest = others.slice(0, last).map(({ left, width }) => Math.abs(left + width / 2 - middle));
      return nearest.indexOf(Math.min(...nearest));
    };
    const heads = [...(head.parentElement?.querySelectorAll(".head:has(.grip)") ?? [])];
    /** Shows between which layers it would come. @param {number} to */
    const mark = (to) =>
      heads.forEach((each, at) => {
        each.classList.toggle("before-here", at === to && to < index);
        each.classList.toggle("after-here", at === to && to > index);
      });
    grip.onpointermove = (move) => {
      head.style.translate = `${move.clientX - start}px`;
      head.classList.toggle("moving", Math.abs(move.clientX - start) > GRABBED);
      mark(target(move));
    };
    grip.onpointerup = grip.onpointercancel = (up) => {
      grip.onpointermove = grip.onpointerup = grip.onpointercancel = null;
      head.style.translate = "";
      head.classList.remove("moving");
      mark(index);
      const to = target(up);
      const { experiment } = store.state;
      if (up.type === "pointerup" && to !== index && experiment) actions.change(moveLayerPatch(experiment, index, to));
    };
  }

  /** The color of a layer's lines in the charts. @type {(layer: number, layers: number) => unknown} */
  function swatch(layer, layers) {
    return html`<i class="swatch" .style=${`background: ${layerColor(paletteOf(scheme), layer, layers)}`}></i>`;
  }

  /** @type {(column: Column, experiment: Experiment, catalogue: Catalogue) => unknown} */
  function outputHead(column, { output }, catalogue) {
    return html`<div class="head" .style=${at(column)}>
      <h3>${swatch(1, 2)}${words.output}${markers(output, catalogue)}</h3>
      <div class="gap"></div>
      ${settingsButton("output", words.output, output, catalogue)}
      ${zeroCount(column, output, zeros?.[last])}
    </div>`;
  }

  /** How many weights before the layer are exactly 0: where L1 is at work, or where some are.
   * @type {(column: Column, layer: { regularizer: Choice | null }, count?: { zeros: number, all: number })
   *    => unknown} */
  function zeroCount({ width }, { regularizer }, found) {
    if (!found || (found.zeros === 0 && !nameOf(regularizer).startsWith("l1"))) return nothing;
    const sentence = words.zeros(found.zeros, found.all);
    return html`<p class="zeros numbers" data-zeros=${found.zeros} data-weights=${found.all} aria-label=${sentence}
      aria-description=${words.zerosHelp}>${
        width >= SENTENCE ? sentence : words.zerosShort(found.zeros, found.all)
      }</p>`;
  }

  /** What is set, in short; a click opens all of it.
   * @type {(part: string, name: string, layer: { activation: Choice | null, initializer: Choice,
   *    regularizer: Choice | null }, catalogue: Catalogue) => unknown} */
  function settingsButton(part, name, layer, catalogue) {
    const activation = chosen(catalogue, "activation", layer.activation);
    const initializer = chosen(catalogue, "initializer", layer.initializer);
    const regularizer = chosen(catalogue, "regularizer", layer.regularizer);
    const labels = [activation, initializer, regularizer].flatMap((entry) => (entry ? [entry.label] : []));
    return html`<button type="button" class="layer-settings" data-opens=${part} aria-haspopup="dialog"
      aria-expanded=${editing === part} aria-label=${`${words.settingsOf(name)}: ${labels.join(", ")}`}
      aria-description=${words.settingsHelp} @click=${() => store.apply(editorToggled, part)}>
      <span class="activation">${
        activation ? activationIcon(activation) : nothing
      }<span>${activation?.label ?? nameOf(layer.activation)}</span></span>
      <span class="initializer">${initializer?.label ?? nameOf(layer.initializer)}</span>
    </button>`;
  }
}

/** @type {(feature: string, column: Column, index: number, tile: number, catalogue: Catalogue) => unknown} */
function featureName(feature, column, index, tile, catalogue) {
  const cell = column.cells[index];
  if (!cell || column.cells.some(({ x }) => x !== cell.x)) return nothing; // side by side there is no room for names
  const style =
    `right: calc(100% - ${cell.x - 6}px); top: ${HEAD + cell.y}px; height: ${tile}px; max-width: ` +
    `${cell.x - 10}px; --lines: ${tile < TWO_LINES ? 1 : 2}`;
  return html`<span class="feature-name" .style=${style}><bdi>${featureLabel(feature, catalogue)}</bdi></span>`;
}

/** How much room the names of the inputs need, in pixels; long ones are cut.
 * @type {(state: State) => number} */
export function labelWidth({ experiment, catalogue }) {
  if (!experiment || !catalogue) return LABEL;
  const longest = Math.max(...experiment.features.map((feature) => featureLabel(feature, catalogue).length));
  return Math.min(Math.max(LABEL, longest * LETTER), MOST_LABEL);
}

/** @type {(column: Column) => string} */
function at({ left, width }) {
  return `left: ${left}px; width: ${width}px`;
}

/** What holds a layer back or steadies it, in short.
 * @type {(layer: Layer | Experiment["output"], catalogue: Catalogue) => unknown} */
function markers(layer, catalogue) {
  /** @type {(string | false | null | undefined)[]} */
  const short = [
    chosen(catalogue, "regularizer", layer.regularizer)?.label,
    layer.constraint && words.marks.constraint,
  ];
  if ("dropout" in layer)
    short.push(layer.dropout > 0 && words.marks.dropout, layer.batch_normalization && words.marks.normalized);
  return short.filter(Boolean).map((text) => html`<span class="marker">${text}</span>`);
}
