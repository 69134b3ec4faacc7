// The weights as lines, or as tables where there are many; the biases as dots; and the one that is meant, marked.

import { parseRgb, scale } from "../../draw/colors.js";
import { Heatmap } from "../../draw/heatmap.js";
import { addLink, drawLinks } from "../../draw/links.js";
import { biasPoint, biasRadius, isLarge, linksOf, placeOf, tableBox } from "../../weights.js";

/** @import { ParametersFrame } from "../../types.js" */
/** @import { Layout } from "../../layout.js" */
/** @import { Palette } from "../../draw/colors.js" */

const FULL_BIAS = 2.5; // a bias of this size has the full color
const table = new Heatmap();

/** @type {(context: CanvasRenderingContext2D, parameters: ParametersFrame, layout: Layout, palette: Palette,
 *    marked: string | null) => void} */
export function drawWeights(context, parameters, layout, palette, marked) {
  const { css } = palette;
  const place = marked ? placeOf(marked) : null;
  if (isLarge(parameters)) drawTables(context, parameters, layout, palette);
  else {
    const links = linksOf(parameters, layout);
    drawLinks(context, links, { negative: css("negative"), positive: css("positive"), zero: css("border") });
    const layer = place && place.input !== null ? links[place.layer] : undefined;
    if (place && layer && place.input !== null) {
      const path = new Path2D();
      addLink(path, layer.from[place.input], layer.to[place.unit % layer.to.length]);
      context.strokeStyle = css("text");
      context.lineWidth = 2;
      context.stroke(path);
    }
  }
  drawBiases(context, parameters, layout, palette, place?.input === null ? place : null);
}

/** Weights as tables between the columns: a row for each unit on the left.
 * @param {CanvasRenderingContext2D} context @param {ParametersFrame} parameters @param {Layout} layout
 * @param {Palette} palette */
function drawTables(context, parameters, layout, palette) {
  const zero = scale([parseRgb(palette.css("map-zero")), parseRgb(palette.css("map-zero"))]);
  parameters.layers.forEach(({ weights, fan_in: rows, fan_out: columns }, index) => {
    const limit = weights.reduce((most, weight) => Math.max(most, Math.abs(weight)), 1e-9);
    table.each(columns + 1, rows + 1, (at) => {
      const [row, column] = [
        Math.min(Math.floor(at / (columns + 1)), rows - 1),
        Math.min(at % (columns + 1), columns - 1),
      ];
      const weight = weights[row * columns + column];
      return weight === 0 ? [zero, 0] : [palette.diverging, Math.round((weight / limit + 1) * 127.5)];
    });
    const box = tableBox(layout, index, rows, columns);
    if (box.width > 4) table.draw(context, box);
  });
}

/** A dot at the lower left of every unit: the color says the sign and the size of its bias.
 * @type {(context: CanvasRenderingContext2D, parameters: ParametersFrame, layout: Layout, palette: Palette,
 *    marked: { layer: number, unit: number } | null) => void} */
function drawBiases(context, { layers }, { columns, tile }, palette, marked) {
  const radius = biasRadius(tile);
  layers.forEach(({ biases }, layer) => {
    columns[layer + 1].cells.forEach((cell, unit) => {
      const { x, y } = biasPoint(cell, tile);
      const own = marked?.layer === layer && marked.unit === unit;
      context.beginPath();
      context.arc(x, y, own ? radius + 2 : radius, 0, 2 * Math.PI);
      context.fillStyle = palette.value(Math.max(-1, Math.min(1, biases[unit] / FULL_BIAS)));
      context.fill();
      context.lineWidth = own ? 2 : 1;
      context.strokeStyle = palette.css(own ? "text" : "border");
      context.stroke();
    });
  });
}
