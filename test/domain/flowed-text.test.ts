import fc from 'fast-check';
import { expect, test } from 'vitest';
import { unflowed } from '../../src/domain/flowed-text.ts';

test.each([
  ['lines of a paragraph are joined', 'one \ntwo \nthree\nfour', 'one two three\nfour'],
  ['a quoted paragraph stays quoted', '> one \n> two\nthree', '> one two\nthree'],
  ['lines of different depths are not', '> Shall we talk? \nNot interested.', '> Shall we talk?\nNot interested.'],
  ['nor those that go deeper', 'one \n> two \n>> three', 'one\n> two\n>> three'],
  ['the mark of a signature stands alone', 'one \n-- \nAnn', 'one\n-- \nAnn'],
  ['a blank that guards a line is no part of it', ' From here on\n  two', 'From here on\n two'],
  ['an empty line ends a paragraph', 'one \n\ntwo', 'one\ntwo'],
])('%s', (_, text, expected) => {
  expect(unflowed(text, false)).toBe(expected);
});

test('where the blank only breaks the line, it goes', () => {
  expect(unflowed('送信を \n止めてください。', true)).toBe('送信を止めてください。');
});

test('every word of an answer is at its own depth afterwards', () => {
  const line = fc.tuple(fc.nat({ max: 3 }), fc.stringMatching(/^[a-z]{1,8}$/), fc.constantFrom('', ' '));
  fc.assert(
    fc.property(fc.array(line, { minLength: 1, maxLength: 12 }), (lines) => {
      const text = lines.map(([depth, word, end]) => `${'>'.repeat(depth)} ${word}${end}`).join('\n');
      const words = unflowed(text, false)
        .split('\n')
        .flatMap((each) =>
          each
            .replace(/^>+/, '')
            .trim()
            .split(' ')
            .map((word) => [/^>*/.exec(each)?.[0].length, word]),
        );
      expect(words).toEqual(lines.map(([depth, word]) => [depth, word]));
    }),
  );
});
