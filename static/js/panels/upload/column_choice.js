// A choice of columns: a box for each, with all and none, and where there are many a field to find some by their names.

import { html, live, nothing } from "lit";
import { textButton, toggle } from "../../fields.js";
import { strings } from "../../strings.js";

const words = strings.tables;
const MANY = 16; // columns, of which it is hard to find one

/** A column that can be chosen. @typedef {{ name: string, help: string }} ColumnItem */

/** @type {(options: { items: ColumnItem[], chosen: Set<string>, problem: string, sought: string,
 *    find: (text: string) => void,
 *    choose: (names: string[]) => void }) => unknown} */
export function columnChoice({ items, chosen, problem, sought, find, choose }) {
  const many = items.length > MANY;
  const needle = sought.trim().toLowerCase();
  const shown = many ? items.filter(({ name }) => name.toLowerCase().includes(needle)) : items;
  const names = items.map(({ name }) => name).filter((name) => chosen.has(name));
  /** All and none are of the columns that are shown. @param {boolean} checked */
  const all = (checked) => {
    const these = new Set(shown.map(({ name }) => name));
    choose(items.map(({ name }) => name).filter((name) => (these.has(name) ? checked : chosen.has(name))));
  };
  return html`<fieldset class="table-inputs">
    <legend>${words.inputs(names.length, items.length)}</legend>
    ${textButton({ text: words.all, help: words.allHelp, class: "quiet", click: () => all(true) })}
    ${textButton({ text: words.none, help: words.noneHelp, class: "quiet", click: () => all(false) })}
    ${many ? finder(sought, shown.length, items.length, find) : nothing}
    <p class="field-problem" role="status">${problem || nothing}</p>
    <div class="table-columns">
      ${shown.map(({ name, help }) =>
        toggle({
          label: name,
          help,
          checked: chosen.has(name),
          change: (checked) => choose(checked ? [...names, name] : names.filter((each) => each !== name)),
        }),
      )}
    </div>
  </fieldset>`;
}

/** @type {(sought: string, shown: number, all: number, find: (text: string) => void) => unknown} */
const finder = (
  sought,
  shown,
  all,
  find,
) => html`<input type="search" class="text" autocomplete="off" spellcheck="false" aria-label=${words.find}
    aria-description=${words.findHelp} placeholder=${words.find} .value=${live(sought)}
    @input=${(/** @type {Event} */ event) => find(/** @type {HTMLInputElement} */ (event.target).value)}>
  <span class="caption" role="status">${sought ? words.shown(shown, all) : nothing}</span>`;
