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

let network, samples, batch, rate;

/** Builds the network with the given weights W[input][unit] and biases. */
function build({ layers, x, t, batch: size, learningRate }) {
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
  samples = x.map((point, index) => ({ point, target: t[index][0] }));
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

const layers = () =>
  network.slice(1).map((nodes) => ({
    weights: nodes[0].inputLinks.map((_, input) => nodes.map((node) => node.inputLinks[input].weight)),
    biases: nodes.map((node) => node.bias),
  }));

const orders = { build, train, layers };
for await (const line of createInterface({ input: process.stdin })) {
  const order = JSON.parse(line);
  process.stdout.write(`${JSON.stringify(orders[order.order](order))}\n`);
}
