'use strict';

// Installs the two classes as globals, for code that was written for browsers. They belong together:
// where a WebSocketStream exists already, its own WebSocketError is the one that it throws.

const { WebSocketError, WebSocketStream } = require('./index.js');

if (!('WebSocketStream' in globalThis)) {
  for (const [name, value] of Object.entries({ WebSocketError, WebSocketStream })) {
    // As Web IDL defines interface objects: not enumerable, but replaceable.
    Object.defineProperty(globalThis, name, { value, writable: true, configurable: true });
  }
}
