// Whether a fix of the doctor has helped: judged by the finding, and by the score on data that were not trained on.

/** @import { Diagnosis, Finding, Fix, Score } from "./types.js" */

/** A fix that was applied against a finding: what was known just before, and the epoch from which it is judged.
 * @typedef {{ finding: Finding, fix: Fix, before: Diagnosis, diverged: boolean, epoch: number,
 *    change: object | null }} Treatment */

/** @typedef {"early" | "helped" | "same" | "worse"} Outcome */

/** @typedef {{ outcome: Outcome, gone: boolean, part: string, before: Score, after: Score,
 *    found: string[] }} Verdict */

const LEAST_SHARE = 0.02;
const LEAST_ERROR = 0.05; // of the error before
const LOSS_RATIO = 1.25;
const PARTS = ["validation", "test", "train"];

/** What a treatment has done so far; `over`: whether training has ended, so that nothing more is to come.
 * @type {(treatment: Treatment, now: Diagnosis, over: boolean, diverged: boolean) => Verdict | null} */
export function verdict({ finding, fix, before, diverged: hadDiverged, epoch }, now, over, diverged) {
  const part = PARTS.find((name) => name in before.scores && name in now.scores);
  if (!part) return null;
  const [was, is] = [before.scores[part], now.scores[part]];
  const gone = now.findings.every(({ name }) => name !== finding.name);
  const found = now.findings
    .filter(({ name }) => before.findings.every((old) => old.name !== name))
    .map(({ label }) => label);
  const told = { gone, part, before: was, after: is, found };
  if (fix.needs_reset && now.run === before.run) return { ...told, outcome: "early" }; // the new run has not begun
  if (diverged) return { ...told, outcome: hadDiverged ? "same" : "worse" };
  if (now.epoch < epoch && !over) return { ...told, outcome: "early" };
  const change = compared(was, is, comparableLoss(fix));
  if (change < 0) return { ...told, outcome: "worse" };
  return { ...told, outcome: change > 0 || (gone && found.length === 0) ? "helped" : "same" };
}

/** 1 if a score is clearly better than before, -1 if it is clearly worse, else 0; the loss decides where the measure
 * does not.
 * @type {(before: Score, after: Score, losses: boolean) => number} */
function compared(before, after, losses) {
  if (after.value === null || before.value === null)
    return Number(before.value === null) - Number(after.value === null);
  const share = isShare(before);
  const least = share ? LEAST_SHARE : LEAST_ERROR * before.value;
  const gain = (after.value - before.value) * (share ? 1 : -1);
  if (Math.abs(gain) > Math.max(least, Math.hypot(before.noise ?? 0, after.noise ?? 0))) return Math.sign(gain);
  if (!losses || !before.loss || !after.loss) return 0;
  if (after.loss > LOSS_RATIO * before.loss) return -1;
  return after.loss * LOSS_RATIO < before.loss ? 1 : 0;
}

/** Whether a fix leaves the loss what it was, so that its values can be compared. @param {Fix} fix */
const comparableLoss = ({ patch }) =>
  !["loss", "output", "class_weight", "dataset", "label_smoothing"].some((field) => field in patch);

/** Whether the measure is a share of right answers. @param {Score} score */
export const isShare = ({ measure }) => measure.endsWith("accuracy");
