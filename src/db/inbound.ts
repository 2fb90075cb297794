import { type AnyColumn, and, desc, eq, inArray, isNotNull, isNull, or, sql } from 'drizzle-orm';
import { domainOf } from '../domain/contact.ts';
import { type ContactPoint, linkedInPoint } from '../domain/contact-point.ts';
import { isFreeMail } from '../domain/free-mail.ts';
import type { AccountId, ContactId, DeliveryId, InboundId, SequenceId } from '../domain/ids.ts';
import { openStatuses } from '../domain/sequence.ts';
import { lockInbound, shareContact } from './locks.ts';
import { newId } from './new-id.ts';
import type { Tx } from './pool.ts';
import type { DeliveryRow, InboundRow } from './rows.ts';
import {
  accounts,
  contactPoints,
  contacts,
  deliveries,
  inboundMessages,
  members,
  sequenceSteps,
  sequences,
} from './schema.ts';

/** What a message answers to, or reports of. */
export interface Match {
  sequenceId: SequenceId;
  contactId: ContactId;
  /** The message of ours that it names; null when only the sender told. */
  deliveryId: DeliveryId | null;
  /** When we last wrote to the contact, epoch ms. */
  lastSentAt: number;
}

/** The row of a message that arrived, written once; the one that stands when it was seen before. */
export async function noteInbound(
  tx: Tx,
  row: Pick<InboundRow, 'workspaceId' | 'accountId' | 'messageId' | 'kind' | 'receivedAt'>,
): Promise<InboundRow> {
  await tx
    .insert(inboundMessages)
    .values({ id: newId<InboundId>(), ...row })
    .onConflictDoNothing();
  await lockInbound(tx, row);
  const [stands] = await tx
    .select()
    .from(inboundMessages)
    .where(and(eq(inboundMessages.accountId, row.accountId), eq(inboundMessages.messageId, row.messageId)));
  if (!stands) throw new Error('an inbound message was not written');
  return stands;
}

export const changeInbound = (tx: Tx, id: InboundId, change: Partial<Omit<InboundRow, 'id' | 'workspaceId'>>) =>
  tx.update(inboundMessages).set(change).where(eq(inboundMessages.id, id));

/** What a message means and who said so; null where nobody has yet. */
export type Decision = Pick<InboundRow, 'intent' | 'decidedBy'>;

/** Keeps the first decision about a message, and returns the one that stands. */
export async function keepDecision(tx: Tx, id: InboundId, decision: Decision): Promise<Decision> {
  const isOpen = and(isNull(inboundMessages.intent), isNull(inboundMessages.decidedBy));
  await tx
    .update(inboundMessages)
    .set(decision)
    .where(and(eq(inboundMessages.id, id), isOpen));
  const [stands] = await tx
    .select({ intent: inboundMessages.intent, decidedBy: inboundMessages.decidedBy })
    .from(inboundMessages)
    .where(eq(inboundMessages.id, id));
  if (!stands) throw new Error('an inbound message was decided on that is not there');
  return stands;
}

/** Whether an address is one of our own accounts': own mail is never a reply. Design 6. */
export async function isOwnAddress(tx: Tx, address: string): Promise<boolean> {
  const rows = await tx
    .select({ id: accounts.id })
    .from(accounts)
    .where(and(eq(accounts.channel, 'email'), eq(sql`lower(${accounts.address})`, address)))
    .limit(1);
  return rows.length > 0;
}

/**
 * Whether an address is of our own people: a member's, or of a domain that our accounts write from. Ours knows the thread
 * and is not the contact. A domain at which we write to somebody says nothing.
 */
export async function isOurPeoples(tx: Tx, email: string): Promise<boolean> {
  const domain = domainOf(email);
  const at = (address: AnyColumn) => sql`split_part(lower(${address}), '@', -1) = ${domain}`;
  const isMember = sql<boolean>`exists (select 1 from ${members} where lower(${members.email}) = ${email})`;
  const isAccounts = sql<boolean>`exists (select 1 from ${accounts} where ${accounts.channel} = 'email' and ${at(accounts.address)})`;
  const isContacts = sql<boolean>`exists (select 1 from ${contactPoints} where ${contactPoints.kind} = 'address' and ${at(contactPoints.key)})`;
  const { rows } = await tx.execute<{ ours: boolean }>(
    sql`select ${isMember} or (${!isFreeMail(email)} and ${isAccounts} and not ${isContacts}) as ours`,
  );
  return rows[0]?.ours === true;
}

/** No index holds an id of several thousand bytes (SQLSTATE 54000), and no mail program writes one of 500. */
export const fitsIndex = (messageId: string): boolean => Buffer.byteLength(messageId) <= 500;

/**
 * Of who was erased nothing is known, so nothing concerns them. The contact's key is shared until what they wrote is
 * written down: an erasure waits for it and clears it too. One that came first, or a merge, makes us look again.
 */
async function stillKnown<T extends Pick<Match, 'contactId'>>(tx: Tx, find: () => PromiseLike<T[]>): Promise<T | null> {
  for (;;) {
    const [match] = await find();
    if (!match) return null;
    await shareContact(tx, match.contactId);
    const [contact] = await tx
      .select({ erasedAt: contacts.erasedAt, mergedInto: contacts.mergedInto })
      .from(contacts)
      .where(eq(contacts.id, match.contactId));
    if (contact?.erasedAt === null && contact.mergedInto === null) return match;
  }
}

/** The newest of our messages with one of these Message-IDs; the workspace is the transaction's. */
export async function matchByMessageId(tx: Tx, messageIds: readonly string[]): Promise<Match | null> {
  const ids = messageIds.filter(fitsIndex);
  if (ids.length === 0) return null;
  return stillKnown(tx, () =>
    tx
      .select({
        sequenceId: deliveries.sequenceId,
        contactId: sequences.contactId,
        deliveryId: deliveries.id,
        lastSentAt: deliveries.claimedAt,
      })
      .from(deliveries)
      .innerJoin(sequences, eq(sequences.id, deliveries.sequenceId))
      .innerJoin(contacts, eq(contacts.id, sequences.contactId))
      .where(and(inArray(deliveries.messageId, ids), isNull(contacts.erasedAt)))
      .orderBy(desc(deliveries.claimedAt))
      .limit(1),
  );
}

/** Of a message that was sent, or may have been. */
const said = ['DATA_STARTED', 'SENT', 'UNCONFIRMED'] as const;

const isPoint = ({ kind, key }: ContactPoint) => and(eq(contactPoints.kind, kind), eq(contactPoints.key, key));

/**
 * The sequence that is open with the contact of this address, whatever of ours they answer; else the one that last wrote
 * to them, whichever of their addresses it wrote to.
 */
export async function matchBySender(tx: Tx, address: string): Promise<Match | null> {
  const isSaid = and(isNotNull(deliveries.messageId), inArray(deliveries.state, [...said]));
  const row = await stillKnown(tx, () =>
    tx
      .select({
        sequenceId: sequences.id,
        contactId: sequences.contactId,
        lastSentAt: sql<number>`coalesce(${deliveries.claimedAt}, ${sequences.enrolledAt})`.mapWith(
          deliveries.claimedAt,
        ),
      })
      .from(contactPoints)
      .innerJoin(sequences, eq(sequences.contactId, contactPoints.contactId))
      .leftJoin(deliveries, and(eq(deliveries.sequenceId, sequences.id), isSaid))
      .where(and(isPoint({ kind: 'address', key: address }), or(isNotNull(deliveries.id), isNull(sequences.endedAt))))
      .orderBy(sql`${sequences.endedAt} is not null`, sql`${deliveries.claimedAt} desc nulls last`)
      .limit(1),
  );
  return row ? { ...row, deliveryId: null } : null;
}

/**
 * The sequence that last wrote to the contact of this profile from this account, or invited it; the open one before others. One that
 * was given the account and has written by mail, or waits for the connection, is answered there too: of a call that was
 * begun nobody may know yet whether it was heard.
 */
export async function matchByProfile(tx: Tx, accountId: AccountId, profile: string): Promise<Match | null> {
  const isBegun = isNotNull(deliveries.dataStartedAt);
  const isFromHere = eq(deliveries.accountId, accountId);
  const isWaiting = sql`exists (select 1 from ${sequenceSteps} where ${sequenceSteps.sequenceId} = ${sequences.id}
    and ${sequenceSteps.kind} = 'linkedin_message' and ${sequenceSteps.status} = 'WAITING')`;
  const isGiven = and(eq(sequences.linkedinAccountId, accountId), inArray(sequences.status, [...openStatuses]));
  const row = await stillKnown(tx, () =>
    tx
      .select({
        sequenceId: sequences.id,
        contactId: sequences.contactId,
        lastSentAt: sql<number>`coalesce(${deliveries.claimedAt}, ${sequences.enrolledAt})`.mapWith(
          deliveries.claimedAt,
        ),
      })
      .from(contactPoints)
      .innerJoin(sequences, eq(sequences.contactId, contactPoints.contactId))
      .leftJoin(deliveries, and(eq(deliveries.sequenceId, sequences.id), isBegun))
      .where(
        and(isPoint(linkedInPoint(profile)), or(isFromHere, and(isGiven, or(isNotNull(deliveries.id), isWaiting)))),
      )
      .orderBy(sql`${sequences.endedAt} is not null`, sql`${deliveries.claimedAt} desc nulls last`)
      .limit(1),
  );
  return row ? { ...row, deliveryId: null } : null;
}

/** The sequence that a token of ours names; null when it is another workspace's. */
export async function matchBySequence(tx: Tx, sequenceId: SequenceId): Promise<Match | null> {
  const row = await stillKnown(tx, () =>
    tx
      .select({ contactId: sequences.contactId, lastSentAt: sequences.enrolledAt })
      .from(sequences)
      .innerJoin(contacts, eq(contacts.id, sequences.contactId))
      .where(and(eq(sequences.id, sequenceId), isNull(contacts.erasedAt))),
  );
  return row ? { ...row, sequenceId, deliveryId: null } : null;
}

/** Which rank a report has: a later, lesser one changes nothing. Facts: reliability 3. */
const lesser = { soft: [], hard: ['soft'], complaint: ['soft', 'hard'] } as const;

/** What was reported of a delivered message; false when as much or worse was known. */
export async function noteBounce(tx: Tx, id: DeliveryId, bounce: keyof typeof lesser, at: number): Promise<boolean> {
  const better = sql`(${isNull(deliveries.bounce)} or ${deliveries.bounce} in ${[...lesser[bounce], '-']})`;
  const noted = await tx
    .update(deliveries)
    .set({ bounce, bouncedAt: at })
    .where(and(eq(deliveries.id, id), better))
    .returning({ id: deliveries.id });
  return noted.length === 1;
}

/** Which account sent it: read before its lock is taken. */
export async function accountOfDelivery(tx: Tx, id: DeliveryId): Promise<AccountId> {
  const [row] = await tx.select({ accountId: deliveries.accountId }).from(deliveries).where(eq(deliveries.id, id));
  if (!row) throw new Error(`delivery ${id} is not in its workspace`);
  return row.accountId;
}

/** Which message an answer or a report names; it stands as it is read where its sequence's lock is held. */
export async function findDeliveryById(tx: Tx, id: DeliveryId): Promise<DeliveryRow | null> {
  const [row] = await tx.select().from(deliveries).where(eq(deliveries.id, id));
  return row ?? null;
}
