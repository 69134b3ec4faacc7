// A chart of curves over the epochs, drawn by uPlot: kept and fed, never rebuilt while it streams.

import uPlot from "uplot";
import { onPixelRatio } from "./pixels.js";

let Plot = uPlot;
const FIRST = 0.5; // where a logarithmic axis draws epoch 0

/**
 * @typedef {object} Series
 * @property {string} label
 * @property {string} color
 * @property {number[]} [dash]
 * @property {number} [width]
 */

/** What is marked: epochs at which something changed, the epoch at which it stopped, the best point of all.
 * @typedef {{ changes: number[], stop: number | null, best: { epoch: number, value: number, color: string }
 *    | null }} Marks */

/**
 * @typedef {object} Look
 * @property {Series[]} series
 * @property {boolean} log whether the vertical axis is logarithmic
 * @property {boolean} [logX] whether the axis of epochs is
 * @property {[number | null, number | null]} [range] fixed ends of the vertical axis
 * @property {{ text: string, grid: string, mark: string, font: string }} ink
 * @property {(value: number) => string} format
 */

export class Chart {
  /** @type {uPlot | null} */
  #plot = null;
  /** @type {Look | null} */
  #look = null;
  /** @type {uPlot.AlignedData} */
  #data = [[]];
  /** @type {Marks} */
  #marks = { changes: [], stop: null, best: null };

  /** @param {HTMLElement} element @param {(index: number | null) => void} [pointed] the row under the pointer */
  constructor(element, pointed = () => undefined) {
    this.element = element;
    this.pointed = pointed;
    new ResizeObserver(() => this.#fit()).observe(element);
    onPixelRatio(async () => {
      Plot = await plotOf(devicePixelRatio);
      this.#rebuild();
    });
  }

  /** How it looks; the chart is rebuilt only when that changes. @param {Look} look */
  style(look) {
    this.#look = look;
    this.#rebuild();
  }

  #rebuild() {
    this.#plot?.destroy();
    this.#plot = null;
    this.#fit();
  }

  /** @param {ArrayLike<number | null>} x @param {ArrayLike<number | null>[]} lines @param {Marks} marks */
  show(x, lines, marks) {
    const { log = false, logX = false } = this.#look ?? {};
    const positive = (/** @type {number | null} */ value) => (value !== null && value > 0 ? value : null);
    const drawable = log ? lines.map((line) => Array.from(line, positive)) : lines;
    const epochs = logX ? Array.from(x, (epoch) => Math.max(epoch ?? 0, FIRST)) : x; // there is no logarithm of epoch 0
    this.#data = /** @type {uPlot.AlignedData} */ (/** @type {unknown} */ ([epochs, ...drawable]));
    this.#marks = marks;
    this.#plot?.setData(this.#data);
  }

  /** Points at a row, as the pointer would; null points nowhere. @param {number | null} index */
  point(index) {
    const plot = this.#plot;
    if (!plot) return;
    const left = index === null ? -10 : plot.valToPos(plot.data[0][index] ?? 0, "x");
    plot.setCursor({ left, top: index === null ? -10 : 1 });
  }

  #fit() {
    const { clientWidth: width, clientHeight: height } = this.element;
    if (width < 40 || height < 40 || !this.#look) return;
    if (this.#plot) this.#plot.setSize({ width, height });
    else this.#plot = new Plot(this.#options(this.#look, width, height), this.#data, this.element);
  }

  /** @param {Look} look @param {number} width @param {number} height @returns {uPlot.Options} */
  #options({ series, log, logX, range, ink, format }, width, height) {
    const axis = { stroke: ink.text, font: ink.font, ticks: { show: false } };
    const grid = { stroke: ink.grid, width: 1 };
    return {
      width,
      height,
      padding: [8, 24, 0, 0],
      legend: { show: false },
      cursor: { y: false, points: { size: 6 }, drag: { x: false, y: false } },
      scales: {
        x: logX ? { time: false, distr: 3 } : { time: false, range: wholeRun },
        y: log ? { distr: 3 } : { range: verticalRange(range) },
      },
      axes: [
        {
          ...axis,
          grid: logX ? { ...grid, filter: wholePowers } : grid,
          size: 24,
          gap: 4,
          space: 60,
          values: (_, splits) =>
            splits.map((value) =>
              value === null || value % 1 || (logX && Math.log10(value) % 1) ? "" : value.toLocaleString("en"),
            ),
        },
        {
          ...axis,
          grid: log ? { ...grid, filter: wholePowers } : grid,
          size: 48,
          gap: 6,
          space: 28,
          values: (_, splits) => splits.map((value) => (value === null ? "" : format(value))),
        },
      ],
      series: [
        {},
        ...series.map(({ label, color, dash, width: thickness = 1.75 }) => ({
          label,
          stroke: color,
          dash,
          width: thickness,
          points: { show: false },
        })),
      ],
      hooks: {
        setCursor: [(plot) => this.pointed(plot.cursor.idx ?? null)],
        draw: [(plot) => this.#drawMarks(plot, ink.mark)],
      },
    };
  }

  /** @param {uPlot} plot @param {string} color */
  #drawMarks(plot, color) {
    const { ctx, bbox } = plot;
    const { changes, stop, best } = this.#marks;
    const across = (/** @type {number} */ epoch) =>
      Math.round(plot.valToPos(Math.max(epoch, this.#look?.logX ? FIRST : 0), "x", true)) + 0.5;
    const line = (/** @type {number} */ epoch) => {
      ctx.beginPath();
      ctx.moveTo(across(epoch), bbox.top);
      ctx.lineTo(across(epoch), bbox.top + bbox.height);
      ctx.stroke();
    };
    ctx.save();
    ctx.strokeStyle = color;
    ctx.setLineDash([3 * devicePixelRatio, 3 * devicePixelRatio]);
    changes.forEach(line);
    ctx.setLineDash([]);
    if (stop !== null) line(stop);
    if (best && (!this.#look?.log || best.value > 0)) {
      ctx.beginPath();
      ctx.arc(across(best.epoch), plot.valToPos(best.value, "y", true), 4.5 * devicePixelRatio, 0, 2 * Math.PI);
      ctx.lineWidth = 2 * devicePixelRatio;
      ctx.strokeStyle = best.color;
      ctx.stroke();
    }
    ctx.restore();
  }
}

/** uPlot for a pixel ratio. It learns of that when it is loaded, and from a media query, which does not tell of every
 * change: then it is loaded once more.
 * @type {(ratio: number) => Promise<typeof uPlot>} */
async function plotOf(ratio) {
  if (Plot.pxRatio === ratio) return Plot;
  return (await import(`${import.meta.resolve("uplot")}?ratio=${ratio}`).catch(() => ({ default: Plot }))).default;
}

/** Of a logarithmic grid only the lines at 1, 10, 100.
 * @type {(plot: uPlot, splits: (number | null)[]) => (number | null)[]} */
function wholePowers(_, splits) {
  return splits.map((value) => (value && Math.abs(Math.log10(value) % 1) < 1e-9 ? value : null));
}

/** @type {(plot: uPlot, low: number | null, high: number | null) => [number, number]} */
function wholeRun(_, low, high) {
  return [low ?? 0, Math.max(high ?? 0, (low ?? 0) + 10)];
}

/** @type {(range: [number | null, number | null] | undefined) => (plot: uPlot, low: number | null, high: number | null)
 *    => [number, number]} */
function verticalRange(range) {
  return (_, low, high) => {
    const bottom = range?.[0] ?? Math.min(low ?? 0, 0);
    const top = range?.[1] ?? (high ?? 1) * 1.05;
    return [bottom, top > bottom ? top : bottom + 1];
  };
}
