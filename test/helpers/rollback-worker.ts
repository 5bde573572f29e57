import { layoutOf } from '../../src/lib/deployment/layout.js';
import { rollback } from '../../src/lib/deployment/rollback.js';
import { dieBefore } from './die-before.js';

/** Takes back what is in use as an operator does, and dies before its n-th change of a file; says how many it made. */
const [n = '', deployRoot = '', experiment = '', home = ''] = process.argv.slice(2);
const changes = dieBefore(Number(n), (path) => path.startsWith(home) && !path.endsWith('.lock'));
const why = { nowMs: 0, by: 'operator', errorType: 'RolledBackByOperator', reason: 'asked' } as const;
await rollback(layoutOf(deployRoot, experiment), why);
process.stdout.write(String(changes()));
