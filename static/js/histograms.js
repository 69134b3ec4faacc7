// Histograms over a common range, so that they can be compared. Pure.

/** @import { Histogram } from "./types.js" */

/** The range that holds them all.
 * @type {(histograms: (Histogram | undefined)[]) => [low: number, high: number]} */
export function together(histograms) {
  let [low, high] = [Infinity, -Infinity];
  for (const histogram of histograms) {
    if (!histogram || histogram.low === null || histogram.high === null) continue;
    [low, high] = [Math.min(low, histogram.low), Math.max(high, histogram.high)];
  }
  if (low > high) return [-1, 1];
  return low < high ? [low, high] : [low - 0.5, high + 0.5];
}

/** A histogram's counts over another range, each bin shared among those that it overlaps.
 * @type {(histogram: Histogram | undefined, low: number, high: number, bins: number) => number[]} */
export function rebinned(histogram, low, high, bins) {
  const counts = new Array(bins).fill(0);
  if (!histogram || histogram.low === null || histogram.high === null) return counts;
  const width = (high - low) / bins;
  const own = (histogram.high - histogram.low) / histogram.counts.length;
  histogram.counts.forEach((count, index) => {
    if (count === 0) return;
    const from = (index * own + /** @type {number} */ (histogram.low) - low) / width;
    const to = from + own / width;
    const [first, last] = [Math.floor(from), Math.min(Math.ceil(to), bins) - 1];
    if (last <= first) counts[Math.min(Math.max(first, 0), bins - 1)] += count;
    else
      for (let bin = Math.max(first, 0); bin <= last; bin += 1)
        counts[bin] += (count * (Math.min(to, bin + 1) - Math.max(from, bin))) / (to - from);
  });
  return counts;
}
