// The libraries that are compared, and how the client program of each is started.

import path from 'node:path';

import { bench, programs } from './setup.mjs';

/**
 * @typedef {object} Library
 * @property {string} title
 * @property {string} program            Name of a file in `peers/libraries/`, or `limit`.
 * @property {boolean} [shared]          With `sharedBuffers: true`; only where a case says that it matters.
 * @property {(node: string) => string[]} command
 */

/** @type {Record<string, Library>} */
export const libraries = {
  websocketstream: { title: 'websocketstream', program: 'websocketstream', command: nodeCommand },
  'websocketstream-shared': {
    title: 'websocketstream, sharedBuffers',
    program: 'websocketstream',
    shared: true,
    command: nodeCommand,
  },
  ws: { title: 'ws', program: 'ws', command: nodeCommand },
  undici: { title: 'undici WebSocketStream', program: 'undici', command: nodeCommand },
  node: { title: 'Node WebSocket', program: 'node', command: nodeCommand },
  deno: { title: 'Deno WebSocketStream', program: 'deno', command: denoCommand },
  bun: { title: 'Bun WebSocket', program: 'bun', command: bunCommand },
  limit: {
    title: 'limit (no JavaScript)',
    program: 'limit',
    command: () => [programs.limitClient],
  },
};

/**
 * What the environment of a client has beyond that of this process.
 *
 * @param {string} ca file with the authority that the load server is trusted by
 */
export function environment(ca) {
  return {
    DENO_CERT: ca,
    DENO_NO_UPDATE_CHECK: '1',
    NODE_EXTRA_CA_CERTS: ca,
    NODE_NO_WARNINGS: '1',
    NO_COLOR: '1',
  };
}

const client = path.join(bench, 'peers', 'client.mjs');

/** @param {string} line such as `24` */
function nodeCommand(line) {
  return [modulePath(`node-${line}/bin/node`), '--expose-gc', client];
}

function denoCommand() {
  const flags = ['--allow-all', '--unstable-net', '--no-lock', '--v8-flags=--expose-gc'];
  return [modulePath('.bin/deno'), 'run', ...flags, client];
}

function bunCommand() {
  return [modulePath('.bin/bun'), client];
}

/** @param {string} file */
function modulePath(file) {
  return path.join(bench, 'node_modules', process.platform === 'win32' ? `${file}.exe` : file);
}
