// Which weight is meant by a place, and what its parts of the page are called.

import assert from "node:assert/strict";
import { test } from "node:test";
import { networkLayout } from "../../static/js/layout.js";
import {
  biasPoint,
  distance,
  linksOf,
  partOf,
  placeOf,
  sumsOf,
  tableBox,
  termsOf,
  weightAt,
  weightValue,
  withWeights,
  zerosOf,
} from "../../static/js/weights.js";

/** @import { ParametersFrame } from "../../static/js/types.js" */

/** A network whose every weight and bias is another number.
 * @type {(sizes: number[]) => ParametersFrame} */
function network(sizes) {
  let next = 1;
  const layers = sizes.slice(1).map((units, index) => ({
    fan_in: sizes[index],
    fan_out: units,
    weights: Float32Array.from({ length: sizes[index] * units }, () => next++),
    biases: Float32Array.from({ length: units }, () => -next++),
  }));
  return { step: 0, epoch: 0, past: false, layers };
}

/** The curve as the canvas draws it.
 * @type {(start: { x: number, y: number }, end: { x: number, y: number }, t: number) => [number, number]} */
function bezier(start, end, t) {
  const middle = (start.x + end.x) / 2;
  const along = (/** @type {number} */ a, /** @type {number} */ b, /** @type {number} */ c, /** @type {number} */ d) =>
    a * (1 - t) ** 3 + 3 * b * t * (1 - t) ** 2 + 3 * c * t * t * (1 - t) + d * t ** 3;
  return [along(start.x, middle, middle, end.x), along(start.y, start.y, end.y, end.y)];
}

test("a place on a curve is at no distance from it, one beside it about as far as it is", () => {
  const [start, end] = [
    { x: 10, y: 20 },
    { x: 210, y: 120 },
  ];
  for (const t of [0.05, 0.2, 0.5, 0.8, 0.95]) {
    const [x, y] = bezier(start, end, t);
    assert.ok(distance(start, end, x, y) < 1e-3);
    const [nx, ny] = bezier(start, end, t + 1e-4);
    const length = Math.hypot(nx - x, ny - y);
    const far = distance(start, end, x - (3 * (ny - y)) / length, y + (3 * (nx - x)) / length);
    assert.ok(Math.abs(far - 3) < 0.3, `3 pixels beside are ${far}`);
  }
  assert.equal(distance(start, end, 5, 20), Infinity);
});

test("every link and every bias is found where it is drawn, and nothing where nothing is", () => {
  const parameters = network([2, 4, 3]);
  const layout = networkLayout([2, 4, 3], 700, 300);
  linksOf(parameters, layout).forEach(({ from, to }, layer) => {
    from.forEach((start, input) => {
      to.forEach((end, unit) => {
        // Where this curve is further from every other one than from the pointer, it is the one that is meant.
        const found = [0.03, 0.06, 0.1, 0.15, 0.85, 0.9, 0.94, 0.97].map((t) => {
          const place = weightAt(parameters, layout, ...bezier(start, end, t), 5);
          return place && partOf(place);
        });
        assert.ok(
          found.includes(`weight.${layer}.${input}.${unit}`),
          `layer ${layer}, ${input} to ${unit}: ${found.join(" ")}`,
        );
      });
    });
    layout.columns[layer + 1].cells.forEach((cell, unit) => {
      const { x, y } = biasPoint(cell, layout.tile);
      assert.deepEqual(weightAt(parameters, layout, x - 2, y + 2, 5), { layer, input: null, unit });
    });
  });
  assert.equal(weightAt(parameters, layout, 2, 2, 5), null);
});

test("a finger that reaches several biases means the nearest one", () => {
  const sizes = [1, 200, 1];
  const parameters = network(sizes);
  const layout = networkLayout(sizes, 700, 300);
  layout.columns[1].cells.forEach((cell, unit) => {
    const { x, y } = biasPoint(cell, layout.tile);
    assert.deepEqual(weightAt(parameters, layout, x + 3, y - 3, 14), { layer: 0, input: null, unit });
  });
});

test("of many weights the cell of the table is meant", () => {
  const sizes = [2, 50, 50];
  const parameters = network(sizes);
  const layout = networkLayout(sizes, 900, 300);
  const box = tableBox(layout, 1, 50, 50);
  const place = weightAt(parameters, layout, box.x + (31.5 / 50) * box.width, box.y + (7.5 / 50) * box.height, 5);
  assert.deepEqual(place, { layer: 1, input: 7, unit: 31 });
});

test("of a maxout unit the piece that counts most is meant", () => {
  const parameters = network([1, 4]); // two units of two pieces: sums 0 and 2, 1 and 3; later ones are stronger
  const layout = networkLayout([1, 2], 400, 200);
  const [{ from, to, weights }] = linksOf(parameters, layout);
  assert.deepEqual(Array.from(weights), [3, 4]);
  assert.deepEqual(weightAt(parameters, layout, ...bezier(from[0], to[0], 0.7), 5), { layer: 0, input: 0, unit: 2 });
  assert.deepEqual(sumsOf(parameters.layers[0], 2, 1), [1, 3]);
  assert.deepEqual(sumsOf(parameters.layers[0], 4, 1), [1]);
});

test("a weight is read, named and changed by its place, and the frame of before stays as it was", () => {
  const parameters = network([2, 3, 1]);
  for (const place of [
    { layer: 0, input: 1, unit: 2 },
    { layer: 1, input: null, unit: 0 },
  ]) {
    assert.deepEqual(placeOf(partOf(place)), place);
    const before = weightValue(parameters, place);
    const after = withWeights(parameters, [{ ...place, value: 0.5 }]);
    assert.equal(weightValue(after, place), 0.5);
    assert.equal(weightValue(parameters, place), before);
  }
  assert.equal(weightValue(parameters, { layer: 0, input: 2, unit: 0 }), undefined);
  assert.equal(placeOf("layers.0"), null);
});

test("the terms of a sum come with the strongest first", () => {
  const [layer] = network([3, 2]).layers;
  layer.weights.set([1, 0, -5, 0, 2, 0]);
  assert.deepEqual(termsOf(layer, 0), [
    { input: 1, weight: -5 },
    { input: 2, weight: 2 },
    { input: 0, weight: 1 },
  ]);
});

test("only weights that are exactly 0 are counted as such, in each layer", () => {
  const parameters = network([2, 4, 1]);
  parameters.layers[0].weights.set([0, -0, 1e-45, 1e-30]);
  parameters.layers[1].biases[0] = 0;
  assert.deepEqual(zerosOf(parameters), [
    { zeros: 2, all: 8 },
    { zeros: 0, all: 4 },
  ]);
});
