// Colors and scales: what a color means is the same everywhere, and their ends are the ends.
import assert from "node:assert/strict";
import { test } from "node:test";
import { between, mixed, parseRgb, scale, toCss } from "../../static/js/draw/colors.js";
import { curvePath, originIn, windowOf } from "../../static/js/draw/curve.js";
import { decided, rescaled } from "../../static/js/draw/heatmap.js";
import { SHAPES, shapePath } from "../../static/js/draw/shapes.js";
import { targetLook } from "../../static/js/palette.js";

/** @import { Rgb, Table } from "../../static/js/draw/colors.js" */

/** @type {Rgb[]} */
const STOPS = [
  [200, 80, 0],
  [240, 240, 240],
  [0, 80, 200],
];
const TABLE = scale(STOPS);
/** @type {(table: Table, index: number) => number[]} */
const at = (table, index) => [...table.subarray(index * 3, index * 3 + 3)];

test("a scale runs evenly from its first color over the middle to its last", () => {
  assert.deepEqual(at(TABLE, 0), STOPS[0]);
  assert.deepEqual(at(TABLE, 255), STOPS[2]);
  for (const channel of at(TABLE, 127)) assert.ok(Math.abs(channel - 240) <= 1);
  for (let index = 1; index <= 127; index += 1)
    assert.ok(TABLE[index * 3 + 2] >= TABLE[(index - 1) * 3 + 2], "no color out of order");
});

test("colors between others, and beyond the ends none", () => {
  assert.equal(between(STOPS, -1), toCss(STOPS[0]));
  assert.equal(between(STOPS, 0.5), toCss(STOPS[1]));
  assert.equal(between(STOPS, 7), toCss(STOPS[2]));
  assert.deepEqual(mixed([0, 0, 0], [10, 20, 30], 0.5), [5, 10, 15]);
});

test("what browsers write for a color is read", () => {
  assert.deepEqual(parseRgb("rgb(1, 2, 3)"), [1, 2, 3]);
  assert.deepEqual(parseRgb("rgba(1, 2, 3, 0.5)"), [1, 2, 3]);
  assert.deepEqual(parseRgb("rgb(1 2 3 / 50%)"), [1, 2, 3]);
});

test("a value keeps its color whatever range it was sent in", () => {
  for (const [low, high] of [
    [-1, 1],
    [-0.2, 0.9],
    [0, 3],
    [-5, -1],
  ]) {
    const table = rescaled(TABLE, low, high, 2);
    for (const byte of [0, 40, 200, 255]) {
      const value = low + (byte / 255) * (high - low);
      const expected = Math.round(Math.min(Math.max((value / 2 + 1) / 2, 0), 1) * 255);
      assert.deepEqual(at(table, byte), at(TABLE, expected), `${value} in ${low} to ${high}`);
    }
  }
});

test("a map that is flat, even at zero, has a color", () => {
  const middle = at(TABLE, 128);
  assert.deepEqual(at(rescaled(TABLE, 0, 0, 1), 0), middle);
  assert.deepEqual(at(rescaled(TABLE, 0.5, 0.5, 0.5, 0.5), 255), middle);
});

test("hard decisions know two colors, and change at the middle", () => {
  const table = decided(TABLE, 0, 1, 0.5);
  const colors = new Set(Array.from({ length: 256 }, (_, index) => at(table, index).join()));
  assert.deepEqual(colors, new Set([STOPS[0].join(), STOPS[2].join()]));
  assert.deepEqual(at(table, 127), STOPS[0]);
  assert.deepEqual(at(table, 128), STOPS[2]);
});

test("classes differ in shape, not only in color", () => {
  const palette = /** @type {any} */ ({
    css: String,
    classCss: Array.from({ length: 10 }, (_, index) => `class ${index}`),
    value: String,
  });
  const looks = Array.from({ length: 10 }, (_, index) => targetLook(palette, "multiclass")(index));
  assert.equal(new Set(looks.map(({ shape }) => shape)).size, 10);
  assert.equal(new Set(looks.map(({ color }) => color)).size, 10);
  assert.deepEqual(targetLook(palette, "multiclass")(13), looks[3], "with more than ten classes they begin again");
  const [no, yes] = [0, 1].map(targetLook(palette, "binary"));
  assert.ok(no.shape !== yes.shape && no.color === "negative" && yes.color === "positive");
  assert.equal(targetLook(palette, "regression", { middle: 0, limit: 4 })(-2).color, "-0.5");
  assert.equal(new Set(SHAPES.map((_, index) => shapePath(index, 5))).size, SHAPES.length);
});

test("an activation's curve stays in its box, breaks where a value is missing, and shows zero", () => {
  const x = [-2, -1, 0, 1, 2];
  const shown = windowOf(x, [[1, null, 3, 4, 5]]);
  assert.ok(shown.y[0] <= 0 && shown.y[1] >= 5);
  assert.equal(curvePath(x, [1, null, 3, 4, 5], shown, 100, 50).match(/M/g)?.length, 2);
  const { x: left, y: top } = originIn(shown, 100, 50);
  assert.ok(left === 50 && top > 0 && top < 50);
  assert.ok(windowOf(x, [[0, 1, 1e9, 1, 0]], 4).y[1] < 10, "one huge value does not flatten the rest");
  const flat = windowOf(x, [[0, 0, 0, 0, 0]]);
  assert.doesNotMatch(curvePath(x, [0, 0, 0, 0, 0], flat, 100, 50), /NaN|Infinity/);
});
