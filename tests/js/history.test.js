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

/** @type {(seq: number, extra?: object) => any} */
const row = (seq, extra = {}) => ({
  seq,
  step: seq * 25,
  epoch: seq,
  learning_rate: 0.03,
  penalty: 0,
  train: { loss: 1 / (seq + 1) },
  validation: null,
  test: { loss: 2 / (seq + 1) },
  layers: [{ gradient_norm: seq }, { gradient_norm: null }],
  ...extra,
});

test("rows are taken once and in order, however they are packed", () => {
  const rows = Array.from({ length: 20 }, (_, seq) => row(seq));
  let history = EMPTY;
  for (const [first, last] of [
    [0, 3],
    [2, 9],
    [0, 5],
    [9, 20],
  ])
    history = extended(history, rows.slice(first, last));
  assert.deepEqual(
    columnOf(history, "seq"),
    rows.map(({ seq }) => seq),
  );
  assert.equal(lastOf(history, "train_loss"), 1 / 20);
  assert.deepEqual(
    layerColumns(history, "gradient_norm")[0],
    rows.map(({ seq }) => seq),
  );
});

test("an older history stays as it was", () => {
  const one = extended(EMPTY, [row(0), row(1)]);
  const two = extended(one, [row(2)]);
  const other = extended(one, [row(2, { train: { loss: 9 } })]);
  assert.equal(one.length, 2);
  assert.deepEqual([lastOf(two, "train_loss"), lastOf(other, "train_loss")], [1 / 3, 9]);
  assert.equal(columnOf(one, "seq").length, 2);
});

test("what is not there is null, not undefined", () => {
  const history = extended(EMPTY, [row(0)]);
  assert.deepEqual(columnOf(history, "validation_loss"), [null]);
  assert.equal(lastOf(EMPTY, "train_loss"), null);
});

test("however a run is cut into messages, sent twice or late, its columns are those of the run", () => {
  const random = chance(11);
  const rows = Array.from({ length: 300 }, (_, seq) => row(seq, seq % 7 === 0 ? { validation: { loss: seq } } : {}));
  for (let round = 0; round < 50; round += 1) {
    let history = EMPTY;
    while (history.length < rows.length) {
      const first = Math.max(0, history.length - Math.floor(random() * 5)); // some of them once more
      history = extended(history, rows.slice(first, first + 1 + Math.floor(random() * 40)));
    }
    assert.deepEqual(
      columnOf(history, "seq"),
      rows.map(({ seq }) => seq),
    );
    assert.deepEqual(
      columnOf(history, "validation_loss"),
      rows.map(({ seq }) => (seq % 7 === 0 ? seq : null)),
    );
  }
});

test("a message without anything new changes nothing, so nothing is drawn", () => {
  const history = extended(EMPTY, [row(0), row(1)]);
  assert.equal(extended(history, [row(1), row(0)]), history);
  assert.equal(extended(history, []), history);
});

test("a column that appears later is missing before", () => {
  const history = extended(extended(EMPTY, [row(0), row(1)]), [
    row(2, { layers: [{ gradient_norm: 1 }, { gradient_norm: 2 }, { gradient_norm: 3 }] }),
  ]);
  assert.deepEqual(layerColumns(history, "gradient_norm")[2], [null, null, 3]);
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
  const losses = [3, null, 1, 2, 1];
  const history = extended(
    EMPTY,
    losses.map((loss, seq) => row(seq * 2, { seq, epoch: seq * 2, test: { loss } })),
  );
  assert.equal(leastAt(history, "test_loss"), 2);
  assert.equal(leastAt(history, "validation_loss"), -1);
  assert.deepEqual(
    [-1, 0, 1, 2, 7, 8, 99].map((epoch) => indexAt(history, epoch)),
    [-1, 0, 0, 1, 3, 4, 4],
  );
});
