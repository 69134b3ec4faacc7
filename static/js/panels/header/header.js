// The header: what is trained, the controls of time, how fast it goes, and what concerns the whole page.

import { html, nothing, render } from "lit";
import { isStuck } from "../../current_step.js";
import { chosen, nameOf, outputsOf, sizes } from "../../experiment.js";
import { changing, iconButton, menu, textButton } from "../../fields.js";
import { count, fraction, speed } from "../../format.js";
import { icons } from "../../icons.js";
import { set } from "../../store.js";
import { strings } from "../../strings.js";

/** @import { Page } from "../../main.js" */
/** @import { State, Theme } from "../../store.js" */
/** @import { StepUnit } from "../../types.js" */

const RATES = [1, 5, 30, 120, null];
const UNITS = /** @type {const} */ (["sample", "batch", "epoch"]);
/** @type {Theme[]} */
const THEMES = ["system", "light", "dark"];
const words = strings.header;

/** @param {HTMLElement} root @param {Page} page */
export function headerPanel(root, page) {
  const { store, actions, loop, dialogs, sharing } = page;

  loop.watch(
    ({
      catalogue,
      experiment,
      past,
      future,
      playing,
      phase,
      stepUnit,
      epoch,
      step,
      stepsPerSecond,
      rate,
      theme,
      drawerOpen,
      session: id,
      own,
    }) => [
      catalogue,
      experiment,
      past,
      future,
      playing,
      phase,
      stepUnit,
      playing ? Math.floor(epoch) : epoch,
      step,
      stepsPerSecond,
      rate,
      theme,
      drawerOpen,
      id !== null,
      own,
    ],
    () => render(template(store.state), root),
  );

  /** @param {State} state */
  const template = (state) => html`
    <div class="brand">
      ${iconButton({
        icon: icons.menu,
        name: words.data,
        help: words.dataHelp,
        class: "drawer-button",
        click: () => store.apply(set, { drawerOpen: !store.state.drawerOpen }),
      })}
      <h1>${strings.title}</h1>
      <p class="experiment">${experimentName(state)}</p>
    </div>
    <div class="transport" role="group" aria-label=${strings.training.title}>
      ${changing(state.own, transport(state))}
    </div>
    <div class="page-actions">
      ${iconButton({
        icon: icons.undo,
        name: words.undo,
        help: words.undoHelp,
        disabled: state.past.length === 0,
        click: () => actions.undo(),
      })}
      ${iconButton({
        icon: icons.redo,
        name: words.redo,
        help: words.redoHelp,
        disabled: state.future.length === 0,
        click: () => actions.redo(),
      })}
      ${textButton({
        text: html`<span>${words.share}</span>`,
        icon: icons.share,
        help: words.shareHelp,
        class: "quiet share",
        click: () => sharing.open(),
      })}
      ${themeButton(state.theme)}
      ${iconButton({ icon: icons.help, name: words.help, help: words.helpHelp, click: () => dialogs.help() })}
    </div>
  `;

  /** @param {State} state */
  const transport = ({ playing, phase, stepUnit, epoch, step, stepsPerSecond, rate, session: id }) => html`
    ${iconButton({
      icon: icons.dice,
      name: words.newSeed,
      help: words.newSeedHelp,
      class: "new-seed",
      disabled: !id,
      click: () => actions.newWeights(),
    })}
    ${iconButton({
      icon: icons.reset,
      name: words.reset,
      help: words.resetHelp,
      disabled: !id,
      click: () => actions.reset(),
    })}
    <button type="button" class="play" aria-label=${playing ? words.pause : words.play}
      aria-description=${playing ? words.pauseHelp : words.playHelp} ?disabled=${!id || isStuck(phase)}
      @click=${() => actions.toggle()}>
      ${playing ? icons.pause : icons.play}<span aria-hidden="true">${playing ? words.pause : words.play}</span>
    </button>
    <div class="joined">
      ${iconButton({
        icon: icons.step,
        name: words.step,
        help: words.stepHelp,
        disabled: !id || isStuck(phase),
        click: () => actions.step(store.state.stepUnit),
      })}
      ${menu({
        label: words.stepUnit,
        help: words.stepUnitHelp,
        hideLabel: true,
        value: stepUnit,
        items: UNITS.map((unit) => ({ value: unit, label: words.units[unit] })),
        change: (unit) => store.apply(set, { stepUnit: /** @type {StepUnit} */ (unit) }),
      })}
    </div>
    <div class="clock" aria-description=${words.clockHelp}>
      <span class="caption">${words.epoch}</span>
      ${epochDigits(epoch)}<output class="fraction numbers" aria-label=${words.fraction}
        data-value="epoch-fraction">${playing ? "" : fraction(epoch)}</output>
    </div>
    <div class="pace">
      ${menu({
        label: words.speed,
        help: words.speedHelp,
        hideLabel: true,
        value: String(rate),
        items: RATES.map((each) => ({ value: String(each), label: words.rate(each) })),
        change: (value) => actions.setRate(value === "null" ? null : Number(value)),
      })}
      <span class="caption numbers">
        <span>${words.stepCount} <output data-value="step">${count(step)}</output></span>
        <span><span data-value="steps-per-second">${speed(stepsPerSecond ?? 0)}</span> ${words.stepsPerSecond}</span>
      </span>
    </div>
  `;

  /** @param {Theme} theme */
  const themeButton = (theme) =>
    iconButton({
      icon: icons[theme],
      name: words.theme[theme],
      help: words.themeHelp,
      click: () => store.apply(set, { theme: THEMES[(THEMES.indexOf(theme) + 1) % THEMES.length] }),
    });
}

/** Six digits, as on an odometer: those that are not reached yet are pale.
 * @type {(epoch: number) => unknown} */
function epochDigits(epoch) {
  const digits = String(Math.floor(epoch)).padStart(6, "0");
  const grouped = digits.replace(/\B(?=(\d{3})+$)/g, ",");
  const [zeros] = /^[0,]*(?=.)/.exec(grouped) ?? [""];
  return html`<output class="epoch numbers"
    data-value="epoch">${
      zeros ? html`<span class="pale">${zeros}</span>` : nothing
    }${grouped.slice(zeros.length)}</output>`;
}

/** @type {(state: State) => string} */
function experimentName({ experiment, catalogue }) {
  if (!experiment || !catalogue) return "";
  const data =
    chosen(catalogue, "dataset", experiment.dataset)?.label ??
    strings.data.given[nameOf(experiment.dataset)] ??
    nameOf(experiment.dataset);
  return `${data}, ${sizes(experiment, outputsOf(experiment, catalogue)).join("-")}`;
}
