import { once } from 'node:events';
import { Flags } from '@oclif/core';
import { daemons } from '../daemons/index.js';
import { systemClock } from '../lib/base/clock.js';
import { parseDurationMs } from '../lib/base/duration.js';
import { KlorosCommand } from '../lib/cli/base-command.js';
import { operatorLog } from '../lib/cli/operator-log.js';
import { METRICS_CONTENT_TYPE } from '../lib/metrics/metrics-text.js';
import { metricsReader } from '../lib/metrics/open-metrics.js';
import { serveMetrics } from '../lib/metrics/serve.js';
import { keepTextfile, writeTextfile } from '../lib/metrics/textfile.js';

const PORT = 9777;

/** Tells Prometheus how the colony is. */
export default class Exporter extends KlorosCommand {
  static override summary = 'Serve the figures of the colony to Prometheus, or write them to a file';
  static override description = `Serves /metrics until Ctrl-C, to this machine alone unless --host says otherwise: nobody is asked for a password.
With --textfile it writes a file for node_exporter's textfile collector instead; with --port besides, it does both.
It changes nothing in the colony.`;
  static override examples = [
    '<%= config.bin %> exporter --once',
    '<%= config.bin %> exporter --once --textfile kloros.prom',
    '<%= config.bin %> exporter --port 9777   # curl http://127.0.0.1:9777/metrics',
  ];
  static override flags = {
    host: Flags.string({ summary: 'Address to listen at', default: '127.0.0.1' }),
    port: Flags.integer({ summary: `Port to listen at; 0 takes a free one [default: ${PORT}]`, min: 0, max: 65_535 }),
    textfile: Flags.string({ summary: 'Write a file; its name ends in .prom', helpValue: 'PATH' }),
    interval: Flags.string({ summary: 'Pause between two files', default: '15s', helpValue: 'DURATION' }),
    once: Flags.boolean({ summary: 'Write the file, or to stdout, once and end', exclusive: ['port'] }),
  };

  async run(): Promise<{ url?: string; textfile?: string; text?: string }> {
    const { flags } = await this.parse(Exporter);
    const everyMs = parseDurationMs(flags.interval);
    const { config } = await this.settings();
    const text = metricsReader({ config, clock: systemClock, log: operatorLog(), members: daemons });
    if (flags.textfile !== undefined && !flags.textfile.endsWith('.prom'))
      this.warn(`node_exporter reads only files that end in .prom, which ${flags.textfile} does not`);
    if (!flags.once) return this.#run(text, { ...flags, everyMs });
    if (flags.textfile === undefined) return this.#print(await text());
    await writeTextfile({ path: flags.textfile, text });
    this.note(`Wrote ${flags.textfile}`);
    return { textfile: flags.textfile };
  }

  #print(text: string): { text: string } {
    this.log(text.trimEnd());
    return { text };
  }

  async #run(text: () => Promise<string>, flags: RunFlags): Promise<{ url?: string; textfile?: string }> {
    const { host, port, textfile, everyMs } = flags;
    const abort = this.interrupted;
    const isServed = textfile === undefined || port !== undefined;
    const log = operatorLog();
    const serving = { host, port: port ?? PORT, contentType: METRICS_CONTENT_TYPE, text, log };
    const server = isServed ? await serveMetrics(serving) : undefined;
    if (server) this.note(`Serves ${server.url}; Ctrl-C ends it`);
    if (textfile !== undefined) this.note(`Writes ${textfile} every ${flags.interval}; Ctrl-C ends it`);
    try {
      if (textfile !== undefined) await keepTextfile({ path: textfile, everyMs, text, log }, abort);
      else if (!abort.aborted) await once(abort, 'abort');
    } finally {
      await server?.close();
    }
    return { ...(server ? { url: server.url } : {}), ...(textfile === undefined ? {} : { textfile }) };
  }
}

interface RunFlags {
  host: string;
  port?: number | undefined;
  textfile?: string | undefined;
  interval: string;
  everyMs: number;
}
