import { pathsOf } from '../../config/paths.js';
import { sentTo } from '../../otlp/cursor.js';
import { samplesOf } from '../family.js';
import { journalOf, type Collector } from '../view.js';

/** How far collectors of traces are; of all exporters of this home, as each keeps its place in a file. */
export const otlp: Collector = {
  name: 'otlp',
  collect: async (view) => {
    const sent = [...(await sentTo(pathsOf(view.config).otlp))];
    const newest = journalOf(view)?.newest() ?? 0;
    const behind = sent.map(([host, { upToSeq }]): [string, number] => [host, Math.max(0, newest - upToSeq)]);
    return [
      {
        name: 'kloros_otlp_behind_signals',
        help: 'Positions of the journal that a collector of traces has not taken',
        type: 'gauge',
        samples: samplesOf('collector', new Map(behind)),
      },
      {
        name: 'kloros_otlp_lost_signals_total',
        help: 'Signals, at most, that retention removed before a collector of traces had taken them',
        type: 'counter',
        samples: samplesOf('collector', new Map(sent.map(([host, { lost }]) => [host, lost]))),
      },
      {
        name: 'kloros_otlp_refused_spans_total',
        help: 'Spans that a collector of traces will never take',
        type: 'counter',
        samples: samplesOf('collector', new Map(sent.map(([host, { refused }]) => [host, refused]))),
      },
    ];
  },
};
