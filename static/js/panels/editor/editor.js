// The one panel that opens over the page: everything about a layer, the output, the optimizer, the loss or the
// training.

import { html, render } from "lit";
import { changing, iconButton } from "../../fields.js";
import { icons } from "../../icons.js";
import { placeAtPointer, placeBeside } from "../../placement.js";
import { set } from "../../store.js";
import { strings } from "../../strings.js";
import { experimentViews } from "./experiment_views.js";

/** @import { Page } from "../../main.js" */

const words = strings.editor;
const LIVE = /^(unit|weight|bias)\./;
const BESIDE_UNIT = 8;
const UNDER_OPENER = 4;

/** @param {HTMLElement} root @param {Page} page */
export function editorPanel(root, page) {
  const { store, actions, loop } = page;
  /** @type {Element | null} */
  let opener = null;
  const views = experimentViews(page, redraw);

  /** @type {string | null} */
  let shown = null;

  // The browser closes it at a press elsewhere, and says so later: perhaps after a click there has asked for another.
  root.addEventListener("toggle", (event) => {
    const closed = /** @type {ToggleEvent} */ (event).newState === "closed";
    if (closed && store.state.editing && store.state.editing === shown) store.apply(set, { editing: null });
  });

  new ResizeObserver(() => place(root, opener)).observe(root); // what is unfolded stays within the window

  loop.watch(
    ({ editing }) => [editing],
    (editing) => {
      shown = editing;
      if (!editing) {
        if (root.matches(":popover-open")) root.hidePopover();
        return;
      }
      // When it moves on to the next unit, say, the panel and the focus stay where they are.
      const goesOn = root.matches(":popover-open");
      views.fold();
      draw();
      if (!goesOn) {
        opener = document.querySelector(`[data-opens="${editing}"]`);
        root.showPopover();
      }
      place(root, opener);
      if (goesOn && root.contains(document.activeElement) && !document.activeElement?.matches(":disabled")) return;
      /** @type {HTMLElement | null} */ (root.querySelector("select, input, button"))?.focus();
    },
  );
  loop.watch(
    ({ catalogue, schema, experiment, points, until, own }) => [catalogue, schema, experiment, points, until, own],
    () => {
      if (store.state.editing) redraw();
    },
  );
  // Units and weights are looked at while they change.
  loop.watch(
    ({ editing, parameters, neurons, inspection, scheme }) =>
      editing && LIVE.test(editing) ? [parameters, neurons, inspection, scheme] : [],
    (...parts) => {
      if (parts.length > 0) draw();
    },
  );
  loop.watch(
    ({ editing, parameters }) => [editing, parameters],
    () => {
      if (LIVE.test(store.state.editing ?? "")) actions.polling.inspect();
    },
  );

  function draw() {
    const { editing, experiment, catalogue, own } = store.state;
    if (!editing || !experiment || !catalogue) return;
    const content = views.content(editing, experiment, catalogue, store.state);
    if (!content) return store.apply(set, { editing: null });
    root.ariaLabel = content.title;
    render(
      html`<div class="panel-head"><h2>${content.title}</h2>
          ${iconButton({
            icon: icons.close,
            name: words.close,
            help: words.closeHelp,
            click: () => store.apply(set, { editing: null }),
          })}</div>
        <div class="editor-body">${editing.startsWith("unit.") ? content.body : changing(own, content.body)}</div>`,
      root,
    );
  }

  function redraw() {
    draw();
    place(root, opener);
  }
}

/** Under what opened it, or beside a unit, which stays in sight. On a narrow screen the style sheet puts it at the
 * bottom.
 * @type {(root: HTMLElement, opener: Element | null) => void} */
function place(root, opener) {
  if (!opener) placeAtPointer(root, innerWidth / 2, 100);
  else if (opener.matches(".unit")) placeBeside(root, opener, "right-start", BESIDE_UNIT);
  else placeBeside(root, opener, "bottom-start", UNDER_OPENER);
}
