'use strict';

/**
 * A promise that may reject without anybody looking: awaiting only one of several must not end the
 * process, and whoever looks still sees the error.
 *
 * @template [T=any]
 * @returns {{ promise: Promise<T>, resolve: (value: T) => void, reject: (reason: unknown) => void }}
 */
function settleable() {
  /** @type {(value: any) => void} */
  let resolve = () => {};
  /** @type {(reason: unknown) => void} */
  let reject = () => {};
  const promise = new Promise((onResolve, onReject) => {
    resolve = onResolve;
    reject = onReject;
  });
  promise.catch(ignore);
  return { promise, resolve, reject };
}

function ignore() {}

module.exports = { settleable };
