// Links: a whole experiment survives the address bar, and no address does harm.
import assert from "node:assert/strict";
import { test } from "node:test";
import { argumentOf, chosen, isObject, usualExperiment } from "../../static/js/experiment.js";
import { decodeLink, encodeLink, watchLink, watchSecret } from "../../static/js/link.js";
import { anyExperiment, CATALOGUE, chance, DEFAULT, pick } from "./catalogue.js";

/** @import { Choice, Experiment, Patch } from "../../static/js/types.js" */

/** What the server makes of an experiment in which fields are missing: they are as usual for its data set.
 * @type {(patch: Patch) => Experiment} */
function completed(patch) {
  const name = isObject(patch.dataset) ? String(patch.dataset.name ?? DEFAULT.dataset.name) : DEFAULT.dataset.name;
  const usual = usualExperiment(CATALOGUE, name);
  const layers = /** @type {object[] | undefined} */ (patch.layers) ?? usual.layers;
  const whole = {
    ...usual,
    ...patch,
    dataset: {
      ...usual.dataset,
      .../** @type {object} */ (full("dataset", { name, .../** @type {object} */ (patch.dataset) })),
    },
    layers: layers.map((layer) => part({ ...usual.layers[0], ...layer })),
    output: part({ ...usual.output, .../** @type {object} */ (patch.output) }),
  };
  for (const field of ["loss", "optimizer", "schedule"])
    Object.assign(whole, { [field]: full(field, /** @type {any} */ (whole)[field]) });
  return /** @type {Experiment} */ (whole);
}

/** A layer or the output with its choices written out.
 * @template {object} T @param {T} layer @returns {T} */
function part(layer) {
  const families = {
    activation: "activation",
    initializer: "initializer",
    bias_initializer: "initializer",
    regularizer: "regularizer",
    constraint: "constraint",
  };
  const choices = Object.entries(families).map(([field, family]) => [
    field,
    full(family, /** @type {any} */ (layer)[field]),
  ]);
  return { ...layer, ...Object.fromEntries(choices) };
}

/** A choice with all its arguments.
 * @type {(family: string, choice: Choice | null) => Choice | null} */
function full(family, choice) {
  const entry = chosen(CATALOGUE, family, choice);
  if (!choice || !entry) return choice;
  const values = entry.arguments.map(({ name }) => [name, argumentOf(choice, entry, name)]);
  return { .../** @type {object} */ (isObject(choice) ? choice : {}), name: entry.name, ...Object.fromEntries(values) };
}

/** @type {(experiment: Experiment) => Experiment} */
const plain = (experiment) => completed(/** @type {any} */ (experiment));

test("the default experiment needs no words", () => {
  assert.equal(encodeLink(DEFAULT, CATALOGUE), "");
  assert.deepEqual(decodeLink("", CATALOGUE), { experiment: {}, ignored: [] });
});

test("a run of TensorFlow Playground fits in a link, points of one's own do not", () => {
  const dataset = { ...DEFAULT.dataset, name: "tensorflow_playground", shape: "xor", seed_text: "0.50" };
  const link = encodeLink({ ...DEFAULT, dataset }, CATALOGUE);
  assert.equal(link, "dataset=tensorflow_playground&dataset.shape=xor&dataset.seed_text=0.50");
  const { experiment, ignored } = decodeLink(link, CATALOGUE);
  assert.deepEqual(experiment, { dataset: { name: "tensorflow_playground", shape: "xor", seed_text: "0.50" } });
  assert.deepEqual(ignored, []);
  assert.deepEqual(decodeLink("dataset=points&clipping.length=2&input=3", CATALOGUE).ignored, [
    "dataset",
    "input",
    "clipping.length",
  ]);
});

test("a link is readable: the words of the API, and only what differs", () => {
  const layer = { ...DEFAULT.layers[0], units: 8, activation: { name: "leaky_relu", negative_slope: 0.2 } };
  const experiment = { ...DEFAULT, layers: [layer, layer], optimizer: { name: "sgd", learning_rate: 0.1 }, seed: 3 };
  assert.equal(
    encodeLink(experiment, CATALOGUE),
    "layers=8,8&layers.activation=leaky_relu&layers.activation.negative_slope=0.2&optimizer.learning_rate=0.1&seed=3",
  );
});

test("every experiment comes back from its link as it was", () => {
  const random = chance(1);
  for (let round = 0; round < 500; round += 1) {
    const experiment = anyExperiment(random);
    const link = encodeLink(experiment, CATALOGUE);
    const { experiment: read, ignored } = decodeLink(`#${link}`, CATALOGUE);
    assert.deepEqual(ignored, [], link);
    assert.deepEqual(plain(completed(read)), plain(experiment), link);
    assert.match(link, /^[\w.,=&%+-]*$/, "nothing in it needs quoting in a mail or a shell's double quotes");
  }
});

test("a link cut off anywhere is still a link", () => {
  const link = encodeLink(anyExperiment(chance(7)), CATALOGUE);
  for (let end = 0; end <= link.length; end += 1) {
    const { experiment } = decodeLink(link.slice(0, end), CATALOGUE);
    assert.deepEqual(
      Object.keys(experiment).filter((field) => !(field in DEFAULT)),
      [],
    );
  }
});

test("garbage is named, and nothing of it gets in", () => {
  const garbage = [
    "<script>alert(1)</script>",
    "%",
    "%E0%A4%A",
    "%00=%00",
    "dataset",
    "dataset=",
    "dataset.=1",
    "dataset.name=circle",
    "dataset=nope",
    "dataset=__proto__",
    "__proto__=x",
    "constructor.prototype.x=1",
    "layers=a,b",
    "layers=1e999",
    "layers=4.5",
    `layers=${"1,".repeat(500)}1`,
    "optimizer.momentum=0.9",
    "optimizer.learning_rate.more=1",
    "loss=\u202e\u0000",
    "activation=tanh",
    "features.0=x1",
    "seed.x=1",
  ];
  for (const fragment of garbage) {
    const { experiment, ignored } = decodeLink(`#${fragment}`, CATALOGUE);
    assert.deepEqual(experiment, {}, fragment);
    assert.deepEqual(ignored, [unescaped(fragment.split("=")[0])], fragment);
  }
  const inner = [
    "layers.__proto__.x=1",
    "layers.-1.activation=tanh",
    "layers.99999999999.activation=tanh",
    "layers.0.units=9",
    "layers.0.activation=nope",
    "layers.regularizer.rate=1",
    "output.constructor=1",
    "output.activation.negative_slope=1",
  ];
  for (const fragment of inner) {
    const { experiment, ignored } = decodeLink(`#${fragment}`, CATALOGUE);
    assert.deepEqual(completed(experiment), completed({}), fragment);
    assert.equal(ignored.length, 1, fragment);
  }
  assert.equal(/** @type {any} */ ({}).x, undefined, "prototypes are as they were");
  assert.deepEqual(decodeLink("#&&&", CATALOGUE), { experiment: {}, ignored: [] });
});

/** @type {(text: string) => string} */
function unescaped(text) {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

test("no random bytes throw, and every field that is taken is a field of experiments", () => {
  const random = chance(2);
  const pieces = [
    "layers",
    "dataset",
    "optimizer",
    ".",
    "=",
    "&",
    ",",
    "0",
    "9e9",
    "-1",
    "%",
    "%41",
    "null",
    "true",
    "tanh",
    "l2",
    "rate",
    "regularizer",
    "\u{1f600}",
    "\ud800",
  ];
  for (let round = 0; round < 2000; round += 1) {
    const fragment = Array.from({ length: Math.floor(random() * 30) }, () => pick(random, pieces)).join("");
    const { experiment } = decodeLink(fragment, CATALOGUE);
    for (const field of Object.keys(experiment)) assert.ok(field in DEFAULT, fragment);
    JSON.stringify(experiment);
  }
});

test("a link to watch a session is told from one to an experiment", () => {
  for (const secret of ["a", "Zt-UX_Jv", "a=b&c"]) {
    assert.equal(watchSecret(`#${watchLink(secret)}`), secret);
    assert.equal(watchSecret(watchLink(secret)), secret);
  }
  for (const other of ["", "#", "#watch=", "#dataset=xor", "#dataset=xor&watch=a", "#watchful=a"])
    assert.equal(watchSecret(other), null);
});

test("a very long link is read up to a bound, and its complaint is short", () => {
  const { ignored } = decodeLink("a=b&".repeat(100_000), CATALOGUE);
  assert.deepEqual(ignored, ["a"], "each unknown part is named once");
});
