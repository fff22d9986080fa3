import process from 'node:process';
import { checker } from '../check.mjs';
import { openMany } from '../open-many.mjs';
import { address } from '../specification.mjs';
import { Measure } from '../usage.mjs';

/**
 * Messages at a fixed total rate over a number of connections. The server sends a mark on every connection after the warm-up and one
 * at the end; the measurement lies between the last of the first and the first of the last.
 *
 * @param {any} library
 * @param {import('../specification.mjs').Specification} specification
 */
export async function scale(library, specification) {
  const { connections, kind, ms, rate, size, warm } = specification;
  const group = `${process.pid}-${Date.now()}`;
  const url = address(specification, '/paced', {
    group,
    members: connections,
    kind,
    size,
    rate,
    ms,
    warm,
  });
  const check = checker(specification);
  let total = 0;
  let before = 0;
  let warmed = 0;
  let measure;
  let result;
  const members = [];
  await openMany(library, url, specification, connections, (connection) => {
    members.push(member(connection));
  });
  await Promise.all(members);
  return { ...result, connections };

  function member(connection) {
    let count = 0;
    return connection.receive((data) => {
      if (data.charCodeAt(0) !== OPENING_BRACE) {
        check(data, count);
        count++;
        total++;
        return false;
      }
      const mark = JSON.parse(data);
      if (mark.count !== count) throw new Error(`${count} of ${mark.count} messages arrived`);
      if (mark.warm) {
        warmed++;
        if (warmed === connections) {
          before = total;
          measure = new Measure();
        }
        return false;
      }
      if (!measure) {
        throw new Error('the client is too slow to take all marks before the measurement');
      }
      result ??= measure.result(total - before);
      return true;
    });
  }
}

const OPENING_BRACE = 123;
