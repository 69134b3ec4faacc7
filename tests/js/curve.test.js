// Where a sampled function is flat, and how often it is met there.
import assert from "node:assert/strict";
import { test } from "node:test";
import { flatShare } from "../../static/js/draw/curve.js";

const x = Array.from({ length: 161 }, (_, index) => -8 + index / 10);
const tanh = { x, value: x.map(Math.tanh), derivative: x.map((at) => 1 - Math.tanh(at) ** 2) };
const relu = { x, value: x.map((at) => Math.max(at, 0)), derivative: x.map((at) => (at > 0 ? 1 : 0)) };

test("sums where the curve is flat are counted, those beyond its ends with them", () => {
  const low = -20; // ten bins of width 4: of tanh only the two in the middle, from -4 to 4, are not all flat
  const counts = [1, 1, 1, 1, 5, 5, 1, 1, 1, 1];
  assert.equal(flatShare(tanh, low, 4, counts), 8 / 18);
  assert.equal(flatShare(relu, low, 4, counts), 9 / 18);
});

test("a unit that gets no sums, or always the same one, is no reason to fail", () => {
  assert.equal(flatShare(tanh, 0, 0, []), 0);
  assert.equal(flatShare(relu, -1, 0, [7, 0, 0]), 1);
  assert.equal(flatShare(relu, 1, 0, [7, 0, 0]), 0);
});
