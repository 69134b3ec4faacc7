// On a narrow screen one part of the page is shown at a time; these tabs choose which.

import { html, render } from "lit";
import { set } from "../../store.js";
import { strings } from "../../strings.js";

/** @import { Page } from "../../main.js" */
/** @import { Tab } from "../../store.js" */

/** @type {Tab[]} */
const TABS = ["data", "network", "output", "charts"];

/** @param {HTMLElement} root @param {Page} page */
export function tabsPanel(root, { store, loop }) {
  root.ariaLabel = strings.tabs.label;
  loop.watch(
    ({ tab }) => [tab],
    (tab) => {
      document.body.dataset.tab = tab;
      render(
        TABS.map((name) => button(name, name === tab)),
        root,
      );
    },
  );

  /** @type {(name: Tab, current: boolean) => unknown} */
  const button = (name, current) => html`<button type="button" class="tab" aria-current=${current ? "true" : "false"}
    aria-description=${strings.tabHelp[name]}
    @click=${() => store.apply(set, { tab: name })}>${strings.tabs[name]}</button>`;
}
