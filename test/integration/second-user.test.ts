import { execFile, spawnSync } from 'node:child_process';
import { chmodSync, lstatSync, readdirSync } from 'node:fs';
import { connect } from 'node:net';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it, type TestContext } from 'vitest';
import { daemons } from '../../src/daemons/index.js';
import type { Refusal } from '../../src/lib/bus/bus.js';
import { endpointsOf, PORT_COUNT } from '../../src/lib/config/paths.js';
import type { Config } from '../../src/lib/config/schema.js';
import { acceptanceOf } from '../../src/lib/runtime/define-daemon.js';
import { catalogue } from '../../src/lib/signals/catalogue.js';
import { isAccepted, peer } from '../../src/lib/signals/origin.js';
import { kloros } from '../helpers/cli.js';
import { removeHome, temporaryConfig } from '../helpers/colony.js';
import { forged } from '../helpers/strangers.js';
import { startUp, type Up } from '../helpers/up.js';

const LIMIT_MS = 180_000;
const NOBODY = 65_534;
const AS_NOBODY = ['--reuid', `${NOBODY}`, '--regid', `${NOBODY}`, '--clear-groups'];
/** His working folder is one that he may enter. */
const options = { cwd: '/', maxBuffer: 16 << 20, timeout: 60_000 };
const SOCKETS = ['run/bus/router', 'run/bus/xpub', 'run/bus/xsub', 'run/supervisor.sock'];
const program = (name: string) => fileURLToPath(new URL(`../fixtures/processes/${name}`, import.meta.url));

/** Why nobody else can be tried here. */
function obstacle(): string | undefined {
  if (process.getuid?.() !== 0) return 'only root may become another user';
  const { status } = spawnSync('setpriv', [...AS_NOBODY, process.execPath, '--check', program('second-user.mjs')]);
  return status === 0 ? undefined : 'there is no setpriv, or another user may not read this checkout';
}

let colony: Up | undefined;
let parent: Config;
let home: string;
let env: Record<string, string>;
beforeEach(async () => {
  parent = await temporaryConfig();
  chmodSync(parent.home, 0o755); // As /home and what is in it often is; the home itself is made by who starts first.
  home = join(parent.home, 'home');
  env = { KLOROS_HOME: home, KLOROS_PORT_BASE: `${parent.portBase}`, KLOROS_SOURCE_ROOTS: parent.home };
});
afterEach(async () => {
  await colony?.end('SIGTERM');
  colony = undefined;
  removeHome(parent);
}, LIMIT_MS);

async function startFor(context: TestContext, more: Record<string, string> = {}): Promise<void> {
  const why = obstacle();
  if (why !== undefined) return context.skip(why);
  colony = startUp({ ...env, ...more });
  await colony.ready();
}

/** What another user does of all that he tries with a program, given this input. */
function asNobody(name: string, input: unknown): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const child = execFile('setpriv', [...AS_NOBODY, process.execPath, program(name)], options, (error, stdout) => {
      if (error === null) resolve(JSON.parse(stdout));
      else reject(new Error(error.message));
    });
    child.stdin?.end(JSON.stringify(input));
  });
}

const isOpen = (port: number) =>
  new Promise<boolean>((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
    socket.once('connect', () => socket.destroy());
  });

describe('another user of the machine', { timeout: LIMIT_MS }, () => {
  it('opens no file, folder or socket of a home, hears 7777, and causes nothing beyond ask', async (context) => {
    await startFor(context);
    const names = [...new Set(daemons.flatMap(({ hears }) => hears))];
    const messages = names.map((name) => forged(name, catalogue.get(name)?.example ?? {}));
    const { xpub, router } = endpointsOf(parent);
    const told = await asNobody('second-user-on-tcp.mjs', { xpub, router, messages });
    expect(told).toEqual({ uid: NOBODY, answers: ['accepted'] });
    const { stdout } = await kloros(['peer', 'refused', '--limit', '100', '--json'], { env });
    const { result } = JSON.parse(stdout) as { result: Refusal[] };
    expect(result.map(({ signal, consumer }) => `${signal} ${consumer}`).sort()).toEqual(refusedAtAsk());
    expect(new Set(result.map(({ from }) => `${from.origin} ${from.authority}`))).toEqual(
      new Set(['peer:anonymous ask']),
    );

    await expectClosedHome();
  });

  it('reaches nothing at all with bus.transport unix', async (context) => {
    await startFor(context, { KLOROS_BUS_TRANSPORT: 'unix' });
    const ports = Array.from({ length: PORT_COUNT }, (_, offset) => parent.portBase + offset);
    expect(await Promise.all(ports.map(isOpen))).toEqual(ports.map(() => false));
    await expectClosedHome();
  });
});

/** What a daemon does not take from somebody who may ask. */
function refusedAtAsk(): string[] {
  const from = peer('anonymous', 'ask');
  return daemons
    .flatMap((daemon) =>
      daemon.hears
        .filter((name) => !isAccepted(acceptanceOf(daemon, name), from))
        .map((name) => `${name} ${daemon.name}`),
    )
    .sort();
}

/** He knows every path, and tries each of them in every way. */
async function expectClosedHome(): Promise<void> {
  const names = readdirSync(home, { recursive: true, encoding: 'utf8' });
  const paths = [home, ...names.map((name) => join(home, name))];
  const sockets = paths.filter((path) => lstatSync(path, { throwIfNoEntry: false })?.isSocket());
  expect(sockets.map((path) => relative(home, path)).sort()).toEqual(SOCKETS);
  expect(await asNobody('second-user.mjs', paths)).toEqual({ uid: NOBODY, tried: 6 * paths.length, done: [] });
}
