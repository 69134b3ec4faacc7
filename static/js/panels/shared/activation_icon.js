// An activation's curve as an icon.

import { html, nothing, svg } from "lit";
import { curvePath, originIn, windowOf } from "../../draw/curve.js";

/** @import { Entry } from "../../types.js" */

const ICON = { width: 24, height: 16, reach: 3 };

/** An activation's curve, tiny.
 * @type {(entry: Entry) => unknown} */
export function activationIcon({ curve }) {
  if (!curve) return nothing;
  const { width, height, reach } = ICON;
  const near = curve.x.map((x, index) => (Math.abs(x) <= reach ? curve.value[index] : null));
  const shown = { ...windowOf(curve.x, [near]), x: /** @type {[number, number]} */ ([-reach, reach]) };
  const zero = originIn(shown, width, height);
  return html`<svg class="curve-icon" viewBox="0 0 ${width} ${height}" width=${width} height=${height}
    aria-hidden="true" focusable="false">
    ${svg`<path class="axis" d="M0 ${zero.y.toFixed(1)}H${width}"/>
      <path class="line" d=${curvePath(curve.x, curve.value, shown, width, height)}/>`}
  </svg>`;
}
