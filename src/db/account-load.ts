import { and, asc, eq, gte, inArray, lt, ne, type SQL, sql } from 'drizzle-orm';
import { openStatuses, type StepKind } from '../domain/sequence.ts';
import type { Tx } from './pool.ts';
import type { AccountRow } from './rows.ts';
import { deliveries, sequenceSteps, sequences, slots } from './schema.ts';

/*
 * What an account has begun, what it has promised instants to, and what is planned for it. Read it behind the account's
 * lock: its slots and the start of each deed are written there only.
 */

const begunBy = ({ id }: Pick<AccountRow, 'id'>) => and(eq(deliveries.accountId, id), ne(deliveries.state, 'RELEASED'));

/** Of `deliveries`: those that share a limit with a step of this kind. An email account sends nothing but emails: nothing to ask there. */
export const ofKind = (kind: StepKind): SQL | undefined =>
  kind === 'email'
    ? undefined
    : sql`exists (select 1 from ${sequenceSteps} where ${sequenceSteps.sequenceId} = ${deliveries.sequenceId}
        and ${sequenceSteps.stepId} = ${deliveries.stepId} and ${sequenceSteps.kind} = ${kind})`;

/** When the account's deeds between two instants were begun, of whatever kind: they share one gap. */
export async function begunBetween(tx: Tx, account: AccountRow, from: number, to: number): Promise<number[]> {
  const rows = await tx
    .select({ at: deliveries.claimedAt })
    .from(deliveries)
    .where(and(begunBy(account), gte(deliveries.claimedAt, from), lt(deliveries.claimedAt, to)));
  return rows.map(({ at }) => at);
}

export interface Reserved {
  at: number;
  firstEmail: boolean;
}

export const slotsBetween = (tx: Tx, { id }: AccountRow, from: number, to: number): Promise<Reserved[]> =>
  tx
    .select({ at: slots.at, firstEmail: slots.firstEmail })
    .from(slots)
    .where(and(eq(slots.accountId, id), gte(slots.at, from), lt(slots.at, to)))
    .orderBy(asc(slots.at));

/** The instants of one kind's deeds since `from`, those begun and those that slots are kept for. Ascending. */
export async function takenSince(
  tx: Tx,
  account: AccountRow,
  kind: StepKind,
  from: number,
): Promise<{ begun: number[]; all: number[] }> {
  const begun = await tx
    .select({ at: deliveries.claimedAt })
    .from(deliveries)
    .where(and(begunBy(account), gte(deliveries.claimedAt, from), ofKind(kind)))
    .orderBy(asc(deliveries.claimedAt));
  const reserved = await tx
    .select({ at: slots.at })
    .from(slots)
    .where(and(eq(slots.accountId, account.id), gte(slots.at, from), eq(slots.kind, kind)));
  const instants = (rows: { at: number }[]) => rows.map(({ at }) => at);
  return { begun: instants(begun), all: instants([...begun, ...reserved]).sort((a, b) => a - b) };
}

export interface Load {
  /** Deeds begun and slots reserved on a local day of the account; for what comes first, the slots of first emails left out. */
  usedOn(day: string): number;
  /** Deeds begun, and slots of others than first emails: what no first email may push aside. */
  firmOn(day: string): number;
  /** Follow-ups planned for it that have no slot yet; only asked for a first email. */
  followUpsOn(day: string): number;
}

/** The account's days from `from` on, as far as one kind's limits go. Follow-ups come first: slots of first emails are no obstacle to them. Design 3. */
export async function loadOf(
  tx: Tx,
  account: AccountRow,
  { kind, from, givesWay }: { kind: StepKind; from: number; givesWay: boolean },
): Promise<Load> {
  const dayOf = (at: SQL) => sql<string>`to_char(${at} at time zone ${account.zone}, 'YYYY-MM-DD')`;
  const count = sql<number>`count(*)::int`;
  const [begun, reserved] = [dayOf(sql`${deliveries.claimedAt}`), dayOf(sql`${slots.at}`)];
  const firm = new Map<string, number>();
  const first = new Map<string, number>();
  const add = (to: Map<string, number>, row: { day: string; count: number }) =>
    to.set(row.day, (to.get(row.day) ?? 0) + row.count);
  const deeds = await tx
    .select({ day: begun, count })
    .from(deliveries)
    .where(and(begunBy(account), gte(deliveries.claimedAt, from), ofKind(kind)))
    .groupBy(sql`1`);
  for (const row of deeds) add(firm, row);
  const kept = await tx
    .select({ day: reserved, first: slots.firstEmail, count })
    .from(slots)
    .where(and(eq(slots.accountId, account.id), gte(slots.at, from), eq(slots.kind, kind)))
    .groupBy(sql`1`, slots.firstEmail);
  for (const row of kept) add(row.first ? first : firm, row);
  const planned = givesWay ? await plannedFollowUps(tx, account, from) : new Map<string, number>();
  const firmOn = (day: string) => firm.get(day) ?? 0;
  return {
    firmOn,
    usedOn: (day) => firmOn(day) + (givesWay ? (first.get(day) ?? 0) : 0),
    followUpsOn: (day) => planned.get(day) ?? 0,
  };
}

async function plannedFollowUps(tx: Tx, account: AccountRow, from: number): Promise<Map<string, number>> {
  const day = sql<string>`to_char(greatest(${sequences.nextAt}, ${new Date(from).toISOString()}::timestamptz) at time zone ${account.zone}, 'YYYY-MM-DD')`;
  const rows = await tx
    .select({ day, count: sql<number>`count(*)::int` })
    .from(sequences)
    .innerJoin(
      sequenceSteps,
      and(eq(sequenceSteps.sequenceId, sequences.id), eq(sequenceSteps.position, sequences.position)),
    )
    .where(
      and(
        eq(sequences.emailAccountId, account.id),
        inArray(sequences.status, [...openStatuses]),
        sql`${sequences.position} > 0`,
        sql`${sequences.nextAt} is not null`,
        eq(sequenceSteps.kind, 'email'),
        sql`exists (select 1 from sequence_steps earlier where earlier.sequence_id = ${sequences.id} and earlier.kind = 'email' and earlier.status = 'SENT')`,
        sql`not exists (select 1 from ${slots} where ${slots.sequenceId} = ${sequences.id})`,
      ),
    )
    .groupBy(sql`1`);
  return new Map(rows.map((row) => [row.day, row.count]));
}
