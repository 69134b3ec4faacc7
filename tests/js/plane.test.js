// The plane that is looked at, and the points that are painted on it.

import assert from "node:assert/strict";
import { test } from "node:test";
import { erased, flipped, isPaintable, painted, paintedPatch } from "../../static/js/paint.js";
import {
  answerAt,
  boxOf,
  domainOf,
  locator,
  panned,
  pixelOf,
  placeAt,
  wholeOf,
  zoomed,
} from "../../static/js/plane.js";

/** @import { DatasetPoints, Domain, Experiment } from "../../static/js/types.js" */

/** @type {DatasetPoints} */
const PLANE = {
  columns: ["x1", "x2"],
  fields: [],
  targets: { kind: "multiclass", classes: ["a", "b", "c"], range: [0, 1] },
  domain: [-6, 6, -6, 6],
  axes: [0, 1],
  principal: null,
  parts: {
    train: {
      points: [
        [1, 2],
        [3, 4],
        [5, 6],
      ],
      targets: [0, 1, 2],
    },
    test: { points: [[-1, -2]], targets: [1] },
  },
};

/** @type {DatasetPoints} */
const TABLE = {
  ...PLANE,
  columns: ["u", "v", "w"],
  domain: [0, 1, 0, 1],
  principal: {
    rows: [
      [1, 1, 0],
      [0, 0, 2],
    ],
    shift: [10, 1],
  },
  parts: {
    train: {
      points: [
        [1, 2, 3],
        [4, 5, 6],
      ],
      targets: [0, 1],
    },
  },
};

const BOX = { x: 10, y: 20, width: 200, height: 100 };

test("places and pixels are two names of the same", () => {
  /** @type {Domain} */
  const domain = [-1, 3, 2, 4];
  assert.deepEqual(pixelOf(domain, BOX, [-1, 4]), [10, 20], "the upper left corner");
  assert.deepEqual(pixelOf(domain, BOX, [3, 2]), [210, 120]);
  const [x, y] = pixelOf(domain, BOX, [0.3, 3.1]);
  const [u, v] = placeAt(domain, BOX, x, y);
  assert.ok(Math.abs(u - 0.3) < 1e-12 && Math.abs(v - 3.1) < 1e-12);
});

test("zooming keeps the place under the pointer, within bounds; panning moves by shares", () => {
  /** @type {Domain} */
  const whole = [-6, 6, -6, 6];
  const nearer = zoomed(whole, 0.5, [2, -4], whole);
  assert.deepEqual(nearer, [-2, 4, -5, 1]);
  const share = (/** @type {Domain} */ [low, high]) => (2 - low) / (high - low);
  assert.equal(share(nearer), share(whole));
  let domain = whole;
  for (let step = 0; step < 200; step += 1) domain = zoomed(domain, 0.5, [0, 0], whole);
  assert.ok(domain[1] - domain[0] > 12e-4 && domain[1] - domain[0] < 0.1);
  assert.deepEqual(panned(whole, 0.5, -0.25), [0, 12, -9, 3]);
});

test("a picture of another part of the plane lies where that part is", () => {
  assert.deepEqual(boxOf([0, 2, 0, 2], [0, 4, 0, 4], { x: 0, y: 0, width: 100, height: 100 }), {
    x: 0,
    y: 50,
    width: 50,
    height: 50,
  });
});

test("points are drawn by any two columns, or in the principal plane, and all of them are seen", () => {
  assert.deepEqual(locator(TABLE, [2, 0])([1, 2, 3], 0), [3, 1]);
  assert.deepEqual(locator(TABLE, "principal")([1, 2, 3], 0), [-7, 5]);
  assert.deepEqual(domainOf(TABLE, { axes: null, domain: null }), [0, 1, 0, 1]);
  for (const [index, end] of [2.7, 6.3, 0.7, 4.3].entries()) {
    assert.ok(Math.abs(wholeOf(TABLE, [2, 0])[index] - end) < 1e-12);
  }
  const curve = {
    ...PLANE,
    columns: ["x"],
    targets: { kind: /** @type {const} */ ("regression"), classes: null, range: null },
  };
  assert.deepEqual(locator(curve, null)([7], 0.5), [7, 0.5]);
});

test("what is said at a place is read from the frame; outside nothing is", () => {
  const frame = {
    type: /** @type {const} */ ("boundary"),
    step: 0,
    epoch: 0,
    past: false,
    width: 2,
    height: 2,
    low: 0,
    high: 255,
    data: Uint8Array.of(1, 2, 3, 4),
    axes: PLANE.axes,
    domain: PLANE.domain,
    classes: 2,
  };
  assert.deepEqual(answerAt(frame, [5, 5]), { value: 2 });
  assert.deepEqual(answerAt(frame, [-5, -5]), { value: 3 });
  assert.equal(answerAt(frame, [20, 0]), null);
  assert.deepEqual(answerAt({ ...frame, confidence: Uint8Array.of(255, 51, 0, 0) }, [5, 5]), {
    value: 2,
    confidence: 0.2,
  });
});

test("painting adds, erases and flips, and leaves the points of before as they were", () => {
  const before = JSON.stringify(PLANE);
  assert.deepEqual(painted(PLANE, [9, 8], 2).parts.train, {
    points: [
      [1, 2],
      [3, 4],
      [5, 6],
      [9, 8],
    ],
    targets: [0, 1, 2, 2],
  });
  const left = erased(PLANE, [
    { part: "train", index: 1 },
    { part: "test", index: 0 },
  ]);
  assert.deepEqual([left.parts.train?.targets, left.parts.test?.points], [[0, 2], []]);
  assert.equal(erased(PLANE, []), PLANE);
  assert.deepEqual(
    flipped(PLANE, { part: "train", index: 2 }).parts.train?.targets,
    [0, 1, 0],
    "after the last class the first",
  );
  assert.equal(JSON.stringify(PLANE), before);
});

test("painted points become the data, with their names and the same share to validate", () => {
  const dataset = { seed: 3, standardize: false };
  const experiment = /** @type {Experiment} */ (/** @type {unknown} */ ({ dataset }));
  const validated = { ...PLANE, parts: { ...PLANE.parts, validation: { points: [[0, 0]], targets: [2] } } };
  const { dataset: patch } = /** @type {{ dataset: Record<string, unknown> }} */ (paintedPatch(validated, experiment));
  assert.deepEqual(patch.points, [
    [1, 2],
    [3, 4],
    [5, 6],
    [0, 0],
  ]);
  assert.deepEqual([patch.targets, patch.test_points, patch.test_targets], [[0, 1, 2, 2], [[-1, -2]], [1]]);
  assert.deepEqual(
    [patch.validation_fraction, patch.class_names, patch.noise, patch.seed],
    [0.25, ["a", "b", "c"], 0, 3],
  );
  assert.ok(isPaintable(PLANE) && !isPaintable(TABLE));
});
