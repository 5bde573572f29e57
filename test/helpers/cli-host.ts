import { spawn, type ChildProcess } from 'node:child_process';
import type { Socket } from 'node:net';
import type { Readable } from 'node:stream';
import type { CliResult } from './cli.js';

/** One command for a process that runs one after another. */
export interface HostedCommand {
  args: readonly string[];
  env: Record<string, string>;
  cwd?: string | undefined;
}

const MARK = '\0the end of a command\0';
const idle: CliHost[] = [];

/** Runs a command in a process that has run others before, or will; as many processes as commands at once. */
export async function runHosted(hostArgs: readonly string[], command: HostedCommand): Promise<CliResult> {
  const host = idle.pop() ?? new CliHost(hostArgs);
  const result = await host.run(command);
  if (result.code !== null) idle.push(host);
  return result;
}

class CliHost {
  readonly #child: ChildProcess;

  constructor(args: readonly string[]) {
    this.#child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe', 'ipc'] });
    // It ends with this process, whose end it must not put off.
    this.#child.unref();
    this.#child.channel?.unref();
    for (const stream of [this.#child.stdout, this.#child.stderr]) (stream as Socket).unref();
  }

  async run(command: HostedCommand): Promise<CliResult> {
    const stdout = this.#untilMark(this.#child.stdout!);
    const stderr = this.#untilMark(this.#child.stderr!);
    const answer = this.#answer();
    this.#child.send({ ...command, mark: MARK });
    const { code, left } = await answer;
    if (left.length > 0)
      throw new Error(`kloros ${command.args.join(' ')} would not end: ${left.join(', ')} left open`);
    return { code, stdout: await stdout, stderr: await stderr };
  }

  /** What the process says of the command; code null when it has ended with it. */
  #answer(): Promise<{ code: number | null; left: string[] }> {
    return new Promise((resolve) => {
      const gone = () => resolve({ code: null, left: [] });
      this.#child.once('close', gone);
      this.#child.once('message', (answer: { code: number; left: string[] }) => {
        this.#child.off('close', gone);
        resolve(answer);
      });
    });
  }

  /** What the process writes until the command has ended, or the process has. */
  #untilMark(stream: Readable): Promise<string> {
    return new Promise((resolve) => {
      let text = '';
      const take = (chunk: string) => {
        text += chunk;
        // What is said after the end, as a warning of Node's may be, must not hide it.
        if (text.includes(MARK)) finish();
      };
      const finish = () => {
        stream.off('data', take);
        this.#child.off('close', finish);
        resolve(text.split(MARK)[0] ?? '');
      };
      stream.setEncoding('utf8').on('data', take);
      this.#child.once('close', finish);
    });
  }
}
