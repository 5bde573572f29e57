import { join } from 'node:path';
import { stringify } from 'yaml';
import { writeFileSafely } from '../base/atomic-file.js';
import { HUB_PORT_OFFSETS } from '../config/paths.js';

/** A colony of a moment, which must meet no other. */
export interface OwnSurroundings {
  home: string;
  host: string;
  portBase: number;
  /** Further settings, which win. */
  settings?: Record<string, unknown>;
}

/** Writes a configuration in which everything that could lead elsewhere is said, since it outranks /etc/kloros. */
export async function writeOwnConfig({ home, host, portBase, settings = {} }: OwnSurroundings): Promise<void> {
  const [xsub, xpub, router] = HUB_PORT_OFFSETS;
  const endpoint = (offset: number) => `tcp://${host}:${portBase + offset}`;
  const config = {
    ...{ portBase, host, hub: { xsub: endpoint(xsub), xpub: endpoint(xpub), router: endpoint(router) } },
    ...{ sourceRoots: [], deployRoot: join(home, 'deployed'), capabilitiesPath: join(home, 'capabilities.yaml') },
    ...settings,
  };
  await writeFileSafely(join(home, 'config.yaml'), stringify(config));
}

/** An environment without the settings of the caller's own colony. */
export function withoutSettings(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(env).filter(([name]) => !/^(KLOROS|KLR)_/.test(name)));
}
