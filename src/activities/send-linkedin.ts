import { createHash } from 'node:crypto';
import { type LinkedInOutcome, LinkedInUnavailable } from '../adapters/linkedin.ts';
import { disconnectAccount, restAccount } from '../db/accounts.ts';
import { type Claim, permitBody, settleDelivery } from '../db/claim.ts';
import { connectedSince } from '../db/connections.ts';
import { record } from '../db/events.ts';
import { rememberInvitation, wasInvitedRecently } from '../db/invitations.ts';
import { changeSequence, deriveStatus, endSequence, finishStep, moveStep } from '../db/moves.ts';
import type { Tx } from '../db/pool.ts';
import { restUntil } from '../domain/accounts/account.ts';
import { DAY_MS } from '../domain/durations.ts';
import type { StepResult } from '../domain/sequence.ts';
import type { ActivityDeps } from './deps.ts';
import { noteTrouble } from './note-trouble.ts';
import { returnStep } from './orphans.ts';
import { defer } from './put-off.ts';
import { recordAttempt } from './record-attempt.ts';
import { type DeedOutcome, doneResult, endedResult, standing } from './step-results.ts';

/**
 * What is to be recorded of a LinkedIn attempt: the provider's word, that no connection stands, or that an invitation
 * came to nothing lately. `isOurs`: what is there already is an invitation, and an earlier attempt may have made it.
 */
type Recorded =
  | Exclude<LinkedInOutcome, { kind: 'already' }>
  | { kind: 'already'; isOurs?: boolean }
  | { kind: 'notYetConnected' | 'invitedRecently' };
type Attempt = Recorded | { kind: 'withdrawn' } | { kind: 'unreachable' } | { kind: 'unheard' };

/**
 * Invites or messages behind a claim. Before any second call the provider is asked what it has already (LinkedIn knows
 * no idempotency key); an "already" is success. Design 6.
 */
export async function sendLinkedIn(deps: ActivityDeps, claim: Claim, workflowNow: number): Promise<DeedOutcome> {
  const { walk } = claim;
  const attempt = await actOrSayWhyNot(deps, claim, workflowNow);
  if (attempt.kind === 'withdrawn' || attempt.kind === 'unreachable' || attempt.kind === 'unheard') return attempt.kind;
  const result = await deps.db.inWorkspace(walk.sequence.workspaceId, (tx) =>
    recordOutcome(tx, deps, claim, attempt, workflowNow),
  );
  await deps.fault?.('recorded');
  return result;
}

async function act(deps: ActivityDeps, claim: Claim, workflowNow: number): Promise<Attempt> {
  const { account, delivery, step, walk } = claim;
  if (account.settings.channel !== 'linkedin') throw new Error(`account ${account.id} is no LinkedIn account`);
  const via = { externalId: account.settings.externalId };
  const profile = delivery.recipient;
  const isBegun = delivery.dataStartedAt !== null; // by an attempt before this one, and nobody saw its end
  const permitted = (text: string) =>
    deps.db.inWorkspace(walk.sequence.workspaceId, (tx) => permitBody(tx, delivery, sha256(text), workflowNow));

  if (step.kind === 'linkedin_invitation' && (await isTooSoon(deps, claim))) return { kind: 'invitedRecently' };
  const relation = await deps.linkedIn.relation(via, profile);
  if (relation === 'unknownProfile') return { kind: 'invalidProfile', detail: 'no such profile' };

  if (step.content?.kind === 'linkedin_invitation') {
    const { note } = step.content;
    if (isBegun && relation === 'none') return { kind: 'unheard' };
    if (!(await permitted(note ?? ''))) return { kind: 'withdrawn' };
    await deps.fault?.('data_started');
    if (relation !== 'none') return { kind: 'already', isOurs: isBegun && relation === 'pending' };
    const outcome = await told(deps, await deps.linkedIn.invite(via, profile, note));
    return outcome.kind === 'already' ? { kind: 'already', isOurs: isBegun } : outcome;
  }
  if (step.content?.kind !== 'linkedin_message') throw new Error(`step ${step.stepId} is no LinkedIn step`);
  if (relation !== 'connected') return { kind: 'notYetConnected' };
  const { body } = step.content;
  const isSaid = () => deps.linkedIn.hasMessage(via, profile, body);
  if (isBegun && !(await isSaid())) return { kind: 'unheard' };
  if (!(await permitted(body))) return { kind: 'withdrawn' };
  await deps.fault?.('data_started');
  if (delivery.attempt > 1 && (await isSaid())) return { kind: 'already' };
  return told(deps, await deps.linkedIn.sendMessage(via, profile, body));
}

/** LinkedIn takes no second invitation so soon: it is not even asked. */
const isTooSoon = ({ db }: ActivityDeps, { walk, account, now }: Claim): Promise<boolean> =>
  db.inWorkspace(walk.sequence.workspaceId, (tx) =>
    wasInvitedRecently(tx, { accountId: account.id, contactId: walk.contact.id }, now),
  );

async function told(deps: ActivityDeps, outcome: LinkedInOutcome): Promise<LinkedInOutcome> {
  await deps.fault?.('accepted');
  return outcome;
}

/**
 * The provider's passing fault: nobody knows whether a call that failed was heard, so the next attempt asks what is
 * there before it calls again. A question that met trouble with the account leaves the reason to the fence.
 */
async function actOrSayWhyNot(deps: ActivityDeps, claim: Claim, workflowNow: number): Promise<Attempt> {
  try {
    return await act(deps, claim, workflowNow);
  } catch (error) {
    if (!(error instanceof LinkedInUnavailable)) throw error;
    if (!error.trouble) return { kind: 'unreachable' };
    const { walk, account } = claim;
    const ids = { workspaceId: walk.sequence.workspaceId, accountId: account.id };
    await noteTrouble(deps.db, ids, error.trouble, workflowNow);
    return { kind: 'withdrawn' };
  }
}

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');

function recordOutcome(
  tx: Tx,
  deps: ActivityDeps,
  claim: Claim,
  attempt: Recorded,
  workflowNow: number,
): Promise<StepResult> {
  return recordAttempt(tx, claim, workflowNow, async (fresh) => {
    const { walk, step, account, now } = fresh;
    const { delivery } = claim;
    const release = () => settleDelivery(tx, delivery, 'RELEASED', now, { answer: attempt.kind });
    const later = async (until: number, why: 'held' | 'account_cap') => {
      await returnStep(tx, walk, step);
      return walk.sequence.endedAt === null ? defer(tx, deps, walk, until, why, now) : endedResult(walk);
    };
    switch (attempt.kind) {
      case 'done':
      case 'already':
        if (!(await settleDelivery(tx, delivery, 'SENT', now, { answer: attempt.kind }))) return null;
        await keepInvitation(tx, claim, attempt, now);
        await finishStep(tx, walk, step, 'SENT', now, 'service', attempt.kind === 'already' ? 'already_done' : null);
        return doneResult(walk);
      case 'invitedRecently':
        if (!(await release())) return null;
        await finishStep(tx, walk, step, 'SKIPPED', now, 'service', 'invited_recently');
        return doneResult(walk);
      case 'notYetConnected':
      case 'notConnected':
        if (!(await release())) return null;
        await returnStep(tx, walk, step);
        return walk.sequence.endedAt === null ? awaitConnection(tx, deps, claim, fresh) : endedResult(walk);
      case 'rateLimited': {
        if (!(await release())) return null;
        const until = Math.max(restUntil(now), now + (attempt.retryAfterMs ?? 0));
        await restAccount(tx, account, until, now);
        return later(until, 'account_cap');
      }
      case 'disconnected':
        if (!(await release())) return null;
        return later(await disconnectAccount(tx, account, now), 'held');
      case 'invalidProfile':
        if (!(await settleDelivery(tx, delivery, 'REJECTED', now, { answer: attempt.kind }))) return null;
        await finishStep(tx, walk, step, 'SKIPPED', now, 'service', 'invalid_profile');
        return doneResult(walk);
      case 'refused':
        if (!(await settleDelivery(tx, delivery, 'REJECTED', now, { answer: attempt.kind }))) return null;
        await finishStep(tx, walk, step, 'FAILED', now, 'service', 'rejected_by_policy');
        if (walk.sequence.endedAt === null)
          await endSequence(tx, walk, { status: 'FAILED', reason: 'rejected_by_policy' }, 'service', now);
        return endedResult(walk);
    }
  });
}

/** What is out in our name is polled, and withdrawn when it gets old; what the member sent by hand is theirs. */
async function keepInvitation(
  tx: Tx,
  { walk, step, account, now: begunAt }: Claim,
  attempt: Extract<Recorded, { kind: 'done' | 'already' }>,
  now: number,
): Promise<void> {
  if (step.kind !== 'linkedin_invitation' || (attempt.kind === 'already' && !attempt.isOurs)) return;
  const { workspaceId, id: sequenceId } = walk.sequence;
  const externalId = attempt.kind === 'done' ? attempt.externalId : null;
  const invitation = { workspaceId, accountId: account.id, contactId: walk.contact.id, sequenceId, externalId };
  await rememberInvitation(tx, invitation, { begunAt, now });
}

/** No connection when a message step runs: the template's behaviour decides. Design 5. */
async function awaitConnection(
  tx: Tx,
  deps: ActivityDeps,
  { account, now: claimedAt }: Claim,
  { walk, step, now }: Pick<Claim, 'walk' | 'step' | 'now'>,
): Promise<StepResult> {
  const { linkedIn } = walk.content;
  // Accepted while the provider was being asked: its word is older than ours.
  if (await connectedSince(tx, account.id, walk.contact.id, claimedAt))
    return defer(tx, deps, walk, now + 60_000, 'provider_retry', now);
  const until = linkedIn.kind === 'SKIP' ? now : (step.waitUntil ?? now + linkedIn.maxWaitDays * DAY_MS);
  if (until <= now) {
    await finishStep(tx, walk, step, 'SKIPPED', now, 'service', 'no_connection');
    return doneResult(walk);
  }
  await moveStep(tx, step, 'WAITING', { waitUntil: until });
  await changeSequence(tx, walk, { nextAt: until, nextWhy: 'waiting_for_connection' });
  await deriveStatus(tx, walk, now);
  await record(tx, {
    workspaceId: walk.sequence.workspaceId,
    kind: 'sequence_waits_for_connection',
    at: now,
    actor: 'service',
    campaignId: walk.sequence.campaignId,
    contactId: walk.contact.id,
    sequenceId: walk.sequence.id,
    data: { step: step.position + 1, until },
  });
  return { kind: 'waitingForLead', until, ...standing(walk) };
}
