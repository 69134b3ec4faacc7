// Drawing: at most once per animation frame, from the newest state, and only what looks different.

/** @import { State, Store } from "./store.js" */

/** @typedef {{ watch: <T extends unknown[] | []>(select: (state: State) => T, draw: (...parts: NoInfer<T>) => unknown)
 *    => void }} RenderLoop */

/** @type {(store: Store, request?: (draw: () => void) => unknown) => RenderLoop} */
export function createRenderLoop(store, request = requestAnimationFrame) {
  /** @type {(() => void)[]} */
  const watchers = [];
  let waiting = false;

  function draw() {
    waiting = false;
    for (const watcher of watchers) guarded(watcher);
  }

  function schedule() {
    if (waiting) return;
    waiting = true;
    request(draw);
  }
  store.subscribe(schedule);

  return {
    /** Calls `draw` with the parts that `select` picks: once at first, then whenever one of them has changed. */
    watch(select, draw) {
      /** @type {unknown[] | null} */
      let before = null;
      watchers.push(() => {
        const parts = select(store.state);
        if (before && parts.every((part, index) => part === before?.[index])) return;
        before = parts;
        draw(...parts);
      });
      schedule();
    },
  };
}

/** One panel that fails must not stop the others from being drawn.
 * @type {(watcher: () => void) => void} */
function guarded(watcher) {
  try {
    watcher();
  } catch (error) {
    reportError(error);
  }
}
