import chalk from 'chalk';
import { jsonText } from '../base/json-text.js';
import type { Decision, Outcome } from '../policy/decision.js';
import type { RuleStatus } from '../policy/status.js';
import { formatAge, formatDuration } from './formats.js';
import { colouredName } from './signal-line.js';
import { renderTable, type Column } from './table.js';

const COLOUR: Record<Outcome, (text: string) => string> = {
  acted: chalk.green,
  nothing: chalk.dim,
  waits: chalk.yellow,
  noted: chalk.blue,
  failed: chalk.red,
};
const LABEL_WIDTH = 10;

/** Rules, one a line, with what they did last. */
export function rulesTable(rules: readonly RuleStatus[], nowMs: number): string {
  const columns: Column<RuleStatus>[] = [
    { title: 'rule', cell: ({ name, enabled }) => (enabled ? chalk.bold(name) : chalk.dim(`${name} (off)`)) },
    { title: 'hears', cell: ({ hears }) => colouredName(hears) },
    { title: 'says', cell: ({ say }) => colouredName(say) },
    { title: 'acted', cell: ({ acted_at }) => (acted_at === null ? null : formatAge(Date.parse(acted_at), nowMs)) },
    { title: 'now', cell: (rule) => nowText(rule, nowMs) },
    { title: 'when', cell: ({ when }) => when, flexible: true },
  ];
  return renderTable(rules, columns, { widthColumns: process.stdout.columns });
}

/** Decisions, one a line. */
export function decisionsTable(decisions: readonly Decision[], nowMs: number): string {
  const columns: Column<Decision>[] = [
    { title: 'decision', cell: ({ id }) => id },
    { title: 'when', cell: ({ at }) => formatAge(Date.parse(at), nowMs) },
    { title: 'signal', cell: ({ signal }) => colouredName(signal.name) },
    { title: 'rule', cell: ({ rule }) => rule },
    { title: 'outcome', cell: ({ outcome }) => outcomeText(outcome) },
    { title: 'reason', cell: ({ reason }) => reason, flexible: true },
  ];
  return renderTable(decisions, columns, { widthColumns: process.stdout.columns });
}

/** One decision with each question that was asked. */
export function decisionPage(decision: Decision): string {
  const { id, at, outcome, reason, rule, signal, said, until, decided_by, policies, checks, facts } = decision;
  const fields: [string, string | undefined][] = [
    ['outcome', `${outcomeText(outcome)}: ${reason}`],
    ['heard', `${colouredName(signal.name)} ${chalk.dim(signal.id)} from ${signal.source}`],
    ['rule', rule ?? undefined],
    ['said', said === null ? undefined : `${colouredName(said.signal)} ${chalk.dim(said.id)}`],
    ['until', until ?? undefined],
    ['at', at],
    ['by', `${decided_by}, policies ${policies}`],
  ];
  const lines = fields.flatMap(([label, text]) =>
    text === undefined ? [] : [`${chalk.dim(label.padEnd(LABEL_WIDTH))}${text}`],
  );
  const asked = checks.map(
    ({ check, passed, detail }) => `  ${passed ? chalk.green('✓') : chalk.red('✗')} ${check.padEnd(12)} ${detail}`,
  );
  return [
    chalk.bold(`Decision ${id}`),
    ...lines,
    ...(asked.length === 0 ? [] : ['', chalk.underline('Asked'), ...asked]),
    ...section('Facts', facts),
    ...(said === null ? [] : section('Said', said.facts)),
  ].join('\n');
}

/** What the engine would do, one rule after the other. */
export function previewText(decisions: readonly Decision[]): string {
  return decisions
    .map(({ rule, outcome, reason, said, checks, until }) =>
      [
        `${chalk.bold(rule ?? 'no rule')}: ${WOULD[outcome]}${said === null ? '' : ` ${colouredName(said.signal)} ${JSON.stringify(said.facts)}`}`,
        ...checks.map(
          ({ check, passed, detail }) =>
            `  ${passed ? chalk.green('✓') : chalk.red('✗')} ${check.padEnd(12)} ${detail}`,
        ),
        ...(checks.length === 0 ? [`  ${reason}`] : []),
        ...(until === null ? [] : [`  until ${until}`]),
      ].join('\n'),
    )
    .join('\n\n');
}

const WOULD: Record<Outcome, string> = {
  acted: 'would say',
  nothing: 'would do nothing',
  waits: 'would wait',
  noted: 'would take note',
  failed: 'would fail',
};

function outcomeText(outcome: Outcome): string {
  return COLOUR[outcome](outcome);
}

function nowText({ in_flight, waiting, failures, cooldown_ms, acted_at }: RuleStatus, nowMs: number): string {
  const coolMs = acted_at === null ? 0 : Date.parse(acted_at) + cooldown_ms - nowMs;
  const words = [
    ...(in_flight > 0 ? [`${in_flight} in flight`] : []),
    ...(waiting > 0 ? [`${waiting} waiting`] : []),
    ...(failures > 0 ? [chalk.red(`${failures} failed`)] : []),
    ...(coolMs > 0 ? [`cools down ${formatDuration(coolMs)}`] : []),
  ];
  return words.length === 0 ? chalk.dim('ready') : words.join(', ');
}

function section(title: string, facts: unknown): string[] {
  return ['', chalk.underline(title), jsonText(facts, 2).replaceAll(/^/gm, '  ')];
}
