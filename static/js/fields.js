// The page's form controls: each with a name, an explanation, and the value that holds.
// An explanation is the control's `aria-description`: read aloud by screen readers, shown by tip.js to everyone else.

import { html, live, nothing, ref } from "lit";
import { nextRound, parseNumber, setting } from "./format.js";
import { icons } from "./icons.js";
import { isAllowed } from "./schema.js";
import { strings } from "./strings.js";

/** @import { Argument, Entry, NumberSpec } from "./types.js" */
/** @typedef {import("lit").TemplateResult} Template */

/** What to do with a new value, with one on the way while a slider is dragged, and with the sentence that says why a
 * text is none.
 * @typedef {{ change: (value: number) => void, slide?: (value: number) => void,
 *    refuse: (why: string) => void }} Sink */

/** @type {(argument: Argument) => NumberSpec} */
export function argumentSpec(argument) {
  const { label, help, minimum, maximum, scale } = argument;
  return { label, help, minimum, maximum, scale, integer: argument.kind === "integer", unit: null };
}

/** A button with an icon, a name and an explanation.
 * @type {(options: { icon: unknown, name: string, help: string, click: () => void, disabled?: boolean,
 *    class?: string }) => Template} */
export function iconButton({ icon, name, help, click, disabled = false, class: kind = "" }) {
  return html`<button type="button" class="icon-button ${kind}" aria-label=${name} aria-description=${help}
    ?disabled=${disabled} @click=${click}>${icon}</button>`;
}

/** A button with words; with `focus` it is where the keyboard is when the window that holds it opens.
 * @type {(options: { text: unknown, help: string, click: () => void, class?: string, icon?: unknown,
 *    disabled?: boolean, focus?: boolean }) => Template} */
export function textButton({ text, help, click, class: kind = "", icon = nothing, disabled = false, focus = false }) {
  return html`<button type="button" class="button ${kind}" aria-description=${help} ?disabled=${disabled}
    ?autofocus=${focus} @click=${click}>${icon}${text}</button>`;
}

/** A button that lets the user pick a file.
 * @type {(options: { text: string, help: string, accept: string, pick: (file: File) => void, class?: string,
 *    icon?: unknown }) => Template} */
export function fileButton({ text, help, accept, pick, class: kind = "", icon = nothing }) {
  /** @param {Event} event */
  const picked = (event) => {
    const input = /** @type {HTMLInputElement} */ (event.target);
    const [file] = input.files ?? [];
    input.value = ""; // so that the same file can be picked again after it was changed
    if (file) pick(file);
  };
  /** @param {Event} event */
  const click = (event) =>
    /** @type {HTMLElement} */ (/** @type {Element} */ (event.currentTarget).nextElementSibling).click();
  return html`<button type="button" class="button ${kind}" aria-description=${help}
    @click=${click}>${icon}${text}</button>
    <input type="file" hidden accept=${accept} aria-label=${text} @change=${picked}>`;
}

/** Controls that change the session: out of use where it is somebody else's.
 * @type {(own: boolean, controls: unknown) => Template} */
export function changing(own, controls) {
  return html`<fieldset class="changing" role="presentation" ?disabled=${!own}>${controls}</fieldset>`;
}

/** On or off.
 * @type {(options: { label: string, help: string, checked: boolean, change: (checked: boolean) => void })
 *    => Template} */
export function toggle({ label, help, checked, change }) {
  /** @param {Event} event */
  const changed = (event) => change(/** @type {HTMLInputElement} */ (event.target).checked);
  return html`<label class="toggle"><input type="checkbox" .checked=${live(checked)} aria-description=${help}
    @change=${changed}><span>${label}</span></label>`;
}

/** A menu.
 * @type {(options: { label: string, help: string, value: string, items: { value: string, label: string }[],
 *    change: (value: string) => void, hideLabel?: boolean }) => Template} */
export function menu({ label, help, value, items, change, hideLabel = false }) {
  /** @param {Event} event */
  const changed = (event) => change(/** @type {HTMLSelectElement} */ (event.target).value);
  const select = html`<select aria-label=${label} aria-description=${help} .value=${live(value)} @change=${changed}>
    ${items.map((item) => html`<option value=${item.value} ?selected=${item.value === value}>${item.label}</option>`)}
  </select>`;
  if (hideLabel) return select;
  return html`<div class="field"><span class="label" aria-hidden="true">${label}</span>${select}</div>`;
}

/** A number in a text field, which takes any way of writing it. What the field may not hold changes nothing: neither
 * what is drawn nor what is trained.
 * @type {(spec: NumberSpec, value: number | null, sink: Sink, blank?: string) => Template} */
export function numberInput(spec, value, sink, blank = "") {
  const shown = value === null ? blank : setting(value);
  /** @param {Event} event */
  const changed = (event) => {
    const input = /** @type {HTMLInputElement} */ (event.target);
    const number = parseNumber(input.value, spec.integer);
    held.delete(input);
    if (number === null || !isAllowed(spec, number)) {
      sink.refuse(strings.fields.refused(spec, input.value, shown));
      input.value = shown;
    } else if (number !== value) sink.change(number);
  };
  /** @param {Event} event */
  const hold = ({ target }) => {
    const input = /** @type {HTMLInputElement} */ (target);
    if (!held.has(input)) held.set(input, shown);
  };
  /** The event of a selection comes a little later, when the value may have been entered already.
   * @param {Event} event */
  const marked = (event) => {
    const input = /** @type {HTMLInputElement} */ (event.target);
    if (input.selectionStart !== input.selectionEnd) hold(event);
  };
  /** @param {KeyboardEvent} event */
  const pressed = (event) => {
    if (event.key !== "Escape") return hold(event);
    const input = /** @type {HTMLInputElement} */ (event.target);
    const before = held.get(input);
    held.delete(input);
    if (before === undefined || input.value === before) return;
    event.preventDefault(); // the first Escape gives the value back, a second one closes what the field is in
    input.value = shown;
  };
  return html`<input class="number" type="text" inputmode="decimal" autocomplete="off" spellcheck="false"
    aria-label=${spec.label} aria-description=${explained(spec)} ${ref((input) => show(input, shown))}
    @focus=${hold} @select=${marked} @input=${hold} @keydown=${pressed} @change=${changed}>`;
}

/** Fields that have the focus, with their text from when they got it: these are not overwritten, or what is
 * marked and typed would be lost. @type {WeakMap<Element, string>} */
const held = new WeakMap();

/** @type {(input: Element | undefined, text: string) => void} */
function show(input, text) {
  if (!(input instanceof HTMLInputElement)) return;
  if (document.activeElement !== input) held.delete(input);
  if (!held.has(input) && input.value !== text) input.value = text;
}

/** The help with the bounds, where there are some worth telling.
 * @type {(spec: NumberSpec) => string} */
function explained({ help, minimum, maximum }) {
  if (minimum === null || maximum === null || maximum >= 1e6) return help;
  return `${help} ${setting(minimum)} to ${setting(maximum)}.`;
}

/** A number with buttons for the next smaller and the next larger one.
 * @type {(options: { spec: NumberSpec, value: number | null, sink: Sink,
 *    step?: (value: number, direction: 1 | -1) => number,
 *    names?: { less: string, more: string }, blank?: string, ceiling?: number | null }) => Template} */
export function stepper({ spec, value, sink, step, names, blank, ceiling = spec.maximum }) {
  const next = step ?? ((from, direction) => nextRound(from, direction, spec.integer));
  const at = value ?? ceiling ?? 0;
  /** @type {(direction: 1 | -1) => number} */
  const toward = (direction) => Math.min(Math.max(next(at, direction), spec.minimum ?? -Infinity), ceiling ?? Infinity);
  const { less, more } = names ?? {
    less: strings.training.slower(spec.label),
    more: strings.training.faster(spec.label),
  };
  return html`<div class="stepper">
    ${iconButton({
      icon: icons.minus,
      name: less,
      help: explained(spec),
      click: () => sink.change(toward(-1)),
      disabled: at <= (spec.minimum ?? -Infinity),
    })}
    ${numberInput(spec, value, sink, blank)}
    ${iconButton({
      icon: icons.plus,
      name: more,
      help: explained(spec),
      click: () => sink.change(toward(1)),
      disabled: value === null || at >= (ceiling ?? Infinity),
    })}
  </div>`;
}

const SLIDER_STEPS = 200;
const LOG_DECADES = 5; // from the maximum down; the slider's left end is then the minimum

/** A slider with its number beside it. `usual` is how far the slider goes when the bound is much further, or there is
 * none.
 * @type {(options: { spec: NumberSpec, value: number, sink: Sink, usual?: number }) => Template} */
export function slider({ spec, value, sink, usual }) {
  const low = spec.minimum ?? (usual === undefined ? 0 : -usual);
  const high = usual ?? spec.maximum ?? 1;
  const { toPosition, toValue } = slide(spec, low, high);
  /** @param {Event} event */
  const moved = (event) =>
    (sink.slide ?? sink.change)(toValue(Number(/** @type {HTMLInputElement} */ (event.target).value)));
  return html`<div class="field slider-field">
    <span class="label" aria-hidden="true">${spec.label}</span>
    <input type="range" min="0" max=${SLIDER_STEPS} step="1" aria-label=${spec.label}
      aria-description=${explained(spec)}
      aria-valuetext=${setting(value)} .value=${live(String(toPosition(value)))} @input=${moved}>
    ${numberInput(spec, value, sink)}
  </div>`;
}

/** How a slider's position and a value belong together.
 * @type {(spec: NumberSpec, low: number, high: number) => { toPosition: (value: number) => number,
 *    toValue: (position: number) => number }} */
export function slide(spec, low, high) {
  const log = spec.scale === "log";
  const first = log ? (low > 0 ? Math.log10(low) : Math.log10(high) - LOG_DECADES) : low;
  const last = log ? Math.log10(high) : high;
  return {
    toPosition: (value) => {
      if (log && value <= 0) return 0;
      const at = log ? Math.log10(value) : value;
      return Math.round(Math.min(Math.max((at - first) / (last - first), 0), 1) * SLIDER_STEPS);
    },
    toValue: (position) => {
      if (log && low <= 0 && position === 0) return 0;
      const at = first + (position / SLIDER_STEPS) * (last - first);
      const value = log ? 10 ** at : at;
      if (spec.integer) return Math.round(Number(value.toPrecision(2)));
      return Number(value.toPrecision(log ? 2 : 3));
    },
  };
}

/** The arguments of what was chosen.
 * @type {(entry: Entry, read: (name: string) => unknown, change: (name: string, value: unknown) => void,
 *    refuse: (why: string) => void) => unknown} */
export function argumentFields(entry, read, change, refuse) {
  return entry.arguments.map((argument) => {
    const value = read(argument.name);
    if (argument.kind === "boolean") {
      return toggle({
        label: argument.label,
        help: argument.help,
        checked: value === true,
        change: (checked) => change(argument.name, checked),
      });
    }
    if (argument.kind === "option") {
      const items = argument.options.map((option) => ({ value: option, label: option.replaceAll("_", " ") }));
      return menu({
        label: argument.label,
        help: argument.help,
        value: String(value),
        items,
        change: (chosen) => change(argument.name, chosen),
      });
    }
    const spec = argumentSpec(argument);
    const sink = { change: (/** @type {number} */ number) => change(argument.name, number), refuse };
    const number = Number(value);
    if (
      argument.scale === "log" ||
      argument.maximum === null ||
      argument.minimum === null ||
      argument.maximum - argument.minimum > 20
    ) {
      return html`<div class="field"><span class="label"
        aria-hidden="true">${argument.label}</span>${stepper({ spec, value: number, sink })}</div>`;
    }
    return slider({ spec, value: number, sink });
  });
}
