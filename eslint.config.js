import js from '@eslint/js';
import tseslint from 'typescript-eslint';
import { noForeignKeys } from './scripts/lint/no-foreign-keys.js';
import { noLongTimers } from './scripts/lint/no-long-timers.js';

export default tseslint.config(
  { ignores: ['dist/', 'coverage/', 'test/fixtures/'] },
  { linterOptions: { noInlineConfig: true, reportUnusedDisableDirectives: 'error' } },
  js.configs.recommended,
  ...tseslint.configs.strictTypeChecked,
  {
    languageOptions: { parserOptions: { project: ['./tsconfig.test.json'] } },
    rules: {
      'max-params': ['error', 3],
      'max-lines': ['error', { max: 250, skipBlankLines: true, skipComments: true }],
      'max-lines-per-function': ['error', { max: 45, skipBlankLines: true, skipComments: true }],
      complexity: ['error', 12],
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true, allowBoolean: true }],
      '@typescript-eslint/no-unused-vars': ['error', { varsIgnorePattern: '^_', argsIgnorePattern: '^_' }],
      '@typescript-eslint/no-confusing-void-expression': 'off',
      '@typescript-eslint/no-invalid-void-type': 'off',
      // Async generators and interface methods are often async without awaiting.
      '@typescript-eslint/require-await': 'off',
      '@typescript-eslint/no-unnecessary-condition': ['error', { allowConstantLoopConditions: true }],
    },
  },
  {
    files: ['src/**/*.ts'],
    plugins: { kloros: { rules: { 'no-foreign-keys': noForeignKeys, 'no-long-timers': noLongTimers } } },
    rules: { 'kloros/no-foreign-keys': 'error', 'kloros/no-long-timers': 'error' },
  },
  {
    files: ['test/**', 'bench/**'],
    rules: {
      'max-lines': ['error', { max: 350, skipBlankLines: true, skipComments: true }],
      'max-lines-per-function': 'off',
      '@typescript-eslint/no-non-null-assertion': 'off',
      'no-restricted-imports': [
        'error',
        {
          paths: [
            {
              name: 'fast-check',
              importNames: ['default'],
              message: 'Import test/helpers/property.js, which sets the seed.',
            },
          ],
        },
      ],
    },
  },
  { files: ['src/lib/base/timers.ts'], rules: { 'kloros/no-long-timers': 'off' } },
  { files: ['test/helpers/property.ts'], rules: { 'no-restricted-imports': 'off' } },
  {
    files: ['**/*.{js,mjs}'],
    extends: [tseslint.configs.disableTypeChecked],
    languageOptions: {
      parserOptions: { project: null },
      globals: { process: 'readonly', console: 'readonly', URL: 'readonly' },
    },
  },
);
