import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { covers, normaliseSuppression, suppressionKeys, suppressionKinds } from '../../src/domain/suppression.ts';

const ada = { email: 'ada@mail.example.co.uk', profile: 'ada-lovelace' };

describe('a suppression', () => {
  test.each([
    ['address', 'ada@mail.example.co.uk'],
    ['domain', 'mail.example.co.uk'],
    ['domain', 'example.co.uk'],
    ['profile', 'ada-lovelace'],
  ] as const)('of the %s %s covers the contact', (kind, value) => {
    expect(covers({ kind, value }, ada)).toBe(true);
  });

  test.each([
    ['address', 'eve@mail.example.co.uk'],
    ['address', 'ada@example.co.uk'],
    ['address', 'mail.example.co.uk'],
    ['domain', 'ample.co.uk'],
    ['domain', 'other.mail.example.co.uk'],
    ['domain', 'uk'],
    ['domain', 'ada-lovelace'],
    ['profile', 'ada'],
    ['profile', 'ada@mail.example.co.uk'],
  ] as const)('of the %s %s does not', (kind, value) => {
    expect(covers({ kind, value }, ada)).toBe(false);
  });

  test('covers nobody we know neither address nor profile of', () => {
    expect(suppressionKeys({ email: null, profile: null })).toEqual([]);
    expect(covers({ kind: 'address', value: '' }, { email: null, profile: null })).toBe(false);
  });

  test('is looked up by the address, every domain of two labels and more, and the profile', () => {
    expect(suppressionKeys(ada)).toEqual([
      { kind: 'address', value: 'ada@mail.example.co.uk' },
      { kind: 'domain', value: 'mail.example.co.uk' },
      { kind: 'domain', value: 'example.co.uk' },
      { kind: 'domain', value: 'co.uk' },
      { kind: 'profile', value: 'ada-lovelace' },
    ]);
    expect(suppressionKeys({ email: 'ada@example.com', profile: null })).toEqual([
      { kind: 'address', value: 'ada@example.com' },
      { kind: 'domain', value: 'example.com' },
    ]);
  });

  test('of a domain covers it and what ends in a dot and it, nothing else', () => {
    const domain = fc
      .array(fc.constantFrom('a', 'b', 'ab', 'com'), { minLength: 2, maxLength: 5 })
      .map((labels) => labels.join('.'));
    fc.assert(
      fc.property(domain, domain, (entry, other) => {
        const isCovered = other === entry || other.endsWith(`.${entry}`);
        expect(covers({ kind: 'domain', value: entry }, { email: `x@${other}`, profile: null })).toBe(isCovered);
      }),
    );
  });
});

describe('an entry', () => {
  test.each([
    ['address', ' Ada@Example.com', 'ada@example.com'],
    ['domain', ' Mail.EXAMPLE.com ', 'mail.example.com'],
    ['domain', '@example.com', 'example.com'],
    ['profile', 'https://www.linkedin.com/in/Ada-Lovelace/', 'ada-lovelace'],
  ] as const)('of the %s %s is stored as %s', (kind, raw, value) => {
    expect(normaliseSuppression(kind, raw)).toEqual({ ok: true, value });
  });

  test.each([
    ['address', 'example.com', 'has 0 "@"'],
    ['domain', 'com', 'expected one with a dot'],
    ['domain', '', 'expected one with a dot'],
    ['domain', '@', 'expected one with a dot'],
    ['domain', 'ada@example.com', 'which is no domain name'],
    ['domain', 'https://example.com/', 'which is no domain name'],
    ['domain', '*.example.com', 'which is no domain name'],
    ['domain', '%.example.com', 'which is no domain name'],
    ['domain', '\u212aey.example', 'which is no domain name'],
    ['profile', 'https://www.linkedin.com/company/acme', "person's LinkedIn profile"],
  ] as const)('of the %s %j is refused', (kind, raw, problem) => {
    const result = normaliseSuppression(kind, raw);
    expect(result.ok ? '' : result.problem).toContain(problem);
  });

  test('once normalised covers the contact it was made of', () => {
    const raw = { address: 'ADA@mail.example.com', domain: '@Example.com', profile: '/in/ADA-lovelace' };
    for (const kind of suppressionKinds) {
      const entry = normaliseSuppression(kind, raw[kind]);
      expect(
        entry.ok && covers({ kind, value: entry.value }, { email: 'ada@mail.example.com', profile: 'ada-lovelace' }),
      ).toBe(true);
    }
  });
});
