// The types of vendor/floating-ui.js.
export * from "@floating-ui/dom";
