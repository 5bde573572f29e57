import { parse } from 'yaml';
import { closest } from '../base/closest.js';
import { own } from '../base/own.js';
import type { LayerValue, Layer } from './provenance.js';
import { settingOf, settings, variableOf, type Setting } from './load-settings.js';
import { earlierKeys, keyToday, renamedWarning, valuesToday } from './renamed.js';

/** Names that existing installations already use for a setting. */
const OLD_NAMES: Readonly<Record<string, string>> = {
  'hub.xsub': 'KLR_CHEM_XSUB',
  'hub.xpub': 'KLR_CHEM_XPUB',
  autonomy: 'KLR_AUTONOMY_LEVEL',
};

/** Highest value of an old name whose scale went further: what lies beyond it means the highest here. */
const OLD_SCALES: Readonly<Record<string, number>> = { KLR_AUTONOMY_LEVEL: 2 };

/** KLOROS_ variables that are read elsewhere. */
const OTHERS: ReadonlySet<string> = new Set(['KLOROS_LOG_FORM', 'KLOROS_LOG_LEVEL']);

const LIST_SEPARATOR = ':';

/** Variables that can set a setting, the stronger first. */
function variablesOf(setting: Setting): string[] {
  const old = own(OLD_NAMES, setting.key);
  return old === undefined ? [setting.variable] : [setting.variable, old];
}

/** What the environment sets; an empty variable sets nothing. */
export function environmentLayer(env: NodeJS.ProcessEnv, cwd: string): Layer {
  const values = new Map<string, LayerValue>();
  for (const setting of settings) {
    const name = variablesOf(setting).find((variable) => (own(env, variable) ?? '') !== '');
    const text = name === undefined ? undefined : own(env, name);
    if (name === undefined || text === undefined) continue;
    const value = withinScale(name, valueOf(text, setting));
    values.set(setting.key, { value, from: `environment ${name}`, base: cwd });
  }
  for (const [key, value] of earlierValues(env, cwd)) if (!values.has(key)) values.set(key, value);
  return values;
}

/** Keys of earlier versions whose variable is set, by that variable. */
function earlierVariables(env: NodeJS.ProcessEnv): [variable: string, key: string][] {
  return earlierKeys
    .map((key): [string, string] => [variableOf(key.split('.')), key])
    .filter(([variable]) => (own(env, variable) ?? '') !== '');
}

function earlierValues(env: NodeJS.ProcessEnv, cwd: string): [key: string, value: LayerValue][] {
  return earlierVariables(env).flatMap(([variable, earlier]) => {
    const setting = settingOf(keyToday(earlier) ?? '');
    const written = setting === undefined ? own(env, variable) : valueOf(own(env, variable) ?? '', setting);
    return valuesToday(earlier, written).map(([key, value]): [string, LayerValue] => {
      return [key, { value, from: `environment ${variable}`, base: cwd }];
    });
  });
}

function renamed(env: NodeJS.ProcessEnv): string[] {
  return earlierVariables(env).map(([variable, key]) => {
    return renamedWarning(variable, variableOf((keyToday(key) ?? '').split('.')));
  });
}

/** What is strange about the environment, and yet no error. */
export function environmentWarnings(env: NodeJS.ProcessEnv): string[] {
  return [...misspelt(env), ...renamed(env), ...beyondScale(env)];
}

/** An existing installation may say more than there is here: all of its commands must go on. */
function withinScale(name: string, value: unknown): unknown {
  const highest = own(OLD_SCALES, name);
  return highest !== undefined && typeof value === 'number' && value > highest ? highest : value;
}

function beyondScale(env: NodeJS.ProcessEnv): string[] {
  return Object.entries(OLD_SCALES).flatMap(([name, highest]) =>
    Number(own(env, name) ?? '') > highest
      ? [`${name}=${own(env, name) ?? ''} means ${highest}, the highest there is here`]
      : [],
  );
}

/** Variables that look like a setting and are none: a typing error would otherwise pass in silence. */
function misspelt(env: NodeJS.ProcessEnv): string[] {
  const known = settings.flatMap(variablesOf);
  const earlier = earlierVariables(env).map(([name]) => name);
  return Object.keys(env)
    .filter((name) => name.startsWith('KLOROS_') && ![...known, ...earlier].includes(name) && !OTHERS.has(name))
    .flatMap((name) => {
      const meant = closest(
        name.slice('KLOROS_'.length),
        known.map((one) => one.replace(/^KLOROS_/, '')),
      );
      return meant === undefined ? [] : [`${name} sets nothing; did you mean KLOROS_${meant}?`];
    });
}

function valueOf(text: string, { kind }: Setting): unknown {
  if (kind === 'list') return text.split(LIST_SEPARATOR).filter((part) => part !== '');
  if (kind === 'text') return text;
  try {
    return parse(text) as unknown; // Numbers, booleans and maps are written as in a file.
  } catch {
    return text; // The schema's complaint names the variable.
  }
}
