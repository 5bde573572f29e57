import type { Rule } from 'eslint';

/** Forbids to ask an ordinary object for a key that may be any text. */
export const noForeignKeys: Rule.RuleModule;
