import type { LinkedInAccountTrouble, LinkedInOutcome } from '../adapters/linkedin.ts';
import { type Claim, settleDelivery } from '../db/claim.ts';
import { connectedSince } from '../db/connections.ts';
import { learnPoints } from '../db/contact-points.ts';
import { rememberInvitation } from '../db/invitations.ts';
import { changeSequence, deriveStatus, failStep, finishStep, moveStep, returnStep } from '../db/moves.ts';
import { recordOfSequence } from '../db/scene.ts';
import { linkedInPoint } from '../domain/contact-point.ts';
import { DAY_MS, MINUTE_MS } from '../domain/durations.ts';
import type { StepResult } from '../domain/sequence.ts';
import type { ActivityDeps } from './deps.ts';
import { settleTrouble } from './note-trouble.ts';
import { defer, returnAndDefer } from './put-off.ts';
import { type Recording, recordAttempt } from './record-attempt.ts';
import { doneResult, endedResult, standing } from './step-results.ts';

/**
 * What is to be recorded of a LinkedIn attempt: the provider's word, that no connection stands, or that an invitation
 * came to nothing lately. `isOurs`: what is there already is an invitation, and an earlier attempt may have made it.
 */
export type LinkedInRecord =
  | Exclude<LinkedInOutcome, { kind: 'already' }>
  | { kind: 'already'; isOurs?: boolean }
  | { kind: 'notYetConnected' | 'invitedRecently' };

interface Effect<Outcome> {
  /** What the ledger says of the message from now on. */
  message: 'SENT' | 'RELEASED' | 'REJECTED';
  /** What becomes of its step. A method, not a property: each row is asked with its own outcome only. */
  step(at: Recording, outcome: Outcome): Promise<StepResult>;
}

/** What each outcome leaves. Design 5, 6. */
const effects: { [Kind in LinkedInRecord['kind']]: Effect<Extract<LinkedInRecord, { kind: Kind }>> } = {
  done: {
    message: 'SENT',
    async step(at, { externalId, providerId }) {
      if (providerId !== undefined) await learnId(at, providerId);
      return sent(at, { externalId, isOurs: true }, null);
    },
  },
  already: {
    message: 'SENT',
    step: (at, { isOurs = false }) => sent(at, { externalId: null, isOurs }, 'already_done'),
  },
  invitedRecently: { message: 'RELEASED', step: (at) => skipped(at, 'invited_recently') },
  invalidProfile: { message: 'REJECTED', step: (at) => skipped(at, 'invalid_profile') },
  notYetConnected: { message: 'RELEASED', step: awaitConnection },
  notConnected: { message: 'RELEASED', step: awaitConnection },
  rateLimited: { message: 'RELEASED', step: waitForAccount },
  disconnected: { message: 'RELEASED', step: waitForAccount },
  refused: { message: 'REJECTED', step: failed },
};

/** Writes down what became of a claimed invitation or message, and answers with what the workflow has to do next. */
export const recordLinkedIn = (
  deps: ActivityDeps,
  claim: Claim,
  outcome: LinkedInRecord,
  workflowNow: number,
): Promise<StepResult> =>
  deps.db.inWorkspace(claim.walk.sequence.workspaceId, (tx) =>
    recordAttempt(tx, claim, workflowNow, async (fresh) => {
      const effect: Effect<typeof outcome> = effects[outcome.kind];
      const settled = await settleDelivery(fresh, claim.delivery, effect.message, { answer: outcome.kind });
      return settled ? effect.step({ ...fresh, deps, claim }, outcome) : null;
    }),
  );

async function sent(
  at: Recording,
  made: { externalId: string | null; isOurs: boolean },
  reason: 'already_done' | null,
): Promise<StepResult> {
  const { walk, step } = at;
  if (step.kind === 'linkedin_invitation' && made.isOurs) await keepInvitation(at, made.externalId);
  await finishStep(at, step, 'SENT', reason);
  return doneResult(walk);
}

/** By which the contact is found when their public name has changed. */
const learnId = ({ tx, walk, now }: Recording, providerId: string) =>
  learnPoints(
    tx,
    { workspaceId: walk.sequence.workspaceId, contactId: walk.contact.id, source: 'provider', now },
    [linkedInPoint(providerId)].filter(({ kind }) => kind === 'provider_id'), // whatever else an answer calls an id
  );

/** What is out in our name is polled, and withdrawn when it gets old; what the member sent by hand is theirs. */
async function keepInvitation({ tx, walk, account, claim, now }: Recording, externalId: string | null): Promise<void> {
  const { workspaceId, id: sequenceId } = walk.sequence;
  const invitation = { workspaceId, accountId: account.id, contactId: walk.contact.id, sequenceId, externalId };
  await rememberInvitation(tx, invitation, { begunAt: claim.now, now });
}

async function skipped(at: Recording, reason: string): Promise<StepResult> {
  await finishStep(at, at.step, 'SKIPPED', reason);
  return doneResult(at.walk);
}

async function failed(at: Recording): Promise<StepResult> {
  await failStep(at, at.step, 'rejected_by_policy');
  return endedResult(at.walk);
}

async function waitForAccount(at: Recording, trouble: LinkedInAccountTrouble): Promise<StepResult> {
  const { until, why } = await settleTrouble(at.tx, at.account, trouble, at.now);
  return returnAndDefer(at, at.deps, until, why);
}

/** No connection when a message step runs: the template's behaviour decides. Design 5. */
async function awaitConnection(at: Recording): Promise<StepResult> {
  const { tx, deps, walk, step, account, claim, now } = at;
  await returnStep(at, step);
  if (walk.sequence.endedAt !== null) return endedResult(walk);
  const { linkedIn } = walk.content;
  // Accepted while the provider was being asked: its word is older than ours.
  if (await connectedSince(tx, account.id, walk.contact.id, claim.now))
    return defer(at, deps, now + MINUTE_MS, 'provider_retry');
  const until = linkedIn.kind === 'SKIP' ? now : (step.waitUntil ?? now + linkedIn.maxWaitDays * DAY_MS);
  if (until <= now) return skipped(at, 'no_connection');
  await moveStep(tx, step, 'WAITING', { waitUntil: until });
  await changeSequence(at, { nextAt: until, nextWhy: 'waiting_for_connection' });
  await deriveStatus(at);
  await recordOfSequence(at, 'sequence_waits_for_connection', { step: step.position + 1, until });
  return { kind: 'waitingForLead', until, ...standing(walk) };
}
