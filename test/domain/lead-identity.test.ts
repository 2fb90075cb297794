import { describe, expect, test } from 'vitest';
import { identify, keysOf } from '../../src/domain/lead-identity.ts';

const ada = { email: 'ada@example.com', profile: 'ada-lovelace' };

describe('a proposed row', () => {
  test('is about an address, a profile, or both', () => {
    const [email, profile] = [' Ada@Example.com ', 'linkedin.com/in/Ada-Lovelace'];
    expect(identify({ email, profile })).toEqual({ ok: true, ...ada, leftOut: null });
    expect(identify({ email })).toEqual({ ok: true, ...ada, profile: null, leftOut: null });
    expect(identify({ email: ' ', profile })).toEqual({ ok: true, ...ada, email: null, leftOut: null });
    expect(identify({})).toMatchObject({ ok: false, problem: expect.stringMatching(/the row has neither$/) });
  });

  test('is kept without a LinkedIn cell that names nobody, and about nobody where that is all it has', () => {
    expect(identify({ email: ada.email, profile: 'none' })).toEqual({
      ok: true,
      email: ada.email,
      profile: null,
      leftOut: expect.stringMatching(/^profile: "none" is not .*; the cell was left out$/),
    });
    expect(identify({ profile: 'none' })).toMatchObject({
      ok: false,
      problem: expect.stringMatching(/^profile: "none" is not the address of a person's LinkedIn profile/),
    });
  });

  test('has the same keys as another one only where both name one address or one profile', () => {
    expect(keysOf({ email: 'ADA@example.com', profile: '/in/Ada-Lovelace' })).toEqual([ada.email, 'in/ada-lovelace']);
    for (const word of ['none', '12345', 'N/A', '-', 'null']) expect(keysOf({ profile: word }), word).toEqual([]);
    expect(keysOf({ email: 'not an address', profile: '/in/ada-lovelace' })).toEqual([]);
  });
});
