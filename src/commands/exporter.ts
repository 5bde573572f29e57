import { once } from 'node:events';
import { Flags } from '@oclif/core';
import { daemons } from '../daemons/index.js';
import { systemClock } from '../lib/base/clock.js';
import { parseDurationMs } from '../lib/base/duration.js';
import { maskSecrets } from '../lib/base/redact.js';
import { KlorosCommand } from '../lib/cli/base-command.js';
import { openObserver } from '../lib/bus/open-observer.js';
import { operatorLog } from '../lib/cli/operator-log.js';
import { METRICS_CONTENT_TYPE } from '../lib/metrics/metrics-text.js';
import { metricsReader } from '../lib/metrics/open-metrics.js';
import { serveMetrics } from '../lib/metrics/serve.js';
import { keepTextfile, writeTextfile } from '../lib/metrics/textfile.js';
import { pathsOf } from '../lib/config/paths.js';
import type { Config } from '../lib/config/schema.js';
import { Cursor } from '../lib/otlp/cursor.js';
import { destinationOf, FROM_ENVIRONMENT } from '../lib/otlp/destination.js';
import { exportSpans } from '../lib/otlp/export-spans.js';

const PORT = 9777;

/** Tells Prometheus how the colony is. */
export default class Exporter extends KlorosCommand {
  static override summary = 'Serve the figures of the colony to Prometheus, or write them to a file';
  static override description = `Serves /metrics until Ctrl-C, to this machine alone unless --host says otherwise: nobody is asked for a password.
With --textfile it writes a file for node_exporter's textfile collector instead; with --port besides, it does both.
With --otlp it sends the journal to an OpenTelemetry collector: a span a signal, below its cause. Headers come from --otlp-header and
OTEL_EXPORTER_OTLP_HEADERS, and are never shown; --otlp env takes the address from OTEL_EXPORTER_OTLP_ENDPOINT.
It changes nothing in the colony.`;
  static override examples = [
    '<%= config.bin %> exporter --once',
    '<%= config.bin %> exporter --once --textfile kloros.prom',
    '<%= config.bin %> exporter --port 9777   # curl http://127.0.0.1:9777/metrics',
    '<%= config.bin %> exporter --otlp http://127.0.0.1:4318   # traces to a collector',
  ];
  static override flags = {
    host: Flags.string({ summary: 'Address to listen at', default: '127.0.0.1' }),
    port: Flags.integer({ summary: `Port to listen at; 0 takes a free one [default: ${PORT}]`, min: 0, max: 65_535 }),
    textfile: Flags.string({ summary: 'Write a file; its name ends in .prom', helpValue: 'PATH' }),
    interval: Flags.string({ summary: 'Pause between two files', default: '15s', helpValue: 'DURATION' }),
    otlp: Flags.string({
      summary: `Send signals as spans to this collector, by OTLP/HTTP; ${FROM_ENVIRONMENT}: as OTEL_EXPORTER_OTLP_ENDPOINT says`,
      helpValue: `URL|${FROM_ENVIRONMENT}`,
    }),
    'otlp-header': Flags.string({
      summary: 'Header for the collector, repeatable; @FILE keeps a secret off the list of processes',
      dependsOn: ['otlp'],
      multiple: true,
      multipleNonGreedy: true,
      helpValue: 'NAME=VALUE|NAME=@FILE',
    }),
    'otlp-since': Flags.string({
      summary: 'Where a collector that is new begins, e.g. 1h ago; without it, now',
      dependsOn: ['otlp'],
      helpValue: 'DURATION',
    }),
    once: Flags.boolean({ summary: 'Write the file, or to stdout, once and end', exclusive: ['port', 'otlp'] }),
  };

  async run(): Promise<Exported & { text?: string }> {
    const { flags } = await this.parse(Exporter);
    const everyMs = parseDurationMs(flags.interval);
    const { config } = await this.settings();
    const text = metricsReader({ config, clock: systemClock, log: operatorLog(), members: daemons });
    if (flags.textfile !== undefined && !flags.textfile.endsWith('.prom'))
      this.warn(`node_exporter reads only files that end in .prom, which ${flags.textfile} does not`);
    const spans = flags.otlp === undefined ? undefined : spansTo(flags.otlp, config, flags);
    if (!flags.once) return this.#run(text, { ...flags, everyMs, spans });
    if (flags.textfile === undefined) return this.#print(await text());
    await writeTextfile({ path: flags.textfile, text });
    this.note(`Wrote ${flags.textfile}`);
    return { textfile: flags.textfile };
  }

  #print(text: string): { text: string } {
    this.log(text.trimEnd());
    return { text };
  }

  async #run(text: () => Promise<string>, flags: RunFlags): Promise<Exported> {
    const { host, port, textfile, everyMs, spans } = flags;
    const [abort, log] = [this.interrupted, operatorLog()];
    const serving = { host, port: port ?? PORT, contentType: METRICS_CONTENT_TYPE, text, log };
    const server = isServed(flags) ? await serveMetrics(serving) : undefined;
    const result: Exported = { url: server?.url, textfile, otlp: spans && maskSecrets(spans.url) };
    this.#tell(result, flags.interval);
    try {
      await Promise.all([
        ...(textfile === undefined ? [] : [keepTextfile({ path: textfile, everyMs, text, log }, abort)]),
        ...(spans === undefined ? [] : [exportSpans({ ...spans, log }, abort)]),
        ...(server === undefined || abort.aborted ? [] : [once(abort, 'abort')]),
      ]);
    } finally {
      await server?.close();
    }
    return result;
  }

  #tell({ url, textfile, otlp }: Exported, interval: string): void {
    if (url !== undefined) this.note(`Serves ${url}; Ctrl-C ends it`);
    if (textfile !== undefined) this.note(`Writes ${textfile} every ${interval}; Ctrl-C ends it`);
    if (otlp !== undefined) this.note(`Sends spans to ${otlp}; Ctrl-C ends it`);
  }
}

/** Who wants a file or spans has no server unless it is asked for besides. */
function isServed({ port, textfile, spans }: RunFlags): boolean {
  return port !== undefined || (textfile === undefined && spans === undefined);
}

/** What it does until it is ended. */
interface Exported {
  url?: string | undefined;
  textfile?: string | undefined;
  otlp?: string | undefined;
}

const POLL_MS = 1_000;

function spansTo(given: string, config: Config, flags: SpanFlags) {
  const since = flags['otlp-since'];
  const { url, headers } = destinationOf({ given, headers: flags['otlp-header'] ?? [], env: process.env });
  return {
    ...{
      ...{ url, headers, home: config.home },
      cursor: new Cursor(pathsOf(config).otlp, url),
      openObserver: () => openObserver(config),
    },
    ...{ pollMs: POLL_MS, retryMs: POLL_MS },
    sinceMs: since === undefined ? undefined : systemClock.nowMs() - parseDurationMs(since),
  };
}

interface SpanFlags {
  'otlp-since'?: string | undefined;
  'otlp-header'?: string[] | undefined;
}

interface RunFlags {
  host: string;
  port?: number | undefined;
  textfile?: string | undefined;
  interval: string;
  everyMs: number;
  spans: ReturnType<typeof spansTo> | undefined;
}
