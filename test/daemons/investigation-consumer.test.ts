import { copyFileSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { investigationConsumer } from '../../src/daemons/investigation-consumer.js';
import {
  answer,
  ask,
  attempt,
  beside,
  closeColony,
  colony,
  openColony,
  openDaemon,
  recordOf,
  rows,
  signalOf,
  source,
} from '../lib/investigation/colony.js';
import { FIXTURES, writeTree } from '../lib/investigation/tree.js';

beforeAll(openColony);
afterAll(closeColony);

describe('a question about a Python package', () => {
  it('is answered with what the code says', async () => {
    const facts = await ask('audio', [`path:${source('audio')}`, 'has_init:true']);
    expect(facts).toMatchObject({
      question_id: 'discover.module.audio',
      investigation_timestamp: '20261124_031002_123',
      hypothesis: 'UNDISCOVERED_MODULE_audio',
      status: 'completed',
      module_name: 'audio',
      queue_wait_time_ms: 123,
      model_used: null,
    });
    const record = recordOf(facts);
    expect(record).toMatchObject({
      module_path: 'src.audio',
      module_dir: source('audio'),
      language: 'python',
      purpose: 'Plays and records sound.',
      imported_by: ['router/main.py'],
      files_analyzed: ['__init__.py', 'devices.py', 'player.py', 'recorder.py', 'tests/test_player.py'],
      success: true,
      error: null,
    });
    expect(record.capabilities.slice(0, 3)).toEqual([
      'Plays one file at a time',
      'Play a file on the default device',
      'recorder',
    ]);
    expect(record.capabilities).toContain('parse http header');
    expect(record.integration_points).toEqual([
      'imported by router/main.py (Player, play_file)',
      'started as recorder.py (main guard)',
    ]);
    expect(record.structure).toMatchObject({
      classes: ['Player', 'Recorder'],
      imports_inside: ['.', '.player', '.recorder', 'audio'],
      imports_outside: ['sys', 'typing', 'wave'],
      tests: ['tests/test_player.py: TestPlayer.test_plays', 'tests/test_player.py: test_alone'],
      parse_errors: [],
    });
    expect(facts['evidence_count']).toBe(record.evidence.length);
    expect(record.confidence).toBeGreaterThan(0.7);
  });

  it('is answered from the record while nothing changed, and investigated again when something did', async () => {
    writeTree(source(), { 'steady/__init__.py': '"""Stays as it is."""\n' });
    const path = [`path:${source('steady')}`];
    const first = await ask('steady', path);
    const second = await ask('steady', path);
    expect(second).toMatchObject({
      answered_from: first['investigation_id'],
      investigation_id: first['investigation_id'],
      confidence: first['confidence'],
    });
    writeTree(source(), { 'steady/__init__.py': '"""Changed."""\n' });
    const third = await ask('steady', path);
    expect(third).not.toHaveProperty('answered_from');
    expect(recordOf(third).purpose).toBe('Changed.');
  });

  it('is investigated again when a new importer appears, and when it is asked to', async () => {
    writeTree(source(), { 'lonely.py': 'def alone(): pass\n' });
    await ask('lonely', []);
    expect(await ask('lonely', [])).toHaveProperty('answered_from');
    expect(await ask('lonely', [], { action_class: 'reinvestigate' })).not.toHaveProperty('answered_from');
    writeTree(source(), { 'friend.py': 'from lonely import alone\n' });
    const found = recordOf(await ask('lonely', []));
    expect(found.imported_by).toEqual(['friend.py']);
    expect(found.module_path).toBe('src.lonely');
  });

  it('writes one row for one signal, however often that is handled', async () => {
    const signal = signalOf(
      { question: '?', question_id: 'discover.module.router', priority: 'high', evidence: [] },
      'same',
    );
    const first = await answer(signal);
    const restarted = await openDaemon();
    expect(await answer(signal, restarted)).toEqual(first);
    await investigationConsumer.close?.(restarted);
    expect(rows().filter(({ signal_id: id }) => id === 'same')).toHaveLength(1);
  });

  it('is a known module once the registry has it, and nested groups do not count', async () => {
    writeFileSync(
      colony.config.capabilitiesPath,
      'group: {inner: {module: audio}}\nrouter: {module: router, enabled: true}\n',
    );
    expect(await ask('router', [], { action_class: 'reinvestigate' })).toMatchObject({
      hypothesis: 'KNOWN_MODULE_router',
    });
    expect(await ask('audio', [], { action_class: 'reinvestigate' })).toMatchObject({
      hypothesis: 'UNDISCOVERED_MODULE_audio',
    });
    rmSync(colony.config.capabilitiesPath);
    expect(await ask('router', [])).toMatchObject({ hypothesis: 'UNDISCOVERED_MODULE_router' });
  });

  it('counts as undiscovered where the registry cannot be read', async () => {
    writeFileSync(colony.config.capabilitiesPath, '[: broken');
    expect(await ask('router', [], { action_class: 'reinvestigate' })).toMatchObject({
      hypothesis: 'UNDISCOVERED_MODULE_router',
    });
    rmSync(colony.config.capabilitiesPath);
  });
});

describe('the investigator at work', () => {
  it('writes nothing once it was told to stop', async () => {
    const daemon = await openDaemon();
    const stopped = signalOf(
      { question: '?', question_id: 'discover.module.router', priority: 'low', evidence: [] },
      'stopped',
    );
    const stop = attempt(AbortSignal.abort());
    await expect(investigationConsumer.handle?.(stopped, stop, daemon)).rejects.toThrow();
    expect(rows().filter(({ signal_id: id }) => id === 'stopped')).toEqual([]);
    await investigationConsumer.close?.(daemon);
  });

  it('works without a cache', async () => {
    const broken = join(colony.config.home, 'cache');
    rmSync(broken, { recursive: true });
    writeFileSync(broken, 'a file where the folder should be');
    expect(await ask('audio', [], { action_class: 'reinvestigate' })).toMatchObject({ status: 'completed' });
    rmSync(broken);
  });

  it('answers beside the rows of an existing installation', async () => {
    const home = beside('old-home');
    mkdirSync(home);
    copyFileSync(join(FIXTURES, 'existing-rows.jsonl'), join(home, 'curiosity_investigations.jsonl'));
    const before = colony.config;
    colony.config = { ...before, home };
    const old = await openDaemon();
    expect(
      await answer(
        signalOf({ question: '?', question_id: 'discover.module.tools', priority: 'low', evidence: [] }),
        old,
      ),
    ).toMatchObject({ error_type: 'phantom' });
    await investigationConsumer.close?.(old);
    colony.config = before;
  });
});
