import { openView, type ViewOptions } from '../health/open-view.js';
import { metricsText } from './metrics-text.js';
import type { Member } from './view.js';

/** What figures are read of. */
export type MetricsOptions = Omit<ViewOptions, 'members'> & { members: readonly Member[] };

/** Reads the figures anew at each call. The journal is opened each time: a home may be made, moved or mended meanwhile. */
export function metricsReader(options: MetricsOptions): () => Promise<string> {
  return async () => {
    const view = openView(options);
    try {
      return await metricsText({ ...view, members: options.members });
    } finally {
      view.close();
    }
  };
}
