// The doctor: what is wrong with the run, by which numbers it shows, the likely cause, and what helps, at one click.

import { html, nothing, render } from "lit";
import { textButton } from "../fields.js";
import { set } from "../store.js";
import { strings } from "../strings.js";

/** @import { Page } from "../main.js" */
/** @import { State } from "../store.js" */
/** @import { Finding, Fix } from "../types.js" */

const words = strings.doctor;

/** @param {HTMLElement} root @param {Page} page */
export function doctorPanel(root, { store, session, frames }) {
  frames.watch(
    ({ history, visible, phase, dock, confirmed }) => [visible.dock, history, phase, dock, confirmed],
    () => {
      if (store.state.visible.dock) session.questions.examine();
    },
  );
  frames.watch(
    ({ diagnosis, treatment, epoch, dock }) => [diagnosis, treatment, treatment && epoch, dock],
    () => {
      if (store.state.dock === "doctor") render(template(store.state), root);
    },
  );

  /** @param {State} state */
  function template({ diagnosis, treatment, epoch }) {
    if (!diagnosis) return html`<p class="empty-note">${words.waiting}</p>`;
    const { findings } = diagnosis;
    const still = treatment && findings.some(({ name }) => name === treatment.finding.name);
    return html`<div class="findings">
      ${treatment ? html`<p class="treatment ${still ? "" : "helped"}" role="status">${words.outcome(treatment.fix.label, treatment.finding.label, Boolean(still), epoch < treatment.epoch)}</p>` : nothing}
      ${findings.length === 0 ? html`<p class="empty-note">${epoch === 0 ? words.healthyAtFirst : words.healthy}</p>` : nothing}
      ${findings.map(card)}
    </div>`;
  }

  /** @param {Finding} finding */
  const card = (finding) => html`<article class="finding ${finding.severity}" data-finding=${finding.name}>
    <h3>${finding.label}<span class="severity">${words.severity[finding.severity]}</span></h3>
    <p>${finding.summary}</p>
    <p class="cause">${finding.cause}</p>
    <div class="fixes">
      ${finding.fixes.map((fix) => textButton({
        text: fix.label,
        help: fix.needs_reset ? words.fixAnew : words.fixNow,
        click: () => apply(finding, fix),
      }))}
    </div>
  </article>`;

  /** @param {Finding} finding @param {Fix} fix */
  function apply(finding, fix) {
    const { epoch, playing } = store.state;
    store.apply(set, { treatment: { finding, fix, epoch: fix.needs_reset ? epoch : 0 } });
    session.change(fix.patch, { reset: fix.needs_reset, play: playing || fix.needs_reset });
  }
}
