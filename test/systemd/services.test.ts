import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { daemons } from '../../src/daemons/index.js';
import type { UnitState } from '../../src/lib/systemd/unit-states.js';
import { unitOf } from '../../src/lib/systemd/unit-names.js';
import { startLab, whyNot, type Lab } from './lab.js';

const HOME = '/var/lib/kloros';
const LEGACY = '/etc/systemd/system/kloros-orchestrator';
const PROGRAM = 'src/kloros/orchestration/run_once.py';
const names = daemons.map(({ name }) => name);

/** A timer as the document had it, with its program in a git repository. */
const LEGACY_SETUP = `
  mkdir -p /srv/old/src/kloros/orchestration && cd /srv/old && echo 'print("tick")' >${PROGRAM}
  git init -q . && git add . && git -c user.name=a -c user.email=a@b commit -qm old
  printf '[Service]\\nType=oneshot\\nWorkingDirectory=/srv/old\\nExecStart=/usr/bin/true\\n' >${LEGACY}.service
  printf '[Timer]\\nOnUnitActiveSec=60\\nOnBootSec=1\\n[Install]\\nWantedBy=timers.target\\n' >${LEGACY}.timer
  systemctl daemon-reload && systemctl enable --quiet --now kloros-orchestrator.timer`;

const UNITS = ['kloros.target', ...names.map(unitOf)].join(' ');
const isActive = (scope: string) =>
  `test $(systemctl ${scope} show -p ActiveState --value ${UNITS} | grep -cx active) = ${names.length + 1}`;

/** Files that an installation might leave. */
const FILES = "find /etc /var/lib/kloros -type f -path '*kloros*' ! -name 'kloros-orchestrator*' 2>/dev/null | sort";

describe.skipIf(whyNot !== '')(`in a real systemd${whyNot === '' ? '' : ` (skipped: ${whyNot})`}`, () => {
  let lab: Lab;
  beforeAll(async () => {
    lab = await startLab();
    await lab.demand(LEGACY_SETUP);
  });
  afterAll(() => lab.stop());

  const states = async () => {
    const { stdout } = await lab.run('kloros systemd status --json');
    return (JSON.parse(stdout) as { result: UnitState[] }).result;
  };
  const allActive = () => lab.until('all are active', isActive(''));
  const module = (name: string) =>
    `mkdir -p ${HOME}/src/${name} && echo "def run_${name}(): return 1" >${HOME}/src/${name}/core.py && chown -R kloros: ${HOME}/src`;
  const ask = (name: string) => lab.runAs('olga', `kloros intent submit --path ${HOME}/src/${name}`);
  const registered = (name: string) =>
    lab.until(`${name} is registered`, `grep -q "^${name}:" ${HOME}/capabilities.yaml`);

  it('an installation does what it said that it would, and done again does nothing', async () => {
    const said = await lab.demand('kloros systemd install --dry-run');
    expect(said).toContain('would stop and disable kloros-orchestrator.timer');
    const done = await lab.demand('kloros systemd install --yes');
    expect(done.replaceAll(/^done +/gm, '')).toBe(said.replaceAll(/^would +/gm, ''));
    expect(await lab.demand('kloros systemd install --yes')).toBe('All is installed as it should be');
    expect(await lab.demand('kloros systemd diff')).toBe('Nothing differs');
    expect((await lab.run('systemctl is-enabled kloros-orchestrator.timer')).stdout.trim()).toBe('disabled');
    expect((await lab.run('systemctl is-active kloros-orchestrator.timer')).stdout.trim()).toBe('inactive');
  });

  it('a member of the group asks the started colony about a module, and it is registered', async () => {
    await lab.demand('systemctl start kloros.target');
    await allActive();
    await lab.demand(`useradd --create-home --groups kloros olga; ${module('alpha')}`);
    expect(await ask('alpha')).toMatchObject({ code: 0 });
    await registered('alpha');
    const log = await lab.demand('kloros systemd logs capability-integrator --output jsonl --lines 500');
    expect(log).toContain('Emitted Q_MODULE_INTEGRATED');
  });

  it('each daemon that is killed is started again, and nothing is lost', async () => {
    await lab.demand(module('beta'));
    await lab.demand(
      "for unit in $(systemctl list-units --plain --no-legend 'kloros-*.service' | cut -d' ' -f1); do systemctl kill --kill-whom=main --signal=KILL $unit; done",
    );
    expect(await ask('beta')).toMatchObject({ code: 0 });
    await allActive();
    await registered('beta');
    for (const { daemon, restarts } of await states()) expect(restarts, daemon).toBeGreaterThan(0);
    const asked = ['restarts', 'uptime', 'cpu', 'memory'].map((name) => `--check ${name}`).join(' ');
    const { stdout } = await lab.run(`kloros health ${asked} --output prometheus`);
    expect(stdout).toMatch(/restarts_count\{.*intent_router.*\} [1-9]/);
    expect(stdout).toMatch(/uptime_running_seconds\{.*intent_router.*\} \d/);
    expect(stdout).toMatch(/cpu_percent\{.*intent_router.*\} (?!0\b)\d|cpu_percent\{.*intent_router.*\} 0\.\d/);
    expect(stdout).toMatch(/memory_bytes\{.*intent_router.*\} \d{8}/);
  });

  it('a daemon whose event loop stands still is ended by the watchdog and started again', async () => {
    const unit = 'kloros-semantic-dedup-consumer';
    await lab.demand(
      `mkdir -p /run/systemd/system/${unit}.service.d && printf '[Service]\\nWatchdogSec=3s\\n' >/run/systemd/system/${unit}.service.d/quick.conf`,
    );
    await lab.demand(
      `systemctl daemon-reload && systemctl restart ${unit} && systemctl kill --kill-whom=main --signal=STOP ${unit}`,
    );
    await lab.until('the watchdog has acted', `journalctl -u ${unit} | grep -q "Watchdog timeout"`);
    await lab.demand(`rm -r /run/systemd/system/${unit}.service.d && systemctl daemon-reload`);
    await allActive();
  });

  it('a daemon that cannot start is failed after five restarts, and status says why', async () => {
    const unit = 'kloros-intent-router';
    const dropIn = `/run/systemd/system/${unit}.service.d`;
    await lab.demand(
      `mkdir -p ${dropIn} && printf '[Unit]\\nStartLimitIntervalSec=600s\\n[Service]\\nRestartSec=100ms\\nEnvironment=KLOROS_PORT_BASE=wrong\\n' >${dropIn}/broken.conf && systemctl daemon-reload`,
    );
    await lab.run(`systemctl restart ${unit}`);
    await lab.until(
      'it is failed',
      `systemctl is-failed --quiet ${unit} && systemctl show -p NRestarts ${unit} | grep -q 5`,
    );
    const { code, stdout } = await lab.run('kloros systemd status');
    expect(code).toBe(1);
    expect(stdout).toContain('it was started too often (5 restarts)');
    expect(stdout).toContain('portBase');
    const health = await lab.run('kloros health --check daemons');
    expect(health.code).toBe(2);
    expect(health.stdout.replaceAll(/\s+/g, ' ')).toContain('9 of 10 run, kept by systemd; not intent_router');
    expect(health.stdout).toContain('5 restarts');
    await lab.demand(
      `rm -r ${dropIn} && systemctl daemon-reload && systemctl reset-failed ${unit} && systemctl start ${unit}`,
    );
  });

  it('a unit that somebody edited is told from one that somebody removed, and both are mended', async () => {
    await lab.demand(
      `cd /etc/systemd/system && sed -i s/RestartSec=5s/RestartSec=9s/ kloros-intent-router.service && rm kloros-chemical-bus.service`,
    );
    const { code, stdout } = await lab.run('kloros systemd diff');
    expect(code).toBe(1);
    expect(stdout).toContain('kloros-intent-router.service: somebody edited it');
    expect(stdout).toContain('+ RestartSec=5s');
    expect(stdout).toContain('kloros-chemical-bus.service: was installed, and somebody removed it');
    expect(await lab.demand('kloros systemd install --yes')).toContain('edited by hand');
    expect(await lab.demand('kloros systemd diff')).toBe('Nothing differs');
  });

  it('a rollback stops the daemons in the order of the plan and brings the timer back', async () => {
    await lab.demand(`rm /srv/old/${PROGRAM} ${LEGACY}.timer && systemctl daemon-reload`);
    const done = await lab.demand('kloros systemd rollback --yes');
    const stopped = [...done.matchAll(/stop (kloros-\S+)\.service/g)].map(([, unit]) => unit);
    expect(stopped.slice(0, 2)).toEqual(['kloros-intent-router', 'kloros-orchestrator-monitor']);
    expect(stopped.at(-1)).toBe('kloros-chemical-bus');
    expect(await lab.demand('systemctl is-active kloros-orchestrator.timer')).toBe('active');
    expect(await lab.demand(`cat /srv/old/${PROGRAM}`)).toBe('print("tick")');
    expect((await lab.run("systemctl is-active 'kloros-*.service'")).stdout).not.toMatch(/^active/m);
  });

  it('an uninstallation leaves no file', async () => {
    expect((await lab.run('kloros systemd uninstall')).code).toBe(2);
    await lab.demand('kloros systemd uninstall --yes --purge');
    expect((await lab.run(FILES)).stdout).toBe('');
    expect((await lab.run('kloros systemd status')).code).toBe(3);
  });
});
