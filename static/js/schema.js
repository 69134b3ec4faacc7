// What the server's JSON Schema says about a field: its name, its explanation, its bounds, and whether it may change
// while a run goes on.

import { isObject } from "./experiment.js";

/** @import { Field, NumberSpec, Schema } from "./types.js" */

/** The specification of a field such as `batch_size`, `dataset.noise` or `layers.0.units`.
 * @type {(schema: Schema | null, path: string) => NumberSpec} */
export function numberSpec(schema, path) {
  const nodes = schema ? find(schema, { ...schema }, path.split(".")) : [];
  const first = (/** @type {(node: Schema) => any} */ read) =>
    nodes.map(read).find((value) => value !== undefined) ?? null;
  return {
    label: first((node) => node.title) ?? path,
    help: first((node) => node.description) ?? "",
    minimum: first((node) => node.minimum),
    maximum: first((node) => node.maximum ?? node.exclusiveMaximum),
    exclusive: nodes.some((node) => node.exclusiveMaximum !== undefined),
    integer: nodes.some((node) => node.type === "integer"),
    scale: first((node) => node["x-scale"]) ?? "linear",
    unit: first((node) => node["x-unit"]),
  };
}

/** Whether a number is one that the field may hold.
 * @type {(spec: NumberSpec, number: number) => boolean} */
export function isAllowed({ minimum, maximum, exclusive, integer }, number) {
  const most = maximum ?? Infinity;
  return (
    Number.isFinite(number) &&
    number >= (minimum ?? -Infinity) &&
    (exclusive ? number < most : number <= most) &&
    (!integer || Number.isInteger(number))
  );
}

/** What a field may hold; null for one that the schema does not have.
 * @type {(schema: Schema | null, path: string) => Field | null} */
export function fieldOf(schema, path) {
  const nodes = schema ? find(schema, { ...schema }, path.split(".")) : [];
  if (nodes.length === 0) return null;
  const first = (/** @type {(node: Schema) => any} */ read) => nodes.map(read).find((value) => value !== undefined);
  return {
    label: first((node) => node.title) ?? path,
    help: first((node) => node.description) ?? "",
    kind: first((node) => (node.type === "null" ? undefined : node.type)),
    nullable: nodes.some((node) => node.type === "null"),
    options: first((node) => node.enum),
    properties: first((node) => node.properties),
  };
}

/** The fields in which two experiments differ and which cannot change while a run goes on: they need a new one.
 * @type {(schema: Schema, before: unknown, after: unknown) => string[]} */
export const fixedDifferences = (schema, before, after) => fixed(schema, schema, before, after, [], false);

/** @param {Schema} root @param {Schema} node @param {unknown} before @param {unknown} after
 * @param {(string | number)[]} path @param {boolean} live @returns {string[]} */
function fixed(root, node, before, after, path, live) {
  if (before === after || after === undefined) return []; // what is left out keeps its default
  if (Array.isArray(before) && Array.isArray(after)) {
    if (JSON.stringify(before) === JSON.stringify(after) || live) return [];
    const items = unfolded(root, node).find((alternative) => alternative.items)?.items;
    if (!items || before.length !== after.length || ![...before, ...after].every(isObject)) return [path.join(".")];
    return before.flatMap((item, index) => fixed(root, items, item, after[index], [...path, index], false));
  }
  const [old, now] = [before, after].map((value) => (typeof value === "string" ? { name: value } : value));
  const [kind, other] = [old, now].map((value) => alternativeOf(unfolded(root, node), value));
  const structural = [kind, other].some((entry) => entry?.["x-live"] === false);
  if (!kind?.properties || kind !== other || !isObject(old) || !isObject(now)) {
    return live && !structural ? [] : [path.join(".")];
  }
  if (live && !structural) return [];
  return Object.entries(kind.properties).flatMap(([name, field]) =>
    fixed(root, field, old[name], now[name], [...path, name], field["x-live"] ?? false),
  );
}

/** Of what a field may hold, what it holds: of entries that can be chosen the one of that name.
 * @type {(alternatives: Schema[], value: unknown) => Schema | undefined} */
function alternativeOf(alternatives, value) {
  if (!isObject(value)) return undefined;
  const objects = alternatives.filter(({ properties }) => properties);
  return objects.find(({ properties }) => properties?.name?.default === value.name) ?? objects[0];
}

/** The parts of the schema that speak of a path: the field itself, then what it may be.
 * @type {(root: Schema, node: Schema, path: string[]) => Schema[]} */
function find(root, node, path) {
  const alternatives = unfolded(root, node);
  const [part, ...rest] = path;
  if (part === undefined) return [node, ...alternatives];
  const inner = alternatives.flatMap((item) => {
    const next = /^\d+$/.test(part) ? item.items : item.properties?.[part];
    return next ? [next] : [];
  });
  return inner.length > 0 ? find(root, inner[0], rest) : [];
}

/** @type {(root: Schema, node: Schema) => Schema[]} */
function unfolded(root, node) {
  if (node.$ref) {
    const name = node.$ref.split("/").at(-1) ?? "";
    const target = root.$defs?.[name];
    return target ? unfolded(root, target) : [];
  }
  const members = [...(node.anyOf ?? []), ...(node.oneOf ?? []), ...(node.allOf ?? [])];
  return members.length > 0 ? members.flatMap((member) => unfolded(root, member)) : [node];
}
