import { describe, expect, it } from 'vitest';
import { barChart, lineChart, scatterChart } from '../../../src/lib/html/charts.js';
import { htmlPage, part, section } from '../../../src/lib/html/page.js';
import { facts, folded, notice, table } from '../../../src/lib/html/parts.js';
import { CHROMIUM, lookInBrowser } from '../../helpers/chromium.js';

const POINTS = [0, 1, 2, 3].map((x) => ({ x, y: x * x * 1_000, text: `at ${x}` }));
const HOSTILE = '</style><script>alert("1")</script> & <b>';
const CHART = { caption: 'Growth.', x: { label: 'day', whole: true }, y: { label: 'signals' } };

const page = (text = 'plain') =>
  htmlPage({
    title: text,
    subtitle: text,
    sections: [
      section(
        text,
        facts([{ name: text, value: text, tone: 'good' }]),
        notice('warn', text),
        part('Line', lineChart({ ...CHART, series: [{ name: text, points: POINTS }] })),
        part(
          'Scatter',
          scatterChart({
            ...CHART,
            series: [
              { name: 'a', points: [] },
              { name: 'b', points: POINTS },
            ],
          }),
        ),
        part('Bars', barChart({ caption: text, most: 1, bars: [{ label: text, value: 0.5, text }] })),
        folded(text, table(text, [{ title: text, cell: (row: string) => row.repeat(40) }], [text])),
      ),
    ],
    footer: text,
  });

describe('a page', () => {
  it('escapes what it is given, wherever it stands', () => {
    // Between quotes, only a quote could end it.
    const text = page(HOSTILE).replaceAll(/"[^"]*"/g, '""');
    expect(text).not.toContain('<script');
    expect(text).not.toContain('<b>');
    expect(text.match(/<\/style>/g)).toHaveLength(1);
  });

  it('loads nothing: no script, no link, no address', () => {
    expect(page()).not.toMatch(/<script|<link|https?:|url\(|@import/);
    expect(page()).toMatch(/Content-Security-Policy" content="default-src .{0,8}none/);
  });

  it('draws a chart of one value, and of none', () => {
    const one = lineChart({ ...CHART, series: [{ name: 'a', points: POINTS.slice(1, 2) }] });
    const none = scatterChart({ ...CHART, series: [{ name: 'a', points: [] }] });
    expect(JSON.stringify([one, none])).not.toMatch(/NaN|Infinity/);
  });
});

/** What must hold of a page in a browser. */
const LOOK = `
  const seen = (selector) => [...document.querySelectorAll(selector)];
  const first = seen('.point')[0];
  first.focus();
  return {
    wider: document.documentElement.scrollWidth - innerWidth,
    lang: document.documentElement.lang,
    focusable: seen('.point').every((point) => point.tabIndex === 0),
    named: seen('.point, [role=region], svg[role]').every((one) => one.getAttribute('aria-label')),
    tip: getComputedStyle(first.querySelector('.tip')).display,
    other: getComputedStyle(seen('.point .tip')[1]).display,
    scripts: document.scripts.length,
    loaded: performance.getEntriesByType('resource').length,
    textPx: Math.min(...seen('svg.chart text').map((text) => parseFloat(getComputedStyle(text).fontSize) * text.getScreenCTM().a)),
  };`;

describe.skipIf(CHROMIUM === undefined)('in a browser (skipped where no Chromium is installed)', () => {
  it.each([1_200, 500])(
    'a page %s pixels wide fits, is readable, and tells its points by keyboard',
    async (widthPx) => {
      expect(await lookInBrowser(page(HOSTILE), LOOK, widthPx)).toMatchObject({
        wider: expect.toSatisfy((px: number) => px <= 0) as number,
        lang: 'en',
        focusable: true,
        named: true,
        tip: 'block',
        other: 'none',
        scripts: 1, // The one that looks.
        loaded: 0,
        textPx: expect.toSatisfy((px: number) => px >= 10) as number,
      });
    },
  );
});
