import { describe, expect, it } from 'vitest';
import { KlorosError } from '../../../src/lib/base/errors.js';
import { exitCodeOf } from '../../../src/lib/cli/exit-codes.js';
import { STANDARD_LAYOUT, type UnitDaemon } from '../../../src/lib/systemd/layout.js';
import { renderUnits } from '../../../src/lib/systemd/render-units.js';

const daemon: UnitDaemon = {
  name: 'one',
  purpose: 'Do one thing',
  isHub: false,
  isOnDemand: false,
  alsoWrites: [],
  reach: 'localhost',
  credentials: [
    { name: 'model-api-key', file: '/root/100%.key' },
    { name: 'embeddings-api-key', file: undefined },
  ],
};
const unit = (scope: 'system' | 'user') =>
  renderUnits([daemon], { ...STANDARD_LAYOUT, scope }).get('kloros-one.service') ?? '';

describe('the restart of a unit', () => {
  it.each(['JOURNAL_DAMAGED', 'JOURNAL_GONE'])('does not happen where the daemon ended by %s', (code) => {
    const exit = exitCodeOf(new KlorosError({ code, message: 'm' }));
    expect(unit('system')).toContain(`\nRestartPreventExitStatus=${exit}\n`);
  });
});

describe('the secrets of a unit', () => {
  it('are read by systemd from the file of the setting or from /etc, and may be missing', () => {
    expect(unit('system')).toContain(`
LoadCredential=model-api-key:/root/100%%.key
SetCredential=model-api-key:
LoadCredential=embeddings-api-key:/etc/kloros/credentials/embeddings-api-key
SetCredential=embeddings-api-key:
`);
  });

  it('are files of its own to a user', () => {
    expect(unit('user')).not.toContain('Credential');
  });
});
