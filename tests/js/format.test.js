// Numbers as text: a fixed width while they change, and nothing that is not a number.
import assert from "node:assert/strict";
import { test } from "node:test";
import {
  count,
  epochOf,
  fraction,
  nextRound,
  parseNumber,
  percent,
  quantity,
  setting,
  speed,
} from "../../static/js/format.js";

test("a quantity keeps its width and its digits", () => {
  assert.equal(quantity(0.65432), "0.6543");
  assert.equal(quantity(12.3456), "12.346");
  for (let power = -300; power < 300; power += 0.37) {
    for (const value of [10 ** power, -(10 ** power)]) assert.ok(quantity(value).length <= 8, quantity(value));
  }
  for (const decade of [0.1, 1, 10, 100, 1000]) {
    const widths = new Set(Array.from({ length: 90 }, (_, index) => quantity(decade * (1 + index / 10)).length));
    assert.equal(widths.size, 1, `the width changes between ${decade} and ${decade * 10}`);
  }
  for (const nothing of [null, undefined, NaN, Infinity]) assert.equal(quantity(nothing), "\u2013");
});

test("shares, counts and speeds", () => {
  assert.equal(percent(0.9751), "97.5\u202f%");
  assert.equal(count(12345.6), "12,345");
  assert.equal(speed(812345), "812,000");
  for (const format of [percent, count, speed]) assert.equal(format(null), "\u2013");
});

test("a setting reads back as the number it was", () => {
  for (const value of [0.03, 1e-5, 1e6, 0, 12.5, 3e-7]) assert.equal(parseNumber(setting(value)), value);
  for (const text of ["", "abc", "1e999", "NaN", "--1", "0x10"]) assert.equal(parseNumber(text), null, text);
});

test("the next round number goes up, and down again to where it was", () => {
  for (const start of [0.001, 0.03, 1, 10, 300]) {
    const up = nextRound(start, 1);
    assert.ok(up > start);
    assert.equal(nextRound(up, -1), start);
  }
});

test("an epoch under way is told with a part of it", () => {
  assert.deepEqual([0, 95, 1234, 0.16, 95.88, 0.004, 12.9999, 3.00001].map(epochOf), [
    "0",
    "95",
    "1,234",
    "0.16",
    "95.88",
    "0.004",
    "12.999",
    "3.001",
  ]);
  assert.deepEqual([2, 2.5].map(fraction), ["", ".50"]);
});

test("commas between the thousands of a count are no decimal commas", () => {
  assert.deepEqual(
    ["10,000", "1,234,567", "+2,000"].map((text) => parseNumber(text, true)),
    [10000, 1234567, 2000],
  );
  assert.deepEqual([parseNumber("0,5"), parseNumber("1,234"), parseNumber("10,00", true)], [0.5, 1.234, 10]);
});
