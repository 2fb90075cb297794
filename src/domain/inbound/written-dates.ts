import { anyOf } from '../copy/folded-text.ts';
import { englishMonths, months } from './calendar-words.ts';

/** A date found in a text; `at` and `end` are its place. `last` of "December 20-27" or "20-27 December" is its second day. */
export interface WrittenDate {
  at: number;
  end: number;
  year: number | null;
  month: number;
  day: number;
  last: number | null;
}

/** More dates than this no absence note has. */
const MOST_DATES = 40;

const names = anyOf([...months.keys()]).replace('(?<![\\p{L}\\p{N}])', '(?<!\\p{L})');
const english = anyOf(englishMonths);
const ORDINAL = '(?:st|nd|rd|th|er|ère|ème|e|º|ª|°|:e|:a|:nde)?';

/** Each form by itself, in the order in which they are tried at one place. All quantifiers are bounded. */
const FORMS: readonly string[] = [
  '(?<iy>\\d{4})(?<sep>[-/.])\\s?(?<im>\\d{1,2})\\k<sep>\\s?(?<id>\\d{1,2})(?!\\d)',
  '(?:(?<cy>\\d{4})\\s?[年년]\\s?)?(?<cm>\\d{1,2})\\s?[月월]\\s?(?<cd>\\d{1,2})\\s?[日号號일]',
  `(?:(?<rs>\\d{1,2})\\.?\\s?-\\s?)?(?<nd>\\d{1,2})${ORDINAL}\\.?\\s{0,2}(?:of |de |d'|-|/)?(?<nm>${names})\\.?(?:,?\\s{0,2}(?:de |del |of |-|/)?(?<ny>20\\d{2})(?!\\d))?`,
  `(?<em>${english})\\.?\\s{1,2}(?:the )?(?<ed>\\d{1,2})(?:st|nd|rd|th)?(?![\\d:])(?:\\s?(?:-|to|through|thru|until|till)\\s?(?<el>\\d{1,2})(?:st|nd|rd|th)?(?!\\d|[:/.]\\d|\\s?(?:${english})))?(?:,?\\s{1,2}(?<ey>20\\d{2})(?!\\d))?`,
  '(?<da>\\d{1,2})(?<ds>[./-])\\s?(?<db>\\d{1,2})\\k<ds>\\s?(?<dy>20\\d{2}|\\d{2})(?![\\d:])',
  '(?<sa>\\d{1,2})(?:/(?<sb>\\d{1,2})(?![\\d/])|\\.\\s?(?<pb>\\d{1,2})\\.(?!\\d))',
];
const DATES = new RegExp(`(?<![\\d.,:/-])(?:${FORMS.join('|')})`, 'gu');

/** Day and month of "04/12", which only an English text leaves open; then another date of the same text may tell. */
type Order = 'day first' | 'month first' | 'open';

const ENGLISH = /(?<!\p{L})(?:the|will|my|and|am|i'm|your|with)(?!\p{L})/gu;

function orderOf(text: string): Order {
  for (const [, first = '', second = ''] of text.matchAll(
    /(?<![\d/])(\d{1,2})[/-](\d{1,2})(?:[/-]\d{2,4})?(?![\d/])/g,
  )) {
    if (Number(first) > 12 && Number(second) <= 12 && first + second !== '247') return 'day first';
    if (Number(second) > 12 && Number(first) <= 12) return 'month first';
  }
  return [...text.matchAll(ENGLISH)].length >= 2 ? 'open' : 'day first';
}

/** Dates of a folded text in all supported forms, in order. One that could be two days is left out. */
export function writtenDates(text: string): WrittenDate[] {
  const order = orderOf(text);
  return [...text.matchAll(DATES)].slice(0, MOST_DATES).flatMap((match) => {
    const found = read(match.groups ?? {}, order);
    if (match[0] === '24/7' || found === null || found.month < 1 || found.month > 12) return [];
    if (found.day < 1 || found.day > 31) return [];
    return [{ ...found, at: match.index, end: match.index + match[0].length }];
  });
}

type Parts = Record<string, string | undefined>;
type Day = Pick<WrittenDate, 'year' | 'month' | 'day' | 'last'>;

function read(parts: Parts, order: Order): Day | null {
  const whole = (year: string | undefined, month: string | undefined, day: string | undefined): Day => ({
    year: year === undefined ? null : Number(year.length === 2 ? `20${year}` : year),
    month: Number(month),
    day: Number(day),
    last: parts.el !== undefined ? Number(parts.el) : parts.rs !== undefined ? Number(day) : null,
  });
  if (parts.iy !== undefined) return whole(parts.iy, parts.im, parts.id);
  if (parts.cm !== undefined) return whole(parts.cy, parts.cm, parts.cd);
  if (parts.nm !== undefined) return whole(parts.ny, String(months.get(parts.nm)), parts.nd);
  if (parts.em !== undefined) return whole(parts.ey, String(months.get(parts.em)), parts.ed);
  const [first, second, year] =
    parts.da === undefined ? [parts.sa, parts.sb ?? parts.pb] : [parts.da, parts.db, parts.dy];
  const dotted = parts.ds === '.' || parts.pb !== undefined;
  if (dotted || order === 'day first' || first === second) return whole(year, second, first);
  if (Number(first) > 12) return whole(year, second, first);
  return order === 'month first' ? whole(year, first, second) : null;
}
