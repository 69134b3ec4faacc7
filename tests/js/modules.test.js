// How the page's modules hang together: read from their imports.
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { test } from "node:test";

const ROOT = new URL("../../static/js/", import.meta.url);
const IMPORT = /^(?:import|export|\}) [^;]*?from "(\.[^"]+)"|^import "(\.[^"]+)"|import\("(\.[^"]+)"\)/gm;

/** The modules that each module imports, by their paths under static/js. Comments, and so types, are left out. */
const imports = new Map(
  readdirSync(ROOT, { recursive: true, encoding: "utf8" })
    .map((path) => path.replaceAll("\\", "/"))
    .filter((path) => path.endsWith(".js"))
    .map((path) => [path, importsOf(path)]),
);

/** @param {string} path */
function importsOf(path) {
  const text = readFileSync(new URL(path, ROOT), "utf8").replace(/\/\*\*[\s\S]*?\*\//g, "");
  return [...text.matchAll(IMPORT)].map(([, one, other, late]) =>
    new URL(one ?? other ?? late, new URL(path, ROOT)).href.slice(ROOT.href.length),
  );
}

/** The way from a module back to a module that is on the way already; null if there is none.
 * @type {(path: string, way?: string[], done?: Set<string>) => string[] | null} */
function circle(path, way = [], done = new Set()) {
  if (way.includes(path)) return [...way.slice(way.indexOf(path)), path];
  if (done.has(path)) return null;
  for (const next of imports.get(path) ?? []) {
    const found = circle(next, [...way, path], done);
    if (found) return found;
  }
  done.add(path);
  return null;
}

/** @param {string} path */
const folderOf = (path) => path.slice(0, path.lastIndexOf("/"));

test("the imports of all modules are found", () => {
  const reached = new Set(["main.js"]);
  for (const path of reached) {
    for (const next of imports.get(path) ?? []) reached.add(next);
  }
  assert.deepEqual(
    [...imports.keys()].filter((path) => !reached.has(path)),
    [],
  );
  assert.deepEqual(
    [...reached].filter((path) => !imports.has(path)),
    [],
  );
});

test("no module imports itself by way of others", () => {
  assert.equal([...imports.keys()].map((path) => circle(path)?.join(" -> ")).find(Boolean), undefined);
});

test("a panel imports its own folder and panels/shared, and no other panel", () => {
  const across = [...imports].flatMap(([path, targets]) =>
    path.startsWith("panels/")
      ? targets
          .filter((to) => to.startsWith("panels/") && ![folderOf(path), "panels/shared"].includes(folderOf(to)))
          .map((to) => `${path} -> ${to}`)
      : [],
  );
  assert.deepEqual(across, []);
});

test("only main.js imports panels", () => {
  const others = [...imports].filter(
    ([path, targets]) =>
      path !== "main.js" && !path.startsWith("panels/") && targets.some((to) => to.startsWith("panels/")),
  );
  assert.deepEqual(
    others.map(([path]) => path),
    [],
  );
});
