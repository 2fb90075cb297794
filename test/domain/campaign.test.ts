import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { BATCHES_PER_DAY, enrolmentQuota } from '../../src/domain/campaign.ts';

const HOUR = 3_600_000;
const MIDNIGHT = Date.parse('2026-11-19T00:00:00Z');
const hours = (...blocks: [start: number, end: number][]) => ({
  blocks: blocks.map(([start, end]) => ({ start: MIDNIGHT + start * HOUR, end: MIDNIGHT + end * HOUR })),
});
const nineToFive = hours([9, 17]);
const at = (hour: number) => MIDNIGHT + hour * HOUR;

describe("a day's enrolments", () => {
  test('begin at the opening with the first batch', () => {
    expect(enrolmentQuota(at(9) - 1, nineToFive, 24)).toEqual({ dueByNow: 0, nextAt: at(9) });
    expect(enrolmentQuota(at(9), nineToFive, 24)).toEqual({ dueByNow: 2, nextAt: at(9) + 40 * 60_000 });
  });

  test('are spread evenly over the hours', () => {
    const due = [9, 11, 13, 15, 17].map((hour) => enrolmentQuota(at(hour), nineToFive, 24).dueByNow);
    expect(due).toEqual([2, 8, 14, 20, 24]);
  });

  test('pass over the break between two blocks', () => {
    const withBreak = hours([9, 12], [14, 17]);
    const due = [9, 10.5, 12, 13, 14, 15.5, 17].map((hour) => enrolmentQuota(at(hour), withBreak, 4).dueByNow);
    expect(due).toEqual([1, 2, 2, 2, 3, 4, 4]);
    expect(enrolmentQuota(at(13), withBreak, 4).nextAt).toBe(at(14));
  });

  test('of a small target come one at a time', () => {
    expect(enrolmentQuota(at(9), nineToFive, 1)).toEqual({ dueByNow: 1, nextAt: null });
    expect(enrolmentQuota(at(9), nineToFive, 2)).toEqual({ dueByNow: 1, nextAt: at(13) });
  });

  test.each([
    ['on a day off', hours(), 24],
    ['with a target of zero', nineToFive, 0],
  ])('%s are none, and none are to come', (_when, day, target) => {
    expect(enrolmentQuota(at(12), day, target)).toEqual({ dueByNow: 0, nextAt: null });
  });

  const day = fc
    .uniqueArray(fc.integer({ min: 0, max: 96 }), { minLength: 2, maxLength: 8 })
    .map((quarters) => [...quarters].sort((one, other) => one - other))
    .map((quarters) =>
      hours(
        ...Array.from({ length: Math.floor(quarters.length / 2) }, (_, block): [number, number] => [
          (quarters[block * 2] ?? 0) / 4,
          (quarters[block * 2 + 1] ?? 0) / 4,
        ]),
      ),
    );
  const now = fc.integer({ min: at(-1), max: at(25) });
  const target = fc.oneof(fc.integer({ min: 1, max: 30 }), fc.integer({ min: 1, max: 10_000 }));

  test('never exceed the target, and reach it by the end of the day', () => {
    fc.assert(
      fc.property(day, now, target, (day, now, target) => {
        const { dueByNow } = enrolmentQuota(now, day, target);
        expect(dueByNow).toBeGreaterThanOrEqual(0);
        expect(dueByNow).toBeLessThanOrEqual(target);
        expect(enrolmentQuota(at(24), day, target)).toEqual({ dueByNow: target, nextAt: null });
      }),
    );
  });

  test('only ever grow during the day', () => {
    fc.assert(
      fc.property(day, now, now, target, (day, one, other, target) => {
        const [sooner, later] = [Math.min(one, other), Math.max(one, other)];
        expect(enrolmentQuota(sooner, day, target).dueByNow).toBeLessThanOrEqual(
          enrolmentQuota(later, day, target).dueByNow,
        );
      }),
    );
  });

  test('are looked at again strictly later, inside a block, and then more are due', () => {
    fc.assert(
      fc.property(day, now, target, (day, now, target) => {
        const { dueByNow, nextAt } = enrolmentQuota(now, day, target);
        if (nextAt === null) {
          expect(dueByNow).toBe(target);
          return;
        }
        expect(nextAt).toBeGreaterThan(now);
        expect(day.blocks.some(({ start, end }) => start <= nextAt && nextAt < end)).toBe(true);
        expect(enrolmentQuota(nextAt, day, target).dueByNow).toBeGreaterThan(dueByNow);
        expect(enrolmentQuota(nextAt - 1, day, target).dueByNow).toBe(dueByNow);
      }),
    );
  });

  test('come in a few batches of like size, however large the target', () => {
    fc.assert(
      fc.property(day, target, (day, target) => {
        const batches: number[] = [];
        let enrolled = 0;
        for (let now: number | null = at(-1); now !== null; ) {
          const { dueByNow, nextAt } = enrolmentQuota(now, day, target);
          if (dueByNow > enrolled) batches.push(dueByNow - enrolled);
          enrolled = dueByNow;
          now = nextAt;
        }
        expect(enrolled).toBe(target);
        expect(batches.length).toBeLessThanOrEqual(BATCHES_PER_DAY);
        expect(Math.max(...batches) - Math.min(...batches)).toBeLessThanOrEqual(1);
      }),
    );
  });
});
