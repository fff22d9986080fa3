// Large texts lie outside of V8's heap, which has to be told of them and to give them back.

import assert from 'node:assert/strict';
import { fixtureResult } from '../helpers/child.mjs';
import { startProgram } from '../helpers/program.mjs';
import { startServer } from '../helpers/server.mjs';
import { isSteady } from '../helpers/steady-memory.mjs';
import { test } from '../helpers/test.mjs';
import { startWsServer } from '../helpers/ws-server.mjs';
import { floodWith } from '../process/flood.mjs';

const MIB = 1024 * 1024;
const COUNT = 600;

for (const [name, character] of [
  ['of ASCII', 'a'],
  ['of other characters', '\u20ac'],
]) {
  test(`large texts ${name} that the program lets go of are given back`, async (t) => {
    const server = await startServer(t);
    const fixture = new URL('./fixtures/client.mjs', import.meta.url);
    const program = startProgram(t, fixture, [server.url]);
    const [, peer] = await Promise.all([program.ask({ name: 'open' }), server.peer()]);
    const rest = Buffer.from(character.repeat(MIB / Buffer.byteLength(character)));
    const sending = (async () => {
      for (let i = 0; i < COUNT; i++) {
        await peer.sendText(Buffer.concat([Buffer.from(String(i).padStart(8, '0')), rest]));
      }
    })();
    const reading = program.ask({ name: 'readNumbered', count: COUNT }, 60_000);
    assert.equal((await Promise.all([reading, sending]))[0], COUNT);
    // V8 collects for some 64 MiB outside of its heap, and begins before.
    const kept = await program.ask({ name: 'growthAtOnce' });
    assert.ok(kept < 256 * MIB, `${kept} bytes are kept of ${COUNT} MiB`);
    const growth = await program.ask({ name: 'growth' });
    assert.ok(growth < (isSteady ? 16 : 200) * MIB, `${growth} bytes more after ${COUNT} MiB`);
  }, 90_000);
}

test('large texts that workers have when they end are given back', async (t) => {
  const text = 'a'.repeat(512 * 1024 - 1) + 'z';
  const { url } = await startWsServer(t, { onConnection: (socket) => floodWith(socket, text) });
  const fixture = new URL('../process/fixtures/texts-in-workers.mjs', import.meta.url);
  const { growth } = await fixtureResult(fixture, { args: [url], deadline: 60_000 });
  // They were of 192 MiB.
  assert.ok(growth < 96 * MIB, `${growth} bytes more`);
}, 90_000);
