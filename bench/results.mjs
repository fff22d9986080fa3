// The results of a run as a file: one for each Node line, and one for narrowed runs, which are no basis for a document.

import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';

import { capture } from '../scripts/command.mjs';
import { bench } from './setup.mjs';

/** Where results are. */
export const folder = path.join(bench, 'results');

/** The file of a run, written after every case. */
export class Results {
  /**
   * @param {{ narrowed: boolean, keep: boolean, node: string }} options
   */
  static open({ narrowed, keep, node }) {
    const name = narrowed && !keep ? `partial-node${node}` : `node${node}`;
    const old = keep ? read(name) : undefined;
    return new Results(name, {
      node: nodeVersion(node),
      machine: machine(),
      cases: old?.cases ?? {},
    });
  }

  /**
   * @param {string} name
   * @param {any} data
   */
  constructor(name, data) {
    this.name = name;
    this.data = data;
    this.file = path.join(folder, `${name}.json`);
  }

  /**
   * @param {import('./cases/index.mjs').Case} testCase
   * @param {Record<string, import('./measure.mjs').Measured>} peers
   */
  add({ id, title, group, chart, figures }, peers) {
    const date = new Date().toISOString();
    const command = ['npm run bench --', ...process.argv.slice(2)].join(' ');
    this.data.cases[id] = { title, group, chart, figures, date, command, peers };
    mkdirSync(folder, { recursive: true });
    writeFileSync(`${this.file}.tmp`, `${JSON.stringify(this.data, null, 1)}\n`);
    renameSync(`${this.file}.tmp`, this.file);
  }
}

/**
 * The results of an earlier run, if there are any.
 *
 * @param {string} name
 */
export function read(name) {
  try {
    return JSON.parse(readFileSync(path.join(folder, `${name}.json`), 'utf8'));
  } catch (error) {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  }
}

/** @param {string} line such as `24` */
function nodeVersion(line) {
  const { dependencies } = JSON.parse(readFileSync(path.join(bench, 'package.json'), 'utf8'));
  return dependencies[`node-${line}`].split('@').at(-1);
}

function machine() {
  const cpus = os.cpus();
  return {
    cpu: cpus[0]?.model.trim() ?? 'unknown',
    cores: cpus.length,
    memoryGib: Math.round(os.totalmem() / 2 ** 30),
    system: `${os.type()} ${os.release().split('-')[0]} ${os.arch()}`,
    rust: capture('rustc', ['--version']).stdout.trim(),
  };
}
