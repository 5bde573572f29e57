import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { stableNode } from '../../../src/lib/systemd/stable-node.js';

describe('the path of Node in a unit', () => {
  let folder: string;
  let versioned: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'kloros-node-'));
    mkdirSync(join(folder, 'v20.19.0'));
    mkdirSync(join(folder, 'current'));
    versioned = join(folder, 'v20.19.0', 'node');
    writeFileSync(versioned, '');
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it('is the link that an upgrade turns to the next version, where there is one', () => {
    symlinkSync(versioned, join(folder, 'current', 'node'));
    const found = stableNode(versioned, `/nowhere:${join(folder, 'current')}`);
    expect(found).toEqual({ path: join(folder, 'current', 'node'), isStable: true });
  });

  it('is never another Node that is found on the way', () => {
    writeFileSync(join(folder, 'current', 'node'), '');
    expect(stableNode(versioned, join(folder, 'current'))).toEqual({ path: versioned, isStable: false });
  });
});
