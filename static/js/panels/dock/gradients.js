// How strong the gradient is in each layer: as curves, and all layers over the whole run as a strip.

import { html, render } from "lit";
import { ChartView } from "./chart_view.js";
import { layerStrip } from "./layer_strip.js";
import { normSubject } from "./subjects.js";

/** @import { Page } from "../../main.js" */

/** @param {HTMLElement} root @param {Page} page */
export function gradientsPanel(root, page) {
  const { store, loop } = page;
  render(html`<div class="chart norms"></div><div class="chart layers"></div>`, root);
  const part = (/** @type {string} */ selector) => /** @type {HTMLElement} */ (root.querySelector(selector));
  const view = new ChartView(part(".norms"), normSubject);
  layerStrip(part(".layers"), page);
  loop.watch(
    ({ history, catalogue, experiment, journal, scheme, visible, dock, logEpochs, smoothing, phase }) => [
      history,
      catalogue,
      experiment,
      journal,
      scheme,
      visible.dock,
      dock,
      logEpochs,
      smoothing,
      phase,
    ],
    () => {
      const { visible, catalogue, experiment } = store.state;
      if (visible.dock && catalogue && experiment) view.update(store.state);
    },
  );
}
