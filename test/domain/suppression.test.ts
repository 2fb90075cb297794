import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { pointsOf } from '../../src/domain/contact-point.ts';
import {
  covers,
  enteredKinds,
  normaliseSuppression,
  outweighed,
  suppressionKeys,
  suppressionReasons,
} from '../../src/domain/suppression.ts';

const ada = pointsOf({ email: 'ada@mail.example.co.uk', profile: 'ada-lovelace' });

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

  test.each([
    ['ada.lovelace@gmail.com', 'adalovelace@gmail.com'],
    ['ada.lovelace@gmail.com', 'A.d.a.Lovelace+news@googlemail.com'],
    ['ada+topo@example.com', 'ada@example.com'],
    ['ada@example.com', 'ada+topo@example.com'],
  ])('of the address %s covers %s, which providers take for the same mailbox', (value, other) => {
    expect(covers({ kind: 'address', value }, pointsOf({ email: other.toLowerCase(), profile: null }))).toBe(true);
  });

  test.each([
    ['ada.lovelace@example.com', 'adalovelace@example.com'],
    ['ada@gmail.com', 'ada@example.com'],
    ['+news@example.com', '+sales@example.com'],
  ])('of the address %s does not cover %s, which may be somebody else', (value, other) => {
    expect(covers({ kind: 'address', value }, pointsOf({ email: other, profile: null }))).toBe(false);
  });

  test('covers somebody by any of their points', () => {
    const points = [...ada, { kind: 'provider_id', key: 'ACoAAB1234567' } as const];
    expect(covers({ kind: 'provider_id', value: 'ACoAAB1234567' }, points)).toBe(true);
    expect(covers({ kind: 'provider_id', value: 'acoaab1234567' }, points)).toBe(false);
    const further = [...ada, ...pointsOf({ email: 'ada@home.example', profile: 'ada-byron' })];
    for (const entry of [
      { kind: 'address', value: 'ada@home.example' },
      { kind: 'domain', value: 'home.example' },
      { kind: 'profile', value: 'ada-byron' },
    ] as const) {
      expect(covers(entry, further)).toBe(true);
      expect(covers(entry, ada)).toBe(false);
    }
  });

  test('covers nobody we know neither address nor profile of', () => {
    expect(suppressionKeys([])).toEqual([]);
    expect(covers({ kind: 'address', value: 'ada@example.com' }, [])).toBe(false);
  });

  test('is looked up by the address, every domain of two labels and more, and the profile', () => {
    expect(suppressionKeys(ada)).toEqual([
      { kind: 'address', key: 'ada@mail.example.co.uk' },
      { kind: 'domain', key: 'mail.example.co.uk' },
      { kind: 'domain', key: 'example.co.uk' },
      { kind: 'domain', key: 'co.uk' },
      { kind: 'profile', key: 'ada-lovelace' },
    ]);
    expect(suppressionKeys(pointsOf({ email: 'ada@example.com', profile: null }))).toEqual([
      { kind: 'address', key: 'ada@example.com' },
      { kind: 'domain', key: 'example.com' },
    ]);
  });

  test('of a domain covers it and what ends in a dot and it, nothing else', () => {
    const domain = fc
      .array(fc.constantFrom('a', 'b', 'ab', 'com'), { minLength: 2, maxLength: 5 })
      .map((labels) => labels.join('.'));
    fc.assert(
      fc.property(domain, domain, (entry, other) => {
        const isCovered = other === entry || other.endsWith(`.${entry}`);
        expect(covers({ kind: 'domain', value: entry }, pointsOf({ email: `x@${other}`, profile: null }))).toBe(
          isCovered,
        );
      }),
    );
  });
});

describe('an entry', () => {
  test('keeps its reason until a graver one comes, and a wish for good', () => {
    expect(suppressionReasons.map((reason) => [reason, outweighed(reason)])).toEqual([
      ['unsubscribed', ['hard_bounce', 'complained']],
      ['hard_bounce', []],
      ['complained', ['hard_bounce']],
      ['asked_by_user', ['hard_bounce', 'complained']],
    ]);
  });

  test.each([
    ['address', ' Ada@Example.com', 'ada@example.com'],
    ['domain', ' Mail.EXAMPLE.com ', 'mail.example.com'],
    ['domain', '@example.com', 'example.com'],
    ['domain', 'Müller.example', 'xn--mller-kva.example'],
    ['address', 'ada@müller.example', 'ada@xn--mller-kva.example'],
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
    const points = pointsOf({ email: 'ada@mail.example.com', profile: 'ada-lovelace' });
    for (const kind of enteredKinds) {
      const entry = normaliseSuppression(kind, raw[kind]);
      expect(entry.ok && covers({ kind, value: entry.value }, points)).toBe(true);
    }
  });
});
