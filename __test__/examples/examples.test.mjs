import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { runFixture } from '../helpers/child.mjs';
import { test } from '../helpers/test.mjs';

const DEADLINE_MS = 60_000;
const folder = new URL('../../examples/', import.meta.url);

/** What each example has to print. */
const outputs = {
  'abort.mjs':
    /a signal with a time limit: TimeoutError.*\n.*the user went away\n.*HANDSHAKE_TIMEOUT/,
  'backpressure.mjs': /read 50000 of 50000, closed with \{ closeCode: 1000/,
  'echo-client.mjs':
    /sent Grüße received Grüße\n.*\nclosed with \{ closeCode: 1000, reason: 'done' \}/s,
  'file-transfer.mjs': /upload: 1000 hash compared\ndownload: hash is the same/,
  'graphql.mjs': /Hello World\n(countdown \d\n){4}$/,
  'market-feed.mjs': /every trade: 20000 of 20000, in order/,
  'mqtt.mjs': /room\/kitchen: 21\nroom\/attic: 17/,
  'opentelemetry.mjs': /"websocket.round_trip_ms".*"status": "error"/s,
  'pipe-through.mjs': /average.*closed with \{ closeCode: 1000, reason: 'end of the day' \}/s,
  'realtime-api.mjs':
    /without the key: 401\n.*Streams pass the pressure on from end to end \.\n2 connections/s,
  'reconnect.mjs': /30 messages in order over 7 attempts/,
  'speech.mjs': /played 2 s\nclosed with \{ closeCode: 1000, reason: 'all heard' \}/,
};

/** Those that need what not every machine has, and the module that the others import. */
const elsewhere = ['devtools.mjs', 'local-server.mjs'];

for (const [name, output] of Object.entries(outputs)) {
  test(
    `the example ${name} does what it says`,
    async () => {
      const { code, stdout, stderr } = await runFixture(new URL(name, folder), {
        deadline: DEADLINE_MS,
      });
      assert.equal(stderr, '');
      assert.match(stdout, output);
      assert.equal(code, 0);
    },
    DEADLINE_MS,
  );
}

test('every example is run by a test', () => {
  const files = readdirSync(folder).filter((name) => name.endsWith('.mjs'));
  assert.deepEqual(files.sort(), [...Object.keys(outputs), ...elsewhere].sort());
});
