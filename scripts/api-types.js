// Writes static/js/openapi.d.ts, the page's types of all that travels, from the API's description on standard input.
// With --check it only says whether the file is up to date.
import { readFileSync, writeFileSync } from "node:fs";
import { text } from "node:stream/consumers";
import openapiTS, { astToString } from "openapi-typescript";
import ts from "typescript";

/** @typedef {Record<string, any>} Schema */

const FILE = new URL("../static/js/openapi.d.ts", import.meta.url);
const HEAD = "// Made by scripts/types from the API's description. Do not edit.\n\n";
const BYTES = ts.factory.createTypeReferenceNode("Uint8Array");
// The page knows from the catalogue what can be chosen; to its types a choice is a name, or a name with arguments.
const NAMED = {
  type: "object",
  required: ["name"],
  properties: { name: { type: "string" } },
  additionalProperties: true,
};
const CHOICE = { anyOf: [{ type: "string" }, NAMED] };

/** The names of what can be chosen. @type {Set<string>} */
const entries = new Set();

/** @type {(schema: Schema) => boolean} */
const isChoice = (schema) => schema.discriminator?.propertyName === "name";

/** A part of the description as the page's types have it.
 * @type {(key: string, value: any) => any} */
function simplified(_key, value) {
  if (value === null || typeof value !== "object" || Array.isArray(value)) return value;
  const schema = { ...value };
  if (typeof value.title === "string") delete schema.title; // which only repeats a name
  const choice = value.anyOf?.find(isChoice);
  if (choice) {
    for (const reference of Object.values(choice.discriminator.mapping)) entries.add(reference.split("/").at(-1));
    const nullable = value.anyOf.filter((/** @type {Schema} */ member) => member.type === "null");
    schema.anyOf = [{ $ref: "#/components/schemas/Choice" }, ...nullable];
  }
  const fields = Object.values(value.properties ?? {});
  // An answered experiment is whole.
  if (fields.some((field) => "x-live" in field)) schema.required = Object.keys(value.properties);
  if (value.properties)
    schema.properties = Object.fromEntries(
      Object.entries(value.properties).map(([name, field]) => [name, { ...field, default: undefined }]),
    );
  return schema;
}

const { components, ...document } = JSON.parse(await text(process.stdin));
const schemas = JSON.parse(JSON.stringify({ Choice: CHOICE, ...components.schemas }, simplified));
for (const name of entries) delete schemas[name];
const tree = await openapiTS(
  { ...document, paths: {}, components: { schemas } },
  {
    defaultNonNullable: false,
    rootTypes: true,
    rootTypesNoSchemaPrefix: true,
    transform: (schema) => ("contentEncoding" in schema ? BYTES : undefined),
  },
);
const made = HEAD + astToString(tree);
if (!process.argv.includes("--check")) {
  writeFileSync(FILE, made);
} else if (readFileSync(FILE, "utf8") !== made) {
  console.error("static/js/openapi.d.ts does not say what the API says. Run ./scripts/types.");
  process.exit(1);
}
