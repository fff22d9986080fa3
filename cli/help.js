'use strict';

const { COMMANDS } = require('./arguments.js');

/**
 * @param {import('./arguments.js').Command} command
 * @returns {string}
 */
function helpText(command) {
  const { before, after } = TEXTS[command];
  return `${before}\nOptions:\n${optionLines(command)}\n${after}`;
}

/** @param {import('./arguments.js').Command} command */
function optionLines(command) {
  const rows = COMMANDS[command].options.map(({ name, short, value, help }) => {
    const names = `${short ? `-${short},` : '   '} --${name}${value ? ` <${value}>` : ''}`;
    return `  ${names.padEnd(28)} ${help}\n`;
  });
  return rows.join('');
}

const TEXTS = {
  connect: {
    before: `websocketstream <URL> [options]       connect the terminal to a WebSocket server
websocketstream listen <PORT>         a server for trying things out (listen --help)
websocketstream completion <SHELL>    a completion script for bash, zsh or fish

Each line of stdin is sent as a text message, each message is written to stdout. The status goes to
stderr. Reading and writing are as fast as the slower side: nothing piles up in between.
`,
    after: `Examples:
  websocketstream wss://example.com/feed --no-stdin | head -n 10
  websocketstream wss://example.com/api -H 'Authorization: Bearer abc' -p chat
  echo '{"op":"subscribe"}' | websocketstream wss://example.com/feed --json --linger 5
  tar c . | websocketstream --binary --progress wss://example.com/upload

Exit codes:
  0 closed normally     3 name not found       6 handshake refused    9 closed with an error code
  1 anything else       4 not reachable        7 a time limit        10 protocol error or limit
  2 wrong usage         5 TLS or certificate   8 connection lost    130 interrupted
`,
  },
  listen: {
    before: `websocketstream listen <PORT> [options]

A WebSocket server for trying things out: it sends every message back, or with --pipe bridges the
terminal, keeping stdin for the first client. Port 0 takes a free one. It has no TLS, no compression
and no limits on connections: do not put it on the internet.
`,
    after: `Examples:
  websocketstream listen 8080
  websocketstream listen 8080 --pipe --binary --no-stdin > upload.tar
`,
  },
  completion: {
    before: `websocketstream completion <SHELL>

Writes a completion script for bash, zsh or fish.
`,
    after: `Examples:
  websocketstream completion bash > ~/.local/share/bash-completion/completions/websocketstream
  websocketstream completion zsh > ~/.zfunc/_websocketstream
  websocketstream completion fish > ~/.config/fish/completions/websocketstream.fish
`,
  },
};

module.exports = { helpText };
