'use strict';

/**
 * Node's permission model knows nothing of sockets that an addon opens, so it is asked here.
 *
 * @param {string} resource what would be connected to
 * @returns {Error | undefined} what Node's own sockets fail with, when the network is not allowed
 */
function refusedByPermissions(resource) {
  const { permission } = process;
  // Before Node had --allow-net, its permission model did not restrict the network.
  if (!permission || !process.allowedNodeEnvironmentFlags.has('--allow-net')) return undefined;
  if (permission.has('net')) return undefined;
  return Object.assign(
    new Error('Access to this API has been restricted. Use --allow-net to manage permissions.'),
    { code: 'ERR_ACCESS_DENIED', permission: 'Net', resource },
  );
}

module.exports = { refusedByPermissions };
