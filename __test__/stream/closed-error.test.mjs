import assert from 'node:assert/strict';
import { rejection } from '../helpers/outcome.mjs';
import { openPair } from '../helpers/pair.mjs';
import { test } from '../helpers/test.mjs';

test('the error of a writable after a clean end has no stack, and the limit of stacks is as before', async (t) => {
  const { peer, writable, wss } = await openPair(t);
  const { stackTraceLimit } = Error;
  wss.close();
  await peer.answerClose();
  await wss.closed;
  const error = await rejection(writable.getWriter().closed);
  assert.equal(error.name, 'InvalidStateError');
  assert.doesNotMatch(error.stack ?? '', /\n/);
  assert.equal(Error.stackTraceLimit, stackTraceLimit);
});
