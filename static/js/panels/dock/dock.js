// The charts: loss and accuracy over time, and how strong the gradient is in each layer.

import { html, nothing, render } from "lit";
import { slider, toggle } from "../../fields.js";
import { recall, remember } from "../../storage.js";
import { historyNow } from "../../standing.js";
import { set } from "../../store.js";
import { strings } from "../../strings.js";
import { ChartView } from "./chart_view.js";
import { lossSubject, metricSubject, normSubject } from "./subjects.js";
import { distributionsPanel } from "./distributions.js";
import { doctorPanel } from "./doctor.js";
import { errorsPanel } from "./errors.js";
import { predictPanel } from "./predict.js";
import { layerStrip } from "./layer_strip.js";

/** @import { Page } from "../../main.js" */
/** @import { Dock, State } from "../../store.js" */

const words = strings.dock;
/** @type {Dock[]} */
const DOCKS = ["curves", "gradients", "distributions", "errors", "predict", "doctor"];
const SMOOTHEST = 0.99;
const LOWEST = 120; // pixels
const OTHERS = 320; // pixels that the rest of the page needs
const STEP = 24;
const ROOM = 96; // pixels left of the selected tab, so that there are others is seen

/** @param {HTMLElement} root @param {Page} page */
export function dockPanel(root, page) {
  const { store, actions, loop } = page;
  render(frame(), root);
  const part = (/** @type {string} */ selector) => /** @type {HTMLElement} */ (root.querySelector(selector));
  setHeight(Number(recall("dock")) || null);
  tellHeight();
  const ofParts = [
    new ChartView(part(".chart.loss"), (state) => lossSubject(state)),
    new ChartView(part(".chart.metric"), (state) => metricSubject(state)),
  ];
  const ofLayers = new ChartView(part(".chart.norms"), (state) => normSubject(state));

  layerStrip(part(".chart.layers"), page);
  distributionsPanel(part("[data-panel=distributions]"), page);
  errorsPanel(part("[data-panel=errors]"), page);
  predictPanel(part("[data-panel=predict]"), page);
  doctorPanel(part("[data-panel=doctor]"), page);

  loop.watch(
    ({ dock, logLoss, logEpochs, smoothing, diagnosis }) => [dock, diagnosis?.findings.length, logLoss, logEpochs, smoothing],
    (dock, findings, ..._) => {
      render(tabs(store.state, findings ?? 0), part(".dock-head"));
      for (const name of DOCKS) part(`[data-panel=${name}]`).hidden = name !== dock;
      part(`#tab-${dock}`).parentElement?.scrollTo({ left: part(`#tab-${dock}`).offsetLeft - ROOM }); // where not all tabs fit
    },
  );
  loop.watch(
    (state) => {
      const { catalogue, experiment, journal, scheme, visible, dock, logLoss, logEpochs, smoothing, phase } = state;
      return [historyNow(state), catalogue, experiment, journal, scheme, visible.dock, dock, logLoss, logEpochs, smoothing, phase];
    },
    () => {
      const { visible, catalogue, experiment } = store.state;
      if (!visible.dock || !catalogue || !experiment) return;
      for (const view of ofParts) view.update({ ...store.state, history: historyNow(store.state) });
      ofLayers.update(store.state);
    },
  );

  function frame() {
    return html`
      <div class="resizer" role="separator" tabindex="0" aria-orientation="horizontal" aria-label=${words.resize} aria-description=${words.resizeHelp}
        @pointerdown=${grab} @keydown=${grow}></div>
      <div class="dock-head"></div>
      <section id="panel-curves" data-panel="curves" role="tabpanel" aria-labelledby="tab-curves">
        <div class="chart loss"></div><div class="chart metric"></div>
      </section>
      <section id="panel-gradients" data-panel="gradients" role="tabpanel" aria-labelledby="tab-gradients" hidden>
        <div class="chart norms"></div><div class="chart layers"></div>
      </section>
      <section id="panel-distributions" data-panel="distributions" role="tabpanel" aria-labelledby="tab-distributions" hidden></section>
      <section id="panel-errors" data-panel="errors" role="tabpanel" aria-labelledby="tab-errors" hidden></section>
      <section id="panel-predict" data-panel="predict" role="tabpanel" aria-labelledby="tab-predict" hidden></section>
      <section id="panel-doctor" data-panel="doctor" role="tabpanel" aria-labelledby="tab-doctor" hidden></section>
    `;
  }

  /** @type {(state: State, findings: number) => unknown} */
  const tabs = ({ dock, logLoss, logEpochs, smoothing }, findings) => html`
    <div role="tablist" aria-label=${words.label} @keydown=${arrows}>
      ${DOCKS.map((name) => html`<button type="button" role="tab" class="tab" id="tab-${name}" aria-controls="panel-${name}"
        aria-selected=${name === dock ? "true" : "false"} tabindex=${name === dock ? 0 : -1}
        aria-description=${words.help[name]} @click=${() => store.apply(set, { dock: name })}>${words[name]}${name === "doctor" && findings > 0 ? html` <span class="badge">${findings}</span>` : nothing}</button>`)}
    </div>
    ${dock === "curves" || dock === "gradients"
      ? html`<div class="dock-choices">
          ${slider({ spec: SMOOTHING, value: smoothing, sink: { change: smooth, refuse: actions.tellRefusal } })}
          ${toggle({ label: words.logEpochs, help: words.logEpochsHelp, checked: logEpochs, change: (checked) => store.apply(set, { logEpochs: checked }) })}
          ${dock === "curves" ? toggle({ label: words.log, help: words.logHelp, checked: logLoss, change: (checked) => store.apply(set, { logLoss: checked }) }) : nothing}
        </div>`
      : nothing}
  `;

  /** @param {number} value */
  function smooth(value) {
    const smoothing = Math.min(Math.max(value, 0), SMOOTHEST);
    remember("smoothing", String(smoothing));
    store.apply(set, { smoothing });
  }

  /** @param {KeyboardEvent} event */
  function arrows(event) {
    const steps = /** @type {Record<string, number>} */ ({ ArrowRight: 1, ArrowLeft: -1 });
    const step = steps[event.key];
    if (!step) return;
    event.preventDefault();
    const next = DOCKS[(DOCKS.indexOf(store.state.dock) + step + DOCKS.length) % DOCKS.length];
    store.apply(set, { dock: next });
    /** @type {HTMLElement | null} */ (root.querySelector(`#tab-${next}`))?.focus();
  }

  // ---- its height ----

  /** @param {number | null} height in pixels; null: as the style sheet has it */
  function setHeight(height) {
    if (height === null) return;
    const fitting = Math.round(Math.min(Math.max(height, LOWEST), Math.max(innerHeight - OTHERS, LOWEST)));
    document.documentElement.style.setProperty("--dock", `${fitting}px`);
    remember("dock", String(fitting));
    tellHeight();
  }

  function tellHeight() {
    const handle = part(".resizer");
    Object.assign(handle, { ariaValueMin: String(LOWEST), ariaValueMax: String(Math.max(innerHeight - OTHERS, LOWEST)), ariaValueNow: String(Math.round(root.clientHeight)) });
  }

  /** @param {PointerEvent} event */
  function grab(event) {
    const handle = /** @type {HTMLElement} */ (event.currentTarget);
    const bottom = root.getBoundingClientRect().bottom;
    handle.setPointerCapture(event.pointerId);
    handle.onpointermove = ({ clientY }) => setHeight(bottom - clientY);
    handle.onpointerup = handle.onpointercancel = () => (handle.onpointermove = null);
  }

  /** @param {KeyboardEvent} event */
  function grow(event) {
    const steps = /** @type {Record<string, number>} */ ({ ArrowUp: STEP, ArrowDown: -STEP });
    if (!(event.key in steps)) return;
    event.preventDefault();
    setHeight(root.getBoundingClientRect().height + steps[event.key]);
  }
}

const SMOOTHING = /** @type {import("../../types.js").NumberSpec} */ ({
  label: words.smoothing, help: words.smoothingHelp, minimum: 0, maximum: SMOOTHEST, integer: false, scale: "linear", unit: null,
});
