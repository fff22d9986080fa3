// The tables of docs/performance.md. What is between the marks `<!-- bench -->` and `<!-- /bench -->` is written here, the rest by hand.

import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';

import { Failure, root } from '../../scripts/command.mjs';
import { groups } from '../cases/index.mjs';
import { libraries } from '../libraries.mjs';
import { read } from '../results.mjs';
import { show, showRatio } from './figures.mjs';

const file = path.join(root, 'docs', 'performance.md');
const START = '<!-- bench -->';
const END = '<!-- /bench -->';

const FRAME = `# Performance

How these figures are made: \`bench/README.md\`. The part between the marks is written by \`npm run bench -- --write-docs\`.

${START}
${END}
`;

/** Writes the tables of all results that are there. */
export function writeDocs() {
  const parts = ['node24', 'node26'].flatMap((name) => {
    const results = read(name);
    return results ? [section(name, results)] : [];
  });
  if (parts.length === 0) throw new Failure('no results yet: npm run bench');
  const old = existsSync(file) ? readFileSync(file, 'utf8') : FRAME;
  const start = old.indexOf(START);
  const end = old.indexOf(END);
  if (start < 0 || end < start) throw new Failure(`docs/performance.md has no ${START} ... ${END}`);
  const text = `${old.slice(0, start + START.length)}\n\n${parts.join('\n')}\n${old.slice(end)}`;
  writeFileSync(file, text);
  console.log(file);
}

/**
 * @param {string} name
 * @param {any} results
 */
function section(name, { node, machine, cases }) {
  const entries = Object.values(cases);
  const versions = new Map();
  for (const { peers } of entries) {
    for (const [peer, { version }] of Object.entries(peers)) {
      if (version) versions.set(peer, `${libraries[peer]?.title ?? peer} ${version}`);
    }
  }
  const commands = new Set(entries.map(({ command }) => `\`${command}\``));
  const dates = entries.map(({ date }) => date.slice(0, 10)).sort();
  const tables = Object.entries(groups).flatMap(([group, title]) => {
    const rows = entries.filter((entry) => entry.group === group);
    return rows.length > 0
      ? [`### ${title}, Node ${node}\n\n${table(rows)}\n${charts(name, rows)}`]
      : [];
  });
  return [
    `## Node ${node}\n`,
    `${machine.cores} cores (${machine.cpu}), ${machine.memoryGib} GiB, ${machine.system}, ${machine.rust}; ${dates[0]}${dates.at(-1) === dates[0] ? '' : ` to ${dates.at(-1)}`}.`,
    `${[...versions.values()].join(', ')}.`,
    `Command: ${[...commands].join(', ')}. Data: \`bench/results/${name}.json\`.\n`,
    ...tables,
  ].join('\n');
}

/**
 * @param {any[]} rows cases of one group
 */
function table(rows) {
  const present = Object.keys(libraries).filter((peer) =>
    rows.some(({ peers }) => peers[peer]?.median),
  );
  const head = ['case', ...present.map((peer) => libraries[peer].title), 'to ws'];
  const lines = rows.map(({ title, figures, peers }) => [
    title,
    ...present.map((peer) => cell(peers[peer], figures)),
    ratios(peers.websocketstream?.ratio, figures),
  ]);
  return [head, head.map(() => '---'), ...lines]
    .map((line) => `| ${line.join(' | ')} |`)
    .join('\n');
}

function cell(entry, figures) {
  if (!entry) return '';
  if (!entry.median) return entry.unavailable ? 'not available' : 'failed';
  return figures.map((figure) => show(figure, entry.median[figure])).join(', ');
}

function ratios(ratio, figures) {
  return ratio ? figures.map((figure) => showRatio(ratio[figure])).join(', ') : '';
}

/**
 * @param {string} name
 * @param {any[]} rows
 */
function charts(name, rows) {
  const names = [...new Set(rows.map(({ chart }) => chart))];
  return `\n${names.map((chart) => `![${chart}](../bench/results/${name}-${chart}.svg)`).join('\n')}\n`;
}
