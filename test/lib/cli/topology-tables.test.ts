import { describe, expect, it } from 'vitest';
import { membersTable } from '../../../src/lib/cli/topology-tables.js';
import type { Member } from '../../../src/lib/operator/topology/topology.js';

const none = { pids: [], ports: [], hears: [], says: [], said: {}, kept: 0 };
const MEMBERS: Member[] = [
  { ...none, name: 'hub', kind: 'hub', pids: [7], ports: [7776, 7777] },
  {
    ...{ ...none, name: 'worker', kind: 'daemon', hears: ['Q_A'] },
    ...{ says: ['Q_FIRST_ANSWER', 'Q_SECOND_ANSWER', 'Q_THIRD_ANSWER'], said: { Q_FIRST_ANSWER: 12 } },
  },
];

describe('who says and hears what', () => {
  it('is a table where there is room, and in a pipe', () => {
    const table = membersTable(MEMBERS, undefined).split('\n');
    expect(table[0]).toBe('WHO     IS            PORT  SAYS                HEARS');
    expect(membersTable(MEMBERS, 80).split('\n')).toEqual(table);
  });

  it('is a list on a narrow terminal, no line of it longer, and nothing left out', () => {
    expect(membersTable(MEMBERS, 45).split('\n')).toEqual([
      'hub  pid 7  7776 7777',
      'worker  does not run',
      '  says   Q_FIRST_ANSWER ×12  Q_SECOND_ANSWER',
      '         Q_THIRD_ANSWER',
      '  hears  Q_A',
    ]);
  });
});
