import { shorten } from '../base/cut-text.js';
import { isValidName } from './entry.js';
import type { ModuleOnDisk } from './module-on-disk.js';
import type { RegistryContent } from './registry-content.js';

/** What an investigation found, as far as integration cares. */
export interface Finding {
  /** Id of the investigation's record. */
  investigationId: string;
  /** `UNDISCOVERED_MODULE_<name>` is what asks for integration. */
  hypothesis: string | null;
  succeeded: boolean;
  /** Absolute path of the module. */
  path: string;
  purpose: string;
  capabilities: readonly string[];
}

/** Everything a decision stands on; nothing else is looked at. */
export interface DecisionInput {
  finding: Finding;
  registry: RegistryContent;
  module: ModuleOnDisk;
  /** As configured, for the line that would allow a refused path. */
  sourceRoots: readonly string[];
}

/** A failure as Q_INTEGRATION_FAILED says it. */
export interface IntegrationFailure {
  kind: 'failed';
  errorType: string;
  message: string;
  /** True where another attempt can succeed once an operator has mended something. */
  retryPossible: boolean;
}

/** What is to be done about an investigation. */
export type Decision =
  | { kind: 'integrate'; name: string; modulePath: string }
  | { kind: 'not-applicable'; reason: string }
  | IntegrationFailure;

const HYPOTHESIS = /^UNDISCOVERED_MODULE_(.*)$/s;

/** The module's name when the hypothesis says that the registry lacks it. */
export function undiscoveredName(hypothesis: string | null): string | undefined {
  return HYPOTHESIS.exec(hypothesis ?? '')?.[1];
}

/** Decides by the gates, in order: asked for, sayable, new, there, allowed, understood. */
export function decideIntegration(input: DecisionInput): Decision {
  const name = undiscoveredName(input.finding.hypothesis);
  if (name === undefined) return notApplicable(`the hypothesis is ${input.finding.hypothesis ?? 'absent'}`);
  if (!isValidName(name)) return failed('InvalidName', invalidName(name), false);
  return taken(name, input) ?? barred(input) ?? { kind: 'integrate', name, modulePath: pathOf(input) };
}

function taken(name: string, { registry, module }: DecisionInput): Decision | undefined {
  const entry = registry.entries.find((known) => known.name === name);
  const path = module.modulePath;
  if (entry && (path === undefined || sameModule(entry.module, path)))
    return notApplicable(`${name} is registered already (module ${entry.module})`);
  if (path !== undefined && registry.modules.some((known) => known === path))
    return notApplicable(`module ${path} is registered already`);
  if (entry) return failed('NameTaken', `${name} is registered for another module, ${entry.module}`, true);
  if (registry.groups.includes(name)) return notApplicable(`${name} is a group in the registry already`);
  return undefined;
}

function barred({ module, finding, sourceRoots }: DecisionInput): Decision | undefined {
  if (module.realPath === undefined) return failed('ModuleNotFound', 'Module path does not exist', false);
  if (module.root === undefined) return failed('PathRefused', refusal(module.realPath, sourceRoots), true);
  if (!finding.succeeded) return notApplicable('the investigation did not succeed');
  return undefined;
}

// The running system wrote `audio` where the document writes `src.audio`: both name one module.
function sameModule(a: string, b: string): boolean {
  return a === b || a.endsWith(`.${b}`) || b.endsWith(`.${a}`);
}

function pathOf({ module, finding }: DecisionInput): string {
  return module.modulePath ?? finding.path;
}

function refusal(realPath: string, roots: readonly string[]): string {
  const allowed = [...roots, realPath].join(':');
  return `${realPath} is outside the source roots; KLOROS_SOURCE_ROOTS=${allowed} would allow it`;
}

function invalidName(name: string): string {
  return `${JSON.stringify(shorten(name, 60))} cannot be a capability's key: letters, digits, _, . and - only, at most 100`;
}

function notApplicable(reason: string): Decision {
  return { kind: 'not-applicable', reason };
}

function failed(errorType: string, message: string, retryPossible: boolean): IntegrationFailure {
  return { kind: 'failed', errorType, message, retryPossible };
}
