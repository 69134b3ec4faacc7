// Which pictures are on screen. What is not is neither asked for nor drawn.

import { set } from "./store.js";

/** @import { Store } from "./store.js" */

/** @param {Store} store @param {Record<string, Element>} pictures */
export function watchVisibility(store, pictures) {
  const names = new Map(Object.entries(pictures).map(([name, element]) => [element, name]));
  /** @type {Record<string, boolean>} */
  const onScreen = {};

  function tell() {
    const shown = document.visibilityState === "visible";
    const visible = Object.fromEntries(Object.entries(onScreen).map(([name, is]) => [name, is && shown]));
    store.apply(set, { visible });
  }

  const observer = new IntersectionObserver((entries) => {
    for (const { target, isIntersecting } of entries) onScreen[names.get(target) ?? ""] = isIntersecting;
    tell();
  });
  for (const element of names.keys()) observer.observe(element);
  document.addEventListener("visibilitychange", tell);
}
