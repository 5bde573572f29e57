import { configSchema } from '../src/lib/config/schema.js';
import { STANDARD_LAYOUT } from '../src/lib/systemd/layout.js';
import { renderUnits } from '../src/lib/systemd/render-units.js';
import { unitDaemons, type ListedDaemon } from '../src/lib/systemd/unit-daemons.js';

/** The units of the repository's systemd/, made for the standard layout and the default configuration. */
export function standardUnits(daemons: readonly ListedDaemon[]): Map<string, string> {
  return unitsWith('always', daemons);
}

/** Those that differ where every daemon that can rest is started on demand. */
export function onDemandUnits(daemons: readonly ListedDaemon[]): Map<string, string> {
  const usual = standardUnits(daemons);
  return new Map([...unitsWith('on-demand', daemons)].filter(([name, text]) => usual.get(name) !== text));
}

function unitsWith(activation: 'always' | 'on-demand', daemons: readonly ListedDaemon[]): Map<string, string> {
  const { home, sourceRoots } = STANDARD_LAYOUT;
  const config = configSchema.parse({
    home,
    activation: { default: activation },
    sourceRoots: [...sourceRoots],
    deployRoot: `${home}/deployed`,
    capabilitiesPath: `${home}/capabilities.yaml`,
  });
  return renderUnits(unitDaemons(daemons, config), STANDARD_LAYOUT);
}
