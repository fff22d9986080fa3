// Bar charts as SVG: one file for each chart name, a block of bars for each case, a column for each of the first two figures.

import { writeFileSync } from 'node:fs';
import path from 'node:path';

import { libraries } from '../libraries.mjs';
import { folder } from '../results.mjs';
import { figures, show } from './figures.mjs';

/** One colour for each library, told apart by people who see few colours too. */
const COLOURS = {
  websocketstream: '#d55e00',
  'websocketstream-shared': '#e69f00',
  ws: '#0072b2',
  undici: '#56b4e9',
  node: '#009e73',
  deno: '#777777',
  bun: '#cc79a7',
  limit: '#bbbbbb',
};

const BAR = 16;
const HEAD = 26;
const LABEL = 200;
const COLUMN = 330;

/**
 * Writes the charts of all cases that the results have.
 *
 * @param {import('../results.mjs').Results} results
 */
export function writeCharts(results) {
  /** @type {Map<string, any[]>} */
  const charts = new Map();
  for (const entry of Object.values(results.data.cases)) {
    charts.set(entry.chart, [...(charts.get(entry.chart) ?? []), entry]);
  }
  for (const [name, entries] of charts) {
    writeFileSync(path.join(folder, `${results.name}-${name}.svg`), chart(name, entries));
  }
}

/**
 * @param {string} name
 * @param {any[]} entries cases of the results
 */
function chart(name, entries) {
  const shown = entries[0].figures.slice(0, 2);
  const parts = [];
  let top = 30;
  for (const { title, peers } of entries) {
    const rows = Object.entries(peers).filter(([, { median }]) => median);
    if (rows.length === 0) continue;
    parts.push(text(8, top + 16, title, 'font-weight="bold"'));
    rows.forEach(([peer, { median }], at) => {
      const y = top + HEAD + at * BAR;
      parts.push(text(LABEL - 8, y + 11, libraries[peer]?.title ?? peer, 'text-anchor="end"'));
      shown.forEach((figure, column) => {
        const most = Math.max(...rows.map(([, row]) => row.median[figure] ?? 0));
        parts.push(bar(LABEL + column * COLUMN, y, median[figure], most, figure, COLOURS[peer]));
      });
    });
    top += HEAD + rows.length * BAR + 8;
  }
  const heads = shown.map((figure, column) => {
    const { title, more } = figures[figure];
    const note = `${title} (${more ? 'more' : 'less'} is better)`;
    return text(LABEL + column * COLUMN, 18, note, 'fill="#555"');
  });
  const width = LABEL + shown.length * COLUMN;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${top}" width="${width}" height="${top}" role="img" aria-label="${escape(name)}" font-family="sans-serif" font-size="11">`,
    `<rect width="${width}" height="${top}" fill="#fff"/>`,
    ...heads,
    ...parts,
    '</svg>\n',
  ].join('\n');
}

/**
 * @param {number} x
 * @param {number} y
 * @param {number | null} value
 * @param {number} most
 * @param {string} figure
 * @param {string} colour
 */
function bar(x, y, value, most, figure, colour) {
  if (value == null) return text(x, y + 11, '-', 'fill="#555"');
  const width = most > 0 ? Math.max(1, (value / most) * (COLUMN - 80)) : 1;
  return `<rect x="${x}" y="${y}" width="${width.toFixed(1)}" height="${BAR - 4}" fill="${colour}"/>${text(x + width + 4, y + 11, show(figure, value))}`;
}

function text(x, y, content, attributes = '') {
  return `<text x="${x.toFixed(1)}" y="${y}" ${attributes}>${escape(content)}</text>`;
}

function escape(content) {
  return content.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');
}
