// What the parts of an experiment are called, in words: layers, inputs, units, weights, targets, changes.

import { entryOf } from "./experiment.js";
import { quantity, setting } from "./format.js";
import { fieldName, list, strings } from "./strings.js";

/** @import { State } from "./store.js" */
/** @import { Catalogue, Change, DatasetPoints, Target, Until, WeightPlace } from "./types.js" */

const words = strings.network;

/** What an input of the network is called.
 * @type {(feature: string, catalogue: Catalogue) => string} */
export const featureLabel = (feature, catalogue) =>
  entryOf(catalogue, "feature", feature)?.label ?? feature.replaceAll("_", " ");

/** What a layer is called; the output comes last.
 * @type {(layer: number, last: number) => string} */
export const layerName = (layer, last) => (layer === last ? words.output : words.layer(layer));

/** What an input of a layer is called: a feature, or a unit of the layer before.
 * @type {(state: State, layer: number, input: number) => string} */
export function inputName({ experiment, catalogue }, layer, input) {
  if (layer > 0 || !experiment || !catalogue) return words.unitAlone(input);
  return featureLabel(experiment.features[input] ?? "", catalogue);
}

/** A weight in words: from where to where.
 * @type {(state: State, place: WeightPlace) => string} */
export function weightName(state, { layer, input, unit }) {
  const last = state.experiment?.layers.length ?? 0;
  const units = state.experiment?.layers[layer]?.units ?? unit + 1;
  const to = words.unit(layerName(layer, last), unit % units);
  return input === null ? words.biasOf(to) : words.weightOf(inputName(state, layer, input), to);
}

/** What a point should be answered with, in words.
 * @type {(target: Target, points: DatasetPoints) => string} */
export function targetWords(target, points) {
  if (Array.isArray(target))
    return (
      target.flatMap((holds, label) => (holds ? [className(label, points)] : [])).join(", ") || strings.points.none
    );
  return points.targets.kind === "regression" ? quantity(target) : className(target, points);
}

/** @type {(index: number, points: DatasetPoints) => string} */
export const className = (index, { targets }) => targets.classes?.[index] ?? String(index);

/** @type {(name: string) => string} */
export const spokenColumn = (name) => name.replaceAll("_", " ").replace(/^x1$/, "x\u2081").replace(/^x2$/, "x\u2082");

/** A change of the experiment.
 * @type {(change: Change) => string} */
export function changeWords({ epoch, kind, what }) {
  if (kind === "resume" || kind === "step") return strings.time.other[kind](epoch);
  const fields = kind === "patch" ? Object.keys(what) : [kind];
  return strings.time.change(epoch, list(fields.map(fieldName)));
}

/** What is set, in short.
 * @type {(until: Until | null) => string} */
export function untilWords(until) {
  if (!until) return strings.stopCondition.never;
  return "epochs" in until
    ? strings.stopCondition.epoch(until.epochs)
    : strings.stopCondition.metric(until.metric.replaceAll("_", " "), setting(until.target));
}
