import { appendFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { daemons } from '../../../src/daemons/index.js';
import { systemClock } from '../../../src/lib/base/clock.js';
import { pathsOf } from '../../../src/lib/config/paths.js';
import { FiguresKeeper } from '../../../src/lib/figures/keeper.js';
import { openView } from '../../../src/lib/health/open-view.js';
import { gatherReport } from '../../../src/lib/report/gather.js';
import { reportHtml } from '../../../src/lib/report/report-html.js';
import { CHROMIUM, lookInBrowser } from '../../helpers/chromium.js';
import { silentLog } from '../../helpers/colony.js';
import { startColony, type TestColony } from '../../helpers/run.js';
import { signalOf } from '../../helpers/signals.js';

let colony: TestColony;
beforeEach(async () => {
  colony = await startColony();
});
afterEach(() => colony.end());

/** The report of a colony in which a little of everything has happened; `text` stands wherever others may write. */
async function report(text: string): Promise<string> {
  const { config, bus } = colony;
  const integrated = { module_name: text, module_path: 'src.x', capabilities_added: [], init_created: false };
  await bus.emit([signalOf('Q_MODULE_INTEGRATED', integrated), signalOf('X_A'), signalOf('X_B')]);
  const row = {
    signal: { signal: text, facts: {} },
    error: `Error: ${text}`,
    daemon: text,
    timestamp: '2025-11-20T00:00:00Z',
  };
  appendFileSync(pathsOf(config).failedSignals, `${JSON.stringify(row)}\n`);
  const keeper = await FiguresKeeper.open({ folder: pathsOf(config).figures, daemon: 'intent_router', log: silentLog });
  for (const handlingMs of [1, 20, 4_000]) keeper.note({ outcome: 'handled', handlingMs, waitedMs: 3 });
  await keeper.close();
  const view = openView({ config, clock: systemClock, log: silentLog, members: daemons });
  const data = await gatherReport(view, daemons, new AbortController().signal).finally(() => view.close());
  return reportHtml(data);
}

const HOSTILE = '</style><script>alert("1")</script><b>';

describe('the report', () => {
  it('escapes what others wrote, and loads nothing', async () => {
    const html = (await report(HOSTILE)).replaceAll(/"[^"]*"/g, '""');
    expect(html).not.toMatch(/<script|<b>|<link|@import/);
    expect(html.match(/<\/style>/g)).toHaveLength(1);
  });

  // Skipped where no browser is installed.
  it.skipIf(CHROMIUM === undefined)('has all of its parts in a browser, as wide as a phone and no wider', async () => {
    const look = `return {
      heads: [...document.querySelectorAll('h2')].map((head) => head.textContent),
      isWider: document.documentElement.scrollWidth > innerWidth,
      regions: [...document.querySelectorAll('.scroll')].every((one) => one.tabIndex === 0 && one.getAttribute('aria-label')),
      drawn: document.querySelectorAll('.scroll svg .node').length > 5,
      rows: document.querySelectorAll('tbody tr').length > 10,
    };`;
    expect(await lookInBrowser(await report('audio'), look, 500)).toEqual({
      heads: [
        ...['At a glance', 'Health', 'Flow of the last day', 'Latency', 'Who says what to whom'],
        ...['Open dead letters', 'What it did by itself'],
      ],
      isWider: false,
      regions: true,
      drawn: true,
      rows: true,
    });
  });
});
