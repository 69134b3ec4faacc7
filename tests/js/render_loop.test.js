// Drawing: once per animation frame, only what changed, and no panel stops another.
import assert from "node:assert/strict";
import { test } from "node:test";
import { createRenderLoop } from "../../static/js/render_loop.js";
import { Store, set } from "../../static/js/store.js";

/** A store whose animation frames come when the test says so. */
function page() {
  const store = new Store();
  /** @type {(() => void)[]} */
  const asked = [];
  const loop = createRenderLoop(store, (draw) => asked.push(draw));
  const frame = () => {
    for (const draw of asked.splice(0)) draw();
  };
  return { store, loop, asked, frame };
}

test("however much changes, a frame draws each part once, from the newest state", () => {
  const { store, loop, asked, frame } = page();
  /** @type {number[]} */
  const drawn = [];
  loop.watch(
    ({ epoch }) => [epoch],
    (epoch) => drawn.push(epoch),
  );
  frame();
  for (let epoch = 1; epoch <= 5; epoch += 1) store.apply(set, { epoch });
  assert.equal(asked.length, 1, "one frame is asked for");
  assert.deepEqual(drawn, [0], "nothing is drawn before it");
  frame();
  assert.deepEqual(drawn, [0, 5]);
});

test("what looks the same is not drawn again", () => {
  const { store, loop, frame } = page();
  let drawn = 0;
  loop.watch(
    ({ epoch, theme }) => [Math.floor(epoch), theme],
    () => (drawn += 1),
  );
  frame();
  for (const epoch of [0.1, 0.5, 0.9]) {
    store.apply(set, { epoch });
    frame();
  }
  assert.equal(drawn, 1);
  store.apply(set, { theme: "dark" });
  frame();
  assert.equal(drawn, 2);
});

test("a panel that fails is reported, and the others are drawn", () => {
  const { store, loop, frame } = page();
  /** @type {unknown[]} */
  const reported = [];
  globalThis.reportError = (error) => void reported.push(error);
  let drawn = 0;
  loop.watch(
    ({ epoch }) => [epoch],
    () => {
      throw new Error("broken panel");
    },
  );
  loop.watch(
    ({ epoch }) => [epoch],
    () => (drawn += 1),
  );
  frame();
  store.apply(set, { epoch: 1 });
  frame();
  assert.equal(drawn, 2);
  assert.deepEqual(reported.map(String), ["Error: broken panel", "Error: broken panel"]);
});
