import { createServer, type IncomingMessage, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { KlorosError } from '../../../src/lib/base/errors.js';
import { investigationConsumer } from '../../../src/daemons/investigation-consumer.js';
import { openModel, type Shown } from '../../../src/lib/investigation/model.js';
import { investigationRecordSchema } from '../../../src/lib/investigation/record.js';
import { answer, closeColony, colony, openColony, openDaemon, recordOf, signalOf, source } from './colony.js';
import { temporaryFolder } from './tree.js';

interface Asked {
  url: string | undefined;
  authorization: string | undefined;
  body: { model: string; messages: { role: string; content: string }[] };
}

const ANALYSIS = {
  purpose: 'Plays and records sound for the operator.',
  capabilities: ['play sound', 'record sound'],
  key_abstractions: ['Player', 'TimeMachine'],
  integration_points: ['used by the router'],
  confidence: 0.9,
};
const chat = (content: string) => JSON.stringify({ choices: [{ message: { content } }], usage: { total_tokens: 321 } });

const servers: Server[] = [];
const asked: Asked[] = [];
afterEach(() => {
  asked.length = 0;
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
});

/** A server that speaks as OpenAI's does, and says this. */
async function modelThat(respond: RequestListener) {
  const server = createServer((request, response) => void noted(request).then(() => respond(request, response)));
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1/`, model: 'tiny', timeoutMs: 10_000 };
}

async function noted(request: IncomingMessage): Promise<void> {
  let body = '';
  for await (const chunk of request) body += String(chunk);
  const { authorization } = request.headers;
  asked.push({ url: request.url, authorization, body: JSON.parse(body) as Asked['body'] });
}

describe('an investigator with a model', () => {
  beforeAll(openColony);
  afterAll(closeColony);

  it('lets it say what a module is for, keeps what the code says, tells whose word it is, and asks it once', async () => {
    const model = await modelThat((_request, response) => response.end(chat(JSON.stringify(ANALYSIS))));
    colony.config = { ...colony.config, investigation: { ...colony.config.investigation, model } };
    const daemon = await openDaemon();
    const evidence = [`path:${source('audio')}`];
    const facts = { question: 'For what?', question_id: 'discover.module.audio', priority: 'normal', evidence };
    const told = await answer(signalOf(facts), daemon);
    expect(told).toMatchObject({ model_used: 'tiny', tokens_used: 321, status: 'completed' });
    expect(recordOf(told)).toMatchObject({
      investigation_method: 'static_analysis+model',
      purpose: ANALYSIS.purpose,
      capabilities: ANALYSIS.capabilities,
      imported_by: ['router/main.py'],
      structure: { classes: ['Player', 'Recorder'] },
      // An abstraction that the code does not have is left out.
      llm_analysis: { ...ANALYSIS, key_abstractions: ['Player'], model_used: 'tiny', tokens_used: 321 },
    });
    expect(asked).toMatchObject([{ url: '/v1/chat/completions', authorization: undefined, body: { model: 'tiny' } }]);
    const shown = JSON.parse(asked[0]!.body.messages[1]!.content) as { public_api: { name: string }[] };
    expect(shown.public_api.map(({ name }) => name)).toContain('Player');
    expect(await answer(signalOf(facts), daemon)).toMatchObject({ model_used: 'tiny', tokens_used: null });
    expect(asked).toHaveLength(1);
    await investigationConsumer.close?.(daemon);
  });

  it('answers by its code alone where nobody listens', async () => {
    const model = { url: 'http://127.0.0.1:9/v1', model: 'tiny', timeoutMs: 10_000 };
    colony.config = { ...colony.config, investigation: { ...colony.config.investigation, model } };
    const daemon = await openDaemon();
    const evidence = [`path:${source('audio')}`];
    const facts = { question_id: 'discover.module.audio', priority: 'normal', evidence, action_class: 'reinvestigate' };
    const told = await answer(signalOf(facts), daemon);
    expect(told).toMatchObject({ status: 'completed', model_used: null, tokens_used: null });
    expect(recordOf(told)).toMatchObject({ purpose: 'Plays and records sound.', llm_analysis: null });
    await investigationConsumer.close?.(daemon);
  });
});

describe('a model', () => {
  const folder = temporaryFolder();
  afterAll(() => rmSync(folder, { recursive: true }));
  let nowMs = 0;
  const failures: KlorosError[] = [];
  afterEach(() => failures.splice(0));
  const { structure } = investigationRecordSchema.parse({ id: 'i', timestamp: 'now', question_id: 'q' });
  const shown: Shown = {
    question: 'For what?',
    module_name: 'audio',
    language: 'python',
    files_analyzed: ['player.py'],
    structure,
    purpose: null,
    imported_by: [],
  };
  const opened = (settings: Parameters<typeof openModel>[0]) =>
    openModel(settings, { clock: { monotonicMs: () => nowMs }, onFailure: (error) => void failures.push(error) });
  const never = new AbortController().signal;

  it('may put its JSON into a fence, and is shown the key that a file holds', async () => {
    const apiKeyFile = join(folder, 'key');
    writeFileSync(apiKeyFile, 'secret-key\n');
    const fenced = `\`\`\`json\n${JSON.stringify(ANALYSIS)}\n\`\`\``;
    const settings = await modelThat((_request, response) => response.end(chat(fenced)));
    const said = await opened({ ...settings, apiKeyFile }).analyse(shown, never);
    expect(said).toMatchObject({ purpose: ANALYSIS.purpose, key_abstractions: [], model_used: 'tiny' });
    expect(asked[0]?.authorization).toBe('Bearer secret-key');
  });

  const wrong: [string, RequestListener, string][] = [
    ['is overloaded', (_request, response) => response.writeHead(503).end('busy'), 'HTTP 503: busy'],
    ['says what is no JSON', (_request, response) => response.end(chat('It plays sound.')), 'is not valid JSON'],
    ['leaves the purpose out', (_request, response) => response.end(chat('{"capabilities":["x"]}')), 'purpose'],
    ['speaks another protocol', (_request, response) => response.end('{"text":"hello"}'), 'choices'],
    ['breaks off', (_request, response) => response.destroy(), 'fetch failed'],
  ];
  it.each(wrong)('that %s gives no analysis, and why', async (_what, respond, why) => {
    expect(await opened(await modelThat(respond)).analyse(shown, never)).toBeUndefined();
    expect(failures).toMatchObject([{ code: 'MODEL_FAILED', why: expect.stringContaining(why) as string }]);
  });

  it('that is slow is waited for to its limit, and spares the questions of the next minute the wait', async () => {
    const model = opened({ ...(await modelThat(() => undefined)), timeoutMs: 50 });
    const slow = { code: 'MODEL_FAILED', why: 'no answer within 50 ms' };
    expect(await model.analyse(shown, never)).toBeUndefined();
    expect(await model.analyse(shown, never)).toBeUndefined();
    expect(failures).toMatchObject([slow]);
    nowMs += 60_000;
    expect(await model.analyse(shown, never)).toBeUndefined();
    expect(failures).toMatchObject([slow, slow]);
  });

  it('is waited for no longer than the attempt lasts', async () => {
    const abort = new AbortController();
    const model = opened(await modelThat(() => abort.abort()));
    await expect(model.analyse(shown, abort.signal)).rejects.toMatchObject({ name: 'AbortError' });
    expect(failures).toEqual([]);
  });
});
