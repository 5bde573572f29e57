import { describe, expect, it } from 'vitest';
import { daemons } from '../../src/daemons/index.js';
import { authorityTable, withTable } from '../../scripts/authority-table.js';
import { textOf } from './tree.js';

describe('docs/security.md', () => {
  it('has the table of the declarations; npm run security writes it', () => {
    const document = textOf('docs/security.md');
    expect(document).toContain('<!-- authority -->');
    expect(withTable(document, authorityTable(daemons))).toBe(document);
  });
});
