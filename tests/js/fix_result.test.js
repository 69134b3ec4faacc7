// Whether a fix has helped: by the finding and by the score, whatever the finding and the fix.

import assert from "node:assert/strict";
import { test } from "node:test";
import { verdict } from "../../static/js/fix_result.js";

const finding = {
  name: "overfitting",
  label: "Overfitting",
  severity: "warning",
  layers: [],
  evidence: {},
  summary: "",
  cause: "",
  fixes: [],
};
const underfitting = { ...finding, name: "underfitting", label: "Underfitting" };

let runs = 0;

/** @param {number | null} value @param {any[]} [findings] @param {Record<string, any>} [score] @param {number} [epoch]
 * @returns {any} */
const diagnosis = (value, findings = [], score = {}, epoch = 300) => ({
  run: `run ${++runs}`,
  epoch,
  findings,
  scores: {
    train: { measure: "accuracy", value: 1, noise: 0, loss: 0.1 },
    test: { measure: "accuracy", value, noise: 0.03, loss: 0.5, ...score },
  },
});

/** @param {any} now @param {any} [more] @param {boolean} [over] @param {boolean} [diverged] */
function outcome(now, more = {}, over = false, diverged = false) {
  const treatment = {
    finding,
    fix: { label: "", patch: { layers: [] }, needs_reset: true },
    before: diagnosis(0.747, [finding]),
    diverged: false,
    epoch: 300,
    change: null,
  };
  return verdict(/** @type {any} */ ({ ...treatment, ...more }), now, over, diverged)?.outcome;
}

test("a fix that ruins the score made things worse, though the finding is gone", () => {
  assert.equal(outcome(diagnosis(0.533)), "worse");
  assert.equal(outcome(diagnosis(0.533, [underfitting])), "worse");
  assert.equal(outcome(diagnosis(0.74, [], { loss: 2 })), "worse", "by the loss where the accuracy is as it was");
});

test("a fix helped if the score is better, or the problem is gone at no cost", () => {
  assert.equal(outcome(diagnosis(0.85)), "helped");
  assert.equal(outcome(diagnosis(0.85, [finding])), "helped");
  assert.equal(outcome(diagnosis(0.75)), "helped");
});

test("a fix did not help if the problem is still there, or another one came in its place", () => {
  assert.equal(outcome(diagnosis(0.75, [finding])), "same");
  assert.equal(outcome(diagnosis(0.75, [underfitting])), "same");
});

test("nothing is said too early, unless training has ended", () => {
  assert.equal(outcome(diagnosis(0.9, [], {}, 100)), "early");
  assert.equal(outcome(diagnosis(0.9, [], {}, 100), {}, true), "helped");
  assert.equal(outcome(diagnosis(0.9, [], {}, 100), {}, false, true), "worse", "a run that diverged");
});

test("what was known of the old run says nothing of the new one", () => {
  const before = diagnosis(0.747, [finding], {}, 300);
  assert.equal(outcome(before, { before }), "early");
  assert.equal(outcome(before, { before, diverged: true }, true, true), "early");
});

test("an error is better when it is smaller, and numbers that are not finite are worst", () => {
  const measure = { measure: "mean_absolute_error" };
  const before = { ...diagnosis(5, [finding], measure) };
  assert.equal(outcome(diagnosis(3, [], measure), { before }), "helped");
  assert.equal(outcome(diagnosis(8, [], measure), { before }), "worse");
  assert.equal(outcome(diagnosis(null, [], measure), { before }), "worse");
  assert.equal(outcome(diagnosis(8, [], measure), { before: diagnosis(null, [finding], measure) }), "helped");
});

test("losses are not compared when the fix changes what the loss is", () => {
  const fix = { label: "", patch: { class_weight: "balanced" }, needs_reset: true };
  assert.equal(outcome(diagnosis(0.75, [], { loss: 2 }), { fix }), "helped");
});
