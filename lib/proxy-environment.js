'use strict';

const { BlockList, isIP } = require('node:net');

const { parseProxy } = require('./proxy-options.js');

/**
 * The proxy that the environment names, when Node is told to look there.
 *
 * @param {string} host name or address, without brackets
 * @param {number} port
 * @param {boolean} isSecure
 */
function proxyFromEnvironment(host, port, isSecure) {
  if (!isAskedFor()) return false;
  const name = isSecure ? 'https_proxy' : 'http_proxy';
  const value = variable(name) || variable('all_proxy');
  if (!value || isExempt(variable('no_proxy'), host, port)) return false;
  return parseProxy(value, variable(name) ? name.toUpperCase() : 'ALL_PROXY');
}

/** By the variable, or by the flag of Node, which does not tell its flags. */
function isAskedFor() {
  if (process.env.NODE_USE_ENV_PROXY === '1' || process.execArgv.includes(FLAG)) return true;
  const { NODE_OPTIONS } = process.env;
  return NODE_OPTIONS !== undefined && NODE_OPTIONS.split(/\s+/).includes(FLAG);
}

/**
 * Lower case comes first unless it is empty, as in Node.
 *
 * @param {string} name
 * @returns {string}
 */
function variable(name) {
  return process.env[name] || process.env[name.toUpperCase()] || '';
}

/**
 * @param {string} list of NO_PROXY
 * @param {string} host
 * @param {number} port
 */
function isExempt(list, host, port) {
  return list
    .split(/[,\s]+/)
    .some((entry) => entry !== '' && matches(entry.toLowerCase(), host, port));
}

/**
 * One entry: `*`, a name, `.suffix`, `*.suffix`, an address, a range or a subnet of addresses, each
 * but the last with a port if it likes.
 *
 * @param {string} entry
 * @param {string} host
 * @param {number} port
 */
function matches(entry, host, port) {
  if (entry === '*') return true;
  if (isIP(host) && /[-/]/.test(entry)) return isInRange(entry, host);
  const [, pattern, wanted] =
    /^(.*?)(?::(\d+))?$/.exec(isIP(entry) ? `${entry}:${port}` : entry) ?? [];
  if (wanted !== undefined && Number(wanted) !== port) return false;
  const name = pattern.replace(/^\[|\]$/g, '');
  if (name === host) return true;
  // As in Node, the domain itself is meant by `.suffix`, and not by `*.suffix`.
  if (name.startsWith('.')) return `.${host}`.endsWith(name);
  return name.startsWith('*.') && host.endsWith(name.slice(1));
}

/**
 * @param {string} entry
 * @param {string} host
 */
function isInRange(entry, host) {
  const family = host.includes(':') ? 'ipv6' : 'ipv4';
  const list = new BlockList();
  const [start, end] = entry.split(/[-/]/);
  try {
    if (entry.includes('/')) list.addSubnet(start, Number(end), family);
    else list.addRange(start, end, family);
  } catch {
    return false;
  }
  return list.check(host, family);
}

const FLAG = '--use-env-proxy';

module.exports = { proxyFromEnvironment };
