import { errorCode, toError } from '../../base/errors.js';
import type { ConsumerStatus } from '../../bus/bus.js';
import { readRegistry } from '../../capabilities/registry.js';
import { pathsOf } from '../../config/paths.js';
import type { Config } from '../../config/schema.js';
import { deadLetterLimits, diskLimits, memoryLimits } from '../limits.js';
import type { Finding } from './condition.js';
import { countLines, deadLetterCondition } from './dead-letters.js';
import { diskCondition, usedDiskPercent } from './disk.js';
import { memoryCondition, usedMemoryPercent } from './memory.js';
import { outageCondition } from './outages.js';
import { registryCondition } from './registry.js';
import { stalledCondition, type FlowState } from './stalled-flow.js';

/** What the conditions are read from. */
export interface CheckInput {
  config: Config;
  flow: FlowState;
  consumers: readonly Pick<ConsumerStatus, 'name' | 'outages'>[];
}

/** What was found by condition type; and the checks that could not be made. */
export interface CheckResult {
  findings: Map<string, Finding>;
  failed: { type: string; error: Error }[];
}

/** Checks every condition; one check that fails keeps no other from being made. */
export async function checkConditions(input: CheckInput): Promise<CheckResult> {
  const result: CheckResult = { findings: new Map(), failed: [] };
  for (const [type, check] of Object.entries(CHECKS)) {
    try {
      result.findings.set(type, await check(input));
    } catch (error) {
      result.failed.push({ type, error: toError(error) });
    }
  }
  return result;
}

const CHECKS: Record<string, (input: CheckInput) => Promise<Finding>> = {
  disk_space_low: async ({ config }) => diskCondition(await usedDiskPercent(config.home), diskLimits(config)),
  memory_low: async ({ config }) => memoryCondition(await usedMemoryPercent(), memoryLimits(config)),
  dead_letters: async ({ config }) =>
    deadLetterCondition(await countLines(pathsOf(config).failedSignals), deadLetterLimits(config)),
  flow_stalled: async ({ config, flow }) => stalledCondition(flow, config.health.stalledMs),
  circuit_open: async ({ consumers }) => outageCondition(consumers),
  registry_unreadable: async ({ config }) => registryFinding(config.capabilitiesPath),
};

async function registryFinding(path: string): Promise<Finding> {
  try {
    await readRegistry(path);
    return null;
  } catch (error) {
    if (errorCode(error) === 'REGISTRY_UNREADABLE') return registryCondition(error);
    throw error;
  }
}
