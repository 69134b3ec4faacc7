// Number fields: what they may hold, and what is said of anything else.
import assert from "node:assert/strict";
import { test } from "node:test";
import { isAllowed, numberSpec } from "../../static/js/schema.js";
import { strings } from "../../static/js/strings.js";

/** @type {import("../../static/js/types.js").NumberSpec} */
const UNITS = { label: "Units", help: "", minimum: 1, maximum: 512, integer: true, scale: "linear", unit: null };
/** @type {import("../../static/js/types.js").NumberSpec} */
const SHARE = {
  label: "Test share",
  help: "",
  minimum: 0,
  maximum: 1,
  exclusive: true,
  integer: false,
  scale: "linear",
  unit: null,
};
/** @type {import("../../static/js/types.js").NumberSpec} */
const WEIGHT = { label: "value", help: "", minimum: null, maximum: null, integer: false, scale: "linear", unit: null };

test("a number is allowed within its bounds only, and whole where it is a count", () => {
  for (const number of [1, 4, 512]) assert.ok(isAllowed(UNITS, number), String(number));
  for (const number of [0, -3, 513, 1e7, 1e9, 4.5, Infinity, NaN]) assert.ok(!isAllowed(UNITS, number), String(number));
  for (const number of [0, 0.5, 0.999]) assert.ok(isAllowed(SHARE, number), String(number));
  for (const number of [1, -0.1]) assert.ok(!isAllowed(SHARE, number), String(number));
  for (const number of [-1e30, 0, 1e30]) assert.ok(isAllowed(WEIGHT, number), String(number));
});

test("a refusal names the field, what it may hold, what was given, and what holds", () => {
  const { refused } = strings.fields;
  assert.equal(
    refused(UNITS, "1e9", "4"),
    "Units must be a whole number from 1 to 512, not \u201c1e9\u201d. It stays at 4.",
  );
  assert.equal(refused(UNITS, " ", "4"), "Units must be a whole number from 1 to 512. It stays at 4.");
  assert.equal(
    refused(SHARE, "1", "0.5"),
    "Test share must be a number from 0 to less than 1, not \u201c1\u201d. It stays at 0.5.",
  );
  assert.equal(refused(WEIGHT, "x", "0.2"), "value must be a number, not \u201cx\u201d. It stays at 0.2.");
  assert.ok(refused(UNITS, "9".repeat(400), "4").length < 120);
});

test("an exclusive bound is read from the schema", () => {
  const schema = {
    properties: {
      share: { title: "Share", type: "number", minimum: 0, exclusiveMaximum: 1 },
      units: { type: "integer", minimum: 1, maximum: 512 },
    },
  };
  assert.deepEqual([numberSpec(schema, "share").maximum, numberSpec(schema, "share").exclusive], [1, true]);
  assert.deepEqual([numberSpec(schema, "units").maximum, numberSpec(schema, "units").exclusive], [512, false]);
});
