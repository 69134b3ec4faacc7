// Parts of sentences: counts, sizes, lists, names of fields.

import { count, setting } from "../format.js";

/** @import { NumberSpec } from "../types.js" */

/** A score or its loss in a sentence.
 * @type {(score: import("../types.js").Score, which?: "value" | "loss") => string} */
export function score(score, which = "value") {
  const value = score[which];
  if (value === null) return "not finite";
  return which === "value" && score.measure.endsWith("accuracy")
    ? `${(100 * value).toFixed(1)}\u00a0%`
    : String(Number(value.toPrecision(3)));
}
/** A number of a column as short as it can be read; a date as it is.
 * @type {(value: number | string) => string} */
export const told = (value) => (typeof value === "number" ? setting(Number(value.toPrecision(4))) : value);

/** A size in bytes, as people say it.
 * @type {(bytes: number) => string} */
export function size(bytes) {
  if (bytes < 1 << 20) return `${Math.max(1, Math.round(bytes / 1024))} KB`;
  return `${Number((bytes / (1 << 20)).toFixed(bytes % (1 << 20) ? 2 : 0))} MB`;
}

/** @type {(number: number, one: string, many?: string) => string} */
export function plural(number, one, many = `${one}s`) {
  return `${count(number)} ${number === 1 ? one : many}`;
}

/** What a field may hold.
 * @type {(spec: NumberSpec) => string} */
export function allowed({ minimum, maximum, exclusive, integer }) {
  const kind = integer ? "a whole number" : "a number";
  const most = maximum === null ? "" : `${exclusive ? "less than " : ""}${bound(maximum)}`;
  if (minimum !== null && most) return `${kind} from ${bound(minimum)} to ${most}`;
  if (minimum !== null) return `${kind} of at least ${bound(minimum)}`;
  return most ? `${kind} of at most ${most}` : kind;
}

/** @type {(value: number) => string} */
export const bound = (value) =>
  Number.isInteger(value) && Math.abs(value) < 1e12
    ? value.toLocaleString("en").replace("-", "\u2212")
    : setting(value);

/** A name that may be written from right to left, kept from turning the sentence around it.
 * @type {(name: string) => string} */
export const isolated = (name) => `\u2068${name}\u2069`;

/** What the fields of an experiment are called in a sentence. */
const FIELD_NAMES = /** @type {Record<string, string>} */ ({
  task: "the task",
  dataset: "the data",
  parameters: "the weights",
  features: "the inputs",
  units: "the number of units",
  layers: "the number of layers",
  activation: "the activation",
  initializer: "the initializer",
  bias_initializer: "the bias initializer",
  regularizer: "the regularizer",
  constraint: "the constraint",
  batch_normalization: "batch normalization",
  dropout: "the dropout rate",
  input: "the input layer",
  clipping: "gradient clipping",
  early_stopping: "early stopping",
  class_weight: "the class weights",
  label_smoothing: "label smoothing",
  output: "the output",
  loss: "the loss",
  optimizer: "the optimizer",
  learning_rate: "the learning rate",
  schedule: "the schedule",
  batch_size: "the batch size",
  shuffle: "shuffling",
  precision: "the precision",
  seed: "the seed",
});

/** A dotted field in plain words; what is inside `dataset` is all called the data.
 * @type {(field: string) => string} */
export function fieldName(field) {
  const parts = field.split(".");
  const known = parts[0] === "dataset" ? ["dataset"] : parts.filter((part) => part in FIELD_NAMES);
  const last = known.at(-1);
  return last ? FIELD_NAMES[last] : field;
}

/** @type {(items: string[]) => string} */
export function list(items) {
  const distinct = [...new Set(items)];
  if (distinct.length < 2) return distinct.join("");
  return `${distinct.slice(0, -1).join(", ")} and ${distinct.at(-1)}`;
}
