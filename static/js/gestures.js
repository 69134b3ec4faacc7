// What fingers and the mouse do on a picture of the plane, in pixels of its box: point, drag, pinch, tap.

/** @typedef {object} Listener
 * @property {() => boolean} drawing whether a drag draws, rather than moves the plane
 * @property {(x: number, y: number, type: string) => void} point the pointer is here
 * @property {() => void} leave
 * @property {(x: number, y: number, first: boolean) => void} draw
 * @property {() => void} drawn a stroke is over
 * @property {(right: number, down: number) => void} drag
 * @property {(factor: number, x: number, y: number) => void} zoom less than 1 is nearer */

const STILL = 4; // pixels that a click may move
const WHEEL = 0.0015;

/** @param {HTMLElement} element @param {Listener} listener */
export function listenToPointers(element, listener) {
  /** @type {Map<number, { x: number, y: number }>} */
  const down = new Map();
  let begin = { x: 0, y: 0 };
  let moved = false;
  let stroke = false;

  /** @type {(event: MouseEvent) => { x: number, y: number }} */
  const place = ({ clientX, clientY }) => {
    const { left, top } = element.getBoundingClientRect();
    return { x: clientX - left, y: clientY - top };
  };

  element.addEventListener("pointerdown", (event) => {
    if (event.button !== 0) return;
    const at = place(event);
    down.set(event.pointerId, at);
    element.setPointerCapture(event.pointerId);
    if (down.size > 1) return endStroke();
    begin = at;
    moved = false;
    stroke = listener.drawing();
    if (stroke) listener.draw(at.x, at.y, true);
  });

  element.addEventListener("pointermove", (event) => {
    const at = place(event);
    const before = down.get(event.pointerId);
    if (!before) {
      if (event.pointerType === "mouse") listener.point(at.x, at.y, event.pointerType);
      return;
    }
    moved ||= Math.hypot(at.x - begin.x, at.y - begin.y) > STILL;
    if (down.size === 2) pinch(event.pointerId, before, at);
    else if (stroke) for (const part of trail(event)) listener.draw(part.x, part.y, false);
    else if (moved) listener.drag(at.x - before.x, at.y - before.y);
    down.set(event.pointerId, at);
  });

  /** All places since the last event: a quick stroke has no gaps.
   * @param {PointerEvent} event */
  const trail = (event) => {
    const all = event.getCoalescedEvents?.() ?? [];
    return (all.length > 0 ? all : [event]).map(place);
  };

  /** @type {(id: number, before: { x: number, y: number }, at: { x: number, y: number }) => void} */
  function pinch(id, before, at) {
    const [other] = [...down].flatMap(([each, point]) => (each === id ? [] : [point]));
    const far = (/** @type {{ x: number, y: number }} */ point) =>
      Math.max(Math.hypot(point.x - other.x, point.y - other.y), 1);
    listener.drag((at.x - before.x) / 2, (at.y - before.y) / 2);
    listener.zoom(far(before) / far(at), (at.x + other.x) / 2, (at.y + other.y) / 2);
  }

  for (const name of /** @type {const} */ (["pointerup", "pointercancel"])) {
    element.addEventListener(name, (event) => {
      if (!down.delete(event.pointerId)) return;
      const at = place(event);
      if (stroke) endStroke();
      else if (!moved && name === "pointerup") listener.point(at.x, at.y, event.pointerType);
    });
  }

  function endStroke() {
    if (stroke) listener.drawn();
    stroke = false;
  }

  element.addEventListener("pointerleave", (event) => {
    if (event.pointerType === "mouse") listener.leave();
  });

  // Where a page scrolls, the wheel is the page's; with Ctrl, as a trackpad sends it for a pinch, it zooms.
  element.addEventListener(
    "wheel",
    (event) => {
      if (!event.ctrlKey && !event.metaKey) return;
      event.preventDefault();
      const at = place(event);
      listener.zoom(Math.exp(Math.min(Math.max(event.deltaY, -200), 200) * WHEEL * 2), at.x, at.y);
    },
    { passive: false },
  );
}
