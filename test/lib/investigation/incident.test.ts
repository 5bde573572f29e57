import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { answer, closeColony, colony, openColony, recordOf, signalOf } from './colony.js';
import { writeTree } from './tree.js';

beforeAll(openColony);
afterAll(closeColony);

describe('a question about an incident', () => {
  const incident = (id: string, evidence: string[], more = {}) =>
    answer(signalOf({ question: 'What caused the failure?', question_id: id, priority: 'high', evidence, ...more }));

  it('gathers what a log in the home says', async () => {
    writeTree(colony.config.home, {
      'logs/tts.log': 'started\nERROR: no voice found\nTraceback (most recent call last):\nbye\n',
    });
    const facts = await incident('log_1', [`Log at ${join(colony.config.home, 'logs/tts.log')}.`]);
    expect(facts).toMatchObject({
      status: 'completed',
      hypothesis: `LOGGED_TROUBLE_${join(colony.config.home, 'logs/tts.log')}`,
      confidence: 0.8,
      module_name: null,
    });
    expect(recordOf(facts).evidence).toContain('log: ERROR: no voice found');
  });

  it('says what it could not look at, and keeps what was reported', async () => {
    const facts = await incident('service_1', [
      'Error message: boom',
      'Source: kloros-nowhere.service',
      'path:/etc/shadow',
    ]);
    expect(facts).toMatchObject({ status: 'completed', hypothesis: 'SERVICE_FAILURE_kloros-nowhere.service' });
    const said = JSON.stringify(recordOf(facts).evidence);
    expect(said).toMatch(/unit:kloros-nowhere.service could not be looked at: \S+/);
    expect(said).toMatch(/path:\/etc\/shadow .*KLOROS_SOURCE_ROOTS/);
  });

  it('fails where it names nothing at all', async () => {
    expect(await incident('empty_1', [])).toMatchObject({ status: 'failed', error_type: 'nothing_to_look_at' });
  });
});
