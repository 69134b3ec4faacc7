// The colors of the scheme that is shown, for canvases. Read once for each scheme.

import { between, parseRgb, readPalette } from "./draw/colors.js";

/** @import { Palette } from "./draw/colors.js" */
/** @import { Target } from "./types.js" */

/** A diverging scale: what its middle stands for, and how far away its ends are.
 * @typedef {{ middle: number, limit: number }} Scale */

/** @type {Map<string, Palette>} */
const palettes = new Map();

/** @type {(scheme: "light" | "dark") => Palette} */
export function paletteOf(scheme) {
  const palette = palettes.get(scheme) ?? readPalette(document.body);
  palettes.set(scheme, palette);
  return palette;
}

/** How the targets of a task look: classes by color and shape, several labels as the first that holds, numbers by the
 * diverging scale.
 * @type {(palette: Palette, task: string, scale?: Scale) => (target: Target) => { color: string, shape: number }} */
export function targetLook(palette, task, { middle, limit } = { middle: 0, limit: 1 }) {
  if (task === "binary") {
    const colors = [palette.css("negative"), palette.css("positive")];
    return (target) => ({ color: colors[Number(target) > 0.5 ? 1 : 0], shape: Number(target) > 0.5 ? 0 : 1 });
  }
  if (task === "regression") return (target) => ({ color: palette.value((Number(target) - middle) / limit), shape: 0 });
  const none = palette.css("muted");
  return (target) => {
    const index = Array.isArray(target) ? target.indexOf(1) : target;
    return index < 0 ? { color: none, shape: 0 } : { color: palette.classCss[index % 10], shape: index % 10 };
  };
}

/** The targets that get the ends of the diverging scale: as far from 0, or from their own middle if all have one sign.
 * So the colors of a regression keep their meaning while it trains.
 * @type {(targets: Target[]) => Scale} */
export function targetScale(targets) {
  const low = targets.reduce((/** @type {number} */ least, target) => Math.min(least, Number(target)), Infinity);
  const high = targets.reduce((/** @type {number} */ most, target) => Math.max(most, Number(target)), -Infinity);
  const middle = low > 0 || high < 0 ? (low + high) / 2 : 0;
  return { middle, limit: Math.max(high - middle, middle - low, 1e-9) };
}

/** A layer's color, here and in the chart of gradients: from the first layer's to the output's.
 * @type {(palette: Palette, index: number, layers: number) => string} */
export function layerColor({ css }, index, layers) {
  const stops = [css("layer-first"), css("layer-middle"), css("layer-last")].map(parseRgb);
  return between(stops, layers > 1 ? index / (layers - 1) : 1);
}
