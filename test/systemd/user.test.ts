import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { daemons } from '../../src/daemons/index.js';
import type { KeptDaemon } from '../../src/lib/keeping/keeper.js';
import { unitOf } from '../../src/lib/systemd/unit-names.js';
import { quoted, startLab, whyNot, type Lab } from './lab.js';

const USER = 'uma';
const HOME = `/home/${USER}/.kloros`;
const UNITS = ['kloros.target', ...daemons.map(({ name }) => unitOf(name))].join(' ');
const AS_USER = `runuser -u ${USER} -- env HOME=/home/${USER} XDG_RUNTIME_DIR=/run/user/$(id -u ${USER}) sh -c`;
const ALL_ACTIVE = `${AS_USER} ${quoted(`test $(systemctl --user show -p ActiveState --value ${UNITS} | grep -cx active) = ${daemons.length + 1}`)}`;

describe.skipIf(whyNot !== '')(`without root in a real systemd${whyNot === '' ? '' : ` (skipped: ${whyNot})`}`, () => {
  let lab: Lab;
  beforeAll(async () => {
    lab = await startLab();
    await lab.demand(`useradd --create-home ${USER} && loginctl enable-linger ${USER}`);
    await lab.until('her systemd runs', `test -S /run/user/$(id -u ${USER})/systemd/private`);
  });
  afterAll(() => lab.stop());

  const kloros = (line: string) => lab.runAs(USER, `kloros ${line}`);
  const kept = async (name: string) => {
    const { stdout } = await kloros(`daemon status ${name} --json`);
    return (JSON.parse(stdout) as { result: KeptDaemon[] }).result[0];
  };
  const ask = async (name: string) => {
    await lab.runAs(USER, `mkdir -p src/${name} && echo "def run_${name}(): return 1" >src/${name}/core.py`);
    expect(await kloros(`intent submit --path /home/${USER}/src/${name}`)).toMatchObject({ code: 0 });
    await lab.until(`${name} is registered`, `grep -q "^${name}:" ${HOME}/capabilities.yaml`);
  };

  it('a user has a colony of her own, which outlives her session where she lingers', async () => {
    const { code, stderr } = await kloros('systemd install --user --yes --now');
    expect({ code, warned: stderr.includes('enable-linger') }).toEqual({ code: 0, warned: false });
    await lab.until('all are active', ALL_ACTIVE);
    await ask('alpha');
    await lab.demand(`rm /var/lib/systemd/linger/${USER}`);
    expect((await kloros('systemd install --user --dry-run')).stderr).toContain(`loginctl enable-linger ${USER}`);
    await lab.demand(`touch /var/lib/systemd/linger/${USER}`);
  });

  it('systemd is the keeper that daemon stop, start, restart, wait, status and logs speak with', async () => {
    expect((await kloros('daemon stop intent-router --yes')).code).toBe(0);
    expect(await kept('intent-router')).toMatchObject({ keeper: 'systemd (user)', state: 'stopped', pid: null });
    expect((await kloros('daemon wait intent-router --for stopped')).code).toBe(0);
    expect((await kloros('daemon start intent-router')).code).toBe(0);
    const before = await kept('intent-router');
    expect(before).toMatchObject({ state: 'ready', restarts: 0 });
    expect((await kloros('daemon restart intent-router --yes')).code).toBe(0);
    expect((await kloros('daemon wait intent-router --for ready')).code).toBe(0);
    expect((await kept('intent-router'))?.pid).not.toBe(before?.pid);
  });

  it('all comes back with the machine, and works', async () => {
    await lab.reboot(ALL_ACTIVE);
    await ask('beta');
  });

  it('an uninstallation leaves no file', async () => {
    expect((await kloros('systemd uninstall --user --yes --purge')).code).toBe(0);
    const left = await lab.demand(`find /home/${USER} -path "*kloros*" | sort`);
    expect(left).toBe('');
  });
});
