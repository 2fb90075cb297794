import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { conflictOf, identify, keysOf } from '../../src/domain/lead-identity.ts';
import type { Reachable } from '../../src/domain/suppression.ts';

const ada = { email: 'ada@example.com', profile: 'ada-lovelace' };

describe('a proposed row', () => {
  test('is about an address, a profile, or both', () => {
    const [email, profile] = [' Ada@Example.com ', 'linkedin.com/in/Ada-Lovelace'];
    expect(identify({ email, profile })).toEqual({ ok: true, ...ada, leftOut: null });
    expect(identify({ email })).toEqual({ ok: true, ...ada, profile: null, leftOut: null });
    expect(identify({ email: ' ', profile })).toEqual({ ok: true, ...ada, email: null, leftOut: null });
    expect(identify({})).toMatchObject({ ok: false, problem: { what: expect.stringMatching(/the row has neither$/) } });
  });

  test('is kept without a LinkedIn cell that names nobody, and about nobody where that is all it has', () => {
    expect(identify({ email: ada.email, profile: 'none' })).toEqual({
      ok: true,
      email: ada.email,
      profile: null,
      leftOut: { path: ['profile'], what: expect.stringMatching(/^"none" is not .*; the cell was left out$/) },
    });
    expect(identify({ profile: 'none' })).toMatchObject({
      ok: false,
      problem: { path: ['profile'], what: expect.stringMatching(/^"none" is not the address of a person's LinkedIn/) },
    });
  });

  test('has the same keys as another one only where both name one address or one profile', () => {
    expect(keysOf({ email: 'ADA@example.com', profile: '/in/Ada-Lovelace' })).toEqual([ada.email, 'in/ada-lovelace']);
    for (const word of ['none', '12345', 'N/A', '-', 'null']) expect(keysOf({ profile: word }), word).toEqual([]);
    expect(keysOf({ email: 'not an address', profile: '/in/ada-lovelace' })).toEqual([]);
  });
});

describe('what a row says of a known contact', () => {
  test.each<[string, Reachable, Reachable[]]>([
    ['nobody is known', ada, []],
    ['it says what is known', ada, [ada]],
    ['it says less', { ...ada, email: null }, [ada]],
    ['it tells an address that was not known', ada, [{ ...ada, email: null }]],
    ['it tells a profile that was not known', ada, [{ ...ada, profile: null }]],
  ])('agrees where %s', (_, row, known) => {
    expect(conflictOf(row, known)).toBeNull();
  });

  test.each<[string, Reachable, Reachable[]]>([
    [
      'in/ada-lovelace is known with the address ada@example.com, not eve@example.com',
      { ...ada, email: 'eve@example.com' },
      [ada],
    ],
    [
      'ada@example.com is known with the profile in/ada-lovelace, not in/eve-example',
      { ...ada, profile: 'eve-example' },
      [ada],
    ],
    [
      'ada@example.com and in/eve-example belong to two different contacts',
      { ...ada, profile: 'eve-example' },
      [ada, { email: null, profile: 'eve-example' }],
    ],
  ])('contradicts: %s', (told, row, known) => {
    expect(conflictOf(row, known)).toBe(told);
  });

  test('never takes an address or a profile from anybody, whatever rows come in whatever order', () => {
    const one = (...values: string[]) => fc.constantFrom(null, ...values);
    const row = fc
      .record({ email: one('a@example.com', 'b@example.com', 'c@example.com'), profile: one('ann', 'bob', 'cem') })
      .filter(({ email, profile }) => email !== null || profile !== null);
    fc.assert(
      fc.property(fc.array(row, { maxLength: 12 }), (rows) => {
        const contacts: Reachable[] = [];
        for (const said of rows) {
          const known = contacts.filter(
            ({ email, profile }) =>
              (said.email !== null && email === said.email) || (said.profile !== null && profile === said.profile),
          );
          if (conflictOf(said, known) !== null) continue;
          const [contact] = known;
          if (!contact) contacts.push({ ...said });
          else {
            const before = { ...contact };
            contact.email = said.email ?? contact.email;
            contact.profile = said.profile ?? contact.profile;
            for (const way of ['email', 'profile'] as const)
              if (before[way] !== null) expect(contact[way]).toBe(before[way]);
          }
        }
        for (const way of ['email', 'profile'] as const) {
          const given = contacts.map((contact) => contact[way]).filter((value) => value !== null);
          expect(new Set(given).size).toBe(given.length);
        }
      }),
    );
  });
});
