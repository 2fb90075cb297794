import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Reachable } from '../../src/domain/contact-point.ts';
import { pointsOf } from '../../src/domain/contact-point.ts';
import {
  conflictOf,
  identify,
  type KnownPerson,
  namedBefore,
  type WrittenIdentity,
} from '../../src/domain/lead-identity.ts';

const ada = { email: 'ada@example.com', profile: 'ada-lovelace' };

describe('a proposed row', () => {
  test('is about an address, a profile, or both', () => {
    const [email, profile] = [' Ada@Example.com ', 'linkedin.com/in/Ada-Lovelace'];
    const read = { ok: true, ...ada, further: [], leftOut: null };
    expect(identify({ email, profile })).toEqual(read);
    expect(identify({ email })).toEqual({ ...read, profile: null });
    expect(identify({ email: ' ', profile })).toEqual({ ...read, email: null });
    expect(identify({})).toMatchObject({ ok: false, problem: { what: expect.stringMatching(/the row has neither$/) } });
  });

  test('is kept without a cell that names nobody, which is said, and about nobody where that is all it has', () => {
    expect(identify({ email: ada.email, profile: '12345' })).toMatchObject({
      ok: true,
      email: ada.email,
      profile: null,
      leftOut: { path: ['profile'], what: expect.stringMatching(/^"12345" is not .*; the cell was left out$/) },
    });
    expect(identify({ email: 'not an address', profile: 'linkedin.com/in/Ada-Lovelace' })).toMatchObject({
      ok: true,
      email: null,
      profile: ada.profile,
      leftOut: { path: ['email'], what: expect.stringMatching(/^"not an address" .*; the cell was left out$/) },
    });
    expect(identify({ profile: '12345' })).toMatchObject({
      ok: false,
      problem: { path: ['profile'], what: expect.stringMatching(/^"12345" is not the address of a person's LinkedIn/) },
    });
  });

  test.each(['none', 'N/A', '#N/A', '-', 'null', 'TRUE', 'unknown'])('is blank where a cell says %s', (word) => {
    expect(identify({ email: ada.email, profile: word })).toMatchObject({ ok: true, profile: null, leftOut: null });
    expect(identify({ email: word, profile: 'in/ada-lovelace' })).toMatchObject({
      ok: true,
      email: null,
      leftOut: null,
    });
    expect(identify({ email: word, profile: word })).toMatchObject({ ok: false, problem: { path: [] } });
  });

  test('keeps further addresses of its cell, and is the same person by each of them', () => {
    const row = identify({ email: 'ada@example.com; ada@home.example' });
    expect(row).toMatchObject({ email: 'ada@example.com', further: ['ada@home.example'] });
    const namedIn = namedBefore<number>();
    expect([row, identify({ email: 'ada@home.example' })].map(namedIn)).toEqual([null, 0]);
  });

  test('is the same person as an earlier one only where both name one address or one profile', () => {
    const namedIn = namedBefore<string>();
    const places = (rows: Record<string, WrittenIdentity>) =>
      Object.entries(rows).map(([place, row]) => namedIn(identify(row), place));
    expect(
      places({
        ada: { email: 'ADA@example.com', profile: '/in/Ada-Lovelace' },
        'her address': { email: ' ada@example.com' },
        'her profile': { profile: 'linkedin.com/in/ada-lovelace/' },
        bob: { email: 'bob@example.com' },
        'bob with her profile': { email: 'bob@example.com', profile: '/in/ada-lovelace' },
      }),
    ).toEqual([null, 'ada', 'ada', null, 'bob']);
    const nobody = ['none', '12345', 'N/A', '-', 'null'].flatMap((profile) => [{ profile }, { profile }]);
    expect(nobody.map((row) => namedIn(identify(row), 'nobody'))).toEqual(nobody.map(() => null));
    expect(places({ mistyped: { email: 'not an address', profile: '/in/ada-lovelace' } })).toEqual(['ada']);
  });

  test('that is repeated names nobody by what it says beyond', () => {
    const namedIn = namedBefore<number>();
    const rows = [{ email: ada.email }, { ...ada, profile: '/in/ada-lovelace' }, { profile: '/in/ada-lovelace' }];
    expect(rows.map((row, place) => namedIn(identify(row), place))).toEqual([null, 0, null]);
  });
});

const asKnown = (contact: Reachable): KnownPerson => ({ ...contact, points: pointsOf(contact) });

describe('what a row says of a known contact', () => {
  test.each<[string, Reachable, Reachable[]]>([
    ['nobody is known', ada, []],
    ['it says what is known', ada, [ada]],
    ['it says less', { ...ada, email: null }, [ada]],
    ['it tells an address that was not known', ada, [{ ...ada, email: null }]],
    ['it tells a profile that was not known', ada, [{ ...ada, profile: null }]],
  ])('agrees where %s', (_, row, known) => {
    expect(conflictOf(row, known.map(asKnown))).toBeNull();
  });

  test('agrees where it says another of their addresses or profiles, of which one is written to', () => {
    const further = pointsOf({ email: 'ada@home.example', profile: 'ada-byron' });
    const known = { ...ada, points: [...pointsOf(ada), ...further] };
    expect(conflictOf({ ...ada, email: 'ada@home.example' }, [known])).toBeNull();
    expect(conflictOf({ email: 'ada@home.example', profile: 'ada-byron' }, [known])).toBeNull();
    expect(conflictOf({ ...ada, email: 'eve@example.com' }, [known])).not.toBeNull();
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
    expect(conflictOf(row, known.map(asKnown))).toBe(told);
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
          if (conflictOf(said, known.map(asKnown)) !== null) continue;
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
