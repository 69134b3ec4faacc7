// Loss and accuracy over time.

import { html, render } from "lit";
import { historyNow } from "../../current_step.js";
import { ChartView, watchCharts } from "./chart_view.js";
import { lossSubject, metricSubject } from "./subjects.js";

/** @import { Page } from "../../main.js" */

/** @param {HTMLElement} root @param {Page} page */
export function curvesPanel(root, page) {
  render(html`<div class="chart loss"></div><div class="chart metric"></div>`, root);
  const part = (/** @type {string} */ selector) => /** @type {HTMLElement} */ (root.querySelector(selector));
  const views = [new ChartView(part(".loss"), lossSubject), new ChartView(part(".metric"), metricSubject)];
  watchCharts(page, views, historyNow);
}
