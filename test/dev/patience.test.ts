import { expect, test } from 'vitest';
import { createPatience } from '../../src/dev/patience.ts';
import { poll } from '../../src/dev/poll.ts';

const SECOND = 1000;

/** A patience of 60 s that is asked every second; how things stand at each look. The second of the look that ended it. */
function endedAt(standings: readonly string[], everySeconds = 1): number | null {
  let now = 0;
  const patience = createPatience(60 * SECOND, () => now);
  for (const standing of standings) {
    if (!patience.lasts(standing)) return now / SECOND;
    now += everySeconds * SECOND;
  }
  return null;
}

test('a standstill of the whole patience ends the waiting, nothing less', () => {
  expect(endedAt(Array<string>(61).fill('still'))).toBe(60);
  expect(endedAt(Array<string>(60).fill('still'))).toBeNull();
});

test('whatever moves renews it, however long the whole takes', () => {
  const slow = Array.from({ length: 100_000 }, (_, second) => `step ${Math.floor(second / 59)}`);
  expect(endedAt(slow)).toBeNull();
});

test('it begins anew with every move', () => {
  expect(endedAt([...Array<string>(59).fill('before'), ...Array<string>(61).fill('after')])).toBe(59 + 60);
});

test('what goes round in circles stands still', () => {
  expect(endedAt(Array.from({ length: 200 }, (_, second) => (second % 2 === 0 ? 'claimed' : 'released')))).toBe(61);
});

test('one late look is no standstill: who slept did not wait', () => {
  expect(endedAt(['still', 'still'], 3_600)).toBeNull();
  expect(endedAt(Array<string>(20).fill('still'), 3_600)).toBe(12 * 3_600); // each counts as 5 s
});

test('a poll goes on while anything moves, and says nothing came when all stands still', async () => {
  let looks = 0;
  const comes = await poll(() => (++looks === 5 ? 'found' : undefined), 1, { everyMs: 5, standing: () => `${looks}` });
  expect(comes).toBe('found');
  expect(await poll(() => undefined, 1, { everyMs: 5 })).toBeUndefined();
});
