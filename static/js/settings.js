// Settings drawn from the schema alone: whatever kind of value a field holds, its name, its explanation and its bounds
// are the server's.

import { html, nothing } from "lit";
import { menu, slider, stepper, toggle } from "./fields.js";
import { fieldOf, numberSpec } from "./schema.js";

/** @import { Field, Schema } from "./types.js" */

const SLIDER_SPAN = 20; // a wider linear range is easier to type

/** One field of the experiment.
 * @typedef {object} Setting
 * @property {Schema | null} schema
 * @property {string} path such as `layers.0.dropout`; layers are alike, so 0 stands for all of them
 * @property {unknown} value
 * @property {(value: any) => void} change
 * @property {(why: string) => void} refuse what it may not hold, in a sentence
 * @property {(option: string) => boolean} [fits] which options of a menu make sense now */

/** @type {(setting: Setting) => unknown} */
export function settingField(setting) {
  const { schema, path, value, change } = setting;
  const field = fieldOf(schema, path);
  if (!field) return nothing;
  if (field.properties) return groupField(setting, field);
  if (field.options) return optionField(setting, field);
  if (field.kind === "boolean")
    return toggle({ label: field.label, help: field.help, checked: value === true, change });
  return numberField(setting, field);
}

/** Something that is off, or on with its own settings.
 * @type {(setting: Setting, field: Field) => unknown} */
function groupField(setting, field) {
  const { path, value, change } = setting;
  const on = /** @type {Record<string, unknown> | null} */ (value ?? null);
  const names = Object.keys(field.properties ?? {});
  const inside =
    on &&
    names.map((name) =>
      settingField({
        ...setting,
        path: `${path}.${name}`,
        value: on[name],
        change: (part) => change({ ...on, [name]: part }),
      }),
    );
  if (!field.nullable) return inside;
  return html`<div class="choice">
    ${toggle({
      label: field.label,
      help: field.help,
      checked: on !== null,
      change: (checked) => change(checked ? defaults(field) : null),
    })}
    ${inside ?? nothing}
  </div>`;
}

/** What the settings are when something is switched on.
 * @type {(field: Field) => Record<string, unknown>} */
export function defaults({ properties = {} }) {
  return Object.fromEntries(Object.entries(properties).map(([name, node]) => [name, node.default]));
}

/** @type {(setting: Setting, field: Field) => unknown} */
function optionField({ value, change, fits = () => true }, { label, help, options = [] }) {
  const items = options.filter((option) => fits(option) || option === value);
  return menu({
    label,
    help,
    value: String(value),
    items: items.map((option) => ({ value: option, label: option.replaceAll("_", " ") })),
    change,
  });
}

/** @type {(setting: Setting, field: Field) => unknown} */
function numberField({ schema, path, value, change, refuse }, { label }) {
  const spec = numberSpec(schema, path);
  const sink = { change, refuse };
  const span = (spec.maximum ?? Infinity) - (spec.minimum ?? -Infinity);
  if (spec.scale === "linear" && !spec.integer && span <= SLIDER_SPAN)
    return slider({ spec, value: Number(value), sink });
  return html`<div class="field"><span class="label"
    aria-hidden="true">${label}</span>${stepper({ spec, value: Number(value), sink })}</div>`;
}
