// What the charts of curves show: the loss and the task's metric of each part, and the gradient of each layer.

import { percent, quantity } from "../../format.js";
import { columnOf, layerColumns, leastAt } from "../../history.js";
import { layerName } from "../../names.js";
import { layerColor, paletteOf } from "../../palette.js";
import { strings } from "../../strings.js";

/** @import { State } from "../../store.js" */
/** @import { Series } from "../../draw/chart.js" */
/** @import { Column, History } from "../../history.js" */
/** @import { Catalogue, Experiment } from "../../types.js" */

const words = strings.dock;
const PARTS = /** @type {const} */ (["train", "validation", "test"]);

/** What one chart shows of a history. `best`: the column whose least value is marked.
 * @typedef {{ title: string, help: string, lines: (Series & { read: (history: History) => Column })[], log: boolean,
 *    smooth: boolean, best?: string, range?: [number | null, number | null], format: (value: number | null) => string
 * }} Subject */

/** The parts of the data that are measured, as lines.
 * @type {(state: State, measure: string) => Subject["lines"]} */
function partLines({ history, scheme }, measure) {
  const { css } = paletteOf(scheme);
  const dashes = { train: undefined, validation: [2, 3], test: [6, 4] };
  return PARTS.filter((part) => part === "train" || `${part}_${measure}` in history.columns).map((part) => ({
    label: words[part],
    color: css(part),
    dash: dashes[part],
    read: (/** @type {History} */ shown) => columnOf(shown, `${part}_${measure}`),
  }));
}

/** The loss of the data, and apart from it the penalty, where there is one.
 * @type {(state: State) => Subject} */
export function lossSubject(state) {
  const { history, logLoss, scheme } = state;
  const lines = partLines(state, "loss");
  const penalized = (history.columns.penalty?.[history.length - 1] ?? 0) > 0;
  const penalty = {
    label: words.penalty,
    color: paletteOf(scheme).css("layer-last"),
    dash: [1, 3],
    read: (/** @type {History} */ shown) => columnOf(shown, "penalty"),
  };
  const best = ["validation_loss", "test_loss"].find((name) => name in history.columns);
  return {
    title: words.loss,
    help: penalized ? words.penaltyHelp : strings.output.lossHelp,
    lines: penalized ? [...lines, penalty] : lines,
    log: logLoss,
    smooth: true,
    best,
    format: quantity,
  };
}

/** The task's first metric.
 * @type {(state: State) => Subject | null} */
export function metricSubject(state) {
  const { catalogue, experiment } = /** @type {{ catalogue: Catalogue, experiment: Experiment }} */ (state);
  const metric = catalogue.families.metric.entries.find(({ tasks }) => !tasks || tasks.includes(experiment.task));
  if (!metric) return null;
  const share = metric.share;
  return {
    title: metric.label,
    help: metric.summary,
    lines: partLines(state, metric.name),
    log: false,
    smooth: true,
    range: share ? [null, 1] : undefined,
    format: share ? percent : quantity,
  };
}

/** @type {(state: State) => Subject} */
export function normSubject(state) {
  const palette = paletteOf(state.scheme);
  const layers = state.experiment?.layers.length ?? 0;
  const lines = Array.from({ length: layers + 1 }, (_, index) => ({
    label: layerName(index, layers),
    color: layerColor(palette, index, layers + 1),
    width: 2,
    read: (/** @type {History} */ history) =>
      layerColumns(history, "gradient_norm")[index] ?? new Array(history.length).fill(null),
  }));
  return { title: words.gradientNorm, help: words.gradientNormHelp, lines, log: true, smooth: true, format: quantity };
}

/** The best row of a subject: its epoch and value, and the line it lies on.
 * @type {(subject: Subject, history: History) => { epoch: number, value: number, color: string, label: string }
 *    | null} */
export function bestOf({ best, lines }, history) {
  const at = best && history.length > 1 ? leastAt(history, best) : -1;
  const line = lines.find(({ label }) => label === words[best?.startsWith("validation") ? "validation" : "test"]);
  if (!best || at < 0 || !line) return null;
  return {
    epoch: history.columns.epoch[at] ?? 0,
    value: history.columns[best][at] ?? 0,
    color: line.color,
    label: line.label,
  };
}
