// What was found in a file: its first rows with what each column is, and all that is good to know about them.

import { html, nothing } from "lit";
import { strings } from "../../strings.js";
import { warningsOf } from "../../uploads.js";

/** @import { FoundTable, TableColumn } from "../../types.js" */

const words = strings.tables;

/** The first rows as they stand in the file; columns that the network does not get are pale.
 * @type {(found: FoundTable, chosen: Set<string>) => unknown} */
export function preview({ columns, preview: { names, rows } }, chosen) {
  const byName = new Map(columns.map((column) => [column.name, column]));
  const looks = names.map((name) => {
    const column = byName.get(name);
    const role = column?.role === "input" && !chosen.has(name) ? "off" : (column?.role ?? "unused");
    return { role, kind: column ? kindOf(column, role) : words.kinds.unused };
  });
  return html`<div class="preview" role="region" tabindex="0" aria-label=${words.preview}
    aria-description=${words.previewHelp}>
    <table><thead><tr>${names.map(
      (name, index) =>
        html`<th scope="col" data-role=${looks[index].role}><bdi>${name}</bdi><span>${looks[index].kind}</span></th>`,
    )}</tr></thead>
    <tbody>${rows.map(
      (row) =>
        html`<tr>${row.map((cell, index) => html`<td data-role=${looks[index]?.role}><bdi>${cell}</bdi></td>`)}</tr>`,
    )}</tbody></table>
  </div>`;
}

/** @type {(column: TableColumn, role: string) => string} */
function kindOf({ type, inputs }, role) {
  const { text, unused, target, off } = words.kinds;
  if (role !== "input") return { unused, target, off }[role] ?? "";
  return type === "text" ? text(inputs.length) : words.kinds[type];
}

/** What the reader should know: of the table as a whole, and of its columns.
 * @type {(found: FoundTable, chosen: Set<string>) => unknown} */
export function warnings(found, chosen) {
  const list = warningsOf(found, chosen);
  if (list.length === 0) return nothing;
  return html`<div
    class="table-warnings"><h3>${words.warnings}</h3><ul>${list.map((text) => html`<li>${text}</li>`)}</ul></div>`;
}
