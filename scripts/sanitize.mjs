// `npm run test:sanitize`: the JavaScript tests over an addon that is built with AddressSanitizer. Needs
// Linux, a nightly toolchain of Rust and the sanitizer's library of GCC.
//   --only <text>  only the test files whose name contains the text

import { copyFileSync, existsSync, mkdirSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';

import { sourcesIn } from './check/sources.mjs';
import { cache, capture, Failure, main, root, run, Unavailable } from './command.mjs';
import { setup } from './setup.mjs';
import { requireNightly } from './setup/fuzzer.mjs';
import { javascriptSuite } from './test/suites.mjs';

const { values } = parseArgs({ options: { only: { type: 'string', default: '' } } });

/** What crosses the boundary, begins and ends there: every call of the bridge is made by one of them. */
const FOLDERS = [
  'backpressure',
  'dialogue',
  'deflate',
  'diagnostics',
  'faults',
  'handshake',
  'interop',
  'liveness',
  'network',
  'process',
  'protocol',
  'proxy',
  'redirect',
  'stats',
  'stream',
  'streams',
  'tls',
  'unit',
];

/**
 * These measure memory, of which the sanitizer takes more, or start a process under Node's
 * permission model, which does not let it begin.
 */
const UNSUITED = ['network/permission', 'process/long-lives'];

const folder = path.join(cache, 'sanitize');
const addon = path.join(folder, 'websocketstream.node');

main(async () => {
  if (process.platform !== 'linux') throw new Unavailable('This needs Linux.');
  requireNightly();
  const runtime = findRuntime();
  await setup({ python: true });
  await build();
  const files = FOLDERS.flatMap((name) => sourcesIn(`__test__/${name}`, /\.test\.mjs$/)).filter(
    (file) => file.includes(values.only) && !UNSUITED.some((name) => file.includes(name)),
  );
  const log = path.join(folder, 'log');
  const env = {
    ASAN_OPTIONS: [
      // Node leaves most of its memory to the system when it ends.
      'detect_leaks=0',
      // A find ends the process that made it, and is written where no test swallows it.
      'halt_on_error=1',
      'detect_stack_use_after_return=1',
      `log_path=${log}`,
    ].join(':'),
    LD_PRELOAD: runtime,
    NAPI_RS_NATIVE_LIBRARY_PATH: addon,
  };
  checkInstrumented(env);
  Object.assign(process.env, env);
  try {
    await javascriptSuite((count) => console.log(`\n--- counts\nsanitize: ${count}`), {
      command: [process.execPath],
      files,
    });
  } finally {
    showFinds();
  }
});

async function build() {
  const target = path.join(root, 'target', 'sanitize');
  const triple = /^host: (.+)$/m.exec(capture('rustc', ['+nightly', '-vV']).stdout)?.[1] ?? '';
  const options = ['--lib', '--features', 'testing', '--target', triple, '--target-dir', target];
  await run('cargo', ['+nightly', 'build', '--locked', ...options], {
    env: {
      CARGO_PROFILE_DEV_DEBUG: 'line-tables-only',
      CARGO_PROFILE_DEV_OPT_LEVEL: '1',
      RUSTFLAGS: '-Zsanitizer=address -Cforce-frame-pointers=yes',
    },
  });
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  copyFileSync(path.join(target, triple, 'debug', 'libwebsocketstream.so'), addon);
}

/** Rust's own runtime is for programs; a library in a program without one needs a shared one. */
function findRuntime() {
  const file = capture('gcc', ['-print-file-name=libasan.so']).stdout.trim();
  if (path.isAbsolute(file) && existsSync(file)) return file;
  throw new Unavailable('libasan.so is missing. On Debian and Ubuntu: apt-get install gcc');
}

/** Throws unless the tests would run over the addon with the sanitizer in it. */
function checkInstrumented(env) {
  const load = ['-e', `console.log(typeof require(${JSON.stringify(addon)}).aliveConnections)`];
  const without = capture(process.execPath, load);
  if (without.ok || !without.stderr.includes('__asan_')) {
    throw new Failure('the addon was built without the sanitizer');
  }
  const { ok, stdout, stderr } = capture(process.execPath, load, { env });
  if (!ok || stdout.trim() !== 'function') throw new Failure(`the addon does not load: ${stderr}`);
}

/** What the sanitizer wrote, of whatever process. */
function showFinds() {
  const finds = readdirSync(folder).filter((name) => name.startsWith('log.'));
  for (const name of finds) console.error(readFileSync(path.join(folder, name), 'utf8'));
  if (finds.length > 0) throw new Failure(`the sanitizer found ${finds.length} faults`);
}
