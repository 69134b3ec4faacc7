// Explanations: whatever has an `aria-description` shows it when a mouse rests on it, when the keyboard comes to it,
// and when a finger is held on it or taps its label. One bubble for the whole page.

import { placeBeside } from "./placement.js";

const REST_MS = 350;
const HOLD_MS = 500;
const GAP = 8;
const EXPLAINED = "[aria-description]";

/** @param {HTMLElement} bubble */
export function explain(bubble) {
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let timer;
  /** @type {Element | null} */
  let shown = null;

  /** @param {Element} element */
  function show(element) {
    const text = element.getAttribute("aria-description");
    if (!text || !element.isConnected) return;
    const name = hasWords(element) ? "" : (element.getAttribute("aria-label") ?? "");
    bubble.replaceChildren(...(name ? [strong(name), text] : [text]));
    bubble.showPopover();
    placeBeside(bubble, element, "bottom", GAP);
    shown = element;
  }

  function hide() {
    clearTimeout(timer);
    if (!shown) return;
    shown = null;
    bubble.hidePopover();
  }

  /** @param {Element} element @param {number} delay */
  function showSoon(element, delay) {
    clearTimeout(timer);
    timer = setTimeout(() => show(element), shown ? 0 : delay);
  }

  document.addEventListener("pointerover", (event) => {
    const element = explained(event.target);
    if (event.pointerType !== "mouse" || element === shown) return;
    if (element) showSoon(element, REST_MS);
    else hide();
  });
  document.addEventListener("pointerdown", (event) => {
    hide();
    const element = explained(event.target) ?? labeled(event.target);
    if (event.pointerType !== "mouse" && element) showSoon(element, HOLD_MS);
  });
  document.addEventListener("pointerup", (event) => {
    if (!shown) clearTimeout(timer);
    const element = explained(event.target) ? null : labeled(event.target);
    if (event.pointerType !== "mouse" && element) show(element);
  });
  document.addEventListener("pointercancel", hide);
  document.addEventListener("focusin", (event) => {
    const element = explained(event.target);
    // A moment later, as the focus may have come because something else is being opened.
    if (element?.matches(":focus-visible") && !element.matches(":hover")) showSoon(element, 0);
    else hide();
  });
  document.addEventListener("focusout", hide);
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") hide();
  });
  document.addEventListener("scroll", hide, { capture: true, passive: true });
}

/** @type {(target: EventTarget | null) => Element | null} */
function explained(target) {
  return target instanceof Element ? target.closest(EXPLAINED) : null;
}

/** The control beside a label that was touched.
 * @type {(target: EventTarget | null) => Element | null} */
function labeled(target) {
  const label = target instanceof Element ? target.closest(".label, label") : null;
  return label?.parentElement?.querySelector(EXPLAINED) ?? null;
}

/** @type {(element: Element) => boolean} */
function hasWords(element) {
  return element.matches("input, select, label") || (element.textContent ?? "").trim().length > 1;
}

/** @type {(text: string) => HTMLElement} */
function strong(text) {
  const element = document.createElement("strong");
  element.textContent = text;
  return element;
}
