// What the server's JSON Schema says about a number: its name, its explanation, its bounds.

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
