import { crc32 } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { BASE62, looksLikeToken, RANDOM_DIGITS, shownOf, tokenOf } from '../../src/domain/token.ts';

const digit = fc.constantFrom(...BASE62);
const random = fc.string({ unit: digit, minLength: RANDOM_DIGITS, maxLength: RANDOM_DIGITS });

describe('a token', () => {
  test('is topo_, the 32 random digits and 6 of their CRC-32, as zlib computes it', () => {
    fc.assert(
      fc.property(random, (digits) => {
        const token = tokenOf(digits);
        expect(token).toMatch(/^topo_[0-9A-Za-z]{38}$/);
        expect(token.slice(5, 37)).toBe(digits);
        const checksum = [...token.slice(37)].reduce((sum, one) => sum * 62 + BASE62.indexOf(one), 0);
        expect(checksum).toBe(crc32(digits));
        expect(looksLikeToken(token)).toBe(true);
      }),
    );
  });

  test('with one character changed is none', () => {
    fc.assert(
      fc.property(random, fc.nat(42), fc.string({ minLength: 1, maxLength: 1 }), (digits, at, other) => {
        const token = tokenOf(digits);
        fc.pre(token[at] !== other);
        expect(looksLikeToken(token.slice(0, at) + other + token.slice(at + 1))).toBe(false);
      }),
    );
  });

  test('with two neighbours swapped is none', () => {
    fc.assert(
      fc.property(random, fc.nat(41), (digits, at) => {
        const token = tokenOf(digits);
        const [one = '', two = ''] = token.slice(at, at + 2);
        fc.pre(one !== two);
        expect(looksLikeToken(token.slice(0, at) + two + one + token.slice(at + 2))).toBe(false);
      }),
    );
  });

  test.each([
    'topo_xxxxxxxxxxxx', // the documentation's
    '',
    'topo_',
    `topo_${'x'.repeat(38)}`,
    `TOPO_${tokenOf('a'.repeat(32)).slice(5)}`,
    `sk_${tokenOf('a'.repeat(32)).slice(5)}`,
    `${tokenOf('a'.repeat(32))}\n`,
    ` ${tokenOf('a'.repeat(32))}`,
    `${tokenOf('a'.repeat(32))}0`,
    tokenOf('a'.repeat(31)),
    tokenOf('a'.repeat(33)),
    tokenOf('ä'.repeat(32)),
  ])('is not %j', (text) => {
    expect(looksLikeToken(text)).toBe(false);
  });

  test('is shown by its prefix and its last four characters', () => {
    const token = tokenOf('a'.repeat(32));
    expect(shownOf(token)).toBe(`topo_…${token.slice(-4)}`);
  });
});
