// The store's transitions: pure, and undone as one was used to.
import assert from "node:assert/strict";
import { test } from "node:test";
import { INITIAL, Store, experimentChanged, redone, refused, set, undone } from "../../static/js/store.js";

const EXPERIMENT = /** @type {any} */ ({
  dataset: { name: "circle", noise: 0 },
  layers: [{ units: 4 }, { units: 2 }],
  optimizer: { name: "sgd", learning_rate: 0.03 },
  batch_size: 10,
});
const begun = { ...INITIAL, experiment: EXPERIMENT, confirmed: EXPERIMENT };

test("a change is undone and redone exactly", () => {
  let state = experimentChanged(begun, { batch_size: 30 }, 0);
  state = experimentChanged(state, { optimizer: { name: "adam" } }, 5000);
  const after = state.experiment;
  state = undone(undone(state));
  assert.deepEqual(state.experiment, EXPERIMENT);
  assert.equal(undone(state), state, "there is nothing more to undo");
  state = redone(redone(state));
  assert.deepEqual(state.experiment, after);
  assert.equal(redone(state), state);
});

test("a slider that is dragged is undone as one change; another field, or a pause, begins a new one", () => {
  let state = begun;
  for (const noise of [0.1, 0.2, 0.3]) state = experimentChanged(state, { dataset: { noise } }, noise * 1000);
  assert.equal(state.past.length, 1);
  state = experimentChanged(state, { batch_size: 5 }, 400);
  state = experimentChanged(state, { batch_size: 6 }, 9000);
  assert.equal(state.past.length, 3);
  assert.equal(undone(undone(undone(state))).experiment?.dataset.noise, 0);
});

test("a change after an undo forgets what was undone", () => {
  const back = undone(experimentChanged(begun, { batch_size: 30 }, 0));
  assert.equal(back.future.length, 1);
  assert.equal(experimentChanged(back, { batch_size: 20 }, 1).future.length, 0);
});

test("what the server refuses is taken back, and not left to be undone", () => {
  const state = refused(experimentChanged(begun, { batch_size: 10 ** 9 }, 0), "Too large.");
  assert.equal(state.experiment, EXPERIMENT);
  assert.equal(state.past.length, 0);
  assert.equal(state.word?.text, "Too large.");
});

test("listeners hear of changes only", () => {
  const store = new Store();
  let heard = 0;
  store.subscribe(() => (heard += 1));
  store.apply((state) => state);
  store.apply(set, { epoch: 1 });
  assert.equal(heard, 1);
});
