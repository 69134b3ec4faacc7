// The dock below the network: tabs, of which one is shown, and how high it is.

import { html, nothing, render } from "lit";
import { slider, toggle } from "../../fields.js";
import { recall, remember } from "../../storage.js";
import { set } from "../../store.js";
import { strings } from "../../strings.js";
import { curvesPanel } from "./curves.js";
import { distributionsPanel } from "./distributions.js";
import { doctorPanel } from "./doctor.js";
import { errorsPanel } from "./errors.js";
import { gradientsPanel } from "./gradients.js";
import { predictPanel } from "./predict.js";

/** @import { Page } from "../../main.js" */
/** @import { Dock, State } from "../../store.js" */

const words = strings.dock;

/** A tab. Its name and help stand in the strings. `charts`: it draws curves over the epochs; `losses`: some of them
 * losses; `badge`: a number shown beside its name.
 * @typedef {{ name: Dock, panel: (root: HTMLElement, page: Page) => void, charts?: boolean, losses?: boolean,
 *    badge?: (state: State) => number }} DockTab */

/** @type {DockTab[]} */
const TABS = [
  { name: "curves", panel: curvesPanel, charts: true, losses: true },
  { name: "gradients", panel: gradientsPanel, charts: true },
  { name: "distributions", panel: distributionsPanel },
  { name: "errors", panel: errorsPanel },
  { name: "predict", panel: predictPanel },
  { name: "doctor", panel: doctorPanel, badge: ({ diagnosis }) => diagnosis?.findings.length ?? 0 },
];

const SMOOTHEST = 0.99;
const LOWEST = 120; // pixels
const OTHERS = 320; // pixels that the rest of the page needs
const STEP = 24;
const ROOM = 96; // pixels left of the selected tab, so that there are others is seen

/** @param {HTMLElement} root @param {Page} page */
export function dockPanel(root, page) {
  const { store, actions, loop } = page;
  render(frame(), root);
  const part = (/** @type {string} */ selector) => /** @type {HTMLElement} */ (root.querySelector(selector));
  setHeight(Number(recall("dock")) || null);
  tellHeight();

  loop.watch(
    (state) => [
      state.dock,
      state.logLoss,
      state.logEpochs,
      state.smoothing,
      ...TABS.map(({ badge }) => badge?.(state)),
    ],
    (dock, ..._) => {
      render(head(store.state), part(".dock-head"));
      for (const { name } of TABS) part(`#panel-${name}`).hidden = name !== dock;
      // Where not all tabs fit, the open one is scrolled into view.
      part(`#tab-${dock}`).parentElement?.scrollTo({ left: part(`#tab-${dock}`).offsetLeft - ROOM });
    },
  );
  for (const { name, panel } of TABS) panel(part(`#panel-${name}`), page);

  function frame() {
    return html`
      <div class="resizer" role="separator" tabindex="0" aria-orientation="horizontal" aria-label=${words.resize}
        aria-description=${words.resizeHelp}
        @pointerdown=${grab} @keydown=${grow}></div>
      <div class="dock-head"></div>
      ${TABS.map(
        ({ name }) =>
          html`<section id="panel-${name}" data-panel=${name} role="tabpanel" aria-labelledby="tab-${name}"
            ?hidden=${name !== store.state.dock}></section>`,
      )}
    `;
  }

  /** @param {State} state */
  const head = (state) => html`
    <div role="tablist" aria-label=${words.label} @keydown=${arrows}>${TABS.map((tab) => button(tab, state))}</div>
    ${choices(state)}
  `;

  /** @type {(tab: DockTab, state: State) => unknown} */
  function button({ name, badge }, state) {
    const selected = name === state.dock;
    const count = badge?.(state) ?? 0;
    return html`<button type="button" role="tab" class="tab" id="tab-${name}" aria-controls="panel-${name}"
      aria-selected=${selected ? "true" : "false"} tabindex=${selected ? 0 : -1}
      aria-description=${words.help[name]}
      @click=${() => store.apply(set, { dock: name })}>${words[name]}${
        count > 0 ? html` <span class="badge">${count}</span>` : nothing
      }</button>`;
  }

  /** How the selected tab draws its charts. @param {State} state */
  function choices({ dock, logLoss, logEpochs, smoothing }) {
    const { charts, losses } = TABS.find(({ name }) => name === dock) ?? {};
    if (!charts) return nothing;
    return html`<div class="dock-choices">
      ${slider({ spec: SMOOTHING, value: smoothing, sink: { change: smooth, refuse: actions.tellRefusal } })}
      ${toggle({
        label: words.logEpochs,
        help: words.logEpochsHelp,
        checked: logEpochs,
        change: (checked) => store.apply(set, { logEpochs: checked }),
      })}
      ${
        losses
          ? toggle({
              label: words.log,
              help: words.logHelp,
              checked: logLoss,
              change: (checked) => store.apply(set, { logLoss: checked }),
            })
          : nothing
      }
    </div>`;
  }

  /** @param {number} value */
  function smooth(value) {
    const smoothing = Math.min(Math.max(value, 0), SMOOTHEST);
    remember("smoothing", String(smoothing));
    store.apply(set, { smoothing });
  }

  /** @param {KeyboardEvent} event */
  function arrows(event) {
    const steps = /** @type {Record<string, number>} */ ({ ArrowRight: 1, ArrowLeft: -1 });
    const step = steps[event.key];
    if (!step) return;
    event.preventDefault();
    const at = TABS.findIndex(({ name }) => name === store.state.dock);
    const { name: next } = TABS[(at + step + TABS.length) % TABS.length];
    store.apply(set, { dock: next });
    /** @type {HTMLElement | null} */ (root.querySelector(`#tab-${next}`))?.focus();
  }

  // ---- its height ----

  /** @param {number | null} height in pixels; null: as the style sheet has it */
  function setHeight(height) {
    if (height === null) return;
    const fitting = Math.round(Math.min(Math.max(height, LOWEST), Math.max(innerHeight - OTHERS, LOWEST)));
    document.documentElement.style.setProperty("--dock", `${fitting}px`);
    remember("dock", String(fitting));
    tellHeight();
  }

  function tellHeight() {
    const handle = part(".resizer");
    Object.assign(handle, {
      ariaValueMin: String(LOWEST),
      ariaValueMax: String(Math.max(innerHeight - OTHERS, LOWEST)),
      ariaValueNow: String(Math.round(root.clientHeight)),
    });
  }

  /** @param {PointerEvent} event */
  function grab(event) {
    const handle = /** @type {HTMLElement} */ (event.currentTarget);
    const bottom = root.getBoundingClientRect().bottom;
    handle.setPointerCapture(event.pointerId);
    handle.onpointermove = ({ clientY }) => setHeight(bottom - clientY);
    handle.onpointerup = handle.onpointercancel = () => (handle.onpointermove = null);
  }

  /** @param {KeyboardEvent} event */
  function grow(event) {
    const steps = /** @type {Record<string, number>} */ ({ ArrowUp: STEP, ArrowDown: -STEP });
    if (!(event.key in steps)) return;
    event.preventDefault();
    setHeight(root.getBoundingClientRect().height + steps[event.key]);
  }
}

const SMOOTHING = /** @type {import("../../types.js").NumberSpec} */ ({
  label: words.smoothing,
  help: words.smoothingHelp,
  minimum: 0,
  maximum: SMOOTHEST,
  integer: false,
  scale: "linear",
  unit: null,
});
