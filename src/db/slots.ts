import { and, asc, eq, gte, inArray, lt, ne, type SQL, sql } from 'drizzle-orm';
import { hashOf } from '../domain/hash.ts';
import {
  dayBounds,
  firstDay,
  freeInstant,
  isClear,
  type PaceRules,
  roomOn,
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
const LOOK_AHEAD_MS = 14 * DAY_MS;

export type PaceVerdict = { kind: 'go' } | { kind: 'wait'; at: number; why: 'account_cap' | 'account_gap' };

/** Whether a message may go now; if not, the slot that was reserved for it. */
export async function askPace(
  tx: Tx,
  walk: Walk,
  step: StepRow,
  account: AccountRow,
  now: number,
): Promise<PaceVerdict> {
  const rules: PaceRules = { zone: account.zone, dailyCap: account.dailyCap, gapMs: account.gapSeconds * 1000 };
  const followsUp = isFollowUp(walk, step);
  const [own] = await freeSlot(tx, walk); // used now, or written anew; either way it is not in our way
  const { start } = dayBounds(now, rules.zone);
  const load = await loadOf(tx, account, start, followsUp);
  const today = localDate(now, rules.zone);

  // At its slot a first email gives way once more, to the follow-ups that were planned for the day since.
  const isDue = own !== undefined && own.at <= now && own.at >= start;
  const room = roomOn(rules, isDue ? load.firmOn(today) : load.usedOn(today), load.followUpsOn(today), followsUp);
  const sent = await sentBetween(tx, account, now - rules.gapMs, now + rules.gapMs);
  const reserved = isDue ? [] : await slotsBetween(tx, account, now - rules.gapMs, now + rules.gapMs);
  const clear = isClear(now, [...sent, ...inTheWay(reserved, followsUp)], rules.gapMs);
  if (room > 0 && clear) return { kind: 'go' };

  const why = room > 0 ? 'account_gap' : 'account_cap';
  const at = await reserve(tx, walk, step, account, rules, load, followsUp, now);
  return { kind: 'wait', at, why };
}

/** A slot is nobody's any more: its sequence ended, is held, or goes by another reason. */
export const freeSlot = (tx: Tx, { sequence }: Pick<Walk, 'sequence'>) =>
  tx.delete(slots).where(eq(slots.sequenceId, sequence.id)).returning({ at: slots.at });

export async function hasSlot(tx: Tx, { sequence }: Pick<Walk, 'sequence'>): Promise<boolean> {
  const rows = await tx.select({ at: slots.at }).from(slots).where(eq(slots.sequenceId, sequence.id));
  return rows.length > 0;
}

/** An email after one that was sent, or that may have been: a person skipped it because nobody knew. */
export const isFollowUp = ({ steps }: Pick<Walk, 'steps'>, step: StepRow): boolean =>
  steps.some(
    ({ kind, status, reason, position }) =>
      kind === step.kind && position < step.position && (status === 'SENT' || reason === 'unconfirmed'),
  );

async function reserve(
  tx: Tx,
  walk: Walk,
  step: StepRow,
  account: AccountRow,
  rules: PaceRules,
  load: Load,
  followsUp: boolean,
  now: number,
): Promise<number> {
  const gapMs = Math.max(rules.gapMs, LEAST_GAP_MS);
  const spacing = { gapMs, spacingMs: spacingOf(gapMs, (hashOf(jitterKey(walk, step.position)) % 1000) / 1000) };
  const hasRoom = (day: string) => roomOn(rules, load.usedOn(day), load.followUpsOn(day), followsUp) > 0;
  const from = Math.max(now + NEAREST_MS, shortlyBefore(firstDay(now, rules.zone, hasRoom), rules.zone));
  let taken: number[] = [];
  let occupied = new Set<number>();
  let known = from;
  for (const stretch of stretchesFrom(from, walk.content.schedule, rules.zone)) {
    if (!hasRoom(stretch.day)) continue;
    if (stretch.end + gapMs > known) {
      known = stretch.end + LOOK_AHEAD_MS; // fortnights at once: with days that are full by their gaps, one each would be hundreds
      const begin = stretch.start - spacing.spacingMs;
      const reserved = await slotsBetween(tx, account, begin, known);
      const instants = [...(await sentBetween(tx, account, begin, known)), ...inTheWay(reserved, followsUp)];
      taken = instants.sort((a, b) => a - b);
      occupied = new Set(reserved.map((slot) => slot.at));
    }
    let at = freeInstant(stretch, taken, spacing);
    if (at === null) continue;
    while (occupied.has(at)) at++; // a first email's, which gives way when its time comes
    const { id: sequenceId, workspaceId } = walk.sequence;
    await tx.insert(slots).values({ sequenceId, workspaceId, accountId: account.id, at, firstEmail: !followsUp });
    return at;
  }
  return now + DAY_MS; // nothing is free for a year (a cap of 0, say): looked at again tomorrow
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

interface Reserved {
  at: number;
  firstEmail: boolean;
}

const slotsBetween = (tx: Tx, { id }: AccountRow, from: number, to: number): Promise<Reserved[]> =>
  tx
    .select({ at: slots.at, firstEmail: slots.firstEmail })
    .from(slots)
    .where(and(eq(slots.accountId, id), gte(slots.at, from), lt(slots.at, to)))
    .orderBy(asc(slots.at));

/** The slots that a message must keep its gap to: for a follow-up, other follow-ups'. */
const inTheWay = (reserved: readonly Reserved[], followsUp: boolean): number[] =>
  reserved.filter(({ firstEmail }) => !(followsUp && firstEmail)).map(({ at }) => at);

interface Load {
  /** Messages begun and slots reserved on a local day of the account; for a follow-up, those of first emails left out. */
  usedOn(day: string): number;
  /** Messages begun, and slots of follow-ups: what no first email may push aside. */
  firmOn(day: string): number;
  /** Follow-ups planned for it that have no slot yet; only asked for a first email. */
  followUpsOn(day: string): number;
}

/** The account's days from today on. Follow-ups come first: to them the slots of first emails are no obstacle. Design 3. */
async function loadOf(tx: Tx, account: AccountRow, from: number, followsUp: boolean): Promise<Load> {
  const dayOf = (at: SQL) => sql<string>`to_char(${at} at time zone ${account.zone}, 'YYYY-MM-DD')`;
  const count = sql<number>`count(*)::int`;
  const [begun, reserved] = [dayOf(sql`${deliveries.claimedAt}`), dayOf(sql`${slots.at}`)];
  const firm = new Map<string, number>();
  const first = new Map<string, number>();
  const add = (to: Map<string, number>, row: { day: string; count: number }) =>
    to.set(row.day, (to.get(row.day) ?? 0) + row.count);
  const messages = await tx
    .select({ day: begun, count })
    .from(deliveries)
    .where(and(eq(deliveries.accountId, account.id), ne(deliveries.state, 'RELEASED'), gte(deliveries.claimedAt, from)))
    .groupBy(sql`1`);
  for (const row of messages) add(firm, row);
  const kept = await tx
    .select({ day: reserved, first: slots.firstEmail, count })
    .from(slots)
    .where(and(eq(slots.accountId, account.id), gte(slots.at, from)))
    .groupBy(sql`1`, slots.firstEmail);
  for (const row of kept) add(row.first ? first : firm, row);
  const planned = followsUp ? new Map<string, number>() : await plannedFollowUps(tx, account, from);
  const firmOn = (day: string) => firm.get(day) ?? 0;
  return {
    firmOn,
    usedOn: (day) => firmOn(day) + (followsUp ? 0 : (first.get(day) ?? 0)),
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
