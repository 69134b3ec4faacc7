// What the editor shows of each part of the experiment: a layer, the output, the training, a choice of a family.

import { html, nothing } from "lit";
import {
  argumentOf,
  chosen,
  FAMILY_OF,
  insertLayerPatch,
  layerPatch,
  likeLayerPatch,
  moveLayerPatch,
  nameOf,
  outputActivationPatch,
  removeLayerPatch,
  taskPatch,
  withArgument,
} from "../../experiment.js";
import { argumentFields, menu, stepper, textButton, toggle } from "../../fields.js";
import { fieldOf, numberSpec } from "../../schema.js";
import { settingField } from "../../settings.js";
import { set } from "../../store.js";
import { strings } from "../../strings.js";
import { about } from "./about.js";
import { untilFields } from "./stop_condition.js";
import { unitView } from "./unit_view.js";
import { weightEditor } from "./weight_editor.js";

/** @import { Page } from "../../main.js" */
/** @import { State } from "../../store.js" */
/** @import { Catalogue, Choice, Entry, Experiment, Layer, Schema, Task } from "../../types.js" */

/** @typedef {{ title: string, body: unknown }} View */

const words = strings.editor;
const VALIDATION_SHARE = 0.2;

/** `content`: what is shown of a part such as `layers.0`, null where there is none; `fold`: closes the explanations.
 * @param {Page} page @param {() => void} redraw
 * @returns {{ content: (part: string, experiment: Experiment, catalogue: Catalogue, state: State) => View | null,
 *    fold: () => void }} */
export function experimentViews(page, redraw) {
  const { store, actions } = page;
  /** Which explanation is unfolded. */
  let explained = "";

  /** @type {(part: string, experiment: Experiment, catalogue: Catalogue, state: State) => View | null} */
  function content(part, experiment, catalogue, state) {
    const [kind, index] = part.split(".");
    switch (kind) {
      case "layers": {
        const layer = experiment.layers[Number(index)];
        return layer
          ? {
              title: strings.network.layer(Number(index)),
              body: layerBody(layer, Number(index), experiment, catalogue, state.schema),
            }
          : null;
      }
      case "unit":
        return unitView(page, part, state);
      case "weight":
      case "bias":
        return weightEditor(page, part, state);
      case "output":
        return { title: strings.network.output, body: outputBody(experiment, catalogue) };
      case "until":
        return { title: strings.stopCondition.title, body: untilBody(experiment, catalogue, state) };
      case "training":
        return { title: strings.training.title, body: trainingBody(experiment, catalogue, state) };
      default: {
        const family = catalogue.families[kind];
        const choice = /** @type {Record<string, any>} */ (/** @type {unknown} */ (experiment))[kind];
        return family
          ? {
              title: family.label,
              body: choiceEditor(
                kind,
                choice,
                catalogue,
                (value) => actions.change({ [kind]: value }),
                fitting(kind, experiment, catalogue),
              ),
            }
          : null;
      }
    }
  }

  /** @type {(layer: Layer, index: number, experiment: Experiment, catalogue: Catalogue, schema: Schema | null)
   *    => unknown} */
  function layerBody(layer, index, experiment, catalogue, schema) {
    const change = (/** @type {Partial<Layer>} */ part) =>
      actions.change(layerPatch(store.state.experiment ?? experiment, index, part));
    const spec = numberSpec(schema, "layers.0.units");
    const hidden = catalogue.families.activation.entries.filter(({ places }) => !places || places.includes("hidden"));
    return html`
      <div class="field"><span class="label" aria-hidden="true">${spec.label}</span>
        ${stepper({
          spec,
          value: layer.units,
          step: (from, direction) => from + direction,
          sink: { change: (units) => change({ units }), refuse: actions.tellRefusal },
        })}</div>
      ${choiceEditor("activation", layer.activation, catalogue, (activation) => change({ activation }), hidden)}
      ${weightChoices(layer, catalogue, change)}
      ${["dropout", "batch_normalization"].map((name) =>
        setting(`layers.0.${name}`, layer[/** @type {"dropout" | "batch_normalization"} */ (name)], (value) =>
          change({ [name]: value }),
        ),
      )}
      <div class="actions">
        ${
          experiment.layers.length > 1
            ? html`<div class="joined">${[-1, 1].map((step) =>
                textButton({
                  text: step < 0 ? words.moveLeft : words.moveRight,
                  help: words.moveHelp,
                  disabled: !experiment.layers[index + step],
                  click: () => {
                    store.apply(set, { editing: `layers.${index + step}` });
                    actions.change(moveLayerPatch(store.state.experiment ?? experiment, index, index + step));
                  },
                }),
              )}</div>`
            : nothing
        }
        ${
          experiment.layers.length > 1
            ? textButton({
                text: words.applyToAll,
                help: words.applyToAllHelp,
                click: () => actions.change(likeLayerPatch(store.state.experiment ?? experiment, index)),
              })
            : nothing
        }
        ${
          experiment.layers.length < catalogue.limits.layers
            ? textButton({
                text: words.insertAfter,
                help: words.insertAfterHelp,
                click: () => actions.change(insertLayerPatch(store.state.experiment ?? experiment, index + 1, layer)),
              })
            : nothing
        }
        ${textButton({
          text: words.remove,
          help: words.removeHelp,
          class: "danger",
          click: () => {
            store.apply(set, { editing: null });
            actions.change(removeLayerPatch(store.state.experiment ?? experiment, index));
          },
        })}
      </div>
    `;
  }

  /** @type {(experiment: Experiment, catalogue: Catalogue) => unknown} */
  function outputBody({ output, task }, catalogue) {
    const fitting = catalogue.families.activation.entries.filter(
      ({ places, tasks }) => (!places || places.includes("output")) && (!tasks || tasks.includes(task)),
    );
    const activate = (/** @type {Choice | null} */ choice) => {
      const { experiment } = store.state;
      if (experiment && choice) actions.change(outputActivationPatch(experiment, catalogue, nameOf(choice)));
    };
    return html`
      <p class="summary">${words.outputUnits}</p>
      ${choiceEditor("activation", output.activation, catalogue, activate, fitting)}
      ${weightChoices(output, catalogue, (part) => actions.change({ output: part }))}
    `;
  }

  /** How the weights begin and what holds them back: the same for hidden layers and the output.
   * @type {(layer: { initializer: Choice, bias_initializer: Choice, regularizer: Choice | null,
   *    constraint: Choice | null }, catalogue: Catalogue, change: (part: any) => void) => unknown} */
  const weightChoices = (layer, catalogue, change) => html`
    ${choiceEditor("initializer", layer.initializer, catalogue, (initializer) => change({ initializer }))}
    ${choiceEditor("bias_initializer", layer.bias_initializer, catalogue, (choice) =>
      change({ bias_initializer: choice }),
    )}
    ${choiceEditor(
      "regularizer",
      layer.regularizer,
      catalogue,
      (regularizer) => change({ regularizer }),
      undefined,
      true,
    )}
    ${choiceEditor("constraint", layer.constraint, catalogue, (constraint) => change({ constraint }), undefined, true)}
  `;

  /** A field that the schema describes.
   * @type {(path: string, value: unknown, change: (value: any) => void, fits?: (option: string) => boolean)
   *    => unknown} */
  const setting = (path, value, change, fits) =>
    settingField({ schema: store.state.schema, path, value, change, fits, refuse: actions.tellRefusal });

  /** @type {(experiment: Experiment, catalogue: Catalogue, state: State) => unknown} */
  function trainingBody(experiment, catalogue, { schema }) {
    const seed = numberSpec(schema, "seed");
    const fields = /** @type {Record<string, Schema>} */ (schema?.properties ?? {});
    const tasks = chosen(catalogue, "dataset", experiment.dataset)?.tasks;
    const several = (/** @type {string} */ family) => catalogue.families[family].entries.length > 1;
    return html`
      ${toggle({
        label: words.fullBatch,
        help: words.fullBatchHelp,
        checked: experiment.batch_size === null,
        change: (full) => actions.change({ batch_size: full ? null : 10 }),
      })}
      ${toggle({
        label: fields.shuffle?.title ?? "shuffle",
        help: fields.shuffle?.description ?? "",
        checked: experiment.shuffle,
        change: (shuffle) => actions.change({ shuffle }),
      })}
      <div class="field"><span class="label" aria-hidden="true">${seed.label}</span>
        ${stepper({
          spec: seed,
          value: experiment.seed,
          step: (from, direction) => from + direction,
          sink: { change: (value) => actions.change({ seed: value }), refuse: actions.tellRefusal },
        })}</div>
      ${menu({
        label: fields.precision?.title ?? "precision",
        help: fields.precision?.description ?? "",
        value: experiment.precision,
        items: ["float32", "float64"].map((name) => ({ value: name, label: name })),
        change: (precision) => actions.change({ precision }),
      })}
      ${setting("clipping", experiment.clipping, (clipping) => actions.change({ clipping }))}
      ${setting("early_stopping", experiment.early_stopping, stopEarly, (option) =>
        watchable(option, experiment, catalogue),
      )}
      ${setting("input", experiment.input, (input) => actions.change({ input }))}
      ${
        experiment.task === "regression"
          ? nothing
          : html`
        ${setting("label_smoothing", experiment.label_smoothing, (value) => actions.change({ label_smoothing: value }))}
        ${experiment.task === "multilabel" ? nothing : balance(experiment)}`
      }
      ${
        several("schedule")
          ? choiceEditor("schedule", experiment.schedule, catalogue, (schedule) => actions.change({ schedule }))
          : nothing
      }
      ${!tasks || tasks.length > 1 ? taskMenu(experiment, catalogue, tasks) : nothing}
    `;
  }

  /** @type {(experiment: Experiment, catalogue: Catalogue, state: State) => unknown} */
  const untilBody = (experiment, catalogue, state) => html`
    ${untilFields(state, experiment, catalogue, (until) => actions.setUntil(until), actions.tellRefusal)}
    ${setting("early_stopping", experiment.early_stopping, stopEarly, (option) =>
      watchable(option, experiment, catalogue),
    )}
  `;

  /** Early stopping watches the validation part: where there is none, it is made.
   * @param {Experiment["early_stopping"]} rule */
  function stopEarly(rule) {
    const { experiment } = store.state;
    const lacking = rule?.monitor.startsWith("validation") && experiment?.dataset.validation_fraction === 0;
    actions.change(
      lacking ? { early_stopping: rule, dataset: { validation_fraction: VALIDATION_SHARE } } : { early_stopping: rule },
    );
  }

  /** @param {Experiment} experiment */
  function balance({ class_weight: weight }) {
    const field = fieldOf(store.state.schema, "class_weight");
    return toggle({
      label: words.balanced,
      help: field?.help ?? "",
      checked: weight !== null,
      change: (checked) => actions.change({ class_weight: checked ? "balanced" : null }),
    });
  }

  /** @type {(experiment: Experiment, catalogue: Catalogue, allowed: Task[] | null | undefined) => unknown} */
  function taskMenu({ task }, catalogue, allowed) {
    const { label, help, entries } = catalogue.families.task;
    const items = entries.filter(({ name }) => !allowed || allowed.includes(/** @type {Task} */ (name)));
    return menu({
      label,
      help,
      value: task,
      items: items.map((entry) => ({ value: entry.name, label: entry.label })),
      change: (name) => actions.change(taskPatch(/** @type {Task} */ (name))),
    });
  }

  /** A menu of a family, the arguments of what is chosen, and on request all there is to know about it.
   * @type {(field: string, choice: Choice | null, catalogue: Catalogue, change: (choice: any) => void,
   *    entries?: Entry[], optional?: boolean) => unknown} */
  function choiceEditor(field, choice, catalogue, change, entries, optional = false) {
    const name = FAMILY_OF[field];
    const family = catalogue.families[name];
    const entry = chosen(catalogue, name, choice);
    const label =
      field === "bias_initializer" ? numberSpec(store.state.schema, "layers.0.bias_initializer").label : family.label;
    const items = (entries ?? family.entries).map((each) => ({ value: each.name, label: each.label }));
    return html`<div class="choice">
      ${menu({
        label,
        help: family.help,
        value: nameOf(choice),
        items: optional ? [{ value: "", label: words.none }, ...items] : items,
        change: (value) => change(value === "" ? null : { name: value }),
      })}
      ${
        entry
          ? argumentFields(
              entry,
              (argument) => argumentOf(choice, entry, argument),
              (argument, value) => change(withArgument(choice, entry, argument, value)),
              actions.tellRefusal,
            )
          : nothing
      }
      ${
        entry
          ? html`<details ?open=${explained === field}
            @toggle=${(/** @type {Event} */ event) => unfolded(field, event)}>
            <summary
              aria-description=${words.moreHelp}>${words.more(entry.label)}</summary>${
                explained === field ? about(entry) : nothing
              }
          </details>`
          : nothing
      }
    </div>`;
  }

  /** @param {string} field @param {Event} event */
  function unfolded(field, event) {
    const { open } = /** @type {HTMLDetailsElement} */ (event.target);
    if (open === (explained === field)) return;
    explained = open ? field : "";
    redraw();
  }

  function fold() {
    explained = "";
  }

  return { content, fold };
}

/** Whether a quantity such as `validation_loss` is measured in this experiment.
 * @type {(option: string, experiment: Experiment, catalogue: Catalogue) => boolean} */
function watchable(option, { task }, catalogue) {
  const measure = option.slice(option.indexOf("_") + 1);
  const metric = catalogue.families.metric.entries.find(({ name }) => name === measure);
  return measure === "loss" || (metric !== undefined && (!metric.tasks || metric.tasks.includes(task)));
}

/** Of a family, what fits the experiment.
 * @type {(family: string, experiment: Experiment, catalogue: Catalogue) => Entry[]} */
function fitting(family, { task, output }, catalogue) {
  return catalogue.families[family].entries.filter(
    ({ tasks, outputs }) =>
      (!tasks || tasks.includes(task)) && (!outputs || outputs.includes(nameOf(output.activation))),
  );
}
