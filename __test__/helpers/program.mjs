import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { steadyMemory } from './steady-memory.mjs';
import { within } from './until.mjs';

/**
 * Starts a fixture program that is spoken to over Node's message channel while it runs, and whose
 * memory can be measured. It is killed when the test ends.
 *
 * @param {import('node:test').TestContext} t
 * @param {URL} file
 * @param {string[]} args
 * @param {{ env: Record<string, string>, flags: string[] }} [settings]
 */
export function startProgram(t, file, args, settings = steadyMemory) {
  const { env, flags } = settings;
  const child = fork(fileURLToPath(file), args, {
    env: { ...process.env, ...env },
    execArgv: flags,
  });
  const exit = once(child, 'exit');
  t.after(async () => {
    child.kill('SIGKILL');
    await exit;
  });
  const ended = exit.then(([code, signal]) => {
    throw new Error(`The program ended with ${signal ?? code}`);
  });
  ended.catch(() => {});
  return {
    /**
     * Sends `question` and returns the program's answer.
     *
     * @param {any} question
     * @param {number} [deadline] in ms
     */
    async ask(question, deadline) {
      const answer = once(child, 'message');
      child.send(question);
      const [message] = await within(
        Promise.race([answer, ended]),
        `the answer to ${JSON.stringify(question)}`,
        deadline,
      );
      return message;
    },
  };
}
