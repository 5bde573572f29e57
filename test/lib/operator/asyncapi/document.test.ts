import specs from '@asyncapi/specs';
import { Ajv, type AnySchema } from 'ajv';
import formats from 'ajv-formats';
import { describe, expect, it } from 'vitest';
import { daemons } from '../../../../src/daemons/index.js';
import { asyncApiOf } from '../../../../src/lib/operator/asyncapi/document.js';
import { configSchema } from '../../../../src/lib/config/schema.js';
import { catalogue } from '../../../../src/lib/signals/catalogue.js';
import { mint } from '../../../../src/lib/signals/mint.js';

const paths = { home: '/h', sourceRoots: [], deployRoot: '/h/d', capabilitiesPath: '/h/c' };
const config = configSchema.parse({
  ...paths,
  portBase: 9000,
  intents: { routes: { 'spica/x': { signal: 'SPICA:1' } } },
});

/** Judges documents; the official schema brings the meta schema of draft 07 itself. */
const isDocument = formats
  .default(new Ajv({ strict: false, allErrors: true, meta: false, validateSchema: false }))
  .compile(specs.schemas['3.0.0'] as AnySchema);

/** What other programs read: the document after its way through JSON. */
const document = JSON.parse(JSON.stringify(asyncApiOf({ config, daemons }, '1.2.3'))) as {
  servers: Record<string, unknown>;
  channels: Record<string, { address: string; servers: unknown[] }>;
  operations: Record<string, { action: string; channel: { $ref: string } }>;
  components: { messages: Record<string, { payload: object; examples?: { payload: unknown }[] }> };
};

/** Whether a payload is one of the messages of this name. */
function judged(name: string, payload: unknown): string {
  const ajv = formats
    .default(new Ajv({ strict: false, allErrors: true }))
    .addSchema({ $id: 'kloros:', ...document }, 'kloros:');
  const pointer = `kloros:#/components/messages/${encodeURIComponent(name.replaceAll('~', '~0').replaceAll('/', '~1'))}/payload`;
  return ajv.validate({ $ref: pointer }, payload) ? '' : ajv.errorsText();
}

describe('the AsyncAPI document', () => {
  it('is one by the official schema of AsyncAPI 3.0', () => {
    expect({ holds: isDocument(document), errors: isDocument.errors }).toEqual({ holds: true, errors: null });
  });

  it('is refused by that schema where a channel has no place', () => {
    expect(isDocument({ ...document, channels: { X: { address: 7 } } })).toBe(false);
  });

  it('names every signal of the catalogue, and what an operator routes', () => {
    expect(Object.keys(document.channels)).toEqual([...catalogue.keys(), 'SPICA:1']);
    expect(Object.values(document.channels).map(({ address }) => address)).toEqual(Object.keys(document.channels));
  });

  it('has an operation for everything that a daemon says or hears', () => {
    const declared = daemons.flatMap((daemon) => [
      ...new Set(
        [...daemon.says, ...(daemon.alsoSays?.(config) ?? [])].map((name) => `send ${daemon.name}.says.${name}`),
      ),
      ...daemon.hears.map((name) => `receive ${daemon.name}.hears.${name}`),
    ]);
    expect(Object.entries(document.operations).map(([id, { action }]) => `${action} ${id}`)).toEqual(declared);
    expect(document.operations['intent_router.says.SPICA:1']?.channel.$ref).toBe('#/channels/SPICA%3A1');
  });

  it('has the ports of the configuration, and says which signals a daemon says at its own', () => {
    expect(document.servers).toMatchObject({
      subscribers: { host: '127.0.0.1:9001', protocol: 'zmq', bindings: { 'x-zeromq': { socket: 'XPUB', frames: 2 } } },
      publishers: { host: '127.0.0.1:9000', bindings: { 'x-zeromq': { socket: 'XSUB' } } },
      winner_deployer_daemon: { host: expect.stringMatching(/^127\.0\.0\.1:900[2-5]$/) as string },
    });
    const refs = ['subscribers', 'publishers', 'askers', 'winner_deployer_daemon'].map((name) => ({
      $ref: `#/servers/${name}`,
    }));
    expect(document.channels['Q_WINNER_DEPLOYED']?.servers).toEqual(refs);
  });

  it.each([...catalogue.keys()])('describes %s so that its example holds, and nothing else', (name) => {
    const [example] = document.components.messages[name]?.examples ?? [];
    expect(judged(name, example?.payload)).toBe('');
    expect(judged(name, { ...Object(example?.payload), signal: 'Q_OTHER' })).toContain(
      '/signal must be equal to constant',
    );
    expect(judged(name, { ...Object(example?.payload), facts: {} })).toContain("/facts must have required property '");
  });

  it('asks of a name that only the configuration knows no more than the envelope', () => {
    const signal = mint({ signal: 'SPICA:1', facts: { any: [1] } }, { id: 'x', source: 'me', nowMs: 0 });
    expect(judged('SPICA:1', signal)).toBe('');
    expect(judged('SPICA:1', { ...signal, trace: undefined })).toContain("must have required property 'trace'");
  });
});
