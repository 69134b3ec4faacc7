// Values of one's own: real samples as the form's texts, the row that is asked for, and what the answer says.
import assert from "node:assert/strict";
import { test } from "node:test";
import {
  mostMoved,
  nextSample,
  problemsOf,
  renewed,
  rowOf,
  sharesOf,
  stepOf,
  typicalTrial,
  usedFields,
  withValue,
} from "../../static/js/prediction.js";

const FIELDS = /** @type {import("../../static/js/types.js").DataField[]} */ ([
  { name: "size", type: "number", words: null, low: 50, high: 250, typical: 123.4567 },
  { name: "kind", type: "text", words: ["flat", "house"], low: null, high: null, typical: "house" },
  { name: "built", type: "date", words: null, low: "2020-01-31", high: "2020-03-01", typical: "2020-02-10" },
]);
const POINTS = /** @type {import("../../static/js/types.js").DatasetPoints} */ ({
  columns: ["size", "kind: flat", "kind: house", "built"],
  fields: FIELDS,
  targets: { kind: "regression", classes: null, range: null },
  domain: [0, 1, 0, 1],
  axes: [0, 1],
  principal: null,
  parts: {
    train: { points: [[50, 1, 0, 10]], targets: [1] },
    test: {
      points: [
        [80, 0, 1, 11],
        [90, 0, 0, 40],
      ],
      targets: [2, 3],
    },
  },
});

test("real samples fill the form, those of the test data first, and come round again", () => {
  const first = nextSample(POINTS);
  assert.deepEqual(first?.values, ["80", "house", "2020-02-01"]);
  const second = nextSample(POINTS, first?.sample);
  assert.deepEqual(second?.values, ["90", "", "2020-03-01"], "a category that is missing is a gap");
  assert.deepEqual(nextSample(POINTS, second?.sample), first);
});

test("a row holds numbers, words, dates, and null for a gap", () => {
  assert.deepEqual(rowOf(FIELDS, { values: ["80.5", "", "2020-02-01"], sample: null, problems: {} }), [
    80.5,
    null,
    "2020-02-01",
  ]);
});

test("typical values are rounded to what a field shows, and meant exactly", () => {
  assert.equal(rowOf(FIELDS, typicalTrial(POINTS))[0], 123.4567);
  assert.deepEqual(typicalTrial(POINTS).values, ["123.46", "house", "2020-02-10"]);
});

test("a number's step is 1, 2 or 5 times a power of ten", () => {
  const step = (/** @type {number} */ low, /** @type {number} */ high) => stepOf({ ...FIELDS[0], low, high });
  assert.deepEqual([step(4.3, 7.9), step(-6.2, 6.1), step(0, 99), step(0, 1e6), step(3, 3)], [0.02, 0.1, 1, 10000, 1]);
});

test("only fields that the network is fed with are shown; features of a plane are made of both columns", () => {
  assert.deepEqual(
    usedFields(POINTS, ["size", "kind: house"]).map(({ name }) => name),
    ["size", "kind"],
  );
  assert.equal(usedFields(POINTS, ["x1_squared"]).length, 3);
});

test("new data of the same columns keep what was typed; of others they begin with a sample", () => {
  const typed = withValue(typicalTrial(POINTS), FIELDS, "size", "7", "");
  assert.equal(renewed(typed, POINTS, { ...POINTS }), typed);
  const other = { ...POINTS, fields: FIELDS.map((field) => ({ ...field, name: `${field.name}2` })) };
  assert.deepEqual(renewed(typed, POINTS, other).sample, { part: "test", index: 0 });
});

test("a problem is told at its field, and ends when the field is changed", () => {
  const problems = problemsOf([{ field: "x.0.size", message: "no number" }], FIELDS);
  assert.deepEqual(problems, { size: "no number" });
  assert.deepEqual(withValue({ values: ["", "", ""], sample: null, problems }, FIELDS, "size", "1", "").problems, {});
});

test("probabilities are read off the outputs, also between -1 and 1; other outputs are none", () => {
  assert.deepEqual(sharesOf({ kind: "binary", classes: ["no", "yes"], range: [-1, 1] }, [0.5]), [0.25, 0.75]);
  assert.equal(sharesOf({ kind: "binary", classes: ["no", "yes"], range: [0, 1] }, [1.5]), null);
});

test("what moved nothing is not listed", () => {
  const moves = mostMoved([
    { field: "a", change: -4 },
    { field: "b", change: 2 },
    { field: "c", change: 0 },
  ]);
  assert.deepEqual(
    moves.map(({ field, share }) => [field, share]),
    [
      ["a", 1],
      ["b", 0.5],
    ],
  );
  assert.deepEqual(mostMoved([{ field: "a", change: 0 }]), []);
});
