import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createBudget } from '../../src/api/budget.ts';

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['Date'] });
});
afterEach(() => {
  vi.useRealTimers();
});

const pass = (ms: number) => vi.setSystemTime(Date.now() + ms);

test('a key has its budget for a minute from its first use on, then a new one', () => {
  const budget = createBudget(2);
  expect([budget('a'), budget('a')]).toEqual([null, null]);
  expect(budget('a')).toBe(60);
  pass(30_500);
  expect(budget('a')).toBe(30);
  pass(29_499);
  expect(budget('a')).toBe(1);
  pass(1);
  expect(budget('a')).toBeNull();
});

test('keys do not share', () => {
  const budget = createBudget(1);
  expect([budget('a'), budget('b'), budget('a')]).toEqual([null, null, 60]);
});

test('ten thousand keys are remembered, the oldest is forgotten first', () => {
  const budget = createBudget(1);
  for (let n = 0; n <= 10_000; n++) budget(`key ${n}`);
  expect(budget('key 1')).toBe(60);
  expect(budget('key 0')).toBeNull();
});
