// At rest the page shows the very step at which training stands, also between two rows of the history.
import assert from "node:assert/strict";
import { test } from "node:test";
import { historyNow, isUnmeasured, lastStep } from "../../static/js/current_step.js";
import { columnOf } from "../../static/js/history.js";
import { INITIAL, measured, rowsArrived, weightsChanged } from "../../static/js/store.js";

/** @type {(seq: number) => import("../../static/js/history.js").Rows} */
const row = (seq) => ({
  seq,
  count: 1,
  columns: { step: [seq * 25], epoch: [seq], train_loss: [0.7], test_loss: [0.8], penalty: [0], gradient_norm: [1] },
});
const metrics = { train: { loss: 0.6 }, validation: null, test: { loss: 0.65 }, penalty: 0 };
const answer = /** @type {any} */ ({
  run: "one",
  step: 4,
  epoch: 0.16,
  metrics,
  last_update: { samples: [3], loss_before: 0.9, loss: 0.8 },
});
const begun = rowsArrived({ ...INITIAL, run: "one" }, row(0));
const stepped = {
  ...measured(begun, answer),
  step: 4,
  epoch: 0.16,
  phase: /** @type {const} */ ("paused"),
  stepped: true,
  stepUnit: /** @type {const} */ ("sample"),
};

test("the history at rest ends with the present step, and the recorded one stays as it is", () => {
  const shown = historyNow(stepped);
  assert.deepEqual(columnOf(shown, "epoch"), [0, 0.16]);
  assert.deepEqual(columnOf(shown, "train_loss"), [0.7, 0.6]);
  assert.equal(historyNow(stepped), shown, "the same one as long as nothing changes");
  assert.equal(stepped.history.length, 1);
  const later = rowsArrived(stepped, row(1));
  assert.deepEqual(columnOf(later.history, "epoch"), [0, 1]);
});

test("while it trains, or when it has gone on, only what was recorded is shown", () => {
  for (const other of [
    { playing: true },
    { phase: /** @type {const} */ ("running") },
    { step: 5 },
    { stepping: true },
  ]) {
    const state = { ...stepped, ...other };
    assert.equal(historyNow(state), state.history, JSON.stringify(other));
  }
});

test("a step that nobody has measured is asked for, once it rests there", () => {
  assert.ok(isUnmeasured({ ...stepped, step: 5 }));
  assert.ok(!isUnmeasured(stepped));
  assert.ok(!isUnmeasured({ ...stepped, step: 5, phase: "running" }));
  assert.ok(!isUnmeasured(begun), "step 0 has a row");
});

test("what the last step trained on is told only of that step, and until something changes", () => {
  assert.deepEqual(lastStep(stepped)?.samples, [3]);
  for (const other of [{ step: 5 }, { playing: true }, { visit: 0 }, { stepUnit: /** @type {const} */ ("epoch") }])
    assert.equal(lastStep({ ...stepped, ...other }), null);
  const parameters = {
    type: "parameters",
    step: 4,
    epoch: 0,
    past: false,
    layers: [{ fan_in: 1, fan_out: 1, weights: new Float32Array(1), biases: new Float32Array(1) }],
  };
  const edited = weightsChanged(
    { ...stepped, parameters: /** @type {any} */ (parameters) },
    [{ layer: 0, input: 0, unit: 0, value: 1 }],
    NaN,
  );
  assert.equal(lastStep(edited), null);
});

test("an answer about another run comes too late", () => {
  assert.equal(measured({ ...begun, run: "two" }, answer).measured, null);
});
