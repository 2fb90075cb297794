import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { accountMoves } from '../../src/domain/accounts/account.ts';
import { campaignMoves } from '../../src/domain/campaign.ts';
import { deliveryMoves } from '../../src/domain/delivery.ts';
import { leadMoves } from '../../src/domain/lead.ts';
import {
  canceledByEnd,
  canMove,
  ends,
  finishedSteps,
  isTerminal,
  openStatus,
  openStatuses,
  sequenceMoves,
  sequenceStatuses,
  statusNames,
  stepMoves,
  terminalStatuses,
} from '../../src/domain/sequence.ts';
import { taskMoves } from '../../src/domain/task.ts';
import { templateMoves } from '../../src/domain/template.ts';

describe('a sequence', () => {
  test('has the seven statuses of the product document, in its words and order', () => {
    expect(sequenceStatuses.map((status) => statusNames[status])).toEqual([
      'Active',
      'Waiting for user',
      'Waiting for lead',
      'Succeeded',
      'Completed',
      'Stopped early',
      'Failed',
    ]);
  });

  test('that has ended stays as it ended, but for a positive answer to the last message', () => {
    const arcs = terminalStatuses.flatMap((from) =>
      sequenceStatuses.filter((to) => canMove(from, to)).map((to) => `${from} → ${to}`),
    );
    expect(arcs).toEqual(['COMPLETED → SUCCEEDED']);
  });

  test('moves at most once after its first end, whatever happens to it', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...sequenceStatuses), { maxLength: 30 }), (wishes) => {
        const path: (typeof sequenceStatuses)[number][] = ['ACTIVE'];
        for (const to of wishes) if (canMove(path.at(-1) ?? 'ACTIVE', to)) path.push(to);
        const ended = path.filter(isTerminal);
        expect(path.slice(path.length - ended.length)).toEqual(ended); // none is open again
        if (ended.length > 1) expect(ended).toEqual(['COMPLETED', 'SUCCEEDED']);
      }),
    );
  });

  test('that is open may move anywhere', () => {
    for (const from of openStatuses) for (const to of sequenceStatuses) expect(canMove(from, to)).toBe(true);
  });

  test('is either open or ended', () => {
    expect([...openStatuses, ...terminalStatuses].sort()).toEqual([...sequenceStatuses].sort());
    expect(sequenceStatuses.filter(isTerminal)).toEqual([...terminalStatuses]);
    expect(Object.keys(ends).sort()).toEqual([...terminalStatuses].sort());
  });

  test('ends for a reason that belongs to exactly one status', () => {
    const reasons = Object.values(ends).flat();
    expect(new Set(reasons).size).toBe(reasons.length);
    expect(Object.values(ends).every((reasons) => reasons.length > 0)).toBe(true);
  });

  test.each([
    ['positive_reply', 'SUCCEEDED'],
    ['meeting_booked', 'SUCCEEDED'],
    ['referral', 'SUCCEEDED'],
    ['no_more_steps', 'COMPLETED'],
    ['stopped_by_user', 'STOPPED_EARLY'],
    ['negative_reply', 'STOPPED_EARLY'],
    ['neutral_reply', 'STOPPED_EARLY'],
    ['campaign_ended', 'STOPPED_EARLY'],
    ['template_archived', 'STOPPED_EARLY'],
    ['lead_removed', 'STOPPED_EARLY'],
    ['suppressed', 'STOPPED_EARLY'],
    ['contact_erased', 'STOPPED_EARLY'],
    ['hard_bounce', 'FAILED'],
    ['unsubscribed', 'FAILED'],
    ['complained', 'FAILED'],
    ['account_unavailable', 'FAILED'],
    ['invalid_content', 'FAILED'],
    ['rejected_by_policy', 'FAILED'],
    ['delivery_failed', 'FAILED'],
    ['internal_error', 'FAILED'],
  ])('that ends %s is %s', (reason, status) => {
    const holds = Object.entries(ends).filter(([, reasons]) => reasons.some((known) => known === reason));
    expect(holds.map(([status]) => status)).toEqual([status]);
  });

  test.each([
    [true, true, 'WAITING_FOR_USER'],
    [true, false, 'WAITING_FOR_USER'],
    [false, true, 'WAITING_FOR_LEAD'],
    [false, false, 'ACTIVE'],
  ])('with a blocking task: %s, waiting for the contact: %s, is %s', (blockingTask, waitForContact, status) => {
    expect(openStatus({ blockingTask, waitForContact })).toBe(status);
  });
});

describe('a step', () => {
  test('that needs nothing more is exactly one without a move out', () => {
    const final = Object.entries(stepMoves).flatMap(([status, moves]) => (moves.length === 0 ? [status] : []));
    expect([...finishedSteps].sort()).toEqual(final.sort());
  });

  test('still to come when its sequence ends is canceled; one whose message is on its way may yet be recorded', () => {
    for (const status of canceledByEnd) expect(stepMoves[status]).toContain('CANCELED');
    expect([...canceledByEnd].sort()).toEqual(['PENDING', 'WAITING']);
    expect(stepMoves.SENDING).toEqual(expect.arrayContaining(['SENT', 'FAILED', 'UNCONFIRMED', 'CANCELED']));
    expect(stepMoves.UNCONFIRMED).toEqual(expect.arrayContaining(['SENT', 'SKIPPED', 'PENDING'])); // sent, skip, send again
  });

  test('is sent from SENDING, from UNCONFIRMED once a look or a person has found it, or from PENDING when it was given up too soon', () => {
    const before = Object.entries(stepMoves).flatMap(([from, moves]) => (moves.includes('SENT') ? [from] : []));
    expect(before.sort()).toEqual(['PENDING', 'SENDING', 'UNCONFIRMED']);
  });
});

/** Each noun's table: where its life begins, and where it ends. */
const tables: [noun: string, moves: Readonly<Record<string, readonly string[]>>, first: string, final: string[]][] = [
  ['sequence', sequenceMoves, 'ACTIVE', ['SUCCEEDED', 'STOPPED_EARLY', 'FAILED']],
  ['step', stepMoves, 'PENDING', ['SENT', 'DONE', 'SKIPPED', 'FAILED', 'CANCELED']],
  ['task', taskMoves, 'OPEN', ['COMPLETED', 'SKIPPED', 'DISMISSED']],
  ['lead', leadMoves, 'PENDING_REVIEW', ['ENROLLED']],
  ['campaign', campaignMoves, 'DRAFT', ['ENDED']],
  ['template', templateMoves, 'PENDING_SETUP', ['ARCHIVED']],
  ['delivery', deliveryMoves, 'CLAIMED', ['SENT', 'REJECTED']],
  ['account', accountMoves, 'CONNECTED', ['REMOVED']],
];

/** Every state that can come after `first`, and `first` itself. */
function reachable(moves: Readonly<Record<string, readonly string[]>>, first: string): string[] {
  const seen = new Set([first]);
  for (const state of seen) for (const next of moves[state] ?? []) seen.add(next);
  return [...seen].sort();
}

describe.each(tables)('the table of a %s', (_noun, moves, first, final) => {
  test('names only states that it has a row for, none of them twice in a row', () => {
    for (const row of Object.values(moves)) {
      expect(Object.keys(moves)).toEqual(expect.arrayContaining([...row]));
      expect(new Set(row).size).toBe(row.length);
    }
  });

  test('reaches every state from the first', () => {
    expect(reachable(moves, first)).toEqual(Object.keys(moves).sort());
  });

  test('has no move out of the final states, and those only', () => {
    const closed = Object.entries(moves).flatMap(([state, row]) => (row.length === 0 ? [state] : []));
    expect(closed.sort()).toEqual([...final].sort());
  });

  test('has no trap: from every state a final one can be reached', () => {
    for (const state of Object.keys(moves))
      expect(reachable(moves, state).some((later) => final.includes(later))).toBe(true);
  });
});

describe('the moves that design 2 forbids', () => {
  test.each<[string, readonly string[], string]>([
    ['a campaign that has started is no draft again', Object.values(campaignMoves).flat(), 'DRAFT'],
    ['a template that was set up is not set up again', Object.values(templateMoves).flat(), 'PENDING_SETUP'],
    ['a FINISHING template accepts nobody again', templateMoves.FINISHING, 'ACTIVE'],
    ['a template that was never active does not finish', templateMoves.PENDING_SETUP, 'FINISHING'],
    ['a settled task is not opened again', Object.values(taskMoves).flat(), 'OPEN'],
    ['a rejected lead is not enrolled', leadMoves.REJECTED, 'ENROLLED'],
    ['a lead nobody has approved is not enrolled', leadMoves.PENDING_REVIEW, 'ENROLLED'],
    ['a failed lead is approved again before it is enrolled', leadMoves.FAILED, 'ENROLLED'],
    ['a message given back is claimed again before its body starts', deliveryMoves.RELEASED, 'DATA_STARTED'],
    ['a message is sent only after its body has started', deliveryMoves.CLAIMED, 'SENT'],
    ['a message whose fate is unknown is not claimed again at once', deliveryMoves.UNCONFIRMED, 'CLAIMED'],
    ['a removed account does not come back', accountMoves.REMOVED, 'CONNECTED'],
  ])('%s', (_rule, moves, to) => {
    expect(moves).not.toContain(to);
  });
});
