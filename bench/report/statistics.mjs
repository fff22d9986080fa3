// Medians and ratios.

/**
 * The figures of one round, per message.
 *
 * @param {any} round
 * @returns {Record<string, number | null>}
 */
export function figuresOf(round) {
  const { messages, seconds, mainMicros, totalMicros, latencyMicros = {} } = round;
  const per = (amount) => (messages > 0 && amount != null ? amount / messages : null);
  return {
    rate: seconds > 0 ? messages / seconds : null,
    main: per(mainMicros),
    total: per(totalMicros),
    memory: round.bytesPerConnection ?? null,
    peak: round.peakRssBytes ?? null,
    p50: latencyMicros.p50 ?? null,
    p99: latencyMicros.p99 ?? null,
    p999: latencyMicros.p999 ?? null,
    max: latencyMicros.max ?? null,
  };
}

/**
 * Adds to each library its medians, and the medians of its ratios to `ws` in the same round.
 *
 * @param {Record<string, import('../measure.mjs').Measured>} measured
 */
export function summarize(measured) {
  const figures = Object.fromEntries(
    Object.entries(measured).map(([name, { rounds }]) => [
      name,
      rounds.map((round) => round && figuresOf(round)),
    ]),
  );
  for (const [name, entry] of Object.entries(measured)) {
    const own = figures[name];
    const whole = own.filter(Boolean);
    if (whole.length === 0) continue;
    const keys = Object.keys(whole[0]);
    entry.median = pick(keys, (key) => median(whole.map((round) => round[key])));
    if (!figures.ws) continue;
    entry.ratio = pick(keys, (key) =>
      median(own.map((round, at) => quotient(round?.[key], figures.ws[at]?.[key]))),
    );
  }
}

/**
 * @param {(number | null | undefined)[]} values
 * @returns {number | null} null when there are none
 */
export function median(values) {
  const sorted = values.filter((value) => value != null).sort((a, b) => a - b);
  if (sorted.length === 0) return null;
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

function quotient(value, base) {
  return value == null || !base ? null : value / base;
}

function pick(keys, value) {
  return Object.fromEntries(keys.map((key) => [key, value(key)]));
}
