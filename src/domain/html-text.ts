import { quoteMarkOf } from './html-quotes.ts';

/** Elements whose content nobody sees. */
const unseen = ['head', 'style', 'script', 'title', 'template', 'noscript', 'svg'];
const paragraphs = new Set(['p', 'h1', 'h2', 'h3', 'h4', 'h5', 'h6', 'blockquote', 'ul', 'ol', 'table', 'pre', 'hr']);
const voids = new Set(['hr', 'img', 'input', 'meta', 'link']);
const blocks = new Set(['div', 'br', 'tr', 'li', 'section', 'article', 'header', 'footer', 'address', 'dt', 'dd']);

const DEEPEST_QUOTE = 8; // the marks before a line must not grow with what a stranger nests

/**
 * The text of an HTML mail as a plain one would have it: paragraphs on lines of their own, quoted text behind `> `,
 * nothing that is not shown. In linear time, whatever the input.
 */
export function textOfHtml(html: string): string {
  const page = newPage();
  const lower = html.toLowerCase();
  let at = 0;
  while (at < html.length) {
    const open = html.indexOf('<', at);
    page.write(html.slice(at, open === -1 ? html.length : open));
    if (open === -1) break;
    if (html.startsWith('<!--', open)) {
      at = endOf(html, '-->', open);
      continue;
    }
    const close = html.indexOf('>', open);
    const name = /^<\/?([a-z][a-z0-9]*)/.exec(lower.slice(open, open + 20))?.[1];
    if (close === -1 || (name === undefined && !/[!?/]/.test(html.charAt(open + 1)))) {
      page.write('<'); // a sign and no tag
      at = open + 1;
      if (close !== -1) continue;
      page.write(html.slice(at));
      break;
    }
    const isEnd = html.charAt(open + 1) === '/';
    if (name !== undefined) page.tag(name, isEnd, html.slice(open, close));
    at = close + 1;
    if (name !== undefined && !isEnd && unseen.includes(name)) at = endOf(lower, `</${name}`, at);
  }
  return page.text();
}

/** Behind the next `mark`; without one nothing more is shown, as in a browser. */
function endOf(html: string, mark: string, from: number): number {
  const found = html.indexOf(mark, from);
  return found === -1 ? html.length : found + (mark.startsWith('<') ? 0 : mark.length);
}

/** An element whose lines are quoted, and how many of its name are open in it, itself included. */
interface Quoted {
  name: string;
  open: number;
}

function newPage() {
  const lines: string[] = [];
  const quoted: Quoted[] = [];
  let history: 'none' | 'introduced' | 'begun' = 'none';
  let line = '';
  let verbatim = 0;

  const depth = () => Math.min(DEEPEST_QUOTE, quoted.length + (history === 'begun' ? 1 : 0));
  const breakLine = () => {
    const text = line.trimEnd();
    // Words that follow an introduction and are no marked quotation: the history itself, to the end of the mail.
    if (text !== '' && history === 'introduced' && quoted.length === 0) history = 'begun';
    if (text !== '' || lines.at(-1) !== '') lines.push(text === '' ? '' : '> '.repeat(depth()) + text);
    line = '';
  };
  const endLine = () => {
    if (line.trim() !== '') breakLine();
  };
  /** Elements inside a quoted one are told apart by their number alone: their own ends may be missing. */
  const mark = (name: string, isEnd: boolean, tag: string) => {
    const inner = quoted.at(-1);
    if (isEnd) {
      if (inner?.name !== name) return;
      inner.open -= 1;
      if (inner.open > 0) return;
      endLine();
      quoted.pop();
      return;
    }
    const isIntroduced = history === 'introduced' && quoted.length === 0;
    const found = isIntroduced && name === 'blockquote' ? 'quote' : quoteMarkOf(name, tag);
    if (found === null) {
      if (inner?.name === name) inner.open += 1;
      return;
    }
    endLine();
    if (found === 'introduction' && quoted.length === 0 && history === 'none') history = 'introduced';
    if (found === 'quote' && isIntroduced) history = 'none';
    if (!voids.has(name)) quoted.push({ name, open: 1 });
  };

  return {
    write(source: string) {
      const text = decodeEntities(source);
      if (verbatim > 0) {
        const [first = '', ...more] = text.split(/\r?\n/);
        line += first;
        for (const next of more) {
          breakLine();
          line = next;
        }
      } else {
        const words = text.replace(/[ \t\r\n\f]+/g, ' ');
        line += line === '' || line.endsWith(' ') ? words.trimStart() : words;
      }
    },
    tag(name: string, isEnd: boolean, tag: string) {
      if (name === 'br') return breakLine();
      if (paragraphs.has(name)) {
        endLine();
        if (lines.length > 0) breakLine();
      } else if (blocks.has(name)) endLine();
      else if ((name === 'td' || name === 'th') && line.trim() !== '' && !line.endsWith(' ')) line += ' ';
      if (name === 'pre') verbatim = Math.max(0, verbatim + (isEnd ? -1 : 1));
      mark(name, isEnd, tag);
    },
    text() {
      endLine();
      return lines.join('\n').trim();
    },
  };
}

/** HTML's names of U+00A0 to U+00FF, in their order, and the others that mail is full of. */
const LATIN =
  'nbsp iexcl cent pound curren yen brvbar sect uml copy ordf laquo not shy reg macr deg plusmn sup2 sup3 acute micro para middot cedil sup1 ordm raquo frac14 frac12 frac34 iquest Agrave Aacute Acirc Atilde Auml Aring AElig Ccedil Egrave Eacute Ecirc Euml Igrave Iacute Icirc Iuml ETH Ntilde Ograve Oacute Ocirc Otilde Ouml times Oslash Ugrave Uacute Ucirc Uuml Yacute THORN szlig agrave aacute acirc atilde auml aring aelig ccedil egrave eacute ecirc euml igrave iacute icirc iuml eth ntilde ograve oacute ocirc otilde ouml divide oslash ugrave uacute ucirc uuml yacute thorn yuml';
const entities = new Map([
  ...LATIN.split(' ').map((name, index): [string, string] => [name, String.fromCodePoint(0xa0 + index)]),
  ...Object.entries({ amp: '&', lt: '<', gt: '>', quot: '"', apos: "'", nbsp: ' ', hellip: '…', euro: '€' }),
  ...Object.entries({ ndash: '–', mdash: '—', lsquo: '‘', rsquo: '’', sbquo: '‚', ldquo: '“', rdquo: '”', bdquo: '„' }),
  ...Object.entries({ bull: '•', trade: '™', oelig: 'œ', OElig: 'Œ', scaron: 'š', Scaron: 'Š', zwnj: '', zwj: '' }),
]);

const decodeEntities = (text: string): string =>
  text.replace(/&(?:#(\d{1,7})|#[xX]([\da-fA-F]{1,6})|([a-zA-Z]\w{1,7}));?/g, (whole, decimal, hex, name) => {
    if (name !== undefined) return entities.get(name) ?? whole;
    const code = decimal === undefined ? Number.parseInt(hex, 16) : Number(decimal);
    const isCharacter = code > 0 && code <= 0x10ffff && (code < 0xd800 || code > 0xdfff);
    return isCharacter ? String.fromCodePoint(code) : '\ufffd';
  });
