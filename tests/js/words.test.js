// Words and bounds: what the page says of fields, problems and numbers.
import assert from "node:assert/strict";
import { test } from "node:test";
import { numberSpec } from "../../static/js/schema.js";
import { problemText } from "../../static/js/store.js";
import { fieldName, list, strings } from "../../static/js/strings.js";
import { DEFAULT } from "./catalogue.js";

test("every field of an experiment has a name in plain words", () => {
  const fields = [
    ...Object.keys(DEFAULT),
    ...Object.keys(DEFAULT.layers[0]).map((field) => `layers.2.${field}`),
    "dataset.noise",
    "features",
  ];
  for (const field of fields) assert.notEqual(fieldName(field), field);
  assert.equal(fieldName("layers.0.units"), "the number of units");
  assert.equal(fieldName("dataset.seed"), "the data");
  assert.equal(fieldName("something.new"), "something.new", "what is unknown is still named");
});

test("a list in a sentence, without saying anything twice", () => {
  assert.equal(list([]), "");
  assert.equal(list(["the data", "the data"]), "the data");
  assert.equal(list(["one", "two", "three"]), "one, two and three");
});

test("a problem is told in sentences, each once", () => {
  const problem = { type: "", title: "Unprocessable", status: 422, detail: "two errors", errors: [] };
  const error = (/** @type {string} */ message) => ({ field: "x", given: 0, expected: "", message });
  assert.equal(
    problemText({ ...problem, errors: [error("too large"), error("too large"), error("Not a number!")] }),
    "Too large. Not a number!",
  );
  assert.equal(problemText(problem), "Two errors.");
  assert.equal(problemText({ ...problem, detail: "" }), "Unprocessable.");
});

test("however many parts of a link are unknown, the complaint stays a sentence", () => {
  const text = strings.status.linkIgnored(Array.from({ length: 400 }, (_, index) => `part${index}`));
  assert.ok(text.includes("part0") && text.length < 200, text);
});

test("a field's bounds are found in the schema, through references and alternatives", () => {
  const schema = {
    properties: {
      batch_size: {
        title: "Batch size",
        description: "How many.",
        anyOf: [{ type: "integer", minimum: 1, maximum: 99 }, { type: "null" }],
      },
      layers: { items: { $ref: "#/$defs/Layer" } },
    },
    $defs: {
      Layer: {
        properties: {
          units: { type: "integer", minimum: 1, exclusiveMaximum: 513, "x-scale": /** @type {const} */ ("log") },
        },
      },
    },
  };
  const batch = numberSpec(schema, "batch_size");
  assert.deepEqual(
    [batch.label, batch.help, batch.minimum, batch.maximum, batch.integer],
    ["Batch size", "How many.", 1, 99, true],
  );
  const units = numberSpec(schema, "layers.3.units");
  assert.deepEqual([units.minimum, units.maximum, units.scale], [1, 513, "log"]);
  for (const unknown of [numberSpec(schema, "no.such.field"), numberSpec(null, "x")])
    assert.deepEqual([unknown.minimum, unknown.maximum], [null, null]);
});
