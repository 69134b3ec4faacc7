// The charts: loss and accuracy over time, and how strong the gradient is in each layer.

import { html, nothing, render } from "lit";
import { toggle } from "../fields.js";
import { percent, quantity } from "../format.js";
import { columnOf, gradientNorms } from "../history.js";
import { paletteOf } from "../palette.js";
import { Chart } from "../draw/chart.js";
import { set } from "../store.js";
import { strings } from "../strings.js";
import { doctorPanel } from "./doctor.js";
import { errorsPanel } from "./errors.js";
import { layerColour } from "./heads.js";

/** @import { Page } from "../main.js" */
/** @import { Dock, State } from "../store.js" */
/** @import { Palette } from "../draw/colours.js" */
/** @import { Series } from "../draw/chart.js" */
/** @import { History } from "../history.js" */
/** @import { Catalogue, Experiment } from "../types.js" */

const words = strings.dock;
/** @type {Dock[]} */
const DOCKS = ["curves", "gradients", "errors", "doctor"];
const PARTS = /** @type {const} */ (["train", "validation", "test"]);

/** What one chart shows of a history.
 * @typedef {{ title: string, help: string, lines: (Series & { read: (history: History) => (number | null)[] })[],
 *    log: boolean, range?: [number | null, number | null], format: (value: number | null) => string }} Subject */

/** @param {HTMLElement} root @param {Page} page */
export function dockPanel(root, page) {
  const { store, frames } = page;
  render(frame(), root);
  const part = (/** @type {string} */ selector) => /** @type {HTMLElement} */ (root.querySelector(selector));
  const views = [
    new View(part(".chart.loss"), (state) => lossSubject(state)),
    new View(part(".chart.metric"), (state) => metricSubject(state)),
    new View(part(".chart.norms"), (state) => normSubject(state)),
  ];

  errorsPanel(part("[data-panel=errors]"), page);
  doctorPanel(part("[data-panel=doctor]"), page);

  frames.watch(
    ({ dock, logLoss, diagnosis }) => [dock, logLoss, diagnosis?.findings.length],
    (dock, logLoss, findings) => {
      render(tabs(dock, logLoss, findings ?? 0), part(".dock-head"));
      for (const name of DOCKS) part(`[data-panel=${name}]`).hidden = name !== dock;
    },
  );
  frames.watch(
    ({ history, catalogue, experiment, journal, scheme, visible, dock, logLoss }) => [history, catalogue, experiment, journal, scheme, visible.dock, dock, logLoss],
    () => {
      const { visible, catalogue, experiment } = store.state;
      if (!visible.dock || !catalogue || !experiment) return;
      for (const view of views) view.update(store.state);
    },
  );

  function frame() {
    return html`
      <div class="dock-head"></div>
      <section id="panel-curves" data-panel="curves" role="tabpanel" aria-labelledby="tab-curves">
        <div class="chart loss"></div><div class="chart metric"></div>
      </section>
      <section id="panel-gradients" data-panel="gradients" role="tabpanel" aria-labelledby="tab-gradients" hidden>
        <div class="chart norms"></div>
      </section>
      <section id="panel-errors" data-panel="errors" role="tabpanel" aria-labelledby="tab-errors" hidden></section>
      <section id="panel-doctor" data-panel="doctor" role="tabpanel" aria-labelledby="tab-doctor" hidden></section>
    `;
  }

  /** @type {(dock: Dock, logLoss: boolean, findings: number) => unknown} */
  const tabs = (dock, logLoss, findings) => html`
    <div role="tablist" aria-label=${words.label} @keydown=${arrows}>
      ${DOCKS.map((name) => html`<button type="button" role="tab" class="tab" id="tab-${name}" aria-controls="panel-${name}"
        aria-selected=${name === dock ? "true" : "false"} tabindex=${name === dock ? 0 : -1}
        aria-description=${words.help[name]} @click=${() => store.apply(set, { dock: name })}>${words[name]}${name === "doctor" && findings > 0 ? html` <span class="badge">${findings}</span>` : nothing}</button>`)}
    </div>
    ${dock === "curves"
      ? toggle({ label: words.log, help: words.logHelp, checked: logLoss, change: (checked) => store.apply(set, { logLoss: checked }) })
      : nothing}
  `;

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
}

/** One chart with its title and a legend that tells the newest values, or those under the pointer. */
class View {
  #styled = "";
  /** @type {number | null} */
  #pointed = null;
  /** @type {State | null} */
  #state = null;

  /** @param {HTMLElement} root @param {(state: State) => Subject | null} subject */
  constructor(root, subject) {
    render(html`<div class="chart-head"></div><div class="plot" role="img"></div><p class="empty"></p>`, root);
    this.root = root;
    this.subject = subject;
    this.plot = /** @type {HTMLElement} */ (root.querySelector(".plot"));
    this.head = /** @type {HTMLElement} */ (root.querySelector(".chart-head"));
    this.chart = new Chart(this.plot, (index) => {
      this.#pointed = index;
      if (this.#state) this.#legend(this.#state);
    });
  }

  /** @param {State} state */
  update(state) {
    this.#state = state;
    const subject = this.subject(state);
    this.root.hidden = subject === null;
    if (!subject || this.plot.clientWidth === 0) return;
    const palette = paletteOf(state.scheme);
    const style = JSON.stringify([state.scheme, subject.log, subject.title, subject.lines.map(({ label, colour }) => [label, colour])]);
    if (style !== this.#styled) {
      this.#styled = style;
      this.chart.style({ series: subject.lines, log: subject.log, range: subject.range, ink: ink(palette), format: short });
    }
    const marks = state.journal.map(({ epoch }) => epoch);
    this.chart.show(columnOf(state.history, "epoch"), subject.lines.map(({ read }) => read(state.history)), marks);
    /** @type {HTMLElement} */ (this.root.querySelector(".empty")).textContent = state.history.length < 2 ? words.empty : "";
    this.#legend(state, subject);
  }

  /** @param {State} state @param {Subject | null} subject */
  #legend(state, subject = this.subject(state)) {
    if (!subject) return;
    const { title, help, lines, format } = subject;
    const at = this.#pointed === null ? state.history.length - 1 : Math.min(this.#pointed, state.history.length - 1);
    const values = lines.map(({ label, colour, dash, read }) => ({ label, colour, dash, value: format(read(state.history)[at] ?? null) }));
    const epoch = this.#pointed === null ? null : columnOf(state.history, "epoch")[at];
    render(
      html`<h3 aria-description=${help}>${title}</h3>
        <ul class="keys numbers">${values.map(({ label, colour, dash, value }) => html`<li><i class="key ${dash ? "dashed" : ""}" .style=${`border-color: ${colour}`}></i>${label} <b>${value}</b></li>`)}</ul>
        ${epoch === null || epoch === undefined ? nothing : html`<span class="caption numbers">${words.epoch} ${Math.round(epoch)}</span>`}`,
      this.head,
    );
    const spoken = state.history.length > 0 ? values.map(({ label, value }) => `${label} ${value}`).join(", ") : words.none;
    this.plot.ariaLabel = words.chart(title, spoken);
  }
}

/** @type {(palette: Palette) => import("../draw/chart.js").Look["ink"]} */
function ink({ css }) {
  const font = `12px ${getComputedStyle(document.body).fontFamily}`;
  return { text: css("muted"), grid: css("hairline"), mark: css("test"), font };
}

/** A number on an axis.
 * @type {(value: number) => string} */
function short(value) {
  if (value !== 0 && (Math.abs(value) < 1e-3 || Math.abs(value) >= 1e5)) return value.toExponential(0).replace("e+", "e").replace("-", "\u2212");
  return String(Number(value.toPrecision(3)));
}

/** The parts of the data that are measured, as lines.
 * @type {(state: State, measure: string) => Subject["lines"]} */
function partLines({ history, scheme }, measure) {
  const { css } = paletteOf(scheme);
  const dashes = { train: undefined, validation: [2, 3], test: [6, 4] };
  return PARTS.filter((part) => part === "train" || part === "test" || `${part}_${measure}` in history.columns).map((part) => ({
    label: words[part],
    colour: css(part),
    dash: dashes[part],
    read: (/** @type {History} */ shown) => columnOf(shown, `${part}_${measure}`),
  }));
}

/** @type {(state: State) => Subject} */
function lossSubject(state) {
  return { title: words.loss, help: strings.output.lossHelp, lines: partLines(state, "loss"), log: state.logLoss, format: quantity };
}

/** The task's first metric.
 * @type {(state: State) => Subject | null} */
function metricSubject(state) {
  const { catalogue, experiment } = /** @type {{ catalogue: Catalogue, experiment: Experiment }} */ (state);
  const metric = catalogue.families.metric.entries.find(({ tasks }) => !tasks || tasks.includes(experiment.task));
  if (!metric) return null;
  const share = metric.share;
  return {
    title: metric.label,
    help: metric.summary,
    lines: partLines(state, metric.name),
    log: false,
    range: share ? [null, 1] : undefined,
    format: share ? percent : quantity,
  };
}

/** @type {(state: State) => Subject} */
function normSubject(state) {
  const palette = paletteOf(state.scheme);
  const layers = state.experiment?.layers.length ?? 0;
  const lines = Array.from({ length: layers + 1 }, (_, index) => ({
    label: index === layers ? strings.network.output : strings.network.layer(index),
    colour: layerColour(palette, index, layers + 1),
    width: 2,
    read: (/** @type {History} */ history) => gradientNorms(history)[index] ?? new Array(history.length).fill(null),
  }));
  return { title: words.gradientNorm, help: words.gradientNormHelp, lines, log: true, format: quantity };
}
