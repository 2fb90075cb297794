import { describe, expect, test } from 'vitest';
import { type AccountUse, limitText, usedTexts } from '../../../src/domain/accounts/account-use.ts';

const NOW = Date.parse('2030-03-19T09:00:00Z');
const invitations = (sent: number, reserved: number, inWeek: number): AccountUse => ({
  kind: 'linkedin_invitation',
  today: { sent, reserved, cap: 20 },
  week: { sent: inWeek, cap: 100 },
});
const emails = (sent: number, reserved = 0): AccountUse => ({
  kind: 'email',
  today: { sent, reserved, cap: 50 },
  week: null,
});

describe('what an account has used', () => {
  test('is said for the day and, where 7 days count, for those', () => {
    expect(usedTexts(invitations(12, 3, 40), 'Europe/Paris', NOW)).toEqual([
      '12 of 20 invitations today, resets 00:00 Paris',
      '40 of 100 invitations in 7 days',
    ]);
    expect(usedTexts(emails(3), 'America/New_York', NOW)).toEqual(['3 of 50 emails today, resets 00:00 New York']);
  });

  test('says when the day really ends, where the clocks change at midnight', () => {
    const dayBefore = Date.parse('2026-04-23T12:00:00Z'); // in Cairo 24 April 2026 begins at 01:00
    expect(usedTexts(emails(3), 'Africa/Cairo', dayBefore)).toEqual(['3 of 50 emails today, resets 01:00 Cairo']);
  });
});

test.each<[AccountUse, string | null]>([
  [invitations(20, 0, 40), 'sam-sender has sent 20 of 20 invitations today'],
  [invitations(20, 0, 100), 'sam-sender has sent 100 of 100 invitations in 7 days'],
  [invitations(0, 0, 100), 'sam-sender has sent 100 of 100 invitations in 7 days'],
  [invitations(4, 16, 40), 'sam-sender has sent 4 of 20 invitations today; the others are promised'],
  [invitations(4, 15, 40), null],
  [emails(50), 'sam-sender has sent 50 of 50 emails today'],
])('%j reads "%s"', (use, text) => {
  expect(limitText('sam-sender', use)).toBe(text);
});
