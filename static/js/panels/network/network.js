// The network itself: a column for each layer, every unit's live picture, every weight a line, every bias a dot.

import { html, render } from "lit";
import { Canvas } from "../../draw/canvas.js";
import { Heatmap, rescaled } from "../../draw/heatmap.js";
import { entryOf, insertLayerPatch, outputsOf, parameterCount, removeLayerPatch, sizes } from "../../experiment.js";
import { iconButton } from "../../fields.js";
import { quantity } from "../../format.js";
import { icons } from "../../icons.js";
import { networkLayout } from "../../layout.js";
import { weightName } from "../../names.js";
import { paletteOf } from "../../palette.js";
import { placeAtPointer } from "../../placement.js";
import { editorToggled, set } from "../../store.js";
import { strings } from "../../strings.js";
import { fits, partOf, weightAt, weightValue, zerosOf } from "../../weights.js";
import { unitTables } from "../shared/unit_colors.js";
import { columnHeads, HEAD, labelWidth } from "./columns.js";
import { drawWeights } from "./weight_lines.js";

/** @import { Page } from "../../main.js" */
/** @import { State } from "../../store.js" */
/** @import { Catalogue, Experiment, Grid, NeuronsFrame, WeightPlace } from "../../types.js" */
/** @import { Column } from "../../layout.js" */
/** @import { Palette } from "../../draw/colors.js" */

const words = strings.network;
const CORNER = 4;
const REACH = { mouse: 5, touch: 14 }; // pixels around a line that mean it

/** @param {HTMLElement} root @param {Page} page */
export function networkPanel(root, page) {
  const { store, actions, loop } = page;
  root.ariaLabel = words.title;
  render(frame(), root);
  const part = (/** @type {string} */ name) => /** @type {HTMLElement} */ (root.querySelector(`.${name}`));
  const stage = part("stage");
  const scroller = part("columns");
  const bubble = part("bubble");
  const anchor = part("anchor");
  const links = new Canvas(/** @type {HTMLCanvasElement} */ (root.querySelector("canvas.links")));
  const maps = new Canvas(/** @type {HTMLCanvasElement} */ (root.querySelector("canvas.maps")));
  /** @type {Heatmap[]} */
  const pictures = [];
  const inputs = new Heatmap();
  let layout = networkLayout([1], 0, 0);
  /** The weight under the pointer, and where that is in the window.
   * @type {{ place: WeightPlace, x: number, y: number } | null} */
  let pointed = null;
  /** The zeros that the heads tell. */
  let counted = "";
  /** The unit that the Tab key reaches. @type {string | null} */
  let focus = null;

  new ResizeObserver(() => {
    arrange();
    drawLines();
    drawMaps();
  }).observe(scroller);

  loop.watch(
    ({ catalogue, schema, experiment, points, editing, scheme, own }) => [
      catalogue,
      schema,
      experiment,
      points,
      editing,
      scheme,
      own,
    ],
    () => {
      render(head(store.state), part("panel-head"));
      arrange();
    },
  );
  loop.watch(
    ({ parameters, experiment, points, scheme, visible, editing }) => [
      parameters,
      experiment,
      points,
      scheme,
      visible.network,
      editing,
    ],
    () => {
      drawLines();
      countZeros();
      tell();
    },
  );
  loop.watch(
    ({ neurons, experiment, points, scheme, visible }) => [neurons, experiment, points, scheme, visible.network],
    () => drawMaps(),
  );

  function frame() {
    return html`
      <div class="panel-head"></div>
      <div class="columns" role="region" tabindex="0" aria-label=${words.region} aria-description=${words.regionHelp}>
        <div class="stage"
          @pointermove=${(/** @type {PointerEvent} */ event) => event.pointerType === "mouse" && point(event)}
          @pointerleave=${forget} @click=${clicked} @keydown=${keys}>
          <canvas class="links" role="img"></canvas>
          <canvas class="maps" aria-hidden="true"></canvas>
          <div class="heads"></div>
          <span class="anchor" aria-hidden="true"></span>
        </div>
      </div>
      <div class="bubble numbers" aria-hidden="true" hidden></div>
    `;
  }

  // ---- where things are ----

  /** Units in each column, from the features to the outputs.
   * @param {State} state */
  const counts = ({ experiment, catalogue }) =>
    experiment ? sizes(experiment, outputsOf(experiment, catalogue)) : [1];

  function arrange() {
    const { clientWidth: width, clientHeight: height } = scroller;
    if (width === 0 || height === 0) return;
    layout = networkLayout(counts(store.state), width, Math.max(height - HEAD - 12, 120), labelWidth(store.state));
    stage.style.width = `${layout.width}px`;
    for (const canvas of [links, maps]) canvas.resize(layout.width, layout.height);
    drawHeads();
    links.element.ariaLabel = words.canvas(counts(store.state));
  }

  // ---- drawing ----

  function drawHeads() {
    const { parameters } = store.state;
    const zeros = parameters && fits(parameters, layout) ? zerosOf(parameters) : null;
    counted = JSON.stringify(zeros);
    render(columnHeads(page, layout, openUnit, focus, zeros), part("heads"));
  }

  /** The heads tell how many weights are 0. */
  function countZeros() {
    const { parameters, visible } = store.state;
    if (visible.network && parameters && fits(parameters, layout) && JSON.stringify(zerosOf(parameters)) !== counted)
      drawHeads();
  }

  function drawLines() {
    const { parameters, scheme, visible, editing } = store.state;
    if (!visible.network || !parameters || !fits(parameters, layout)) return links.paint(() => undefined);
    const marked = pointed ? partOf(pointed.place) : editing;
    links.paint((context) => drawWeights(context, parameters, layout, paletteOf(scheme), marked));
    links.element.dataset.step = String(parameters.step);
  }

  function drawMaps() {
    const { neurons, scheme, visible, experiment, catalogue } = store.state;
    if (!visible.network || !experiment || !catalogue) return;
    const palette = paletteOf(scheme);
    maps.paint((context) => {
      const [first, ...others] = layout.columns;
      const rounded = new Path2D();
      for (const { x, y } of layout.columns.flatMap(({ cells }) => cells))
        rounded.roundRect(x, y, layout.tile, layout.tile, CORNER);
      context.fillStyle = palette.css("raised");
      context.fill(rounded);
      context.save();
      context.clip(rounded);
      drawInputs(context, first, experiment, catalogue, palette);
      for (const [index, column] of others.entries()) {
        if (neurons) drawLayer(context, column, neurons, index, palette);
      }
      context.restore();
      context.strokeStyle = palette.css("border");
      context.lineWidth = 1;
      context.stroke(rounded);
    });
    if (neurons) maps.element.dataset.step = String(neurons.step);
  }

  /** @type {(context: CanvasRenderingContext2D, column: Column, neurons: NeuronsFrame, index: number, palette: Palette)
   *    => void} */
  function drawLayer(context, column, neurons, index, palette) {
    const layer = neurons.layers[index];
    if (!layer || layer.units !== column.cells.length) return;
    const { width, height } = neurons;
    pictures[index] ??= new Heatmap();
    const picture = pictures[index];
    const tables = unitTables(store.state, layer, index === neurons.layers.length - 1, palette);
    picture.strips(width, height, tables, layer.data);
    column.cells.forEach(({ x, y }, unit) => {
      picture.draw(context, { x, y, width: layout.tile, height: layout.tile }, { y: unit * height, height });
    });
  }

  /** @type {(context: CanvasRenderingContext2D, column: Column, experiment: Experiment, catalogue: Catalogue,
   *    palette: Palette) => void} */
  function drawInputs(context, column, { features }, catalogue, palette) {
    column.cells.forEach(({ x, y }, index) => {
      const feature = features[index];
      if (feature === undefined) return;
      const { data, width, height, low, high } = inputMap(catalogue, feature);
      const limit = Math.max(Math.abs(low), Math.abs(high));
      inputs.fill(data, width, height, rescaled(palette.diverging, low, high, limit));
      inputs.draw(context, { x, y, width: layout.tile, height: layout.tile });
    });
  }

  /** An input over the plane that is shown. A column of a table rises along its axis, or stays at its mean.
   * @type {(catalogue: Catalogue, feature: string) => Grid & { width: number, height: number }} */
  function inputMap(catalogue, feature) {
    const known = entryOf(catalogue, "feature", feature)?.map;
    if (known) return { ...known, data: Uint8Array.from(atob(known.data), (character) => character.charCodeAt(0)) };
    const { points, view } = store.state;
    const axes = Array.isArray(view.axes) ? view.axes : (points?.axes ?? []);
    const axis = /** @type {number[]} */ (axes).indexOf(points?.columns.indexOf(feature) ?? -1);
    const corners = [
      [0, 255, 0, 255],
      [255, 255, 0, 0],
    ][axis] ?? [128, 128, 128, 128];
    return { data: Uint8Array.from(corners), width: 2, height: 2, low: -1, high: 1 };
  }

  // ---- pointing ----

  /** The weight that is meant. @param {MouseEvent} event @param {number} reach */
  function weightUnder(event, reach) {
    const { parameters } = store.state;
    if (!parameters || !fits(parameters, layout)) return null;
    const { left, top } = maps.element.getBoundingClientRect();
    return weightAt(parameters, layout, event.clientX - left, event.clientY - top, reach);
  }

  /** @param {PointerEvent} event */
  function point(event) {
    const free = /** @type {Element} */ (event.target).closest("canvas, .unit");
    const onUnit = free?.matches(".unit");
    const place = free ? weightUnder(event, REACH.mouse) : null;
    const meant = place && !(onUnit && place.input !== null) ? place : null; // a line under a unit is not meant
    const before = pointed && partOf(pointed.place);
    pointed = meant && { place: meant, x: event.clientX, y: event.clientY };
    stage.classList.toggle("pointing", pointed !== null);
    if (before !== (pointed && partOf(pointed.place))) drawLines();
    tell();
  }

  function forget() {
    if (!pointed) return;
    pointed = null;
    drawLines();
    tell();
  }

  function tell() {
    const value = pointed ? weightValue(store.state.parameters, pointed.place) : undefined;
    bubble.hidden = value === undefined;
    if (!pointed || value === undefined) return;
    render(html`${weightName(store.state, pointed.place)} <b>${quantity(value)}</b>`, bubble);
    placeAtPointer(bubble, pointed.x, pointed.y);
  }

  /** A click on a line or a dot opens it. @param {MouseEvent} event */
  function clicked(event) {
    if (!(event.target instanceof HTMLCanvasElement)) return;
    const touch = /** @type {PointerEvent} */ (event).pointerType !== "mouse";
    const place = weightUnder(event, touch ? REACH.touch : REACH.mouse);
    if (place) openWeight(event, place);
  }

  /** @param {MouseEvent} event @param {WeightPlace} place */
  function openWeight(event, place) {
    const { left, top } = stage.getBoundingClientRect();
    Object.assign(anchor.style, { left: `${event.clientX - left}px`, top: `${event.clientY - top}px` });
    anchor.dataset.opens = partOf(place);
    store.apply(set, { inspection: null });
    store.apply(editorToggled, partOf(place));
  }

  /** @param {MouseEvent} event @param {string} unit */
  function openUnit(event, unit) {
    // A bias sits at the corner of its unit, where a finger may mean it. A click by the keyboard has no place.
    const reach = /** @type {PointerEvent} */ (event).pointerType === "mouse" ? 1 : layout.tile / 4;
    const place = event.detail > 0 ? weightUnder(event, reach) : null;
    if (place && place.input === null) return openWeight(event, place);
    focus = unit;
    store.apply(set, { inspection: null });
    store.apply(editorToggled, unit);
  }

  /** Arrow keys go from unit to unit. @param {KeyboardEvent} event */
  function keys(event) {
    const target = /** @type {HTMLElement} */ (event.target);
    if (!target.matches(".unit")) return;
    const [, layer, unit] = (target.dataset.opens ?? "").split(".").map(Number);
    const steps = /** @type {Record<string, [number, number]>} */ ({
      ArrowLeft: [-1, 0],
      ArrowRight: [1, 0],
      ArrowUp: [0, -1],
      ArrowDown: [0, 1],
    });
    const step = steps[event.key];
    if (!step) return;
    event.preventDefault();
    const to = Math.min(Math.max(layer + step[0], 0), layout.columns.length - 2);
    const count = layout.columns[to + 1].cells.length;
    const next = Math.min(Math.max(unit + step[1], 0), count - 1);
    focus = `unit.${to}.${next}`;
    drawHeads();
    /** @type {HTMLElement | null} */ (stage.querySelector(`[data-opens="${focus}"]`))?.focus();
  }

  // ---- what can be changed ----

  /** How many numbers the network learns: as the server says, or, until it has answered, of plain layers.
   * @param {State} state */
  function weightsOf(state) {
    return (state.experiment === state.confirmed && state.parameterCount) || parameterCount(counts(state));
  }

  /** @param {State} state */
  function head(state) {
    const { experiment, catalogue, own } = state;
    if (!experiment || !catalogue) return html`<h2>${words.title}</h2>`;
    const { layers } = experiment;
    const fallback = catalogue.default_experiment.layers[0];
    return html`
      <h2>${words.title}</h2>
      <p class="summary">${words.summary(
        counts(state),
        weightsOf(state),
        experiment.precision === "float64" ? 8 : 4,
      )}</p>
      <div class="stepper labeled">
        <span class="label" aria-hidden="true">${words.layers}</span>
        ${iconButton({
          icon: icons.minus,
          name: words.removeLayer,
          help: words.removeLayerHelp,
          disabled: !own || layers.length === 0,
          click: () => actions.change(removeLayerPatch(experiment, layers.length - 1)),
        })}
        <span class="count numbers">${layers.length}</span>
        ${iconButton({
          icon: icons.plus,
          name: words.addLayer,
          help: words.addLayerHelp,
          disabled: !own || layers.length >= catalogue.limits.layers,
          click: () => actions.change(insertLayerPatch(experiment, layers.length, fallback)),
        })}
      </div>
    `;
  }
}
