// Lets Node's tests import the page's libraries by the names that the page's import map gives them:
//   node --import ./scripts/import-map.js --test tests/js/*.test.js
import { register } from "node:module";
import { isMainThread } from "node:worker_threads";

const LIBRARIES = ["d3", "floating-ui", "katex", "lit", "uplot"];

if (isMainThread) register(import.meta.url);

/** @type {import("node:module").ResolveHook} */
export function resolve(name, context, next) {
  if (!LIBRARIES.includes(name)) return next(name, context);
  return { url: new URL(`../static/vendor/${name}.js`, import.meta.url).href, shortCircuit: true };
}
