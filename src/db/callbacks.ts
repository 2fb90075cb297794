import { and, asc, eq, isNull, lt, lte, ne, or, sql } from 'drizzle-orm';
import { type LinkedInEvent, PROVIDERS_ID } from '../domain/accounts/linkedin.ts';
import { SECOND_MS } from '../domain/durations.ts';
import type { AccountId, CallbackId, WorkspaceId } from '../domain/ids.ts';
import { appNow } from './clock.ts';
import { newId } from './new-id.ts';
import type { Tx } from './pool.ts';
import { accounts, callbacks, contactPoints } from './schema.ts';
import type { Walk } from './walks.ts';

/*
 * What a provider told us, kept until it is handled: at once by the process that took it, later by the reconciler.
 */

export interface CallbackRef {
  id: CallbackId;
  workspaceId: WorkspaceId;
}

export type CallbackRow = typeof callbacks.$inferSelect;

const FIRST_RETRY_MS = 30 * SECOND_MS;
const LONGEST_RETRY_MS = 3_600 * SECOND_MS;

/** What its provider calls a LinkedIn account, and whose it is; null: there is none such, or no more. System role. */
export async function findToldAccount(
  tx: Tx,
  id: AccountId,
): Promise<{ workspaceId: WorkspaceId; externalId: string } | null> {
  const [row] = await tx
    .select({ workspaceId: accounts.workspaceId, settings: accounts.settings })
    .from(accounts)
    .where(and(eq(accounts.id, id), ne(accounts.status, 'REMOVED')));
  return row?.settings.channel === 'linkedin'
    ? { workspaceId: row.workspaceId, externalId: row.settings.externalId }
    : null;
}

/** Keeps an event; null when it was told before. The reconciler leaves it to whoever took it for 30 s. */
export async function keepCallback(
  tx: Tx,
  { workspaceId, accountId, event }: { workspaceId: WorkspaceId; accountId: AccountId; event: LinkedInEvent },
  now: number,
): Promise<CallbackRef | null> {
  const [kept] = await tx
    .insert(callbacks)
    .values({
      id: newId<CallbackId>(),
      workspaceId,
      accountId,
      key: event.key,
      event,
      receivedAt: now,
      retryAt: now + FIRST_RETRY_MS,
    })
    .onConflictDoNothing()
    .returning({ id: callbacks.id, workspaceId: callbacks.workspaceId });
  return kept ?? null;
}

export async function findCallback(tx: Tx, id: CallbackId): Promise<CallbackRow | null> {
  const [row] = await tx.select().from(callbacks).where(eq(callbacks.id, id));
  return row ?? null;
}

/** Only that it was told stays: the event may hold what somebody wrote. */
export const markHandled = (tx: Tx, id: CallbackId, now: number) =>
  tx.update(callbacks).set({ event: null, handledAt: now }).where(eq(callbacks.id, id));

/** So often the provider is asked who wrote a message; one whose writer it cannot name keeps nobody waiting any longer. */
const MOST_NAMINGS = 5;

/**
 * Whether the contact has sent us a LinkedIn message, told and answered 2xx, that nobody has acted on yet: nothing more
 * goes to them before. One that names its writer in the provider's way only may be theirs. Design 3, "The fence".
 */
export async function hasUnreadMessage(tx: Tx, { sequence, contact }: Pick<Walk, 'sequence' | 'contact'>) {
  const told = (field: string) => sql`${callbacks.event} ->> ${field}`;
  const names = sql`(select ${contactPoints.key} from ${contactPoints}
    where ${contactPoints.contactId} = ${contact.id} and ${contactPoints.kind} in ('profile', 'provider_id'))`;
  const isTheirs = sql`(${told('profile')} in ${names} or ${told('providerId')} in ${names})`;
  const mayBeTheirs = and(
    sql`${callbacks.accountId} = ${sequence.linkedinAccountId}`,
    sql`${told('profile')} ~ ${PROVIDERS_ID.source}`,
    lt(callbacks.attempts, MOST_NAMINGS),
  );
  const rows = await tx
    .select({ id: callbacks.id })
    .from(callbacks)
    .where(and(isNull(callbacks.handledAt), sql`${told('kind')} = 'message'`, or(isTheirs, mayBeTheirs)))
    .limit(1);
  return rows.length > 0;
}

export interface TakenCallback extends CallbackRef {
  /** This one included. */
  attempts: number;
}

/**
 * The next of those that nobody handled in time, taken for 30 s · 2^attempts, an hour at most. One at a time: what a run
 * has no time for was not tried. System role.
 */
export async function takeCallback(tx: Tx): Promise<TakenCallback | null> {
  const now = await appNow(tx);
  const [row] = await tx
    .select({ id: callbacks.id, workspaceId: callbacks.workspaceId, attempts: callbacks.attempts })
    .from(callbacks)
    .where(and(isNull(callbacks.handledAt), lte(callbacks.retryAt, now)))
    .orderBy(asc(callbacks.retryAt))
    .limit(1)
    .for('no key update', { skipLocked: true });
  if (!row) return null;
  const attempts = row.attempts + 1;
  await tx
    .update(callbacks)
    .set({ attempts, retryAt: now + Math.min(LONGEST_RETRY_MS, FIRST_RETRY_MS * 2 ** Math.min(attempts, 7)) })
    .where(eq(callbacks.id, row.id));
  return { ...row, attempts };
}
