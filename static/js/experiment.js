// Experiments as values: reading them, and making the patches by which the page changes them.
// Everything here is pure. What can be chosen, and its defaults, come from the catalogue.

/** @import { Catalogue, Choice, Entry, Experiment, Layer, Patch, Task } from "./types.js" */

/** The family that a field of an experiment, a layer or the output chooses from.
 * @type {Record<string, string>} */
export const FAMILY_OF = {
  dataset: "dataset",
  activation: "activation",
  initializer: "initializer",
  bias_initializer: "initializer",
  regularizer: "regularizer",
  constraint: "constraint",
  loss: "loss",
  optimizer: "optimizer",
  schedule: "schedule",
};

/** @type {(choice: Choice | null | undefined) => string} */
export function nameOf(choice) {
  return typeof choice === "string" ? choice : (choice?.name ?? "");
}

/** The entry of a family by name; null if there is none.
 * @type {(catalogue: Catalogue | null, family: string, name: string) => Entry | null} */
export function entryOf(catalogue, family, name) {
  return catalogue?.families[family]?.entries.find((entry) => entry.name === name) ?? null;
}

/** The entry that a choice names: also that of a table which was uploaded.
 * @type {(catalogue: Catalogue | null, family: string, choice: Choice | null | undefined) => Entry | null} */
export function chosen(catalogue, family, choice) {
  if (family === "dataset" && isObject(choice) && choice.name === "upload") {
    return catalogue?.tables?.find(({ table }) => table?.id === choice.upload) ?? null;
  }
  return entryOf(catalogue, family, nameOf(choice));
}

/** An argument's value: as the choice says, else the entry's default.
 * @type {(choice: Choice | null, entry: Entry, argument: string) => unknown} */
export function argumentOf(choice, entry, argument) {
  const given = choice && typeof choice === "object" ? choice[argument] : undefined;
  return given ?? entry.arguments.find((item) => item.name === argument)?.default;
}

/** A choice with one argument changed, all of them written out.
 * @type {(choice: Choice | null, entry: Entry, argument: string, value: unknown) => Choice} */
export function withArgument(choice, entry, argument, value) {
  const values = entry.arguments.map(({ name }) => [name, argumentOf(choice, entry, name)]);
  return { name: entry.name, ...Object.fromEntries(values), [argument]: value };
}

/** What `target` is after a merge patch, as the server will read it: a choice of another name loses its arguments.
 * @template T @param {T} target @param {Patch} patch @returns {T} */
export function patched(target, patch) {
  /** @type {Record<string, unknown>} */
  const base = isObject(target) ? { ...target } : typeof target === "string" ? { name: target } : {};
  const renamed = "name" in patch && "name" in base && patch.name !== base.name;
  const result = renamed ? onlyShared(base, patch) : base;
  for (const [key, value] of Object.entries(patch)) {
    if (value === null && !NULLABLE.has(key)) continue; // the server fills it in; until then show what was there
    result[key] = isObject(value) ? patched(result[key], value) : value;
  }
  return /** @type {T} */ (result);
}

// Where null is a choice, and does not mean "fill this in".
const NULLABLE = new Set([
  "batch_size",
  "regularizer",
  "constraint",
  "batch_normalization",
  "clipping",
  "early_stopping",
  "class_weight",
]);

/** Of a renamed data set its common fields stay; of any other choice nothing does.
 * @type {(base: Record<string, unknown>, patch: Patch) => Record<string, unknown>} */
function onlyShared(base, patch) {
  return "samples" in base ? base : { name: patch.name };
}

/** Two patches as one.
 * @type {(first: Patch, second: Patch) => Patch} */
export function combined(first, second) {
  const result = { ...first };
  for (const [key, value] of Object.entries(second)) {
    const before = result[key];
    result[key] = isObject(value) && isObject(before) ? combined(before, value) : value;
  }
  return result;
}

/** Whether the second patch chooses another entry where the first one sets arguments: they cannot be one.
 * @type {(first: Patch, second: Patch) => boolean} */
export function renames(first, second) {
  return Object.entries(second).some(([key, value]) => {
    const before = first[key];
    if (!isObject(value) || !isObject(before)) return false;
    return ("name" in value && value.name !== before.name) || renames(before, value);
  });
}

/** @type {(value: unknown) => value is Record<string, unknown>} */
export function isObject(value) {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** The experiment you get by naming nothing but a data set.
 * @type {(catalogue: Catalogue, dataset: Choice) => Experiment} */
export function usualExperiment(catalogue, dataset) {
  const usual = catalogue.default_experiment;
  const entry = chosen(catalogue, "dataset", dataset);
  if (!entry) return usual;
  const task = entry.tasks && !entry.tasks.includes(usual.task) ? entry.tasks[0] : usual.task;
  const { output, loss } = entryOf(catalogue, "task", task) ?? {};
  const columns = entry.columns ?? usual.features;
  return {
    ...usual,
    task,
    dataset: {
      ...usual.dataset,
      name: entry.name,
      samples: entry.samples?.default ?? usual.dataset.samples,
      standardize: entry.standardize ?? columns.join() !== usual.features.join(),
    },
    features: columns,
    output: { ...usual.output, activation: output ?? usual.output.activation },
    loss: loss ?? usual.loss,
  };
}

// ---- patches ----

/** One layer changed. Lists are replaced whole.
 * @type {(experiment: Experiment, index: number, change: Partial<Layer>) => Patch} */
export function layerPatch(experiment, index, change) {
  return { layers: experiment.layers.map((layer, at) => (at === index ? { ...layer, ...change } : layer)) };
}

/** Every hidden layer made like the one at `index`, except for its width.
 * @type {(experiment: Experiment, index: number) => Patch} */
export function likeLayerPatch(experiment, index) {
  const model = experiment.layers[index];
  return { layers: experiment.layers.map((layer) => ({ ...model, units: layer.units })) };
}

/** A new layer before position `index`, like its neighbor.
 * @type {(experiment: Experiment, index: number, fallback: Layer) => Patch} */
export function insertLayerPatch(experiment, index, fallback) {
  const { layers } = experiment;
  const model = layers[Math.max(index - 1, 0)] ?? fallback;
  return { layers: [...layers.slice(0, index), { ...model }, ...layers.slice(index)] };
}

/** A layer taken to another position.
 * @type {(experiment: Experiment, from: number, to: number) => Patch} */
export function moveLayerPatch({ layers }, from, to) {
  const others = layers.filter((_, index) => index !== from);
  return { layers: [...others.slice(0, to), layers[from], ...others.slice(to)] };
}

/** @type {(experiment: Experiment, index: number) => Patch} */
export function removeLayerPatch(experiment, index) {
  return { layers: experiment.layers.filter((_, at) => at !== index) };
}

/** Another data set. What was filled in for the old one and does not fit the new one is left to be filled in again.
 * @type {(experiment: Experiment, catalogue: Catalogue, entry: Entry) => Patch} */
export function datasetPatch(experiment, catalogue, entry) {
  const old = chosen(catalogue, "dataset", experiment.dataset);
  const { samples } = experiment.dataset;
  const usual = samples === old?.samples?.default;
  const outside = !entry.samples || samples < entry.samples.minimum || samples > entry.samples.maximum;
  /** @type {Patch} */
  const dataset = { name: entry.name, ...entry.table?.dataset, standardize: null };
  if (usual || outside) dataset.samples = null;
  /** @type {Patch} */
  const patch = { dataset };
  if (old?.columns?.join() !== entry.columns?.join()) patch.features = null;
  if (entry.tasks && !entry.tasks.includes(experiment.task)) Object.assign(patch, taskPatch(null));
  return patch;
}

/** A table that was uploaded, with those of its inputs that the network is to get.
 * @type {(experiment: Experiment, catalogue: Catalogue, entry: Entry, features: string[]) => Patch} */
export function tablePatch(experiment, catalogue, entry, features) {
  const all = features.length === entry.columns?.length;
  return { ...datasetPatch(experiment, catalogue, entry), features: all ? null : features };
}

/** Another task, with the output and the loss that are usual for it.
 * @type {(task: Task | null) => Patch} */
export function taskPatch(task) {
  return { task, loss: null, output: { activation: null } };
}

/** Another output activation; and the task's usual loss, unless the present one suits it.
 * @type {(experiment: Experiment, catalogue: Catalogue, name: string) => Patch} */
export function outputActivationPatch(experiment, catalogue, name) {
  const suits = chosen(catalogue, "loss", experiment.loss)?.outputs?.includes(name) ?? true;
  return suits ? { output: { activation: { name } } } : { output: { activation: { name } }, loss: null };
}

// ---- words about an experiment ----

/** Units from the features to the outputs, as in 2-4-2-1.
 * @type {(experiment: Experiment, outputs: number) => number[]} */
export function sizes(experiment, outputs) {
  return [experiment.features.length, ...experiment.layers.map((layer) => layer.units), outputs];
}

/** How many outputs the network has.
 * @type {(experiment: Experiment, catalogue: Catalogue | null) => number} */
export function outputsOf(experiment, catalogue) {
  if (experiment.task !== "multiclass" && experiment.task !== "multilabel") return 1;
  const { classes } = experiment.dataset;
  if (typeof classes === "number") return classes;
  const entry = chosen(catalogue, "dataset", experiment.dataset);
  const blank = entry?.arguments.find((item) => item.name === "classes");
  return typeof blank?.default === "number" ? blank.default : (entry?.classes ?? 2);
}

/** Weights and biases in all.
 * @type {(units: number[]) => number} */
export function parameterCount(units) {
  return units.slice(1).reduce((sum, count, index) => sum + (units[index] + 1) * count, 0);
}
