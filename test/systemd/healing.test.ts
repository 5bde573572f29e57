import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startLab, whyNot, type Lab } from './lab.js';

const HOME = '/var/lib/kloros';
const UNIT = 'kloros-semantic-dedup-consumer';
const OTHER = 'kloros-tournament-consumer';
const UNITS = `kloros-chemical-bus kloros-orchestrator-monitor ${UNIT} ${OTHER}`;

/** Limits of seconds, so that the healer is there long before the watchdog of systemd. */
const CONFIG =
  'monitor: {intervalMs: 300}\nhealth: {diskWarningPercent: 0, diskCriticalPercent: 0, memoryWarningPercent: 0, memoryCriticalPercent: 0}';
const RULE =
  'rules: [{name: restart_who_does_not_beat, when: {event: watchdog, for: 1s}, helped: {within: 3s}, cooldown: 1h}]';

interface Repair {
  rule: string;
  target: string;
  outcome: string;
  detail: string;
  helped: boolean;
}

describe.skipIf(whyNot !== '')(
  `the healer in the sandbox of a real unit${whyNot === '' ? '' : ` (skipped: ${whyNot})`}`,
  () => {
    let lab: Lab;
    beforeAll(async () => {
      lab = await startLab();
      await lab.demand('kloros systemd install --yes');
      await lab.demand(`echo '${CONFIG}' >${HOME}/config.yaml; echo '${RULE}' >${HOME}/healing.yaml`);
      await lab.demand(`chown kloros: ${HOME}/*.yaml && systemctl start ${UNITS}`);
    });
    afterAll(() => lab.stop());

    const show = async (property: string, unit = UNIT) => lab.demand(`systemctl show -p ${property} --value ${unit}`);
    const repairs = async () => {
      const { stdout } = await lab.run('kloros healing history --json');
      return (JSON.parse(stdout) as { result: Repair[] }).result;
    };

    it('ends a daemon that is stopped, systemd starts it again, and it is on record that this helped', async () => {
      const before = await show('MainPID');
      await lab.demand(`kill -STOP ${before}`);
      await lab.until('the repair is judged', `kloros healing history --json | grep -q '"helped": *true'`);
      expect(await show('MainPID')).not.toBe(before);
      expect(await show('ActiveState')).toBe('active');
      expect(await show('NRestarts')).toBe('1');
      expect(await lab.demand(`journalctl -u ${UNIT}`)).not.toMatch(/Watchdog timeout|status=9\/KILL/);
      expect(await repairs()).toMatchObject([
        {
          rule: 'restart_who_does_not_beat',
          target: 'semantic_dedup_consumer_daemon',
          outcome: 'made',
          detail: 'systemd (system) restarted it',
          helped: true,
        },
      ]);
    });

    it('ends by force whom no other signal reaches, and systemd starts it again', async () => {
      const before = await show('MainPID', OTHER);
      // It is stopped anew as soon as it goes on.
      await lab.demand(`systemd-run --quiet --unit=hold sh -c 'while kill -STOP ${before}; do :; done'`);
      await lab.until('it is another process', `test $(systemctl show -p NRestarts --value ${OTHER}) = 1`);
      await lab.until('it is ready', `systemctl is-active --quiet ${OTHER}`);
      expect(await lab.demand(`journalctl -u ${OTHER}`)).toContain('status=9/KILL');
      await lab.until('the repair is on record', `kloros healing history --json | grep -q tournament_consumer_daemon`);
      const forced = (await repairs()).filter(({ target }) => target === 'tournament_consumer_daemon');
      expect(forced).toMatchObject([{ outcome: 'made', detail: 'systemd (system) restarted it' }]);
    });
  },
);
