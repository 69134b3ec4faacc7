// An experiment as a link: only what differs from the default, named as in the API.
//
//   #dataset=spiral&dataset.noise=0.1&layers=8,8,8&layers.activation=relu&layers.2.activation=tanh&seed=3
//
// `layers` are the units of each; `layers.FIELD` holds for every hidden layer, `layers.2.FIELD` for the third.
// What a link says is checked twice: here for its form, by the server for its sense.

import { argumentOf, entryOf, FAMILY_OF, isObject, nameOf, usualExperiment } from "./experiment.js";

/** @import { Catalogue, Choice, Entry, Experiment, Layer, Patch } from "./types.js" */

/** @typedef {[path: string, value: string][]} Pairs */

const MOST_PAIRS = 400;
const LONGEST_VALUE = 10_000; // the names of all columns of a wide table
const SCALARS = ["task", "batch_size", "label_smoothing", "class_weight", "shuffle", "precision", "seed"];
const CHOICES = ["loss", "optimizer", "schedule"];
/** Parts of an experiment that are neither choices nor single values, with their fields. Those that are null are off.
 * @type {Record<string, string[]>} */
const OBJECTS = {
  input: ["dropout", "noise"],
  clipping: ["by", "threshold"],
  early_stopping: ["monitor", "patience", "min_delta", "restore_best"],
  batch_normalization: ["position", "momentum", "epsilon"],
};
const OF_LAYERS = ["batch_normalization"];
/** Data sets that are no entry of the catalogue but fit in a link, with the fields of their own.
 * @type {Record<string, string[]>} */
const DATA = { tensorflow_playground: ["shape", "seed_text"], upload: ["upload"] };

/** Whether a link can carry the data: painted points are too many for it.
 * @type {(experiment: Experiment) => boolean} */
export const fitsInLink = ({ dataset }) => dataset.name !== "points";

/** The secret of a link by which a session is watched; null if it is a link to an experiment. Browsers keep the
 * fragment to themselves: so it is in no request line, and in no log.
 * @type {(fragment: string) => string | null} */
export const watchSecret = (fragment) => /^#?watch=(.+)$/.exec(fragment)?.[1] ?? null;

/** @type {(secret: string) => string} */
export const watchLink = (secret) => `watch=${secret}`;

/** The fragment, without `#`, that restores `experiment`; empty for the default one.
 * @type {(experiment: Experiment, catalogue: Catalogue) => string} */
export function encodeLink(experiment, catalogue) {
  const base = usualExperiment(catalogue, experiment.dataset);
  /** @type {Pairs} */
  const pairs = [
    ...(fitsInLink(experiment) ? choicePairs : () => [])(
      "dataset",
      experiment.dataset,
      catalogue.default_experiment.dataset,
      catalogue,
      base.dataset,
    ),
    ...listPair("features", experiment.features.map(withoutCommas), base.features.map(withoutCommas)),
    ...layerPairs(experiment.layers, base.layers, catalogue),
    ...fieldPairs("output", experiment.output, base.output, catalogue),
    ...CHOICES.flatMap((field) => choicePairs(field, at(experiment, field), at(base, field), catalogue)),
    ...Object.keys(OBJECTS)
      .filter((field) => !OF_LAYERS.includes(field))
      .flatMap((field) => objectPairs(field, at(experiment, field), at(base, field))),
    ...SCALARS.flatMap((field) => scalarPair(field, at(experiment, field), at(base, field))),
  ];
  return pairs.map(([path, value]) => `${path}=${escaped(value)}`).join("&");
}

/** @type {(value: object, field: string) => any} */
function at(value, field) {
  return /** @type {Record<string, unknown>} */ (value)[field];
}

/** @type {(path: string, value: unknown, base: unknown) => Pairs} */
function scalarPair(path, value, base) {
  return String(value) === String(base) || value === undefined ? [] : [[path, String(value)]];
}

/** All fields of a part that is not as usual, or null where it is off.
 * @type {(path: string, value: Record<string, unknown> | null | undefined, base: unknown) => Pairs} */
function objectPairs(path, value, base) {
  const fields = OBJECTS[path.split(".").at(-1) ?? ""];
  if (value === undefined || JSON.stringify(value) === JSON.stringify(base)) return [];
  return value === null ? [[path, "null"]] : fields.map((field) => [`${path}.${field}`, String(value[field])]);
}

/** @type {(path: string, value: unknown[], base: unknown[]) => Pairs} */
function listPair(path, value, base) {
  return value.join() === base.join() ? [] : [[path, value.join()]];
}

/** A choice: its name if that differs, and the arguments that are not as the entry (or `fields`) has them.
 * @type {(path: string, choice: Choice | null, base: Choice | null, catalogue: Catalogue, fields?: object) => Pairs} */
function choicePairs(path, choice, base, catalogue, fields = {}) {
  const field = path.split(".").at(-1) ?? "";
  if (choice === null) return scalarPair(path, null, base);
  const entry = entryOf(catalogue, FAMILY_OF[field], nameOf(choice));
  const name = scalarPair(path, nameOf(choice), nameOf(base));
  const own = field === "dataset" ? (DATA[nameOf(choice)] ?? []) : [];
  if (!isObject(choice) || !(entry || own.length > 0)) return name;
  const like = nameOf(base) === nameOf(choice) ? base : null;
  const shared = Object.entries(fields).filter(([key]) => key !== "name");
  return [
    ...name,
    ...shared.flatMap(([key, usual]) => scalarPair(`${path}.${key}`, choice[key], usual)),
    ...own.flatMap((key) => scalarPair(`${path}.${key}`, choice[key], undefined)),
    ...(entry?.arguments ?? []).flatMap((argument) =>
      scalarPair(
        `${path}.${argument.name}`,
        choice[argument.name],
        argumentOf(like, /** @type {Entry} */ (entry), argument.name),
      ),
    ),
  ];
}

/** The fields of a layer or of the output.
 * @type {(path: string, value: object, base: object, catalogue: Catalogue) => Pairs} */
function fieldPairs(path, value, base, catalogue) {
  return Object.keys(base).flatMap((field) => {
    const [own, usual] = [at(value, field), at(base, field)];
    if (field in FAMILY_OF) return choicePairs(`${path}.${field}`, own, usual, catalogue);
    if (field in OBJECTS) return objectPairs(`${path}.${field}`, own, usual);
    return field === "units" ? [] : scalarPair(`${path}.${field}`, own, usual);
  });
}

/** @type {(layers: Layer[], base: Layer[], catalogue: Catalogue) => Pairs} */
function layerPairs(layers, base, catalogue) {
  const units = listPair(
    "layers",
    layers.map((layer) => layer.units),
    base.map((layer) => layer.units),
  );
  const usual = base[0];
  const each = layers.map((layer) => fieldPairs("layers", layer, usual, catalogue));
  const same = each.length > 0 && each.every((pairs) => pairs.join() === each[0].join());
  if (same) return [...units, ...each[0]];
  const numbered = layers.flatMap((layer, index) => fieldPairs(`layers.${index}`, layer, usual, catalogue));
  return [...units, ...numbered];
}

/** A column's name may contain commas, which must not split the list.
 * @type {(name: string) => string} */
const withoutCommas = (name) => name.replaceAll("%", "%25").replaceAll(",", "%2C");

/** What a URL may carry unescaped stays readable.
 * @type {(value: string) => string} */
function escaped(value) {
  return encodeURIComponent(value).replaceAll("%2C", ",");
}

// ---- reading ----

/** The experiment that a fragment asks for, and what in it was not understood.
 * @type {(fragment: string, catalogue: Catalogue) => { experiment: Patch, ignored: string[] }} */
export function decodeLink(fragment, catalogue) {
  const pairs = readPairs(fragment);
  const reader = new Reader(catalogue);
  // Shorter paths first: a choice before its arguments, all layers before one of them.
  const ordered = [...pairs].sort(([one], [other]) => depth(one) - depth(other));
  const ignored = ordered.filter(([path, value]) => !reader.read(path, value)).map(([path]) => path.slice(0, 60));
  return { experiment: reader.experiment(), ignored: [...new Set(ignored)] };
}

/** @type {(path: string) => number} */
function depth(path) {
  return path.split(".").filter((part) => !/^\d+$/.test(part)).length * 2 + (/\.\d+\./.test(path) ? 1 : 0);
}

/** @type {(fragment: string) => Pairs} */
function readPairs(fragment) {
  /** @type {Pairs} */
  const pairs = [];
  for (const part of fragment.replace(/^#/, "").split("&").slice(0, MOST_PAIRS)) {
    if (!part) continue;
    const [path, ...rest] = part.split("=");
    pairs.push([unescaped(path), unescaped(rest.join("=")).slice(0, LONGEST_VALUE)]);
  }
  return pairs;
}

/** @type {(text: string) => string} */
function unescaped(text) {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** @type {(text: string) => unknown} */
function parsed(text) {
  if (text.includes(",")) return text.split(",").map(parsed);
  if (text === "true" || text === "false") return text === "true";
  if (text === "null") return null;
  return /^-?\d+(\.\d+)?(e[+-]?\d+)?$/i.test(text) ? Number(text) : text;
}

/** Reads pairs into an experiment, field by known field; nothing is taken that has no place. */
class Reader {
  /** @param {Catalogue} catalogue */
  constructor(catalogue) {
    this.catalogue = catalogue;
    this.usual = catalogue.default_experiment;
    /** @type {Record<string, any>} */
    this.tree = {};
    /** @type {Record<string, any>[] | null} */
    this.layers = null;
  }

  /** @returns {Patch} */
  experiment() {
    return this.layers ? { ...this.tree, layers: this.layers } : this.tree;
  }

  /** Takes one pair; false if it has no place or its value no sense.
   * @type {(path: string, text: string) => boolean} */
  read(path, text) {
    const [field, ...rest] = path.split(".");
    if (SCALARS.includes(field)) return rest.length === 0 && set(this.tree, field, parsed(text));
    if (field === "features") return rest.length === 0 && set(this.tree, field, text.split(",").map(unescaped));
    if (field === "dataset") return this.choice(this.tree, field, rest, text, Object.keys(this.usual.dataset));
    if (CHOICES.includes(field)) return this.choice(this.tree, field, rest, text);
    if (Object.hasOwn(OBJECTS, field) && !OF_LAYERS.includes(field)) return this.object(this.tree, field, rest, text);
    if (field === "output") {
      this.tree.output ??= {};
      return this.part(this.tree.output, this.usual.output, rest, text);
    }
    if (field === "layers") return this.layer(rest, text);
    return false;
  }

  /** @type {(rest: string[], text: string) => boolean} */
  layer(rest, text) {
    const usual = this.usual.layers[0];
    if (rest.length === 0) {
      const units = text === "" ? [] : text.split(",").map(parsed);
      if (units.length > this.catalogue.limits.layers || !units.every(Number.isInteger)) return false;
      this.layers = units.map((count) => ({ units: count }));
      return true;
    }
    this.layers ??= this.usual.layers.map((layer) => ({ ...layer }));
    if (!/^\d+$/.test(rest[0])) return this.layers.every((layer) => this.part(layer, usual, rest, text));
    const layer = this.layers[Number(rest[0])];
    return layer !== undefined && this.part(layer, usual, rest.slice(1), text);
  }

  /** A field of a layer or of the output.
   * @type {(target: Record<string, any>, usual: object, path: string[], text: string) => boolean} */
  part(target, usual, path, text) {
    const [field, ...rest] = path;
    if (!field || field === "units" || !Object.hasOwn(usual, field)) return false;
    if (Object.hasOwn(OBJECTS, field)) return this.object(target, field, rest, text);
    if (!Object.hasOwn(FAMILY_OF, field)) return rest.length === 0 && set(target, field, parsed(text));
    return this.choice(target, field, rest, text);
  }

  /** A part by one of its fields, or null where it is off.
   * @type {(target: Record<string, any>, field: string, rest: string[], text: string) => boolean} */
  object(target, field, rest, text) {
    if (rest.length === 0) return text === "null" && set(target, field, null);
    if (rest.length > 1 || !OBJECTS[field].includes(rest[0])) return false;
    return set(target, field, { ...(target[field] ?? {}), [rest[0]]: parsed(text) });
  }

  /** A choice by its name, or one of its arguments.
   * @type {(target: Record<string, any>, field: string, rest: string[], text: string, shared?: string[]) => boolean} */
  choice(target, field, rest, text, shared = []) {
    const family = FAMILY_OF[field];
    if (rest.length === 0) {
      const none = text === "null" && (field === "regularizer" || field === "constraint");
      const own = field === "dataset" && Object.hasOwn(DATA, text);
      if (!none && !own && !entryOf(this.catalogue, family, text)) return false;
      return set(target, field, none ? null : { name: text });
    }
    if (rest.length > 1) return false;
    const present = target[field] ?? at(field in this.usual ? this.usual : this.usual.layers[0], field);
    const name = nameOf(present);
    const entry = entryOf(this.catalogue, family, name);
    const own = field === "dataset" && Object.hasOwn(DATA, name) ? DATA[name] : [];
    const known = own.includes(rest[0]) || (shared.includes(rest[0]) && rest[0] !== "name");
    if (!known && !entry?.arguments.some((argument) => argument.name === rest[0])) return false;
    const holder = isObject(target[field]) ? target[field] : { name };
    return set(target, field, { ...holder, [rest[0]]: own.includes(rest[0]) ? text : parsed(text) });
  }
}

/** @type {(target: Record<string, any>, field: string, value: unknown) => boolean} */
function set(target, field, value) {
  target[field] = value;
  return true;
}
