// Writes systemd/ for the standard layout from the list of daemons: npm run units. A test fails when it is stale.
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { daemons } from '../src/daemons/index.ts';
import { onDemandUnits, standardUnits } from './standard-units.ts';

const folder = join(import.meta.dirname, '..', 'systemd');
rmSync(folder, { recursive: true, force: true });
write(folder, standardUnits(daemons));
write(join(folder, 'on-demand'), onDemandUnits(daemons));

function write(into, units) {
  mkdirSync(into, { recursive: true });
  for (const [name, text] of units) writeFileSync(join(into, name), text);
}
