import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { pathsOf } from '../../../src/lib/config/paths.js';
import type { Config } from '../../../src/lib/config/schema.js';
import { makeBackup } from '../../../src/lib/deployment/backup.js';
import { layoutOf } from '../../../src/lib/deployment/layout.js';
import { DecisionLog } from '../../../src/lib/policy/decision-log.js';
import type { Chain, Hop } from '../../../src/lib/trace/chain.js';
import { notesOf } from '../../../src/lib/trace/notes.js';
import { removeHome, temporaryConfig } from '../../helpers/colony.js';

const AT = '2026-01-31T12:00:00.000Z';
const hop = (id: string, signal: string, more: Partial<Hop>): Hop => ({
  ...{
    id,
    signal,
    source: 'test',
    origin: 'colony',
    isForeign: false,
    at: AT,
    tookMs: null,
    facts: {},
    heard: [],
    isOrphan: false,
    ledTo: [],
  },
  ...more,
});
const chainOf = (root: Hop): Chain => {
  return { trace: root.id, intent: null, roots: [root], signals: 1, tookMs: 0, missing: [], isCut: false };
};

let config: Config;
beforeEach(async () => void (config = await temporaryConfig()));
afterEach(() => removeHome(config));

describe('what is known of a chain beside the journal', () => {
  it('is the rule that decided, and the files that a deployment touched', async () => {
    const target = join(config.home, 'app.env');
    writeFileSync(target, 'LEVEL=1\n');
    const layout = layoutOf(config.deployRoot, 'zip');
    const edits = [{ key: 'LEVEL', value: 2 }];
    await makeBackup(layout, { id: 'D1', previous: null, targets: [{ path: target, format: 'env', edits }] });
    const log = new DecisionLog({ path: pathsOf(config).policyDecisions, maxBytes: 1_000_000, keepDays: 1 });
    const said = { id: 'TRIGGER', signal: 'Q_DREAM_TRIGGER', facts: {} };
    const signal = { id: 'PROMOTIONS', name: 'Q_PROMOTIONS_DETECTED', source: 'orchestrator_monitor', timestamp: AT };
    const decision = {
      id: 'd1',
      at: AT,
      outcome: 'acted',
      reason: '3 promotions wait',
      rule: 'dream',
      until: null,
    } as const;
    const rest = { checks: [], signal, facts: {}, said, decided_by: 'rules', policies: 'built-in' };
    await log.append([{ ...decision, ...rest }], Date.parse(AT));
    const facts = { deployment_path: '/deployed/zip/versions/D1', deployment_id: 'D1', experiment: 'zip' };
    const trigger = hop('TRIGGER', 'Q_DREAM_TRIGGER', {
      source: 'kloros_policy_engine',
      ledTo: [hop('DEPLOYED', 'Q_WINNER_DEPLOYED', { facts })],
    });
    const notes = await notesOf(chainOf(hop('PROMOTIONS', 'Q_PROMOTIONS_DETECTED', { ledTo: [trigger] })), [], config);
    expect(Object.fromEntries(notes.decided)).toEqual({
      TRIGGER: 'by rules, rule dream: 3 promotions wait (kloros policy explain d1)',
    });
    expect(notes.touched.get('DEPLOYED')).toEqual(['/deployed/zip/versions/D1 (take it back: kloros undo D1)', target]);
  });

  it('is little where the backup is gone, and nothing where nobody decided', async () => {
    const facts = { deployment_path: '/p', deployment_id: 'GONE', experiment: 'zip' };
    const notes = await notesOf(chainOf(hop('A', 'Q_WINNER_DEPLOYED', { facts })), [], config);
    expect(notes).toEqual({ decided: new Map(), touched: new Map([['A', ['/p (take it back: kloros undo GONE)']]]) });
  });
});
