// The doctor: what is wrong with the run, by which numbers it shows, the likely cause, and what helps, at one click.

import { html, nothing, render } from "lit";
import { textButton } from "../../fields.js";
import { verdict } from "../../fix_result.js";
import { set } from "../../store.js";
import { strings } from "../../strings.js";

/** @import { Page } from "../../main.js" */
/** @import { State } from "../../store.js" */
/** @import { Finding, Fix } from "../../types.js" */

const words = strings.doctor;
const LEAST_EPOCHS = 20; // before a fix that a run takes up is judged

/** @param {HTMLElement} root @param {Page} page */
export function doctorPanel(root, { store, actions, loop }) {
  loop.watch(
    ({ history, visible, phase, dock, confirmed }) => [visible.dock, history, phase, dock, confirmed],
    () => {
      if (store.state.visible.dock) actions.polling.examine();
    },
  );
  loop.watch(
    ({ diagnosis, treatment, past, phase, epoch, dock, own }) => [
      diagnosis,
      treatment,
      past,
      phase,
      epoch === 0,
      dock,
      own,
    ],
    () => {
      if (store.state.dock === "doctor") render(template(store.state), root);
    },
  );

  /** @param {State} state */
  function template(state) {
    const { diagnosis, epoch } = state;
    if (!diagnosis) return html`${outcome(state)}<p class="empty-note">${words.waiting}</p>`;
    const { findings, falls_short: short } = diagnosis;
    const clear = epoch === 0 ? words.healthyAtFirst : short ? words.learning : words.healthy;
    return html`<div class="findings">
      ${outcome(state)}
      ${findings.length === 0 ? html`<p class="empty-note">${clear}</p>` : nothing}
      ${findings.map(card)}
    </div>`;
  }

  /** What the last fix has changed, while it is the last change. @param {State} state */
  function outcome({ treatment, diagnosis, past, phase }) {
    if (!treatment || !diagnosis || past.at(-1) !== treatment.change) return nothing;
    const found = verdict(treatment, diagnosis, phase === "finished", phase === "diverged");
    if (!found) return nothing;
    return html`<div class="treatment ${found.outcome}" role="status">
      <p><strong>${words.outcomes[found.outcome]}</strong> ${words.outcome(treatment, found)}</p>
      ${textButton({ text: words.undo, help: words.undoHelp, click: () => actions.undo(true) })}
    </div>`;
  }

  /** @param {Finding} finding */
  const card = (finding) => html`<article class="finding ${finding.severity}" data-finding=${finding.name}>
    <h3>${finding.label}<span class="severity">${words.severity[finding.severity]}</span></h3>
    <p>${finding.summary}</p>
    <p class="cause">${finding.cause}</p>
    <div class="fixes">
      ${finding.fixes.map((fix) =>
        textButton({
          text: fix.label,
          help: fix.needs_reset ? words.fixAnew : words.fixNow,
          disabled: !store.state.own,
          click: () => apply(finding, fix),
        }),
      )}
    </div>
  </article>`;

  /** @param {Finding} finding @param {Fix} fix */
  function apply(finding, fix) {
    const { epoch, playing, phase, diagnosis: before } = store.state;
    actions.change(fix.patch, { reset: fix.needs_reset, play: playing || fix.needs_reset });
    if (!before) return;
    const due = fix.needs_reset ? before.epoch : epoch + Math.max(LEAST_EPOCHS, epoch / 4);
    const change = store.state.past.at(-1) ?? null;
    store.apply(set, { treatment: { finding, fix, before, diverged: phase === "diverged", epoch: due, change } });
  }
}
