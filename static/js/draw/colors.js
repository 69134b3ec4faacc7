// Colors for canvases: the style sheet's tokens as numbers, and the scales made of them.

/** @typedef {[red: number, green: number, blue: number]} Rgb */
/** @typedef {Uint8ClampedArray} Table 256 colors of three bytes */

/**
 * @typedef {object} Palette
 * @property {(token: string) => string} css a token as a CSS color
 * @property {Table} diverging from negative over neutral to positive, for maps
 * @property {(value: number) => string} value a point's color for a value from -1 to 1
 * @property {Rgb[]} classes for points
 * @property {string[]} classCss
 * @property {Table[]} strength for each class, from neutral to its color, for maps
 */

const CLASSES = 10;
const STRONGEST = 0.62; // a map is paler than the points that lie on it

/** Reads the tokens as they are now, in the scheme that is shown.
 * @type {(element: HTMLElement) => Palette} */
export function readPalette(element) {
  const css = tokenReader(element);
  const classCss = Array.from({ length: CLASSES }, (_, index) => css(`class-${index}`));
  const classes = classCss.map(parseRgb);
  const neutral = parseRgb(css("map-neutral"));
  const values = [css("negative"), css("map-neutral"), css("positive")].map(parseRgb);
  return {
    css,
    // Few colors, so that the points are drawn in few calls.
    value: (value) => between(values, Math.round((value + 1) * 16) / 32),
    classes,
    classCss,
    diverging: scale([parseRgb(css("map-negative")), neutral, parseRgb(css("map-positive"))]),
    strength: classes.map((color) => scale([neutral, mixed(neutral, color, STRONGEST)])),
  };
}

/** The browser resolves `light-dark()` only where a color is used: hence the probe.
 * @type {(element: HTMLElement) => (token: string) => string} */
function tokenReader(element) {
  const probe = document.createElement("span");
  probe.hidden = true;
  // Pictures keep their colors where the system chooses those of the page.
  probe.style.setProperty("forced-color-adjust", "none");
  element.append(probe);
  /** @type {Map<string, string>} */
  const known = new Map();
  return (token) => {
    const found = known.get(token);
    if (found) return found;
    if (!probe.isConnected) element.append(probe);
    probe.style.color = `var(--${token})`;
    const color = getComputedStyle(probe).color;
    probe.remove();
    known.set(token, color);
    return color;
  };
}

/** @type {(css: string) => Rgb} */
export function parseRgb(css) {
  const numbers = css.match(/[\d.]+/g)?.map(Number) ?? [0, 0, 0];
  return [numbers[0], numbers[1], numbers[2]];
}

/** @type {(one: Rgb, other: Rgb, share: number) => Rgb} */
export function mixed(one, other, share) {
  return /** @type {Rgb} */ (one.map((value, index) => value + (other[index] - value) * share));
}

/** @type {(color: Rgb) => string} */
export function toCss(color) {
  return `rgb(${color.map(Math.round).join(" ")})`;
}

/** 256 colors that pass evenly through the given ones.
 * @type {(stops: Rgb[]) => Table} */
export function scale(stops) {
  const table = new Uint8ClampedArray(256 * 3);
  for (let index = 0; index < 256; index += 1) {
    const position = (index / 255) * (stops.length - 1);
    const first = Math.min(Math.floor(position), stops.length - 2);
    table.set(mixed(stops[first], stops[first + 1], position - first), index * 3);
  }
  return table;
}

/** The color at `position`, 0 to 1, of a gradient through the given ones.
 * @type {(stops: Rgb[], position: number) => string} */
export function between(stops, position) {
  const along = Math.min(Math.max(position, 0), 1) * (stops.length - 1);
  const first = Math.min(Math.floor(along), stops.length - 2);
  return toCss(mixed(stops[first], stops[first + 1], along - first));
}
