// Experiments as values: patches mean here what they mean on the server, and nothing changes what it was given.
import assert from "node:assert/strict";
import { test } from "node:test";
import {
  combined,
  datasetPatch,
  entryOf,
  insertLayerPatch,
  layerPatch,
  likeLayerPatch,
  moveLayerPatch,
  outputActivationPatch,
  outputsOf,
  parameterCount,
  patched,
  removeLayerPatch,
  renames,
  sizes,
  usualExperiment,
  withArgument,
} from "../../static/js/experiment.js";
import { SUGGESTIONS } from "../../static/js/suggestions.js";
import { anyExperiment, CATALOGUE, chance, DEFAULT } from "./catalogue.js";

/** @type {(name: string) => import("../../static/js/types.js").Entry} */
const dataset = (name) => /** @type {any} */ (entryOf(CATALOGUE, "dataset", name));

test("a patch changes what it names, lists as a whole, and nothing else", () => {
  const after = patched(DEFAULT, { dataset: { noise: 0.2 }, layers: [{ units: 7 }], batch_size: null });
  assert.deepEqual(after, {
    ...DEFAULT,
    dataset: { ...DEFAULT.dataset, noise: 0.2 },
    layers: [{ units: 7 }],
    batch_size: null,
  });
  assert.equal(DEFAULT.dataset.noise, 0, "the old one is as it was");
});

test("another choice loses the arguments of the one before; another data set keeps what all have", () => {
  const before = { ...DEFAULT, optimizer: { name: "momentum", learning_rate: 1, momentum: 0.5 } };
  assert.deepEqual(patched(before, { optimizer: { name: "sgd" } }).optimizer, { name: "sgd" });
  assert.equal(
    patched({ ...DEFAULT, dataset: { ...DEFAULT.dataset, noise: 0.3 } }, { dataset: { name: "spiral" } }).dataset.noise,
    0.3,
  );
});

test("a null asks the server to fill in, except where it is a choice; until then what was there is shown", () => {
  assert.equal(patched(DEFAULT, { loss: null }).loss, DEFAULT.loss);
  assert.equal(patched(DEFAULT, { output: { regularizer: null } }).output.regularizer, null);
});

test("two patches as one do what they do one after the other", () => {
  const patches = [
    { dataset: { noise: 0.2 } },
    { dataset: { noise: 0.4, seed: 5 } },
    { layers: [{ units: 1 }] },
    { optimizer: { learning_rate: 2 } },
    { seed: 9 },
  ];
  for (const one of patches) {
    for (const other of patches) {
      assert.deepEqual(patched(DEFAULT, combined(one, other)), patched(patched(DEFAULT, one), other));
    }
  }
});

test("arguments of one choice are never mixed with the name of another", () => {
  const turned = { optimizer: { name: "momentum", learning_rate: 0.1, momentum: 0.8 } };
  assert.ok(renames(turned, { optimizer: { name: "sgd" } }));
  assert.ok(
    renames(
      { output: { activation: { name: "leaky_relu", negative_slope: 0.2 } } },
      { output: { activation: { name: "tanh" } } },
    ),
  );
  assert.ok(!renames(turned, { optimizer: { name: "momentum", learning_rate: 0.3, momentum: 0.8 } }));
  assert.ok(!renames({ seed: 1 }, { optimizer: { name: "sgd" } }));
});

test("a random sequence of patches leaves every given object as it was", () => {
  const random = chance(8);
  for (let round = 0; round < 200; round += 1) {
    const [one, other] = [anyExperiment(random), anyExperiment(random)];
    const texts = [JSON.stringify(one), JSON.stringify(other)];
    assert.deepEqual(patched(one, /** @type {any} */ (other)).layers, other.layers);
    for (const set of CATALOGUE.families.dataset.entries) patched(one, datasetPatch(one, CATALOGUE, set));
    assert.deepEqual([JSON.stringify(one), JSON.stringify(other)], texts);
  }
});

test("changing a layer, adding, copying and removing one", () => {
  const units = (/** @type {any} */ patch) => patch.layers.map((/** @type {any} */ layer) => layer.units);
  assert.deepEqual(units(layerPatch(DEFAULT, 1, { units: 9 })), [4, 9]);
  assert.deepEqual(
    units(insertLayerPatch(DEFAULT, 2, DEFAULT.layers[0])),
    [4, 2, 2],
    "a new layer is like the one before it",
  );
  assert.deepEqual(units(insertLayerPatch({ ...DEFAULT, layers: [] }, 0, DEFAULT.layers[0])), [4]);
  assert.deepEqual(units(removeLayerPatch(DEFAULT, 0)), [2]);
  const styled = { ...DEFAULT, layers: [{ ...DEFAULT.layers[0], activation: "linear" }, DEFAULT.layers[1]] };
  const alike = /** @type {any} */ (likeLayerPatch(styled, 0)).layers;
  assert.deepEqual(
    alike.map((/** @type {any} */ layer) => [layer.units, layer.activation]),
    [
      [4, "linear"],
      [2, "linear"],
    ],
  );
});

test("a layer is moved, the others close up, and nothing about it changes", () => {
  const layers = [1, 2, 3, 4].map((units) => ({ ...DEFAULT.layers[0], units }));
  const moved = (/** @type {number} */ from, /** @type {number} */ to) =>
    /** @type {any} */ (moveLayerPatch({ ...DEFAULT, layers }, from, to)).layers;
  const units = (/** @type {any[]} */ found) => found.map((layer) => layer.units);
  assert.deepEqual(units(moved(0, 3)), [2, 3, 4, 1]);
  assert.deepEqual(units(moved(3, 1)), [1, 4, 2, 3]);
  assert.deepEqual(units(moved(1, 2)), [1, 3, 2, 4]);
  assert.deepEqual(moved(2, 2), layers);
  assert.ok(moved(0, 2).every((/** @type {any} */ layer) => layers.includes(layer)));
  assert.deepEqual(units(layers), [1, 2, 3, 4]);
});

test("another data set brings what belongs to it, and keeps what the user set", () => {
  assert.deepEqual(datasetPatch(DEFAULT, CATALOGUE, dataset("spiral")), {
    dataset: { name: "spiral", standardize: null, samples: null },
  });
  const mine = { ...DEFAULT, dataset: { ...DEFAULT.dataset, samples: 60 } };
  assert.ok(
    !("samples" in /** @type {any} */ (datasetPatch(mine, CATALOGUE, dataset("spiral")).dataset)),
    "a number of samples of my own stays",
  );
  const many = { ...DEFAULT, dataset: { ...DEFAULT.dataset, samples: 900 } };
  assert.equal(
    /** @type {any} */ (datasetPatch(many, CATALOGUE, dataset("iris")).dataset).samples,
    null,
    "iris has 150",
  );
  const iris = datasetPatch(DEFAULT, CATALOGUE, dataset("iris"));
  assert.deepEqual([iris.features, iris.task, iris.loss, iris.output], [null, null, null, { activation: null }]);
});

test("an output activation brings a loss that suits it, only if the present one does not", () => {
  assert.deepEqual(outputActivationPatch(DEFAULT, CATALOGUE, "linear"), {
    output: { activation: { name: "linear" } },
    loss: null,
  });
  const squared = { ...DEFAULT, loss: "mean_squared_error" };
  assert.deepEqual(outputActivationPatch(squared, CATALOGUE, "linear"), { output: { activation: { name: "linear" } } });
});

test("an argument is changed with the others written out", () => {
  const entry = /** @type {any} */ (entryOf(CATALOGUE, "optimizer", "momentum"));
  assert.deepEqual(withArgument("momentum", entry, "momentum", 0.5), {
    name: "momentum",
    learning_rate: 0.01,
    momentum: 0.5,
  });
  assert.deepEqual(withArgument({ name: "momentum", learning_rate: 0 }, entry, "momentum", 0), {
    name: "momentum",
    learning_rate: 0,
    momentum: 0,
  });
});

test("sizes and counts of a network", () => {
  assert.deepEqual(sizes(DEFAULT, outputsOf(DEFAULT, CATALOGUE)), [2, 4, 2, 1]);
  assert.equal(parameterCount([2, 4, 2, 1]), 3 * 4 + 5 * 2 + 3);
  const blobs = usualExperiment(CATALOGUE, "blobs");
  assert.equal(outputsOf({ ...blobs, dataset: { ...blobs.dataset, classes: 7 } }, CATALOGUE), 7);
  assert.equal(outputsOf(blobs, CATALOGUE), 3);
  assert.equal(outputsOf(usualExperiment(CATALOGUE, "iris"), CATALOGUE), 3);
});

test("every suggestion changes every experiment, into layers that are complete", () => {
  const random = chance(9);
  for (const { label, patch } of SUGGESTIONS) {
    for (let round = 0; round < 50; round += 1) {
      const experiment = anyExperiment(random);
      const after = patched(experiment, patch(experiment, CATALOGUE));
      assert.notDeepEqual(after, experiment, label);
      for (const layer of after.layers) {
        assert.deepEqual(Object.keys(layer).sort(), Object.keys(DEFAULT.layers[0]).sort(), label);
        assert.ok(layer.units >= 1);
      }
    }
  }
});
