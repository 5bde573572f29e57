import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { daemons } from '../../src/daemons/index.js';
import type { KeptDaemon } from '../../src/lib/keeping/keeper.js';
import { canRest } from '../../src/lib/config/activation.js';
import { pathUnitOf, unitOf } from '../../src/lib/systemd/unit-names.js';
import { quoted, startLab, whyNot, type Lab } from './lab.js';

const HOME = '/var/lib/kloros';
const SETTINGS = { home: HOME, sourceRoots: [`${HOME}/src`], activation: { default: 'on-demand' } };
/** A test has no minute: a start limit that ends nothing stands in for daemons that stay for one. */
const QUICK = { ...SETTINGS, activation: { ...SETTINGS.activation, idleMs: 1_000, leastRunMs: 0 } };
const UNLIMITED = '[Unit]\\nStartLimitIntervalSec=0\\n';
const DEDUP = 'semantic_dedup_consumer_daemon';

describe.skipIf(whyNot !== '')(`on demand in a real systemd${whyNot === '' ? '' : ` (skipped: ${whyNot})`}`, () => {
  let lab: Lab;
  beforeAll(async () => {
    lab = await startLab();
    await lab.demand(`mkdir -p /etc/kloros /etc/systemd/system/kloros-.service.d
      echo '${JSON.stringify(QUICK)}' >/etc/kloros/config.yaml
      printf '${UNLIMITED}' >/etc/systemd/system/kloros-.service.d/unlimited.conf`);
    await lab.demand('kloros systemd install --yes --now');
  });
  afterAll(() => lab.stop());

  const kept = async (...names: string[]) => {
    const { stdout } = await lab.run(`kloros daemon status --json ${names.join(' ')}`);
    return (JSON.parse(stdout) as { result: KeptDaemon[] }).result;
  };
  const named = (all: readonly KeptDaemon[], state: string) =>
    all.filter((daemon) => daemon.state === state).map(({ name }) => name);
  const isDown = (name: string) => `test $(systemctl show -p ActiveState --value ${unitOf(name)}) = inactive`;
  const resting = daemons.filter((daemon) => canRest(daemon)).map(({ name }) => name);
  const allRest = () => lab.until('all rest', resting.map(isDown).join(' && '));

  it('those who only answer rest once nothing is to be done, and the list says so', async () => {
    await allRest();
    const all = await kept();
    expect(named(all, 'idle')).toEqual(resting);
    expect(named(all, 'ready')).toEqual(daemons.map(({ name }) => name).filter((name) => !resting.includes(name)));
    const { code, stdout } = await lab.run('kloros systemd status');
    expect({ code, resting: stdout.match(/at rest/g)?.length }).toEqual({ code: 0, resting: resting.length });
    expect((await lab.demand('kloros daemon list')).match(/at rest/g)).toHaveLength(resting.length);
    expect((await lab.run('kloros health --check daemons --check uptime')).code).toBe(0);
    expect(await lab.demand('kloros systemd diff')).toBe('Nothing differs');
    expect(await lab.demand('kloros systemd install --yes --now')).toBe('All is installed as it should be');
  });

  it('an intent wakes who it takes, its capability appears, and they rest again', async () => {
    await lab.demand(
      `mkdir -p ${HOME}/src/alpha && echo "def run_alpha(): return 1" >${HOME}/src/alpha/core.py && chown -R kloros: ${HOME}/src`,
    );
    await lab.demand(`kloros intent submit --path ${HOME}/src/alpha`);
    await lab.until('alpha is registered', `grep -q "^alpha:" ${HOME}/capabilities.yaml`);
    await allRest();
    const starts = await lab.demand(
      `journalctl -o cat -u ${unitOf('investigation_consumer_daemon')} | grep -c ^Started`,
    );
    expect(Number(starts)).toBe(2);
  });

  it('a signal that comes while its daemon is just ending, or has just ended, wakes it, each of two times', async () => {
    const reaches = (state: string) =>
      `until systemctl show -p ActiveState --value ${unitOf(DEDUP)} | grep -qx ${state}; do :; done`;
    const rounds = Array.from({ length: 2 }, (_, round) => {
      const signal = { signal: 'Q_INVESTIGATION_COMPLETE', source: 'test', facts: { question_id: `race.${round}` } };
      return `${reaches(round % 2 === 0 ? 'inactive' : 'deactivating')}; echo '${JSON.stringify(signal)}' >&3; ${reaches('active')}`;
    });
    const race = `mkfifo /tmp/said && (runuser -u kloros -- kloros bus emit - </tmp/said &) && exec 3>/tmp/said; ${rounds.join('; ')}`;
    await lab.demand(`timeout 120 sh -c ${quoted(race)}`);
    await allRest();
    const { stdout } = await lab.run('kloros daemon list --json');
    const { result } = JSON.parse(stdout) as { result: { name: string; waiting: number }[] };
    expect(result.find(({ name }) => name === DEDUP)?.waiting).toBe(0);
    expect(await lab.demand(`systemctl show -p NRestarts --value ${unitOf(DEDUP)}`)).toBe('0');
  });

  it('who rests and has work of its own at a time says when, and is started then', async () => {
    const start = () => lab.demand(`systemctl show -p ActiveEnterTimestampMonotonic --value ${unitOf(DEDUP)}`);
    await allRest();
    const before = await start();
    const leave = (time: string) =>
      lab.demand(`at=$(date --utc --date='${time}' +%FT%T.000Z)
printf '{"at":"%s","set":{"wallMs":%s,"boot":"%s","uptimeMs":%s}}' $at $(date +%s%3N) $(cat /proc/sys/kernel/random/boot_id) \
  $(awk '{ printf "%d", $1 * 1000 }' /proc/uptime) >${HOME}/run/rest/${DEDUP}
echo $at`);
    await lab.demand(`runuser -u kloros -- mkdir -p ${HOME}/run/rest`);
    const later = await leave('1 hour');
    expect(await kept(DEDUP)).toMatchObject([{ state: 'idle', why: `it has work of its own at ${later}` }]);
    await leave('1 second ago');
    await lab.until(
      'it was started',
      `test $(systemctl show -p ActiveEnterTimestampMonotonic --value ${unitOf(DEDUP)}) != ${before}`,
    );
    await allRest();
    expect(await kept(DEDUP)).toMatchObject([{ state: 'idle', why: null }]);
  });

  it('who is stopped by name stays down though something waits, until it is started by name', async () => {
    await lab.demand(`kloros daemon stop ${DEDUP} --yes`);
    expect(named(await kept(DEDUP), 'stopped')).toEqual([DEDUP]);
    await lab.demand(`kloros daemon start ${DEDUP}`);
    await lab.until('it rests', isDown(DEDUP));
    expect(named(await kept(DEDUP), 'idle')).toEqual([DEDUP]);
  });

  it('a daemon that crashes is started again, one that crashes too often is not, and is as new when it is started', async () => {
    const broken = `/run/systemd/system/${unitOf(DEDUP)}.d`;
    await lab.demand(
      `mkdir -p ${broken} && printf '[Unit]\\nStartLimitIntervalSec=600s\\n[Service]\\nRestartSec=100ms\\nEnvironment=KLOROS_PORT_BASE=wrong\\n' >${broken}/x.conf && systemctl daemon-reload`,
    );
    await lab.run(`systemctl start ${unitOf(DEDUP)}`);
    await lab.until('it is given up', `systemctl is-failed --quiet ${unitOf(DEDUP)}`);
    await lab.demand(`rm -r ${broken} && systemctl daemon-reload && kloros daemon start ${DEDUP}`);
    expect(await lab.demand(`systemctl is-active ${pathUnitOf(DEDUP)}`)).toBe('active');
  });

  it('a setting that is taken back takes the units back that started them', async () => {
    await lab.demand(`sed -i s/on-demand/always/ /etc/kloros/config.yaml`);
    expect((await lab.run('kloros systemd diff')).code).toBe(1);
    await lab.demand('kloros systemd install --yes --now');
    expect(await lab.demand('find /etc/systemd/system -name "*.path" | grep -c kloros || true')).toBe('0');
    await lab.until(
      'all run',
      `test $(systemctl show -p ActiveState --value ${resting.map(unitOf).join(' ')} | grep -cx active) = ${resting.length}`,
    );
  });
});
