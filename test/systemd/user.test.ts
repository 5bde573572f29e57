import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { daemons } from '../../src/daemons/index.js';
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
