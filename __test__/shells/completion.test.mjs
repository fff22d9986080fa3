import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify, stripVTControlCharacters } from 'node:util';
import { runCommand } from '../cli/command.mjs';
import { test } from '../helpers/test.mjs';

const execute = promisify(execFile);

/** The completion of a shell as a file, in a folder of its own. */
async function install(t, shell, name) {
  const folder = await mkdtemp(join(tmpdir(), 'completion-'));
  t.after(() => rm(folder, { recursive: true }));
  const { stdout } = await runCommand(t, ['completion', shell]);
  const file = join(folder, name);
  await writeFile(file, stdout);
  return { folder, file };
}

/** What a shell prints, which must not complain. */
async function output(program, args) {
  const { stdout, stderr } = await execute(program, args, { timeout: 20_000 });
  assert.equal(stderr, '');
  return stdout;
}

const cases = [
  ['websocketstream --pr', ['--progress', '--protocol', '--proxy'], ['--ping', 'listen']],
  ['websocketstream listen --', ['--host', '--pipe', '--linger'], ['--proxy', '--ca']],
  ['websocketstream listen --no', ['--no-stdin'], ['--no-compress']],
  ['websocketstream -H a:b --pr', ['--progress', '--protocol', '--proxy'], ['listen']],
  ['websocketstream completion ', ['bash', 'zsh', 'fish'], ['--proxy']],
];

test('the completion for fish is valid', async (t) => {
  const { file } = await install(t, 'fish', 'websocketstream.fish');
  assert.equal(await output('fish', ['--no-config', '--no-execute', file]), '');
});

test('the completion for zsh is valid', async (t) => {
  const { file } = await install(t, 'zsh', '_websocketstream');
  assert.equal(await output('zsh', ['-f', '-n', file]), '');
});

for (const [line, offered, others] of cases) {
  test(`fish completes "${line}"`, async (t) => {
    const { file } = await install(t, 'fish', 'websocketstream.fish');
    const program = `source ${file}; complete -C '${line}'`;
    const shown = await output('fish', ['--no-config', '-c', program]);
    const words = shown.split('\n').map((entry) => entry.split('\t')[0]);
    for (const word of offered) assert.ok(words.includes(word), `${word} in ${words.join(' ')}`);
    for (const word of others) assert.ok(!words.includes(word), word);
  });

  test(`zsh completes "${line}" the first time it is asked`, async (t) => {
    const { folder } = await install(t, 'zsh', '_websocketstream');
    const script = fileURLToPath(new URL('complete.zsh', import.meta.url));
    const shown = await output('zsh', ['-f', script, folder, line, ...offered]);
    const words = stripVTControlCharacters(shown).split(/[^\w-]+/);
    for (const word of offered) assert.ok(words.includes(word), `${word} in ${shown}`);
    for (const word of others) assert.ok(!words.includes(word), word);
  });
}
