import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Signal } from '../../src/lib/signals/envelope.js';
import { unitOf } from '../../src/lib/systemd/unit-names.js';
import { quoted, startLab, whyNot, type Lab } from './lab.js';

const HOME = '/var/lib/kloros';
const PROJECT = '/srv/kloros';
const PACKAGE = '/usr/lib/node_modules/kloros';
const [OLD, NEW] = ['0.0.1', '99.0.0'];
const WORKERS = [
  'intent_router',
  'investigation_consumer_daemon',
  'semantic_dedup_consumer_daemon',
  'capability_integrator_daemon',
];
const MOST = 600;

/** A package of this project with another version; what it depends on is linked. */
const packageOf = (version: string) => `mkdir ${PACKAGE} && cd ${PACKAGE} &&
  cp -r ${PROJECT}/bin ${PROJECT}/dist ${PROJECT}/package.json ${PROJECT}/oclif.manifest.json . &&
  ln -s ${PROJECT}/node_modules node_modules && sed -i 's/"version": "[^"]*"/"version": "${version}"/' package.json oclif.manifest.json`;

/** Asks about a module, and says a signal, once a second until it is enough. */
const WRITER = `
  n=0; while [ ! -e /srv/enough ] && [ $n -lt ${MOST} ]; do
    n=$((n + 1)); file=${HOME}/intents/$n
    printf '{"type":"discover.module","id":"discover.module.m%s","data":{"question":"What is m%s?","evidence":["path:${HOME}/src/m%s"]}}' $n $n $n >$file.tmp
    mv $file.tmp $file.json
    printf '{"signal":"Q_TRIED","source":"writer","facts":{"n":%s}}\\n' $n
    sleep 1
  done | kloros bus emit -`;

describe.skipIf(whyNot !== '')(`an upgrade in a real systemd${whyNot === '' ? '' : ` (skipped: ${whyNot})`}`, () => {
  let lab: Lab;
  beforeAll(async () => {
    lab = await startLab({ project: PROJECT });
    await lab.demand(`mkdir -p /usr/lib/node_modules && ${packageOf(OLD)}`);
    await lab.demand(`kloros systemd install ${WORKERS.join(' ')} --yes --now`);
    await lab.demand(`useradd --create-home --groups kloros olga; cd ${HOME}
      for n in $(seq ${MOST}); do mkdir -p src/m$n && echo "def run_m$n(): return $n" >src/m$n/core.py; done; chown -R kloros: src`);
  });
  afterAll(() => lab.stop());

  const history = async (signal: string) => {
    const { stdout } = await lab.run(`kloros bus history -1d --signal ${signal} --output jsonl`);
    return stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Signal);
  };
  const factsOf = async (signal: string, fact: string) =>
    (await history(signal)).map(({ facts }) => String((facts as Record<string, unknown>)[fact])).sort();
  const isRegistered = (n: number) => `grep -q "^m${n}:" ${HOME}/capabilities.yaml`;
  const written = async () => (await history('Q_TRIED')).length;

  it('an installation of some daemons is whole as it was chosen', async () => {
    expect(await lab.demand('kloros systemd diff')).toBe('Nothing differs');
    expect(await lab.demand('kloros systemd install --yes --now')).toBe('All is installed as it should be');
    const { code, stdout, stderr } = await lab.run('kloros systemd status');
    expect({ code, units: stdout.match(/\.service/g)?.length }).toEqual({ code: 0, units: WORKERS.length + 1 });
    expect(stderr).toContain('kloros systemd install --all');
  });

  it('under load loses nothing and does nothing twice', async () => {
    await lab.demand(`echo ${quoted(WRITER)} >/srv/writer.sh`); // A file, since systemd reads `$` in a command.
    await lab.demand('systemd-run --quiet --unit=writer --uid=olga --setenv=HOME=/home/olga sh /srv/writer.sh');
    await lab.until('the colony works', isRegistered(2));

    expect(await lab.runAs('olga', 'kloros maintenance on --reason upgrade --yes')).toMatchObject({ code: 0 });
    // As npm does it: what was there is set aside, for a moment there is nothing, and then it is removed.
    await lab.demand(`mv ${PACKAGE} /srv/retired && sleep 2 && ${packageOf(NEW)} && rm -r /srv/retired`);
    expect((await lab.run('kloros systemd install --yes')).stderr).toContain(`What runs is ${OLD}`);
    const done = await lab.demand('kloros systemd install --yes --now');
    expect(done).toContain(`restart all that runs, from ${OLD} to ${NEW}`);
    expect(await lab.runAs('olga', 'kloros maintenance off')).toMatchObject({ code: 0 });

    const before = await written();
    await lab.until('the new version works', isRegistered(before + 2));
    await lab.demand('touch /srv/enough');
    await lab.until('the writer has ended', '! systemctl is-active --quiet writer');
    const count = await written();
    await lab.until('all is done', `test $(grep -c "^m[0-9]*:" ${HOME}/capabilities.yaml) -ge ${count}`);

    const modules = Array.from({ length: count }, (_, n) => `m${n + 1}`).sort();
    const questions = modules.map((name) => `discover.module.${name}`);
    expect(await factsOf('Q_TRIED', 'n')).toEqual(modules.map((name) => name.slice(1)));
    expect(await factsOf('Q_CURIOSITY_INVESTIGATE', 'question_id')).toEqual(questions);
    expect(await factsOf('Q_INVESTIGATION_COMPLETE', 'question_id')).toEqual(questions);
    expect(await factsOf('Q_MODULE_INTEGRATED', 'module_name')).toEqual(modules);
    expect(await lab.demand(`cat ${HOME}/failed_signals.jsonl 2>/dev/null; ls ${HOME}/intents`)).toBe('');
  });

  it('brings every daemon to the new version, and none of them crashed over it', async () => {
    for (const name of WORKERS) {
      const log = await lab.demand(`journalctl --output=cat --unit=${unitOf(name)}`);
      expect(log.match(/ Ready .*version=\S+/g)?.map((line) => line.split('version=')[1])).toEqual([OLD, NEW]);
      expect(await lab.demand(`systemctl show -p NRestarts --value ${unitOf(name)}`)).toBe('0');
    }
    expect(await lab.demand('kloros systemd install --yes --now')).toBe('All is installed as it should be');
  });
});
