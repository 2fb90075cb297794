import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readBound } from '../../src/api/bounds.ts';

const at = Date.parse('2025-01-07T14:22:00Z');

describe('a bound', () => {
  test.each([
    '2025-01-07T14:22:00Z',
    '2025-01-07T14:22Z',
    '2025-01-07T15:22:00+01:00',
    '2025-01-07T15:22:00 01:00', // an unescaped + arrives as a space
    '2025-01-07T15:22:00+0100',
    '2025-01-07T09:07:00-05:15',
    '2025-01-08T13:21:00+22:59',
    '2025-01-07T14:22:00.000Z',
    '2025-01-07T14:22:00-00:00',
  ])('%j is 14:22 UTC', (text) => {
    expect(readBound(text)).toEqual({ floor: at, ceiling: at });
  });

  test.each(['.5', '.001', '.0001', '.000000001', '.999999999'])(
    'a fraction, %s, lies between two seconds',
    (fraction) => {
      expect(readBound(`2025-01-07T14:22:00${fraction}Z`)).toEqual({ floor: at, ceiling: at + 1_000 });
    },
  );

  test.each([
    '',
    'yesterday',
    '2025-01-07',
    '2025-01-07T14:22:00',
    '2025-01-07 14:22:00Z',
    '2025-01-07T14Z',
    '2025-01-07T14:22:00z',
    '2025-01-07T14:22:00,5Z',
    '2025-01-07T14:22:00.Z',
    '2025-01-07T14:22:00.1234567890Z',
    '2025-02-29T00:00:00Z',
    '2025-02-30T00:00:00Z',
    '2025-13-01T00:00:00Z',
    '2025-00-01T00:00:00Z',
    '2025-01-32T00:00:00Z',
    '2025-01-07T24:00:00Z',
    '2025-01-07T14:60:00Z',
    '2025-01-07T14:22:60Z',
    '2025-01-07T14:22:00+24:00',
    '2025-01-07T14:22:00+01:60',
    '2025-01-07T14:22:00+1:00',
    '2025-01-07T14:22:00 Z',
    '2025-01-07T14:22:00Europe/Paris',
    ' 2025-01-07T14:22:00Z',
    '2025-01-07T14:22:00Z ',
    '2025-01-07T14:22:00Z\n',
    '+002025-01-07T14:22:00Z',
    '20250107T142200Z',
    '1736259720',
    '0000-12-31T23:59:59Z',
    '0001-01-01T00:00:00+00:01',
    '9999-12-31T23:59:59-00:01',
    '９９９９-12-31T23:59:59Z',
    "2025-01-07T14:22:00Z'; drop table templates; --",
  ])('%j is none', (text) => {
    expect(readBound(text)).toBeNull();
  });

  test('29 February exists in leap years', () => {
    expect(readBound('2024-02-29T00:00:00Z')?.floor).toBe(Date.parse('2024-02-29T00:00:00Z'));
  });

  test('whatever Date prints is read as what it was', () => {
    const instant = fc.date({
      min: new Date('0001-01-01T00:00:00Z'),
      max: new Date('9999-12-31T23:59:58Z'),
      noInvalidDate: true,
    });
    fc.assert(
      fc.property(instant, (date) => {
        const bound = readBound(date.toISOString());
        expect(bound?.floor).toBe(Math.floor(date.getTime() / 1_000) * 1_000 + 0); // + 0: never -0
        expect(bound?.ceiling).toBe(Math.ceil(date.getTime() / 1_000) * 1_000 + 0);
      }),
    );
  });

  test('100 kB of anything is refused', () => {
    for (const text of ['2025-01-07T14:22:00.'.padEnd(100_000, '1'), ' '.repeat(100_000), '2025-'.repeat(20_000)]) {
      expect(readBound(text)).toBeNull();
    }
  });
});
