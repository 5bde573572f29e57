import type { Clock } from '../base/clock.js';
import { toError } from '../base/errors.js';
import type { Logger } from '../base/log.js';
import { openObserver } from '../bus/open-observer.js';
import type { Observer } from '../bus/observer.js';
import { pathsOf } from '../config/paths.js';
import type { Config } from '../config/schema.js';
import { readChronicle } from '../supervise/chronicle.js';
import type { HealthView, Member } from './check.js';
import { servicesOf } from './services.js';
import { standingOf } from './standing.js';

/** What a view is made of. */
export interface ViewOptions {
  config: Config;
  clock: Clock;
  log: Logger;
  /** Every daemon that there is. */
  members: readonly Member[];
}

/** A view for one look; close it. What is never asked for is never opened. */
export function openView({ config, clock, log, members }: ViewOptions): HealthView & { close(): void } {
  let opened: Observer | undefined;
  const observer = () => (opened ??= openObserver(config));
  const attendants = () => {
    try {
      return observer().attendants();
    } catch (error) {
      log.debug({ err: toError(error) }, 'There is no journal to ask who runs');
      return [];
    }
  };
  const names = members.map(({ name }) => name);
  const standing = async () => {
    const chronicle = await readChronicle(pathsOf(config).chronicle);
    const units = await servicesOf(config, names);
    return standingOf({ members, attendants: attendants(), chronicle, units, nowMs: clock.nowMs() });
  };
  const isDeclared = (name: string) => names.includes(name);
  return { config, clock, log, observer, members, isDeclared, standing, close: () => opened?.close() };
}
