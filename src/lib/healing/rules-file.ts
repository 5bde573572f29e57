import { HotFile } from '../base/hot-file.js';
import { builtInRules, parseRules, type ParseOptions, type Rules } from './rules.js';

/** The daemon that heals. */
export const HEALER = 'orchestrator_monitor';

/** Where the monitor's state keeps what it remembers of healing. */
export const STATE_PREFIX = 'healing:';

/** healing.yaml, whose edits are in force from the next look on, or refused whole. */
export function openRulesFile(options: ParseOptions, state: Readonly<Record<string, unknown>>): HotFile<Rules> {
  const parse = (text: string) => (text === '' ? builtInRules(options) : parseRules(text, options));
  const keys = { accepted: `${STATE_PREFIX}accepted`, refused: `${STATE_PREFIX}refused` };
  return new HotFile({ path: options.path, parse, keys, unreadable: 'HEALING_UNREADABLE' }, state);
}
