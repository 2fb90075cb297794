import { hasUnreadMessage } from '../db/callbacks.ts';
import { record } from '../db/events.ts';
import { isInboxFresh } from '../db/mailboxes.ts';
import { changeSequence, deriveStatus, returnStep } from '../db/moves.ts';
import type { Tx } from '../db/pool.ts';
import type { AccountRow, StepRow } from '../db/rows.ts';
import { askPace, freeSlot, isFollowUp } from '../db/slots.ts';
import type { Walk } from '../db/walks.ts';
import type { StepResult, Why } from '../domain/sequence.ts';
import type { ActivityDeps } from './deps.ts';
import type { Fresh } from './record-attempt.ts';
import { endedResult, standing } from './step-results.ts';

const ALARM_AFTER_DEFERRALS = 20;
/** No deferral is nearer, whatever asks for it: a step that is put off by milliseconds would spin. Design 3. */
export const NEAREST_DEFERRAL_MS = 30_000;

/** A LinkedIn message that is read within seconds; behind a language model, or a provider that is away, later. */
const READ_WITHIN_MS = 60_000;

/** The contact wrote to us on LinkedIn, and what that means is just being found out. */
export const waitsForReader = async (
  tx: Tx,
  deps: ActivityDeps,
  walk: Walk,
  now: number,
): Promise<StepResult | null> =>
  (await hasUnreadMessage(tx, walk)) ? defer(tx, deps, walk, now + READ_WITHIN_MS, 'inbox_stale', now) : null;

/** The last of the fence: may it be that the contact has answered unread, and has the account room? Design 3. */
export async function waitsForItsTurn(
  tx: Tx,
  deps: ActivityDeps,
  walk: Walk,
  step: StepRow,
  account: AccountRow,
  now: number,
): Promise<StepResult | null> {
  // LinkedIn tells of replies by itself; who answers there stops the sequence without an inbox being read.
  if (step.kind === 'email' && isFollowUp(walk, step) && !(await isInboxFresh(tx, account.id, deps.inboxFreshMs)))
    return defer(tx, deps, walk, now + deps.inboxFreshMs, 'inbox_stale', now);
  const pace = await askPace(tx, walk, step, account, now);
  return pace.kind === 'go' ? null : putOff(tx, deps, walk, pace.at, pace.why, now);
}

/** The step goes later, for the reason that the fence gave; a slot it had is free for others. */
export async function defer(...[tx, deps, walk, ...more]: Parameters<typeof putOff>): Promise<StepResult> {
  await freeSlot(tx, walk);
  return putOff(tx, deps, walk, ...more);
}

/** The claim went back: the step goes later, for that reason, unless its sequence has ended meanwhile. */
export async function returnAndDefer(
  { tx, walk, step, now }: Fresh,
  deps: ActivityDeps,
  until: number,
  why: Why,
): Promise<StepResult> {
  await returnStep(tx, walk, step);
  return walk.sequence.endedAt === null ? defer(tx, deps, walk, until, why, now) : endedResult(walk);
}

/** The row says when and why. */
async function putOff(
  tx: Tx,
  deps: ActivityDeps,
  walk: Walk,
  wanted: number,
  why: Why,
  now: number,
): Promise<StepResult> {
  const { sequence } = walk;
  const until = Math.max(wanted, now + NEAREST_DEFERRAL_MS);
  const deferrals = sequence.deferrals + 1;
  if (deferrals % ALARM_AFTER_DEFERRALS === 0)
    deps.log.error({ sequenceId: sequence.id, deferrals, why }, 'a step is deferred over and over');
  await changeSequence(tx, walk, { nextAt: until, nextWhy: why, deferrals, parkedEpoch: null });
  await deriveStatus(tx, walk, now);
  await record(tx, {
    workspaceId: sequence.workspaceId,
    kind: 'step_deferred',
    at: now,
    actor: 'service',
    campaignId: sequence.campaignId,
    contactId: sequence.contactId,
    sequenceId: sequence.id,
    data: { step: sequence.position + 1, why, until },
  });
  return { kind: 'deferred', until, why, ...standing(walk) };
}
