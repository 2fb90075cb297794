/**
 * Template text and values to a message, or the names of the values it lacks: `{{first_name}}`,
 * `{{ job_title | default: "there" }}`. Scanned once from left to right, runs no code, and a value is never looked at
 * again once it is in. Design 7.
 */
import type { Words } from './problem.ts';

/** The names every template may use; its AI variables and `custom.*` (a contact's own fields) come on top. Design 7. */
export const STANDARD_VARIABLES = [
  'first_name',
  'last_name',
  'full_name',
  'job_title',
  'company',
  'linkedin_headline',
  'recent_activity',
  'company_industry',
  'company_size',
  'company_tech_stack',
  'company_news',
  'company_funding',
  'sender_name',
  'sender_job_title',
  'sender_first_name',
] as const;

/** A piece of a parsed message. `fallback` is its default, null without one; an empty default may be written. */
export type Part = { kind: 'text'; text: string } | { kind: 'variable'; name: string; fallback: string | null };

export interface MessageProblem {
  /** Index into the text, from 0; the problem's own text counts characters from 1, as people do. */
  at: number;
  problem: string;
}

/** Values by variable name; null, undefined and blank are no value. Only the object's own properties are looked at. */
export type Values = Readonly<Record<string, string | null | undefined>>;

/**
 * Where the message goes. 'html': values and defaults have &, <, >, " and ' escaped, the text around them is the
 * author's own HTML. 'header': line breaks and other control characters become one space, in the whole message.
 */
export type Target = 'none' | 'html' | 'header';

const MAX_PROBLEMS = 20;

/** Whether an AI variable, or a custom field's key, may have this name: a–z, 0–9 and _, a letter first, at most 64. */
export const isVariableName = (name: string): boolean => /^[a-z][a-z0-9_]{0,63}$/.test(name);

/**
 * Takes a text apart, in time linear in its length. What cannot be read is a problem with its place, and stays in the
 * parts as it is written: templates with problems are refused when they are saved. Any name is a variable here;
 * `checkMessage` knows which ones exist.
 */
export function parseMessage(text: string): { parts: Part[]; problems: MessageProblem[] } {
  const parts: Part[] = [];
  const problems: MessageProblem[] = [];
  let taken = 0; // what is before this index is in the parts
  let at = nextBraces(text, 0);
  while (at < text.length) {
    const found = readVariable(text, at);
    if (found.kind === 'broken') problems.push({ at, problem: found.problem });
    else {
      if (taken < at) parts.push({ kind: 'text', text: text.slice(taken, at) });
      parts.push({ kind: 'variable', name: found.name, fallback: found.fallback });
      taken = found.end;
    }
    at = nextBraces(text, found.end);
  }
  if (taken < text.length) parts.push({ kind: 'text', text: text.slice(taken) });
  return { parts, problems };
}

/** The variables of a text, each once, in the order of their first use; those with a default as well. */
export function variablesIn(text: string): string[] {
  return namesIn(parseMessage(text).parts);
}

const namesIn = (parts: readonly Part[]) => [
  ...new Set(parts.flatMap((part) => (part.kind === 'variable' ? [part.name] : []))),
];

/** Ten times what any channel takes, so that what is cut here is too long for all of them (`copy-checks.ts`). */
const LONGEST_MESSAGE = 200_000;

/**
 * The message, and the variables that have neither value nor default, each once: as long as there is one, it must not
 * be sent, and their places are empty. Values go in as they are, braces included. Of a text that names a long value a
 * thousand times only the first 200,000 characters are put together. Design 7.
 */
export function render(text: string, values: Values, target: Target = 'none'): { text: string; missing: string[] } {
  const missing = new Set<string>();
  let left = LONGEST_MESSAGE;
  const pieces = parseMessage(text).parts.map((part) => {
    const piece = part.kind === 'text' ? part.text : filledIn(part);
    const kept = piece.slice(0, left);
    left -= kept.length;
    return kept;
  });
  const message = pieces.join('');
  return { text: target === 'header' ? onOneLine(message) : message, missing: [...missing] };

  function filledIn({ name, fallback }: Part & { kind: 'variable' }): string {
    const content = ownValue(name, values) ?? fallback;
    if (content === null) missing.add(name);
    return target === 'html' ? escapeHtml(content ?? '') : (content ?? '');
  }
}

/** `{{constructor}}` and the like must not find what every object inherits. */
function ownValue(name: string, values: Values): string | null {
  const value = Object.hasOwn(values, name) ? (values[name] ?? '') : '';
  return value.trim() === '' ? null : value;
}

/**
 * What is wrong with a text, at most 20 problems: first what cannot be read, then each unknown variable. `allowed` are
 * the standard variables and the template's own; `custom.some_key` is always allowed. Design 7.
 */
export function checkMessage(text: string, allowed: ReadonlySet<string>): Words[] {
  const { parts, problems } = parseMessage(text);
  const unknown = namesIn(parts).filter((name) => !allowed.has(name) && !isCustomField(name));
  return [
    ...problems.slice(0, MAX_PROBLEMS).map(({ problem }) => problem),
    ...unknown.slice(0, MAX_PROBLEMS).map((name) => describeUnknown(name, allowed)),
  ].slice(0, MAX_PROBLEMS);
}

const CUSTOM = 'custom.';

const isCustomField = (name: string) => name.startsWith(CUSTOM) && isVariableName(name.slice(CUSTOM.length));

/**
 * Plain text as HTML: a paragraph per block of lines, line breaks kept, everything escaped, and http and https
 * addresses (no other scheme) as links.
 */
export function toHtml(plain: string): string {
  const paragraphs: string[][] = [];
  let isOpen = false;
  for (const line of plain.split(/\r\n|\r|\n/)) {
    const isBlank = line.trim() === '';
    if (!isBlank && isOpen) paragraphs.at(-1)?.push(line);
    else if (!isBlank) paragraphs.push([line]);
    isOpen = !isBlank;
  }
  return paragraphs.map((lines) => `<p>${lines.map(linkify).join('<br>\n')}</p>`).join('\n');
}

// Reading.

type Found =
  | { kind: 'variable'; name: string; fallback: string | null; end: number }
  | { kind: 'broken'; problem: string; end: number };

/** Reads from the braces at `open` on. A failed try ends where it failed, so nothing is read again and again. */
function readVariable(text: string, open: number): Found {
  const place = `at character ${open + 1}`;
  if (text.startsWith('}}', open)) return broken(`"}}" ${place} closes nothing`, skipRun(text, open, '}'));
  const nameEnd = until(text, open + 2, NAME_ENDS);
  const name = text.slice(open + 2, nameEnd).trim();
  const isClosed = text.startsWith('}}', nameEnd);
  if (name === '' && (isClosed || text.startsWith('{', nameEnd) || text.startsWith('|', nameEnd)))
    return broken(`"{{" ${place} names no variable`, closeFrom(text, skipRun(text, nameEnd, '{')));
  if (isClosed) return { kind: 'variable', name, fallback: null, end: nameEnd + 2 };
  if (!text.startsWith('|', nameEnd)) return broken(`"{{" ${place} is never closed`, nameEnd);
  return readDefault(text, name, place, nameEnd + 1);
}

/** Reads `default: "there" }}` from `start` on, the `|` being behind us. */
function readDefault(text: string, name: string, place: string, start: number): Found {
  const after = (token: string, at: number) => (text.startsWith(token, at) ? at + token.length : null);
  const expected = 'expected {{ name | default: "text" }}';
  const fail = (at: number) =>
    broken(`what follows "|" in "{{" ${place} is not understood, ${expected}`, closeFrom(text, at));

  const word = skipBlanks(text, start);
  const colonFrom = after('default', word);
  if (colonFrom === null) return fail(word);
  const colon = skipBlanks(text, colonFrom);
  const quoteFrom = after(':', colon);
  if (quoteFrom === null) return fail(colon);
  const quote = skipBlanks(text, quoteFrom);
  const contentFrom = after('"', quote);
  if (contentFrom === null) return fail(quote);

  const contentEnd = quotedEnd(text, contentFrom);
  const closeFromHere = after('"', contentEnd);
  if (closeFromHere === null) return fail(contentEnd);
  const close = skipBlanks(text, closeFromHere);
  const end = after('}}', close);
  if (end === null) return fail(close);
  return { kind: 'variable', name, fallback: unescaped(text.slice(contentFrom, contentEnd)), end };
}

const broken = (problem: string, end: number): Found => ({ kind: 'broken', problem, end });

const NAME_ENDS = '{}|\n';

/** The index of the first of `stops` at or after `from`, or the text's end. */
function until(text: string, from: number, stops: string): number {
  let at = from;
  while (at < text.length && !stops.includes(text.charAt(at))) at++;
  return at;
}

/** The index of the next `{{` or `}}` at or after `from`, or the text's end. */
function nextBraces(text: string, from: number): number {
  let at = until(text, from, '{}');
  while (at < text.length && text.charAt(at + 1) !== text.charAt(at)) at = until(text, at + 1, '{}');
  return at;
}

/** Where to go on after a try that failed at `at`: behind its `}}`, or at whatever braces come before one. */
function closeFrom(text: string, at: number): number {
  const braces = nextBraces(text, at);
  return text.startsWith('}}', braces) ? braces + 2 : braces;
}

function skipRun(text: string, from: number, character: string): number {
  let at = from;
  while (text.charAt(at) === character) at++;
  return at;
}

function skipBlanks(text: string, from: number): number {
  let at = from;
  while (text.charAt(at) === ' ' || text.charAt(at) === '\t') at++;
  return at;
}

/** The end of a default's text: its closing quote, or what it may not hold, a line break or double braces. */
function quotedEnd(text: string, from: number): number {
  let at = from;
  while (at < text.length && !'"\n'.includes(text.charAt(at))) {
    if (text.startsWith('{{', at) || text.startsWith('}}', at)) return at;
    at += text.charAt(at) === '\\' ? 2 : 1;
  }
  return at;
}

/** In a default, \" is a quote and \\ a backslash; any other backslash is itself. */
const unescaped = (quoted: string) => quoted.replace(/\\(["\\])/g, '$1');

// Unknown names.

function describeUnknown(name: string, allowed: ReadonlySet<string>): Words {
  const told = ['unknown variable ', { variable: name.length > 64 ? `${name.slice(0, 64)}…` : name }];
  if (name.startsWith(CUSTOM)) return [...told, " (a custom field's key is lower-case letters, digits and _)"];
  const meant = closest(name, allowed);
  return meant === null ? told : [...told, ' (did you mean ', { variable: meant }, '?)'];
}

/** The name that differs in the fewest letters, at most two and at most a third; case and blanks do not count. */
function closest(name: string, allowed: ReadonlySet<string>): string | null {
  if (name.length > 64) return null;
  const plain = name.toLowerCase().replaceAll(/[\s-]/g, '_');
  let best: string | null = null;
  let fewest = Math.min(2, Math.floor(plain.length / 3)) + 1;
  for (const candidate of allowed) {
    const differing = distance(plain, candidate);
    if (differing >= fewest) continue;
    best = candidate;
    fewest = differing;
  }
  return best;
}

/** Levenshtein's: how many letters to insert, remove or replace. */
function distance(one: string, other: string): number {
  let row = Array.from({ length: other.length + 1 }, (_, index) => index);
  for (let i = 1; i <= one.length; i++) {
    const next = [i];
    for (let j = 1; j <= other.length; j++) {
      const replaced = (row[j - 1] ?? 0) + (one[i - 1] === other[j - 1] ? 0 : 1);
      next.push(Math.min(replaced, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[other.length] ?? 0;
}

// Writing.

const HTML_ESCAPES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

const escapeHtml = (text: string) => text.replace(/[&<>"']/g, (character) => HTML_ESCAPES[character] ?? character);

/** Control characters (CR, LF and U+0085 among them) and U+2028, U+2029: a run of them becomes one space. */
const onOneLine = (text: string) => text.replace(/[\p{Cc}\u2028\u2029]+/gu, ' ');

/** One line, escaped, its http and https addresses as links. */
function linkify(line: string): string {
  let html = '';
  let taken = 0;
  for (const { 0: candidate, index } of line.matchAll(/https?:\/\/[^\s<>"'`]+/gi)) {
    const address = withoutTrailingPunctuation(candidate);
    if (!URL.canParse(address)) continue;
    html += `${escapeHtml(line.slice(taken, index))}<a href="${escapeHtml(address)}">${escapeHtml(address)}</a>`;
    taken = index + address.length;
  }
  return html + escapeHtml(line.slice(taken));
}

/** The end of a sentence is not part of the address, nor is a ")" whose "(" is not in it. */
function withoutTrailingPunctuation(address: string): string {
  let unopened = address.split(')').length - address.split('(').length;
  let end = address.length;
  for (; end > 0; end--) {
    const last = address.charAt(end - 1);
    if (last === ')' && unopened > 0) unopened--;
    else if (!'.,;:!?…”’»'.includes(last)) break;
  }
  return address.slice(0, end);
}
