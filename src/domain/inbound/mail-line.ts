import { folded } from '../copy/folded-text.ts';

/** A line of a mail's text. */
export interface Line {
  text: string;
  /** As the rules read it: folded, with one kind of blank and no marks of emphasis. */
  read: string;
}

/** What an introduction or a field fits into. Of a longer line the rules read the beginning. */
const LONGEST_READ = 400;

const EMPTY: Line = { text: '', read: '' };

export const asLine = (text: string): Line => {
  if (text === '') return EMPTY;
  const beginning = folded(text.slice(0, LONGEST_READ)).replaceAll('*', '').trim();
  return { text, read: text.length > LONGEST_READ ? `${beginning}…` : beginning };
};

export const linesOf = (text: string): Line[] => text.split(/\r\n|\r|\n/).map(asLine);

/** ">From" is what the mbox format makes of a sentence that begins with "From". */
export const isQuoted = ({ read }: Line): boolean => /^[>|](?!from\s)/.test(read);

/** The next line with words; mail programs leave at most a few empty ones above what they quote. */
export const nextWritten = (lines: readonly Line[], from: number): Line =>
  lines.slice(from, from + 8).find(({ read }) => read !== '') ?? EMPTY;
