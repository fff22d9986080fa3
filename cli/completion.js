'use strict';

const { COMMANDS, UsageError } = require('./arguments.js');

/**
 * @param {string} shell
 * @returns {string}
 */
function completionScript(shell) {
  if (shell === 'bash') return bash();
  if (shell === 'zsh') return zsh();
  if (shell === 'fish') return fish();
  throw new UsageError(`There are completions for bash, zsh and fish, not for ${shell}`);
}

function bash() {
  return `# Completion of websocketstream for bash
_websocketstream() {
  local current=\${COMP_WORDS[COMP_CWORD]} previous=\${COMP_WORDS[COMP_CWORD-1]}
  case $previous in
    ${files().join('|')}) COMPREPLY=($(compgen -f -- "$current")); return ;;
    ${values().join('|')}) COMPREPLY=(); return ;;
  esac
  case \${COMP_WORDS[1]} in
    listen) COMPREPLY=($(compgen -W "${words('listen')}" -- "$current")) ;;
    completion) COMPREPLY=($(compgen -W "${SHELLS}" -- "$current")) ;;
    *) COMPREPLY=($(compgen -W "${words('connect')} listen completion" -- "$current")) ;;
  esac
}
complete -F _websocketstream websocketstream
`;
}

function zsh() {
  return `#compdef websocketstream
_websocketstream() {
  if [[ $words[2] == listen ]]; then
    _arguments ${zshOptions('listen')} '1:command:(listen)' '2:PORT:'
  elif [[ $words[2] == completion ]]; then
    _values shell ${SHELLS}
  else
    _arguments ${zshOptions('connect')} '1:URL or command:(ws\\:// wss\\:// listen completion)'
  fi
}
# Called by the file's own name it is asked for a completion, else it is only made known.
if [[ $funcstack[1] == _websocketstream ]]; then
  _websocketstream "$@"
else
  compdef _websocketstream websocketstream
fi
`;
}

function fish() {
  const listening = '__fish_seen_subcommand_from listen';
  return `# Completion of websocketstream for fish
complete -c websocketstream -f
complete -c websocketstream -n __fish_is_first_arg -a 'listen completion'
complete -c websocketstream -n '__fish_seen_subcommand_from completion' -a '${SHELLS}'
${fishOptions('listen', listening)}
${fishOptions('connect', `not ${listening} completion`)}
`;
}

/** @param {import('./arguments.js').Command} command */
function words(command) {
  return COMMANDS[command].options.map(({ name }) => `--${name}`).join(' ');
}

/** @param {import('./arguments.js').Command} command */
function zshOptions(command) {
  return COMMANDS[command].options
    .map(({ name, short, value, help, multiple }) => {
      const text = help.replace(/[:[\]']/g, ' ');
      const argument = value ? `:${value.replace(':', ' ')}:${takesFile(value)}` : '';
      const rest = `[${text}]${argument}`;
      const star = multiple ? '*' : '';
      if (!short) return `'${star}--${name}${rest}'`;
      // The first part keeps one name from being offered after the other.
      const names = multiple ? "'*'" : `'(-${short} --${name})'`;
      return `${names}{-${short},--${name}}'${rest}'`;
    })
    .join(' ');
}

/** @param {string} value */
function takesFile(value) {
  return value === 'FILE' ? '_files' : '';
}

/**
 * @param {import('./arguments.js').Command} command
 * @param {string} condition
 */
function fishOptions(command, condition) {
  return COMMANDS[command].options
    .map(({ name, short, value, help }) => {
      const dash = short ? ` -s ${short}` : '';
      const argument = value === 'FILE' ? ' -rF' : value ? ' -x' : '';
      const text = help.replaceAll("'", ' ');
      return `complete -c websocketstream -n '${condition}' -l ${name}${dash}${argument} -d '${text}'`;
    })
    .join('\n');
}

/** Options after which a file name comes. */
function files() {
  return COMMANDS.connect.options
    .filter(({ value }) => value === 'FILE')
    .map(({ name }) => `--${name}`);
}

/** Options after which something comes that nobody can guess. */
function values() {
  const all = [...COMMANDS.connect.options, ...COMMANDS.listen.options];
  const names = all
    .filter(({ value }) => value && value !== 'FILE')
    .flatMap(({ name, short }) => (short ? [`-${short}`, `--${name}`] : [`--${name}`]));
  return [...new Set(names)];
}

const SHELLS = 'bash zsh fish';

module.exports = { completionScript };
