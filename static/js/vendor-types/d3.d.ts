// The types of vendor/d3.js.
export * from "d3-contour";
