import type { DaemonWork } from './define-daemon.js';

type Member = keyof DaemonWork<unknown>;
type Members<R, M extends Member> = Required<Pick<DaemonWork<R>, M>>;

/** Members of a definition whose module is read when the daemon runs. */
export type Later<R, M extends Member> = Members<R, M> & { load(): Promise<unknown> };

/**
 * What a daemon does, from a module of its own. Whoever only asks which daemons there are, as most commands do, does not
 * read the code of all their domains, nor does a daemon that of the others. The runtime reads it before the daemon is ready.
 */
export function later<R, M extends Member>(
  members: readonly M[],
  read: () => Promise<DaemonWork<R> & Members<R, M>>,
): Later<R, M> {
  let reading: Promise<Members<R, M>> | undefined;
  const load = () => (reading ??= read());
  const all = everyMember(load as () => Promise<unknown> as () => Promise<Required<DaemonWork<R>>>);
  const named = members.map((member) => [member, all[member]]);
  return { ...(Object.fromEntries(named) as Members<R, M>), load };
}

function everyMember<R>(load: () => Promise<Required<DaemonWork<R>>>): Required<DaemonWork<R>> {
  return {
    open: async (env) => (await load()).open(env),
    close: async (resources) => (await load()).close(resources),
    handle: async (signal, attempt, resources) => (await load()).handle(signal, attempt, resources),
    source: async function* (env, abort, resources) {
      yield* (await load()).source(env, abort, resources);
    },
    wakes: async (env) => (await load()).wakes(env),
  };
}
