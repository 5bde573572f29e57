import type { Element } from 'hast';
import { toHtml } from 'hast-util-to-html';
import { h, type Child } from 'hastscript';
import { STYLES } from './styles.js';

/** A page that is one file: no script, no font, nothing from a network. Text is escaped wherever it stands. */
export interface Page {
  title: string;
  /** One line below the title. */
  subtitle: string;
  sections: readonly Element[];
  /** Where it comes from and when it was made. */
  footer: string;
}

/** What the page may load: nothing but its own styles. */
const POLICY = "default-src 'none'; style-src 'unsafe-inline'";

/** The whole page as text, readable on a phone, in the dark, by keyboard and on paper. */
export function htmlPage({ title, subtitle, sections, footer }: Page): string {
  const head = h('head', [
    h('meta', { charset: 'utf-8' }),
    h('meta', { name: 'viewport', content: 'width=device-width, initial-scale=1' }),
    h('meta', { 'http-equiv': 'Content-Security-Policy', content: POLICY }),
    h('title', title),
    h('style', STYLES),
  ]);
  const body = h('body', [
    h('a', { class: 'skip', href: '#content' }, 'To the content'),
    h('header', [h('h1', title), h('p', { class: 'quiet' }, subtitle)]),
    h('main', { id: 'content' }, ...sections),
    h('footer', footer),
  ]);
  return `${toHtml({ type: 'root', children: [{ type: 'doctype' }, h('html', { lang: 'en' }, [head, body])] })}\n`;
}

/** A part of a page under a heading of its own. */
export function section(title: string, ...children: Child[]): Element {
  return h('section', h('h2', title), ...children);
}

/** Content under a smaller heading. */
export function part(title: string, ...children: Child[]): Element {
  return h('div', h('h3', title), ...children);
}
