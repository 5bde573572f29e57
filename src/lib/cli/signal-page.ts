import chalk from 'chalk';
import { closest } from '../base/closest.js';
import { catalogue, type SignalDefinition } from '../signals/catalogue.js';
import type { Acceptance } from '../signals/origin.js';
import { factFields, type FactField } from '../signals/facts-words.js';
import { notFoundError } from './command-error.js';
import { renderTable } from './table.js';

/** A daemon that subscribes to a signal, and from whom it takes it. */
export interface Taker {
  daemon: string;
  from: Acceptance;
}

/** Each acceptance in words; docs/security.md has the levels. */
const ACCEPTED: Readonly<Record<Acceptance, string>> = {
  ask: 'from the colony, the operator, and peers that may ask or act',
  act: 'from the colony, the operator, and peers that may act',
  consent: "only an operator's own decision, never what is emitted on the bus",
  colony: 'from the colony alone: it is a step of its own work',
};

/** Everything `signal explain` says of a signal. */
export interface SignalPage {
  name: string;
  kind: string;
  meaning: string;
  emitters: readonly string[];
  consumers: readonly string[];
  /** From whom each daemon here takes it. */
  accepts: readonly Taker[];
  frequency: string;
  fields: FactField[];
  example: unknown;
}

/** The definition that a name means: in any case, with or without `Q_`. Throws SIGNAL_NOT_FOUND with the closest name. */
export function signalNamed(name: string): SignalDefinition {
  const upper = name.toUpperCase();
  const found = catalogue.get(name) ?? catalogue.get(upper) ?? catalogue.get(`Q_${upper}`);
  if (found) return found;
  const candidates = [...catalogue.keys()];
  const meant = closest(name, candidates) ?? closest(`Q_${name}`, candidates);
  throw notFoundError({
    kind: 'signal',
    name,
    candidates: meant === undefined ? candidates : [meant],
    command: 'kloros signal explain',
    list: 'kloros signal list',
  });
}

/** Gathers what is known of a signal. */
export function signalPage(definition: SignalDefinition, accepts: readonly Taker[]): SignalPage {
  const { name, kind, meaning, emitters, consumers, frequency, example } = definition;
  return { name, kind, meaning, emitters, consumers, accepts, frequency, fields: factFields(name), example };
}

/** The page in words; widthColumns is that of the terminal, undefined in a pipe. */
export function signalText(page: SignalPage, widthColumns: number | undefined): string {
  const head = [
    `${chalk.bold(page.name)}  ${chalk.dim(page.kind)}`,
    page.meaning,
    '',
    `Said by    ${page.emitters.join(', ')}`,
    `Heard by   ${page.consumers.join(', ') || 'whoever listens'}`,
    ...page.accepts.map(({ daemon, from }) => `Accepted   ${daemon}: ${ACCEPTED[from]}`),
    `When       ${page.frequency}`,
  ];
  const example = JSON.stringify(page.example, null, 2).replaceAll(/^/gm, '  ');
  return [
    ...head,
    '',
    chalk.underline('Facts'),
    fieldTable(page.fields, widthColumns),
    '',
    chalk.underline('Example'),
    example,
  ].join('\n');
}

function fieldTable(fields: readonly FactField[], widthColumns: number | undefined): string {
  const columns = [
    { title: 'field', cell: ({ name }: FactField) => name },
    { title: 'type', cell: ({ type }: FactField) => type },
    { title: 'said', cell: ({ required }: FactField) => (required ? 'always' : 'where known') },
    { title: 'read from peers', cell: reading, flexible: true },
  ];
  return renderTable(fields, columns, { widthColumns });
}

function reading({ essential, required, aliases }: FactField): string {
  const names = aliases.length > 0 ? `, also as ${aliases.join(', ')}` : '';
  if (essential) return `must be there${names}`;
  return required ? `null when missing${names}` : 'may be missing';
}
