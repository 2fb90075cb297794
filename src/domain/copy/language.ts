import { folded } from './folded-text.ts';
import { ownLetters, smallWords } from './language-words.ts';

/*
 * Which language a text is in, as far as a few sentences tell: by its script, by the small words that every sentence
 * needs, and by its accents. It errs on the side of silence: names, short texts and languages it has no words of prove nothing.
 */

/** Below it a text may be names and technical terms only. */
const FEWEST_WORDS = 7;
const FEWEST_LETTERS = 12;
const FEWEST_STRANGE_WORDS = 3;

/** Danish and Norwegian share most of their small words. */
const sameAs: Readonly<Record<string, string>> = { nb: 'no', nn: 'no', da: 'no', be: 'uk' };

const scripts: Readonly<Record<string, RegExp>> = {
  Latin: /\p{Script=Latin}/gu,
  Cyrillic: /\p{Script=Cyrillic}/gu,
  Greek: /\p{Script=Greek}/gu,
  Hebrew: /\p{Script=Hebrew}/gu,
  Arabic: /\p{Script=Arabic}/gu,
  Thai: /\p{Script=Thai}/gu,
  Devanagari: /\p{Script=Devanagari}/gu,
  Hangul: /\p{Script=Hangul}/gu,
  Chinese: /\p{Script=Han}/gu,
};

/** The scripts a language is written in; the languages of `smallWords` that are not here: Latin. */
const scriptsOf: Readonly<Record<string, readonly string[]>> = {
  ru: ['Cyrillic'],
  uk: ['Cyrillic'],
  bg: ['Cyrillic'],
  el: ['Greek'],
  he: ['Hebrew'],
  ar: ['Arabic'],
  fa: ['Arabic'],
  th: ['Thai'],
  hi: ['Devanagari'],
  ko: ['Hangul'],
  ja: ['Japanese'],
  zh: ['Chinese'],
};

/** Whether a text is surely in another language than `tag` (BCP 47) says. */
export function isInAnotherLanguage(text: string, tag: string): boolean {
  const language = familyOf(tag.split('-')[0]?.toLowerCase() ?? '');
  const expected = ownOf(scriptsOf, language) ?? (Object.hasOwn(wordsOf, language) ? ['Latin'] : null);
  if (expected === null) return false;
  const script = scriptOf(text);
  if (script === null) return false;
  if (!expected.includes(script)) return true;
  return Object.hasOwn(wordsOf, language) && (readsAsAnother(text, language) || isSpeltAsAnother(text, language));
}

const familyOf = (language: string): string => ownOf(sameAs, language) ?? language;

/** What somebody wrote as a language tag must not find what every object inherits. */
const ownOf = <T>(table: Readonly<Record<string, T>>, key: string): T | undefined =>
  Object.hasOwn(table, key) ? table[key] : undefined;

const wordsOf: Readonly<Record<string, ReadonlySet<string>>> = Object.fromEntries(
  Object.entries(smallWords).map(([language, words]) => [language, new Set(words.split(' '))]),
);

/** In every Japanese sentence; a Chinese one may name a company with some. */
const KANA = /[\p{Script=Hiragana}\p{Script=Katakana}]/gu;

/** The script of more than half of the letters; null where there are too few of them. */
function scriptOf(text: string): string | null {
  const countOf = (letters: RegExp) => (text.match(letters) ?? []).length;
  const counts = Object.entries(scripts).map(([name, letters]) => ({ name, count: countOf(letters) }));
  const kana = countOf(KANA);
  const all = counts.reduce((sum, { count }) => sum + count, kana);
  if (all < FEWEST_LETTERS) return null;
  if (kana * 10 > all) return 'Japanese';
  return counts.find(({ count }) => count * 2 > all)?.name ?? null;
}

/** It has hardly any small word of its own language, and many of one other. */
function readsAsAnother(text: string, language: string): boolean {
  const words = folded(text).match(/\p{L}+/gu) ?? [];
  if (words.length < FEWEST_WORDS) return false;
  const share = (of: string) => words.filter((word) => wordsOf[of]?.has(word)).length / words.length;
  const all = Object.keys(wordsOf);
  const own = Math.max(...all.filter((one) => familyOf(one) === language).map(share));
  const others = all.filter((other) => familyOf(other) !== language);
  return others.some((other) => share(other) >= 0.25 && share(other) > own * 1.6);
}

/** Several words, and not names only, need letters that its own language does not have. */
function isSpeltAsAnother(text: string, language: string): boolean {
  const words = text.normalize('NFC').match(/(?<!\p{L})\p{Ll}[\p{L}\p{M}]*/gu) ?? [];
  const letters = Object.keys(ownLetters).filter((one) => familyOf(one) === language);
  const known = new Set(letters.flatMap((one) => [...(ownLetters[one] ?? '')]));
  const strange = words.filter((word) => [...word.toLowerCase()].some((letter) => letter > 'z' && !known.has(letter)));
  return strange.length >= FEWEST_STRANGE_WORDS && strange.length * 6 > words.length;
}
