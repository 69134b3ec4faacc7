// The types of vendor/lit.js: lit with the directives that hatch_build.py bundles with it.
// Beware of styleMap: it first writes a style attribute, which our Content-Security-Policy refuses (lit issue 4719).
// Bind the property instead: html`<p .style=${`width: ${width}px`}>`.

export * from "lit/directives/class-map.js";
export * from "lit/directives/if-defined.js";
export * from "lit/directives/live.js";
export * from "lit/directives/ref.js";
export * from "lit/directives/repeat.js";
export * from "lit/directives/style-map.js";
export * from "../../../node_modules/lit/index.js"; // "lit" itself would mean this file
