// The network itself: a column for each layer, every unit's live picture, every weight a line.

import { html, nothing, render } from "lit";
import { chosen, entryOf, insertLayerPatch, layerPatch, nameOf, outputsOf, parameterCount, removeLayerPatch, sizes } from "../experiment.js";
import { iconButton, numberInput } from "../fields.js";
import { setting } from "../format.js";
import { icons } from "../icons.js";
import { networkLayout } from "../layout.js";
import { paletteOf } from "../palette.js";
import { Canvas } from "../draw/canvas.js";
import { between, parseRgb } from "../draw/colours.js";
import { Heatmap, rescaled } from "../draw/heatmap.js";
import { drawLinks } from "../draw/links.js";
import { numberSpec } from "../schema.js";
import { strings } from "../strings.js";
import { activationIcon } from "./entry.js";
import { openEditor } from "./editor.js";

/** @import { Page } from "../main.js" */
/** @import { State } from "../store.js" */
/** @import { Catalogue, Choice, Experiment, Grid, Layer, NeuronsFrame, ParametersFrame, Task } from "../types.js" */
/** @import { Column, Layout } from "../layout.js" */
/** @import { Palette, Table } from "../draw/colours.js" */

const words = strings.network;
const MOST_LINKS = 2000; // beyond, weights are shown as tables between the columns
const HEAD = 92; // the height of the columns' headers
const CORNER = 4;

/** @param {HTMLElement} root @param {Page} page */
export function networkPanel(root, page) {
  const { store, session, frames } = page;
  root.ariaLabel = words.title;
  render(frame(), root);
  const part = (/** @type {string} */ name) => /** @type {HTMLElement} */ (root.querySelector(`.${name}`));
  const stage = part("stage");
  const scroller = part("columns");
  const links = new Canvas(/** @type {HTMLCanvasElement} */ (root.querySelector("canvas.links")));
  const maps = new Canvas(/** @type {HTMLCanvasElement} */ (root.querySelector("canvas.maps")));
  /** @type {Heatmap[]} */
  const pictures = [];
  const inputs = new Heatmap();
  let layout = networkLayout([1], 0, 0);

  new ResizeObserver(() => {
    arrange();
    drawLines();
    drawMaps();
  }).observe(scroller);

  frames.watch(
    ({ catalogue, schema, experiment, points, editing, scheme }) => [catalogue, schema, experiment, points, editing, scheme],
    () => {
      render(head(store.state), part("panel-head"));
      arrange();
    },
  );
  frames.watch(
    ({ parameters, experiment, points, scheme, visible }) => [parameters, experiment, points, scheme, visible.network],
    () => drawLines(),
  );
  frames.watch(
    ({ neurons, experiment, points, scheme, visible }) => [neurons, experiment, points, scheme, visible.network],
    () => drawMaps(),
  );

  function frame() {
    return html`
      <div class="panel-head"></div>
      <div class="columns" role="region" tabindex="0" aria-label=${words.region} aria-description=${words.regionHelp}>
        <div class="stage">
          <canvas class="links" role="img"></canvas>
          <canvas class="maps" aria-hidden="true"></canvas>
          <div class="heads"></div>
        </div>
      </div>
    `;
  }

  // ---- where things are ----

  /** Units in each column, from the features to the outputs.
   * @param {State} state */
  const counts = ({ experiment, catalogue }) => (experiment ? sizes(experiment, outputsOf(experiment, catalogue)) : [1]);

  function arrange() {
    const { clientWidth: width, clientHeight: height } = scroller;
    if (width === 0 || height === 0) return;
    layout = networkLayout(counts(store.state), width, Math.max(height - HEAD - 12, 120));
    stage.style.width = `${layout.width}px`;
    for (const canvas of [links, maps]) canvas.resize(layout.width, layout.height);
    render(heads(store.state), part("heads"));
    links.element.ariaLabel = words.canvas(counts(store.state));
  }

  // ---- drawing ----

  function drawLines() {
    const { parameters, scheme, visible } = store.state;
    if (!visible.network || !parameters || !fits(parameters, layout)) return links.paint(() => undefined);
    const palette = paletteOf(scheme);
    const total = parameters.layers.reduce((sum, { weights }) => sum + weights.length, 0);
    links.paint((context) => {
      if (total > MOST_LINKS) drawMatrices(context, parameters, palette);
      else drawLinks(context, parameters.layers.map((layer, index) => ends(index, strongest(layer, layout.columns[index + 1].cells.length))), lineColours(palette));
    });
    links.element.dataset.step = String(parameters.step);
  }

  /** @type {(palette: Palette) => { negative: string, positive: string, zero: string }} */
  const lineColours = ({ css }) => ({ negative: css("negative"), positive: css("positive"), zero: css("border") });

  /** @type {(index: number, weights: Float32Array) => import("../draw/links.js").Links} */
  function ends(index, weights) {
    const half = layout.tile / 2;
    const from = layout.columns[index].cells.map(({ x, y }) => ({ x: x + layout.tile, y: y + half }));
    const to = layout.columns[index + 1].cells.map(({ x, y }) => ({ x, y: y + half }));
    return { from, to, weights };
  }

  /** Weights as tables between the columns: a row for each unit on the left.
   * @param {CanvasRenderingContext2D} context @param {ParametersFrame} parameters @param {Palette} palette */
  function drawMatrices(context, parameters, palette) {
    const table = new Heatmap();
    parameters.layers.forEach(({ weights, fan_in: rows, fan_out: columns }, index) => {
      const limit = weights.reduce((most, weight) => Math.max(most, Math.abs(weight)), 1e-9);
      table.each(columns + 1, rows + 1, (at) => {
        const [row, column] = [Math.min(Math.floor(at / (columns + 1)), rows - 1), Math.min(at % (columns + 1), columns - 1)];
        return [palette.diverging, Math.round((weights[row * columns + column] / limit + 1) * 127.5)];
      });
      const left = rightEdge(layout.columns[index], layout.tile) + 6;
      const width = Math.min(leftEdge(layout.columns[index + 1]) - 6 - left, 160);
      const height = Math.min(layout.height, Math.max(24, (rows / columns) * width));
      if (width > 4) table.draw(context, { x: left, y: (layout.height - height) / 2, width, height });
    });
  }

  function drawMaps() {
    const { neurons, scheme, visible, experiment, catalogue } = store.state;
    if (!visible.network || !experiment || !catalogue) return;
    const palette = paletteOf(scheme);
    maps.paint((context) => {
      const [first, ...others] = layout.columns;
      const rounded = new Path2D();
      for (const { x, y } of layout.columns.flatMap(({ cells }) => cells)) rounded.roundRect(x, y, layout.tile, layout.tile, CORNER);
      context.fillStyle = palette.css("raised");
      context.fill(rounded);
      context.save();
      context.clip(rounded);
      drawInputs(context, first, experiment, catalogue, palette);
      if (neurons) others.forEach((column, index) => drawLayer(context, column, neurons, index, palette));
      context.restore();
      context.strokeStyle = palette.css("border");
      context.lineWidth = 1;
      context.stroke(rounded);
    });
    if (neurons) maps.element.dataset.step = String(neurons.step);
  }

  /** @type {(context: CanvasRenderingContext2D, column: Column, neurons: NeuronsFrame, index: number, palette: Palette) => void} */
  function drawLayer(context, column, neurons, index, palette) {
    const layer = neurons.layers[index];
    if (!layer || layer.units !== column.cells.length) return;
    const { width, height } = neurons;
    const picture = (pictures[index] ??= new Heatmap());
    const tables = unitTables(layer, index === neurons.layers.length - 1, palette);
    const size = width * height;
    picture.each(width, height * layer.units, (at) => [tables[Math.floor(at / size)], layer.data[at]]);
    column.cells.forEach(({ x, y }, unit) => {
      picture.draw(context, { x, y, width: layout.tile, height: layout.tile }, { y: unit * height, height });
    });
  }

  /** The colours of each unit. The same ones mean the same in every layer, as long as no unit passes 1; outputs look as the
   * answer does: orange or blue around one half, or the colour of their class.
   * @type {(layer: { low: number, high: number, units: number }, isOutput: boolean, palette: Palette) => Table[]} */
  function unitTables({ low, high, units }, isOutput, palette) {
    const task = /** @type {Task | undefined} */ (isOutput ? store.state.experiment?.task : undefined);
    const [no, yes] = store.state.points?.targets.range ?? [0, 1];
    if (task === "multiclass" || task === "multilabel") {
      return Array.from({ length: units }, (_, unit) => rescaled(palette.strength[unit % palette.strength.length], low, high, 0.5, 0.5));
    }
    const table =
      task === "binary"
        ? rescaled(palette.diverging, low, high, (yes - no) / 2, (yes + no) / 2)
        : rescaled(palette.diverging, low, high, Math.max(1, Math.abs(low), Math.abs(high)));
    return new Array(units).fill(table);
  }

  /** @type {(context: CanvasRenderingContext2D, column: Column, experiment: Experiment, catalogue: Catalogue, palette: Palette) => void} */
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
    const { points } = store.state;
    const axis = points ? points.axes.indexOf(points.columns.indexOf(feature)) : -1;
    const corners = [[0, 255, 0, 255], [255, 255, 0, 0]][axis] ?? [128, 128, 128, 128];
    return { data: Uint8Array.from(corners), width: 2, height: 2, low: -1, high: 1 };
  }

  /** How many numbers the network learns: as the server says, or, until it has answered, of plain layers.
   * @param {State} state */
  function weightsOf(state) {
    return (state.experiment === state.confirmed && state.parameterCount) || parameterCount(counts(state));
  }

  // ---- what can be changed ----

  /** @param {State} state */
  function head(state) {
    const { experiment, catalogue } = state;
    if (!experiment || !catalogue) return html`<h2>${words.title}</h2>`;
    const { layers } = experiment;
    const fallback = catalogue.default_experiment.layers[0];
    return html`
      <h2>${words.title}</h2>
      <p class="summary">${words.summary(counts(state), weightsOf(state))}</p>
      <div class="stepper labelled">
        <span class="label" aria-hidden="true">${words.layers}</span>
        ${iconButton({
          icon: icons.minus,
          name: words.removeLayer,
          help: words.removeLayerHelp,
          disabled: layers.length === 0,
          click: () => session.change(removeLayerPatch(experiment, layers.length - 1)),
        })}
        <span class="count numbers">${layers.length}</span>
        ${iconButton({
          icon: icons.plus,
          name: words.addLayer,
          help: words.addLayerHelp,
          disabled: layers.length >= catalogue.limits.layers,
          click: () => session.change(insertLayerPatch(experiment, layers.length, fallback)),
        })}
      </div>
    `;
  }

  /** @param {State} state */
  function heads({ experiment, catalogue, editing, scheme }) {
    if (!experiment || !catalogue) return nothing;
    const [first, ...others] = layout.columns;
    const last = others.length - 1;
    return [
      html`<div class="head" .style=${at(first)}><h3>${words.inputs}</h3></div>`,
      experiment.features.map((feature, index) => featureName(feature, first, index, catalogue)),
      others.map((column, index) =>
        index === last
          ? outputHead(column, experiment, catalogue, editing)
          : layerHead(column, index, experiment.layers[index], experiment, catalogue, editing, scheme),
      ),
    ];
  }

  /** @type {(feature: string, column: Column, index: number, catalogue: Catalogue) => unknown} */
  function featureName(feature, column, index, catalogue) {
    const cell = column.cells[index];
    if (!cell || column.cells.some(({ x }) => x !== cell.x)) return nothing; // side by side there is no room for names
    const label = entryOf(catalogue, "feature", feature)?.label ?? feature.replaceAll("_", " ");
    const style = `right: calc(100% - ${cell.x - 6}px); top: ${HEAD + cell.y}px; height: ${layout.tile}px; max-width: ${cell.x - 10}px`;
    return html`<span class="feature-name" .style=${style}>${label}</span>`;
  }

  /** @type {(column: Column, index: number, layer: Layer | undefined, experiment: Experiment, catalogue: Catalogue, editing: string | null, scheme: "light" | "dark") => unknown} */
  function layerHead(column, index, layer, experiment, catalogue, editing, scheme) {
    if (!layer) return nothing;
    const name = words.layer(index);
    const spec = { ...numberSpec(store.state.schema, "layers.0.units"), label: words.unitsOf(name) };
    const change = (/** @type {number} */ units) => session.change(layerPatch(store.state.experiment ?? experiment, index, { units }));
    return html`<div class="head" .style=${at(column)}>
      <h3><i class="swatch" .style=${`background: ${layerColour(paletteOf(scheme), index, experiment.layers.length + 1)}`}></i>${name}</h3>
      <div class="stepper">
        ${iconButton({ icon: icons.minus, name: words.fewerUnits(name), help: spec.help, disabled: layer.units <= (spec.minimum ?? 1), click: () => change(layer.units - 1) })}
        ${numberInput(spec, layer.units, { change, refuse: (text) => session.refuse(text, spec.label) })}
        ${iconButton({ icon: icons.plus, name: words.moreUnits(name), help: spec.help, disabled: layer.units >= (spec.maximum ?? 512), click: () => change(layer.units + 1) })}
      </div>
      ${settingsButton(`layers.${index}`, name, layer, catalogue, editing)}
    </div>`;
  }

  /** @type {(column: Column, experiment: Experiment, catalogue: Catalogue, editing: string | null) => unknown} */
  const outputHead = (column, { output }, catalogue, editing) => html`<div class="head" .style=${at(column)}>
    <h3><i class="swatch" .style=${`background: ${layerColour(paletteOf(store.state.scheme), 1, 2)}`}></i>${words.output}</h3>
    <div class="gap"></div>
    ${settingsButton("output", words.output, output, catalogue, editing)}
  </div>`;

  /** What is set, in short; a click opens all of it.
   * @type {(part: string, name: string, layer: { activation: Choice | null, initializer: Choice, regularizer: Choice | null }, catalogue: Catalogue, editing: string | null) => unknown} */
  function settingsButton(part, name, layer, catalogue, editing) {
    const activation = chosen(catalogue, "activation", layer.activation);
    const initializer = chosen(catalogue, "initializer", layer.initializer);
    const regularizer = chosen(catalogue, "regularizer", layer.regularizer);
    return html`<button type="button" class="layer-settings" data-opens=${part} aria-haspopup="dialog" aria-expanded=${editing === part}
      aria-label=${`${words.settingsOf(name)}: ${[activation, initializer, regularizer].flatMap((entry) => (entry ? [entry.label] : [])).join(", ")}`}
      aria-description=${words.settingsHelp} @click=${() => openEditor(store, part)}>
      <span class="activation">${activation ? activationIcon(activation) : nothing}<span>${activation?.label ?? nameOf(layer.activation)}</span></span>
      <span class="initializer">${initializer?.label ?? nameOf(layer.initializer)}</span>
      ${regularizer ? html`<span class="marker">${regularizer.label} ${rateOf(layer.regularizer)}</span>` : nothing}
    </button>`;
  }
}

/** @type {(column: Column) => string} */
function at({ left, width }) {
  return `left: ${left}px; width: ${width}px`;
}

/** @type {(choice: Choice | null) => string} */
function rateOf(choice) {
  return choice && typeof choice === "object" && typeof choice.rate === "number" ? setting(choice.rate) : "";
}

/** The weights to draw, one for each line. A maxout unit has several sums: of each input the strongest weight.
 * @type {(layer: ParametersFrame["layers"][number], units: number) => Float32Array} */
function strongest({ weights, fan_in: inputs, fan_out: sums }, units) {
  if (sums === units) return weights;
  const drawn = new Float32Array(inputs * units);
  weights.forEach((weight, index) => {
    const at = Math.floor(index / sums) * units + (index % sums) % units;
    if (Math.abs(weight) > Math.abs(drawn[at])) drawn[at] = weight;
  });
  return drawn;
}

/** Whether a frame of weights belongs to this layout, and not to the network of a moment ago.
 * @type {(parameters: ParametersFrame, layout: Layout) => boolean} */
function fits({ layers }, { columns }) {
  return (
    layers.length === columns.length - 1 &&
    layers.every((layer, index) => layer.fan_in === columns[index].cells.length && layer.fan_out % columns[index + 1].cells.length === 0)
  );
}

/** @type {(column: Column, tile: number) => number} */
function rightEdge({ cells }, tile) {
  return Math.max(...cells.map(({ x }) => x)) + tile;
}

/** @type {(column: Column) => number} */
function leftEdge({ cells }) {
  return Math.min(...cells.map(({ x }) => x));
}

/** A layer's colour, here and in the chart of gradients: from the first layer's to the output's.
 * @type {(palette: Palette, index: number, layers: number) => string} */
export function layerColour({ css }, index, layers) {
  const stops = [css("layer-first"), css("layer-middle"), css("layer-last")].map(parseRgb);
  return between(stops, layers > 1 ? index / (layers - 1) : 1);
}
