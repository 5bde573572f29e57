import { advisory } from './advisory.js';
import { completion } from './completion.js';
import { error } from './error.js';
import { repair } from './repair.js';
import { trigger } from './trigger.js';
import type { z } from 'zod';
import type { SignalDefinition } from './facts-definition.js';

/** Every signal that kloros knows, by name, with its exact types. */
export const definitions = { ...advisory, ...trigger, ...completion, ...error, ...repair };

type Definitions = typeof definitions;

/** Name of a signal that kloros knows. */
export type SignalName = keyof Definitions;

/** Facts of a signal as a daemon here says them. */
export type FactsOf<N extends SignalName> = z.output<Definitions[N]['facts']>;

/** Facts of a signal as they are read from anyone: what a peer did not say is null. */
export type ReadFactsOf<N extends SignalName> = z.output<Definitions[N]['reading']>;

/** Every signal that kloros knows, in the document's order. */
export const catalogue: ReadonlyMap<string, SignalDefinition> = new Map(Object.entries<SignalDefinition>(definitions));

/** Whether kloros knows a signal of this name. */
export function isKnownSignal(name: string): name is SignalName {
  return Object.hasOwn(definitions, name);
}

export type { SignalDefinition, SignalKind } from './facts-definition.js';
