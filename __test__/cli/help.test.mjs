import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { test } from '../helpers/test.mjs';
import { runCommand } from './command.mjs';

const require = createRequire(import.meta.url);
const { COMMANDS } = require('../../cli/arguments.js');

for (const [command, args] of [
  ['connect', ['--help']],
  ['listen', ['listen', '-h']],
  ['completion', ['completion', '--help']],
]) {
  test(`the help of ${command} has every option, examples and no line too long`, async (t) => {
    const { code, stdout } = await runCommand(t, args);
    assert.equal(code, 0);
    for (const { name } of COMMANDS[command].options) assert.ok(stdout.includes(`--${name}`), name);
    assert.match(stdout, /Examples:\n {2}websocketstream/);
    for (const line of stdout.split('\n')) assert.ok(line.length <= 102, line);
  });
}

test('--version is that of the package', async (t) => {
  const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url)));
  assert.equal((await runCommand(t, ['--version'])).stdout, `${version}\n`);
});

test('the completion for bash is a valid script that offers options and commands', async (t) => {
  const { stdout } = await runCommand(t, ['completion', 'bash']);
  const complete = `${stdout}
COMP_WORDS=(websocketstream --pr); COMP_CWORD=1; _websocketstream; echo "\${COMPREPLY[*]}"
COMP_WORDS=(websocketstream li); COMP_CWORD=1; _websocketstream; echo "\${COMPREPLY[*]}"
COMP_WORDS=(websocketstream listen --pi); COMP_CWORD=2; _websocketstream; echo "\${COMPREPLY[*]}"
COMP_WORDS=(websocketstream -H --pr); COMP_CWORD=2; _websocketstream; echo "\${COMPREPLY[*]}"`;
  const result = spawnSync('bash', ['--norc', '-c', complete], { encoding: 'utf8' });
  assert.equal(result.stderr, '');
  assert.equal(result.stdout, '--protocol --progress --proxy\nlisten\n--pipe\n\n');
});

for (const shell of ['zsh', 'fish']) {
  test(`the completion for ${shell} has every option`, async (t) => {
    const { code, stdout } = await runCommand(t, ['completion', shell]);
    assert.equal(code, 0);
    for (const { name } of COMMANDS.connect.options) assert.ok(stdout.includes(name), name);
  });
}
