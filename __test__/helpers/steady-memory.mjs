// How a process is started whose resident memory shall tell what is kept. Without these settings it
// also tells how much garbage there once was: V8 allocates the bytes of each ArrayBuffer with glibc's
// malloc, which learns from the first large one that is freed to take all up to that size from its
// heap, and gives a heap back from its end only. docs/reliability.md has the figures.

import { readFileSync } from 'node:fs';

export const steadyMemory = {
  flags: [
    '--expose-gc',
    // The young generation would grow from 1 MiB to 16 whenever much of it survives once.
    '--max-semi-space-size=1',
  ],
  env: {
    // glibc then maps what is larger, gives it back at once, and learns nothing. No other
    // allocator reads it.
    MALLOC_MMAP_THRESHOLD_: '65536',
  },
};

/** Bytes of resident memory, without the pages of files where the system tells them apart. */
export function residentBytes() {
  if (!isSteady) return process.memoryUsage.rss();
  // Pages of Node's own binary come with the first use of each part of it.
  return 1024 * Number(/^RssAnon:\s+(\d+)/m.exec(readFileSync('/proc/self/status', 'utf8'))[1]);
}

/** Whether resident memory is as steady here as the settings make it: other systems ignore one. */
export const isSteady = process.platform === 'linux';
