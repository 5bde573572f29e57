import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { kloros } from '../../helpers/cli.js';
import { removeTemporaryFolders, temporaryFolder } from '../../helpers/temporary-folders.js';
import { result } from '../dream/results.js';

const AT = '2026-01-01T00:00:01.000Z';
const decision = {
  ...{
    id: 'd1',
    at: AT,
    outcome: 'nothing',
    reason: 'calm',
    rule: null,
    checks: [],
    facts: {},
    said: null,
    until: null,
  },
  ...{ signal: { id: 's1', name: 'Q_X', source: 'x', timestamp: AT }, decided_by: 'rules', policies: 'built-in' },
};
const deployment = {
  ...{ id: 'v1', at: AT, stage: 'proposed', winner_id: 'w1', cycle_id: 'c1', previous: null },
  ...{ reason: 'it is better', by: 'deployer' },
};
const integration = {
  ...{ id: 'S1', at: AT, stage: 'done', action: 'integrate-module', investigation_id: 'i', capability_key: 'audio' },
  ...{ module: 'src.audio', capabilities: [], integrated_at: AT, registry: '/r', backup: null, sha256_before: null },
  ...{ sha256_after: '0', inserted: '', init_file: null },
};
const evaluation = { ok: true, metrics: { score: 1 }, spread: { score: 0 }, runs: 1, durationMs: 1 };
const candidate = { experiment: 'app', id: 'e1', params: { level: 1 }, evaluation };
const acknowledged = { cycle_id: 'c1', acknowledged_at: AT, winner: null };

let home: string;

function write(name: string, text: string): void {
  mkdirSync(dirname(join(home, name)), { recursive: true });
  writeFileSync(join(home, name), text);
}

/** A row, two that are none, the row once more, and one that is still written. */
function writeLines(name: string, row: object): void {
  const line = JSON.stringify(row);
  write(name, `${line}\n${line.slice(0, 9)}\n{"of":"another program"}\n${line}\n${line.slice(0, 20)}`);
}

beforeAll(() => {
  home = temporaryFolder();
  writeLines('policy_decisions.jsonl', decision);
  writeLines('deployed/app/deployments.jsonl', deployment);
  writeLines('backups/undo.jsonl', integration);
  write('dream_lab/c1/result.json', JSON.stringify(result('c1', AT)));
  writeLines('dream_lab/c1/evaluations.jsonl', candidate);
  write('dream_lab/c2/result.json', '{"cycle_id":');
  for (const name of ['good', 'torn']) write(`dream_lab/promotions/acknowledged/${name}.json`, '{}');
  write('dream_lab/promotions/acknowledged/good.outcome.json', JSON.stringify(acknowledged));
  write('dream_lab/promotions/acknowledged/torn.outcome.json', '{"cycle_id":');
});
afterAll(removeTemporaryFolders);

const linesOf = (name: string) => `2 lines of ${join(home, name)} cannot be read and are left out`;
const fileAt = (name: string) => `${join(home, name)} cannot be read and is left out`;

describe('what cannot be read', () => {
  it.each<[command: string, good: unknown, left: () => string[]]>([
    ['policy decisions', [{ id: 'd1' }], () => [linesOf('policy_decisions.jsonl')]],
    ['policy explain d1', [{ id: 'd1' }], () => [linesOf('policy_decisions.jsonl')]],
    ['dream diff', [{ last: { id: 'v1' } }], () => [linesOf('deployed/app/deployments.jsonl')]],
    ['dream history', [{ cycle_id: 'c1' }], () => [fileAt('dream_lab/c2/result.json')]],
    [
      'dream show c1',
      { cycle_id: 'c1' },
      () => [linesOf('dream_lab/c1/evaluations.jsonl'), fileAt('dream_lab/c2/result.json')],
    ],
    [
      'undo --list',
      [{ id: 'audio' }, { id: 'good.json' }],
      () => [linesOf('backups/undo.jsonl'), fileAt('dream_lab/promotions/acknowledged/torn.outcome.json')],
    ],
  ])('hides no good row from kloros %s, which counts it once and says so', async (command, good, left) => {
    const { stdout } = await kloros([...command.split(' '), '--json'], { env: { KLOROS_HOME: home } });
    const answer = JSON.parse(stdout) as { result: unknown; warnings: string[] };
    expect(answer.result).toMatchObject(good as object);
    expect(answer.warnings.sort()).toEqual(left().sort());
  });
});
