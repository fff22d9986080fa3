// The table at the end of the feed.

import { MESSAGE_BYTES } from './numbered-message.mjs';

/**
 * @typedef {{ count: number, lost: number, outOfOrder: number, damaged: number, seconds: number }} Way
 * @param {{ feed: Way, replies: Way, peakRss: number, close: string }} outcome
 */
export function printReport({ feed, replies, peakRss, close }) {
  const rows = [HEADINGS, cells('received', feed), cells('sent', replies)];
  const widths = HEADINGS.map((_, column) => Math.max(...rows.map((row) => row[column].length)));
  const table = rows.map((row) => row.map((cell, at) => align(cell, widths[at], at)).join('  '));
  process.stdout.write(
    `\n${table.join('\n')}\n\npeak RSS ${(peakRss / MIB).toFixed(0)} MiB, closed with ${close}\n`,
  );
}

const MIB = 1024 * 1024;
const HEADINGS = [
  '',
  'messages',
  'seconds',
  'messages/s',
  'MiB/s',
  'lost',
  'out of order',
  'damaged',
];

/**
 * @param {string} name
 * @param {Way} way
 * @returns {string[]}
 */
function cells(name, { count, lost, outOfOrder, damaged, seconds }) {
  const rate = count / seconds;
  return [
    name,
    count.toLocaleString('en'),
    seconds.toFixed(2),
    Math.round(rate).toLocaleString('en'),
    ((rate * MESSAGE_BYTES) / MIB).toFixed(1),
    lost.toLocaleString('en'),
    outOfOrder.toLocaleString('en'),
    damaged.toLocaleString('en'),
  ];
}

/**
 * @param {string} cell
 * @param {number} width
 * @param {number} column names stand on the left, figures on the right
 */
function align(cell, width, column) {
  return column === 0 ? cell.padEnd(width) : cell.padStart(width);
}
