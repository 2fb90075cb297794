/** How much of a text the rules read. What a machine or a person means stands at the top; the bound keeps hostile mail cheap. */
const READ_CHARACTERS = 8_000;

/**
 * The first 8,000 characters as the word lists want them: lower case, one kind of apostrophe, hyphen and blank, full-width
 * digits as plain ones, no invisible characters. Line breaks stay.
 */
export const folded = (text: string): string =>
  text
    .slice(0, READ_CHARACTERS)
    .normalize('NFKC')
    .toLowerCase()
    .normalize('NFC')
    .replaceAll('i\u0307', 'i') // what the Turkish capital becomes
    .replace(/[\u2018\u2019\u02bc\u00b4`]/g, "'")
    .replace(/[\u2010-\u2015\u2212]/g, '-')
    .replace(/[\u00ad\u200b-\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff]/g, '')
    .replace(/[\t\u00a0]/g, ' ')
    .replaceAll('\r\n', '\n')
    .replaceAll('\r', '\n');

/** Letters of scripts that put no blanks between words: a boundary there would never be met. */
const UNSPACED = /^[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}]/u;

/** The sources of a pattern that finds any of the words as whole words (in unspaced scripts: anywhere), longest first. */
export function anyOf(words: readonly string[]): string {
  const longestFirst = [...new Set(words)].sort((a, b) => b.length - a.length);
  const spaced = longestFirst.filter((word) => !UNSPACED.test(word));
  const unspaced = longestFirst.filter((word) => UNSPACED.test(word));
  const whole = spaced.length > 0 ? [`(?<![\\p{L}\\p{N}])(?:${spaced.join('|')})(?![\\p{L}\\p{N}])`] : [];
  return [...whole, ...unspaced].join('|');
}

/** A pattern for folded text. */
export const wordsIn = (words: readonly string[]): RegExp => new RegExp(anyOf(words), 'u');

/** A pattern for folded text that is one of these from its first character to its last. */
export const exactly = (patterns: readonly string[]): RegExp => new RegExp(`^(?:${patterns.join('|')})$`, 'u');
