// A small catalogue of the shape that the server sends, the experiments it allows, and chance that repeats itself.

/** @import { Argument, Catalogue, Entry, Experiment, Layer } from "../../static/js/types.js" */

/** @type {(name: string, value: number, minimum: number, maximum: number, integer?: boolean) => Argument} */
const argument = (name, value, minimum, maximum, integer = false) => ({
  name,
  label: name,
  help: "",
  default: value,
  minimum,
  maximum,
  kind: integer ? "integer" : "number",
  scale: "linear",
  options: [],
});

/** @type {(name: string, facts?: Partial<Entry>) => Entry} */
const entry = (name, facts = {}) => ({
  name,
  label: name,
  summary: "",
  when: "",
  hazard: "",
  source: "",
  formula: null,
  aliases: [],
  tasks: null,
  arguments: [],
  ...facts,
});

/** @type {(entries: Entry[]) => Catalogue["families"][string]} */
const family = (entries) => ({ label: "", help: "", default: null, entries });

const PLANE = ["x1", "x2"];
const samples = { minimum: 2, default: 500, maximum: 20000 };

/** @type {Layer} */
const LAYER = {
  units: 4,
  activation: "tanh",
  initializer: "glorot_uniform",
  bias_initializer: "zeros",
  regularizer: null,
  constraint: null,
  batch_normalization: null,
  dropout: 0,
};

/** @type {Catalogue} */
export const CATALOGUE = {
  version: "0",
  conventions: [],
  limits: { layers: 10, units: 512 },
  default_experiment: {
    task: "binary",
    dataset: {
      name: "circle",
      samples: 500,
      noise: 0,
      label_noise: 0,
      stratify: false,
      validation_fraction: 0,
      test_fraction: 0.5,
      seed: 0,
      standardize: false,
    },
    features: PLANE,
    layers: [LAYER, { ...LAYER, units: 2 }],
    output: {
      activation: "sigmoid",
      initializer: "glorot_uniform",
      bias_initializer: "zeros",
      regularizer: null,
      constraint: null,
    },
    loss: "binary_crossentropy",
    optimizer: { name: "sgd", learning_rate: 0.03 },
    schedule: "constant",
    batch_size: 10,
    input: { dropout: 0, noise: 0 },
    clipping: null,
    early_stopping: null,
    class_weight: null,
    label_smoothing: 0,
    shuffle: true,
    precision: "float32",
    seed: 0,
  },
  families: {
    task: family([
      entry("binary", { output: "sigmoid", loss: "binary_crossentropy" }),
      entry("multiclass", { output: "softmax", loss: "categorical_crossentropy" }),
      entry("regression", { output: "linear", loss: "mean_squared_error" }),
    ]),
    dataset: family([
      entry("circle", { tasks: ["binary"], columns: PLANE, samples }),
      entry("spiral", { tasks: ["binary"], columns: PLANE, samples, arguments: [argument("turns", 1.5, 0.25, 3)] }),
      entry("blobs", {
        tasks: ["multiclass"],
        columns: PLANE,
        samples,
        arguments: [argument("classes", 3, 2, 10, true)],
      }),
      entry("plane", { tasks: ["regression"], columns: PLANE, samples }),
      entry("iris", {
        tasks: ["multiclass"],
        classes: 3,
        columns: ["sepal_length", "petal_width"],
        samples: { minimum: 10, default: 150, maximum: 150 },
      }),
    ]),
    activation: family([
      entry("tanh"),
      entry("leaky_relu", { arguments: [argument("negative_slope", 0.01, 0, 1)] }),
      entry("linear"),
      entry("sigmoid"),
      entry("softmax"),
    ]),
    initializer: family([
      entry("zeros"),
      entry("glorot_uniform"),
      entry("random_normal", { arguments: [argument("mean", 0, -100, 100), argument("stddev", 0.05, 0, 100)] }),
    ]),
    regularizer: family([
      entry("l2", { arguments: [argument("rate", 0.001, 0, 10)] }),
      entry("l1", { arguments: [argument("rate", 0.001, 0, 10)] }),
    ]),
    constraint: family([entry("max_norm", { arguments: [argument("limit", 3, 0.01, 100)] })]),
    loss: family([
      entry("mean_squared_error", { outputs: ["linear", "sigmoid", "softmax"] }),
      entry("binary_crossentropy", { outputs: ["sigmoid"] }),
      entry("categorical_crossentropy", { outputs: ["softmax"] }),
    ]),
    optimizer: family([
      entry("sgd", { arguments: [argument("learning_rate", 0.03, 0, 1e9)] }),
      entry("momentum", { arguments: [argument("learning_rate", 0.01, 0, 1e9), argument("momentum", 0.9, 0, 0.999)] }),
    ]),
    schedule: family([entry("constant"), entry("step", { arguments: [argument("every", 10, 1, 1000, true)] })]),
  },
};

export const DEFAULT = CATALOGUE.default_experiment;

/** Numbers from 0 to 1 that look random and are the same every time (mulberry32).
 * @type {(seed: number) => () => number} */
export function chance(seed) {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** @template T @param {() => number} random @param {T[]} items @returns {T} */
export const pick = (random, items) => items[Math.floor(random() * items.length)];

/** An entry of a family with its arguments drawn, as the server writes it: bare if it has none.
 * @type {(random: () => number, family: string, among?: string[]) => any} */
function choice(random, family, among) {
  const entries = CATALOGUE.families[family].entries.filter(({ name }) => !among || among.includes(name));
  const { name, arguments: blanks } = pick(random, entries);
  if (blanks.length === 0) return name;
  const values = blanks.map((blank) => [blank.name, random() < 0.4 ? blank.default : drawn(random, blank)]);
  return { name, ...Object.fromEntries(values) };
}

/** @type {(random: () => number, argument: Argument) => number} */
function drawn(random, { minimum, maximum, kind }) {
  const value = (minimum ?? 0) + random() ** 4 * ((maximum ?? 1) - (minimum ?? 0));
  return kind === "integer" ? Math.round(value) : value;
}

/** A whole experiment, with each of its fields sometimes as usual and sometimes not.
 * @type {(random: () => number) => Experiment} */
export function anyExperiment(random) {
  const set = pick(random, CATALOGUE.families.dataset.entries);
  const task = /** @type {import("../../static/js/types.js").Task[]} */ (set.tasks)[0];
  const dataset = choice(random, "dataset", [set.name]);
  /** @type {() => Layer} */
  const layer = () => ({
    units: 1 + Math.floor(random() * 9),
    activation: choice(random, "activation", ["tanh", "leaky_relu", "linear"]),
    initializer: choice(random, "initializer"),
    bias_initializer: choice(random, "initializer"),
    regularizer: random() < 0.5 ? null : choice(random, "regularizer"),
    constraint: random() < 0.5 ? null : choice(random, "constraint"),
    batch_normalization:
      random() < 0.5
        ? null
        : {
            position: pick(random, /** @type {("before" | "after")[]} */ (["before", "after"])),
            momentum: random(),
            epsilon: 0.001,
          },
    dropout: pick(random, [0, random()]),
  });
  const {
    units: _,
    batch_normalization: _1,
    dropout: _2,
    ...output
  } = { ...layer(), activation: pick(random, ["sigmoid", "softmax", "linear"]) };
  const one = layer();
  const alike = random() < 0.5;
  return {
    task,
    dataset: {
      ...(typeof dataset === "string" ? { name: dataset } : dataset),
      samples: pick(random, [set.samples?.default ?? 500, 10 + Math.floor(random() * 100)]),
      noise: pick(random, [0, random()]),
      label_noise: pick(random, [0, random()]),
      stratify: random() < 0.5,
      validation_fraction: pick(random, [0, 0.25]),
      test_fraction: pick(random, [0.5, random() / 2]),
      seed: pick(random, [0, Math.floor(random() * 2 ** 32)]),
      standardize: random() < 0.5,
    },
    features: pick(random, [set.columns ?? PLANE, [(set.columns ?? PLANE)[1]]]),
    layers: Array.from({ length: Math.floor(random() * 5) }, () => (alike ? { ...one } : layer())),
    output,
    loss: choice(random, "loss"),
    optimizer: choice(random, "optimizer"),
    schedule: choice(random, "schedule"),
    batch_size: pick(random, [10, null, 1 + Math.floor(random() * 100)]),
    input: { dropout: pick(random, [0, random()]), noise: pick(random, [0, random()]) },
    clipping: pick(random, [null, { by: pick(random, ["norm", "value"]), threshold: random() }]),
    early_stopping: pick(random, [
      null,
      { monitor: "test_loss", patience: Math.floor(random() * 9), min_delta: random(), restore_best: random() < 0.5 },
    ]),
    class_weight: pick(random, [null, /** @type {const} */ ("balanced"), [random(), random()]]),
    label_smoothing: pick(random, [0, random() / 2]),
    shuffle: random() < 0.5,
    precision: pick(random, ["float32", "float64"]),
    seed: pick(random, [0, Math.floor(random() * 2 ** 32)]),
  };
}
