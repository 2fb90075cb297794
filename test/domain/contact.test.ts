import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  checkDomain,
  domainOf,
  isReservedDomain,
  nameOf,
  normaliseEmail,
  normaliseProfile,
  normaliseProfileAddress,
  profileAddress,
} from '../../src/domain/contact.ts';

const emailOf = (raw: string) => {
  const result = normaliseEmail(raw);
  return result.ok ? result.email : `refused: ${result.problem}`;
};

const profileOf = (raw: string) => {
  const result = normaliseProfile(raw);
  return result.ok ? result.profile : `refused: ${result.problem}`;
};

describe('an email address', () => {
  test.each([
    ['ada@example.com', 'ada@example.com'],
    ['  Ada.Lovelace@EXAMPLE.Com ', 'ada.lovelace@example.com'],
    [
      "o'hara+news_1%a!b#c$d&e*f/g=h?i^j`k{l|m}n~o@mail.example.co.uk",
      "o'hara+news_1%a!b#c$d&e*f/g=h?i^j`k{l|m}n~o@mail.example.co.uk",
    ],
    ['a@xn--mnchen-3ya.example', 'a@xn--mnchen-3ya.example'],
    ['a-b-@1st.example.org', 'a-b-@1st.example.org'],
    [`${'a'.repeat(64)}@example.com`, `${'a'.repeat(64)}@example.com`],
    [`a@${'b'.repeat(63)}.example`, `a@${'b'.repeat(63)}.example`],
  ])('%s is %s', (raw, email) => {
    expect(normaliseEmail(raw)).toEqual({ ok: true, email });
  });

  test.each([
    ['', 'is empty'],
    ['   ', 'is empty'],
    ['ada', 'has 0 "@", expected one'],
    ['ada@b@example.com', 'has 2 "@", expected one'],
    ['ada@example.com,eve@example.com', 'is not one plain address'],
    ['ada@example.com;eve@example.com', 'is not one plain address'],
    ['ada@example.com eve', 'is not one plain address'],
    ['Ada <ada@example.com>', 'is not one plain address'],
    ['team: ada@example.com;', 'is not one plain address'],
    ['"ada"@example.com', 'is not one plain address'],
    ['"a@b"@example.com', 'is not one plain address'],
    ['ada(comment)@example.com', 'is not one plain address'],
    ['ada@[192.0.2.1]', 'is not one plain address'],
    ['ada\\@example.com', 'is not one plain address'],
    ['ada@example.com\r\nBcc: eve@example.com', 'has a line break or another control character'],
    ['ada@example.com\n', 'has a line break or another control character'],
    ['a\u0000da@example.com', 'has a line break or another control character'],
    ['a\u0085da@example.com', 'has a line break or another control character'],
    ['adé@example.com', 'has the character "é", expected plain ASCII'],
    ['ada@example.com\u2028x', 'has the character'],
    ['ada＠example.com', 'has the character "＠"'],
    ['\u212aate@example.com', 'has the character'], // the Kelvin sign, which toLowerCase makes a k
    ['a\u200bda@example.com', 'has the character'],
    ['-fada@example.com', 'begins with "-"'],
    ['@example.com', 'has "" before the "@"'],
    ['.ada@example.com', 'has ".ada" before the "@"'],
    ['ada.@example.com', 'has "ada." before the "@"'],
    ['a..da@example.com', 'has "a..da" before the "@"'],
    ['ada@', 'has the domain "", expected one with a dot'],
    ['ada@localhost', 'has the domain "localhost", expected one with a dot'],
    ['ada@example.com.', 'which is no domain name'],
    ['ada@.example.com', 'which is no domain name'],
    ['ada@example..com', 'which is no domain name'],
    ['ada@-example.com', 'which is no domain name'],
    ['ada@example-.com', 'which is no domain name'],
    ['ada@exa_mple.com', 'which is no domain name'],
    ['ada@192.0.2.1', 'which is no domain name'],
    [`ada@${'b'.repeat(64)}.com`, 'which is no domain name'],
    [`${'a'.repeat(65)}@example.com`, 'has 65 characters before the "@", expected at most 64'],
    [`ada@${'b.'.repeat(124)}com`, 'has 255 characters, expected at most 254'],
  ])('%j is refused', (raw, problem) => {
    expect(emailOf(raw)).toContain('refused: ');
    expect(emailOf(raw)).toContain(problem);
  });

  test.each([
    'ada@müller.example',
    'Ada@MÜLLER.example',
    'ada@mu\u0308ller.example',
    'ada@xn--mller-kva.example',
    'ADA@XN--MLLER-KVA.example',
  ])('of a domain in its own letters and in punycode is one: %s', (raw) => {
    expect(normaliseEmail(raw)).toEqual({ ok: true, email: 'ada@xn--mller-kva.example' });
  });

  test.each([
    'ada@\u212aelvin.example',
    'ada@ｅxample.com',
    'ada@mü ller.example',
    'ada@mü/ller.example',
    'ada@ü..example',
  ])('of a domain that only looks like another, or is none, is refused: %s', (raw) => {
    expect(normaliseEmail(raw).ok).toBe(false);
  });

  test('of 254 characters is still one, and a huge one is refused with a short text', () => {
    const longest = `ada@${'b.'.repeat(123)}com`.padStart(254, 'a');
    expect(longest).toHaveLength(254);
    expect(emailOf(longest)).toBe(longest);
    expect(emailOf(`${'a'.repeat(1_000_000)}@example.com`).length).toBeLessThan(200);
    expect(emailOf(`ada@${'a.'.repeat(500_000)}com`).length).toBeLessThan(200);
  });

  test('once normalised stays the same, and is one line of ASCII with one @', () => {
    const pieces = fc.array(
      fc.oneof(
        fc.constantFrom('a', 'B', '@', '.', '-', 'example.com', ',', '\n', 'é', '"'),
        fc.string({ maxLength: 2 }),
      ),
    );
    const anything = fc.oneof(
      fc.emailAddress(),
      pieces.map((array) => array.join('')),
    );
    fc.assert(
      fc.property(anything, (raw) => {
        const result = normaliseEmail(raw);
        if (!result.ok) return;
        expect(result.email).toMatch(/^[!-~]+@[a-z0-9.-]+$/);
        expect(result.email.split('@')).toHaveLength(2);
        expect(normaliseEmail(result.email.toUpperCase())).toEqual(result);
      }),
    );
  });

  test('has the domain after its @', () => {
    expect(domainOf('ada@mail.example.com')).toBe('mail.example.com');
  });
});

test('a contact is called by their names, else by what they are reached at', () => {
  const nobody = { firstName: null, lastName: null, email: null, profile: null };
  expect(nameOf({ ...nobody, firstName: 'Ada', lastName: 'Lovelace', email: 'ada@lead.example' })).toBe('Ada Lovelace');
  expect(nameOf({ ...nobody, lastName: 'Lovelace' })).toBe('Lovelace');
  expect(nameOf({ ...nobody, firstName: '', email: 'ada@lead.example', profile: 'ada' })).toBe('ada@lead.example');
  expect(nameOf({ ...nobody, profile: 'ada' })).toBe('ada');
  expect(nameOf(nobody)).toBe('the contact');
});

describe('a domain', () => {
  test('of 253 characters is the longest', () => {
    const longest = `${'a.'.repeat(125)}com`;
    expect(longest).toHaveLength(253);
    expect(checkDomain(longest)).toBeNull();
    expect(checkDomain(`b${longest}`)).toBe('has a domain of 254 characters, expected at most 253');
  });

  test.each([
    'example.com',
    'EXAMPLE.ORG',
    'mail.example.net',
    'acme.example',
    'a.b.test',
    'x.invalid',
    'x.localhost',
    'localhost',
  ])('%s is reserved', (domain) => {
    expect(isReservedDomain(domain)).toBe(true);
  });

  test.each(['myexample.com', 'example.co', 'example.com.acme.io', 'test.com', 'contest', 'invalid.io', 'com', ''])(
    '%s is not reserved',
    (domain) => {
      expect(isReservedDomain(domain)).toBe(false);
    },
  );
});

describe('a LinkedIn profile', () => {
  test.each([
    '/in/ada-lovelace',
    'in/ada-lovelace/',
    '/in/ada-lovelace?trk=x',
    'https://www.linkedin.com/in/ada-lovelace',
    'https://www.linkedin.com/in/ADA-Lovelace/',
    'http://linkedin.com/in/ada-lovelace#about',
    'HTTPS://FR.LinkedIn.com/IN/ada-lovelace/en?originalSubdomain=fr',
    'www.linkedin.com/in/ada-lovelace',
    'linkedin.com/in/ada-lovelace/details/experience/',
    '//www.linkedin.com/in/ada-lovelace',
    'https://www.linkedin.com//in//ada-lovelace',
    'https://www.linkedin.com/in/ada%2Dlovelace',
    'https://m.linkedin.com/in/ada-lovelace',
    '  https://uk.linkedin.com/in/ada-lovelace ',
    profileAddress('ada-lovelace'),
  ])('%s is ada-lovelace', (raw) => {
    expect(normaliseProfile(raw)).toEqual({ ok: true, profile: 'ada-lovelace' });
    expect(normaliseProfileAddress(raw)).toEqual({ ok: true, profile: 'ada-lovelace' });
  });

  test.each(['ada-lovelace', '  Ada-Lovelace '])('%j is ada-lovelace to who is asked for nothing else', (raw) => {
    expect(normaliseProfile(raw)).toEqual({ ok: true, profile: 'ada-lovelace' });
  });

  test.each([
    'ada-lovelace',
    'none',
    'None',
    'null',
    'NULL',
    'undefined',
    '12345',
    'N/A',
    'n/a',
    '#N/A',
    '-',
    '–',
    '?',
    'TRUE',
    'yes',
    'linkedin',
    'linkedin.com',
    'https://www.linkedin.com/in/',
    'in/',
    'in',
    'ada@example.com',
    'Ada Lovelace',
    'Ada Lovelace | LinkedIn',
    '',
    '   ',
  ])('is not %j', (raw) => {
    expect(normaliseProfileAddress(raw)).toEqual({
      ok: false,
      problem: expect.stringMatching(/, expected "https:\/\/www\.linkedin\.com\/in\/ada-lovelace"$/),
    });
  });

  test.each(['null', 'undefined', 'NaN', 'None', 'unknown', '%6Eull'])(
    'is none where a program wrote %s for its name',
    (name) => {
      expect(normaliseProfileAddress(`https://www.linkedin.com/in/${name}`)).toMatchObject({
        ok: false,
        problem: expect.stringContaining('names nobody'),
      });
    },
  );

  test('in another alphabet is the same encoded, decoded and decomposed', () => {
    const encoded = profileOf('https://www.linkedin.com/in/zo%C3%AB-%F0%9F%A6%8A');
    expect(encoded).toBe('zoë-🦊');
    expect(profileOf('https://www.linkedin.com/in/ZOË-🦊/')).toBe(encoded);
    expect(profileOf('zoe\u0308-🦊')).toBe(encoded);
    expect(profileOf('\u1f82'.repeat(100).normalize('NFD'))).toBe('\u1f82'.repeat(100));
  });

  test.each([
    ['', 'is empty'],
    ['https://www.linkedin.com/company/acme', "is not the address of a person's LinkedIn profile"],
    ['https://www.linkedin.com/sales/lead/ACwAA', "is not the address of a person's LinkedIn profile"],
    ['https://www.linkedin.com/pub/ada/1/2/3', "is not the address of a person's LinkedIn profile"],
    ['https://www.linkedin.com/in/', "is not the address of a person's LinkedIn profile"],
    ['https://www.linkedin.com/in/../company/acme', "is not the address of a person's LinkedIn profile"],
    ['https://example.com/in/ada-lovelace', "is not the address of a person's LinkedIn profile"],
    ['https://linkedin.com.example.com/in/ada-lovelace', "is not the address of a person's LinkedIn profile"],
    ['https://notlinkedin.com/in/ada-lovelace', "is not the address of a person's LinkedIn profile"],
    ['https://linkedin.com@example.com/in/ada-lovelace', "is not the address of a person's LinkedIn profile"],
    ['https://ada@linkedin.com/in/ada-lovelace', "is not the address of a person's LinkedIn profile"],
    ['https://linkedin.com:8080/in/ada-lovelace', "is not the address of a person's LinkedIn profile"],
    ['ftp://linkedin.com/in/ada-lovelace', "is not the address of a person's LinkedIn profile"],
    ['javascript:alert(1)//linkedin.com/in/ada', "is not the address of a person's LinkedIn profile"],
    ['http://', "is not the address of a person's LinkedIn profile"],
    ['n/a', "is not the address of a person's LinkedIn profile"],
    ['https://www.linkedin.com/in/%E0%A4%A', 'has a broken percent sign'],
    ['https://www.linkedin.com/in/ada%2Flovelace', 'has the profile name "ada/lovelace"'],
    ['https://www.linkedin.com/in/ada%252Dlovelace', 'has the profile name "ada%2dlovelace"'],
    ['https://www.linkedin.com/in/ada lovelace', 'has the profile name "ada lovelace"'],
    ['ada%00lovelace', 'has the profile name'],
    ['ada@example.com', 'has the profile name "ada@example.com"'],
    ['ada.lovelace', 'has the profile name "ada.lovelace"'],
    ['ada#lovelace', 'has the profile name "ada#lovelace"'],
    ['ab', 'has the profile name "ab"'],
    ['a'.repeat(101), 'has the profile name'],
    [`e${'\u0301'.repeat(400)}`, 'has a profile name of 401 characters'],
    ['/in/ada\nlovelace', 'has a control character or a backslash'],
    ['/in/ada\\lovelace', 'has a control character or a backslash'],
  ])('%j is refused', (raw, problem) => {
    expect(profileOf(raw)).toContain('refused: ');
    expect(profileOf(raw)).toContain(problem);
    expect(profileOf(raw)).toContain('expected "https://www.linkedin.com/in/ada-lovelace" or "ada-lovelace"');
  });

  test('once normalised stays the same, alone and in an address', () => {
    const slugs = fc.string({
      unit: fc.oneof(
        fc.constantFrom('a', 'Z', '-', '9', 'É', 'ß', 'İ', 'Σ', '中', '🦊', '%'),
        fc.string({ unit: 'grapheme', maxLength: 1 }),
      ),
      minLength: 3,
    });
    fc.assert(
      fc.property(slugs, (slug) => {
        const result = normaliseProfile(slug);
        if (!result.ok) return;
        expect(normaliseProfile(result.profile)).toEqual(result);
        expect(normaliseProfile(`https://www.linkedin.com/in/${encodeURIComponent(result.profile)}/`)).toEqual(result);
        expect(normaliseProfile(profileAddress(result.profile))).toEqual(result);
      }),
      { numRuns: 1000 },
    );
  });
});
