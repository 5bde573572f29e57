import { describe, expect, it } from 'vitest';
import { KlorosError } from '../../../src/lib/base/errors.js';
import { textOf } from '../../project/tree.js';
import { builtInPolicies, parsePolicies } from '../../../src/lib/policy/policies.js';
import fc from '../../helpers/property.js';

const parse = (text: string) => parsePolicies(text, { path: '/h/policies.yaml', alsoSays: ['Q_MY_ACTION'] });

function refusal(text: string): { message: string; why: string } {
  try {
    parse(text);
  } catch (error) {
    if (error instanceof KlorosError && error.code === 'INVALID_POLICIES')
      return { message: error.message, why: error.why ?? '' };
    throw error;
  }
  throw new Error('it was accepted');
}

describe('policies.yaml', () => {
  it.each(['', '# nothing yet\n', 'rules: []', '{}'])('that says nothing leaves the built-in rules: %j', (text) => {
    expect(parse(text).rules.map(({ name }) => name)).toEqual(builtInPolicies().rules.map(({ name }) => name));
  });

  it('changes a built-in rule key by key, and adds its own', () => {
    const mine = '  - {name: mine, hears: Q_HEALTH_ALERT, say: Q_MY_ACTION}\n';
    const { rules, timeZone } = parse(
      `time_zone: Europe/Berlin\nrules:\n  - {name: promotions_start_a_cycle, cooldown: 2h}\n${mine}`,
    );
    expect(rules.map(({ name, origin, cooldown }) => [name, origin, cooldown])).toEqual([
      ['promotions_start_a_cycle', 'file', 7_200_000],
      ['requests_start_a_cycle', 'built-in', 0],
      ['mine', 'file', 0],
    ]);
    expect(timeZone).toBe('Europe/Berlin');
  });

  const rule = (more: string) => `rules:\n  - name: mine\n    hears: Q_HEALTH_ALERT\n    say: Q_MY_ACTION\n${more}`;

  it.each([
    ['rules: [', 1, 'not YAML'],
    ['time_zone: Mars', 1, 'no such time zone'],
    [rule('    colour: red'), 5, 'colour'],
    [rule('    cooldown: soon'), 5, 'not a duration'],
    [rule('    quiet_hours: ["25:00-06:00"]'), 5, 'not a time of day'],
    [rule('    when: facts.n >'), 5, 'the expression cannot be used'],
    [rule('    when: facts.n >\n    in_flight: 2'), 5, 'when'],
    [rule('    when: 1 + 1'), 5, 'not a bool'],
    [rule('    with:\n      a: 1\n      n: =facts.('), 7, 'with.n'],
    [rule('    retries: {most: 99}'), 5, 'retries.most'],
    [rule('  - {name: mine, hears: Q_HEALTH_ALERT, say: Q_MY_ACTION}'), 5, 'there twice'],
    ['rules:\n  - name: mine\n    hears: Q_A\n    say: Q_MY_ACTION', 3, 'hears: Q_A is not possible here'],
    [
      'rules:\n  - name: mine\n    hears: Q_HEALTH_ALERT\n    say: Q_HEALTH_ALERT',
      4,
      'say: Q_HEALTH_ALERT is not possible',
    ],
    [
      'rules:\n  - name: mine\n    hears: Q_HEALTH_ALERT\n    say: Q_DREAM_TRIGGER\n    with: {reason: x}',
      5,
      'needs topic',
    ],
    ['rules:\n  - name: mine\n    hears: Q_HEALTH_ALERT', 2, 'say: is missing'],
  ])('that is wrong is refused whole, with line and key: %j', (text, line, why) => {
    const refused = refusal(text);
    expect(refused.message).toBe(`The policies are wrong at /h/policies.yaml:${line}`);
    expect(refused.why).toContain(why);
  });

  it('as the document shows it is understood', () => {
    const [, example = ''] = /```yaml\n([^`]+)```/.exec(textOf('docs/policies.md')) ?? [];
    expect(parse(example).rules.map(({ name }) => name)).toContain('look_into_full_disks');
  });

  it('has literal facts checked before anything happens', () => {
    const facts = '{reason: 1, topic: null, promotion_count: 0}';
    const text = `rules:\n  - {name: mine, hears: Q_HEALTH_ALERT, say: Q_DREAM_TRIGGER, with: ${facts}}`;
    expect(refusal(text).why).toContain('reason');
  });

  it('of any content is understood or refused, and never anything else', () => {
    const piece = fc.oneof(
      fc.constantFrom('rules:', '\n  - ', 'name: ', 'when: ', '=', '*a', '&a ', '!!x ', '{', ']'),
      fc.string(),
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 12 }), (pieces) => {
        try {
          expect(parse(pieces.join('')).rules.length).toBeGreaterThan(0);
        } catch (error) {
          expect(error).toMatchObject({ code: 'INVALID_POLICIES' });
        }
      }),
      { numRuns: 300 },
    );
  });
});
