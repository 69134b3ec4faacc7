// The distributions: how the numbers of each layer are spread, now and along the run.

import { html, nothing, ref, render, svg } from "lit";
import { parseRgb, scale } from "../../draw/colors.js";
import { Heatmap } from "../../draw/heatmap.js";
import { menu } from "../../fields.js";
import { quantity } from "../../format.js";
import { rebinned, together } from "../../histograms.js";
import { layerName } from "../../names.js";
import { layerColor, paletteOf } from "../../palette.js";
import { set } from "../../store.js";
import { strings } from "../../strings.js";

/** @import { Page } from "../../main.js" */
/** @import { State } from "../../store.js" */
/** @import { Course, Distributed, Histogram } from "../../types.js" */

const words = strings.distributions;
const BINS = 40;
const BOX = { width: 200, height: 56 };
const QUANTITIES = /** @type {const} */ (["weights", "pre_activations", "activations", "gradients", "errors"]);

/** @param {HTMLElement} root @param {Page} page */
export function distributionsPanel(root, { store, actions, loop }) {
  /** @type {Heatmap[]} */
  const pictures = [];
  loop.watch(
    ({ distributions, course, distributed, dock, scheme }) => [distributions, course, distributed, dock, scheme],
    () => {
      if (store.state.dock === "distributions") render(template(store.state), root);
    },
  );
  loop.watch(
    ({ history, dock, phase, confirmed, visible }) => [history, dock, phase, confirmed, visible.dock],
    (_history, dock, ..._) => {
      if (store.state.visible.dock && dock === "distributions") actions.polling.distribute();
    },
  );

  /** @param {State} state */
  const template = (state) => html`
    <div class="distributions-head">
      ${menu({
        label: words.show,
        help: words.help[state.distributed],
        hideLabel: true,
        value: state.distributed,
        items: QUANTITIES.map((name) => ({ value: name, label: words.names[name] })),
        change: (name) => store.apply(set, { distributed: /** @type {Distributed} */ (name) }),
      })}
      <p class="caption">${words.help[state.distributed]}</p>
    </div>
    ${
      state.distributions
        ? html`<div class="distributions" role="group" tabindex="0"
          aria-label=${words.title}>${state.distributions.layers.map((layer, index) =>
            card(state, index, layer[state.distributed]),
          )}</div>`
        : html`<p class="empty-note">${words.waiting}</p>`
    }
  `;

  /** @type {(state: State, layer: number, histogram: Histogram) => unknown} */
  function card(state, layer, histogram) {
    const { course, distributed, scheme, distributions } = state;
    const last = (distributions?.layers.length ?? 1) - 1;
    const name = layerName(layer, last);
    const color = layerColor(paletteOf(scheme), layer, last + 1);
    const all = [
      ...(course ?? { moments: [] }).moments.map((moment) => moment.layers[layer]?.[distributed]),
      histogram,
    ];
    const [low, high] = together(all);
    const told = `${words.mean} ${quantity(histogram.mean)}, ${words.std} ${quantity(histogram.std)}`;
    return html`<figure class="distribution" data-layer=${layer}>
      <figcaption><i class="swatch" .style=${`background: ${color}`}></i>${name} <span
        class="caption numbers">${told}</span></figcaption>
      <svg viewBox="0 0 ${BOX.width} ${BOX.height}" preserveAspectRatio="none" role="img"
        aria-label=${words.spoken(words.names[distributed], name, told)}>
        ${svg`<path class="bars" .style=${`fill: ${color}`} d=${bars(rebinned(histogram, low, high, BINS))}/>`}
      </svg>
      ${
        course && course.moments.length > 1
          ? html`<canvas width=${course.moments.length} height=${BINS} role="img"
            aria-label=${words.course(words.names[distributed], name)}
        ${ref((canvas) => drawCourse(canvas, course, layer, distributed, low, high, scheme, color))}></canvas>`
          : nothing
      }
      <p class="ends numbers"><span>${quantity(low)}</span><span>${quantity(high)}</span></p>
      ${
        histogram.not_finite > 0 ? html`<p class="caption alarm">${words.notFinite(histogram.not_finite)}</p>` : nothing
      }
    </figure>`;
  }

  /** Time goes downwards, from the first epoch to the last one; darker is more.
   * @type {(canvas: Element | undefined, course: Course, layer: number, distributed: Distributed, low: number,
   *    high: number, scheme: State["scheme"], color: string) => void} */
  function drawCourse(canvas, { moments }, layer, distributed, low, high, scheme, color) {
    if (!(canvas instanceof HTMLCanvasElement)) return;
    canvas.width = BINS;
    canvas.height = moments.length;
    const rows = moments.map((moment) => rebinned(moment.layers[layer]?.[distributed], low, high, BINS));
    const data = Uint8Array.from(
      rows.flatMap((row) => {
        const most = Math.max(...row, 1e-9);
        return row.map((value) => Math.round((value / most) * 255));
      }),
    );
    pictures[layer] ??= new Heatmap();
    const picture = pictures[layer];
    picture.fill(data, BINS, moments.length, scale([parseRgb(paletteOf(scheme).css("surface")), parseRgb(color)]));
    const context = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
    picture.copy(context);
  }
}

/** @type {(heights: number[]) => string} */
function bars(heights) {
  const { width, height } = BOX;
  const most = Math.max(...heights, 1e-9);
  const wide = width / heights.length;
  return heights
    .map((value, index) => {
      const tall = (value / most) * (height - 2);
      return value > 0
        ? `M${(index * wide).toFixed(1)} ${height}v${(-tall).toFixed(1)}h${wide.toFixed(1)}v${tall.toFixed(1)}z`
        : "";
    })
    .join("");
}
