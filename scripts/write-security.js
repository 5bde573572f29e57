// Writes the table of docs/security.md from the declarations of the daemons: npm run security. A test fails when it is stale.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { daemons } from '../src/daemons/index.ts';
import { authorityTable, withTable } from './authority-table.ts';

const path = join(import.meta.dirname, '..', 'docs', 'security.md');
writeFileSync(path, withTable(readFileSync(path, 'utf8'), authorityTable(daemons)));
