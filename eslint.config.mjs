import js from '@eslint/js';
import node from 'eslint-plugin-n';
import globals from 'globals';

/** Files of the published package: CommonJS, no dependencies, the oldest supported Node. */
const face = ['index.js', 'global.js', 'lib/**/*.js', 'bin/**/*.js', 'cli/**/*.js'];

/** Everything that runs from a checkout only. */
const modules = [
  '*.mjs',
  'scripts/**/*.mjs',
  'bench/**/*.mjs',
  'examples/**/*.mjs',
  '__test__/**/*.mjs',
];

const tests = ['__test__/**/*.test.mjs', '__test__/packets/*.packets.mjs'];

export default [
  {
    ignores: ['binding.js', '**/*.d.ts', '**/target/', '.cache/', '.venv/', 'bench/results/'],
  },
  js.configs.recommended,
  {
    languageOptions: { ecmaVersion: 2024, globals: globals.node },
    linterOptions: { reportUnusedDisableDirectives: 'error', reportUnusedInlineConfigs: 'error' },
    plugins: { n: node },
    rules: {
      curly: ['error', 'multi-line'],
      'default-case-last': 'error',
      eqeqeq: ['error', 'always', { null: 'ignore' }],
      'func-style': ['error', 'declaration', { allowArrowFunctions: true }],
      'n/no-deprecated-api': 'error',
      'n/prefer-node-protocol': 'error',
      'no-constructor-return': 'error',
      'no-else-return': 'error',
      'no-empty': ['error', { allowEmptyCatch: true }],
      'no-lonely-if': 'error',
      'no-return-assign': 'error',
      'no-self-compare': 'error',
      'no-sequences': 'error',
      'no-shadow': 'error',
      'no-template-curly-in-string': 'error',
      'no-throw-literal': 'error',
      'no-unneeded-ternary': 'error',
      'no-unused-expressions': ['error', { allowShortCircuit: true }],
      'no-unused-vars': ['error', { caughtErrors: 'none' }],
      'no-useless-rename': 'error',
      'no-useless-return': 'error',
      'no-var': 'error',
      'object-shorthand': 'error',
      'prefer-const': 'error',
      'prefer-object-has-own': 'error',
    },
  },
  {
    files: ['**/*.js'],
    languageOptions: { sourceType: 'commonjs' },
    rules: { strict: ['error', 'global'] },
  },
  {
    files: modules,
    languageOptions: { sourceType: 'module' },
  },
  {
    files: face,
    rules: {
      'consistent-return': 'error',
      'n/no-extraneous-require': 'error',
      'n/no-missing-require': 'error',
      'n/no-process-exit': 'error',
      'n/no-unsupported-features/es-builtins': 'error',
      'n/no-unsupported-features/es-syntax': 'error',
      'n/no-unsupported-features/node-builtins': [
        'error',
        // Used where Node has it, with another way where it has not.
        { allowExperimental: true, ignores: ['tls.getCACertificates'] },
      ],
      'no-console': 'error',
    },
  },
  {
    // One file crosses to the native half. The rest of the layer rule is in scripts/check/layers.mjs.
    files: face,
    ignores: ['lib/connection.js'],
    rules: {
      'n/no-restricted-require': [
        'error',
        [
          {
            name: ['**/binding.js', '**/binding', '**/*.node'],
            message: 'Only lib/connection.js talks to the native half.',
          },
        ],
      ],
    },
  },
  {
    files: tests,
    rules: {
      'no-restricted-imports': [
        'error',
        {
          paths: [
            {
              name: 'node:timers/promises',
              message: 'Wait for a condition with a deadline: __test__/helpers/until.mjs.',
            },
          ],
        },
      ],
      'no-restricted-syntax': [
        'error',
        {
          selector: 'CallExpression[callee.property.name=/^(only|skip|todo)$/]',
          message: 'Every test runs.',
        },
        {
          selector: 'Property[key.name=/^(only|skip|todo)$/]',
          message: 'Every test runs.',
        },
      ],
    },
  },
];
