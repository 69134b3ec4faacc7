// The page, put together. Panels know the store and what the user can do; they do not know each other.

import { Actions } from "./actions.js";
import { isUnmeasured } from "./current_step.js";
import { listenToDrops } from "./file_drop.js";
import { listenToKeys } from "./keyboard.js";
import { encodeLink } from "./link.js";
import { dataPanel } from "./panels/data/data.js";
import { dialogs } from "./panels/dialogs/dialogs.js";
import { sharing } from "./panels/dialogs/sharing.js";
import { dockPanel } from "./panels/dock/dock.js";
import { editorPanel } from "./panels/editor/editor.js";
import { headerPanel } from "./panels/header/header.js";
import { networkPanel } from "./panels/network/network.js";
import { outputPanel } from "./panels/output/output.js";
import { statusPanel } from "./panels/status/status.js";
import { tabsPanel } from "./panels/tabs/tabs.js";
import { timePanel } from "./panels/time/time.js";
import { trainingPanel } from "./panels/training/training.js";
import { uploadWindow } from "./panels/upload/upload_window.js";
import { createRenderLoop } from "./render_loop.js";
import { recall, remember } from "./storage.js";
import { Store, set } from "./store.js";
import { strings } from "./strings.js";
import { followTheme, rememberedTheme, schemeOf } from "./theme.js";
import { explain } from "./tooltip.js";
import { watchVisibility } from "./visibility.js";

/** What every panel gets.
 * @typedef {object} Page
 * @property {Store} store
 * @property {Actions} actions
 * @property {import("./render_loop.js").RenderLoop} loop
 * @property {import("./panels/dialogs/dialogs.js").Dialogs} dialogs
 * @property {import("./panels/dialogs/sharing.js").Sharing} sharing
 * @property {import("./panels/upload/upload_window.js").UploadWindow} tables */

/** @type {(id: string) => HTMLElement} */
const element = (id) => /** @type {HTMLElement} */ (document.getElementById(id));

const theme = rememberedTheme();
const store = new Store({
  theme,
  scheme: schemeOf(theme),
  hasPlayed: recall("played") !== null,
  suggestionsClosed: recall("suggestions") !== null,
  smoothing: Number(recall("smoothing")) || 0,
});
const actions = new Actions(store);
const loop = createRenderLoop(store);
const parts = { store, actions, loop, dialogs: dialogs(/** @type {HTMLDialogElement} */ (element("dialog"))) };
/** @type {Page} */
const page = { ...parts, sharing: sharing(parts), tables: uploadWindow(parts) };

headerPanel(element("header"), page);
tabsPanel(element("tabs"), page);
trainingPanel(element("training"), page);
statusPanel(element("words"), page);
dataPanel(element("data"), page);
networkPanel(element("network"), page);
outputPanel(element("output"), page);
timePanel(element("time"), page);
dockPanel(element("dock"), page);
editorPanel(element("editor"), page);

element("drop").textContent = strings.tables.drop;
explain(element("tip"));
listenToDrops(element("drop"), (file) => {
  if (store.state.own) page.tables.open(file);
});
listenToKeys(actions, () => page.dialogs.help());
followTheme(store, (change) => store.apply(set, change));
watchVisibility(store, {
  network: element("network"),
  output: element("output"),
  time: element("time"),
  dock: element("dock"),
});

loop.watch(
  (state) => [state.visible, state.experiment?.layers, state.view, state.visit],
  () => actions.connection.subscribe(),
);
loop.watch(
  (state) => [isUnmeasured(state), state.step],
  (unmeasured, _) => {
    if (unmeasured) actions.polling.measure();
  },
);
loop.watch(
  (state) => [state.hasPlayed, state.suggestionsClosed],
  (hasPlayed, suggestionsClosed) => {
    if (hasPlayed) remember("played", "yes");
    if (suggestionsClosed) remember("suggestions", "closed");
  },
);

// For people who script the page: which session it shows.
loop.watch(
  (state) => [state.session],
  (id) => (id ? document.body.setAttribute("data-session", id) : document.body.removeAttribute("data-session")),
);

// The address says which experiment this is; another address is another experiment.
loop.watch(
  (state) => [state.confirmed, state.catalogue, state.own, state.session, state.playing],
  (confirmed, catalogue, own, ..._) => {
    if (!confirmed || !catalogue || !own) return; // the address by which it is watched stays
    const link = encodeLink(confirmed, catalogue);
    if (link !== location.hash.slice(1))
      history.replaceState(null, "", link ? `#${link}` : location.pathname + location.search);
    actions.keep();
  },
);
addEventListener("hashchange", () => void actions.connection.open(location.hash));
addEventListener("online", () => actions.connection.retry());
addEventListener("pagehide", () => actions.leave());
addEventListener("pageshow", (event) => {
  if (event.persisted) actions.comeBack();
});

void actions.connection.start();
