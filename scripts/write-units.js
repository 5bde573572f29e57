// Writes systemd/ for the standard layout from the list of daemons: npm run units. A test fails when it is stale.
import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { daemons } from '../src/daemons/index.ts';
import { standardUnits } from './standard-units.ts';

const folder = join(import.meta.dirname, '..', 'systemd');
const units = standardUnits(daemons);
mkdirSync(folder, { recursive: true });
for (const name of readdirSync(folder)) if (!units.has(name)) rmSync(join(folder, name));
for (const [name, text] of units) writeFileSync(join(folder, name), text);
