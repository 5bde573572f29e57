import { chmod, stat } from 'node:fs/promises';
import { errorCode, KlorosError } from '../../base/errors.js';
import { readPeers } from '../../bus/peers.js';
import { pathsOf } from '../../config/paths.js';
import type { DoctorCheck, DoctorFinding } from '../finding.js';

const OTHERS = 0o077;
const OWNER_ALONE = 0o600;

/** Who comes in with a key, and who else might. */
export const peers: DoctorCheck = {
  name: 'peers',
  asks: 'whether the keys of peers can be used, and are nobody else to read',
  codes: ['PEERS_INVALID', 'PEERS_OPEN', 'PEER_MAY_ACT'],
  look: async ({ config }) => {
    const { peers: path } = pathsOf(config);
    return [...(await openFile(path)), ...contents(path)];
  },
};

/** Whoever reads the secret half of this colony's keys can stand in its place before every peer. */
async function openFile(path: string): Promise<DoctorFinding[]> {
  const mode = await stat(path).then(
    (found) => found.mode,
    (error: unknown) => {
      if (errorCode(error) === 'ENOENT') return OWNER_ALONE;
      throw error;
    },
  );
  if ((mode & OTHERS) === 0) return [];
  return [
    {
      code: 'PEERS_OPEN',
      level: 'problem',
      what: `Others than its owner may open ${path}`,
      why: 'it has the secret key by which peers know this colony',
      next: [`chmod 600 ${path}`, 'where somebody may have read it, add the peers again with new keys: --replace'],
      fix: { what: `chmod 600 ${path}`, apply: () => chmod(path, OWNER_ALONE) },
    },
  ];
}

function contents(path: string): DoctorFinding[] {
  try {
    const known = [...(readPeers(path)?.peers ?? [])];
    return known.flatMap(([name, { level }]) => (level === 'act' ? [mayAct(name)] : []));
  } catch (error) {
    if (!(error instanceof KlorosError) || error.code !== 'INVALID_PEERS') throw error;
    const { message, why, next } = error;
    const found = { what: message, why: why ?? 'no peer comes in or goes', next };
    return [{ code: 'PEERS_INVALID', level: 'problem', ...found }];
  }
}

function mayAct(name: string): DoctorFinding {
  return {
    code: 'PEER_MAY_ACT',
    level: 'note',
    what: `Peer ${name} may act: its triggers and completions are obeyed as those of the colony`,
    why: 'that is for programs that take the place of a daemon; all others need no more than ask',
    next: [`kloros peer show ${name}`, `kloros peer add ${name} --replace --level ask`],
  };
}
