// The colors in which units are drawn: the same ones mean the same in every layer.

import { rescaled } from "../../draw/heatmap.js";

/** @import { State } from "../../store.js" */
/** @import { Task } from "../../types.js" */
/** @import { Palette, Table } from "../../draw/colors.js" */

/** The colors of each unit of a layer. They mean the same everywhere as long as no unit passes 1; outputs look as the
 * answer does: orange or blue around one half, or the color of their class.
 * @type {(state: State, layer: { low: number, high: number, units: number }, isOutput: boolean, palette: Palette)
 *    => Table[]} */
export function unitTables(state, { low, high, units }, isOutput, palette) {
  const task = /** @type {Task | undefined} */ (isOutput ? state.experiment?.task : undefined);
  const [no, yes] = state.points?.targets.range ?? [0, 1];
  if (task === "multiclass" || task === "multilabel") {
    return Array.from({ length: units }, (_, unit) =>
      rescaled(palette.strength[unit % palette.strength.length], low, high, 0.5, 0.5),
    );
  }
  const table =
    task === "binary"
      ? rescaled(palette.diverging, low, high, (yes - no) / 2, (yes + no) / 2)
      : rescaled(palette.diverging, low, high, Math.max(1, Math.abs(low), Math.abs(high)));
  return new Array(units).fill(table);
}
