// A canvas that is crisp at any pixel ratio and follows the size of its box. It is drawn on in CSS pixels.

import { onPixelRatio } from "./pixels.js";

/** @typedef {(context: CanvasRenderingContext2D, width: number, height: number) => void} Painting */

export class Canvas {
  /** @type {Painting | null} */
  #painting = null;
  #width = 0;
  #height = 0;

  /** @param {HTMLCanvasElement} element */
  constructor(element) {
    this.element = element;
    this.context = /** @type {CanvasRenderingContext2D} */ (element.getContext("2d"));
    new ResizeObserver(([entry]) => {
      this.#width = entry.contentRect.width;
      this.#height = entry.contentRect.height;
      this.repaint();
    }).observe(element);
    onPixelRatio(() => this.repaint());
  }

  /** Paints now, and again whenever the size or the screen changes. @param {Painting} painting */
  paint(painting) {
    this.#painting = painting;
    this.repaint();
  }

  /** Gives the box a size, as a layout was computed. @param {number} width @param {number} height */
  resize(width, height) {
    Object.assign(this.element.style, { width: `${width}px`, height: `${height}px` });
    this.#width = width;
    this.#height = height;
  }

  repaint() {
    if (!this.#painting || this.#width === 0 || this.#height === 0) return;
    const ratio = window.devicePixelRatio || 1;
    const width = Math.round(this.#width * ratio);
    const height = Math.round(this.#height * ratio);
    if (this.element.width !== width || this.element.height !== height) Object.assign(this.element, { width, height });
    this.context.setTransform(ratio, 0, 0, ratio, 0, 0);
    this.context.clearRect(0, 0, this.#width, this.#height);
    this.#painting(this.context, this.#width, this.#height);
  }
}
