// The user's own values: a form with a field for each column, the prediction for them, and what influenced it most.

import { html, live, nothing, render, svg } from "lit";
import { shapePath } from "../../draw/shapes.js";
import { chosen } from "../../experiment.js";
import { textButton } from "../../fields.js";
import { change, percent, quantity } from "../../format.js";
import { paletteOf, targetLook, targetScale } from "../../palette.js";
import {
  mostMoved,
  nextSample,
  sharesOf,
  stepOf,
  truthOf,
  typicalTrial,
  usedFields,
  withValue,
} from "../../prediction.js";
import { set } from "../../store.js";
import { strings } from "../../strings.js";

/** @import { Page } from "../../main.js" */
/** @import { Answer, Trial } from "../../prediction.js" */
/** @import { State } from "../../store.js" */
/** @import { DataField, DatasetPoints } from "../../types.js" */

const words = strings.predict;
const LEAST_SHARE = 0.0005; // what is told as 0.0 percentage points
const MOST_SHARES = 5; // classes whose probabilities are listed: the likeliest ones

/** @param {HTMLElement} root @param {Page} page */
export function predictPanel(root, { store, actions, loop }) {
  loop.watch(
    ({ dock, visible, trial, prediction, points, experiment, playing, scheme }) => [
      dock,
      visible.dock,
      trial,
      prediction,
      points,
      experiment,
      playing,
      scheme,
    ],
    () => {
      if (store.state.dock === "predict" && store.state.visible.dock) render(template(store.state), root);
    },
  );
  loop.watch(
    ({ dock, visible, trial, points, run, history, parameters, visit }) => [
      dock,
      visible.dock,
      trial,
      points,
      run,
      history,
      parameters,
      visit,
    ],
    () => {
      if (store.state.dock === "predict" && store.state.visible.dock) actions.polling.predict();
    },
  );

  /** @param {State} state */
  function template(state) {
    const { points, trial, experiment } = state;
    if (!points || !trial || !experiment) return html`<p class="empty-note">${words.waiting}</p>`;
    return html`<div class="trial">
      ${form(points, trial, usedFields(points, experiment.features))}
      ${answer(state, points, trial)}
    </div>`;
  }

  // ---- the form ----

  /** @type {(points: DatasetPoints, trial: Trial, fields: DataField[]) => unknown} */
  function form(points, trial, fields) {
    const left = points.fields.length - fields.length;
    const next = nextSample(points, trial.sample);
    return html`<form class="trial-form" aria-label=${words.title}
      @submit=${(/** @type {Event} */ event) => event.preventDefault()}>
      <div class="trial-head">
        <h3>${words.title}</h3>
        ${next ? textButton({ text: words.sample, help: words.sampleHelp, click: () => fill(next) }) : nothing}
        ${textButton({ text: words.typical, help: words.typicalHelp, click: () => fill(typicalTrial(points)) })}
        <span class="caption">${origin(points, trial)}</span>
      </div>
      <div class="trial-fields">${fields.map((field) => fieldOf(field, trial, points.fields.indexOf(field)))}</div>
      ${left > 0 ? html`<p class="caption">${words.unused(left)}</p>` : nothing}
    </form>`;
  }

  /** @param {Trial} trial */
  const fill = (trial) => store.apply(set, { trial });

  /** @type {(points: DatasetPoints, trial: Trial) => string} */
  function origin({ parts }, { sample }) {
    if (!sample) return words.own;
    return words.from(words.part[sample.part], sample.index, parts[sample.part]?.points.length ?? 0);
  }

  /** @type {(field: DataField, trial: Trial, index: number) => unknown} */
  function fieldOf(field, { values, problems }, index) {
    const problem = problems[field.name] ?? "";
    const id = `trial-problem-${index}`;
    return html`<div class="setting"><span class="label"
      aria-hidden="true"><bdi>${field.name.replaceAll("_", " ")}</bdi></span>
      ${
        field.type === "text" ? choiceOf(field, values[index], problem, id) : inputOf(field, values[index], problem, id)
      }
      <p class="field-problem" id=${id} role="status">${problem || nothing}</p></div>`;
  }

  /** @type {(field: DataField, value: string, problem: string, id: string) => unknown} */
  const inputOf = (
    field,
    value,
    problem,
    id,
  ) => html`<input class="text" type=${field.type === "date" ? "date" : "number"} autocomplete="off"
    step=${field.type === "date" ? nothing : stepOf(field)}
    placeholder=${field.type === "date" ? nothing : placeholder(field)}
    aria-label=${field.name} aria-description=${words.help(field)} aria-invalid=${problem ? "true" : "false"}
    aria-errormessage=${id}
    .value=${live(value)}
    @input=${(/** @type {Event} */ event) => typed(field, /** @type {HTMLInputElement} */ (event.target))}>`;

  /** @param {DataField} field */
  const placeholder = ({ typical }) => (typeof typical === "number" ? quantity(typical) : (typical ?? ""));

  /** @type {(field: DataField, value: string, problem: string, id: string) => unknown} */
  const choiceOf = (
    field,
    value,
    problem,
    id,
  ) => html`<select aria-label=${field.name} aria-description=${words.help(field)}
    aria-invalid=${problem ? "true" : "false"} aria-errormessage=${id} .value=${live(value)}
    @change=${(/** @type {Event} */ event) => typed(field, /** @type {HTMLSelectElement} */ (event.target))}>
    ${["", ...(field.words ?? [])].map(
      (word) => html`<option value=${word} ?selected=${word === value}>${word || words.unknown}</option>`,
    )}
  </select>`;

  /** @type {(field: DataField, input: HTMLInputElement | HTMLSelectElement) => void} */
  function typed({ name, type }, input) {
    const { trial, points } = store.state;
    const problem = input.validity.badInput ? (type === "date" ? words.notADate : words.notANumber) : "";
    if (trial && points) fill(withValue(trial, points.fields, name, input.value, problem));
  }

  // ---- the answer ----

  /** @type {(state: State, points: DatasetPoints, trial: Trial) => unknown} */
  function answer(state, points, trial) {
    const { prediction, playing } = state;
    const wrong = Object.keys(trial.problems).length > 0;
    const live = playing ? "off" : "polite"; // while it learns, each new answer would be read aloud
    if (!prediction || wrong)
      return html`<div class="trial-answer"
        aria-live=${live}>${wrong ? html`<p class="caption">${words.fix}</p>` : nothing}</div>`;
    return html`
      <div class="trial-answer" aria-live=${live}>${
        points.targets.kind === "regression"
          ? numberOf(state, points, prediction)
          : classesOf(state, points, prediction)
      }
        ${prediction.values === trial.values ? verdict(points, trial, prediction) : nothing}</div>
      <div class="trial-moved">${movesOf(points, prediction)}</div>`;
  }

  /** @type {(state: State, points: DatasetPoints, answer: Answer) => unknown} */
  function numberOf({ catalogue, experiment }, _, { output }) {
    const target = chosen(catalogue, "dataset", experiment?.dataset)?.table?.target;
    return html`<h3 class="caption"><bdi>${target ?? words.answer}</bdi></h3><p class="trial-label numbers"><output
      data-value="prediction">${quantity(output[0])}</output></p>`;
  }

  /** @type {(state: State, points: DatasetPoints, answer: Answer) => unknown} */
  function classesOf({ scheme }, { targets }, { output, label }) {
    const names = targets.classes ?? [];
    const shares = sharesOf(targets, output);
    const look = targetLook(paletteOf(scheme), targets.kind, targetScale([]));
    const at = names.indexOf(String(label));
    const several = targets.kind === "multilabel";
    const shape = (/** @type {number} */ index) =>
      look(several ? names.map((_, each) => Number(each === index)) : index);
    const listed = (shares ?? [])
      .map((share, index) => ({ share, index }))
      .sort((one, other) => other.share - one.share)
      .slice(0, MOST_SHARES);
    return html`<h3 class="caption">${words.answer}</h3>
      <p class="trial-label">${at < 0 ? nothing : mark(shape(at))}<output
        data-value="prediction"><bdi>${labelText(label)}</bdi></output>
        <span class="caption">${
          several
            ? nothing
            : shares
              ? words.probability(percent(shares[at]))
              : words.output(quantity(output[at] ?? output[0]))
        }</span></p>
      ${
        names.length > 2 && listed.length > 0
          ? html`<ul class="shares">${listed.map(
              ({ share, index }) => html`<li><span>${mark(shape(index))}<bdi>${names[index]}</bdi></span>
            <i class="share-bar" .style=${`--share: ${share}; --color: ${shape(index).color}`}></i><span
              class="numbers">${percent(share)}</span></li>`,
            )}</ul>`
          : nothing
      }`;
  }

  /** @type {(look: { color: string, shape: number }) => unknown} */
  const mark = ({ color, shape }) =>
    html`<svg viewBox="-8 -8 16 16" width="14" height="14"
      aria-hidden="true">${svg`<path d=${shapePath(shape, 5)} fill=${color}/>`}</svg>`;

  /** Whether the answer to a real sample is right.
   * @type {(points: DatasetPoints, trial: Trial, answer: Answer) => unknown} */
  function verdict(points, { sample }, { label, output }) {
    const truth = sample && truthOf(points, sample);
    if (truth === null || truth === undefined) return nothing;
    const { kind, classes } = points.targets;
    if (kind === "regression")
      return html`<p class="verdict">${words.truth(quantity(Number(truth)), change(output[0] - Number(truth)))}</p>`;
    const name = Array.isArray(truth)
      ? labelText((classes ?? []).filter((_, index) => truth[index] > 0))
      : (classes?.[truth] ?? "");
    const right = name === labelText(label);
    return html`<p class="verdict ${right ? "right" : "wrong"}">${(right ? words.right : words.wrong)(name)}</p>`;
  }

  /** @type {(label: Answer["label"]) => string} */
  const labelText = (label) => (Array.isArray(label) ? label.join(", ") || words.none : String(label));

  /** @type {(points: DatasetPoints, answer: Answer) => unknown} */
  function movesOf({ targets }, { label, moved }) {
    const number = targets.kind === "regression";
    const moves = mostMoved(moved, number ? 0 : LEAST_SHARE);
    const text = (/** @type {number} */ by) =>
      number ? change(by) : change(by * 100, (points) => points.toFixed(1).replace("-", "\u2212"));
    return html`<h3>${words.moved}</h3>
      <p class="caption">${
        moves.length === 0 ? words.nothingMoved : number ? words.movedNumber : words.movedClass(labelText(label))
      }</p>
      <ol class="moves">${moves.map(
        ({ field, change: by, share }) => html`<li aria-label=${words.movedBy(field, text(by))}>
        <bdi aria-hidden="true">${field.replaceAll("_", " ")}</bdi><i class="move ${by > 0 ? "up" : "down"}"
          .style=${`--share: ${share}`}></i><span class="numbers" aria-hidden="true">${text(by)}</span></li>`,
      )}</ol>`;
  }
}
