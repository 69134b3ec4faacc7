// One chart with its title and a legend that shows the newest values, or those under the pointer.

import { html, nothing, render } from "lit";
import { Chart } from "../../draw/chart.js";
import { parseRgb } from "../../draw/colors.js";
import { epochOf } from "../../format.js";
import { columnOf, smoothed } from "../../history.js";
import { changeWords } from "../../names.js";
import { paletteOf } from "../../palette.js";
import { strings } from "../../strings.js";
import { bestOf } from "./subjects.js";

/** @import { History } from "../../history.js" */
/** @import { Page } from "../../main.js" */
/** @import { State } from "../../store.js" */
/** @import { Subject } from "./subjects.js" */
/** @import { Palette } from "../../draw/colors.js" */

const words = strings.dock;
const FAINT = 0.3; // of a line's color, where its smooth twin lies above it
const NEAR = 0.012; // of the width, around the mark of a change

/** Draws charts of a history, whenever something that one of them shows has changed.
 * @param {Page} page @param {ChartView[]} views @param {(state: State) => History} historyOf */
export function watchCharts({ store, loop }, views, historyOf) {
  loop.watch(
    (state) => {
      const { catalogue, experiment, journal, scheme, visible, dock, logLoss, logEpochs, smoothing, phase } = state;
      const looks = [scheme, logLoss, logEpochs, smoothing];
      return [historyOf(state), catalogue, experiment, journal, phase, visible.dock, dock, ...looks];
    },
    (history, ..._) => {
      const { visible, catalogue, experiment } = store.state;
      if (visible.dock && catalogue && experiment) for (const view of views) view.update({ ...store.state, history });
    },
  );
}

export class ChartView {
  #styled = "";
  /** @type {number | null} */
  #pointed = null;
  /** @type {State | null} */
  #state = null;

  /** @param {HTMLElement} root @param {(state: State) => Subject | null} subject */
  constructor(root, subject) {
    render(
      html`<div class="chart-head"></div>
      <div class="plot" role="group" tabindex="0" aria-description=${words.plotHelp}
        @keydown=${(/** @type {KeyboardEvent} */ event) => this.#keys(event)}
        @blur=${() => this.chart.point(null)}></div>
      <p class="empty"></p>`,
      root,
    );
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
    const { history, smoothing, logEpochs, scheme } = state;
    const smooth = subject.smooth && smoothing > 0;
    const style = JSON.stringify([
      scheme,
      subject.log,
      logEpochs,
      smooth,
      subject.title,
      subject.lines.map(({ label, color }) => [label, color]),
    ]);
    if (style !== this.#styled) {
      this.#styled = style;
      const faint = smooth
        ? subject.lines.map((line) => ({ ...line, color: pale(line.color), dash: undefined, width: 1 }))
        : [];
      this.chart.style({
        series: [...faint, ...subject.lines],
        log: subject.log,
        logX: logEpochs,
        range: subject.range,
        ink: ink(paletteOf(scheme)),
        format: short,
      });
    }
    const lines = subject.lines.map(({ read }) => read(history));
    this.chart.show(
      columnOf(history, "epoch"),
      smooth ? [...lines, ...lines.map((line) => smoothed(line, smoothing))] : lines,
      {
        changes: state.journal.map(({ epoch }) => epoch),
        stop: state.phase === "finished" ? state.epoch : null,
        best: bestOf(subject, history),
      },
    );
    /** @type {HTMLElement} */ (this.root.querySelector(".empty")).textContent =
      history.length < 2 && state.phase !== "diverged" ? words.empty : "";
    this.#legend(state, subject);
  }

  /** @param {State} state @param {Subject | null} subject */
  #legend(state, subject = this.subject(state)) {
    if (!subject) return;
    const { title, help, lines, format } = subject;
    const { history } = state;
    const at = this.#pointed === null ? history.length - 1 : Math.min(this.#pointed, history.length - 1);
    const values = lines.map(({ label, color, dash, read }) => ({
      label,
      color,
      dash,
      value: format(read(history)[at] ?? null),
    }));
    const best = bestOf(subject, history);
    render(
      html`<h3 aria-description=${help}>${title}</h3>
        <ul class="keys numbers">${values.map(
          ({ label, color, dash, value }) =>
            html`<li><i class="key ${dash ? "dashed" : ""}"
              .style=${`border-color: ${color}`}></i>${label} <b>${value}</b></li>`,
        )}</ul>
        ${
          this.#pointed === null
            ? best &&
              html`<span class="caption numbers"
                data-best=${best.epoch}>${words.best(best.label, format(best.value), best.epoch)}</span>`
            : html`<span class="caption numbers">
                ${words.epoch} ${epochOf(columnOf(history, "epoch")[at] ?? 0)}${this.#changeNear(state, at)}
              </span>`
        }
        ${
          state.phase === "finished" && this.#pointed === null
            ? html`<span class="caption numbers" data-stop=${state.epoch}>${words.stopped(state.epoch)}</span>`
            : nothing
        }`,
      this.head,
    );
    const told = history.length > 0 ? values.map(({ label, value }) => `${label} ${value}`).join(", ") : words.none;
    this.plot.ariaLabel = words.chart(title, told);
  }

  /** What was changed near the row that is pointed at. @param {State} state @param {number} at */
  #changeNear({ journal, history }, at) {
    const epochs = columnOf(history, "epoch");
    const reach = Math.max(((epochs.at(-1) ?? 0) - (epochs[0] ?? 0)) * NEAR, 0.5);
    const near = journal.filter(({ epoch }) => Math.abs(epoch - (epochs[at] ?? 0)) <= reach);
    return near.length > 0 ? ` \u00b7 ${near.slice(0, 3).map(changeWords).join("; ")}` : "";
  }

  /** Arrow keys go from row to row. @param {KeyboardEvent} event */
  #keys(event) {
    const last = (this.#state?.history.length ?? 0) - 1;
    const from = this.#pointed ?? last;
    const steps = /** @type {Record<string, number | null>} */ ({
      ArrowLeft: from - 1,
      ArrowRight: from + 1,
      Home: 0,
      End: last,
      PageUp: from - 20,
      PageDown: from + 20,
      Escape: null,
    });
    if (!(event.key in steps) || last < 0) return;
    event.preventDefault();
    const to = steps[event.key];
    this.chart.point(to === null ? null : Math.min(Math.max(to, 0), last));
  }
}

/** @type {(palette: Palette) => import("../../draw/chart.js").Look["ink"]} */
function ink({ css }) {
  const font = `12px ${getComputedStyle(document.body).fontFamily}`;
  return { text: css("muted"), grid: css("hairline"), mark: css("test"), font };
}

/** @type {(color: string) => string} */
function pale(color) {
  const [red, green, blue] = parseRgb(color);
  return `rgb(${red} ${green} ${blue} / ${FAINT})`;
}

/** A number on an axis.
 * @type {(value: number) => string} */
function short(value) {
  if (value !== 0 && (Math.abs(value) < 1e-3 || Math.abs(value) >= 1e5))
    return value.toExponential(0).replace("e+", "e").replace("-", "\u2212");
  return String(Number(value.toPrecision(3)));
}
