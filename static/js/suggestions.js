// "Try this": three experiments that show what cannot be seen when everything goes well, each one click.

import { strings } from "./strings.js";

/** @import { Catalogue, Experiment, Patch } from "./types.js" */
/** @import { Dock } from "./store.js" */

/**
 * @typedef {object} Suggestion
 * @property {string} label
 * @property {string} help
 * @property {string} word what to watch
 * @property {Dock} dock where to watch it
 * @property {(experiment: Experiment, catalogue: Catalogue) => Patch} patch
 */

const words = strings.suggestions;
const DEPTH = 6;
const WIDTH = 6;

/** @type {Suggestion[]} */
export const SUGGESTIONS = [
  {
    label: words.deeper,
    help: words.deeperHelp,
    word: words.deeperWord,
    dock: "gradients",
    patch: ({ layers }, catalogue) => {
      const model = layers[0] ?? catalogue.default_experiment.layers[0];
      return { layers: Array.from({ length: DEPTH }, () => ({ ...model, units: WIDTH, activation: "sigmoid" })) };
    },
  },
  {
    label: words.zeros,
    help: words.zerosHelp,
    word: words.zerosWord,
    dock: "curves",
    patch: ({ layers }) => ({
      layers: layers.map((layer) => ({ ...layer, initializer: "zeros" })),
      output: { initializer: { name: "zeros" } },
    }),
  },
  {
    label: words.sparse,
    help: words.sparseHelp,
    word: words.sparseWord,
    dock: "curves",
    patch: ({ layers }) => ({
      layers: layers.map((layer) => ({
        ...layer,
        units: Math.max(layer.units, 6),
        regularizer: { name: "l1", rate: 0.003 },
      })),
      output: { regularizer: { name: "l1", rate: 0.003 } },
    }),
  },
];
