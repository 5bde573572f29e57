import { chmodSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { readRecords } from '../../../src/lib/deployment/record.js';
import { rollback } from '../../../src/lib/deployment/rollback.js';
import { readVersion } from '../../../src/lib/deployment/version.js';
import { BEFORE, NOW_MS, shell, shop } from './shop.js';

const byOperator = { nowMs: NOW_MS, by: 'operator', errorType: 'RolledBackByOperator', reason: 'asked' } as const;
const program = (text: string) => ({ evaluator: shell(text) });

describe('a winner', () => {
  it('is deployed: version, link, and every declared target with its comments', async () => {
    const { deploy, winner, look, layout, inUse } = await shop();
    const record = await deploy(winner('c1', 5));
    expect(record).toMatchObject({ stage: 'deployed', id: 'c1.w5', previous: null, backup: true });
    expect(look()).toEqual({
      files: {
        'app.yaml': BEFORE['app.yaml'].replace('level: 1', 'level: 5'),
        'app.env': BEFORE['app.env'].replace('"1"', '5'),
        'app.json': BEFORE['app.json'].replace('1', '5'),
      },
      modes: [0o640, 0o640, 0o640],
      current: 'versions/c1.w5',
    });
    expect(inUse()).toEqual(['params.env', 'params.json', 'version.json']);
    expect(readFileSync(join(layout.current, 'params.env'), 'utf8')).toBe('PLAIN=5\n');
    expect(JSON.parse(readFileSync(join(layout.current, 'params.json'), 'utf8'))).toMatchObject({ level: 5 });
  });

  it('stands beside those before it, and each can be taken back, byte for byte, down to the first', async () => {
    const { deploy, winner, look, layout } = await shop();
    const seen = [look()];
    for (const level of [3, 6, 9]) {
      await deploy(winner(`c${level}`, level));
      seen.push(look());
    }
    expect((await readVersion(layout, 'c6.w6'))?.previous).toBe('c3.w3');
    for (const before of seen.slice(0, -1).reverse()) {
      const { record, files } = await rollback(layout, byOperator);
      expect(record).toMatchObject({ stage: 'rolled_back', by: 'operator' });
      expect(files.map(({ state }) => state)).toEqual(['restored', 'restored', 'restored']);
      expect(look()).toEqual(before);
    }
    await expect(rollback(layout, byOperator)).rejects.toMatchObject({ code: 'DEPLOYMENT_NOT_FOUND' });
  });

  it('is deployed once, however often it is asked for, also after it was taken back', async () => {
    const { deploy, winner, layout } = await shop();
    const first = await deploy(winner('c1', 5));
    expect(await deploy(winner('c1', 5))).toEqual(first);
    await rollback(layout, byOperator);
    expect(await deploy(winner('c1', 5))).toMatchObject({ stage: 'rolled_back', by: 'operator' });
    expect((await readRecords(layout)).map(({ stage }) => stage)).toEqual(['switched', 'deployed', 'rolled_back']);
  });

  it('brings its files', async () => {
    const { deploy, winner, artifact, layout } = await shop();
    artifact('c1/artifacts/w5/code/main.js', 'export {}\n');
    await deploy(winner('c1', 5, { artifacts: ['code/main.js'] }));
    expect(readFileSync(join(layout.current, 'artifacts/code/main.js'), 'utf8')).toBe('export {}\n');
  });

  it('creates a target that is not there, and its rollback removes it', async () => {
    const parts = { param_mapping: { level: { file: 'new/app.yaml', key: 'a.level' } } };
    const { deploy, winner, text, layout } = await shop(parts);
    await deploy(winner('c1', 5));
    expect(text('new/app.yaml')).toBe('a:\n  level: 5\n');
    expect((await rollback(layout, byOperator)).files).toMatchObject([{ state: 'removed' }]);
    expect(() => text('new/app.yaml')).toThrow('ENOENT');
  });

  it('that is worse once it is in use is taken back by itself', async () => {
    const { deploy, winner, look } = await shop(
      program(`
        echo x >> runs
        [ $(wc -l < runs) -gt 4 ] && [ $KLOROS_PARAM_LEVEL = 5 ] && echo '{"score": 90}' || echo "{\\"score\\": $((100 + KLOROS_PARAM_LEVEL))}"
      `),
    );
    const before = look();
    expect(await deploy(winner('c1', 5))).toMatchObject({ stage: 'rolled_back', error_type: 'WorseThanBefore' });
    expect(look()).toEqual(before);
  });

  it('whose check after the deployment fails is taken back by itself', async () => {
    const post_check = { command: ['sh', '-c', 'echo not well >&2; exit 3'] };
    const { deploy, winner, look } = await shop({ post_check });
    const before = look();
    const record = await deploy(winner('c1', 5));
    expect(record).toMatchObject({ stage: 'rolled_back', error_type: 'PostCheckFailed' });
    expect(record.reason).toContain('ended with 3: not well');
    expect(look()).toEqual(before);
  });
});

describe('check and post_check', () => {
  it('get the files that would be deployed and those that are in use, before and after', async () => {
    const look = (name: string) => ({
      command: [
        'sh',
        '-c',
        `{ cat "$KLOROS_ARTIFACTS_DIR/main.js"; cat "$KLOROS_DEPLOYED_DIR/params.env" || echo none; } > ${name}.seen 2>&1; echo "$KLOROS_ARTIFACTS_DIR" >> ${name}.seen`,
      ],
    });
    const { deploy, winner, artifact, text, options, layout } = await shop({
      check: look('check'),
      post_check: look('post'),
    });
    artifact('c1/artifacts/w5/main.js', 'five\n');
    artifact('c2/artifacts/w7/main.js', 'seven\n');
    await deploy(winner('c1', 5, { artifacts: ['main.js'] }));
    expect(text('check.seen')).toMatch(/^five\n.*No such file.*\nnone\n/);
    expect(text('post.seen')).toBe(`five\nPLAIN=5\n${join(layout.versions, 'c1.w5', 'artifacts')}\n`);
    await deploy(winner('c2', 7, { artifacts: ['main.js'] }));
    expect(text('check.seen')).toBe(`seven\nPLAIN=5\n${join(options.dreamLab, 'c2/artifacts/w7')}\n`);
    expect(text('post.seen')).toMatch(/^seven\nPLAIN=7\n/);
  });
});

describe('the check after a deployment', () => {
  it('that hangs is ended at its limit, and the winner is taken back by itself', async () => {
    const post_check = { command: ['sh', '-c', 'sleep 3600'], timeoutSec: 0.2 };
    const { deploy, winner, look } = await shop({ post_check });
    const before = look();
    const record = await deploy(winner('c1', 5));
    expect(record).toMatchObject({ stage: 'rolled_back', error_type: 'PostCheckFailed' });
    expect(record.reason).toContain('timed out');
    expect(look()).toEqual(before);
  });
});

describe('deployments of one experiment', () => {
  it('that happen at once are measured against each other, and the best is in use in the end', async () => {
    const { deploy, winner, look, layout } = await shop();
    const before = look();
    const records = await Promise.all([3, 7, 5].map((level) => deploy(winner(`c${level}`, level))));
    expect(look()).toMatchObject({
      current: 'versions/c7.w7',
      files: { 'app.json': expect.stringContaining('7') as string },
    });
    const deployed = records.filter(({ stage }) => stage === 'deployed');
    for (const { stage, error_type } of records)
      expect(stage === 'deployed' ? null : 'GainNotConfirmed').toBe(error_type);
    for (const _ of deployed) await rollback(layout, byOperator);
    expect(look()).toEqual(before);
  });
});

describe('what a backup says of itself', () => {
  it('is false where there was nothing to copy, and the deployment can be taken back all the same', async () => {
    const { deploy, winner, look, layout } = await shop({ param_mapping: { level: 'LEVEL' } });
    expect(await deploy(winner('c1', 5))).toMatchObject({ stage: 'deployed', backup: false });
    expect((await rollback(layout, byOperator)).record).toMatchObject({ backup: false, previous: null });
    expect(look().current).toBeNull();
  });
});

describe('a winner is refused, and nothing changes', () => {
  it.each<[string, Record<string, unknown>]>([
    ['CheckFailed', { check: { command: ['false'] } }],
    ['EvaluatorCrashed', program('exit 1')],
    ['GainNotConfirmed', program(`echo '{"score": 7}'`)],
    ['OutputUnreadable', program(`[ $KLOROS_PARAM_LEVEL = 1 ] && echo '{"score": 1}' || echo garbage`)],
    ['MetricMissing', program('echo {}')],
    ['TargetNotEditable', { param_mapping: { level: { file: 'app.yaml', key: 'other.x' } } }],
  ])('as %s', async (errorType, parts) => {
    const { deploy, winner, look } = await shop(parts);
    const before = look();
    const record = await deploy(winner('c1', 5));
    expect(record.stage).toBe('refused');
    expect([errorType, 'BaselineNotMeasured']).toContain(record.error_type);
    expect(look()).toEqual(before);
  });

  it('as OutOfBounds', async () => {
    const { deploy, winner } = await shop();
    const record = await deploy(winner('c1', 10));
    expect(record).toMatchObject({
      stage: 'refused',
      error_type: 'OutOfBounds',
      reason: expect.stringContaining('level') as string,
    });
    const unknown = winner('c2', 5, { params: { ...winner('c2', 5).params, more: 1 } });
    expect((await deploy(unknown)).reason).toBe('more is no parameter');
  });

  it('where its target is a link to a file that is not declared; one to a declared file is followed', async () => {
    const { folder, deploy, winner } = await shop({ param_mapping: { level: { file: 'link.yaml', key: 'level' } } });
    writeFileSync(join(folder, 'elsewhere.yaml'), 'level: 1\n');
    symlinkSync(join(folder, 'elsewhere.yaml'), join(folder, 'link.yaml'));
    const record = await deploy(winner('c1', 5));
    expect(record).toMatchObject({ stage: 'refused', error_type: 'TargetRefused' });
    expect(readFileSync(join(folder, 'elsewhere.yaml'), 'utf8')).toBe('level: 1\n');
  });

  it('where its files are links or not there', async () => {
    const { deploy, winner, folder, options } = await shop();
    const place = join(options.dreamLab, 'c1', 'artifacts', 'w5');
    mkdirSync(place, { recursive: true });
    symlinkSync(join(folder, 'app.yaml'), join(place, 'stolen'));
    for (const file of ['stolen', 'absent', '../../../../app.yaml'])
      expect(await deploy(winner('c1', 5, { artifacts: [file], id: `w5`, cycleId: `c1` }))).toMatchObject({
        stage: 'refused',
        error_type: 'ArtifactRefused',
      });
  });
});

describe('a winner that nobody may deploy yet', () => {
  it('is validated and waits; approved, it is deployed', async () => {
    const { deploy, winner, look, layout } = await shop();
    const before = look();
    const proposed = await deploy(winner('c1', 5), { mayDeploy: false });
    expect(proposed).toMatchObject({ stage: 'proposed', backup: false });
    expect(look()).toEqual(before);
    expect(await deploy(winner('c1', 5), { mayDeploy: false })).toEqual(proposed);
    expect((await readVersion(layout, 'c1.w5'))?.params).toMatchObject({ level: 5 });
    expect(await deploy(winner('c1', 5))).toMatchObject({ stage: 'deployed' });
    expect(look().current).toBe('versions/c1.w5');
  });
});

describe('a rollback', () => {
  it('takes only its keys back where somebody has edited the file since, and says so', async () => {
    const { folder, deploy, winner, text, layout } = await shop();
    await deploy(winner('c1', 5));
    writeFileSync(join(folder, 'app.yaml'), `${text('app.yaml')}# a new thought\nmine: 1\n`);
    const { files } = await rollback(layout, byOperator);
    expect(files.map(({ state }) => state)).toEqual(['keys only', 'restored', 'restored']);
    expect(text('app.yaml')).toBe(`${BEFORE['app.yaml']}# a new thought\nmine: 1\n`);
  });

  it('of a damaged backup is refused, and touches nothing', async () => {
    const { deploy, winner, look, layout } = await shop();
    await deploy(winner('c1', 5));
    const before = look();
    const copy = join(layout.backups, 'c1.w5', '1.before');
    chmodSync(copy, 0o600);
    writeFileSync(copy, 'something else');
    await expect(rollback(layout, byOperator)).rejects.toMatchObject({ code: 'BACKUP_DAMAGED' });
    expect(look()).toEqual(before);
  });
});
