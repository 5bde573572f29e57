import { mkdtempSync, readdirSync, readFileSync, writeFileSync, mkdirSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { openLexicon } from '../../../src/lib/evidence/lexicon.js';
import { openMeasure } from '../../../src/lib/evidence/measure.js';
import { mergeReport } from '../../../src/lib/evidence/merge.js';
import { emptyEvidence } from '../../../src/lib/evidence/module-evidence.js';
import type { Report } from '../../../src/lib/evidence/report.js';
import { openEvidenceStore } from '../../../src/lib/evidence/store.js';

const lexicon = openLexicon();
afterAll(() => lexicon.close());
const measure = await openMeasure({ lexicon, clock: { nowMs: () => 0, monotonicMs: () => 0 } }).prepare([]);
const folder = () => join(mkdtempSync(join(tmpdir(), 'kloros-evidence-')), 'evidence');

function report(id: string, provides: string[], fields: Partial<Report['answer']> = {}): Report {
  const answer = {
    investigation_id: id,
    question_id: 'q',
    evidence_hash: 'h1',
    at: `2025-11-15T10:30:0${id}.000Z`,
    question: 'What?',
    hypothesis: null,
    purpose: null,
    capabilities: provides,
    confidence: 1,
    ...fields,
  };
  return { subject: 'module:src.audio', answer, provides, uses: [], usedBy: [] };
}

describe('merging reports', () => {
  it('keeps the words of each and who said them', () => {
    const first = mergeReport(emptyEvidence('module:src.audio'), report('1', ['record audio']), measure);
    const second = mergeReport(first, report('2', ['audio recording', 'play audio'], { question_id: 'q2' }), measure);
    expect(
      second.provides.map((item) => [item.text, item.also.map((other) => other.text), item.sources.length]),
    ).toEqual([
      ['record audio', ['audio recording'], 2],
      ['play audio', [], 1],
    ]);
  });

  it('changes nothing when the same report comes again', () => {
    const once = mergeReport(emptyEvidence('x'), report('1', ['record audio']), measure);
    expect(mergeReport(once, report('1', ['record audio']), measure)).toEqual(once);
  });

  it('marks what a newer answer to the question no longer says, and keeps it', () => {
    const first = mergeReport(emptyEvidence('x'), report('1', ['record audio', 'draw charts']), measure);
    const second = mergeReport(first, report('2', ['record audio']), measure);
    expect(second.provides.map((item) => item.current)).toEqual([true, false]);
  });

  it('stays bounded however often a module is investigated', () => {
    let evidence = emptyEvidence('x');
    for (let at = 0; at < 120; at += 1) {
      const fields = { at: new Date(at * 1_000).toISOString() };
      evidence = mergeReport(evidence, report(String(at), ['record audio'], fields), measure);
    }
    expect(evidence.answers).toHaveLength(50);
    expect(evidence.provides[0]?.sources).toHaveLength(20);
    expect(evidence.answers.at(-1)?.investigation_id).toBe('119');
  });
});

describe('the evidence store', () => {
  it('gives back what was stored, from another instance', async () => {
    const path = folder();
    await openEvidenceStore(path).update('module:src.audio', async (before) =>
      mergeReport(before, report('1', ['record audio']), measure),
    );
    const store = openEvidenceStore(path);
    expect((await store.read('module:src.audio')).provides[0]?.text).toBe('record audio');
    expect(await store.subjects()).toEqual(['module:src.audio']);
  });

  it('loses no update when many come at once', async () => {
    const path = folder();
    const ids = ['1', '2', '3', '4', '5', '6'];
    await Promise.all(
      ids.map((id) =>
        openEvidenceStore(path).update('module:src.audio', async (before) =>
          mergeReport(before, report(id, ['record audio']), measure),
        ),
      ),
    );
    const { answers } = await openEvidenceStore(path).read('module:src.audio');
    expect(answers.map((answer) => answer.investigation_id)).toEqual(ids);
  });

  it('does not write what has not changed', async () => {
    const store = openEvidenceStore(folder());
    const change = async (before: Parameters<typeof mergeReport>[0]) =>
      mergeReport(before, report('1', ['x']), measure);
    await store.update('module:src.audio', change);
    const before = statSync(store.pathOf('module:src.audio')).ino;
    await store.update('module:src.audio', change);
    expect(statSync(store.pathOf('module:src.audio')).ino).toBe(before);
  });

  it.each(['half a {', '[]', '{"version":1}', ''])('puts %j aside, tells, and starts anew', async (content) => {
    const told: string[] = [];
    const store = openEvidenceStore(folder(), { onUnreadable: (_, keptAs) => told.push(keptAs) });
    const path = store.pathOf('module:src.audio');
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, content);
    expect((await store.read('module:src.audio')).answers).toEqual([]);
    expect(readFileSync(told[0]!, 'utf8')).toBe(content);
  });

  it('keeps subjects apart whose names differ only in case or odd characters, inside its folder', async () => {
    const path = folder();
    const store = openEvidenceStore(path);
    for (const subject of ['module:A', 'module:a', 'question:../../etc/passwd', `question:${'x'.repeat(10_000)}`])
      await store.update(subject, async (before) => mergeReport(before, report('1', ['x']), measure));
    expect(readdirSync(path).filter((name) => name.endsWith('.json'))).toHaveLength(4);
    expect(await store.subjects()).toHaveLength(4);
  });
});
