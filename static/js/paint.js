// Painting data: points added, taken away, given another class. Points as values, and the patch that makes them the
// data.

/** @import { DatasetPoints, Experiment, Part, Patch, Points, Target } from "./types.js" */

/** @typedef {{ part: Part, index: number }} Spot one of the points */

const PARTS = /** @type {Part[]} */ (["train", "validation", "test"]);

/** Whether points can be painted: where a place on the picture says all about them.
 * @type {(points: DatasetPoints) => boolean} */
export const isPaintable = ({ columns, targets }) =>
  columns.join() === "x1,x2" || (columns.length === 1 && targets.kind === "regression");

/** The points with a further one to train on.
 * @type {(points: DatasetPoints, at: [number, number], target: number) => DatasetPoints} */
export function painted(points, at, target) {
  const curve = points.columns.length === 1;
  const {
    targets: { kind, classes },
  } = points;
  /** @type {Target} */
  const answer = curve
    ? at[1]
    : kind === "multilabel"
      ? (classes ?? []).map((_, label) => Number(label === target))
      : target;
  return changed(points, "train", (part) => ({
    points: [...part.points, curve ? [at[0]] : [...at]],
    targets: [...part.targets, answer],
  }));
}

/** The points without some of them.
 * @type {(points: DatasetPoints, gone: Spot[]) => DatasetPoints} */
export function erased(points, gone) {
  return gone.length === 0
    ? points
    : PARTS.reduce((left, name) => {
        const indices = new Set(gone.filter(({ part }) => part === name).map(({ index }) => index));
        if (indices.size === 0) return left;
        const stays = (/** @type {unknown} */ _, /** @type {number} */ index) => !indices.has(index);
        return changed(left, name, (part) => ({
          points: part.points.filter(stays),
          targets: part.targets.filter(stays),
        }));
      }, points);
}

/** The points with one of them in the next class; a number changes its sign.
 * @type {(points: DatasetPoints, spot: Spot) => DatasetPoints} */
export function flipped(points, { part: name, index }) {
  const { kind, classes } = points.targets;
  const count = Math.max(classes?.length ?? 2, 2);
  /** @type {(target: Target) => Target} */
  const next = (target) => {
    if (Array.isArray(target)) return target.map((holds) => 1 - holds);
    return kind === "regression" ? -target : (target + 1) % count;
  };
  return changed(points, name, (part) => ({
    points: part.points,
    targets: part.targets.map((target, at) => (at === index ? next(target) : target)),
  }));
}

/** @type {(points: DatasetPoints, name: Part, change: (part: Points) => Points) => DatasetPoints} */
function changed(points, name, change) {
  const part = points.parts[name] ?? { points: [], targets: [] };
  return { ...points, parts: { ...points.parts, [name]: change(part) } };
}

/** The patch that makes these points the data. The validation part is drawn again, with the same share.
 * @type {(points: DatasetPoints, experiment: Experiment) => Patch} */
export function paintedPatch({ parts, targets: { classes } }, { dataset }) {
  const [train, validation, test] = PARTS.map((name) => parts[name] ?? { points: [], targets: [] });
  const points = [...train.points, ...validation.points];
  return {
    dataset: {
      name: "points",
      points,
      targets: [...train.targets, ...validation.targets],
      test_points: test.points.length > 0 ? test.points : null,
      test_targets: test.points.length > 0 ? test.targets : null,
      test_fraction: 0,
      validation_fraction: validation.points.length / Math.max(points.length, 1),
      class_names: classes,
      samples: null,
      noise: 0,
      label_noise: 0,
      seed: dataset.seed,
      standardize: dataset.standardize,
    },
  };
}

/** Whether enough is left to learn from.
 * @type {(points: DatasetPoints) => boolean} */
export const isEnough = ({ parts }) => (parts.train?.points.length ?? 0) >= 2;
