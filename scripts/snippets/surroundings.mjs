// The names of surroundings.d.ts that a block of a document needs to run by itself.

import { readFileSync } from 'node:fs';

import { WebSocketError, WebSocketStream } from 'websocketstream';

Object.assign(globalThis, { readFileSync, WebSocketError, WebSocketStream });
