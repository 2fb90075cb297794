import { and, asc, eq, gte, inArray, lt, ne, type SQL, sql } from 'drizzle-orm';
import { hashOf } from '../domain/hash.ts';
import {
  dayBounds,
  firstDay,
  freeInstant,
  isClear,
  type PaceRules,
  roomOn,
  type Stretch,
  shortlyBefore,
  spacingOf,
  stretchesFrom,
} from '../domain/pace.ts';
import { localDate } from '../domain/schedule.ts';
import { openStatuses } from '../domain/sequence.ts';
import type { Tx } from './pool.ts';
import { deliveries, sequenceSteps, sequences, slots } from './schema.ts';
import { type AccountRow, jitterKey, type StepRow, type Walk } from './walks.ts';

/*
 * How much an account sends, and when: with its lock held, so that any number of claims at once count right. Who may not
 * go yet is given the account's next free instant, once; asking again and again would cost 500 waiting sequences 125,000
 * activities. Design 3, "Slots".
 */

const NEAREST_MS = 30_000;
const DAY_MS = 86_400_000;
/** Between two slots, also where the account asks for no gap: each is an instant of its own. */
const LEAST_GAP_MS = 1_000;

export type PaceVerdict = { kind: 'go' } | { kind: 'wait'; at: number; why: 'account_cap' | 'account_gap' };

/** Whether a message may go now; if not, the slot that was reserved for it. */
export async function askPace(
  tx: Tx,
  walk: Walk,
  step: StepRow,
  account: AccountRow,
  now: number,
): Promise<PaceVerdict> {
  const { sequence } = walk;
  const rules: PaceRules = { zone: account.zone, dailyCap: account.dailyCap, gapMs: account.gapSeconds * 1000 };
  const [own] = await tx.select({ at: slots.at }).from(slots).where(eq(slots.sequenceId, sequence.id));
  const today = dayBounds(now, rules.zone);
  const sent = await sentBetween(tx, account, today.start - rules.gapMs, today.end + rules.gapMs);
  const sentToday = sent.filter((at) => at >= today.start && at < today.end).length;

  if (own && own.at <= now && own.at >= today.start && sentToday < rules.dailyCap && isClear(now, sent, rules.gapMs))
    return { kind: 'go' };
  await freeSlot(tx, walk);
  const followsUp = isFollowUp(walk, step);
  const load = await loadOf(tx, account, today.start, followsUp);
  const reserved = await slotsBetween(tx, account, now - rules.gapMs, today.end);
  const room = roomOn(
    rules,
    load.usedOn(localDate(now, rules.zone)),
    load.followUpsOn(localDate(now, rules.zone)),
    followsUp,
  );
  const clear = isClear(now, [...sent, ...reserved], rules.gapMs);
  if (room > 0 && clear) return { kind: 'go' };

  const why = room > 0 ? 'account_gap' : 'account_cap';
  const at = await reserve(tx, walk, step, account, rules, load, followsUp, now);
  return { kind: 'wait', at, why };
}

/** A slot is nobody's any more: its sequence ended, is held, or goes by another reason. */
export const freeSlot = (tx: Tx, { sequence }: Pick<Walk, 'sequence'>) =>
  tx.delete(slots).where(eq(slots.sequenceId, sequence.id));

/** An email that answers in a thread somebody already reads. */
export const isFollowUp = ({ steps }: Pick<Walk, 'steps'>, step: StepRow): boolean =>
  steps.some(({ kind, status, position }) => kind === step.kind && status === 'SENT' && position < step.position);

async function reserve(
  tx: Tx,
  { sequence, content, ...walk }: Walk,
  step: StepRow,
  account: AccountRow,
  rules: PaceRules,
  load: Load,
  followsUp: boolean,
  now: number,
): Promise<number> {
  const fraction = (hashOf(jitterKey({ sequence, content, ...walk }, step.position)) % 1000) / 1000;
  const gapMs = Math.max(rules.gapMs, LEAST_GAP_MS);
  const spacing = { gapMs, spacingMs: spacingOf(gapMs, fraction) };
  const hasRoom = (day: string) => roomOn(rules, load.usedOn(day), load.followUpsOn(day), followsUp) > 0;
  const from = Math.max(now + NEAREST_MS, shortlyBefore(firstDay(now, rules.zone, hasRoom), rules.zone));
  for (const stretch of stretchesFrom(from, content.schedule, rules.zone)) {
    if (!hasRoom(stretch.day)) continue;
    const at = freeInstant(stretch, await takenIn(tx, account, stretch, spacing.spacingMs), spacing);
    if (at === null) continue;
    await tx.insert(slots).values({
      sequenceId: sequence.id,
      workspaceId: sequence.workspaceId,
      accountId: account.id,
      at,
      firstEmail: !followsUp,
    });
    return at;
  }
  return now + DAY_MS; // nothing is free for a year (a cap of 0, say): looked at again tomorrow
}

/** What was sent and what is reserved around a stretch, ascending. */
async function takenIn(tx: Tx, account: AccountRow, { start, end }: Stretch, marginMs: number): Promise<number[]> {
  const sent = await sentBetween(tx, account, start - marginMs, end + marginMs);
  const reserved = await slotsBetween(tx, account, start - marginMs, end + marginMs);
  return [...sent, ...reserved].sort((a, b) => a - b);
}

async function sentBetween(tx: Tx, { id }: AccountRow, from: number, to: number): Promise<number[]> {
  const rows = await tx
    .select({ at: deliveries.claimedAt })
    .from(deliveries)
    .where(
      and(
        eq(deliveries.accountId, id),
        ne(deliveries.state, 'RELEASED'),
        gte(deliveries.claimedAt, from),
        lt(deliveries.claimedAt, to),
      ),
    );
  return rows.map(({ at }) => at);
}

async function slotsBetween(tx: Tx, { id }: AccountRow, from: number, to: number): Promise<number[]> {
  const rows = await tx
    .select({ at: slots.at })
    .from(slots)
    .where(and(eq(slots.accountId, id), gte(slots.at, from), lt(slots.at, to)))
    .orderBy(asc(slots.at));
  return rows.map(({ at }) => at);
}

interface Load {
  /** Messages begun and slots reserved on a local day of the account. */
  usedOn(day: string): number;
  /** Follow-ups planned for it that have no slot yet; only asked for a first email. */
  followUpsOn(day: string): number;
}

/** The account's days from today on. */
async function loadOf(tx: Tx, account: AccountRow, from: number, followsUp: boolean): Promise<Load> {
  const dayOf = (at: SQL) => sql<string>`to_char(${at} at time zone ${account.zone}, 'YYYY-MM-DD')`;
  const count = sql<number>`count(*)::int`;
  const [begun, reserved] = [dayOf(sql`${deliveries.claimedAt}`), dayOf(sql`${slots.at}`)];
  const used = new Map<string, number>();
  const add = (rows: readonly { day: string; count: number }[]) => {
    for (const row of rows) used.set(row.day, (used.get(row.day) ?? 0) + row.count);
  };
  add(
    await tx
      .select({ day: begun, count })
      .from(deliveries)
      .where(
        and(eq(deliveries.accountId, account.id), ne(deliveries.state, 'RELEASED'), gte(deliveries.claimedAt, from)),
      )
      .groupBy(sql`1`),
  );
  add(
    await tx
      .select({ day: reserved, count })
      .from(slots)
      .where(and(eq(slots.accountId, account.id), gte(slots.at, from)))
      .groupBy(sql`1`),
  );
  const planned = followsUp ? new Map<string, number>() : await plannedFollowUps(tx, account, from);
  return { usedOn: (day) => used.get(day) ?? 0, followUpsOn: (day) => planned.get(day) ?? 0 };
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
