// What a run shows while it goes.

import { libraries } from '../libraries.mjs';
import { show, showRatio } from './figures.mjs';

/**
 * Shows the table of one case.
 *
 * @param {import('../cases/index.mjs').Case} testCase
 * @param {Record<string, import('../measure.mjs').Measured>} measured
 * @returns {boolean} whether our own library failed; a peer that fails is a result
 */
export function showCase(testCase, measured) {
  const columns = columnsOf(testCase);
  const rows = [['', ...columns.map((column) => column.title)]];
  const notes = [];
  for (const [name, { median, ratio, unavailable, error }] of Object.entries(measured)) {
    if (unavailable) notes.push(`${name}: unavailable, ${unavailable.slice(0, 160)}`);
    if (error) notes.push(`${name}: FAILED ${error}`);
    if (median) rows.push([name, ...columns.map((column) => column.cell(median, ratio ?? {}))]);
  }
  const widths = rows[0].map((_, at) => Math.max(...rows.map((row) => row[at].length)));
  for (const row of rows) {
    console.log(
      row
        .map((cell, at) => pad(cell, widths[at], at))
        .join('  ')
        .trimEnd(),
    );
  }
  notes.forEach((note) => console.log(note));
  return Object.entries(measured).some(
    ([name, { error }]) => error && libraries[name].program === 'websocketstream',
  );
}

/**
 * @param {import('../cases/index.mjs').Case} testCase
 */
function columnsOf({ figures }) {
  const shown = [
    ...new Set([...figures, ...(figures.includes('memory') ? [] : ['main', 'total']), 'peak']),
  ];
  const columns = shown.map((name) => ({
    title: name,
    cell: (median) => show(name, median[name]),
  }));
  const ratios = figures.slice(0, 2).map((name) => ({
    title: `${name}/ws`,
    cell: (_, ratio) => showRatio(ratio[name]),
  }));
  return [...columns, ...ratios];
}

function pad(text, width, column) {
  return column === 0 ? text.padEnd(width) : text.padStart(width);
}
