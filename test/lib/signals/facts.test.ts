import { describe, expect, expectTypeOf, it } from 'vitest';
import { PermanentError, KlorosError } from '../../../src/lib/base/errors.js';
import { catalogue } from '../../../src/lib/signals/catalogue.js';
import { checkFacts, normaliseFacts, readFacts, say } from '../../../src/lib/signals/facts.js';
import type { Facts } from '../../../src/lib/signals/envelope.js';
import fc from '../../helpers/property.js';

const NAMES = [...catalogue.keys()];
const thrownBy = (run: () => unknown): unknown => {
  try {
    run();
  } catch (error) {
    return error;
  }
  return undefined;
};

describe('facts that a daemon here says', () => {
  it('are refused with each wrong field in words and the command that explains them', () => {
    const error = thrownBy(() => checkFacts('Q_DREAM_TRIGGER', { reason: 'x', topic: 7 }));
    expect(error).toBeInstanceOf(KlorosError);
    expect(error).not.toBeInstanceOf(PermanentError);
    expect(error).toMatchObject({
      code: 'INVALID_FACTS',
      why: 'topic: expected string, received number; promotion_count: is missing',
      next: ['kloros signal explain Q_DREAM_TRIGGER'],
    });
  });

  it('may have fields that the catalogue does not know', () => {
    const facts = { question_id: 'q', timeout_seconds: 1, suggested_action: '', note: { deep: [1] } };
    expect(checkFacts('Q_INVESTIGATION_TIMEOUT', facts)).toEqual(facts);
  });

  it('are held to the types of the fields that existing peers know', () => {
    const example = catalogue.get('Q_DREAM_COMPLETE')?.example ?? {};
    expect(() => checkFacts('Q_DREAM_COMPLETE', { ...example, success: 'yes' })).toThrow(KlorosError);
  });

  it('pass untouched under a name that nobody declared', () => {
    const facts = { anything: 1 };
    expect(checkFacts('HEARTBEAT', facts)).toBe(facts);
    expect(normaliseFacts('governance.kill', facts)).toBe(facts);
  });

  it('are typed by the name of their signal', () => {
    const draft = say('Q_DREAM_TRIGGER', { reason: 'r', topic: null, promotion_count: 0 });
    expect(draft).toEqual({ signal: 'Q_DREAM_TRIGGER', facts: { reason: 'r', topic: null, promotion_count: 0 } });
    // @ts-expect-error promotion_count is a number
    say('Q_DREAM_TRIGGER', { reason: 'r', topic: null, promotion_count: '3' });
    // @ts-expect-error topic is missing
    say('Q_DREAM_TRIGGER', { reason: 'r', promotion_count: 3 });
  });
});

describe('facts of existing peers', () => {
  it('become the fields of the document, and what remains unknown is null', () => {
    const sent = { success: true, exit_code: 0, generation: 4, run_tag: 'run-9', duration_s: 12.5 };
    expect(normaliseFacts('Q_DREAM_COMPLETE', sent)).toEqual({
      ...sent,
      cycle_id: 'run-9',
      mutations_generated: null,
      tournament_winner: null,
      fitness_improvement: null,
      duration_seconds: 12.5,
    });
  });

  it('have types in which only the essential field is sure', () => {
    const facts = readFacts({ facts: { question_id: 'q', module_name: 'audio' } }, 'Q_INVESTIGATION_COMPLETE');
    expectTypeOf(facts.question_id).toEqualTypeOf<string>();
    expectTypeOf(facts.confidence).toEqualTypeOf<number | null>();
    expectTypeOf(facts.module_name).toEqualTypeOf<string | null | undefined>();
    expect(facts).toMatchObject({ question_id: 'q', confidence: null, hypothesis: null, module_name: 'audio' });
  });

  it('count the promotions that a peer lists', () => {
    const facts = readFacts({ facts: { promotion_files: ['a.json', 'b.json'] } }, 'Q_PROMOTIONS_DETECTED');
    expect(facts).toMatchObject({ promotion_count: 2, unacknowledged_count: 2, promotions_path: null });
  });

  it("never overwrite the document's field with an alias", () => {
    const facts = { cycle_id: 'mine', run_tag: 'theirs', duration_seconds: 1, duration_s: 2 };
    expect(normaliseFacts('Q_DREAM_COMPLETE', facts)).toMatchObject({ cycle_id: 'mine', duration_seconds: 1 });
  });

  it.each([
    [9, 'critical'],
    [7, 'high'],
    ['HIGH', 'high'],
    ['5', 'normal'],
    [0, 'low'],
    ['whenever', null],
  ])('turn a priority of %j into %j', (priority, word) => {
    expect(readFacts({ facts: { question_id: 'q', priority } }, 'Q_CURIOSITY_INVESTIGATE').priority).toBe(word);
  });

  it('turn evidence objects into key:value strings', () => {
    const evidence = ['path:/a', { has_init: true, path: '/b' }];
    const facts = readFacts({ facts: { question_id: 'q', evidence } }, 'Q_CURIOSITY_INVESTIGATE');
    expect(facts.evidence).toEqual(['path:/a', 'has_init:true', 'path:/b']);
  });

  it('identify a failed integration by its key where they have no other id', () => {
    const facts = { capability_key: 'tts.router', reason: 'no such module' };
    expect(normaliseFacts('Q_INTEGRATION_FAILED', facts)).toMatchObject({
      investigation_id: 'tts.router',
      error_message: 'no such module',
      error_type: null,
    });
  });

  it('cannot be read without the essential id', () => {
    const error = thrownBy(() => normaliseFacts('Q_INVESTIGATION_COMPLETE', { module_name: 'audio' }));
    expect(error).toBeInstanceOf(PermanentError);
    expect(error).toMatchObject({ code: 'UNREADABLE_FACTS', why: 'question_id: is missing' });
  });

  it('cannot be read when a field has the wrong type', () => {
    const error = thrownBy(() =>
      normaliseFacts('Q_CURIOSITY_INVESTIGATE', { question_id: 'q', priority: {}, evidence: 3 }),
    );
    expect(error).toBeInstanceOf(PermanentError);
    expect(error).toMatchObject({
      why: expect.stringContaining('evidence: expected array, received number') as string,
    });
  });

  it('are either read or a permanent failure, whatever they are', () => {
    const fields = [
      ...new Set([...catalogue.values()].flatMap((one) => [...one.fields, ...one.aliases.map((a) => a.from)])),
    ];
    const facts = fc.dictionary(fc.oneof(fc.constantFrom(...fields), fc.string()), fc.jsonValue());
    fc.assert(
      fc.property(fc.constantFrom(...NAMES), facts, (name, sent: Facts) => {
        const error = thrownBy(() => normaliseFacts(name, sent));
        if (error !== undefined) expect(error).toBeInstanceOf(PermanentError);
      }),
    );
  });

  it('read the same a second time', () => {
    fc.assert(
      fc.property(fc.constantFrom(...NAMES), fc.dictionary(fc.string(), fc.jsonValue()), (name, extra) => {
        const once = normaliseFacts(name, { ...extra, ...catalogue.get(name)?.example });
        expect(normaliseFacts(name, once)).toEqual(once);
      }),
    );
  });
});
