import { pathsOf } from '../config/paths.js';
import type { Config } from '../config/schema.js';
import { openInvestigationStore } from '../investigation/store.js';
import type { InvestigationRecord } from '../investigation/record.js';
import type { Chain } from './ask.js';

/** What the colony now knows of a module. */
export interface Learned {
  module: string;
  language: string | null;
  files: number;
  lines: number;
  purpose: string | null;
  capabilities: string[];
  /** 0..1. */
  confidence: number;
}

/** What the investigations found that these chains led to, one a module; a phantom taught nothing. */
export async function whatWasLearned(config: Config, chains: readonly Chain[]): Promise<Learned[]> {
  const store = openInvestigationStore(pathsOf(config));
  try {
    // The first question about a module is the one that was investigated; later ones are answered from its record.
    const first = chains.filter((chain, index) => chains.findIndex(({ module }) => module === chain.module) === index);
    const found = await Promise.all(
      first.map(async ({ module, signals: [root] }) => learned(module, await store.bySignal(root?.id ?? ''))),
    );
    return found.flat();
  } finally {
    store.close();
  }
}

function learned(module: string, record: InvestigationRecord | undefined): Learned[] {
  if (!record || record.error !== null) return [];
  const { language, files_analyzed: files, structure, purpose, capabilities, confidence } = record;
  return [{ module, language, files: files.length, lines: structure.total_lines, purpose, capabilities, confidence }];
}
