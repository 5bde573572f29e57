import { describe, expect, it } from 'vitest';
import type { Intent } from '../../../src/lib/intents/intent.js';
import { BUILT_IN_ROUTES, routedSignals, routeOf, routesOf } from '../../../src/lib/intents/routes.js';
import { toDraft } from '../../../src/lib/intents/to-draft.js';
import { checkFacts } from '../../../src/lib/signals/facts.js';
import fc from '../../helpers/property.js';

const question = { question: 'What failed?' };

/** An intent with what a test leaves open. */
function intent(parts: Partial<Intent>): Intent {
  return {
    type: 'discover.module',
    fileName: 'x.json',
    questionId: 'q1',
    priorities: [],
    reason: undefined,
    emittedBy: undefined,
    data: question,
    ...parts,
  };
}

/** Facts of the signal that it becomes. */
function factsOf(parts: Partial<Intent>, table = BUILT_IN_ROUTES) {
  const routed = toDraft(intent(parts), table);
  if ('problem' in routed) throw new Error(routed.problem.message);
  return routed.draft.facts;
}

/** Why it becomes none. */
function problemOf(parts: Partial<Intent>) {
  const routed = toDraft(intent(parts), BUILT_IN_ROUTES);
  return 'problem' in routed ? routed.problem : undefined;
}

describe('routes', () => {
  it.each([
    ['discover.module', 'normal'],
    ['reinvestigate', 'normal'],
    ['curiosity_investigate', 'normal'],
    ['curiosity_propose_fix', 'high'],
    ['curiosity_find_substitute', 'normal'],
    ['curiosity_explore', 'low'],
  ])('make an investigation of %s, %s where it names no urgency', (type, priority) => {
    expect(factsOf({ type })).toMatchObject({ question: 'What failed?', question_id: 'q1', priority, evidence: [] });
  });

  it('are found by their exact type first, then by the longest prefix', () => {
    const table = { 'a*': { signal: 'A' }, 'a_b*': { signal: 'AB' }, a_bc: { signal: 'ABC' } };
    expect(['a_bc', 'a_bx', 'ax', 'b'].map((type) => routeOf(type, table)?.signal)).toEqual([
      'ABC',
      'AB',
      'A',
      undefined,
    ]);
  });

  it('do not mistake what every object has for a route', () => {
    expect(routeOf('constructor', BUILT_IN_ROUTES)).toBeUndefined();
    expect(routeOf('__proto__', BUILT_IN_ROUTES)).toBeUndefined();
  });

  it('can be added and overridden by the operator', () => {
    const own = { spica_spawn_request: { signal: 'Q_SPICA_SPAWN' }, trigger_dream: { signal: 'Q_OTHER' } };
    const table = routesOf({ intents: { stillMs: 1, maxBytes: 1, batch: 1, routes: own } });
    expect(factsOf({ type: 'spica_spawn_request', data: { variant: 3 } }, table)).toEqual({
      variant: 3,
      intent_type: 'spica_spawn_request',
      priority: 'normal',
    });
    expect(routeOf('trigger_dream', table)?.signal).toBe('Q_OTHER');
    expect(routedSignals(table)).toContain('Q_SPICA_SPAWN');
  });
});

describe('toDraft', () => {
  it('takes the more urgent of an integer at the top and a word in the data', () => {
    expect(factsOf({ priorities: [9, 'low'] })['priority']).toBe('critical');
    expect(factsOf({ priorities: [2, 'high'] })['priority']).toBe('high');
  });

  it('lets a named urgency win over that of the route, and ignores one that nobody knows', () => {
    expect(factsOf({ type: 'curiosity_propose_fix', priorities: [undefined, 'low'] })['priority']).toBe('low');
    expect(factsOf({ type: 'curiosity_propose_fix', priorities: ['soonish'] })['priority']).toBe('high');
  });

  it('asks for a re-investigation where that is the type', () => {
    expect(factsOf({ type: 'reinvestigate' })['action_class']).toBe('reinvestigate');
    expect(factsOf({ type: 'curiosity_explore' })['action_class']).toBeUndefined();
  });

  it('keeps all that the data said, as the file will be deleted', () => {
    const data = { ...question, hypothesis: 'H', capability_key: 'k', custom: { deep: [1] } };
    expect(factsOf({ data, reason: 'because', emittedBy: 'observer' })).toMatchObject({
      hypothesis: 'H',
      capability_key: 'k',
      custom: { deep: [1] },
      reason: 'because',
      emitted_by: 'observer',
      intent_type: 'discover.module',
    });
  });

  it('keeps evidence of objects as key:value', () => {
    const evidence = ['path:/x', { unit: 'x.service', exit: 3 }];
    expect(factsOf({ data: { ...question, evidence } })['evidence']).toEqual(['path:/x', 'unit:x.service', 'exit:3']);
  });

  it('makes an alert of alert_*', () => {
    const facts = factsOf({ type: 'alert_disk_full', data: { metric_value: 97, threshold: '90%', severity: 'high' } });
    expect(facts).toMatchObject({
      alert_type: 'disk_full',
      severity: 'critical',
      metric_value: '97',
      threshold: '90%',
    });
    expect(checkFacts('Q_HEALTH_ALERT', facts)).toEqual(facts);
  });

  it('makes a request for the policy engine of trigger_dream', () => {
    const facts = factsOf({
      type: 'trigger_dream',
      data: { topic: 'audio' },
      reason: 'stagnation',
      emittedBy: 'observer',
    });
    expect(facts).toMatchObject({ reason: 'stagnation', topic: 'audio', requested_by: 'observer', priority: 'normal' });
  });

  it('names the file as the cause', () => {
    const routed = toDraft(intent({ fileName: '1_a_b.json' }), BUILT_IN_ROUTES);
    expect('draft' in routed && routed.draft.causeId).toBe('intent:1_a_b.json');
  });

  it('says of a type without a route which line would route it', () => {
    expect(problemOf({ type: 'run_scanner' })).toMatchObject({ name: 'UnroutedIntent' });
    expect(problemOf({ type: 'run_scanner' })?.next[0]).toContain('"run_scanner": {signal: Q_');
  });

  it('says of wrong facts what is wrong with them', () => {
    expect(problemOf({ data: {} })?.message).toBe('it cannot become a Q_CURIOSITY_INVESTIGATE: question: is missing');
    expect(problemOf({ questionId: undefined })?.message).toContain('question_id');
    expect(problemOf({ data: { ...question, evidence: 7 } })?.message).toContain('evidence');
  });

  it('never throws, whatever the data', () => {
    const data = fc.dictionary(
      fc.constantFrom('question', 'evidence', 'severity', '__proto__', 'topic'),
      fc.jsonValue(),
    );
    const type = fc.constantFrom('reinvestigate', 'alert_', 'alert_x', 'trigger_dream', 'none');
    fc.assert(
      fc.property(type, data, fc.array(fc.jsonValue()), (anyType, anyData, priorities) => {
        toDraft(intent({ type: anyType, data: anyData, priorities }), BUILT_IN_ROUTES);
      }),
    );
  });
});
