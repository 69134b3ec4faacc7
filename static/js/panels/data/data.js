// What the network learns from: the data set, how it is drawn and split, and which inputs the network gets.

import { html, live, nothing, render } from "lit";
import { Canvas } from "../../draw/canvas.js";
import { drawPoints } from "../../draw/points.js";
import { argumentOf, chosen, datasetPatch } from "../../experiment.js";
import { argumentFields, changing, iconButton, slider, stepper } from "../../fields.js";
import { icons } from "../../icons.js";
import { paletteOf, targetLook, targetScale } from "../../palette.js";
import { numberSpec } from "../../schema.js";
import { settingField } from "../../settings.js";
import { strings } from "../../strings.js";
import { openButton } from "../shared/upload_buttons.js";
import { tableList } from "./upload_list.js";

/** @import { Page } from "../../main.js" */
/** @import { State } from "../../store.js" */
/** @import { Catalogue, Entry, Experiment, NumberSpec, Patch } from "../../types.js" */

const words = strings.data;
const USUAL_NOISE = 1; // the slider's end; the number beside it goes further
const SEEDS = 2 ** 32;
const MANY = 16; // columns, of which it is hard to find one

/** @param {HTMLElement} root @param {Page} page */
export function dataPanel(root, page) {
  const { store, actions, loop } = page;
  root.ariaLabel = words.title;
  /** @type {Map<string, Canvas>} */
  const pictures = new Map();
  let sought = ""; // among the columns

  loop.watch(
    ({ catalogue, schema, experiment, points, own }) => [catalogue, schema, experiment, points, own],
    () => {
      const { own } = store.state;
      render(changing(own, template(store.state)), root);
      if (own) root.removeAttribute("tabindex");
      else root.tabIndex = 0; // nothing in it takes the focus, so it is scrolled by keyboard itself
    },
  );
  loop.watch(
    ({ catalogue, experiment, scheme }) => [catalogue, experiment !== null, scheme],
    (catalogue, _, scheme) => {
      if (catalogue) drawThumbnails(catalogue, scheme);
    },
  );
  loop.watch(
    ({ drawerOpen }) => [drawerOpen],
    (open) => root.classList.toggle("open", open),
  );

  /** @param {State} state */
  function template({ catalogue, schema, experiment, points }) {
    if (!catalogue || !experiment) return html`<h2>${words.title}</h2>`;
    const entry = chosen(catalogue, "dataset", experiment.dataset);
    const train = points?.parts.train?.points.length;
    const test = points?.parts.test?.points.length ?? 0;
    return html`
      <div class="panel-head"><h2>${words.title}</h2>
        ${openButton(page)}
        ${iconButton({
          icon: icons.dice,
          name: words.newSeed,
          help: words.newSeedHelp,
          click: () => change({ seed: Math.floor(Math.random() * SEEDS) }),
        })}
      </div>
      ${tableList(page, catalogue, experiment)}
      <div class="thumbnails" role="group" aria-label=${words.sets}>
        ${catalogue.families.dataset.entries.map((each) => thumbnail(each, each.name === experiment.dataset.name))}
      </div>
      <p class="summary">${train ? words.split(train, test) : nothing}</p>
      <div class="fields">
        ${entry ? samplesField(numberSpec(schema, "dataset.samples"), experiment, entry) : nothing}
        ${slider({
          spec: numberSpec(schema, "dataset.noise"),
          value: experiment.dataset.noise,
          usual: USUAL_NOISE,
          sink: sink("noise"),
        })}
        ${slider({
          spec: numberSpec(schema, "dataset.test_fraction"),
          value: experiment.dataset.test_fraction,
          usual: 0.9,
          sink: sink("test_fraction"),
        })}
        ${slider({
          spec: numberSpec(schema, "dataset.validation_fraction"),
          value: experiment.dataset.validation_fraction,
          usual: 0.5,
          sink: sink("validation_fraction"),
        })}
        ${slider({
          spec: numberSpec(schema, "dataset.label_noise"),
          value: experiment.dataset.label_noise,
          usual: 0.5,
          sink: sink("label_noise"),
        })}
        ${experiment.task === "regression" ? nothing : onOff("stratify", experiment.dataset.stratify)}
        ${onOff("standardize", experiment.dataset.standardize)}
        ${
          entry
            ? argumentFields(
                entry,
                (name) => argumentOf(experiment.dataset, entry, name),
                (name, value) => change({ [name]: value }),
                actions.tellRefusal,
              )
            : nothing
        }
      </div>
      ${entry ? features(catalogue, experiment, entry) : nothing}
    `;
  }

  /** @type {(field: string, value: boolean) => unknown} */
  const onOff = (field, value) =>
    settingField({
      schema: store.state.schema,
      path: `dataset.${field}`,
      value,
      change: (checked) => change({ [field]: checked }),
      refuse: () => {},
    });

  /** @param {Patch} dataset */
  const change = (dataset) => actions.change({ dataset });

  /** @param {string} field */
  const sink = (field) => ({
    change: (/** @type {number} */ value) => change({ [field]: value }),
    refuse: actions.tellRefusal,
  });

  /** @type {(spec: NumberSpec, experiment: Experiment, entry: Entry) => unknown} */
  function samplesField(spec, { dataset }, { samples }) {
    const bounded = {
      ...spec,
      integer: true,
      minimum: samples?.minimum ?? spec.minimum,
      maximum: samples?.maximum ?? spec.maximum,
    };
    return html`<div class="field"><span class="label" aria-hidden="true">${spec.label}</span>
      ${stepper({ spec: bounded, value: dataset.samples, sink: sink("samples") })}</div>`;
  }

  /** @type {(entry: Entry, current: boolean) => unknown} */
  const thumbnail = (
    entry,
    current,
  ) => html`<button type="button" class="thumbnail" aria-pressed=${current ? "true" : "false"}
    aria-description=${[entry.summary, entry.when].join(" ")} @click=${() => choose(entry)}>
    <canvas data-set=${entry.name} aria-hidden="true"></canvas><span>${entry.label}</span>
  </button>`;

  /** @param {Entry} entry */
  function choose(entry) {
    const { experiment, catalogue } = store.state;
    if (experiment && catalogue && experiment.dataset.name !== entry.name)
      actions.change(datasetPatch(experiment, catalogue, entry));
  }

  /** Inputs that can be switched on and off; where there are many, with a field to find some by their names.
   * @type {(catalogue: Catalogue, experiment: Experiment, entry: Entry) => unknown} */
  function features(catalogue, experiment, { columns = [] }) {
    const family = catalogue.families.feature;
    const plane = columns.join() === catalogue.default_experiment.features.join();
    const items = plane
      ? family.entries.map(({ name, label, summary }) => ({ name, label, help: words.featureHelp(summary) }))
      : columns.map((name) => ({ name, label: name.replaceAll("_", " "), help: words.columnHelp }));
    const many = items.length > MANY;
    const found = many
      ? items.filter(({ name, label }) =>
          [name, label].some((text) => text.toLowerCase().includes(sought.toLowerCase())),
        )
      : items;
    return html`<h3>${plane ? words.features : words.columns}</h3>
      ${many ? finder(items.length, found.length) : nothing}
      <div class="chips ${many ? "many" : ""}" role="group" aria-label=${plane ? words.features : words.columns}>
        ${found.map(
          ({ name, label, help }) => html`<button type="button" class="chip"
            aria-pressed=${experiment.features.includes(name) ? "true" : "false"}
          aria-description=${help} @click=${() =>
            switchFeature(
              name,
              items.map((item) => item.name),
            )}><bdi>${label}</bdi></button>`,
        )}
      </div>`;
  }

  /** @type {(all: number, found: number) => unknown} */
  const finder = (
    all,
    found,
  ) => html`<input type="search" class="text" autocomplete="off" spellcheck="false" aria-label=${words.find}
    aria-description=${words.findHelp} placeholder=${words.find} .value=${live(sought)} @input=${(
      /** @type {Event} */ event,
    ) => {
      sought = /** @type {HTMLInputElement} */ (event.target).value;
      render(changing(store.state.own, template(store.state)), root);
    }}>
    <p class="summary" role="status">${sought ? words.shown(found, all) : nothing}</p>`;

  /** @type {(name: string, order: string[]) => void} */
  function switchFeature(name, order) {
    const present = store.state.experiment?.features ?? [];
    const features = order.filter((each) => (each === name ? !present.includes(each) : present.includes(each)));
    if (features.length > 0) actions.change({ features });
    else actions.tellRefusal(words.lastFeature);
  }

  /** @param {Catalogue} catalogue @param {"light" | "dark"} scheme */
  function drawThumbnails(catalogue, scheme) {
    const palette = paletteOf(scheme);
    for (const { name, preview, tasks } of catalogue.families.dataset.entries) {
      const element = root.querySelector(`canvas[data-set="${name}"]`);
      if (!(element instanceof HTMLCanvasElement) || !preview) continue;
      let picture = pictures.get(name);
      if (picture?.element !== element) {
        picture = new Canvas(element);
        pictures.set(name, picture);
      }
      const { points, targets } = preview;
      const look = targetLook(palette, tasks?.[0] ?? "binary", targetScale(targets));
      const domain = /** @type {import("../../types.js").Domain} */ (
        [0, 1].flatMap((axis) => [Math.min(...points.map((at) => at[axis])), Math.max(...points.map((at) => at[axis]))])
      );
      picture.paint((context, width, height) => {
        const box = { x: 5, y: 5, width: width - 10, height: height - 10 };
        drawPoints(context, box, {
          points,
          targets,
          axes: [0, 1],
          domain,
          look,
          radius: 1.4,
          outline: "",
          outlineWidth: 0,
        });
      });
    }
  }
}
