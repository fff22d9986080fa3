'use strict';

const { StringDecoder } = require('node:string_decoder');

/**
 * The messages that stdin holds. Reading waits while the consumer is busy, so that whoever writes
 * into the pipe waits, too.
 *
 * @param {{ binary?: boolean }} options
 * @returns {AsyncIterable<string | Uint8Array>}
 */
function messagesOf({ binary = false }) {
  return binary ? process.stdin : lines(process.stdin);
}

/**
 * @param {AsyncIterable<Buffer>} chunks
 * @returns {AsyncGenerator<string>} without their ends; a last line needs none
 */
async function* lines(chunks) {
  const decoder = new StringDecoder('utf8');
  /** @type {string[]} pieces of the line that has no end yet; joined once */
  let pieces = [];
  for await (const chunk of chunks) {
    const parts = decoder.write(chunk).split('\n');
    for (const part of parts.slice(0, -1)) {
      yield withoutReturn(pieces.concat(part).join(''));
      pieces = [];
    }
    pieces.push(/** @type {string} */ (parts.at(-1)));
  }
  const last = pieces.join('') + decoder.end();
  if (last !== '') yield withoutReturn(last);
}

/** @param {string} line perhaps typed on Windows */
function withoutReturn(line) {
  return line.endsWith('\r') ? line.slice(0, -1) : line;
}

/** Stops reading, so that the process can end. */
function releaseInput() {
  process.stdin.destroy();
}

module.exports = { lines, messagesOf, releaseInput };
