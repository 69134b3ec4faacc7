// Where Play ends: never, at an epoch, when a metric is good enough; or when nothing gets better any more.

import { html, nothing } from "lit";
import { menu, stepper } from "../../fields.js";
import { strings } from "../../strings.js";

/** @import { State } from "../../store.js" */
/** @import { Catalogue, Experiment, NumberSpec, Until } from "../../types.js" */

const words = strings.stopCondition;
const PARTS = /** @type {const} */ (["train", "validation", "test"]);
const EPOCHS = 500;
const MOST_EPOCHS = 1e9;

/** The fields that set it.
 * @type {(state: State, experiment: Experiment, catalogue: Catalogue, change: (until: Until | null) => void,
 *    refuse: (why: string) => void) => unknown} */
export function untilFields(state, experiment, catalogue, change, refuse) {
  const { until } = state;
  const metrics = measured(state, experiment, catalogue);
  const chosen = until ? ("epochs" in until ? "epochs" : until.metric) : "never";
  const choose = (/** @type {string} */ what) => {
    if (what === "never") return change(null);
    if (what === "epochs") return change({ epochs: Math.ceil((state.epoch + 1) / EPOCHS) * EPOCHS });
    return change({ metric: what, target: metrics.find(({ name }) => name === what)?.share ? 0.95 : 0.1 });
  };
  return html`
    ${menu({
      label: words.label,
      help: words.help,
      value: chosen,
      items: [
        { value: "never", label: words.never },
        { value: "epochs", label: words.atEpoch },
        ...metrics.map(({ name, label }) => ({ value: name, label: words.reaches(label) })),
      ],
      change: choose,
    })}
    ${
      until
        ? html`<div class="field"><span class="label"
          aria-hidden="true">${"epochs" in until ? words.epochLabel : words.targetLabel}</span>
      ${
        "epochs" in until
          ? stepper({
              spec: epochs(),
              value: until.epochs,
              sink: { change: (value) => change({ epochs: value }), refuse },
            })
          : stepper({
              spec: target(),
              value: until.target,
              step: (from, direction) => Number((from + direction * 0.01).toFixed(4)),
              sink: { change: (value) => change({ ...until, target: value }), refuse },
            })
      }
    </div>`
        : nothing
    }
  `;
}

/** @type {() => NumberSpec} */
const epochs = () => ({
  label: words.epochLabel,
  help: words.epochHelp,
  minimum: 1,
  maximum: MOST_EPOCHS,
  integer: true,
  scale: "log",
  unit: null,
});
/** @type {() => NumberSpec} */
const target = () => ({
  label: words.targetLabel,
  help: words.targetHelp,
  minimum: null,
  maximum: null,
  integer: false,
  scale: "linear",
  unit: null,
});

/** What is measured in this run.
 * @type {(state: State, experiment: Experiment, catalogue: Catalogue)
 *    => { name: string, label: string, share: boolean }[]} */
function measured({ points }, { task }, catalogue) {
  const metrics = catalogue.families.metric.entries.filter(({ tasks }) => !tasks || tasks.includes(task));
  const measures = [
    { name: "loss", label: strings.output.loss.toLowerCase(), share: false },
    ...metrics.map(({ name, label, share }) => ({ name, label: label.toLowerCase(), share: share === true })),
  ];
  return PARTS.filter((part) => points?.parts[part]).flatMap((part) =>
    measures.map(({ name, label, share }) => ({
      name: `${part}_${name}`,
      label: `${strings.dock[part]} ${label}`,
      share,
    })),
  );
}
