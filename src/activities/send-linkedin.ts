import { createHash } from 'node:crypto';
import {
  type LinkedInAccount,
  type LinkedInOutcome,
  LinkedInUnavailable,
  type Relation,
} from '../adapters/linkedin.ts';
import { type Claim, permitBody } from '../db/claim.ts';
import { wasInvitedRecently } from '../db/invitations.ts';
import type { ActivityDeps } from './deps.ts';
import { noteTrouble } from './note-trouble.ts';
import { type LinkedInRecord, recordLinkedIn } from './record-linkedin.ts';
import type { DeedOutcome } from './step-results.ts';

type Attempt = LinkedInRecord | { kind: 'withdrawn' } | { kind: 'unreachable' } | { kind: 'unheard' };

/**
 * Invites or messages behind a claim. Before any second call the provider is asked what it has already (LinkedIn knows
 * no idempotency key); an "already" is success. Design 6.
 */
export async function sendLinkedIn(deps: ActivityDeps, claim: Claim, workflowNow: number): Promise<DeedOutcome> {
  const attempt = await actOrSayWhyNot(deps, claim, workflowNow);
  if (attempt.kind === 'withdrawn' || attempt.kind === 'unreachable' || attempt.kind === 'unheard') return attempt.kind;
  const result = await recordLinkedIn(deps, claim, attempt, workflowNow);
  await deps.fault?.('recorded');
  return result;
}

async function act(deps: ActivityDeps, claim: Claim, workflowNow: number): Promise<Attempt> {
  const { account, delivery, step, walk } = claim;
  if (account.settings.channel !== 'linkedin') throw new Error(`account ${account.id} is no LinkedIn account`);
  const via = { externalId: account.settings.externalId };
  if (step.kind === 'linkedin_invitation' && (await isTooSoon(deps, claim))) return { kind: 'invitedRecently' };
  const relation = await deps.linkedIn.relation(via, delivery.recipient);
  if (relation === 'unknownProfile') return { kind: 'invalidProfile', detail: 'no such profile' };

  const permitted = async (text: string) => {
    const isPermitted = await deps.db.inWorkspace(walk.sequence.workspaceId, (tx) =>
      permitBody(tx, delivery, sha256(text), workflowNow),
    );
    if (isPermitted) await deps.fault?.('data_started');
    return isPermitted;
  };
  const call: Call = { deps, claim, via, relation, permitted };
  if (step.content?.kind === 'linkedin_invitation') return invite(call, step.content.note);
  if (step.content?.kind === 'linkedin_message') return message(call, step.content.body);
  throw new Error(`step ${step.stepId} is no LinkedIn step`);
}

/** A call to the provider that is about to be made. */
interface Call {
  deps: ActivityDeps;
  claim: Claim;
  via: LinkedInAccount;
  relation: Relation;
  /** The fence's last word on saying this. */
  permitted(text: string): Promise<boolean>;
}

/** An attempt before this one began to call, and nobody saw its end. */
const isBegun = ({ delivery }: Claim): boolean => delivery.dataStartedAt !== null;

async function invite({ deps, claim, via, relation, permitted }: Call, note: string | null): Promise<Attempt> {
  if (isBegun(claim) && relation === 'none') return { kind: 'unheard' };
  if (!(await permitted(note ?? ''))) return { kind: 'withdrawn' };
  if (relation !== 'none') return { kind: 'already', isOurs: isBegun(claim) && relation === 'pending' };
  const outcome = await told(deps, await deps.linkedIn.invite(via, claim.delivery.recipient, note));
  return outcome.kind === 'already' ? { kind: 'already', isOurs: isBegun(claim) } : outcome;
}

async function message({ deps, claim, via, relation, permitted }: Call, body: string): Promise<Attempt> {
  const { attempt, recipient } = claim.delivery;
  if (relation !== 'connected') return { kind: 'notYetConnected' };
  const isSaid = () => deps.linkedIn.hasMessage(via, recipient, body);
  if (isBegun(claim) && !(await isSaid())) return { kind: 'unheard' };
  if (!(await permitted(body))) return { kind: 'withdrawn' };
  if (attempt > 1 && (await isSaid())) return { kind: 'already' };
  return told(deps, await deps.linkedIn.sendMessage(via, recipient, body));
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
