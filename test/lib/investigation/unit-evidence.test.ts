import { chmodSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { readUnitEvidence } from '../../../src/lib/investigation/unit-evidence.js';
import { temporaryFolder, writeTree } from './tree.js';

let folder: string;

beforeEach(() => {
  folder = temporaryFolder();
});
afterEach(() => rmSync(folder, { recursive: true }));

function tools(systemctl: string, journalctl = 'exit 1') {
  writeTree(folder, { systemctl: `#!/bin/sh\n${systemctl}\n`, journalctl: `#!/bin/sh\n${journalctl}\n` });
  for (const name of ['systemctl', 'journalctl']) chmodSync(join(folder, name), 0o755);
  return { systemctl: join(folder, 'systemctl'), journalctl: join(folder, 'journalctl') };
}

const read = (commands: ReturnType<typeof tools>) =>
  readUnitEvidence('tts.service', commands, new AbortController().signal);

it('reports a failed unit and what its journal says', async () => {
  const shown = 'printf "LoadState=loaded\\nActiveState=failed\\nResult=exit-code\\nExecMainStatus=1\\n"';
  const finding = await read(tools(shown, 'printf "started\\nValueError: no voice\\nFatal error: giving up\\n"'));
  expect(finding).toMatchObject({ reached: true, showsCause: true });
  expect(finding.lines).toEqual([
    'unit:tts.service LoadState=loaded ActiveState=failed Result=exit-code ExecMainStatus=1',
    'journal: ValueError: no voice',
    'journal: Fatal error: giving up',
  ]);
});

it('finds nothing wrong with a unit that runs quietly, though its journal cannot be read', async () => {
  const finding = await read(tools('printf "LoadState=loaded\\nActiveState=active\\nResult=success\\n"'));
  expect(finding).toMatchObject({ reached: true, showsCause: false });
});

it('says that a unit is not installed', async () => {
  const finding = await read(tools('printf "LoadState=not-found\\nActiveState=inactive\\nResult=success\\n"'));
  expect(finding).toMatchObject({
    reached: false,
    lines: ['unit:tts.service could not be looked at: no such unit is installed'],
  });
});

it('says why systemd does not answer', async () => {
  const finding = await read(tools('echo "System has not been booted with systemd" >&2; exit 1'));
  expect(finding.lines).toEqual(['unit:tts.service could not be looked at: System has not been booted with systemd']);
});

it('says that there is no systemd at all', async () => {
  const missing = { systemctl: join(folder, 'nowhere'), journalctl: join(folder, 'nowhere') };
  const finding = await read(missing);
  expect(finding.reached).toBe(false);
  expect(finding.lines[0]).toMatch(/could not be looked at: .*nowhere/);
});
