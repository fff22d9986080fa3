/**
 * Median and tail of some figures.
 *
 * @param {ArrayLike<number>} figures
 */
export function quantiles(figures) {
  const sorted = Float64Array.from(figures).sort();
  const at = (share) =>
    sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? null;
  return { p50: at(0.5), p99: at(0.99), p999: at(0.999), max: at(1) };
}
