import type { Problem } from './problem.ts';

/** What is wrong with a name or another short text: it is one line, not blank, and not longer than `atMost`. */
export function checkLine(field: string, text: string, atMost: number): Problem[] {
  const what =
    text.trim() === ''
      ? 'must not be blank'
      : /[\p{Cc}\u2028\u2029]/u.test(text)
        ? 'must be one line of text'
        : text.length > atMost
          ? `must have at most ${atMost} characters, got ${text.length}`
          : null;
  return what === null ? [] : [{ path: [field], what }];
}
