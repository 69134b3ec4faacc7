// What goes out of the page: a link to the experiment, one to watch the session live, and tokens for scripts.

import { html, nothing } from "lit";
import * as api from "../../api.js";
import { isShared } from "../../connection.js";
import { iconButton, textButton } from "../../fields.js";
import { icons } from "../../icons.js";
import { encodeLink, fitsInLink, watchLink } from "../../link.js";
import { strings } from "../../strings.js";
import { failureText } from "../shared/failure_text.js";

/** @import { Page } from "../../main.js" */
/** @import { State } from "../../store.js" */
/** @import { Token } from "../../types.js" */
/** @typedef {{ open: () => void }} Sharing */
/** What can be copied: its name, and what is told once that was tried.
 * @typedef {{ id: string, field: string, fieldHelp: string, copy: string, copyHelp: string }} Copied */

const words = strings.share;

/** The window that the Share button opens.
 * @type {(page: Pick<Page, "store" | "dialogs">) => Sharing} */
export function sharing({ store, dialogs }) {
  /** The link to watch, and the token, that were just made: both are shown only once. @type {string | null} */
  let link = null;
  /** @type {string | null} */
  let token = null;
  /** @type {Token[]} */
  let tokens = [];
  /** What came of the last deed, by the part of the window that it belongs to. @type {Record<string, string>} */
  let outcomes = {};

  function open() {
    link = token = null;
    tokens = [];
    draw();
    /** @type {HTMLInputElement | null} */ (document.querySelector("#share-experiment"))?.select();
    if (isShared()) void attempt("tokens", refresh);
  }

  async function refresh() {
    tokens = await api.getTokens();
    draw(outcomes);
  }

  /** @param {typeof outcomes} [told] */
  function draw(told = {}) {
    outcomes = told;
    const { own } = store.state;
    const live = isShared() ? html`${own ? watchPart() : nothing}${tokenPart()}` : nothing;
    dialogs.open(words.title, html`${experimentPart(store.state)}${live}`);
  }

  /** @param {State} state */
  const experimentPart = ({ experiment, catalogue }) => html`<h3>${words.experiment}</h3>
    <p>${aboutLink(experiment)}</p>
    ${copyable(
      { id: "share-experiment", ...words },
      address(experiment && catalogue ? encodeLink(experiment, catalogue) : ""),
    )}
    <p class="summary">${words.leavesOut}</p>`;

  const watchPart = () => html`<h3>${words.watch}</h3>
    <p>${words.watchText}</p>
    ${
      link === null
        ? nothing
        : copyable({ id: "share-watch", ...words, field: words.watchField, copy: words.watchCopy }, link)
    }
    <p class="outcome" role="status">${outcomes.watch ?? nothing}</p>
    <div class="actions">
      ${textButton({ text: words.make, help: words.makeHelp, click: () => void attempt("watch", make) })}
      ${textButton({
        text: words.takeBack,
        help: words.takeBackHelp,
        class: "quiet",
        click: () => void attempt("watch", takeBack),
      })}
    </div>`;

  const tokenPart = () => html`<h3>${strings.tokens.title}</h3>
    <p>${strings.tokens.text}</p>
    ${token === null ? nothing : copyable({ id: "share-token", ...strings.tokens }, token)}
    <p class="outcome" role="status">${outcomes.tokens ?? nothing}</p>
    <ul class="token-list" aria-label=${strings.tokens.list}>
      ${tokens.map(
        ({ id, created }) =>
          html`<li><span class="numbers">${strings.tokens.made(id, created)}</span>${iconButton({
            icon: icons.discard,
            name: strings.tokens.revoke(id),
            help: strings.tokens.revokeHelp,
            click: () => void attempt("tokens", () => revoke(id)),
          })}</li>`,
      )}
    </ul>
    <div class="actions">
      ${textButton({
        text: strings.tokens.make,
        help: strings.tokens.makeHelp,
        click: () => void attempt("tokens", makeToken),
      })}
    </div>`;

  /** A text to copy, with a button that does.
   * @param {Copied} named @param {string} text */
  const copyable = (
    { id, field, fieldHelp, copy, copyHelp },
    text,
  ) => html`<div class="copy"><input type="text" readonly
      id=${id} aria-label=${field} aria-description=${fieldHelp} .value=${text}
      @focus=${(/** @type {Event} */ event) => /** @type {HTMLInputElement} */ (event.target).select()}>
      ${textButton({ text: copy, help: copyHelp, class: "primary", click: () => void copyFrom(id) })}</div>
    <p class="outcome" role="status">${outcomes[id] ?? nothing}</p>`;

  /** @param {string} id */
  async function copyFrom(id) {
    const field = /** @type {HTMLInputElement} */ (document.getElementById(id));
    draw({ [id]: (await copied(field)) ? words.copied : words.byHand });
  }

  // ---- what the buttons do ----

  /** @param {string} part @param {() => Promise<void>} deed */
  async function attempt(part, deed) {
    try {
      await deed();
    } catch (error) {
      draw({ [part]: failureText(error, {}) });
    }
  }

  async function make() {
    const { session } = store.state;
    if (!session) return;
    link = address(watchLink(await api.shareSession(session)));
    draw({ watch: words.watchOnce });
  }

  async function takeBack() {
    const { session } = store.state;
    if (!session) return;
    await api.unshareSession(session);
    link = null;
    draw({ watch: words.takenBack });
  }

  async function makeToken() {
    token = (await api.createToken()).token;
    outcomes = { tokens: strings.tokens.once };
    await refresh();
  }

  /** @param {string} id */
  async function revoke(id) {
    await api.revokeToken(id);
    token = null;
    outcomes = {};
    await refresh();
  }

  return { open };
}

/** @param {string} fragment */
const address = (fragment) => location.origin + location.pathname + location.search + (fragment && `#${fragment}`);

/** What a link to the experiment carries.
 * @type {(experiment: State["experiment"]) => string} */
function aboutLink(experiment) {
  if (experiment?.dataset.name === "upload") return words.withoutTable;
  return !experiment || fitsInLink(experiment) ? words.text : words.withoutData;
}

/** Whether the text of a field could be put on the clipboard. On plain http there is only the old way.
 * @type {(field: HTMLInputElement) => Promise<boolean>} */
async function copied(field) {
  try {
    await navigator.clipboard.writeText(field.value);
    return true;
  } catch {
    field.focus();
    field.select();
    return document.execCommand("copy");
  }
}
