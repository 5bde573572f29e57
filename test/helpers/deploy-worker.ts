import { join } from 'node:path';
import { winnerDeployer } from '../../src/daemons/winner-deployer.js';
import { configSchema } from '../../src/lib/config/schema.js';
import { surroundings } from '../daemons/surroundings.js';
import { dieBefore } from './die-before.js';
import { signalOf } from './signals.js';

/** Hears the end of a cycle as the deployer does, and dies before its n-th change of a file; says how many it made. */
const [n = '', text = '', facts = ''] = process.argv.slice(2);
const config = configSchema.parse(JSON.parse(text));
// The files of evaluators and locks are nobody's deployment.
const concerns = (path: string) =>
  path.startsWith(config.home) && !path.startsWith(join(config.home, 'run')) && !path.endsWith('.lock');
const changes = dieBefore(Number(n), concerns);
await winnerDeployer.handle?.(
  signalOf('Q_DREAM_COMPLETE', JSON.parse(facts) as Record<string, unknown>),
  surroundings(config).attempt,
  undefined,
);
process.stdout.write(String(changes()));
