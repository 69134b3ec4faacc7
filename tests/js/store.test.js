// The store's transitions: pure, and changes are undone as people know it from everywhere else.
import assert from "node:assert/strict";
import { test } from "node:test";
import {
  experimentChanged,
  greeted,
  INITIAL,
  phaseChanged,
  redone,
  refused,
  rowsArrived,
  Store,
  set,
  undone,
  weightsChanged,
} from "../../static/js/store.js";
import { chance, pick } from "./catalogue.js";

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
  const earlier = experimentChanged(begun, { batch_size: 30 }, 0);
  const settled = { ...earlier, confirmed: earlier.experiment };
  const state = refused(experimentChanged(settled, { batch_size: 10 ** 9 }, 5000), "Too large.", settled);
  assert.equal(state.experiment?.batch_size, 30);
  assert.deepEqual(state.past, settled.past);
  assert.equal(state.word?.text, "Too large.");
});

const PARAMETERS = /** @type {any} */ ({
  step: 0,
  epoch: 0,
  past: false,
  layers: [{ fan_in: 2, fan_out: 1, weights: Float32Array.of(0.5, -0.5), biases: Float32Array.of(0) }],
});
const looking = { ...begun, parameters: PARAMETERS };
const weight = (/** @type {number} */ value) => [{ layer: 0, input: 1, unit: 0, value }];

test("weights that are edited show at once, and are undone and redone in turn with other changes", () => {
  let state = experimentChanged(weightsChanged(looking, weight(2), NaN), { batch_size: 30 }, 0);
  assert.deepEqual([...(state.parameters?.layers[0].weights ?? [])], [0.5, 2]);
  assert.deepEqual(state.past[0].weights, { before: weight(-0.5), after: weight(2) });
  state = undone(state);
  assert.deepEqual([state.experiment?.batch_size, state.past.length], [10, 1]);
  state = undone(state);
  assert.deepEqual([state.past.length, state.future.at(-1)?.weights?.after], [0, weight(2)]);
  assert.deepEqual(redone(state).past.at(-1)?.weights?.before, weight(-0.5));
});

test("a weight's slider that is dragged is undone as one change; a value that is typed is one of its own", () => {
  let state = looking;
  for (const value of [1, 1.5, 2]) state = weightsChanged(state, weight(value), value * 100);
  assert.deepEqual(
    state.past.map(({ weights }) => weights),
    [{ before: weight(-0.5), after: weight(2) }],
  );
  state = weightsChanged(weightsChanged(state, weight(3), NaN), weight(4), NaN);
  assert.equal(state.past.length, 3);
});

test("weights that the server refuses are again as they were", () => {
  const { past, future, parameters } = looking;
  const state = refused(weightsChanged(looking, weight(1e39), NaN), "Not finite.", { past, future, parameters });
  assert.deepEqual([state.parameters, state.past], [PARAMETERS, []]);
});

test("an undo that the server refuses can be tried again", () => {
  const changed = experimentChanged(begun, { batch_size: 30 }, 0);
  const settled = { ...changed, confirmed: changed.experiment };
  const state = refused(undone(settled), "The server did not answer.", settled);
  assert.deepEqual([state.past.length, state.future.length], [1, 0]);
  assert.deepEqual(undone(state).experiment, EXPERIMENT);
});

test("a refusal of something else leaves the changes alone", () => {
  const changed = experimentChanged(begun, { batch_size: 30 }, 0);
  const settled = { ...changed, confirmed: changed.experiment };
  assert.deepEqual(refused(settled, "No.").past, settled.past);
});

test("a random walk of changes, undos and redos is what a list of experiments says", () => {
  const random = chance(10);
  let state = begun;
  /** @type {any[]} */
  let list = [EXPERIMENT];
  let at = 0;
  for (let time = 0; time < 3000; time += 1) {
    const deed = random();
    if (deed < 0.4) {
      state = experimentChanged(
        state,
        { seed: time, [pick(random, ["batch_size", "shuffle", "loss"])]: time },
        time * 5000,
      );
      list = [...list.slice(0, at + 1), state.experiment];
      at += 1;
    } else if (deed < 0.7) {
      state = undone(state);
      at = Math.max(at - 1, list.length - 1 - state.past.length - state.future.length);
    } else {
      state = redone(state);
      at = Math.min(at + 1, list.length - 1);
    }
    assert.deepEqual(state.experiment, list[at]);
    assert.ok(state.past.length <= 100);
  }
});

test(
  "a hello: a recovered history goes on; a gap that cannot be filled begins anew; a new run forgets the old " + "one",
  () => {
    const columns = { step: [0, 1, 2], epoch: [0, 1, 2], train_loss: [1, 1, 1] };
    const state = rowsArrived({ ...begun, run: "one" }, { seq: 0, count: 3, columns });
    const hello = /** @type {any} */ ({
      run: "one",
      recovered: true,
      experiment: EXPERIMENT,
      notes: [],
      state: "running",
      reason: null,
      warning: null,
      step: 2,
      epoch: 2,
      steps_per_second: 1,
    });
    assert.equal(greeted(state, hello).history.length, 3);
    assert.equal(greeted(state, { ...hello, recovered: false }).history.length, 0);
    const anew = greeted(
      { ...state, reason: "It blew up." },
      { ...hello, run: "two", recovered: true, step: 0, epoch: 0 },
    );
    assert.deepEqual([anew.history.length, anew.epoch, anew.step, anew.run, anew.connection], [0, 0, 0, "two", "open"]);
  },
);

test("a hello does not undo what the user changed a moment ago", () => {
  const hello = /** @type {any} */ ({
    run: "one",
    recovered: true,
    experiment: EXPERIMENT,
    notes: [],
    state: "ready",
    reason: null,
    warning: null,
    step: 0,
    epoch: 0,
  });
  const state = greeted(experimentChanged(begun, { batch_size: 77 }, 0), hello);
  assert.equal(state.experiment?.batch_size, 77);
  assert.equal(state.confirmed?.batch_size, 10);
});

test("rows that come late do not turn the clock back", () => {
  const row = { seq: 0, count: 1, columns: { step: [25], epoch: [1] } };
  const state = rowsArrived({ ...begun, step: 100, epoch: 4 }, row);
  assert.deepEqual([state.step, state.epoch, state.history.length], [100, 4, 1]);
  assert.equal(rowsArrived(state, row), state);
});

test("the Play button follows the server: a run that ends or blows up is no longer playing", () => {
  const standing = /** @type {any} */ ({ reason: null, warning: null, step: 0, epoch: 0, steps_per_second: null });
  const playing = { ...begun, playing: true };
  for (const [phase, expected] of [
    ["ready", true],
    ["running", true],
    ["paused", false],
    ["finished", false],
    ["diverged", false],
    ["failed", false],
  ]) {
    assert.equal(phaseChanged(playing, { ...standing, state: phase }).playing, expected, String(phase));
  }
  assert.equal(phaseChanged(begun, { ...standing, state: "running" }).playing, true, "somebody else pressed Play");
  assert.equal(
    phaseChanged({ ...begun, stepping: true }, { ...standing, state: "running" }).playing,
    false,
    "a step is not playing",
  );
});

test("listeners hear of changes only", () => {
  const store = new Store();
  let heard = 0;
  store.subscribe(() => (heard += 1));
  store.apply((state) => state);
  store.apply(set, { epoch: 1 });
  assert.equal(heard, 1);
});

test("whose a session is, the server says: with every answer, and on the stream", () => {
  const hello = /** @type {any} */ ({ access: "read", run: "r", experiment: EXPERIMENT, notes: [], stage: 1 });
  const watched = greeted(begun, hello);
  assert.equal(begun.own, true);
  assert.equal(watched.own, false);
  assert.equal(greeted(watched, { ...hello, access: "own" }).own, true);
});
