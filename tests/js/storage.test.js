// What the browser remembers; and a browser that forbids it.
import assert from "node:assert/strict";
import { afterEach, test } from "node:test";
import { recall, remember } from "../../static/js/storage.js";

/** @type {(storage: PropertyDescriptor) => void} */
const provide = (storage) => void Object.defineProperty(globalThis, "localStorage", { configurable: true, ...storage });

afterEach(() => provide({ value: undefined }));

test("a choice is remembered under a name of our own", () => {
  /** @type {Record<string, string>} */
  const kept = {};
  provide({
    value: {
      getItem: (/** @type {string} */ key) => kept[key] ?? null,
      setItem: (/** @type {string} */ key, /** @type {string} */ value) => (kept[key] = value),
    },
  });
  assert.equal(recall("theme"), null);
  remember("theme", "dark");
  assert.equal(recall("theme"), "dark");
  assert.deepEqual(kept, { "gradlab.theme": "dark" });
});

test("where storage is forbidden or full the page goes on without", () => {
  const refuse = () => {
    throw new DOMException("no", "SecurityError");
  };
  for (const storage of [{ get: refuse }, { value: { getItem: refuse, setItem: refuse } }, { value: null }]) {
    provide(storage);
    remember("played", "yes");
    assert.equal(recall("played"), null);
  }
});
