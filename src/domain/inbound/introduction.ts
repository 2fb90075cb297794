import { weekdays } from './calendar-words.ts';
import { asLine, isQuoted, type Line, nextWritten } from './mail-line.ts';
import { LEAD, WROTE } from './quotation-words.ts';

/** Mail programs break "On …, Ada Moore <ada@…> wrote:" at 70 to 80 characters; four lines hold the longest names. */
const MOST_LINES = 4;
const LONGEST = 400;

export interface Introduction {
  /** How many it takes. */
  lines: number;
  /** What the answer says in front of it on the same line. */
  before: string;
}

/**
 * The introduction of a quotation that begins at a line, or null. It begins where introductions begin, with a date or with
 * a name and an address, so that what a person wrote directly above stays theirs: lines are joined downwards only.
 */
export function introductionAt(lines: readonly Line[], at: number): Introduction | null {
  const count = linesTaken(lines, at);
  if (count > 0) return { lines: count, before: '' };
  const line = lines[at];
  if (line === undefined || isQuoted(line) || !/\p{Nd}/u.test(line.text)) return null;
  for (const start of sentenceStarts(line.text)) {
    const taken = linesTaken([asLine(line.text.slice(start)), ...lines.slice(at + 1, at + 12)], 0);
    if (taken > 0) return { lines: taken, before: line.text.slice(0, start) };
  }
  return null;
}

/**
 * Where programs join lines, the introduction stands behind the answer: "… no, thanks. On Mon, 2 Mar …". The ends of
 * sentences come first, then an "On" with a capital in the middle of a line.
 */
function sentenceStarts(text: string): number[] {
  const from = Math.max(0, text.length - LONGEST);
  const words = [...text.slice(from).matchAll(/(?<=\s|-{2})[^\s-]/g)].map(({ index }) => from + index);
  const isAfterEnd = (start: number) => /[.!?…)]\s{1,3}$|-{2}\s?$/.test(text.slice(Math.max(0, start - 5), start));
  const isLead = (start: number) => {
    const word = text.slice(start, start + 20);
    return /^\p{Lu}/u.test(word) && LEAD.test(word.toLowerCase());
  };
  return [...words.filter(isAfterEnd), ...words.filter(isLead)];
}

function linesTaken(lines: readonly Line[], at: number): number {
  if (!begins(lines[at]?.read ?? '')) return 0;
  for (let count = 1; count <= MOST_LINES; count++) {
    const last = lines[at + count - 1];
    if (last === undefined || last.read === '') return 0;
    // A broken address can put its ">" at the beginning of a line.
    if (isQuoted(last) && !/<[^<>]*$/.test(joinedLines(lines, at, at + count - 1))) return 0;
    const joined = joinedLines(lines, at, at + count);
    if (joined.length > LONGEST) return 0;
    if (isIntroduction(joined, isQuoted(nextWritten(lines, at + count))))
      return beginsLater(lines, at, count) ? 0 : count;
    if (SENTENCE_END.test(last.read)) return 0;
  }
  return 0;
}

/** Gmail's plain part breaks lines behind the "<" of an address too. */
const joinedLines = (lines: readonly Line[], from: number, to: number): string =>
  lines
    .slice(from, to)
    .map(({ read }) => read)
    .join(' ')
    .replaceAll('< ', '<');

const SENTENCE_END = /\p{L}{3,}[.!?…]+$/u; // "Mo." and "г." are none

/**
 * Of the lines taken together, whether a later one begins the introduction: then the ones above are the answer's, unless
 * they are nothing but the date, or the name and address, that a broken introduction opens with.
 */
function beginsLater(lines: readonly Line[], at: number, count: number): boolean {
  for (let later = 1; later < count; later++) {
    const head = joinedLines(lines, at, at + later);
    const rest = joinedLines(lines, at + later, at + count);
    const isDated = DASHES.test(rest) || hasDay(rest);
    const isBroken = isDated ? NAME_AND_ADDRESS.test(head) : isAddressBroken(head, rest) || isDateAlone(head);
    if (!isBroken && begins(lines[at + later]?.read ?? '') && isIntroduction(rest, true)) return true;
  }
  return false;
}

/** An address in brackets without a name goes on what stands above. */
const isAddressBroken = (head: string, rest: string) => head.endsWith('<') || /^[<([]/.test(rest);

/** Turkish and Chinese open with them. */
const NAME_AND_ADDRESS = /^(?:[^\s<>@]{1,30} ){0,3}<[^\s<>@]{1,64}@[^\s<>@]{3,190}>,?$/;

/** "On Wednesday, 18 November 2026 at 10:00 AM CET," and nothing that anybody would say about a date. */
function isDateAlone(text: string): boolean {
  const [first = ''] = text.split(/[\s,.]/, 1);
  const opens = LEAD.test(text) || /^\p{Nd}|^\p{L}{1,4}[.,]/u.test(text) || weekdays.has(first);
  const moment = TIME.exec(text) ?? YEAR.exec(text);
  if (!opens || moment === null || wordsIn(text.slice(0, moment.index)) > 5) return false;
  const behind = text.slice(moment.index + moment[0].length);
  return wordsIn(behind) <= 2 && !/\p{L}{5}/u.test(behind);
}

// ---- what an introduction is

/** Zoho's dashes, and those of Lotus Notes. */
const DASHED = /^[-=_~]{2,} ?([^-=_~\s].{0,380}?) ?[-=_~]{2,}$/;

const DASHES = /^[-=_~]{2,} ?/;

const begins = (read: string): boolean => {
  const text = read.replace(DASHES, '');
  const isDated = beginsWithDate(text) && hasYearOrTime(text);
  return isDated || beginsWithAddress(text) || beginsWithAuthor(text) || (DASHED.test(read) && WROTE.test(read));
};

function isIntroduction(joined: string, isAboveQuotation: boolean): boolean {
  const dashed = DASHED.exec(joined)?.[1];
  const text = dashed ?? joined;
  const verb = WROTE.exec(text);
  const behindVerb = verb === null ? '' : text.slice(verb.index + verb[0].length);
  const endsWithVerb = verb !== null && wordsIn(behindVerb) === 0;
  if (dashed !== undefined) return endsWithVerb || (hasDay(text) && ADDRESS.test(text));
  const isWhole =
    /:[\s"'_)»”]*$/.test(text) ||
    (endsWithVerb && (ADDRESS.test(text) || isAboveQuotation)) ||
    (isAboveQuotation && /^\p{Nd}.*>$/u.test(text)); // Gmail's of old: "2026/3/2 Ada Moore <ada@…>"
  if (!isWhole) return false;
  if (beginsWithDate(text)) {
    if (verb !== null) return hasDay(text) && wordsIn(behindVerb) <= MOST_WORDS_BEHIND_VERB;
    // In a language we do not know: somebody's own sentence holds no address in angle brackets and ends otherwise.
    const address = ADDRESS.exec(text);
    return address !== null && hasDay(text) && wordsIn(text.slice(address.index + address[0].length)) <= 3;
  }
  if (beginsWithAddress(text))
    return verb === null ? isAboveQuotation && hasYearOrTime(text) : endsWithVerb || hasYearOrTime(behindVerb);
  return isAboveQuotation && beginsWithAuthor(text);
}

/** A name, "on", a date and a time. */
const MOST_WORDS_BEHIND_VERB = 10;

const ADDRESS = /<(?:mailto:)?[^\s<>()@]{1,64}@[^\s<>()@]{3,190}>{1,2}/;

/** "On Wednesday, 18", "den ons. den 18", "2026-03-02", "в понедельник, 2": few words, in which no sentence ends. */
function beginsWithDate(text: string): boolean {
  const before = /^([^\p{Nd}]{0,40})\p{Nd}/u.exec(text)?.[1];
  return before !== undefined && wordsIn(before) <= 4 && !OTHER_WORDS.test(before);
}

/** An address, the end of a sentence, or one of the words that introductions open with, behind others. */
const OTHER_WORDS = /@|[!?…:;]\s+\p{L}|\.\s+(?!den )\p{L}|\S (?:on|am|le|el|il|em|op) /u;

/** "Ada Moore <ada@sender.example>", '"Moore, Ada" ada@sender.example', and the address alone. */
function beginsWithAddress(text: string): boolean {
  const name = /^([^<>@([]{0,80})[<([]{0,2}(?:mailto:)?[^\s<>()@]{1,64}@[^\s<>()@]{3,190}/.exec(text)?.[1];
  return name !== undefined && wordsIn(name) <= 6 && !/\p{L}{4,}[.!?…:;] /u.test(name);
}

/** "Ada Moore kirjoitti 2.3.2026 klo 9.00:" Only a quotation below tells it from a sentence. */
function beginsWithAuthor(text: string): boolean {
  const verb = WROTE.exec(text);
  if (verb === null || verb.index === 0 || wordsIn(text.slice(0, verb.index)) > 5) return false;
  return beginsWithDate(text.slice(verb.index + verb[0].length).trim()) && hasDay(text);
}

const YEAR = /(?<!\p{Nd})\p{Nd}{4}(?!\p{Nd})/u;
const TIME = /(?<!\p{Nd})\p{Nd}{1,2} ?[:.h時시] ?\p{Nd}{2}(?!\p{Nd})/u;
const hasYearOrTime = (text: string) => YEAR.test(text) || TIME.test(text);

/** More than "in 2024" or "at 10:00", which stand in sentences. */
const hasDay = (text: string) => {
  const numbers = text.match(/\p{Nd}+/gu)?.length ?? 0;
  return YEAR.test(text) ? numbers >= 2 : TIME.test(text) && numbers >= 3;
};

const wordsIn = (text: string) => text.match(/\p{L}[\p{L}\p{M}'.-]*/gu)?.length ?? 0;
