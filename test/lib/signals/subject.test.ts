import { describe, expect, it } from 'vitest';
import { catalogue } from '../../../src/lib/signals/catalogue.js';
import { NAMING_SIGNALS, subjectsOf } from '../../../src/lib/signals/subject.js';
import { idFromKey } from '../../../src/lib/signals/id.js';
import { mint } from '../../../src/lib/signals/mint.js';

const NOW_MS = Date.parse('2026-01-31T12:00:00.000Z');
const said = (signal: string, facts: Record<string, unknown>, causeId?: string) =>
  subjectsOf(
    mint(
      { signal, facts, ...(causeId === undefined ? {} : { causeId }) },
      { id: idFromKey(NOW_MS, 'a'), source: 't', nowMs: NOW_MS },
    ),
  );

describe('what a signal names', () => {
  it('is what its facts say, each once', () => {
    expect(said('Q_MODULE_INTEGRATED', { capability_key: 'audio', module_name: 'audio' })).toEqual([
      { kind: 'capability', name: 'audio' },
    ]);
    expect(said('Q_INTEGRATION_FAILED', { investigation_id: 'q.1', capability_key: 'audio' })).toEqual([
      { kind: 'question', name: 'q.1' },
      { kind: 'capability', name: 'audio' },
    ]);
  });

  it('is the intent that any signal was routed from, and no other cause', () => {
    expect(said('ANYTHING', {}, 'intent:1_a.json')).toEqual([{ kind: 'intent', name: '1_a.json' }]);
    expect(said('ANYTHING', { question_id: 'q.1' }, 'somebody')).toEqual([]);
  });

  it.each([undefined, null, 7, '', 'x'.repeat(301)])('is nothing where a peer says %j', (name) => {
    expect(said('Q_DREAM_COMPLETE', { cycle_id: name })).toEqual([]);
  });

  it.each(NAMING_SIGNALS)('is looked for in the example of %s, which the catalogue has', (name) => {
    expect(said(name, catalogue.get(name)?.example ?? {})).not.toEqual([]);
  });
});
