// What the page asks of the stream, how its bytes become numbers, and how patient it is.
import assert from "node:assert/strict";
import { test } from "node:test";
import { parametersFrame, subscription } from "../../static/js/frames.js";
import { INITIAL } from "../../static/js/store.js";
import { delayAfter } from "../../static/js/stream.js";
import { chance, DEFAULT } from "./catalogue.js";

test("only what is on screen is asked for, and metrics always", () => {
  const hidden = subscription({ ...INITIAL, visible: {} }, false);
  const rest = { plane: { axes: null, domain: null }, epoch: null };
  assert.deepEqual(hidden, {
    metrics: { max_fps: 20 },
    boundary: null,
    neurons: null,
    parameters: null,
    predictions: null,
    ...rest,
  });
  const shown = subscription({ ...INITIAL, visible: { network: true, output: true } }, false);
  assert.ok(shown.boundary && shown.neurons && shown.parameters);
});

test("a large network's pictures are coarser, and a distant server sends fewer", () => {
  const visible = { network: true, output: true };
  const large = { ...DEFAULT, layers: [{ ...DEFAULT.layers[0], units: 101 }] };
  const near = subscription({ ...INITIAL, visible, experiment: DEFAULT }, true);
  const far = subscription({ ...INITIAL, visible, experiment: large }, false);
  assert.ok((near.neurons?.resolution ?? 0) > (far.neurons?.resolution ?? 0));
  assert.ok((near.boundary?.max_fps ?? 0) > (far.boundary?.max_fps ?? 0));
});

test("weights are read from wherever they lie in a message", () => {
  const numbers = Float32Array.of(0.5, -1.25, 3e-8, 7, 1e30, -0);
  const message = new Uint8Array(3 + numbers.byteLength);
  message.set(new Uint8Array(numbers.buffer), 3); // three bytes in: not at a multiple of four
  const weights = message.subarray(3, 3 + 16);
  const biases = message.subarray(3 + 16);
  const { layers } = parametersFrame({
    type: "parameters",
    step: 9,
    epoch: 1,
    past: false,
    layers: [{ fan_in: 2, fan_out: 2, weights, biases }],
  });
  assert.deepEqual([...layers[0].weights], [...numbers.subarray(0, 4)]);
  assert.deepEqual([...layers[0].biases], [...numbers.subarray(4)]);
});

test("attempts to come back are spread over a growing time, up to a bound", () => {
  const random = chance(5);
  const delays = (/** @type {number} */ failures) => Array.from({ length: 500 }, () => delayAfter(failures, random));
  for (const [failures, longest] of [
    [0, 500],
    [1, 1000],
    [3, 4000],
    [4, 8000],
    [50, 8000],
    [2000, 8000],
  ]) {
    const all = delays(failures);
    assert.ok(
      Math.max(...all) <= longest && Math.max(...all) > longest * 0.9,
      `${failures} failures: up to ${longest} ms`,
    );
    assert.ok(Math.min(...all) < longest * 0.1, "a room full of pages must not come back at the same moment");
  }
});
