import { pathsOf } from '../config/paths.js';
import type { Config } from '../config/schema.js';
import { readBackup } from '../deployment/backup.js';
import { layoutOf } from '../deployment/layout.js';
import { DecisionLog } from '../policy/decision-log.js';
import type { UndoRecord } from '../capabilities/undo-journal.js';
import type { Chain, Hop } from './chain.js';
import { touchedBy } from './touched.js';

/** What is known of a chain beside the journal, by the id of a signal. */
export interface Notes {
  /** Which rule or model said it, and why. */
  decided: ReadonlyMap<string, string>;
  /** Files that were touched when it was handled or said. */
  touched: ReadonlyMap<string, readonly string[]>;
}

const MOST_DECISIONS = 500;
const ENGINE = 'kloros_policy_engine';

/** Collects what the policy engine, the integrator and the deployer wrote down about a chain. */
export async function notesOf(chain: Chain, integrations: readonly UndoRecord[], config: Config): Promise<Notes> {
  const hops = hopsOf(chain.roots);
  const deployed = hops.filter(({ signal }) => signal === 'Q_WINNER_DEPLOYED');
  const files = await Promise.all(deployed.map(async (hop) => [hop.id, await deployedFiles(hop, config)] as const));
  return { decided: await decisionsOf(hops, config), touched: new Map([...touchedBy(integrations), ...files]) };
}

function hopsOf(roots: readonly Hop[]): Hop[] {
  const hops = [...roots];
  for (const hop of hops) hops.push(...hop.ledTo);
  return hops;
}

async function decisionsOf(hops: readonly Hop[], config: Config): Promise<Map<string, string>> {
  const ids = new Set(hops.filter(({ source }) => source === ENGINE).map(({ id }) => id));
  if (ids.size === 0) return new Map();
  const { decisionsMaxBytes: maxBytes, decisionsKeepDays: keepDays } = config.policy;
  const log = new DecisionLog({ path: pathsOf(config).policyDecisions, maxBytes, keepDays });
  const decisions = await log.newest(MOST_DECISIONS, ({ said }) => said !== null && ids.has(said.id));
  return new Map(
    decisions.flatMap(({ said, rule, reason, decided_by: by, id }) =>
      said === null
        ? []
        : [[said.id, `by ${by}, rule ${rule ?? 'none'}: ${reason} (kloros policy explain ${id})`] as const],
    ),
  );
}

/** The version's folder, and what was changed outside of it. */
async function deployedFiles({ facts }: Hop, { deployRoot }: Config): Promise<string[]> {
  const { deployment_path: path, deployment_id: id, experiment } = facts;
  if (typeof path !== 'string') return [];
  if (typeof id !== 'string' || typeof experiment !== 'string') return [path];
  // A backup that is gone or damaged tells nothing here; kloros undo says so when it is asked.
  const backup = await readBackup(layoutOf(deployRoot, experiment), id).catch(() => undefined);
  const changed = (backup?.files ?? []).map((file) => file.path);
  return [`${path} (take it back: kloros undo ${id})`, ...changed];
}
