// The colours of the scheme that is shown, for canvases. Read once for each scheme.

import { readPalette } from "./draw/colours.js";

/** @import { Palette } from "./draw/colours.js" */

/** @type {Map<string, Palette>} */
const palettes = new Map();

/** @type {(scheme: "light" | "dark") => Palette} */
export function paletteOf(scheme) {
  let palette = palettes.get(scheme);
  if (!palette) palettes.set(scheme, (palette = readPalette(document.body)));
  return palette;
}

/** How the targets of a task look: classes by colour and shape, numbers by the diverging scale up to `limit`.
 * @type {(palette: Palette, task: string, limit?: number) => (target: number) => { colour: string, shape: number }} */
export function targetLook(palette, task, limit = 1) {
  if (task === "binary") {
    const colours = [palette.css("negative"), palette.css("positive")];
    return (target) => ({ colour: colours[target > 0.5 ? 1 : 0], shape: target > 0.5 ? 0 : 1 });
  }
  if (task === "multiclass") return (target) => ({ colour: palette.classCss[target % 10], shape: target % 10 });
  return (target) => ({ colour: palette.value(target / limit), shape: 0 });
}
