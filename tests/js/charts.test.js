// What the strip of layers and the distributions are drawn from.

import assert from "node:assert/strict";
import { test } from "node:test";
import { BROKEN, MISSING, strip, ZERO } from "../../static/js/draw/strip.js";
import { rebinned, together } from "../../static/js/histograms.js";

/** @type {import("../../static/js/draw/strip.js").Range} */
const RANGE = { low: -8, high: 4, log: true };

test("a strip has the output on top, the newest row at its right end, and never more columns than rows", () => {
  const layers = [
    [1e-8, 1e-8, 1e-2],
    [1e-2, 1e4, 1e4],
  ];
  const { width, cells } = strip(layers, 3, 800, RANGE);
  assert.equal(width, 3);
  assert.deepEqual([...cells], [128, 255, 255, 0, 0, 128]);
  const long = Array.from({ length: 3000 }, (_, index) => 10 ** (index / 3000));
  const narrow = strip([long], 3000, 100, RANGE);
  assert.equal(narrow.cells.length, 100);
  assert.ok(narrow.cells.every((cell, at) => at === 0 || cell >= narrow.cells[at - 1]));
});

test("what is zero, not finite or not there has a color of its own", () => {
  assert.deepEqual([...strip([[null, 0, null, 1e-2]], 4, 9, RANGE).cells], [MISSING, ZERO, BROKEN, 128]);
  assert.deepEqual([...strip([[]], 0, 9, RANGE).cells], [MISSING]);
  const share = { low: 0, high: 1, log: false };
  assert.deepEqual([...strip([[0, 0.5, 1, 7]], 4, 9, share).cells], [0, 128, 255, 255]);
});

test("a histogram over another range counts as many, where they were", () => {
  const histogram = { low: 0, high: 4, counts: [1, 2, 3, 4], mean: 0, std: 0, quantiles: [], not_finite: 0 };
  assert.deepEqual(rebinned(histogram, 0, 4, 4), [1, 2, 3, 4]);
  assert.deepEqual(rebinned(histogram, 0, 8, 4), [3, 7, 0, 0]);
  const fine = rebinned(histogram, -2, 6, 80);
  assert.ok(Math.abs(fine.reduce((sum, value) => sum + value, 0) - 10) < 1e-9);
  assert.equal(
    fine.slice(0, 20).every((value) => value === 0),
    true,
  );
  const single = { ...histogram, low: 3, high: 3, counts: [0, 7] };
  assert.deepEqual(rebinned(single, 0, 4, 4), [0, 0, 0, 7]);
  assert.deepEqual(rebinned(undefined, 0, 1, 2), [0, 0]);
  assert.deepEqual(
    together([histogram, { ...histogram, low: -3, high: 1 }, { ...histogram, low: null, high: null }]),
    [-3, 4],
  );
  assert.deepEqual(together([]), [-1, 1]);
});
