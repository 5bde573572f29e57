import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hasPolkit, POLKIT_RULE_PATH } from '../../src/lib/systemd/polkit.js';
import { startLab, whyNot, type Lab } from './lab.js';

const HOME = '/var/lib/kloros';
const UNIT = 'kloros-intent-router';
const INTENT = JSON.stringify({ intent_type: 'nobody_hears_this', data: {} });
const SIGNAL = JSON.stringify({ signal: 'Q_TRIED', source: 'olga', facts: {} });

describe.skipIf(whyNot !== '')(
  `who operates the services of a real systemd${whyNot === '' ? '' : ` (skipped: ${whyNot})`}`,
  () => {
    let lab: Lab;
    beforeAll(async () => {
      lab = await startLab();
      await lab.demand('kloros systemd install intent-router --yes --now');
      await lab.demand('useradd --create-home --groups kloros olga; useradd --create-home otto');
    });
    afterAll(() => lab.stop());

    const member = (line: string) => lab.runAs('olga', line);
    const stranger = (line: string) => lab.runAs('otto', line);
    const resultOf = async (line: string) => {
      const { stdout } = await member(`kloros ${line} --json`);
      return (JSON.parse(stdout) as { result: unknown }).result;
    };

    it('a member of the group says a signal, replays a dead letter, and asks how all are', async () => {
      expect(await member(`echo '${SIGNAL}' | kloros bus emit -`)).toMatchObject({ code: 0 });
      expect((await member('kloros bus history --signal Q_TRIED')).stdout).toContain('Q_TRIED');
      expect(await member(`echo '${INTENT}' >${HOME}/intents/1_x.json`)).toMatchObject({ code: 0 });
      const lies = `test -s ${HOME}/failed_signals.jsonl`;
      await lab.until('its dead letter is there', lies);
      expect(await resultOf('dlq list')).toMatchObject([{ daemon: 'intent_router', replay: 0 }]);
      expect(await resultOf('dlq replay --all --yes')).toMatchObject({ counts: { sent: 1 } });
      expect(await member('kloros health --check bus --check journal')).toMatchObject({ code: 0 });
      const asked = 'daemon status chemical-bus intent-router';
      expect(await resultOf(asked)).toMatchObject(Array(2).fill({ keeper: 'systemd (system)', state: 'ready' }));
      expect((await member('kloros systemd status')).stdout).toContain(`${UNIT}.service`);
    });

    it('what members and daemons write is open to the whole group, and to nobody else', async () => {
      const inHome = (...tests: string[]) =>
        lab.demand(`find ${HOME} -mindepth 1 ! -name systemd.json ${tests.join(' ')}`);
      expect(await inHome('-type d', '! -perm -2070')).toBe('');
      expect(await inHome('! -group kloros')).toBe('');
      expect(await inHome('-type d', '-perm /007')).toBe('');
      expect(await stranger(`ls ${HOME}`)).toMatchObject({ code: 2 });
    });

    it('who is no member can do none of it, and hears why', async () => {
      for (const line of [`echo '${SIGNAL}' | kloros bus emit -`, 'kloros dlq list', 'kloros daemon status']) {
        const { code, stderr } = await stranger(line);
        expect({ line, code }).toEqual({ line, code: 1 });
        expect(stderr).toContain('open to the group kloros, and otto was no member');
        expect(stderr).toContain('usermod --append --groups kloros otto');
      }
      expect((await stranger(`systemctl --no-ask-password stop ${UNIT}`)).code).toBe(1);
      expect(await lab.demand(`systemctl is-active ${UNIT}`)).toBe('active');
    });

    it.skipIf(!hasPolkit())('a member stops, starts and restarts the daemons, and changes nothing else', async () => {
      const states = { 'stop --yes': 'stopped', start: 'ready', 'restart --yes': 'ready' };
      for (const [verb, state] of Object.entries(states))
        expect(await resultOf(`daemon ${verb} intent-router`)).toMatchObject({ done: true, daemons: [{ state }] });
      for (const line of [`disable ${UNIT}`, `mask ${UNIT}`, `kill ${UNIT}`, 'stop systemd-logind']) {
        expect((await member(`systemctl --no-ask-password ${line}`)).stderr, line).toContain('authentication required');
      }
    });

    it.skipIf(!hasPolkit())(
      'a member has a daemon read its settings anew, and one that refuses them says so',
      async () => {
        const pid = () => lab.demand(`systemctl show -p MainPID --value ${UNIT}`);
        const settings = (text: string) => member(`umask 007; echo '${text}' >${HOME}/config.yaml`);
        const [before] = [await pid()];
        await settings('intents: {batch: many}');
        expect(await member('kloros daemon reload intent-router')).toMatchObject({ code: 2 });
        await lab.demand(`systemctl reload ${UNIT}`);
        await lab.until(
          'it refuses them',
          `systemctl show -p StatusText ${UNIT} | grep -q "intents.batch: expected number"`,
        );
        await settings('intents: {batch: 7}');
        expect(await member('kloros daemon reload intent-router')).toMatchObject({ code: 0 });
        await lab.until(
          'it takes them up',
          `journalctl --output=cat --unit=${UNIT} | grep -q "Settings are read anew"`,
        );
        expect(await resultOf('daemon status intent-router')).toMatchObject([{ state: 'ready', why: null }]);
        expect(await pid()).toBe(before);
      },
    );

    it.skipIf(!hasPolkit())('where polkit is missing, or its rule, a member hears what to do', async () => {
      await lab.demand(`rm ${POLKIT_RULE_PATH} && systemctl restart polkit`);
      const restart = () => member('kloros daemon restart intent-router --yes');
      expect((await restart()).stderr).toContain('once "kloros systemd install" has told polkit');
      await lab.demand('mv /etc/polkit-1/rules.d /etc/polkit-1/elsewhere');
      const refused = await restart();
      expect(refused.code).toBe(1);
      expect(refused.stderr).toContain('apt-get install polkitd');
    });
  },
);
