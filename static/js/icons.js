// The page's few icons, drawn on a grid of 16. They say nothing by themselves: their buttons carry the names.

import { svg } from "lit";

/** @type {(shape: unknown) => import("lit").TemplateResult} */
const icon = (shape) =>
  svg`<svg class="icon" viewBox="0 0 16 16" width="16" height="16" aria-hidden="true" focusable="false">${shape}</svg>`;

const line = (/** @type {string} */ path) =>
  icon(
    svg`<path d=${path} fill="none" stroke="currentColor" stroke-width="1.75" stroke-linecap="round"
      stroke-linejoin="round"/>`,
  );

export const icons = {
  play: icon(
    svg`<path d="M4 2.2v11.6c0 .5.6.9 1 .6l9-5.8c.4-.3.4-.9 0-1.2l-9-5.8c-.4-.3-1 .1-1 .6z" fill="currentColor"/>`,
  ),
  pause: icon(svg`<path d="M3.5 2h3v12h-3zM9.5 2h3v12h-3z" fill="currentColor"/>`),
  step: icon(
    svg`<path fill="currentColor"
      d="M3 2.6v10.8c0 .5.5.7.9.4L10.5 8.5c.3-.3.3-.7 0-1L3.9 2.2C3.5 1.9 3 2.1 3 2.6zM11.5 2h2v12h-2z"/>`,
  ),
  reset: line("M2.5 8a5.5 5.5 0 1 0 1.7-4M2.5 2v3h3"),
  dice: icon(
    svg`<rect x="2" y="2" width="12" height="12" rx="2.5" fill="none" stroke="currentColor" stroke-width="1.6"/>
      <circle cx="5.5" cy="5.5" r="1.2" fill="currentColor"/>
      <circle cx="10.5" cy="10.5" r="1.2" fill="currentColor"/>
      <circle cx="10.5" cy="5.5" r="1.2" fill="currentColor"/>
      <circle cx="5.5" cy="10.5" r="1.2" fill="currentColor"/>`,
  ),
  undo: line("M5.5 2.5 2 6l3.5 3.5M2 6h8a4 4 0 0 1 0 8H7"),
  redo: line("M10.5 2.5 14 6l-3.5 3.5M14 6H6a4 4 0 0 0 0 8h3"),
  share: line("M8 10V2M5 4.5 8 1.7l3 2.8M3 8.5V13a1 1 0 0 0 1 1h8a1 1 0 0 0 1-1V8.5"),
  help: line("M5.5 5.7C5.5 4 6.6 3 8 3s2.5 1 2.5 2.4C10.5 7.5 8 7.5 8 9.6M8 12.6v.1"),
  light: icon(
    svg`<circle cx="8" cy="8" r="3" fill="currentColor"/>
      <path d="M8 1v2M8 13v2M1 8h2M13 8h2M3 3l1.4 1.4M11.6 11.6 13 13M3 13l1.4-1.4M11.6 4.4 13 3"
        stroke="currentColor" stroke-width="1.6" stroke-linecap="round"/>`,
  ),
  dark: icon(svg`<path d="M13.5 9.8A6 6 0 0 1 6.2 2.5a6 6 0 1 0 7.3 7.3z" fill="currentColor"/>`),
  system: icon(
    svg`<circle cx="8" cy="8" r="5.6" fill="none" stroke="currentColor" stroke-width="1.6"/>
      <path d="M8 2.4a5.6 5.6 0 0 1 0 11.2z" fill="currentColor"/>`,
  ),
  plus: line("M8 3v10M3 8h10"),
  minus: line("M3 8h10"),
  close: line("M4 4l8 8M12 4l-8 8"),
  down: line("M4 6l4 4 4-4"),
  previous: line("M10 3.5 5.5 8l4.5 4.5"),
  next: line("M6 3.5 10.5 8 6 12.5"),
  fit: line("M2.5 6V2.5H6M10 2.5h3.5V6M13.5 10v3.5H10M6 13.5H2.5V10"),
  flip: line("M4.5 2.5v9M2 9l2.5 2.7L7 9M11.5 13.5v-9M9 7l2.5-2.7L14 7"),
  erase: line(
    "M6 13.5h7.5M2.7 10.2 9.4 3.5a1.2 1.2 0 0 1 1.7 0l2.2 2.2a1.2 1.2 0 0 1 0 1.7L7.2 13.5H5.2" +
      "L2.7 11.1a.7.7 0 0 1 0-.9zM6 7l4.7 4.7",
  ),
  look: icon(
    svg`<path d="M1.5 8S3.8 3.5 8 3.5 14.5 8 14.5 8 12.2 12.5 8 12.5 1.5 8 1.5 8z" fill="none"
        stroke="currentColor" stroke-width="1.6" stroke-linejoin="round"/>
      <circle cx="8" cy="8" r="2" fill="currentColor"/>`,
  ),
  discard: line("M3 4.5h10M6.5 4.5V2.5h3v2M4.5 4.5l.6 9h5.8l.6-9M6.8 7v4M9.2 7v4"),
  file: line("M8 10.5v-8M5 5.5 8 2.5l3 3M2.5 10.5v3h11v-3"),
  menu: line("M2 4h12M2 8h12M2 12h12"),
};
