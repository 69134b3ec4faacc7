// Light or dark: what the user chose, else what the system prefers. Loaded before the first paint.

/** @import { Store, Theme } from "./store.js" */

import { recall, remember } from "./storage.js";

const DARK = matchMedia("(prefers-color-scheme: dark)");

/** @type {() => Theme} */
export function rememberedTheme() {
  const theme = recall("theme");
  return theme === "light" || theme === "dark" ? theme : "system";
}

/** @type {(theme: Theme) => "light" | "dark"} */
export function schemeOf(theme) {
  if (theme !== "system") return theme;
  return DARK.matches ? "dark" : "light";
}

/** Puts the theme on the page.
 * @param {Theme} theme */
function show(theme) {
  document.documentElement.dataset.theme = theme;
}

show(rememberedTheme());

/** Follows the store and the system.
 * @param {Store} store @param {(change: { scheme: "light" | "dark" }) => void} changed */
export function followTheme(store, changed) {
  const follow = () => changed({ scheme: schemeOf(store.state.theme) });
  DARK.addEventListener("change", follow);
  store.subscribe((state, before) => {
    if (state.theme === before.theme) return;
    remember("theme", state.theme);
    show(state.theme);
    follow();
  });
}
