// The history of a run: rows in order, none lost, none twice.
import assert from "node:assert/strict";
import { test } from "node:test";
import {
  columnOf,
  EMPTY,
  extended,
  indexAt,
  lastOf,
  layerColumns,
  leastAt,
  smoothed,
} from "../../static/js/history.js";
import { chance } from "./catalogue.js";

/** @import { Rows } from "../../static/js/history.js" */

/** The rows of a run from one number up to another, as the stream brings them.
 * @type {(first: number, end: number, more?: (seq: number) => Record<string, number | number[]>) => Rows} */
function rows(first, end, more = () => ({})) {
  /** @type {Record<string, number[]>} */
  const columns = {};
  for (let seq = first; seq < end; seq += 1) {
    const row = {
      step: seq * 25,
      epoch: seq,
      train_loss: 1 / (seq + 1),
      test_loss: 2 / (seq + 1),
      gradient_norm: [seq, NaN],
      ...more(seq),
    };
    for (const [name, value] of Object.entries(row)) columns[name] = [...(columns[name] ?? []), value].flat();
  }
  return { seq: first, count: end - first, columns };
}

/** @type {(first: number, end: number) => number[]} */
const numbers = (first, end) => Array.from({ length: end - first }, (_, index) => first + index);

test("rows are taken once and in order, however they are packed", () => {
  let history = EMPTY;
  for (const [first, end] of [
    [0, 3],
    [2, 9],
    [0, 5],
    [9, 20],
  ])
    history = extended(history, rows(first, end));
  assert.deepEqual(columnOf(history, "seq"), numbers(0, 20));
  assert.equal(lastOf(history, "train_loss"), 1 / 20);
  assert.deepEqual(layerColumns(history, "gradient_norm"), [numbers(0, 20), new Array(20).fill(null)]);
});

test("an older history stays as it was", () => {
  const one = extended(EMPTY, rows(0, 2));
  const two = extended(one, rows(2, 3));
  const other = extended(
    one,
    rows(2, 3, () => ({ train_loss: 9 })),
  );
  assert.equal(one.length, 2);
  assert.deepEqual([lastOf(two, "train_loss"), lastOf(other, "train_loss")], [1 / 3, 9]);
  assert.equal(columnOf(one, "seq").length, 2);
});

test("what is not there is null, not undefined", () => {
  const history = extended(
    EMPTY,
    rows(0, 1, () => ({ penalty: NaN, test_loss: Infinity })),
  );
  for (const name of ["validation_loss", "penalty", "test_loss"]) assert.deepEqual(columnOf(history, name), [null]);
  assert.equal(lastOf(EMPTY, "train_loss"), null);
});

test("however a run is cut into messages, sent twice or late, its columns are those of the run", () => {
  const random = chance(11);
  for (let round = 0; round < 50; round += 1) {
    let history = EMPTY;
    while (history.length < 300) {
      const first = Math.max(0, history.length - Math.floor(random() * 5)); // some of them once more
      history = extended(history, rows(first, Math.min(300, first + 1 + Math.floor(random() * 40))));
    }
    assert.deepEqual(columnOf(history, "seq"), numbers(0, 300));
    assert.deepEqual(
      columnOf(history, "train_loss"),
      numbers(1, 301).map((seq) => 1 / seq),
    );
    assert.deepEqual(layerColumns(history, "gradient_norm")[0], numbers(0, 300));
  }
});

test("a message without anything new changes nothing, so nothing is drawn", () => {
  const history = extended(EMPTY, rows(0, 2));
  assert.equal(extended(history, rows(0, 2)), history);
  assert.equal(extended(history, rows(2, 2)), history);
});

test("a column that appears later is missing before, and one that ends is missing after", () => {
  const more = extended(
    extended(EMPTY, rows(0, 2)),
    rows(2, 3, () => ({ validation_loss: 5, gradient_norm: [1, 2, 3] })),
  );
  const history = extended(more, rows(3, 4));
  assert.deepEqual(columnOf(history, "validation_loss"), [null, null, 5, null]);
  assert.deepEqual(layerColumns(history, "gradient_norm")[2], [null, null, 3, null]);
});

test("smoothing keeps a constant as it is, follows what changes, and passes over gaps", () => {
  assert.deepEqual(
    smoothed([2, 2, null, 2], 0.9).map((value) => value && Math.round(value * 1e9) / 1e9),
    [2, 2, null, 2],
  );
  const step = smoothed([0, 0, 0, 1, 1, 1], 0.5);
  for (let at = 3; at < 6; at += 1) assert.ok((step[at] ?? 0) > (step[at - 1] ?? 0) && (step[at] ?? 0) < 1);
  assert.deepEqual(smoothed([3, 1, 2], 0), [3, 1, 2]);
});

test("the best row and the row of an epoch are found", () => {
  const losses = [3, NaN, 1, 2, 1];
  const history = extended(
    EMPTY,
    rows(0, 5, (seq) => ({ epoch: seq * 2, test_loss: losses[seq] })),
  );
  assert.equal(leastAt(history, "test_loss"), 2);
  assert.equal(leastAt(history, "validation_loss"), -1);
  assert.deepEqual(
    [-1, 0, 1, 2, 7, 8, 99].map((epoch) => indexAt(history, epoch)),
    [-1, 0, 0, 1, 3, 4, 4],
  );
});
