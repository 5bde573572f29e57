import { describe, expect, it } from 'vitest';
import { decideIntegration, type DecisionInput } from '../../../src/lib/capabilities/decide.js';
import { parseRegistry } from '../../../src/lib/capabilities/registry-content.js';

const input: DecisionInput = {
  finding: {
    investigationId: 'inv.1',
    hypothesis: 'UNDISCOVERED_MODULE_audio',
    succeeded: true,
    path: '/r/src/audio',
    purpose: '',
    capabilities: [],
  },
  registry: parseRegistry('', 'x'),
  module: {
    path: '/r/src/audio',
    realPath: '/r/src/audio',
    root: '/r/src',
    modulePath: 'src.audio',
    pyFiles: 1,
    scriptFiles: 0,
    lacksInit: false,
  },
  sourceRoots: ['/r/src'],
};

function withRegistry(text: string) {
  return decideIntegration({ ...input, registry: parseRegistry(text, 'x') });
}

function withFinding(fields: Partial<DecisionInput['finding']>) {
  return decideIntegration({ ...input, finding: { ...input.finding, ...fields } });
}

function withModule(fields: Partial<DecisionInput['module']>) {
  return decideIntegration({ ...input, module: { ...input.module, ...fields } });
}

describe('the decision to integrate', () => {
  it('integrates what is undiscovered, there, allowed and understood', () => {
    expect(decideIntegration(input)).toEqual({ kind: 'integrate', name: 'audio', modulePath: 'src.audio' });
  });

  it.each([null, 'KNOWN_MODULE_audio', 'SERVICE_FAILURE_x', 'xUNDISCOVERED_MODULE_audio'])(
    'does not apply to the hypothesis %s',
    (hypothesis) => expect(withFinding({ hypothesis }).kind).toBe('not-applicable'),
  );

  it('does not apply to an investigation that did not succeed', () => {
    expect(withFinding({ succeeded: false })).toMatchObject({ kind: 'not-applicable' });
  });

  it('does not apply to a module that is registered, under the document’s path or the running system’s', () => {
    expect(withRegistry('audio: {module: src.audio}').kind).toBe('not-applicable');
    expect(withRegistry('audio: {module: audio}').kind).toBe('not-applicable');
    expect(withRegistry('sound: {module: src.audio}').kind).toBe('not-applicable');
  });

  it('does not apply to a module that is registered inside a group', () => {
    expect(withRegistry('tts: {router: {module: src.audio}}').kind).toBe('not-applicable');
  });

  it('fails when the name belongs to another module', () => {
    expect(withRegistry('audio: {module: lib.sound}')).toMatchObject({ kind: 'failed', errorType: 'NameTaken' });
  });

  it.each(['', '../etc', 'a b', '1st', 'yes', '__proto__', 'x'.repeat(101), 'a\nb', 'ä'])(
    'fails for the name %j, for good',
    (name) =>
      expect(withFinding({ hypothesis: `UNDISCOVERED_MODULE_${name}` })).toMatchObject({
        kind: 'failed',
        errorType: 'InvalidName',
        retryPossible: false,
      }),
  );

  it('calls a path that does not exist a phantom, for good', () => {
    expect(withModule({ realPath: undefined, root: undefined, modulePath: undefined })).toEqual({
      kind: 'failed',
      errorType: 'ModuleNotFound',
      message: 'Module path does not exist',
      retryPossible: false,
    });
  });

  it('refuses a path outside the source roots, with the line that would allow it', () => {
    expect(withModule({ realPath: '/etc/audio', root: undefined, modulePath: undefined })).toMatchObject({
      errorType: 'PathRefused',
      message: '/etc/audio is outside the source roots; KLOROS_SOURCE_ROOTS=/r/src:/etc/audio would allow it',
    });
  });
});
