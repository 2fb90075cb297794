import { and, asc, eq, gt, inArray, ne } from 'drizzle-orm';
import {
  type InvitationState,
  invitationMoves,
  invitationStates,
  settledTooRecently,
} from '../domain/accounts/linkedin.ts';
import type { AccountId, ContactId } from '../domain/ids.ts';
import { openStatuses } from '../domain/sequence.ts';
import { connectedSince } from './connections.ts';
import type { Tx } from './pool.ts';
import { contactPoints, invitations, sequenceSteps, sequences } from './schema.ts';

/*
 * What became of the invitations that went out from an account: one row for each contact, of the newest one. Those that
 * members send by hand are none of ours.
 */

export type InvitationRow = typeof invitations.$inferSelect;
type Pair = Pick<InvitationRow, 'accountId' | 'contactId'>;

const ofPair = ({ accountId, contactId }: Pair) =>
  and(eq(invitations.accountId, accountId), eq(invitations.contactId, contactId));

/**
 * An invitation of ours is out. With the provider's id it is a new one, whatever was known of the one before; without,
 * it was found there, and one that is known to be pending is the same. Accepted since `begunAt` (epoch ms), it is settled.
 */
export async function rememberInvitation(
  tx: Tx,
  invitation: Omit<InvitationRow, 'state' | 'sentAt' | 'settledAt'>,
  { begunAt, now }: { begunAt: number; now: number },
): Promise<void> {
  const { accountId, contactId, sequenceId, externalId } = invitation;
  const isAccepted = await connectedSince(tx, accountId, contactId, begunAt);
  const standing = isAccepted
    ? { state: 'ACCEPTED' as const, settledAt: now }
    : { state: 'PENDING' as const, settledAt: null };
  await tx
    .insert(invitations)
    .values({ ...invitation, ...standing, sentAt: now })
    .onConflictDoUpdate({
      target: [invitations.accountId, invitations.contactId],
      set: { sequenceId, externalId, sentAt: now, ...standing },
      ...(externalId === null ? { setWhere: ne(invitations.state, 'PENDING') } : {}),
    });
}

/**
 * Moves the pair's invitation, with the contact's lock held; false where the table of moves does not lead there, or
 * where it is another one than the one `sentAt` says.
 */
export async function settleInvitation(
  tx: Tx,
  pair: Pair & { sentAt?: number },
  to: Exclude<InvitationState, 'PENDING'>,
  now: number,
): Promise<boolean> {
  const from = invitationStates.filter((state) => invitationMoves[state].includes(to));
  const moved = await tx
    .update(invitations)
    .set({ state: to, settledAt: now })
    .where(
      and(
        ofPair(pair),
        inArray(invitations.state, from),
        pair.sentAt === undefined ? undefined : eq(invitations.sentAt, pair.sentAt),
      ),
    )
    .returning({ state: invitations.state });
  return moved.length === 1;
}

/** Whether an invitation to the contact came to nothing so lately that LinkedIn takes no other one. */
export async function wasInvitedRecently(tx: Tx, pair: Pair, now: number): Promise<boolean> {
  const rows = await tx
    .select({ state: invitations.state })
    .from(invitations)
    .where(
      and(
        ofPair(pair),
        inArray(invitations.state, ['WITHDRAWN', 'GONE']),
        gt(invitations.settledAt, settledTooRecently(now)),
      ),
    );
  return rows.length > 0;
}

export async function findInvitation(tx: Tx, pair: Pair): Promise<InvitationRow | null> {
  const [row] = await tx.select().from(invitations).where(ofPair(pair));
  return row ?? null;
}

/** A contact, and the name under which their sequence writes to them; null: they were erased. */
export interface Invited {
  contactId: ContactId;
  profile: string | null;
}

/** The account's invitations that nothing more was heard of, oldest first. */
export async function pendingInvitations(tx: Tx, accountId: AccountId): Promise<(InvitationRow & Invited)[]> {
  const rows = await tx
    .select({ invitation: invitations, profile: contactPoints.key })
    .from(invitations)
    .innerJoin(sequences, eq(sequences.id, invitations.sequenceId))
    .leftJoin(contactPoints, eq(contactPoints.id, sequences.profilePoint))
    .where(and(eq(invitations.accountId, accountId), eq(invitations.state, 'PENDING')))
    .orderBy(asc(invitations.sentAt));
  return rows.map(({ invitation, profile }) => ({ ...invitation, profile }));
}

/** Whose connection to the account a message step waits for. */
export const awaitedContacts = (tx: Tx, accountId: AccountId): Promise<Invited[]> =>
  tx
    .select({ contactId: sequences.contactId, profile: contactPoints.key })
    .from(sequences)
    .leftJoin(contactPoints, eq(contactPoints.id, sequences.profilePoint))
    .innerJoin(
      sequenceSteps,
      and(eq(sequenceSteps.sequenceId, sequences.id), eq(sequenceSteps.position, sequences.position)),
    )
    .where(
      and(
        eq(sequences.linkedinAccountId, accountId),
        inArray(sequences.status, [...openStatuses]),
        eq(sequenceSteps.kind, 'linkedin_message'),
        eq(sequenceSteps.status, 'WAITING'),
      ),
    );
