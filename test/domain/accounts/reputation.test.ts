import { expect, test } from 'vitest';
import { reputation } from '../../../src/domain/accounts/reputation.ts';

const ok = { kind: 'ok' };
const warned = { kind: 'warn', why: 'complaint_rate' };
const stoppedBy = (why: string) => ({ kind: 'stop', why });

test.each([
  { sent: 50, hardBounces: 2, verdict: ok },
  { sent: 50, hardBounces: 3, verdict: stoppedBy('bounce_rate') }, // 6 %
  { sent: 100, hardBounces: 5, verdict: ok }, // 5 % is not more than 5 %
  { sent: 100, hardBounces: 6, verdict: stoppedBy('bounce_rate') },
  { sent: 49, hardBounces: 49, verdict: ok }, // too few to judge by
  { sent: 0, hardBounces: 3, verdict: ok },
  { sent: 1_000_000, hardBounces: 50_000, verdict: ok },
  { sent: 1_000_000, hardBounces: 50_001, verdict: stoppedBy('bounce_rate') },
])('$hardBounces hard bounces of $sent: $verdict.kind', ({ sent, hardBounces, verdict }) => {
  expect(reputation({ sent, hardBounces, complaints: 0 })).toEqual(verdict);
});

test.each([
  { sent: 499, complaints: 499, verdict: ok }, // too few to judge by
  { sent: 500, complaints: 0, verdict: ok },
  { sent: 1_001, complaints: 1, verdict: ok },
  { sent: 1_000, complaints: 1, verdict: warned }, // 0.1 %
  { sent: 1_000, complaints: 2, verdict: warned },
  { sent: 1_000, complaints: 3, verdict: stoppedBy('complaint_rate') }, // 0.3 % is too much
  { sent: 1_001, complaints: 3, verdict: warned },
])('$complaints complaints of $sent: $verdict.kind', ({ sent, complaints, verdict }) => {
  expect(reputation({ sent, hardBounces: 0, complaints })).toEqual(verdict);
});

test('where both are too many, the bounces are named', () => {
  expect(reputation({ sent: 1_000, hardBounces: 51, complaints: 3 })).toEqual(stoppedBy('bounce_rate'));
});
