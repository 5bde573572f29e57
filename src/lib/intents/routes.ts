import { own } from '../base/own.js';
import type { Config } from '../config/schema.js';

/** What becomes of an intent type. */
export interface Route {
  signal: string;
  /** Urgency where the intent names none, 0..10 (formats.md §3). */
  priority?: number | undefined;
}

/** Exact types and `prefix*` patterns to routes. */
export type RouteTable = Readonly<Record<string, Route>>;

const INVESTIGATE = 'Q_CURIOSITY_INVESTIGATE';

/** The routes that need no configuration (formats.md §3). What has none is a dead letter, whole. */
export const BUILT_IN_ROUTES: RouteTable = {
  'discover.module': { signal: INVESTIGATE },
  reinvestigate: { signal: INVESTIGATE },
  curiosity_investigate: { signal: INVESTIGATE, priority: 6 },
  curiosity_propose_fix: { signal: INVESTIGATE, priority: 7 },
  curiosity_find_substitute: { signal: INVESTIGATE, priority: 5 },
  curiosity_explore: { signal: INVESTIGATE, priority: 4 },
  trigger_dream: { signal: 'Q_DREAM_REQUESTED' },
  'alert_*': { signal: 'Q_HEALTH_ALERT' },
};

/** The built-in table with what the operator added or overrode. */
export function routesOf(config: Pick<Config, 'intents'>): RouteTable {
  return { ...BUILT_IN_ROUTES, ...config.intents.routes };
}

/** Names of signals that a table leads to. */
export function routedSignals(table: RouteTable): string[] {
  return [...new Set(Object.values(table).map(({ signal }) => signal))];
}

/** The route of a type: an exact key first, then the longest prefix. */
export function routeOf(type: string, table: RouteTable): Route | undefined {
  if (Object.hasOwn(table, type)) return own(table, type);
  const prefixes = Object.keys(table).filter((key) => key.endsWith('*') && type.startsWith(key.slice(0, -1)));
  const longest = prefixes.sort((a, b) => b.length - a.length)[0];
  return longest === undefined ? undefined : own(table, longest);
}
