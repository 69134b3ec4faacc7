// The page's few icons, drawn on a grid of 16. They say nothing by themselves: their buttons carry the names.

import { svg } from "lit";

/** @type {(shape: unknown) => import("lit").TemplateResult} */
const icon = (shape) =>
  svg`<svg class="icon" viewBox="0 0 16 16" width="16" height="16" aria-hidden="true" focusable="false">${shape}</svg>`;

const line = (/** @type {string} */ path) =>
  icon(
    svg`<path d=${path} fill="none" stroke="currentColor" stroke-width="1.75" stroke-linecap="round" stroke-linejoin="round"/>`,
  );

export const icons = {
  play: icon(
    svg`<path d="M4 2.2v11.6c0 .5.6.9 1 .6l9-5.8c.4-.3.4-.9 0-1.2l-9-5.8c-.4-.3-1 .1-1 .6z" fill="currentColor"/>`,
  ),
  pause: icon(svg`<path d="M3.5 2h3v12h-3zM9.5 2h3v12h-3z" fill="currentColor"/>`),
  step: icon(
    svg`<path d="M3 2.6v10.8c0 .5.5.7.9.4L10.500 8.500c.3-.3.3-.7 0-1L3.900 2.200C3.500 1.900 3 2.100 3 2.600zM11.500 2h2v12h-2z" fill="currentColor"/>`,
  ),
  reset: line("M2.5 8a5.5 5.5 0 1 0 1.7-4M2.500 2v3h3"),
  dice: icon(
    svg`<rect x="2" y="2" width="12" height="12" rx="2.500" fill="none" stroke="currentColor" stroke-width="1.600"/><circle cx="5.500" cy="5.500" r="1.200" fill="currentColor"/><circle cx="10.500" cy="10.500" r="1.200" fill="currentColor"/><circle cx="10.500" cy="5.500" r="1.200" fill="currentColor"/><circle cx="5.500" cy="10.500" r="1.200" fill="currentColor"/>`,
  ),
  undo: line("M5.500 2.500 2 6l3.500 3.500M2 6h8a4 4 0 0 1 0 8H7"),
  redo: line("M10.500 2.500 14 6l-3.500 3.500M14 6H6a4 4 0 0 0 0 8h3"),
  share: line("M8 10V2M5 4.500 8 1.700l3 2.800M3 8.500V13a1 1 0 0 0 1 1h8a1 1 0 0 0 1-1V8.500"),
  help: line("M5.500 5.700C5.500 4 6.600 3 8 3s2.500 1 2.500 2.400C10.500 7.500 8 7.500 8 9.600M8 12.600v.1"),
  light: icon(
    svg`<circle cx="8" cy="8" r="3" fill="currentColor"/><path d="M8 1v2M8 13v2M1 8h2M13 8h2M3 3l1.400 1.400M11.600 11.600 13 13M3 13l1.400-1.400M11.600 4.400 13 3" stroke="currentColor" stroke-width="1.600" stroke-linecap="round"/>`,
  ),
  dark: icon(svg`<path d="M13.500 9.800A6 6 0 0 1 6.200 2.500a6 6 0 1 0 7.300 7.300z" fill="currentColor"/>`),
  system: icon(
    svg`<circle cx="8" cy="8" r="5.600" fill="none" stroke="currentColor" stroke-width="1.600"/><path d="M8 2.400a5.600 5.600 0 0 1 0 11.200z" fill="currentColor"/>`,
  ),
  plus: line("M8 3v10M3 8h10"),
  minus: line("M3 8h10"),
  close: line("M4 4l8 8M12 4l-8 8"),
  down: line("M4 6l4 4 4-4"),
  previous: line("M10 3.500 5.500 8l4.500 4.500"),
  next: line("M6 3.500 10.500 8 6 12.500"),
  fit: line("M2.500 6V2.500H6M10 2.500h3.500V6M13.500 10v3.500H10M6 13.500H2.500V10"),
  flip: line("M4.500 2.500v9M2 9l2.500 2.700L7 9M11.500 13.500v-9M9 7l2.500-2.700L14 7"),
  erase: line(
    "M6 13.500h7.500M2.700 10.200 9.400 3.500a1.200 1.200 0 0 1 1.700 0l2.200 2.200a1.200 1.200 0 0 1 0 1.700L7.200 13.500H5.200L2.700 11.100a.7.7 0 0 1 0-.9zM6 7l4.700 4.700",
  ),
  look: icon(
    svg`<path d="M1.500 8S3.800 3.500 8 3.500 14.500 8 14.500 8 12.200 12.500 8 12.500 1.500 8 1.500 8z" fill="none" stroke="currentColor" stroke-width="1.600" stroke-linejoin="round"/><circle cx="8" cy="8" r="2" fill="currentColor"/>`,
  ),
  discard: line("M3 4.500h10M6.500 4.500V2.500h3v2M4.500 4.500l.6 9h5.800l.6-9M6.800 7v4M9.200 7v4"),
  file: line("M8 10.500v-8M5 5.500 8 2.500l3 3M2.500 10.500v3h11v-3"),
  menu: line("M2 4h12M2 8h12M2 12h12"),
};
