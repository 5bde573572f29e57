import { KlorosError } from '../base/errors.js';
import { openObserver } from '../bus/open-observer.js';
import type { Observer } from '../bus/observer.js';
import type { Config } from '../config/schema.js';
import { unitDaemons, type ListedDaemon } from '../systemd/unit-daemons.js';
import type { DoctorView, Member } from './finding.js';

/** A daemon of the list, as far as the doctor looks at it. */
export interface Patient extends ListedDaemon {
  hears: readonly string[];
  says: readonly string[];
  alsoSays?(config: Config): readonly string[];
  portOffset?: number;
}

/** What a view is made of. */
export type DoctorOptions = Omit<DoctorView, 'journal' | 'members'> & { daemons: readonly Patient[] };

/** A view for one look; close it. */
export function openDoctor({ daemons, ...rest }: DoctorOptions): DoctorView & { close(): void } {
  let opened: Observer | undefined;
  const journal = () => {
    try {
      return (opened ??= openObserver(rest.config));
    } catch (error) {
      if (error instanceof KlorosError && error.code === 'JOURNAL_NOT_FOUND') return undefined;
      throw error;
    }
  };
  return { ...rest, journal, members: membersOf(daemons, rest.config), close: () => opened?.close() };
}

function membersOf(daemons: readonly Patient[], config: Config): Member[] {
  return unitDaemons(daemons, config).map((unit, index) => {
    const daemon = daemons[index];
    const { hears = [], says = [], portOffset } = daemon ?? {};
    const port = portOffset === undefined ? {} : { portOffset };
    return { ...unit, hears, says: [...says, ...(daemon?.alsoSays?.(config) ?? [])], ...port };
  });
}
