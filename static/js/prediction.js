// The user's own values for a prediction: the form's fields, real samples to begin with, and what the answer
// says. Everything here is pure.

/** @import { DataField, DatasetPoints, Part, Prediction, Target } from "./types.js" */

/** A sample of the data that the form was filled with. @typedef {{ part: Part, index: number }} SamplePlace */

/** What is in the form: one text a field, empty for a gap; the sample it came from, as long as nothing was changed;
 * what is wrong with which field.
 * @typedef {{ values: string[], sample: SamplePlace | null, problems: Record<string, string> }} Trial */

/** By how much a field moved the answer, compared with its typical value.
 * @typedef {{ field: string, change: number }} Move */

/** The prediction for the values of a form.
 * @typedef {{ values: string[], output: number[], label: string | number | string[], moved: Move[] }} Answer */

const DAY_MS = 86_400_000;
const STEPS = 100; // from the lowest to the highest value, about
const MOST_MOVES = 6;
const LEAST_MOVE = 1e-6; // of the largest: less is rounding

/** The step of a number field: 1, 2 or 5 times a power of ten, so that its range takes about a hundred; of whole
 * numbers 1 or more.
 * @type {(field: DataField) => number} */
export function stepOf({ low, high }) {
  if (typeof low !== "number" || typeof high !== "number" || !(high > low)) return 1;
  const exact = (high - low) / STEPS;
  const power = 10 ** Math.floor(Math.log10(exact));
  const step = Number((power * (exact >= 5 * power ? 5 : exact >= 2 * power ? 2 : 1)).toPrecision(1));
  return Number.isInteger(low) && Number.isInteger(high) && high - low >= 10 ? Math.max(step, 1) : step;
}

/** A value as the text of its field; a number has two more digits than its step at most.
 * @type {(field: DataField, value: number | string | null) => string} */
export function textOf(field, value) {
  if (value === null) return "";
  if (field.type === "date") return String(value).slice(0, 10);
  if (typeof value === "string") return value;
  const decimals = Math.min(Math.max(2 - Math.floor(Math.log10(stepOf(field))), 0), 12);
  return String(Number(value.toFixed(decimals)));
}

/** How many columns of the data each field takes: each word has its own.
 * @type {(field: DataField) => number} */
const widthOf = ({ words }) => words?.length ?? 1;

/** Where each field's columns begin among those of the data; null if they do not fit together.
 * @type {(points: DatasetPoints) => number[] | null} */
function begins({ columns, fields }) {
  let next = 0;
  const first = fields.map((field) => {
    next += widthOf(field);
    return next - widthOf(field);
  });
  return next === columns.length ? first : null;
}

/** The fields that the network is fed with. On a plane, features are made of the two columns.
 * @type {(points: DatasetPoints, features: string[]) => DataField[]} */
export function usedFields(points, features) {
  const first = begins(points);
  const { columns, fields } = points;
  if (!first || !features.every((feature) => columns.includes(feature))) return fields;
  return fields.filter((field, index) =>
    columns.slice(first[index], first[index] + widthOf(field)).some((column) => features.includes(column)),
  );
}

/** The values that stand for "nothing special" in each field.
 * @type {(points: DatasetPoints) => Trial} */
export const typicalTrial = ({ fields }) => ({
  values: fields.map((field) => textOf(field, field.typical)),
  sample: null,
  problems: {},
});

/** Where real samples are taken from: those that the network has not learned from, if there are some.
 * @type {(points: DatasetPoints) => Part | null} */
export const sampledPart = ({ parts }) =>
  /** @type {const} */ (["test", "validation", "train"]).find((part) => parts[part]?.points.length) ?? null;

/** The form with the sample after another one, or the first one.
 * @type {(points: DatasetPoints, before?: SamplePlace | null) => Trial | null} */
export function nextSample(points, before) {
  const part = sampledPart(points);
  return part && sampleAt(points, { part, index: before?.part === part ? before.index + 1 : 0 });
}

/** The form with a sample of the data; after the last one comes the first. Null if the data do not tell their fields'
 * values.
 * @type {(points: DatasetPoints, place: SamplePlace) => Trial | null} */
function sampleAt(points, place) {
  const { part } = place;
  const first = begins(points);
  const samples = points.parts[part]?.points ?? [];
  if (!first || samples.length === 0) return null;
  const index = place.index % samples.length;
  const values = points.fields.map((field, at) => {
    const columns = samples[index].slice(first[at], first[at] + widthOf(field));
    return textOf(
      field,
      field.type === "date" ? dateIn(points, field, first[at], columns[0]) : valueIn(field, columns),
    );
  });
  return { values, sample: { part, index }, problems: {} };
}

/** The value of a field in its columns of a sample.
 * @type {(field: DataField, columns: number[]) => number | string | null} */
function valueIn({ words }, columns) {
  const largest = words ? columns.indexOf(Math.max(...columns)) : 0;
  return words ? (columns[largest] > 0 ? words[largest] : null) : columns[0];
}

/** The date of a column of days: its lowest day is the field's lowest date.
 * @type {(points: DatasetPoints, field: DataField, column: number, day: number) => string | null} */
function dateIn({ parts }, { low }, column, day) {
  const lowest = Object.values(parts).reduce(
    (least, { points }) => points.reduce((so, point) => Math.min(so, point[column]), least),
    Infinity,
  );
  const date = new Date(Date.parse(String(low)) + (day - lowest) * DAY_MS);
  return Number.isNaN(date.getTime()) ? null : date.toISOString();
}

/** The form when the data have changed: as it was if it has the same fields. A sample is that of the new data then.
 * @type {(trial: Trial | null, before: DatasetPoints | null, points: DatasetPoints) => Trial} */
export function renewed(trial, before, points) {
  const same = trial && before && shapeOf(before) === shapeOf(points);
  if (same && !trial.sample) return trial;
  return (same && trial.sample && sampleAt(points, trial.sample)) || nextSample(points) || typicalTrial(points);
}

/** @type {(points: DatasetPoints) => string} */
const shapeOf = ({ fields }) => JSON.stringify(fields.map(({ name, type, words }) => [name, type, words]));

/** The form with another value in one field. `problem` is what is wrong with what was typed.
 * @type {(trial: Trial, fields: DataField[], name: string, text: string, problem: string) => Trial} */
export function withValue(trial, fields, name, text, problem) {
  const { [name]: _, ...others } = trial.problems;
  const values = trial.values.map((value, index) => (fields[index].name === name ? text : value));
  return { values, sample: null, problems: problem ? { ...others, [name]: problem } : others };
}

/** The true label of a sample.
 * @type {(points: DatasetPoints, sample: SamplePlace) => Target | undefined} */
export const truthOf = ({ parts }, { part, index }) => parts[part]?.targets[index];

/** The form as the row that is asked for; a field whose text is empty is a gap. A typical value is meant exactly,
 * though its text is rounded.
 * @type {(fields: DataField[], trial: Trial) => (number | string | null)[]} */
export const rowOf = (fields, { values }) =>
  fields.map((field, index) => {
    const text = values[index];
    if (text === "") return null;
    if (text === textOf(field, field.typical)) return field.typical;
    return field.type === "number" ? Number(text) : text;
  });

/** The answer to the first row; what is not finite travels as null.
 * @type {(prediction: Prediction, values: string[]) => Answer} */
export const answerOf = ({ outputs, labels, moved }, values) => ({
  values,
  output: outputs[0].map((value) => value ?? NaN),
  label: labels[0] ?? NaN,
  moved: (moved?.[0] ?? []).map(({ field, change }) => ({ field, change: change ?? NaN })),
});

/** How likely each class or label is; null where the outputs are no probabilities.
 * @type {(targets: DatasetPoints["targets"], output: number[]) => number[] | null} */
export function sharesOf({ kind, range }, output) {
  const [no, yes] = range ?? [0, 1];
  const shares = output.map((value) => (value - no) / (yes - no));
  if (kind === "regression" || shares.some((share) => share < 0 || share > 1)) return null;
  return kind === "binary" ? [1 - shares[0], shares[0]] : shares;
}

/** The fields that moved the answer most, the most important first, each with its share of the largest move; none by
 * less than `least`.
 * @type {(moved: Move[], least?: number) => (Move & { share: number })[]} */
export function mostMoved(moved, least = 0) {
  const largest = Math.max(...moved.map(({ change }) => Math.abs(change)), 0);
  return moved
    .filter(({ change }) => Math.abs(change) > Math.max(largest * LEAST_MOVE, least))
    .slice(0, MOST_MOVES)
    .map((move) => ({ ...move, share: Math.abs(move.change) / largest }));
}

/** What the server found wrong with the row, by field. Its errors name `x.0.field`.
 * @type {(errors: { field: string, message: string }[], fields: DataField[]) => Record<string, string>} */
export function problemsOf(errors, fields) {
  return Object.fromEntries(
    errors.map(({ field, message }) => {
      const name = field.replace(/^x\.0\.?/, "");
      return [fields.find((each) => each.name === name)?.name ?? fields[Number(name)]?.name ?? "", message];
    }),
  );
}
