import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { callsForAnswer, defaultReturn, plausibleReturn, replyIntents, replyPolicy } from '../../src/domain/reply.ts';
import { sequenceStatuses } from '../../src/domain/sequence.ts';
import { taskOutcomes } from '../../src/domain/task.ts';

describe('a reply', () => {
  test.each([
    ['positive', 'SUCCEEDED', 'positive_reply'],
    ['meeting_booked', 'SUCCEEDED', 'meeting_booked'],
    ['referral', 'SUCCEEDED', 'referral'],
    ['negative', 'STOPPED_EARLY', 'negative_reply'],
    ['neutral', 'STOPPED_EARLY', 'neutral_reply'],
  ] as const)('that is %s ends the sequence %s, %s, and suppresses nobody', (intent, status, reason) => {
    expect(replyPolicy[intent]).toEqual({ kind: 'end', end: { status, reason }, suppress: false });
  });

  test('that asks to be removed fails the sequence and suppresses the contact, and no other does', () => {
    expect(replyPolicy.unsubscribe).toEqual({
      kind: 'end',
      end: { status: 'FAILED', reason: 'unsubscribed' },
      suppress: true,
    });
    const suppressing = replyIntents.filter((intent) => {
      const effect = replyPolicy[intent];
      return effect.kind === 'end' && effect.suppress;
    });
    expect(suppressing).toEqual(['unsubscribe']);
  });

  test('from a machine changes nothing, out of office holds, and an unclear one asks a person', () => {
    expect(replyPolicy.auto_reply).toEqual({ kind: 'ignore' });
    expect(replyPolicy.out_of_office).toEqual({ kind: 'hold' });
    expect(replyPolicy.unclear).toEqual({ kind: 'ask' });
  });

  test('calls for an answer where it is good, after whatever end, and where a person whom it won writes again', () => {
    const good = ['positive', 'meeting_booked', 'referral'];
    const written = [...good, 'negative', 'neutral', 'unclear'];
    for (const status of sequenceStatuses)
      expect(replyIntents.filter((intent) => callsForAnswer(intent, status)).toSorted(), status).toEqual(
        (status === 'SUCCEEDED' ? written : good).toSorted(),
      );
  });

  test('that a person has read means something: every answer they can give but "go on" is in the policy', () => {
    const policy: readonly string[] = replyIntents;
    for (const outcome of taskOutcomes.read_reply) if (outcome !== 'go_on') expect(policy).toContain(outcome);
    expect(taskOutcomes.read_reply).not.toContain('unclear');
  });
});

describe('the date a contact says they are back', () => {
  const today = '2026-11-19';

  test.each([
    ['today', '2026-11-19', '2026-11-19'],
    ['tomorrow', '2026-11-20', '2026-11-20'],
    ['99 days ahead', '2027-02-26', '2027-02-26'],
    ['100 days ahead', '2027-02-27', null],
    ['in two years', '2028-11-19', null],
    ['yesterday', '2026-11-18', null],
    ['unsaid', null, null],
    ['no date at all', 'soon', null],
    ['a day that does not exist', '2027-02-30', null],
    ['a date in words', 'December 5 2026', null],
    ['an instant', '2026-11-24T10:00', null],
  ])('%s: %s counts as %s', (_when, stated, expected) => {
    expect(plausibleReturn(stated, today)).toBe(expected);
  });

  test('counts whole days across both changes of the clocks', () => {
    fc.assert(
      fc.property(fc.integer({ min: -400, max: 400 }), fc.integer({ min: 0, max: 20_000 }), (ahead, start) => {
        const date = (day: number) => new Date(day * 86_400_000).toISOString().slice(0, 10);
        const expected = ahead >= 0 && ahead < 100 ? date(start + ahead) : null;
        expect(plausibleReturn(date(start + ahead), date(start))).toBe(expected);
      }),
    );
  });

  test('is taken to be 14 days from now where there is none to be used', () => {
    const now = Date.parse('2026-11-19T10:00:00Z');
    expect(defaultReturn(now)).toBe(Date.parse('2026-12-03T10:00:00Z'));
  });
});
