// How strong the gradient is in each layer: as curves, and all layers over the whole run as a strip.

import { html, render } from "lit";
import { ChartView, watchCharts } from "./chart_view.js";
import { layerStrip } from "./layer_strip.js";
import { normSubject } from "./subjects.js";

/** @import { Page } from "../../main.js" */

/** @param {HTMLElement} root @param {Page} page */
export function gradientsPanel(root, page) {
  render(html`<div class="chart norms"></div><div class="chart layers"></div>`, root);
  const part = (/** @type {string} */ selector) => /** @type {HTMLElement} */ (root.querySelector(selector));
  watchCharts(page, [new ChartView(part(".norms"), normSubject)], ({ history }) => history);
  layerStrip(part(".layers"), page);
}
