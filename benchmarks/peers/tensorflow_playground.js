// TensorFlow Playground's own engine, trained by orders on standard input: one JSON object a line, one answer a line.
// `node tensorflow_playground.js CHECKOUT`; its nn.ts is compiled by esbuild and used as it is.

import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { buildSync } from "esbuild";

const folder = mkdtempSync(join(tmpdir(), "playground-"));
const outfile = join(folder, "nn.mjs");
buildSync({ entryPoints: [join(process.argv[2], "src", "nn.ts")], bundle: true, format: "esm", outfile });
const nn = await import(outfile);
rmSync(folder, { recursive: true });

let network, samples, test, middle, batch, rate;

/** Builds the network with the given weights W[input][unit] and biases. */
function build({ layers, x, t, xTest, tTest, threshold, batch: size, learningRate }) {
  const widths = [layers[0].weights.length, ...layers.map(({ biases }) => biases.length)];
  const inputs = Array.from({ length: widths[0] }, (_, index) => String(index));
  network = nn.buildNetwork(widths, nn.Activations.TANH, nn.Activations.LINEAR, null, inputs, false);
  layers.forEach(({ weights, biases }, index) => {
    network[index + 1].forEach((node, unit) => {
      node.bias = biases[unit];
      node.inputLinks.forEach((link, input) => {
        link.weight = weights[input][unit];
      });
    });
  });
  [samples, test] = [
    [x, t],
    [xTest, tTest],
  ].map(([points, targets]) => points.map((point, index) => ({ point, target: targets[index][0] })));
  middle = threshold;
  batch = size;
  rate = 2 * learningRate; // its error is half the squared difference
  return {};
}

/** As `oneStep` does in its playground.ts. */
function train({ epochs }) {
  for (let epoch = 0; epoch < epochs; epoch += 1) {
    samples.forEach(({ point, target }, index) => {
      nn.forwardProp(network, point);
      nn.backProp(network, target, nn.Errors.SQUARE);
      if ((index + 1) % batch === 0) nn.updateWeights(network, rate, 0);
    });
  }
  return {};
}

/** As its `getLoss` does, with the accuracy, which it does not tell. */
function measured(part) {
  let [loss, right] = [0, 0];
  for (const { point, target } of part) {
    const output = nn.forwardProp(network, point);
    loss += 2 * nn.Errors.SQUARE.error(output, target);
    if (output > middle === target > middle) right += 1;
  }
  return [loss / part.length, right / part.length];
}

function trainMeasured({ epochs }) {
  let measures;
  for (let epoch = 0; epoch < epochs; epoch += 1) {
    train({ epochs: 1 });
    measures = [...measured(samples), ...measured(test)];
  }
  return measures;
}

const layers = () =>
  network.slice(1).map((nodes) => ({
    weights: nodes[0].inputLinks.map((_, input) => nodes.map((node) => node.inputLinks[input].weight)),
    biases: nodes.map((node) => node.bias),
  }));

const orders = { build, train, trainMeasured, layers };
for await (const line of createInterface({ input: process.stdin })) {
  const order = JSON.parse(line);
  process.stdout.write(`${JSON.stringify(orders[order.order](order))}\n`);
}
