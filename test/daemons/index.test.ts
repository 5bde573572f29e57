import { describe, expect, it } from 'vitest';
import { daemons, findDaemon } from '../../src/daemons/index.js';
import { KlorosError } from '../../src/lib/base/errors.js';

const refusal = (name: string) => {
  try {
    findDaemon(name);
  } catch (error) {
    return error;
  }
  return undefined;
};

describe('the list of daemons', () => {
  it('has unique names, and one hub that comes first', () => {
    expect(new Set(daemons.map((daemon) => daemon.name)).size).toBe(daemons.length);
    expect(daemons.filter((daemon) => daemon.role === 'hub').map((daemon) => daemon.name)).toEqual(['chemical_bus']);
    expect(daemons[0]?.role).toBe('hub');
  });

  it('gives no port twice', () => {
    const offsets = daemons.flatMap((daemon) => daemon.portOffset ?? []);
    expect(new Set(offsets).size).toBe(offsets.length);
  });

  it('says of every daemon exactly what its work does, which is read when it runs', async () => {
    const members = ['open', 'close', 'handle', 'source', 'wakes'] as const;
    for (const daemon of daemons.filter(({ role }) => role !== 'hub')) {
      const work = Object.keys((await daemon.load?.()) as object);
      expect(work.toSorted(), daemon.name).toEqual(members.filter((member) => member in daemon).toSorted());
    }
  });

  it.each(['chemical_bus', 'chemical-bus', 'Chemical-Bus', 'kloros_chemical_bus', 'kloros-chemical-bus-daemon'])(
    'finds chemical_bus as %s',
    (name) => expect(findDaemon(name).name).toBe('chemical_bus'),
  );

  it('finds every daemon by its own name, and without its affixes', () => {
    for (const { name } of daemons) {
      expect(findDaemon(name).name).toBe(name);
      expect(findDaemon(name.replace(/^kloros_/, '').replace(/_daemon$/, '')).name).toBe(name);
    }
  });

  it('suggests the daemon that a mistyped name meant', () => {
    expect(refusal('chemcal-bus')).toMatchObject({ code: 'UNKNOWN_DAEMON', why: 'did you mean chemical_bus?' });
  });

  it('lists the names when none is near', () => {
    const error = refusal('zzzzzzzzzzzzzzzzzzzzzzzz');
    expect(error).toBeInstanceOf(KlorosError);
    expect(error).toMatchObject({ why: expect.stringContaining('the daemons are chemical_bus') as string });
  });
});
