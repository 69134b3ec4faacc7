// Numbers as text, with a fixed count of digits, so that nothing jitters while they change.

const MINUS = "\u2212";
const NONE = "\u2013";

/** A loss, norm or the like: four significant digits, never wider than 8 characters.
 * @type {(value: number | null | undefined) => string} */
export function quantity(value) {
  if (value === null || value === undefined || !Number.isFinite(value)) return NONE;
  const size = Math.abs(value);
  if (size !== 0 && (size >= 1e5 || size < 1e-4)) return signed(exponential(value));
  const whole = size < 1 ? 1 : Math.floor(Math.log10(size)) + 1;
  return signed(value.toFixed(Math.max(5 - whole, 0)));
}

/** With as many decimals as there is room for, two at most.
 * @type {(value: number) => string} */
function exponential(value) {
  const texts = [2, 1, 0].map((decimals) => value.toExponential(decimals).replace("e+", "e"));
  return texts.find((text) => text.length <= 8) ?? texts[2];
}

/** A share as a percentage with one decimal.
 * @type {(value: number | null | undefined) => string} */
export function percent(value) {
  if (value === null || value === undefined || !Number.isFinite(value)) return NONE;
  return `${(value * 100).toFixed(1)}\u202f%`;
}

/** A change: a quantity with its sign, also where it is positive.
 * @type {(value: number, format?: (value: number) => string) => string} */
export const change = (value, format = quantity) => `${value > 0 ? "+" : ""}${format(value)}`;

/** A count with thousands apart, as in 12,345.
 * @type {(value: number | null | undefined) => string} */
export function count(value) {
  if (value === null || value === undefined || !Number.isFinite(value)) return NONE;
  return Math.floor(value).toLocaleString("en");
}

/** What an epoch under way has done of itself, as in .25; nothing at its beginning.
 * @type {(epoch: number) => string} */
export function fraction(epoch) {
  const share = epoch - Math.floor(epoch);
  if (share === 0) return "";
  return Math.min(Math.max(share, 0.001), 0.999).toFixed(3).slice(1).replace(/0$/, "");
}

/** An epoch, with a part of one where it is under way: 1,234 or 12.16.
 * @type {(epoch: number) => string} */
export const epochOf = (epoch) => `${count(epoch)}${fraction(epoch)}`;

/** So many bytes, in words.
 * @type {(bytes: number) => string} */
export function memory(bytes) {
  if (bytes < 1000) return `${bytes} bytes`;
  return bytes < 1e6 ? `${speed(bytes / 1000)} KB` : `${speed(bytes / 1e6)} MB`;
}

/** A speed: three significant digits are enough, so the rest does not flicker.
 * @type {(value: number | null | undefined) => string} */
export function speed(value) {
  if (value === null || value === undefined || !Number.isFinite(value)) return NONE;
  if (value < 10) return value.toFixed(1);
  return Number(value.toPrecision(3)).toLocaleString("en");
}

/** A setting as short as it can be written exactly: 0.03, 1e-5, 1000000.
 * @type {(value: unknown) => string} */
export function setting(value) {
  if (typeof value !== "number") return String(value);
  if (value !== 0 && Math.abs(value) < 1e-4)
    return String(Number(value)).includes("e") ? String(value) : value.toExponential();
  return String(value);
}

/** The text of a number field as a number; null if it is none. Commas and typographic signs are understood: of a count,
 * those between thousands.
 * @type {(text: string, integer?: boolean) => number | null} */
export function parseNumber(text, integer = false) {
  const grouped = integer && /^\s*[+-]?\d{1,3}(,\d{3})+\s*$/.test(text);
  const plain = (grouped ? text.replaceAll(",", "") : text)
    .trim()
    .replace(MINUS, "-")
    .replace(/^(-?\d*),(\d+)$/, "$1.$2");
  if (!/^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(plain)) return null;
  const value = Number(plain);
  return Number.isFinite(value) ? value : null;
}

/** The next rounder number up or down: 1, 2, 5, 10 for counts, 1, 3, 10 for the rest.
 * @type {(value: number, direction: 1 | -1, integer?: boolean) => number} */
export function nextRound(value, direction, integer = false) {
  const steps = integer ? [1, 2, 5, 10] : [1, 3, 10];
  if (value <= 0) return direction > 0 ? (integer ? 1 : 1e-5) : 0;
  const power = Math.floor(Math.log10(value) + 1e-9);
  const lead = value / 10 ** power;
  const near = (/** @type {number} */ step) => Math.abs(step - lead) < 1e-6 * lead;
  const rounder =
    direction > 0
      ? (steps.find((step) => step > lead && !near(step)) ?? 10)
      : (steps.filter((step) => step < lead && !near(step)).at(-1) ?? 0.1 * (steps.at(-2) ?? 1));
  return Number((rounder * 10 ** power).toPrecision(6));
}

/** @type {(text: string) => string} */
function signed(text) {
  return text.replaceAll("-", MINUS);
}
