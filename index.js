'use strict';

const { WebSocketError } = require('./lib/websocket-error.js');
const { WebSocketStream } = require('./lib/websocket-stream.js');

module.exports = { WebSocketError, WebSocketStream };
