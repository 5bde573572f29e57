import { describe, expect, it } from 'vitest';
import { STANDARD_LAYOUT, type Layout, type UnitDaemon } from '../../../src/lib/systemd/layout.js';
import { quoted, sandboxOf } from '../../../src/lib/systemd/sandbox.js';

const daemon = (...alsoWrites: string[]): UnitDaemon => ({
  name: 'one',
  purpose: 'Do one thing',
  isHub: false,
  isOnDemand: false,
  alsoWrites,
  reach: 'localhost',
  credentials: [],
});
const lines = (layout: Partial<Layout>, ...alsoWrites: string[]) =>
  sandboxOf(daemon(...alsoWrites), { ...STANDARD_LAYOUT, ...layout }).map(([key, value]) => `${key}=${value}`);

describe('the sandbox of a service', () => {
  it('hides all homes where nothing of the colony is in one', () => {
    expect(lines({})).toContain('ProtectHome=yes');
    expect(lines({}).filter((line) => /^(Bind|ReadWrite)/.test(line))).toEqual([]);
  });

  it('shows of a hidden folder what the daemon looks at, and opens what it changes', () => {
    const found = lines({ home: '/home/kloros/.kloros', sourceRoots: ['/home/kloros/src'] }, '/srv/modules');
    expect(found).toEqual(
      expect.arrayContaining([
        'ProtectHome=tmpfs',
        'BindReadOnlyPaths=-/home/kloros/src',
        'BindPaths=-/home/kloros/.kloros',
        'ReadWritePaths=-/home/kloros/.kloros',
        'ReadWritePaths=-/srv/modules',
      ]),
    );
    expect(found).not.toContain('StateDirectory=kloros');
  });

  it('opens what lies in the home only once', () => {
    expect(lines({}, '/var/lib/kloros/src')).not.toContain('ReadWritePaths=-/var/lib/kloros/src');
  });

  it('keeps a daemon on its machine, unless the settings lead elsewhere', () => {
    expect(lines({})).toContain('IPAddressDeny=any');
    const far = sandboxOf({ ...daemon(), reach: 'anywhere' }, STANDARD_LAYOUT).map(([key]) => key);
    expect(far).not.toContain('IPAddressDeny');
  });

  it('asks nothing of a user’s systemd that it cannot enforce', () => {
    const found = lines({ scope: 'user' });
    expect(found).toContain('NoNewPrivileges=yes');
    expect(found).not.toContain('ProtectSystem=strict');
  });
});

describe('a path in a unit', () => {
  it('starts no specifier and stays one word', () => {
    expect(quoted('/srv/100%/my code')).toBe('"/srv/100%%/my code"');
    expect(quoted('/srv/code')).toBe('/srv/code');
  });
});
