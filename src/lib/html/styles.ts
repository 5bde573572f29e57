/** Everything that a page looks like: light and dark by the reader's system, one column on a phone, and on paper. */
export const STYLES = `
:root {
  color-scheme: light dark;
  --ground: #fcfcfb; --raised: #f3f3f1; --line: #dcdcd8; --text: #1b1b19; --quiet: #5c5c57;
  --good: #0b7a3e; --bad: #b3261e; --warn: #8a5a00; --focus: #1a5fb4;
  --series-1: #2a6fc9; --series-2: #c2410c; --series-3: #0f8a63; --series-4: #8e44ad;
}
@media (prefers-color-scheme: dark) {
  :root {
    --ground: #191918; --raised: #242422; --line: #3d3d39; --text: #ededea; --quiet: #a9a9a2;
    --good: #57c98a; --bad: #f2877f; --warn: #e0b050; --focus: #8ab8f5;
    --series-1: #6aa5f0; --series-2: #f08a55; --series-3: #4cc39b; --series-4: #c58be0;
  }
}
* { box-sizing: border-box; }
body { margin: 0; background: var(--ground); color: var(--text); font: 16px/1.5 system-ui, sans-serif; }
header, main, footer { max-width: 60rem; margin: 0 auto; padding: 0 1rem; }
header { padding-top: 1.5rem; }
h1 { font-size: 1.5rem; line-height: 1.25; margin: 0; overflow-wrap: anywhere; }
h2 { font-size: 1.2rem; margin: 2.5rem 0 .5rem; padding-top: .75rem; border-top: 1px solid var(--line); }
h3 { font-size: 1rem; margin: 1.75rem 0 .5rem; }
p { margin: .5rem 0; max-width: 70ch; }
footer { padding-top: 1rem; padding-bottom: 2rem; margin-top: 2.5rem; border-top: 1px solid var(--line); }
.quiet, footer, figcaption { color: var(--quiet); font-size: .875rem; }
.good { color: var(--good); } .bad { color: var(--bad); } .warn { color: var(--warn); }
.skip { position: absolute; left: -100rem; }
.skip:focus { position: static; }
:focus-visible { outline: 3px solid var(--focus); outline-offset: 2px; }
.facts { display: grid; grid-template-columns: repeat(auto-fit, minmax(9rem, 1fr)); gap: .5rem; margin: 1rem 0; padding: 0; }
.facts div { background: var(--raised); border-radius: .5rem; padding: .6rem .8rem; }
.facts dt { color: var(--quiet); font-size: .8rem; }
.facts dd { margin: 0; font-size: 1.15rem; overflow-wrap: anywhere; font-variant-numeric: tabular-nums; }
.notice { border-left: 4px solid currentColor; padding: .25rem .8rem; margin: .75rem 0; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; font-size: .9rem; font-variant-numeric: tabular-nums; }
th, td { text-align: left; padding: .3rem 1rem .3rem 0; border-bottom: 1px solid var(--line); white-space: nowrap; vertical-align: top; }
th { color: var(--quiet); font-weight: 600; }
.number { text-align: right; }
figure { margin: 1rem 0; }
summary { cursor: pointer; color: var(--quiet); font-size: .875rem; padding: .4rem 0; }
svg { display: block; width: 100%; height: auto; max-width: 44rem; overflow: visible; }
svg text { fill: var(--quiet); font-size: 13px; }
svg .grid { stroke: var(--line); stroke-width: 1; }
svg .track { fill: var(--raised); }
svg .curve { fill: none; stroke-width: 2; }
svg .tip { display: none; fill: var(--text); font-weight: 600; stroke: var(--ground); stroke-width: 5px; paint-order: stroke; }
svg .point:hover .tip, svg .point:focus .tip { display: inline; }
svg .point:focus { outline: none; }
svg .point:focus .mark, svg .point:hover .mark { stroke: var(--text); stroke-width: 2.5; }
.legend { display: flex; flex-wrap: wrap; gap: .25rem 1.25rem; list-style: none; margin: 0 0 .25rem; padding: 0; font-size: .875rem; }
.scroll svg { width: auto; max-width: none; background: #fff; }
.scroll svg .node text { font-size: 11px; fill: #1b1b19; }
.scroll svg .edge text { font-size: 9px; fill: #1b1b19; }
.legend svg { display: inline-block; width: .9rem; height: .9rem; margin-right: .4rem; vertical-align: -1px; }
.series-1 { --colour: var(--series-1); } .series-2 { --colour: var(--series-2); }
.series-3 { --colour: var(--series-3); } .series-4 { --colour: var(--series-4); }
.curve { stroke: var(--colour); } .mark { fill: var(--colour); }
.faint .mark { opacity: .55; }
@media (max-width: 40rem) { svg text { font-size: 20px; } }
@media print { body { background: #fff; color: #000; } .skip { display: none; } }
`;
