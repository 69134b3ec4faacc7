// Where a bubble goes: beside what it belongs to, on the side that has room for it, and within the window.

import { computePosition, flip, offset, shift } from "floating-ui";

/** @import { OffsetOptions, Placement, ReferenceElement } from "floating-ui" */

const MARGIN = 8; // pixels that stay free at the edges of the window
const BESIDE_POINTER = { mainAxis: 14, crossAxis: 14 };

/** Places a bubble beside an element, so many pixels away. The style sheet reads --left and --top.
 * @type {(bubble: HTMLElement, anchor: ReferenceElement, placement: Placement, distance: OffsetOptions)
 *    => Promise<void>} */
export async function placeBeside(bubble, anchor, placement, distance) {
  const { x, y } = await computePosition(anchor, bubble, {
    strategy: "fixed",
    placement,
    middleware: [
      offset(distance),
      flip({ padding: MARGIN, crossAxis: false }),
      shift({ padding: MARGIN, crossAxis: true }),
    ],
  });
  bubble.style.setProperty("--left", `${x}px`);
  bubble.style.setProperty("--top", `${y}px`);
}

/** Places a bubble below the pointer and to its right; x and y are where the pointer is in the window.
 * @type {(bubble: HTMLElement, x: number, y: number) => Promise<void>} */
export function placeAtPointer(bubble, x, y) {
  const pointer = { getBoundingClientRect: () => new DOMRect(x, y, 0, 0) };
  return placeBeside(bubble, pointer, "bottom-start", BESIDE_POINTER);
}
