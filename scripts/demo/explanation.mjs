// Errors in one line.

/**
 * Says in one line what went wrong: the message, then what caused it if that adds anything.
 *
 * @param {unknown} error
 * @returns {string}
 */
export function explain(error) {
  if (!(error instanceof Error)) return String(error);
  const parts = [error.message || error.name];
  const cause = error.cause;
  if (cause instanceof Error && !error.message.includes(cause.message)) parts.push(cause.message);
  const code = cause?.code;
  if (code && !parts.some((part) => part.includes(code))) parts.push(`(${code})`);
  return parts.join(' ').replaceAll(/\s+/g, ' ');
}

/**
 * Describes a close code and its reason.
 *
 * @param {{ closeCode: number | null, reason: string }} info
 * @returns {string}
 */
export function describeClose({ closeCode, reason }) {
  const meaning = MEANINGS[closeCode];
  const code = `${closeCode ?? 'no code'}${meaning ? ` (${meaning})` : ''}`;
  return reason ? `${code}: ${reason}` : code;
}

/** Close codes that people meet, in the words of RFC 6455 section 7.4.1 made shorter. */
const MEANINGS = {
  1000: 'normal closure',
  1001: 'going away',
  1002: 'protocol error',
  1003: 'unsupported data',
  1005: 'no code was given',
  1006: 'ended without a Close frame',
  1007: 'invalid text',
  1008: 'policy violation',
  1009: 'message too big',
  1011: 'server error',
  1012: 'service restart',
  1013: 'try again later',
};
