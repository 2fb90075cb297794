import { expect, test } from 'vitest';
import { type AccountHealth, accountBanner } from '../../../src/domain/accounts/account-banner.ts';

const AT = Date.parse('2030-03-19T09:00:00Z');
const none = { sent: 0, hardBounces: 0, complaints: 0 };
const well: AccountHealth = {
  status: 'CONNECTED',
  pausedWhy: null,
  restingUntil: null,
  disconnectedAt: null,
  inbox: { failingSince: null, failure: null },
  zone: 'Europe/Paris',
  lately: none,
  guarded: null,
};

test.each<[string | null, Partial<AccountHealth>]>([
  [null, {}],
  [null, { inbox: null }],
  [null, { status: 'REMOVED', disconnectedAt: AT }],
  ['paused: nothing goes out from it until somebody resumes it', { status: 'PAUSED', pausedWhy: 'by_user' }],
  [
    'paused by the guard: 4 of 60 messages bounced in 7 days',
    { status: 'PAUSED', pausedWhy: 'bounce_rate', guarded: { sent: 60, hardBounces: 4, complaints: 0 } },
  ],
  [
    'paused by the guard: 2 of 600 messages were reported as spam in 7 days',
    { status: 'PAUSED', pausedWhy: 'complaint_rate', guarded: { sent: 600, hardBounces: 4, complaints: 2 } },
  ],
  [
    'disconnected: its provider refused the login; reconnect it before Wed 20 Mar, 10:00 (Europe/Paris), or its sequences fail',
    { status: 'DISCONNECTED', disconnectedAt: AT },
  ],
  ['rests until Tue 19 Mar, 10:00 (Europe/Paris): its provider named a limit', { status: 'RESTING', restingUntil: AT }],
  [
    'its inbox has not been readable since Tue 19 Mar, 10:00 (Europe/Paris) (no answer): follow-ups wait',
    { inbox: { failingSince: AT, failure: 'no answer' } },
  ],
  [
    '1 of 1000 messages was reported as spam in 7 days; at 0.3 % the account is paused',
    { lately: { sent: 1_000, hardBounces: 0, complaints: 1 } },
  ],
])('%s', (text, health) => {
  expect(accountBanner({ ...well, ...health })).toBe(text);
});

test('a guard is quoted as it spoke, not by what the last 7 days hold now', () => {
  const guarded = { sent: 60, hardBounces: 4, complaints: 0 };
  const banner = accountBanner({ ...well, status: 'PAUSED', pausedWhy: 'bounce_rate', guarded, lately: none });
  expect(banner).toContain('4 of 60');
});
