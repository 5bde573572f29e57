import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { semanticDedupConsumer } from '../../src/daemons/semantic-dedup-consumer.js';
import type { Config } from '../../src/lib/config/schema.js';
import { MOST_KEPT } from '../../src/lib/investigation/newest.js';
import { checkFacts } from '../../src/lib/signals/facts.js';
import { completionOf, freshConfig, recordOf, surroundings } from './surroundings.js';

type Resources = Awaited<ReturnType<NonNullable<typeof semanticDedupConsumer.open>>>;

let config: Config;
let world: ReturnType<typeof surroundings>;
let resources: Resources;

beforeEach(async () => {
  config = freshConfig();
  world = surroundings(config);
  resources = await semanticDedupConsumer.open!(world.attempt);
});
afterEach(() => semanticDedupConsumer.close!(resources));

async function hear(fields: Record<string, unknown> & { id: string }, trace = fields.id) {
  const record = await resources.investigations.append(recordOf(fields));
  const completion = { ...completionOf(record, `s-${fields.id}`), trace };
  const answer = await semanticDedupConsumer.handle!(completion, world.attempt, resources);
  const said = world.keep(answer);
  for (const draft of said.signals ?? []) checkFacts(draft.signal, draft.facts);
  return said.signals ?? [];
}

describe('semantic_dedup_consumer_daemon', () => {
  it('keeps what a module provides, uses and is used by, and where that comes from', async () => {
    expect(await hear({ id: '1', structure: { imports_outside: ['numpy'] }, imported_by: ['voice/main.py'] })).toEqual(
      [],
    );
    const evidence = await resources.evidence.read('module:src.audio');
    expect(evidence.provides.map((item) => item.text)).toEqual(['record audio', 'extract audio features']);
    expect(evidence.uses[0]?.text).toBe('numpy');
    expect(evidence.used_by[0]?.text).toBe('voice/main.py');
    expect(evidence.provides[0]?.sources).toEqual([
      {
        investigation_id: '1',
        question_id: 'discover.module.audio',
        evidence_hash: 'hash-1',
        at: '2025-11-15T10:29:00.000Z',
      },
    ]);
  });

  it('merges what means the same into one statement, and says which measure decided', async () => {
    await hear({ id: '1' });
    await hear({ id: '2', question_id: 'q2', capabilities: ['audio recorder', 'audio feature extraction'] });
    const { provides } = await resources.evidence.read('module:src.audio');
    expect(provides).toHaveLength(2);
    expect(provides[0]?.also).toMatchObject([{ text: 'audio recorder', decided_by: 'wordnet' }]);
    expect(provides[0]?.sources).toHaveLength(2);
  });

  it('asks again, once, when two answers to a question contradict each other', async () => {
    await hear({ id: '1', capabilities: ['enable caching'] });
    const asked = await hear({ id: '2', capabilities: ['disable caching'], timestamp: '2025-11-15T10:30:00.000Z' });
    expect(asked).toHaveLength(1);
    expect(asked[0]).toMatchObject({
      signal: 'Q_CURIOSITY_INVESTIGATE',
      facts: { question_id: 'discover.module.audio', action_class: 'reinvestigate' },
    });
    expect(await hear({ id: '3', capabilities: ['enable caching'], timestamp: '2025-11-15T10:31:00.000Z' })).toEqual(
      [],
    );
  });

  it('asks again, once, when an answer repeats an earlier one whose evidence has changed since', async () => {
    await hear({ id: '1' });
    const changed = { evidence_hash: 'hash-2', timestamp: '2025-11-15T10:30:00.000Z' };
    expect(await hear({ id: '2', ...changed })).toHaveLength(1);
    expect(await hear({ id: '3', ...changed, timestamp: '2025-11-15T10:31:00.000Z' })).toEqual([]);
  });

  it('asks again once in a chain, though the evidence changes with each look', async () => {
    const looks: number[] = [];
    for (let n = 1; n <= 5; n += 1) {
      const timestamp = `2025-11-15T10:3${n}:00.000Z`;
      looks.push((await hear({ id: String(n), evidence_hash: `hash-${n}`, timestamp }, 'one chain')).length);
    }
    expect(looks).toEqual([0, 1, 0, 0, 0]);
    const later = { id: '6', evidence_hash: 'hash-6', timestamp: '2025-11-15T10:40:00.000Z' };
    expect(await hear(later, 'another chain')).toHaveLength(1);
  });

  it('keeps no more than the newest of what it asked again, and asks none of those once more', async () => {
    const old = Array.from({ length: 10_000 }, (_, n) => ({ key: `reinvestigated:${n}`, value: n }));
    world.keep({ state: old });
    await hear({ id: '1' });
    const changed = { evidence_hash: 'hash-2', timestamp: '2025-11-15T10:30:00.000Z' };
    expect(await hear({ id: '2', ...changed })).toHaveLength(1);
    const left = Object.values(await world.attempt.state()).filter((value) => value !== null);
    expect(left.length).toBeLessThanOrEqual(MOST_KEPT);
    expect(left).toContain(9_999);
    expect(await hear({ id: '3', ...changed, timestamp: '2025-11-15T10:31:00.000Z' })).toEqual([]);
  });

  it('says nothing when the same answer comes on the same evidence', async () => {
    await hear({ id: '1' });
    expect(await hear({ id: '2', timestamp: '2025-11-15T10:30:00.000Z' })).toEqual([]);
  });

  it('decides the same and stores nothing twice when it is run again after a crash', async () => {
    await hear({ id: '1', capabilities: ['enable caching'] });
    const record = await resources.investigations.append(recordOf({ id: '2', capabilities: ['disable caching'] }));
    const run = async () => semanticDedupConsumer.handle!(completionOf(record, 's-2'), world.attempt, resources);
    const first = await run();
    const stored = await resources.evidence.read('module:src.audio');
    expect(await run()).toEqual(first);
    expect(await resources.evidence.read('module:src.audio')).toEqual(stored);
  });

  it('learns nothing from an investigation that failed', async () => {
    expect(await hear({ id: '1', success: false, status: 'failed' })).toEqual([]);
    expect(await resources.evidence.subjects()).toEqual([]);
  });

  it('keeps what is asked about something else than a module under its question', async () => {
    await hear({ id: '1', module_name: null, module_path: null, question_id: 'service_error_1' });
    expect(await resources.evidence.subjects()).toEqual(['question:service_error_1']);
  });
});
