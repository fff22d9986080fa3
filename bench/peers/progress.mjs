// Questions to the load server about a stalled connection.

import http from 'node:http';
import { setTimeout } from 'node:timers/promises';

/**
 * What the kernel knows about the connection.
 *
 * @param {import('./specification.mjs').Specification} specification
 * @param {string} id
 */
export function progress(specification, id) {
  return ask(specification, '/progress', id);
}

/**
 * Lets the server read from the connection.
 *
 * @param {import('./specification.mjs').Specification} specification
 * @param {string} id
 */
export function release(specification, id) {
  return ask(specification, '/release', id);
}

async function ask({ controlPort }, path, id) {
  // The server answers the handshake just before it knows the connection by its name.
  for (let left = 100; ; left--) {
    const answer = JSON.parse(await get(`http://127.0.0.1:${controlPort}${path}?id=${id}`));
    if (!answer.error) return answer;
    if (left === 0) throw new Error(answer.error);
    await setTimeout(10);
  }
}

function get(url) {
  return new Promise((resolve, reject) => {
    const request = http.get(url, { agent: false }, (response) => {
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (piece) => (text += piece));
      response.on('end', () => resolve(text));
    });
    request.on('error', reject);
  });
}
