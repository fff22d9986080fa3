import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { until } from './until.mjs';

/** nginx writes it when it has its port. */
const PID_FILE = 'nginx.pid';

/**
 * nginx on loopback in front of a server, ended when the test ends.
 *
 * @param {import('node:test').TestContext} t
 * @param {object} options
 * @param {number} options.upstream port of the server behind it
 * @param {{ cert: string, key: string }} [options.tls] speak TLS
 * @param {string} [options.clientAuthority] PEM, for certificates of clients
 * @param {string[]} [options.lines] more directives of the server block
 */
export async function startNginx(t, { upstream, tls, clientAuthority, lines = [] }) {
  const folder = await mkdtemp(join(tmpdir(), 'nginx-'));
  t.after(() => rm(folder, { recursive: true, force: true }));
  if (tls) await writeFile(join(folder, 'server.pem'), `${tls.cert}\n${tls.key}`);
  if (clientAuthority) await writeFile(join(folder, 'clients.pem'), clientAuthority);
  // nginx takes no port 0, and a free one may be gone until it starts.
  for (let attempt = 0; attempt < 5; attempt++) {
    const port = await freePort();
    const file = join(folder, 'nginx.conf');
    await writeFile(file, configuration({ port, upstream, tls, clientAuthority, lines }));
    if (await start(t, folder, file)) {
      return { port, url: tls ? `wss://localhost:${port}/` : `ws://127.0.0.1:${port}/` };
    }
  }
  throw new Error('nginx found no free port');
}

/** @returns {Promise<boolean>} false when the port was taken */
async function start(t, folder, file) {
  const args = ['-p', folder, '-c', file, '-e', 'stderr'];
  const child = spawn(binary(), args, { stdio: ['ignore', 'ignore', 'pipe'] });
  let log = '';
  child.stderr.on('data', (data) => (log += data));
  const exited = once(child, 'exit');
  t.after(async () => {
    child.kill('SIGTERM');
    await exited;
  });
  // That somebody listens would not tell who: it may be the one who took the port.
  const isReady = () => child.exitCode !== null || existsSync(join(folder, PID_FILE));
  await until(isReady, 'nginx listens');
  if (child.exitCode === null) return true;
  if (log.includes('Address already in use')) return false;
  throw new Error(`nginx ended: ${log}`);
}

function configuration({ port, upstream, tls, clientAuthority, lines }) {
  const secure = tls
    ? [
        'ssl_certificate server.pem;',
        'ssl_certificate_key server.pem;',
        ...(clientAuthority ? ['ssl_client_certificate clients.pem;'] : []),
      ]
    : [];
  const paths = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'];
  return `
daemon off;
master_process off;
pid ${PID_FILE};
events { worker_connections 64; }
http {
  access_log off;
  ${paths.map((name) => `${name}_temp_path ${name};`).join('\n  ')}
  server {
    listen 127.0.0.1:${port}${tls ? ' ssl' : ''};
    ${[...secure, ...lines].join('\n    ')}
    location / {
      proxy_pass http://127.0.0.1:${upstream};
      proxy_http_version 1.1;
      proxy_set_header Upgrade $http_upgrade;
      proxy_set_header Connection "upgrade";
      proxy_set_header Host $host;
      proxy_set_header X-Client $ssl_client_s_dn;
    }
    location = /plain { return 404 "nothing here"; }
    location = /old { return 308 /new; }
  }
}
`;
}

async function freePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  server.close();
  await once(server, 'close');
  return port;
}

function binary() {
  const found = ['nginx', '/usr/sbin/nginx'].find((name) => spawnSync(name, ['-v']).status === 0);
  if (!found) throw new Error('nginx is not installed');
  return found;
}
