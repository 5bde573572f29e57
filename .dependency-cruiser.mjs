import { readFileSync } from 'node:fs';

/** The rooms below nearly all others. */
const BASICS = ['signals', 'config', 'base'];

/**
 * Who may import whom (ARCHITECTURE.md, "Rooms"). A room imports itself, npm packages, and the rooms named here.
 * Types of the bus interface, lib/bus/bus.ts, may be imported by every room but base, signals and config: they are words.
 */
const neighbours = {
  base: [],
  signals: ['base'],
  config: ['signals', 'base'],
  bus: ['signals', 'config', 'base'],
  'dead-letter': ['intents', 'signals', 'config', 'base'],
  maintenance: ['base'],
  figures: ['base'],
  runtime: ['bus', 'dead-letter', 'maintenance', 'figures', 'signals', 'config', 'base'],
  supervise: ['config', 'base'],
  systemd: ['config', 'base'],
  intents: ['signals', 'config', 'base'],
  investigation: ['signals', 'config', 'base'],
  evidence: ['investigation', 'signals', 'config', 'base'],
  capabilities: ['investigation', 'signals', 'config', 'base'],
  promotions: ['signals', 'config', 'base'],
  dream: ['promotions', 'signals', 'config', 'base'],
  rules: ['signals', 'base'],
  policy: ['rules', 'signals', 'config', 'base'],
  deployment: ['dream', 'promotions', 'signals', 'config', 'base'],
  expectations: ['signals', 'config', 'base'],
  healing: ['rules', 'signals', 'config', 'base'],
  recording: ['signals', 'config', 'base'],
  latency: ['bus', 'intents', 'signals', 'config', 'base'],
  health: [
    ...['bus', 'dead-letter', 'maintenance', 'supervise', 'systemd', 'capabilities', 'promotions', 'expectations'],
    ...['policy', 'healing', ...BASICS],
  ],
  load: ['health', 'bus', 'runtime', 'supervise', 'signals', 'config', 'base'],
  metrics: ['figures', 'health', 'otlp', 'bus', 'dead-letter', 'supervise', 'signals', 'config', 'base'],
  otlp: ['bus', 'signals', 'config', 'base'],
  doctor: ['policy', 'dream', 'health', 'operator', 'supervise', 'systemd', 'bus', 'dead-letter', ...BASICS],
  report: ['html', 'figures', 'health', 'operator', 'bus', 'dead-letter', 'signals', 'config', 'base'],
  trace: ['bus', 'capabilities', 'deployment', 'policy', 'signals', 'config', 'base'],
  undo: ['capabilities', 'deployment', 'promotions', 'config', 'base'],
  keeping: ['bus', 'supervise', 'systemd', 'config', 'base'],
  operator: ['bus', 'maintenance', 'investigation', 'signals', 'config', 'base'],
  completion: ['bus', 'dead-letter', 'deployment', 'config', 'base'],
  demo: ['bus', 'supervise', 'investigation', 'dream', 'signals', 'config', 'base'],
  html: [],
  cli: [
    ...['html', 'trace', 'doctor', 'health', 'expectations', 'healing', 'dead-letter', 'deployment', 'dream', 'demo'],
    ...['operator', 'policy', 'keeping', 'latency', 'load', 'recording', 'bus', 'supervise', 'systemd', ...BASICS],
  ],
};

/** Rooms of the domain: pure decisions and their files. */
const domain = [
  'intents',
  'investigation',
  'evidence',
  'capabilities',
  'promotions',
  'dream',
  'policy',
  'deployment',
  'expectations',
  'healing',
  'recording',
  'health/conditions',
];

/** Started by name and not by import: a worker thread runs it, oclif does (package.json, `oclif`), or a shell does through bin. */
const { oclif } = JSON.parse(readFileSync(new URL('package.json', import.meta.url), 'utf8'));
const startedByOclif = [oclif.helpClass, ...Object.values(oclif.hooks)].map(
  (target) => `^${target.replace('./dist/', 'src/')}[.]ts$`,
);
const completion = '^src/lib/completion/answer[.]ts$';
const unloaded = '^src/lib/cli/unloaded[.]ts$';
const startedByName = ['-worker[.]ts$', completion, unloaded, ...startedByOclif];

const anyOf = (names) => `(?:${names.join('|')})`;
const typesOnly = ['type-only', 'type-import'];
const busTypes = '^src/lib/bus/bus[.]ts$';

/** One rule a room, named after it, so that the complaint names the door that is missing. */
const roomRules = Object.entries(neighbours).map(([room, others]) => ({
  name: `${room}-keeps-to-its-neighbours`,
  comment: `lib/${room} imports ${others.length === 0 ? 'no other room' : `only ${others.join(', ')}`}. What it needs besides is passed in by its caller, or belongs into a room below both.`,
  severity: 'error',
  from: { path: `^src/lib/${room}/` },
  to: {
    path: '^src/lib/',
    pathNot: [
      `^src/lib/${anyOf([room, ...others])}/`,
      ...(['base', 'signals', 'config'].includes(room) ? [] : [busTypes]),
    ],
  },
}));

/** @type {import('dependency-cruiser').IConfiguration} */
export default {
  forbidden: [
    {
      name: 'no-cycles',
      comment:
        'Modules that import each other can only be understood, tested and moved together. Move what both need into a third.',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    {
      name: 'every-room-has-rules',
      comment:
        'This folder of src/lib is not in the table of rooms at the top of .dependency-cruiser.mjs. Say there whom it may import.',
      severity: 'error',
      from: {},
      to: { path: '^src/lib/', pathNot: `^src/lib/${anyOf(Object.keys(neighbours))}/` },
    },
    ...roomRules,
    {
      name: 'base-is-a-leaf',
      comment:
        'lib/base is what everybody stands on, so it stands on nothing inside: not on another room, a daemon or a command.',
      severity: 'error',
      from: { path: '^src/lib/base/' },
      to: { path: '^src/', pathNot: '^src/lib/base/' },
    },
    {
      name: 'lib-never-looks-up',
      comment:
        'lib imports neither commands nor daemons: they are its callers. What it needs of them is passed in, as the list of daemons is.',
      severity: 'error',
      from: { path: '^src/lib/' },
      to: { path: '^src/(?:commands|daemons)/' },
    },
    {
      name: 'daemons-are-islands',
      comment:
        'Daemons know each other by signals alone, so that each can be stopped, replaced and moved to another machine. Only the list, daemons/index.ts, knows them all; each knows its own work.',
      severity: 'error',
      from: { path: '^src/daemons/(?:handlers/)?([^/]+)[.]ts$', pathNot: '^src/daemons/index[.]ts$' },
      to: { path: '^src/daemons/', pathNot: '^src/daemons/handlers/$1[.]ts$' },
    },
    {
      name: 'handlers-are-read-late',
      comment:
        'What a daemon does stands in daemons/handlers and is imported when that daemon runs, so that who lists the daemons does not read all domains.',
      severity: 'error',
      from: { path: '^src/' },
      to: { path: '^src/daemons/handlers/', dependencyTypesNot: ['dynamic-import'] },
    },
    {
      name: 'daemons-use-runtime-and-domain',
      comment:
        'A daemon says what it hears, what it says and how it answers. It sees the runtime, the signals, the configuration, what rules have in common and its domain; the bus is there by its types alone, and the command line not at all.',
      severity: 'error',
      from: { path: '^src/daemons/' },
      to: {
        path: '^src/(?:lib|commands)/',
        pathNot: [`^src/lib/${anyOf(['runtime', 'rules', 'signals', 'config', 'base', ...domain])}/`, busTypes],
      },
    },
    {
      name: 'bus-is-known-by-its-interface',
      comment: 'Two engines stand behind one interface. Daemons and domain may name its types, and nothing that runs.',
      severity: 'error',
      from: { path: [`^src/lib/${anyOf([...domain, 'dead-letter'])}/`, '^src/daemons/'] },
      to: { path: '^src/lib/bus/', dependencyTypesNot: typesOnly },
    },
    {
      name: 'commands-see-lib-and-the-list',
      comment:
        'A command parses flags, calls one function of lib and renders. It takes daemons from their list, and nothing from another command.',
      severity: 'error',
      from: { path: '^src/commands/' },
      to: { path: '^src/(?:commands|daemons)/', pathNot: '^src/daemons/index[.]ts$' },
    },
    {
      name: 'zeromq-only-in-bus',
      comment:
        "Only the engine's own folder knows what carries and what keeps the signals: ZeroMQ, SQLite, a NATS client. The one exception is the lookup index of lib/investigation, a plain table that its JSONL file can always renew.",
      severity: 'error',
      from: {
        path: '^(?:src|bin)/',
        pathNot: ['^src/lib/bus/(?:embedded|jetstream)/', '^src/lib/investigation/(?:record-index|facts-cache)[.]ts$'],
      },
      to: {
        path: ['node_modules/(?:zeromq|better-sqlite3|nats|@nats-io)/', '^(?:zeromq|better-sqlite3|nats|@nats-io/.*)$'],
      },
    },
    {
      name: 'processes-only-through-base',
      comment:
        'A process that is started must also be ended, with everything that it started. lib/base does that in one place.',
      severity: 'error',
      from: { path: '^(?:src|bin)/', pathNot: '^src/lib/base/' },
      to: { path: ['^(?:node:)?child_process$', 'node_modules/execa/', '^execa$'] },
    },
    {
      name: 'bin-starts-oclif-only',
      comment:
        'bin starts oclif and nothing else; what a start needs besides belongs into the base command. Only bin/complete.js answers shells without it.',
      severity: 'error',
      from: { path: '^bin/' },
      to: { path: '^(?:src|dist|test|scripts)/' },
    },
    {
      name: 'nothing-unreachable-from-bin',
      comment:
        'Nothing that runs ever loads this module: no command, no daemon, no worker thread. Use it or remove it.',
      severity: 'error',
      from: { path: ['^src/(?:commands|daemons)/', ...startedByName] },
      to: {
        path: '^src/',
        pathNot: ['^src/commands/', '[.]d[.]ts$', ...startedByName],
        reachable: false,
      },
    },
    {
      name: 'src-needs-no-tests',
      comment: 'What is shipped does not import what is not: tests, benchmarks, scripts.',
      severity: 'error',
      from: { path: '^(?:src|bin)/' },
      to: { path: '^(?:test|bench|scripts)/' },
    },
    {
      name: 'no-undeclared-packages',
      comment: 'A package that is not among the dependencies of package.json is missing where kloros is installed.',
      severity: 'error',
      from: { path: '^(?:src|bin)/' },
      to: {
        dependencyTypes: ['npm-dev', 'npm-no-pkg', 'npm-unknown', 'npm-optional', 'unknown'],
        dependencyTypesNot: typesOnly,
        // The development entry runs the sources through tsx, and is not packed to run anywhere else.
        pathNot: 'node_modules/tsx/',
      },
    },
    {
      name: 'everything-resolves',
      comment: 'This import leads nowhere.',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'types', 'node', 'default'] },
  },
};
