// What is written in answer to a message, within the event that brought it and after that.

import assert from 'node:assert/strict';
import { openPair } from '../helpers/pair.mjs';
import { test } from '../helpers/test.mjs';
import { within } from '../helpers/until.mjs';

/** Ways to go on later than now: as a microtask, or in a turn of the event loop of its own. */
const LATER = {
  'a microtask': (write) => queueMicrotask(write),
  'a tick': (write) => process.nextTick(write),
  'an immediate': (write) => setImmediate(write),
  'a timer': (write) => setTimeout(write, 1),
};

for (const [when, later] of Object.entries(LATER)) {
  test(`answers at once, and further ones in ${when}, all leave in their order`, async (t) => {
    const { peer, readable, writable } = await openPair(t);
    const reader = readable.getReader();
    const writer = writable.getWriter();
    for (let round = 0; round < 60; round++) {
      peer.sendText(`question ${round}`);
      await within(reader.read(), 'the question');
      const answers = [];
      const write = (text) => answers.push(writer.write(text));
      for (let i = 0; i < round % 3; i++) write(`at once ${i}`);
      await new Promise((resolve) => {
        later(() => {
          write('later');
          if (round % 2) write('and later');
          resolve();
        });
      });
      await within(Promise.all(answers), 'the writes');
      const expected = ['at once 0', 'at once 1'].slice(0, round % 3);
      expected.push('later');
      if (round % 2) expected.push('and later');
      for (const text of expected) {
        assert.equal(await within(peer.nextText(), `"${text}" of round ${round}`), text);
      }
    }
  });
}
