// The layers over time at a glance: which ones get no gradient, which ones too much.

import { html, nothing, render } from "lit";
import { Canvas } from "../../draw/canvas.js";
import { parseRgb, scale } from "../../draw/colors.js";
import { BROKEN, drawStrip, MISSING, strip, ZERO } from "../../draw/strip.js";
import { menu } from "../../fields.js";
import { percent } from "../../format.js";
import { LAYER_QUANTITIES, layerColumns } from "../../history.js";
import { layerName } from "../../names.js";
import { paletteOf } from "../../palette.js";
import { set } from "../../store.js";
import { strings } from "../../strings.js";

/** @import { Page } from "../../main.js" */
/** @import { State } from "../../store.js" */
/** @import { LayerQuantity } from "../../history.js" */
/** @import { Range } from "../../draw/strip.js" */
/** @import { Palette } from "../../draw/colors.js" */

const words = strings.strip;

/** Of the powers of ten the middle third is well; below it is too little, above too much.
 * @type {Record<LayerQuantity, Range>} */
const RANGES = {
  gradient_norm: { low: -8, high: 4, log: true },
  update_ratio: { low: -8, high: 1, log: true },
  saturated: { low: 0, high: 1, log: false },
  dead: { low: 0, high: 1, log: false },
};

/** @param {HTMLElement} root @param {Page} page */
export function layerStrip(root, { store, loop }) {
  render(
    html`<div class="chart-head"></div><div class="strip"><div class="strip-names"></div><canvas
      role="img"></canvas></div><div class="strip-legend"></div>`,
    root,
  );
  const canvas = new Canvas(/** @type {HTMLCanvasElement} */ (root.querySelector("canvas")));
  const part = (/** @type {string} */ name) => /** @type {HTMLElement} */ (root.querySelector(name));

  loop.watch(
    ({ history, experiment, scheme, visible, dock, layerQuantity }) => [
      history,
      experiment?.layers.length,
      scheme,
      visible.dock,
      dock,
      layerQuantity,
    ],
    () => {
      const { history, scheme, visible, dock, layerQuantity: quantity } = store.state;
      if (!visible.dock || dock !== "gradients") return;
      const columns = layerColumns(history, quantity);
      const palette = paletteOf(scheme);
      const [table, special] = colors(palette, RANGES[quantity]);
      canvas.paint((context, width, height) => {
        drawStrip(
          context,
          { x: 0, y: 0, width, height },
          strip(columns, history.length, Math.round(width), RANGES[quantity]),
          columns.length,
          table,
          special,
        );
      });
      render(names(store.state), part(".strip-names"));
      canvas.element.ariaLabel = words.spoken(words.quantities[quantity], spokenCells(store.state));
    },
  );
  loop.watch(
    ({ layerQuantity }) => [layerQuantity],
    (quantity) => {
      render(
        html`<h3 aria-description=${words.help}>${words.title}</h3>
        ${menu({
          label: words.show,
          help: words.showHelp,
          hideLabel: true,
          value: quantity,
          items: LAYER_QUANTITIES.map((name) => ({ value: name, label: words.quantities[name] })),
          change: (name) => store.apply(set, { layerQuantity: /** @type {LayerQuantity} */ (name) }),
        })}`,
        part(".chart-head"),
      );
      render(legend(quantity), part(".strip-legend"));
    },
  );

  /** The output on top, as the gradient comes from there. @param {State} state */
  const names = ({ history, layerQuantity }) => {
    const count = history.layers[layerQuantity].length;
    return Array.from({ length: count }, (_, index) => html`<span>${layerName(count - 1 - index, count - 1)}</span>`);
  };

  /** What the newest column says, for those who do not see it. @param {State} state */
  function spokenCells({ history, layerQuantity }) {
    const columns = layerColumns(history, layerQuantity);
    const { cells, width } = strip(columns, history.length, 1, RANGES[layerQuantity]);
    return columns
      .map(
        (_, layer) =>
          `${layerName(layer, columns.length - 1)}: ${verdict(
            cells[(columns.length - 1 - layer) * width],
            layerQuantity,
          )}`,
      )
      .join(", ");
  }

  /** @type {(quantity: LayerQuantity) => unknown} */
  const legend = (quantity) => {
    const { log } = RANGES[quantity];
    return html`<span>${log ? words.ends[quantity][0] : words.none}</span><i
      class="ramp-of ${log ? "both" : "one"}"></i><span>${words.ends[quantity][1]}</span>
      ${log ? html`<i class="cell zero"></i><span>${words.zero}</span>` : nothing}<i
        class="cell broken"></i><span>${words.broken}</span>`;
  };
}

/** What a cell means, in words.
 * @type {(cell: number, quantity: LayerQuantity) => string} */
export function verdict(cell, quantity) {
  if (cell === MISSING) return words.nothing;
  if (cell === ZERO) return words.zero;
  if (cell === BROKEN) return words.broken;
  const { log, low, high } = RANGES[quantity];
  if (!log) return percent(low + (cell / 255) * (high - low));
  return cell < 85 ? words.ends[quantity][0] : cell > 170 ? words.ends[quantity][1] : words.fine;
}

/** @type {(palette: Palette, range: Range) => [import("../../draw/colors.js").Table,
 *    Record<number, import("../../draw/colors.js").Rgb>]} */
function colors({ css }, { log }) {
  const [low, middle, high] = [css("validation"), css("raised"), css("danger")].map(parseRgb);
  return [
    scale(log ? [low, middle, middle, high] : [middle, high]),
    { [ZERO]: parseRgb(css("text")), [BROKEN]: parseRgb(css("border")), [MISSING]: middle },
  ];
}
