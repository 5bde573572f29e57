import type { ProcessIdentity } from '../../base/process-identity.js';
import type { Database } from './database.js';
import { openHomeBook, type HomeBook } from './home-book.js';
import { livingAt } from './living.js';
import { untilFree, untilNotBusy } from './patience.js';

/** A process that holds work or a role. */
export interface Owner extends ProcessIdentity {
  id: number;
  name: string;
  role: string | null;
  beat: number;
}

interface OwnerRow {
  id: number;
  boot_id: string;
  pid: number;
  start_ticks: string;
  name: string;
  role: string | null;
  beat: number;
}

/** The register of processes at the journal. */
export interface Owners {
  /**
   * Enters this process. A role (`hub`, `daemon:<name>`) has one live holder:
   * where another lives, nothing is entered and that one is answered.
   */
  enter(identity: ProcessIdentity, name: string, role: string | null): Promise<number | Owner>;
  all(): Owner[];
  /** To whose home the register belongs. */
  home: Pick<HomeBook, 'settle' | 'adopt'>;
}

/** Prepares the statements about owners. */
export function openOwners(database: Database): Owners {
  const all = database.prepare<[], OwnerRow>('SELECT * FROM owners');
  const add = database
    .prepare<[string, number, string, string, string | null], number>(
      'INSERT INTO owners (boot_id, pid, start_ticks, name, role) VALUES (?, ?, ?, ?, ?) RETURNING id',
    )
    .pluck();
  const freeRole = database.prepare('UPDATE owners SET role = NULL WHERE id = ?');
  const forget = database.prepare(
    'DELETE FROM owners WHERE id = ? AND NOT EXISTS (SELECT 1 FROM work WHERE owner = owners.id)',
  );
  const list = () => all.all().map(ownerOf);

  const enter = database.transaction((identity: ProcessIdentity, name: string, role: string | null) => {
    const isLiving = livingAt(database.name);
    for (const owner of list()) if (!isLiving(owner)) forget.run(owner.id);
    const holder = role === null ? undefined : list().find((owner) => owner.role === role);
    if (holder !== undefined && isLiving(holder)) return holder;
    if (holder !== undefined) freeRole.run(holder.id);
    return Number(add.get(identity.bootId, identity.pid, identity.startTicks, name, role));
  });
  const book = openHomeBook(database);
  return {
    all: list,
    enter: (identity, name, role) => untilFree(database.name, () => enter.immediate(identity, name, role)),
    home: {
      settle: (home, nowMs) => untilNotBusy(database.name, () => book.settle(home, nowMs)),
      adopt: (home, nowMs) => untilNotBusy(database.name, () => book.adopt(home, nowMs)),
    },
  };
}

function ownerOf(row: OwnerRow): Owner {
  const { boot_id: bootId, start_ticks: startTicks, ...rest } = row;
  return { ...rest, bootId, startTicks };
}
