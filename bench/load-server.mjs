// The load server as a child process.

import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';

import { programs } from './setup.mjs';

/** A running load server: its ports, and the authority that its certificate is signed by. */
export class LoadServer {
  #child;
  #folder;

  /** Starts a server and waits until it listens. */
  static async start() {
    const folder = mkdtempSync(path.join(tmpdir(), 'websocketstream-bench-'));
    const child = spawn(programs.loadServer, [path.join(folder, 'ca.pem')], {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    const listening = await new Promise((resolve, reject) => {
      child.on('error', reject);
      child.on('exit', (code) => reject(new Error(`the load server ended with ${code}`)));
      createInterface({ input: child.stdout }).once('line', (line) => resolve(JSON.parse(line)));
    });
    return new LoadServer(child, folder, listening);
  }

  /**
   * @param {import('node:child_process').ChildProcess} child
   * @param {string} folder
   * @param {{ plain: number, tls: number, ca: string }} listening
   */
  constructor(child, folder, { plain, tls, ca }) {
    this.#child = child;
    this.#folder = folder;
    this.plain = plain;
    this.tls = tls;
    this.ca = ca;
  }

  /** Stops the server. */
  async stop() {
    const ended = new Promise((resolve) => this.#child.once('exit', resolve));
    this.#child.stdin.end();
    await ended;
    rmSync(this.#folder, { recursive: true, force: true });
  }
}
