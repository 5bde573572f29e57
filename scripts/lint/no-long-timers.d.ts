import type { Rule } from 'eslint';

/** Forbids timers of Node whose time is no constant, and so may be longer than they can hold. */
export const noLongTimers: Rule.RuleModule;
