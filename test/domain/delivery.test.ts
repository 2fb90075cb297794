import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { provesAbsence, retryAt } from '../../src/domain/delivery.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const FIRST = Date.parse('2026-11-19T10:00:00Z');

describe('a message with a temporary answer', () => {
  test.each([
    [1, 15 * MINUTE],
    [2, HOUR],
    [3, 4 * HOUR],
    [4, 4 * HOUR],
    [40, 4 * HOUR],
  ])('after answer %i is tried again in %i ms', (answers, wait) => {
    const now = FIRST + HOUR;
    expect(retryAt(now, answers, FIRST)).toBe(now + wait);
  });

  test('is given up 72 hours after the first one, and not a millisecond sooner', () => {
    expect(retryAt(FIRST + 72 * HOUR - 1, 9, FIRST)).toBe(FIRST + 76 * HOUR - 1);
    expect(retryAt(FIRST + 72 * HOUR, 9, FIRST)).toBeNull();
    expect(retryAt(FIRST + 900 * HOUR, 1, FIRST)).toBeNull();
  });

  test('is tried again strictly later, and waits longer the more answers there were', () => {
    const instant = fc.integer({ min: FIRST, max: FIRST + 72 * HOUR - 1 });
    fc.assert(
      fc.property(instant, fc.integer({ min: 1, max: 30 }), (now, answers) => {
        const [sooner, later] = [retryAt(now, answers, FIRST), retryAt(now, answers + 1, FIRST)];
        expect(sooner).toBeGreaterThan(now);
        expect(later).toBeGreaterThanOrEqual(sooner ?? 0);
      }),
    );
  });

  test('that never gets another answer is tried some twenty times and then given up', () => {
    let answers = 0;
    for (let now: number | null = FIRST; now !== null; ) now = retryAt(now, ++answers, FIRST);
    expect(answers).toBe(21);
  });
});

test.each([
  ['where the provider files under our ids, as was seen before it was claimed', true, FIRST, FIRST, true],
  ['where that was seen only afterwards: it may have gone over other servers', true, FIRST + 1, FIRST, false],
  ['where it was never seen', true, null, FIRST, false],
  ['where the provider files nothing: what was found there we filed', false, FIRST, FIRST, false],
])('whether what is not in Sent was not sent, %s', (_, filesSent, sentFoundAt, claimedAt, expected) => {
  expect(provesAbsence({ filesSent, sentFoundAt }, claimedAt)).toBe(expected);
});
