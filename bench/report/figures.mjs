// What is compared, with its name and how it is written.

/**
 * @typedef {object} Figure
 * @property {string} title
 * @property {(value: number) => string} format
 * @property {boolean} [more]  Whether more is better.
 */

/** @type {Record<string, Figure>} */
export const figures = {
  rate: { title: 'per second', format: count, more: true },
  main: { title: 'main thread per message', format: micros },
  total: { title: 'all threads per message', format: micros },
  memory: { title: 'memory per connection', format: (bytes) => `${(bytes / 1000).toFixed(1)} KB` },
  peak: { title: 'peak memory', format: (bytes) => `${(bytes / 1e6).toFixed(0)} MB` },
  p50: { title: 'p50', format: micros },
  p99: { title: 'p99', format: micros },
  p999: { title: 'p99.9', format: micros },
  max: { title: 'longest', format: micros },
};

/**
 * A figure as text, or a dash.
 *
 * @param {string} name
 * @param {number | null | undefined} value
 */
export function show(name, value) {
  return value == null ? '-' : figures[name].format(value);
}

/** @param {number | null | undefined} ratio */
export function showRatio(ratio) {
  if (ratio == null) return '-';
  return `${ratio.toFixed(ratio < 0.1 ? 3 : ratio < 10 ? 2 : 1)}x`;
}

/** @param {number} value */
function count(value) {
  if (value >= 1e6) return `${(value / 1e6).toFixed(value < 1e7 ? 2 : 1)} M`;
  if (value >= 1e3) return `${(value / 1e3).toFixed(value < 1e4 ? 1 : 0)} k`;
  return value.toFixed(0);
}

/** @param {number} value */
function micros(value) {
  if (value >= 10_000) return `${(value / 1000).toFixed(1)} ms`;
  return `${value.toFixed(value < 1 ? 3 : value < 10 ? 2 : value < 100 ? 1 : 0)} us`;
}
