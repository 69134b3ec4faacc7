// A grid of bytes as a picture: a color for each value, then enlarged smoothly by the browser.

/** @import { Table } from "./colors.js" */

/** A small picture, one pixel for each value of the grid. */
export class Heatmap {
  /** @type {OffscreenCanvas | null} */
  #canvas = null;
  /** @type {ImageData | null} */
  #image = null;

  /** Room for width x height values.
   * @param {number} width @param {number} height */
  #fit(width, height) {
    if (this.#image?.width === width && this.#image.height === height) return this.#image;
    this.#canvas = new OffscreenCanvas(width, height);
    this.#image = new ImageData(width, height);
    return this.#image;
  }

  /** Colors every byte by a table of 256 colors.
   * @param {Uint8Array} data @param {number} width @param {number} height @param {Table} table */
  fill(data, width, height, table) {
    this.strips(width, height, [table], data);
  }

  /** Pictures of the same size one below the other, each with its own color table.
   * @param {number} width @param {number} height of one of them @param {Table[]} tables @param {Uint8Array} data */
  strips(width, height, tables, data) {
    const image = this.#fit(width, height * tables.length);
    const pixels = image.data;
    const size = width * height;
    tables.forEach((table, strip) => {
      for (let index = strip * size; index < (strip + 1) * size; index += 1) {
        const value = data[index] * 3;
        pixels[index * 4] = table[value];
        pixels[index * 4 + 1] = table[value + 1];
        pixels[index * 4 + 2] = table[value + 2];
        pixels[index * 4 + 3] = 255;
      }
    });
    this.#canvas?.getContext("2d")?.putImageData(image, 0, 0);
  }

  /** Colors every value by its own table.
   * @param {number} width @param {number} height @param {(index: number) => [Table, number]} color */
  each(width, height, color) {
    const image = this.#fit(width, height);
    const pixels = image.data;
    for (let index = 0; index < width * height; index += 1) {
      const [table, value] = color(index);
      pixels[index * 4] = table[value * 3];
      pixels[index * 4 + 1] = table[value * 3 + 1];
      pixels[index * 4 + 2] = table[value * 3 + 2];
      pixels[index * 4 + 3] = 255;
    }
    this.#canvas?.getContext("2d")?.putImageData(image, 0, 0);
  }

  /** Copies the picture, pixel by pixel. @param {CanvasRenderingContext2D} context */
  copy(context) {
    if (this.#canvas) context.drawImage(this.#canvas, 0, 0);
  }

  /** Draws a part of the picture, enlarged. The grid's outer values lie on the edge of the box, so half a pixel is cut.
   * @param {CanvasRenderingContext2D} context
   * @param {{ x: number, y: number, width: number, height: number }} box
   * @param {{ y: number, height: number }} [part] rows of the picture */
  draw(context, box, part) {
    if (!this.#canvas) return;
    const from = part ?? { y: 0, height: this.#canvas.height };
    context.imageSmoothingEnabled = true;
    context.imageSmoothingQuality = "high";
    context.drawImage(
      this.#canvas,
      0.5,
      from.y + 0.5,
      this.#canvas.width - 1,
      from.height - 1,
      box.x,
      box.y,
      box.width,
      box.height,
    );
  }
}

/** A table that maps bytes, which stand for low to high, to colors that stand for -limit to limit around `middle`.
 * @type {(table: Table, low: number, high: number, limit: number, middle?: number) => Table} */
export function rescaled(table, low, high, limit, middle = 0) {
  const result = new Uint8ClampedArray(256 * 3);
  for (let byte = 0; byte < 256; byte += 1) {
    const value = low + (byte / 255) * (high - low) - middle;
    const at = Math.round(Math.min(Math.max((value / limit + 1) / 2, 0), 1) * 255);
    result.set(table.subarray(at * 3, at * 3 + 3), byte * 3);
  }
  return result;
}

/** A table of hard decisions: below the middle one end of the scale, above it the other.
 * @type {(table: Table, low: number, high: number, middle: number) => Table} */
export function decided(table, low, high, middle) {
  const result = new Uint8ClampedArray(256 * 3);
  for (let byte = 0; byte < 256; byte += 1) {
    const at = low + (byte / 255) * (high - low) > middle ? 255 : 0;
    result.set(table.subarray(at * 3, at * 3 + 3), byte * 3);
  }
  return result;
}
