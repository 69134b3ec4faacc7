// Loss and accuracy over time.

import { html, render } from "lit";
import { historyNow } from "../../current_step.js";
import { ChartView } from "./chart_view.js";
import { lossSubject, metricSubject } from "./subjects.js";

/** @import { Page } from "../../main.js" */

/** @param {HTMLElement} root @param {Page} page */
export function curvesPanel(root, { store, loop }) {
  render(html`<div class="chart loss"></div><div class="chart metric"></div>`, root);
  const part = (/** @type {string} */ selector) => /** @type {HTMLElement} */ (root.querySelector(selector));
  const views = [new ChartView(part(".loss"), lossSubject), new ChartView(part(".metric"), metricSubject)];
  loop.watch(
    (state) => {
      const { catalogue, experiment, journal, scheme, visible, dock, logLoss, logEpochs, smoothing, phase } = state;
      return [
        historyNow(state),
        catalogue,
        experiment,
        journal,
        scheme,
        visible.dock,
        dock,
        logLoss,
        logEpochs,
        smoothing,
        phase,
      ];
    },
    (history, ..._) => {
      const { visible, catalogue, experiment } = store.state;
      if (visible.dock && catalogue && experiment) for (const view of views) view.update({ ...store.state, history });
    },
  );
}
