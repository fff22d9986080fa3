// One direction, as fast as it goes: every size, kind and transport.

const SIZES = {
  16: '16 B',
  64: '64 B',
  256: '256 B',
  1024: '1 KiB',
  4096: '4 KiB',
  16384: '16 KiB',
  65536: '64 KiB',
  262144: '256 KiB',
  1048576: '1 MiB',
};

const WORDS = {
  16: '16',
  64: '64',
  256: '256',
  1024: '1k',
  4096: '4k',
  16384: '16k',
  65536: '64k',
  262144: '256k',
  1048576: '1m',
};

/** What compresses is text, and a message must be long enough for it. */
const DEFLATED_SIZES = [1024, 16384, 262144, 1048576];

/** Text that is not ASCII has to be decoded. */
const DECODED_SIZES = [1024, 16384, 262144];

export const receiveCases = throughput('receive');
export const sendCases = throughput('send');

/**
 * @param {'receive' | 'send'} workload
 * @returns {import('./index.mjs').Case[]}
 */
function throughput(workload) {
  const list = [];
  for (const transport of ['plain', 'tls', 'deflate']) {
    for (const [kind, sizes] of kindsOver(transport, workload)) {
      for (const size of sizes) {
        list.push({
          id: `${workload}/${kind}/${WORDS[size]}/${transport}`,
          title: `${workload} ${kind} ${SIZES[size]}${transport === 'plain' ? '' : ` ${transport}`}`,
          group: workload,
          chart: `${workload}-${kind}-${transport}`,
          figures: ['rate', 'main'],
          shared: workload === 'receive' && kind === 'binary',
          limit: transport !== 'deflate',
          specification: {
            workload,
            kind,
            size,
            tls: transport === 'tls',
            deflate: transport === 'deflate',
          },
        });
      }
    }
  }
  return list;
}

/**
 * @param {string} transport
 * @param {'receive' | 'send'} workload
 * @returns {[string, number[]][]} kinds of messages, and their sizes
 */
function kindsOver(transport, workload) {
  if (transport === 'deflate') return [['text', DEFLATED_SIZES]];
  const all = Object.keys(SIZES).map(Number);
  const decoded = transport === 'plain' && workload === 'receive' ? DECODED_SIZES : [];
  return [
    ['text', all],
    ['chinese', decoded],
    ['binary', all],
  ];
}
