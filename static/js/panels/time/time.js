// The whole run in one strip: its training loss from the first epoch to now, where something was changed, and a handle
// that goes back: everything on the page then shows that epoch.

import { html, nothing, render } from "lit";
import { Canvas } from "../../draw/canvas.js";
import { drawSparkline } from "../../draw/sparkline.js";
import { textButton } from "../../fields.js";
import { columnOf } from "../../history.js";
import { changeWords } from "../../names.js";
import { paletteOf } from "../../palette.js";
import { strings } from "../../strings.js";

/** @import { Page } from "../../main.js" */
/** @import { Sibling } from "../../store.js" */

const words = strings.time;

/** @param {HTMLElement} root @param {Page} page */
export function timePanel(root, { store, actions, loop }) {
  root.ariaLabel = words.title;
  render(
    html`<h2>${words.title}</h2>
      <div class="spark"><canvas role="img"></canvas>
        <input type="range" class="handle" min="0" step="1" aria-label=${words.handle}
          aria-description=${words.handleHelp} @input=${dragged}>
        <p class="empty"></p></div>
      <div class="actions"></div>`,
    root,
  );
  const canvas = new Canvas(/** @type {HTMLCanvasElement} */ (root.querySelector("canvas")));
  const empty = /** @type {HTMLElement} */ (root.querySelector(".empty"));
  const handle = /** @type {HTMLInputElement} */ (root.querySelector(".handle"));

  loop.watch(
    ({ history, journal, scheme, visible }) => [history, journal, scheme, visible.time],
    (history, journal, scheme, visible) => {
      if (!visible) return;
      const { css } = paletteOf(scheme);
      const marks = journal.map(({ epoch }) => epoch);
      const line = { x: columnOf(history, "epoch"), y: columnOf(history, "train_loss"), length: history.length, marks };
      canvas.paint((context, width, height) =>
        drawSparkline(context, width, height, line, { line: css("muted"), fill: css("raised"), mark: css("test") }),
      );
      empty.textContent = history.length < 2 ? words.empty : "";
      canvas.element.ariaLabel = [words.canvas(line.x.at(-1) ?? 0, journal.length), ...journal.map(changeWords)].join(
        " ",
      );
      handle.title = journal.map(changeWords).join("\n");
    },
  );
  loop.watch(
    ({ epoch, visit, run }) => [Math.floor(epoch), visit, run],
    (epoch, visit, _) => {
      handle.hidden = epoch < 1;
      handle.max = String(epoch);
      handle.value = String(visit ?? epoch);
      handle.ariaValueText = visit === null ? words.now(epoch) : words.past(visit, epoch);
      root.classList.toggle("past", visit !== null);
    },
  );
  loop.watch(
    ({ sibling }) => [sibling],
    (sibling) =>
      render(sibling ? toSibling(sibling) : nothing, /** @type {HTMLElement} */ (root.querySelector(".actions"))),
  );

  /** From a fork to its origin, or back.
   * @param {Sibling} sibling */
  function toSibling({ forked, epoch }) {
    const [text, help] = forked
      ? [words.toFork(epoch), words.toForkHelp]
      : [words.toOriginal(epoch), words.toOriginalHelp];
    return textButton({ text, help, click: () => actions.visitSibling() });
  }

  function dragged() {
    const epoch = Number(handle.value);
    actions.look(epoch < Math.floor(store.state.epoch) ? epoch : null);
  }
}
