/** What programs and people write where they have no value; lower-case. */
export const nothingWords: readonly string[] = [
  'null',
  'nil',
  'none',
  'nan',
  'undefined',
  'unknown',
  'n/a',
  'n/d',
  's/d',
  'k.a.',
  '#n/a',
  '-',
  '--',
  '–',
  '—',
];

const words: ReadonlySet<string> = new Set(['', ...nothingWords]);

/** Whether a text is no value: blank, or a word for none, in any case. */
export const meansNothing = (text: string): boolean => words.has(text.trim().toLowerCase());
