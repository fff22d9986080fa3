import { WebSocketStream } from '../../index.js';

/**
 * A WebSocketStream that never touches the network: its signal is aborted already. All that the
 * constructor checks happens before.
 *
 * @param {any} url
 * @param {object} [options]
 */
export function offline(url = 'ws://127.0.0.1/', options = {}) {
  return new WebSocketStream(url, { ...options, signal: AbortSignal.abort() });
}
