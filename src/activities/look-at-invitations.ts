import { type LinkedIn, LinkedInUnavailable, type PendingInvitation } from '../adapters/linkedin.ts';
import type { Caller, CommandDeps } from '../commands/deps.ts';
import { recordConnectionAccepted } from '../commands/inbound/record-connection-accepted.ts';
import { recordInvitationOver } from '../commands/inbound/record-invitation-over.ts';
import { loadAccount } from '../db/accounts.ts';
import { appNow } from '../db/clock.ts';
import {
  awaitedContacts,
  findInvitation,
  type InvitationRow,
  type Invited,
  pendingInvitations,
} from '../db/invitations.ts';
import type { DuePoll } from '../db/linkedin-polls.ts';
import type { Tx } from '../db/pool.ts';
import { maySend, type Permission } from '../domain/accounts/account.ts';
import { isToBeWithdrawn } from '../domain/accounts/linkedin.ts';
import { hashOf } from '../domain/hash.ts';
import type { ActivityDeps } from './deps.ts';

export type TendDeps = Pick<ActivityDeps, 'db' | 'linkedIn' | 'log'> & CommandDeps;

/** Asks the provider, while there is time; a provider that does not answer is a LinkedInUnavailable. */
export type Ask = <T>(question: (linkedIn: LinkedIn) => Promise<T>) => Promise<T>;

const MOST_RELATIONS = 20;
const MOST_WITHDRAWALS = 10;
/** The provider's list shows no more, the newest first: with so many, what is not on it may be older. */
const FULL_LIST = 1_000;
/** So long after an invitation the provider may not show it yet. */
const SETTLING_MS = 3_600_000;

/** Somebody who may have accepted; with the invitation of ours that is pending, where there is one. */
interface Candidate extends Invited {
  invitation: InvitationRow | null;
}

interface Look {
  deps: TendDeps;
  caller: Caller;
  due: DuePoll;
  ask: Ask;
  known: Known;
}

/**
 * Finds out who accepted one account's invitations, who declined, and takes back what has been pending for too long; of
 * each only so many at once. Returns whether that was all. Nothing of ours is locked while the provider is asked.
 */
export async function lookAtInvitations(deps: TendDeps, caller: Caller, due: DuePoll, ask: Ask): Promise<boolean> {
  const known = await deps.db.inWorkspace(due.workspaceId, (tx) => read(tx, due));
  const look: Look = { deps, caller, due, ask, known };
  if (known.pending.length === 0 && known.awaited.length === 0) return true;
  if (isResting(known)) return true;
  const list = await ask((linkedIn) => linkedIn.pendingInvitations(due));
  const isListed = listedIn(list);
  const isFull = list.length >= FULL_LIST;

  const mayAct = known.permission.kind === 'may';
  const old = known.pending.filter((row) => mayAct && isOld(row, known) && (isListed(row) || isFull));
  const takenBack = inAnyOrder(old, known.now).slice(0, MOST_WITHDRAWALS);
  for (const row of takenBack) await takeBack(look, row, idIn(list, row));

  const missing = candidates(known).filter((one) => !isListed(one) && !takenBack.some(isSame(one)));
  const [ours, others] = [missing.filter(({ invitation }) => invitation), missing.filter((one) => !one.invitation)];
  // An answer settles an invitation of ours, unless the list is full; of others it may say "not yet" again and again,
  // so that their order changes, or some would never be asked for.
  const asked = isFull ? inAnyOrder(missing, known.now) : [...ours, ...inAnyOrder(others, known.now)];
  for (const one of asked.slice(0, MOST_RELATIONS)) await askFor(look, one);
  return old.length <= MOST_WITHDRAWALS && (isFull || ours.length <= MOST_RELATIONS);
}

interface Known {
  pending: (InvitationRow & Invited)[];
  awaited: Invited[];
  withdrawAfterDays: number | null;
  permission: Permission;
  now: number;
}

async function read(tx: Tx, { accountId }: DuePoll): Promise<Known> {
  const account = await loadAccount(tx, accountId);
  const now = await appNow(tx);
  return {
    pending: await pendingInvitations(tx, accountId),
    awaited: await awaitedContacts(tx, accountId),
    withdrawAfterDays: account.withdrawAfterDays,
    permission: maySend(account, now),
    now,
  };
}

/** The provider named a limit: it is asked nothing of LinkedIn until then. */
const isResting = ({ permission }: Known) => permission.kind === 'defer' && permission.why === 'account_cap';

const isOld = ({ sentAt }: InvitationRow, { withdrawAfterDays, now }: Known) =>
  isToBeWithdrawn(sentAt, withdrawAfterDays, now);

const candidates = ({ pending, awaited }: Known): Candidate[] => [
  ...pending.map((invitation) => ({ ...invitation, invitation })),
  ...awaited.filter((one) => !pending.some(isSame(one))).map((one) => ({ ...one, invitation: null })),
];

const isSame =
  ({ contactId }: Invited) =>
  (other: Invited) =>
    other.contactId === contactId;

function listedIn(list: readonly PendingInvitation[]) {
  const ids = new Set(list.map(({ externalId }) => externalId));
  const profiles = new Set(list.map(({ profile }) => profile));
  return (one: Invited & { externalId?: string | null }): boolean =>
    (one.externalId != null && ids.has(one.externalId)) || (one.profile !== null && profiles.has(one.profile));
}

const idIn = (list: readonly PendingInvitation[], { externalId, profile }: InvitationRow & Invited): string | null =>
  externalId ?? list.find((listed) => profile !== null && listed.profile === profile)?.externalId ?? null;

/** Another order at every look. */
const inAnyOrder = <T extends Invited>(all: readonly T[], now: number): T[] =>
  all
    .map((one) => ({ one, key: hashOf(`${one.contactId}#${now}`) }))
    .sort((a, b) => a.key - b.key)
    .map(({ one }) => one);

/** Somebody who is not on the list: connected, or, invited by us, gone. A crash behind a withdrawal leads here too. */
async function askFor({ deps, caller, due, ask, known }: Look, one: Candidate): Promise<void> {
  const { profile, invitation } = one;
  const relation = profile === null ? 'none' : await ask((linkedIn) => linkedIn.relation(due, profile));
  if (relation === 'pending') return;
  if (relation === 'connected') {
    if (profile !== null) await recordConnectionAccepted(deps, caller, { accountId: due.accountId, profile });
  } else if (invitation && invitation.sentAt <= known.now - SETTLING_MS)
    await recordInvitationOver(deps, caller, invitation, isOld(invitation, known) ? 'WITHDRAWN' : 'GONE');
}

/** Takes an invitation back that is still ours to take; who has accepted it meanwhile is connected. */
async function takeBack(look: Look, row: InvitationRow & Invited, externalId: string | null): Promise<void> {
  const { deps, caller, due, ask } = look;
  if (externalId === null || !(await deps.db.inWorkspace(due.workspaceId, (tx) => mayTakeBack(tx, row)))) return;
  const outcome = await ask((linkedIn) => linkedIn.withdraw(due, externalId));
  switch (outcome.kind) {
    case 'done':
      return recordInvitationOver(deps, caller, row, 'WITHDRAWN');
    case 'already':
      return askFor(look, { ...row, invitation: row });
    case 'rateLimited':
    case 'disconnected':
      throw new LinkedInUnavailable('account in trouble', outcome);
    default:
      deps.log.warn({ accountId: due.accountId, why: outcome.kind }, 'an invitation could not be taken back');
  }
}

/** As things stand now: somebody may have accepted it, or have paused the account, since the look began. */
async function mayTakeBack(tx: Tx, { accountId, contactId, sentAt }: InvitationRow): Promise<boolean> {
  const stands = await findInvitation(tx, { accountId, contactId });
  const account = await loadAccount(tx, accountId);
  return stands?.state === 'PENDING' && stands.sentAt === sentAt && maySend(account, await appNow(tx)).kind === 'may';
}
