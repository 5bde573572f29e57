import { appendFileSync, copyFileSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { investigationRecordSchema, type InvestigationRecord } from '../../../src/lib/investigation/record.js';
import { openInvestigationStore, type InvestigationStore } from '../../../src/lib/investigation/store.js';
import { FIXTURES, temporaryFolder } from './tree.js';

let home: string;
let open: InvestigationStore[];
const paths = () => ({ investigations: join(home, 'rows.jsonl'), investigationIndex: join(home, 'index', 'rows.db') });

beforeEach(() => {
  home = temporaryFolder();
  open = [];
});
afterEach(() => {
  for (const store of open) store.close();
  rmSync(home, { recursive: true });
});

function openStore(): InvestigationStore {
  const store = openInvestigationStore(paths());
  open.push(store);
  return store;
}

function record(signalId: string, fields: Partial<InvestigationRecord> = {}): InvestigationRecord {
  return investigationRecordSchema.parse({
    id: `inv.${signalId}`,
    timestamp: '2026-11-24T03:10:02.123Z',
    investigation_timestamp: '20261124_031002_123',
    question_id: 'discover.module.audio',
    signal_id: signalId,
    ...fields,
  });
}

const lines = () => readFileSync(paths().investigations, 'utf8').trim().split('\n');

describe('the record of investigations', () => {
  it('finds the newest of a question, and each by its signal, id and timestamp', async () => {
    const store = openStore();
    await store.append(record('s1'));
    await store.append(record('s2', { investigation_timestamp: 't2' }));
    expect((await store.latest('discover.module.audio'))?.id).toBe('inv.s2');
    expect((await store.bySignal('s1'))?.id).toBe('inv.s1');
    expect((await store.byId('inv.s1'))?.signal_id).toBe('s1');
    expect((await store.byTimestamp('t2'))?.id).toBe('inv.s2');
    expect(await store.latest('discover.module.ghost')).toBeUndefined();
  });

  it('writes one row for one signal, and returns that row the second time', async () => {
    await openStore().append(record('s1', { purpose: 'first' }));
    const again = await openStore().append(record('s1', { purpose: 'second' }));
    expect(again.purpose).toBe('first');
    expect(lines()).toHaveLength(1);
  });

  it('keeps to one row a signal when many append at once, from several stores', async () => {
    const stores = [openStore(), openStore(), openStore()];
    await Promise.all(stores.flatMap((store) => ['a', 'b', 'c'].map((id) => store.append(record(id)))));
    expect(lines()).toHaveLength(3);
  });

  it('reads every shape of existing rows, and no bad line hides another', async () => {
    copyFileSync(join(FIXTURES, 'existing-rows.jsonl'), paths().investigations);
    const store = openStore();
    expect(await store.figures()).toEqual({ records: 3, badLines: 3 });
    const incident = await store.latest('service_error_1763163600');
    expect(incident).toMatchObject({
      timestamp: '2025-11-14T23:40:00.500Z',
      evidence: [{ line: 'boom' }],
      status: 'failed',
    });
    const newest = await store.latest('discover.module.tools');
    expect(newest).toMatchObject({ question: 'Again?', confidence: 0.9 });
    expect(await store.byId(newest?.id ?? '')).toEqual(newest);
  });

  it('sees what another writer appends after it was opened', async () => {
    const store = openStore();
    await store.append(record('s1'));
    appendFileSync(paths().investigations, '{"timestamp":1763163600,"question_id":"foreign","confidence":0.5}\n');
    expect((await store.latest('foreign'))?.confidence).toBe(0.5);
  });

  it('waits for the end of a row that is still being written, and loses none beside a torn one', async () => {
    const store = openStore();
    await store.append(record('s1'));
    appendFileSync(paths().investigations, '{"timestamp":1763163600,"question_id":"torn"');
    expect(await store.latest('torn')).toBeUndefined();
    await store.append(record('s2'));
    expect((await store.bySignal('s2'))?.id).toBe('inv.s2');
    expect(await store.figures()).toEqual({ records: 2, badLines: 1 });
  });

  it('learns the file anew when its index is gone, damaged, or of another file', async () => {
    const first = openStore();
    await first.append(record('s1'));
    first.close();
    open = [];
    writeFileSync(paths().investigationIndex, 'this is no database, but it is long enough to look like a damaged one');
    const second = openStore();
    expect((await second.bySignal('s1'))?.id).toBe('inv.s1');
    writeFileSync(paths().investigations, `${JSON.stringify(record('s9', { question_id: 'other' }))}\n`);
    expect((await second.latest('other'))?.id).toBe('inv.s9');
    expect(await second.bySignal('s1')).toBeUndefined();
  });

  it('notices a file that was edited below the index', async () => {
    const store = openStore();
    await store.append(record('s1'));
    const [line = ''] = lines();
    writeFileSync(paths().investigations, `${line}\n${JSON.stringify(record('s2'))}\n`);
    expect((await store.bySignal('s2'))?.id).toBe('inv.s2');
    const swapped = readFileSync(paths().investigations, 'utf8').replaceAll('"s2"', '"s3"');
    writeFileSync(paths().investigations, swapped);
    expect(await store.bySignal('s2')).toBeUndefined();
    expect((await store.bySignal('s3'))?.id).toBe('inv.s2');
  });
});
