// The whole run in one strip: its training loss from the first epoch to now, and where something was changed.

import { html, render } from "lit";
import { columnOf } from "../history.js";
import { paletteOf } from "../palette.js";
import { Canvas } from "../draw/canvas.js";
import { drawSparkline } from "../draw/sparkline.js";
import { fieldName, list, strings } from "../strings.js";

/** @import { Page } from "../main.js" */
/** @import { Change } from "../types.js" */

const words = strings.time;

/** @param {HTMLElement} root @param {Page} page */
export function timePanel(root, { frames }) {
  root.ariaLabel = words.title;
  render(html`<h2>${words.title}</h2><div class="spark"><canvas role="img"></canvas><p class="empty"></p></div>`, root);
  const canvas = new Canvas(/** @type {HTMLCanvasElement} */ (root.querySelector("canvas")));
  const empty = /** @type {HTMLElement} */ (root.querySelector(".empty"));

  frames.watch(
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
      canvas.element.ariaLabel = [words.canvas(line.x.at(-1) ?? 0, journal.length), ...journal.map(spoken)].join(" ");
      canvas.element.title = journal.map(spoken).join("\n");
    },
  );
}

/** A change in words.
 * @type {(change: Change) => string} */
export function spoken({ epoch, kind, what }) {
  const fields = kind === "patch" ? Object.keys(what) : [kind];
  return words.change(epoch, list(fields.map(fieldName)));
}
