'use strict';

const { engines, version } = require('../package.json');

/**
 * Loads the native half. When that fails the error says for which system, why, and what to do:
 * the generated loader only lists the files that it tried.
 *
 * @template T
 * @param {() => T} load
 * @returns {T}
 */
function loadBinding(load) {
  try {
    return load();
  } catch (cause) {
    throw loadError(cause, currentSystem());
  }
}

/**
 * What decides which binary fits.
 *
 * @typedef {object} System
 * @property {string} platform as `process.platform` has it
 * @property {string} arch as `process.arch` has it
 * @property {'glibc' | 'musl' | undefined} libc of Linux
 * @property {string | undefined} libcVersion
 * @property {string} node version with a `v`
 * @property {string} [override] the file that the user named in place of the package's
 */

/**
 * @param {unknown} cause what the loader threw
 * @param {System} system
 * @returns {NodeJS.ErrnoException}
 */
function loadError(cause, system) {
  const { platform, arch, libc, libcVersion, node, override } = system;
  const suffix = libc ? ` with ${libc}${libcVersion ? ` ${libcVersion}` : ''}` : '';
  const place = `${platform} ${arch}${suffix}, Node.js ${node}`;
  const name = packageFor(system);
  const refusal = refusalIn(cause);
  const lines = [`websocketstream ${version} cannot load its native binary on ${place}.`];
  if (override) {
    // The loader looks nowhere else then.
    const reason = refusal ?? 'there is no such file';
    lines.push(`NAPI_RS_NATIVE_LIBRARY_PATH names ${override}, which does not load: ${reason}`);
  } else if (!name) {
    lines.push(`There is no prebuilt binary for this system. There are: ${PREBUILT.join(', ')}.`);
  } else if (refusal) {
    lines.push(`A binary is installed, but does not load: ${refusal}`);
  } else {
    lines.push(
      `The optional dependency ${name} is not installed. Install again without --omit=optional ` +
        `and on the system that runs the program, or add it: npm install ${name}@${version}. ` +
        `Of a clone, install both files that "npm run pack" names.`,
    );
  }
  lines.push(
    `To build from source: in a clone of the package, with Rust, a C compiler and Node.js ` +
      `${engines.node}, run "npm run build", then "npm install <path of the clone>" in your project.`,
  );
  const error = /** @type {NodeJS.ErrnoException} */ (new Error(lines.join('\n'), { cause }));
  error.code = 'ERR_WEBSOCKETSTREAM_BINARY';
  return error;
}

/**
 * @param {System} system
 * @returns {string | undefined} undefined where no binary is published
 */
function packageFor({ platform, arch, libc }) {
  const abi = platform === 'win32' ? 'msvc' : libc === 'glibc' ? 'gnu' : libc;
  const target = [platform, arch, abi].filter(Boolean).join('-');
  return PREBUILT.includes(target) ? `websocketstream-${target}` : undefined;
}

/**
 * The loader chains one error for each file that it tried, keeping only messages. All but the
 * interesting one say that a module does not exist.
 *
 * @param {any} error
 * @returns {string | undefined}
 */
function refusalIn(error) {
  for (let one = error?.cause; one; one = one.cause) {
    const [line] = String(one.message).split('\n');
    if (!/^(Cannot find module|Unsupported )/.test(line)) return line;
  }
  return undefined;
}

/** @returns {System} */
function currentSystem() {
  const { platform, arch, version: node } = process;
  const override = process.env.NAPI_RS_NATIVE_LIBRARY_PATH;
  if (platform !== 'linux') {
    return { platform, arch, libc: undefined, libcVersion: undefined, node, override };
  }
  // Without this the report looks up the names of all open sockets, which can take seconds.
  Object.assign(process.report, { excludeNetwork: true });
  const report = /** @type {any} */ (process.report.getReport());
  const libcVersion = report.header.glibcVersionRuntime;
  return { platform, arch, libc: libcVersion ? 'glibc' : 'musl', libcVersion, node, override };
}

/** The targets of package.json, as their packages are named. */
const PREBUILT = [
  'linux-x64-gnu',
  'linux-x64-musl',
  'linux-arm64-gnu',
  'linux-arm64-musl',
  'darwin-x64',
  'darwin-arm64',
  'win32-x64-msvc',
  'win32-arm64-msvc',
];

module.exports = { loadBinding, loadError };
