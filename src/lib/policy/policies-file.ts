import { HotFile, type Refusal } from '../base/hot-file.js';
import type { StateChange } from '../bus/bus.js';
import type { FactsOf } from '../signals/catalogue.js';
import { builtInPolicies, parsePolicies, type ParseOptions, type Policies } from './policies.js';

/** What has to be said and remembered about the file. */
export interface PolicyNews {
  alerts: FactsOf<'Q_HEALTH_ALERT'>[];
  state: StateChange[];
  /** What an operator's log says. */
  words: string | undefined;
}

/** policies.yaml, whose edits are in force from the next decision on, or refused whole. */
export class PoliciesFile {
  readonly #file: HotFile<Policies>;

  /** `state` is the engine's own; nothing is read from the disk before refresh(). */
  constructor(options: ParseOptions, state: Readonly<Record<string, unknown>>) {
    const parse = (text: string) => (text === '' ? builtInPolicies(options.alsoSays) : parsePolicies(text, options));
    const keys = { accepted: 'policies:accepted', refused: 'policies:refused' };
    this.#file = new HotFile({ path: options.path, parse, keys, unreadable: 'POLICIES_UNREADABLE' }, state);
  }

  /** Rules that are in force. */
  get current(): Policies {
    return this.#file.current;
  }

  /** The edit that was refused, where the file holds one. */
  get refusal(): Refusal | undefined {
    return this.#file.refusal;
  }

  /** Looks at the file, and reads it where it has changed. */
  refresh(): Promise<Policies> {
    return this.#file.refresh();
  }

  /** What is new since the state was written; said and remembered in one transaction. */
  news(state: Readonly<Record<string, unknown>>, nowMs: number): PolicyNews {
    const { refused, isNew, state: changes } = this.#file.news(state, nowMs);
    const words = isNew ? `Policies ${this.current.version} are in force` : undefined;
    if (refused === undefined) return { alerts: [], state: changes, words };
    const why = `${refused.message}: ${refused.why ?? ''}`;
    const alert = {
      alert_type: 'policies_invalid',
      severity: 'warning' as const,
      metric_value: why,
      threshold: 'valid',
      recommended_action: 'mend_policies_yaml',
    };
    return { alerts: [alert], state: changes, words: `${why}. The old rules stay in force` };
  }
}
