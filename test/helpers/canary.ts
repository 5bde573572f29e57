import { createHash } from 'node:crypto';
import {
  chmodSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stringify } from 'yaml';

/** Programs that a colony, or who attacks it, might start by name. */
const PROGRAMS = ['python3', 'python', 'git', 'bash', 'sh', 'node', 'npm', 'curl', 'touch', 'systemctl', 'journalctl'];

/** A home with a tree beside it that nobody may touch, and programs that say when they are started. */
export class Canary {
  readonly #parent = mkdtempSync(join(tmpdir(), 'kloros-canary-'));
  readonly home = join(this.#parent, 'home');
  readonly outside = join(this.#parent, 'outside');
  /** Put before the others of PATH. */
  readonly bin = join(this.#parent, 'bin');
  readonly #ran = mkdtempSync(join(tmpdir(), 'kloros-ran-'));

  constructor() {
    for (const folder of [this.home, this.outside, this.bin]) mkdirSync(folder);
    for (const name of PROGRAMS) this.program(name);
    this.#plantTree();
  }

  /** A program that writes its name and what it was given; answers its path. */
  program(name: string): string {
    const path = join(this.bin, name);
    writeFileSync(path, `#!/bin/sh\nprintf '%s\\n' "$*" >> '${join(this.#ran, name)}'\necho '{"score": 1}'\n`);
    chmodSync(path, 0o755);
    return path;
  }

  /** With what a program was started, each time. */
  startsOf(name: string): string[] {
    try {
      return readFileSync(join(this.#ran, name), 'utf8').trimEnd().split('\n');
    } catch {
      return []; // It never was.
    }
  }

  /** Names of those that were started. */
  started(): string[] {
    return readdirSync(this.#ran).sort();
  }

  /** Everything outside of the home: what it is, its mode, its time and its content. */
  picture(): string[] {
    return readdirSync(this.#parent)
      .sort()
      .flatMap((name) => (name === 'home' ? [name] : pictureOf(join(this.#parent, name))));
  }

  remove(): void {
    for (const folder of [this.#parent, this.#ran]) rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  }

  /** What would hurt if it were read as the colony's own. */
  #plantTree(): void {
    const evil = { command: [this.program('evil-evaluator')], repeats: 1, timeoutSec: 10 };
    const experiment = {
      name: 'compression',
      enabled: true,
      evaluator: evil,
      metrics: { target_direction: { score: 'up' } },
    };
    const write = (name: string, text: string) => writeFileSync(join(this.outside, name), text);
    for (const folder of ['module', 'new']) mkdirSync(join(this.outside, folder));
    write('experiments.json', JSON.stringify({ run: {}, path: 'x', folder: this.outside, experiments: [experiment] }));
    write('tournament-compression.json', JSON.stringify({ tournament_id: 't', entrants: [], played: {}, opened: {} }));
    write('dream.yaml', stringify({ experiments: [experiment] }));
    write('policies.yaml', stringify({ rules: [{ name: 'evil', hears: 'Q_HEALTH_ALERT', say: 'Q_DREAM_TRIGGER' }] }));
    write('module/evil.py', '"""Evil."""\n\n\ndef run():\n    """Runs."""\n');
    symlinkSync(this.outside, join(this.outside, 'new', 'loop'));
  }
}

function pictureOf(path: string): string[] {
  const { mode, mtimeMs, uid, gid } = lstatSync(path);
  const line = [path, mode.toString(8), mtimeMs, uid, gid];
  if (lstatSync(path).isDirectory())
    return [
      line.join(' '),
      ...readdirSync(path)
        .sort()
        .flatMap((name) => pictureOf(join(path, name))),
    ];
  const content = lstatSync(path).isSymbolicLink() ? readlinkSync(path) : readFileSync(path);
  return [[...line, createHash('sha256').update(content).digest('hex')].join(' ')];
}
