import { describe, expect, it } from 'vitest';
import { waitFor } from '../../../src/lib/keeping/wait.js';
import type { Keeper, KeptState } from '../../../src/lib/keeping/keeper.js';

/** A keeper whose only daemon goes through these states, one for each look, and stays in the last. */
function keeperThrough(...states: KeptState[]): Keeper {
  const nothing = async () => undefined;
  const look = async () => {
    const state = states.length > 1 ? states.shift()! : states[0]!;
    const pid = state === 'ready' || state === 'stopping' ? 42 : null;
    return [
      { name: 'router', keeper: 'kloros up', state, pid, restarts: 0, why: state === 'failed' ? 'it is broken' : null },
    ];
  };
  return { kind: { kind: 'nobody' }, look, start: nothing, stop: nothing, restart: nothing, reload: nothing };
}

const wait = (keeper: Keeper, until: 'ready' | 'stopped', timeoutMs = 60_000) =>
  waitFor({ find: async () => keeper, names: ['router'], until, timeoutMs, abort: new AbortController().signal });

describe('waiting for daemons', () => {
  it('ends when all are ready', async () => {
    expect(await wait(keeperThrough('starting', 'restarting', 'ready'), 'ready')).toMatchObject([{ pid: 42 }]);
  });

  it('ends when all have stopped, and one that was given up has', async () => {
    expect(await wait(keeperThrough('stopping', 'stopped'), 'stopped')).toMatchObject([{ state: 'stopped' }]);
    expect(await wait(keeperThrough('failed'), 'stopped')).toMatchObject([{ state: 'failed' }]);
  });

  it('is in vain where one is given up, and says why', async () => {
    await expect(wait(keeperThrough('restarting', 'failed'), 'ready')).rejects.toMatchObject({
      code: 'DAEMON_GIVEN_UP',
      why: 'it is broken',
    });
  });

  it('has an end, and names those that are not so', async () => {
    await expect(wait(keeperThrough('stopped'), 'ready', 0)).rejects.toMatchObject({
      code: 'WAIT_TIMED_OUT',
      why: 'router is stopped',
    });
  });
});
