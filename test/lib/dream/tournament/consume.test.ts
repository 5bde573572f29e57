import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { describe, expect, it } from 'vitest';
import { momentOf } from '../../../../src/lib/base/clock-step.js';
import { systemClock } from '../../../../src/lib/base/clock.js';
import { loadConfig } from '../../../../src/lib/config/load.js';
import { pathsOf } from '../../../../src/lib/config/paths.js';
import { writeSnapshot } from '../../../../src/lib/dream/cycle/snapshot.js';
import { beginTournament, playForSignal } from '../../../../src/lib/dream/tournament/consume.js';
import type { Draft } from '../../../../src/lib/signals/envelope.js';
import { until } from '../../../helpers/colony.js';
import { signalOf } from '../../../helpers/signals.js';
import { temporaryFolder } from '../../../helpers/temporary-folders.js';
import { experimentsOf } from '../experiments.js';

const CANDIDATES = ['a', 'b'].map((id, index) => ({ id, params: { x: index } }));
const TRIGGER = {
  tournament_id: 'dream_1/plain',
  cycle_id: 'dream_1',
  experiment: 'plain',
  deadline: new Date(Date.now() + 3_600_000).toISOString(),
  entrants: CANDIDATES,
  baseline: { id: 'baseline', params: { x: 0.5 } },
  scale: { score: { min: 0, max: 1 } },
};

/** An arena whose evaluator writes down each of its runs, and hangs while the file `hang` is there. */
async function arena(run: Record<string, unknown> = {}, work = ':') {
  const home = temporaryFolder();
  const { config } = await loadConfig({ env: { KLOROS_HOME: home }, cwd: home, flags: {} });
  const { dreamLab } = pathsOf(config);
  const runs = join(home, 'runs');
  const script = `echo $$ >> ${runs}; [ -e ${home}/hang ] && sleep 3600; printf + >> ${home}/marks; ${work}; printf - >> ${home}/marks; echo "{\\"score\\": $KLOROS_PARAM_X}"`;
  const experiment = {
    name: 'plain',
    search_space: { x: { type: 'float', min: 0, max: 1 } },
    evaluator: { command: ['sh', '-c', script], timeoutSec: 3_600 },
    metrics: { target_direction: { score: 'up' } },
    selector: { match_pairs: 2 },
  };
  mkdirSync(dreamLab, { recursive: true });
  const experiments = await experimentsOf(stringify({ run, experiments: [experiment] }));
  await writeSnapshot(dreamLab, 'dream_1', { ...experiments, begun: momentOf(systemClock) });
  const place = (attempt: number, abort = new AbortController().signal) => ({
    ...{ config, clock: systemClock, attempt, abort },
  });
  const pids = () => (existsSync(runs) ? readFileSync(runs, 'utf8').trim().split('\n') : []);
  return { home, place, pids };
}

const heard = ({ signal, facts }: Draft) => signalOf(signal, facts);

describe('a match that a stranger asks for', () => {
  const MATCH = { ...TRIGGER, match: '1.1', a: 'a', b: 'b' };

  it('runs nothing and writes nothing outside of its cycle, whatever path it names', async () => {
    const { place, home, pids } = await arena();
    const { dreamLab } = pathsOf(place(1).config);
    const evil = join(home, 'evil');
    cpSync(join(dreamLab, 'dream_1'), evil, { recursive: true });
    writeFileSync(join(evil, 'tournament-plain.json'), JSON.stringify({ ...TRIGGER, played: {}, opened: {} }));
    const before = readdirSync(home, { recursive: true }).sort();
    for (const path of ['../evil', evil, '..', '../evil/../evil', '.', 'dream_1/../../evil', '\0']) {
      for (const fact of ['cycle_id', 'experiment', 'match'])
        await expect(
          playForSignal(heard({ signal: 'Q_TOURNAMENT_MATCH', facts: { ...MATCH, [fact]: path } }), place(1)),
        ).rejects.toThrow();
      for (const fact of ['cycle_id', 'experiment'])
        await expect(
          beginTournament(heard({ signal: 'Q_TOURNAMENT_TRIGGER', facts: { ...TRIGGER, [fact]: path } }), place(1)),
        ).rejects.toThrow();
    }
    expect(pids()).toEqual([]);
    expect(readdirSync(home, { recursive: true }).sort()).toEqual(before);
  });

  it('is no way to a folder beside the work of its cycle, by the id of a candidate', async () => {
    const { place, home, pids } = await arena();
    const { dreamLab } = pathsOf(place(1).config);
    const id = '../../../../victim/x';
    mkdirSync(join(home, 'victim', 'x-1.1-1'), { recursive: true });
    const entrants = [{ id, params: { x: 0 } }, ...CANDIDATES];
    await beginTournament(heard({ signal: 'Q_TOURNAMENT_TRIGGER', facts: { ...TRIGGER, entrants } }), place(1));
    const facts = { ...MATCH, a: id };
    await expect(playForSignal(heard({ signal: 'Q_TOURNAMENT_MATCH', facts }), place(1))).rejects.toMatchObject({
      code: 'UNSAFE_FILE_NAME',
    });
    expect([pids(), existsSync(join(home, 'victim', 'x-1.1-1')), existsSync(dreamLab)]).toEqual([[], true, true]);
  });
});

describe('matches at once', () => {
  it('are no more than max_parallel allows, however many instances play', async () => {
    const { place, home } = await arena({ scheduling: { max_parallel: 2 } }, 'sleep 0.1');
    const entrants = Array.from({ length: 8 }, (_, index) => ({ id: `m${index}`, params: { x: index / 10 } }));
    const said: string[] = [];
    const play = async (drafts: readonly Draft[]): Promise<void> => {
      said.push(
        ...drafts.map(({ signal, facts }) => (signal === 'Q_TOURNAMENT_MATCH' ? String(facts['match']) : signal)),
      );
      const matches = drafts.filter(({ signal }) => signal === 'Q_TOURNAMENT_MATCH');
      // Each as soon as it is called, as by instances without number.
      await Promise.all(matches.map(async (call) => play(await playForSignal(heard(call), place(1)))));
    };
    await play(await beginTournament(signalOf('Q_TOURNAMENT_TRIGGER', { ...TRIGGER, entrants }), place(1)));
    expect(said.slice(0, -1).sort()).toEqual(['1.1', '1.2', '1.3', '1.4', '2.1', '2.2', '3.1', 'title']);
    expect(said.at(-1)).toBe('Q_TOURNAMENT_COMPLETE');
    let [running, most] = [0, 0];
    for (const mark of readFileSync(join(home, 'marks'), 'utf8').trim()) {
      running += mark === '+' ? 1 : -1;
      most = Math.max(most, running);
    }
    expect(most).toBe(2);
  });
});

describe('a match', () => {
  it.each([-1, 1])('is played though the wall clock was set by %i years since its cycle began', async (years) => {
    const { place } = await arena();
    const [call] = await beginTournament(signalOf('Q_TOURNAMENT_TRIGGER', TRIGGER), place(1));
    const clock = { ...systemClock, nowMs: () => Date.now() + years * 365 * 86_400_000 };
    expect(await playForSignal(heard(call!), { ...place(1), clock })).toMatchObject([{ facts: { match: 'title' } }]);
  });

  it('that is handled again after its instance died says the same, and is not played again', async () => {
    const { place, pids } = await arena();
    const [call] = await beginTournament(signalOf('Q_TOURNAMENT_TRIGGER', TRIGGER), place(1));
    const first = await playForSignal(heard(call!), place(1));
    const played = pids().length;
    expect(first).toMatchObject([{ signal: 'Q_TOURNAMENT_MATCH', facts: { match: 'title', a: 'b' } }]);
    // Another instance takes it over: what it said was not committed.
    expect(await playForSignal(heard(call!), place(2))).toEqual(first);
    expect(pids()).toHaveLength(played);
    expect(await playForSignal(heard(first[0]!), place(1))).toMatchObject([
      { signal: 'Q_TOURNAMENT_COMPLETE', facts: { champion: 'b', matches_played: 2 } },
    ]);
  });

  it('that stops in the middle leaves nothing that runs, and is played from its beginning by the next', async () => {
    const { home, place, pids } = await arena();
    const [call] = await beginTournament(signalOf('Q_TOURNAMENT_TRIGGER', TRIGGER), place(1));
    const stop = new AbortController();
    writeFileSync(join(home, 'hang'), '');
    const stopped = playForSignal(heard(call!), place(1, stop.signal)).catch((error: unknown) => error);
    await until('its evaluator runs', () => Promise.resolve(pids().length > 0));
    stop.abort(new Error('the daemon stops'));
    expect(await stopped).toBeInstanceOf(Error);
    rmSync(join(home, 'hang'));
    expect(await playForSignal(heard(call!), place(2))).toMatchObject([{ facts: { match: 'title', a: 'b' } }]);
    await until('the first is gone', () => Promise.resolve(!existsSync(`/proc/${pids()[0] ?? ''}/exe`)));
  });
});
