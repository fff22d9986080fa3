// `node bench/stalled.mjs`: how much a connection takes in while its reader, or the server, does not read.
//
// A client gets 200,000 messages of 1 KiB from a server that sends as fast as it can, and reads nothing for 3 s; or sends as many to
// a server that does not read. Shown is what went into the client program beyond what its kernel holds, how far its memory grew, and
// that afterwards every message arrives in its place. The kernel's own tables tell where the bytes are (Linux only).

import { parseArgs } from 'node:util';

import { Failure, main } from '../scripts/command.mjs';
import { runClient } from './client.mjs';
import { LoadServer } from './load-server.mjs';
import { prepare } from './setup.mjs';

const PEERS = ['websocketstream', 'ws', 'undici', 'deno'];
const MIB = 2 ** 20;

/** The most that may be taken in, and the most that memory may grow by. */
const ACCEPTED_MIB = 1;
const GROWN_MIB = 8;

main(async () => {
  const { values } = parseArgs({
    options: {
      count: { type: 'string', default: '200000' },
      node: { type: 'string', default: '24' },
      peers: { type: 'string', default: PEERS.join(',') },
      seconds: { type: 'string', default: '3' },
      tls: { type: 'boolean', default: false },
    },
  });
  if (process.platform !== 'linux') throw new Failure('only Linux tells where the bytes are');
  await prepare();
  const server = await LoadServer.start();
  try {
    for (const workload of ['stalled-reader', 'stalled-writer']) {
      console.log(`\n${workload}, ${values.count} messages of 1 KiB, ${values.seconds} s`);
      for (const peer of values.peers.split(',')) {
        const result = await runClient(peer, values.node, server, {
          workload,
          kind: 'text',
          size: 1024,
          count: Number(values.count),
          ms: Number(values.seconds) * 1000,
          tls: values.tls,
        });
        show(peer, result);
      }
    }
  } finally {
    await server.stop();
  }
});

/**
 * @param {string} peer
 * @param {Record<string, any>} result
 */
function show(peer, { error, unavailable, acceptedBytes, grownBytes, messages, seconds }) {
  if (error || unavailable) {
    console.log(`${peer.padEnd(16)} ${error ?? unavailable}`);
    if (error && peer === 'websocketstream') process.exitCode = 1;
    return;
  }
  const accepted = acceptedBytes / MIB;
  const grown = grownBytes / MIB;
  const good = accepted <= ACCEPTED_MIB && grown <= GROWN_MIB;
  console.log(
    [
      peer.padEnd(16),
      good ? 'ok  ' : 'OVER',
      `taken in ${accepted.toFixed(2)} MiB (at most ${ACCEPTED_MIB})`,
      `memory +${grown.toFixed(1)} MiB (at most ${GROWN_MIB})`,
      `then ${messages} messages, none lost, in ${seconds.toFixed(2)} s`,
    ].join('  '),
  );
  if (!good && peer === 'websocketstream') process.exitCode = 1;
}
