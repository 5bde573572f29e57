import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { daemons } from '../../src/daemons/index.js';
import { onDemandUnits, standardUnits } from '../../scripts/standard-units.js';
import { root, textOf } from './tree.js';

const units = new Map([
  ...standardUnits(daemons),
  ...[...onDemandUnits(daemons)].map(([name, text]): [string, string] => [join('on-demand', name), text]),
]);
const files = readdirSync(join(root, 'systemd'), { recursive: true, encoding: 'utf8' });
const services = [...units].filter(([name]) => name.endsWith('.service'));
const OFFLINE_SINCE = 250;
const version = /^systemd (\d+)/.exec(spawnSync('systemd-analyze', ['--version'], { encoding: 'utf8' }).stdout || '');
const hasSystemd = Number(version?.[1] ?? 0) >= OFFLINE_SINCE;
const analyze = (...args: string[]) => spawnSync('systemd-analyze', args, { encoding: 'utf8' });

describe('the units in systemd/', () => {
  it('are those of the list of daemons; npm run units writes them', () => {
    expect(files.filter((name) => name.includes('.')).sort()).toEqual([...units.keys()].sort());
    for (const [name, text] of units) expect(textOf(`systemd/${name}`), name).toBe(text);
  });

  it('have the names of the document, without _daemon', () => {
    expect([...units.keys()]).toEqual(
      expect.arrayContaining(['kloros.target', 'kloros-intent-router.service', 'kloros-capability-integrator.service']),
    );
  });

  it.each(services)('%s is restarted, five times a minute, where systemd reads it', (_name, text) => {
    const [about = '', service = ''] = text.split('[Service]');
    expect(about).toContain('StartLimitIntervalSec=60s\nStartLimitBurst=5\n');
    expect(service).toContain('Type=notify\n');
    expect(service).toMatch(
      /Restart=(always|on-failure)\nRestartSec=5s\nRestartPreventExitStatus=5\nWatchdogSec=30s\n/,
    );
  });

  it('start again who ends by itself, but not who was started on demand and ended for lack of work', () => {
    const name = 'kloros-investigation-consumer';
    expect(units.get(`${name}.service`)).toContain('daemon run investigation_consumer_daemon\nRestart=always\n');
    expect(units.get(`on-demand/${name}.service`)).toContain(' --until-idle\nRestart=on-failure\n');
    expect(units.get(`on-demand/${name}.path`)).toContain('/run/wake/investigation_consumer_daemon\n');
    expect(units.has('on-demand/kloros-intent-router.path')).toBe(false);
  });

  it.skipIf(!hasSystemd).each([...units.keys()])('%s is accepted by systemd without a word', (name) => {
    const { stderr } = analyze('verify', '--recursive-errors=no', join(root, 'systemd', name));
    // The tests run where Node may be elsewhere.
    expect(stderr.split('\n').filter((line) => line !== '' && !line.includes('/usr/bin/node'))).toEqual([]);
  });

  it.skipIf(!hasSystemd).each(services)('%s is exposed by 2.0 of 10 at most', (name) => {
    const { stdout } = analyze('security', '--offline=true', '--no-pager', join(root, 'systemd', name));
    expect(Number(/exposure level.*: (\d+\.\d)/.exec(stdout)?.[1])).toBeLessThanOrEqual(2);
  });
});
