// How the network is trained: what is set is shown in one strip; the rest opens where it is changed.

import { html, nothing, render } from "lit";
import { argumentOf, chosen, nameOf, withArgument } from "../../experiment.js";
import { argumentSpec, changing, stepper } from "../../fields.js";
import { icons } from "../../icons.js";
import { untilWords } from "../../names.js";
import { numberSpec } from "../../schema.js";
import { editorToggled } from "../../store.js";
import { strings } from "../../strings.js";

/** @import { Page } from "../../main.js" */
/** @import { State } from "../../store.js" */
/** @import { Catalogue, Choice, Experiment } from "../../types.js" */

const words = strings.training;
const stop = strings.stopCondition;

/** @param {HTMLElement} root @param {Page} page */
export function trainingPanel(root, page) {
  const { store, actions, loop } = page;
  root.ariaLabel = words.title;

  loop.watch(
    ({ catalogue, schema, experiment, points, editing, until, own }) => [
      catalogue,
      schema,
      experiment,
      points,
      editing,
      until,
      own,
    ],
    () => render(template(store.state), root),
  );

  /** @param {State} state */
  function template({ catalogue, schema, experiment, points, editing, until, own }) {
    if (!catalogue || !experiment) return nothing;
    const samples = points?.parts.train?.points.length ?? null;
    const batch = numberSpec(schema, "batch_size");
    return html`
      ${entryButton("optimizer", catalogue, experiment.optimizer, editing)}
      ${changing(own, learningRate(catalogue, experiment))}
      <div class="setting">
        <span class="label" aria-hidden="true">${batch.label}</span>
        ${changing(
          own,
          stepper({
            spec: batch,
            value: experiment.batch_size,
            blank: words.full,
            ceiling: samples,
            sink: {
              change: (size) => actions.change({ batch_size: size }),
              refuse: actions.tellRefusal,
            },
          }),
        )}
      </div>
      ${entryButton("loss", catalogue, experiment.loss, editing)}
      ${opensButton("until", stop.open, stop.help, endWords(until, experiment), editing)}
      <button type="button" class="button quiet more" data-opens="training" aria-haspopup="dialog"
        aria-expanded=${editing === "training"}
        aria-description=${words.moreHelp}
        @click=${() => store.apply(editorToggled, "training")}>${words.more}${icons.down}</button>
    `;
  }

  /** The optimizer's learning rate, which is turned most of all.
   * @param {Catalogue} catalogue @param {Experiment} experiment */
  function learningRate(catalogue, experiment) {
    const entry = chosen(catalogue, "optimizer", experiment.optimizer);
    const argument = entry?.arguments.find(({ name }) => name === "learning_rate");
    if (!entry || !argument) return nothing;
    const spec = argumentSpec(argument);
    return html`<div class="setting">
      <span class="label" aria-hidden="true">${spec.label}</span>
      ${stepper({
        spec,
        value: Number(argumentOf(experiment.optimizer, entry, argument.name)),
        sink: {
          change: (value) =>
            actions.change({
              optimizer: withArgument(store.state.experiment?.optimizer ?? entry.name, entry, argument.name, value),
            }),
          refuse: actions.tellRefusal,
        },
      })}
    </div>`;
  }

  /** @type {(family: string, catalogue: Catalogue, choice: Choice, editing: string | null) => unknown} */
  function entryButton(family, catalogue, choice, editing) {
    const { label, help } = catalogue.families[family];
    return opensButton(family, label, help, chosen(catalogue, family, choice)?.label ?? nameOf(choice), editing);
  }

  /** Shows what is set; a click opens where it is changed.
   * @type {(part: string, label: string, help: string, value: string, editing: string | null) => unknown} */
  const opensButton = (part, label, help, value, editing) => html`<div class="setting">
    <span class="label" aria-hidden="true">${label}</span>
    <button type="button" class="button value" data-opens=${part} aria-haspopup="dialog"
      aria-expanded=${editing === part}
      aria-label=${words.open(label, value)} aria-description=${help}
      @click=${() => store.apply(editorToggled, part)}>${value}${icons.down}</button>
  </div>`;

  /** Where Play ends; early stopping ends it as well.
   * @type {(until: import("../../types.js").Until | null, experiment: Experiment) => string} */
  const endWords = (until, { early_stopping: rule }) => (rule && !until ? stop.early : untilWords(until));
}
