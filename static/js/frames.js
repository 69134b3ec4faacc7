// What the page asks of the stream, and the stream's bytes as numbers.

/** @import { MetricsMessage, ParametersFrame, ParametersMessage, PredictionsFrame, PredictionsMessage,
 *    Subscription } from "./types.js" */
/** @import { Rows } from "./history.js" */
/** @import { State } from "./store.js" */

const SHARP = 20; // points each way of a unit's map,
const SHARP_UNITS = 40; // unless there are more units than this: then all maps together are about as many bytes
const COARSEST = 8;

/** How finely units are drawn.
 * @type {(units: number) => number} */
function mapResolution(units) {
  return Math.max(COARSEST, Math.floor(SHARP * Math.min(1, Math.sqrt(SHARP_UNITS / Math.max(units, 1)))));
}

/** Only what is on screen is asked for; on the same machine more often than through a school's network.
 * @type {(state: State, local: boolean) => Subscription} */
export function subscription({ visible, experiment, view, visit }, local) {
  const units = (experiment?.layers ?? []).reduce((sum, layer) => sum + layer.units, 0);
  return {
    metrics: { max_fps: 20 },
    boundary: visible.output ? { resolution: 64, max_fps: local ? 30 : 20 } : null,
    neurons: visible.network ? { resolution: mapResolution(units), max_fps: local ? 30 : 8 } : null,
    parameters: visible.network ? { max_fps: local ? 30 : 8 } : null,
    predictions: visible.output ? { max_fps: 4 } : null,
    plane: view,
    epoch: visit,
  };
}

/** @type {(message: ParametersMessage) => ParametersFrame} */
export function parametersFrame(message) {
  const layers = message.layers.map((layer) => ({
    ...layer,
    weights: floats(layer.weights),
    biases: floats(layer.biases),
  }));
  return { ...message, layers };
}

/** @type {(message: PredictionsMessage) => PredictionsFrame} */
export function predictionsFrame(message) {
  const parts = Object.entries(message.parts).map(([name, { losses, predicted, confidence, ...part }]) => [
    name,
    {
      ...part,
      losses: floats(losses),
      predicted: predicted && floats(predicted),
      confidence: confidence && floats(confidence),
    },
  ]);
  return { ...message, parts: Object.fromEntries(parts) };
}

/** Bytes as float32. A copy, because numbers must lie at multiples of four bytes.
 * @type {(bytes: Uint8Array) => Float32Array} */
function floats(bytes) {
  return new Float32Array(bytes.slice().buffer);
}

/** Rows of metrics, their columns as float64.
 * @type {(message: MetricsMessage) => Rows} */
export function rowsOf({ seq, count, columns }) {
  const numbers = Object.entries(columns).map(([name, bytes]) => [
    name,
    new Float64Array(/** @type {Uint8Array} */ (bytes).slice().buffer),
  ]);
  return { seq, count, columns: Object.fromEntries(numbers) };
}
